#include "edgewatch/enforce/resolver_list.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

/// What stands before and behind a name.
struct Around {
  std::string_view before;
  std::string_view behind;
};

std::string list_of(const std::vector<ZoneEntry>& entries, std::string head, const Around& refused,
                    const Around& excepted) {
  for (const ZoneEntry& entry : entries) {
    const Around& around = entry.itself == ZoneAction::nxdomain ? refused : excepted;
    fmt::format_to(std::back_inserter(head), "{}{}{}\n", around.before, entry.name.text(), around.behind);
  }
  return head;
}

}  // namespace

std::string dnsmasq_list(std::vector<ZoneEntry> entries) {
  entries = in_order(std::move(entries));
  std::string head = fmt::format("# edgewatch, for dnsmasq (conf-file=), names: {}\n", entries.size());
  return list_of(entries, std::move(head), {"address=/", "/"}, {"server=/", "/#"});
}

std::string hosts_list(std::vector<ZoneEntry> entries) {
  entries = in_order(std::move(entries));
  const auto excepted =
      std::erase_if(entries, [](const ZoneEntry& entry) { return entry.itself != ZoneAction::nxdomain; });
  std::string head = fmt::format(
      "# edgewatch, as a hosts file, names: {}\n"
      "# This form refuses these names alone: nothing below them.\n",
      entries.size());
  if (excepted > 0) {
    head += fmt::format("# It has no exceptions, and needs none: {} stand below a name and not here.\n",
                        excepted);
  }
  return list_of(entries, std::move(head), {"0.0.0.0 ", ""}, {});
}

std::string adblock_list(std::vector<ZoneEntry> entries) {
  entries = in_order(std::move(entries));
  std::string head = fmt::format("! edgewatch, in the form of Adblock, names: {}\n", entries.size());
  return list_of(entries, std::move(head), {"||", "^"}, {"@@||", "^"});
}

}  // namespace edgewatch::enforce
