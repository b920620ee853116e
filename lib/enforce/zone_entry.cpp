#include "edgewatch/enforce/zone_entry.hpp"

#include <algorithm>

namespace edgewatch::enforce {

std::vector<ZoneEntry> in_order(std::vector<ZoneEntry> entries) {
  std::erase_if(entries, [](const ZoneEntry& entry) { return !entry.name.is_matchable(); });
  std::ranges::stable_sort(entries, {}, &ZoneEntry::name);
  const auto again = std::ranges::unique(entries, {}, &ZoneEntry::name);
  entries.erase(again.begin(), again.end());
  return entries;
}

}  // namespace edgewatch::enforce
