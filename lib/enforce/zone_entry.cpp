#include "edgewatch/enforce/zone_entry.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace edgewatch::enforce {

std::vector<ZoneEntry> in_order(std::vector<ZoneEntry> entries) {
  std::erase_if(entries, [](const ZoneEntry& entry) { return !entry.name.is_matchable(); });
  std::ranges::stable_sort(entries, {}, &ZoneEntry::name);
  const auto same = [](const ZoneEntry& a, const ZoneEntry& b) { return a.name == b.name; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  return entries;
}

std::vector<ZoneEntry> with_canaries(std::vector<ZoneEntry> entries) {
  constexpr std::array canaries{"use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"};
  std::vector<ZoneEntry> out;
  out.reserve(canaries.size() + entries.size());
  for (const char* canary : canaries) {
    out.push_back({net::HostName::from_dotted(canary).value(), ZoneAction::nxdomain});
  }
  std::ranges::move(entries, std::back_inserter(out));
  return out;
}

}  // namespace edgewatch::enforce
