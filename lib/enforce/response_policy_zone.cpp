#include "edgewatch/enforce/response_policy_zone.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::enforce {

std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options) {
  std::erase_if(entries, [](const ZoneEntry& entry) { return !entry.name.is_matchable(); });
  std::sort(entries.begin(), entries.end(),
            [](const ZoneEntry& a, const ZoneEntry& b) { return a.name < b.name; });
  const auto same = [](const ZoneEntry& a, const ZoneEntry& b) { return a.name == b.name; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());

  // Owners are relative to the zone; a trailing dot on them would put them outside it.
  std::string out = fmt::format(
      "; edgewatch response policy zone, names: {}\n"
      "$ORIGIN {}.\n"
      "$TTL 60\n"
      "@ SOA localhost. root.localhost. {} 60 60 604800 60\n"
      "@ NS localhost.\n",
      entries.size(), options.origin, options.serial);
  for (const ZoneEntry& entry : entries) {
    const std::string_view target = entry.action == ZoneAction::nxdomain ? "." : "rpz-passthru.";
    fmt::format_to(std::back_inserter(out), "{0} CNAME {1}\n*.{0} CNAME {1}\n", entry.name.text(), target);
  }
  return out;
}

}  // namespace edgewatch::enforce
