#include "edgewatch/enforce/zone_entry.hpp"

#include <algorithm>

namespace edgewatch::enforce {

std::vector<ZoneEntry> in_order(std::vector<ZoneEntry> entries) {
  std::erase_if(entries, [](const ZoneEntry& entry) { return !entry.name.is_matchable(); });
  std::ranges::stable_sort(entries, {}, &ZoneEntry::name);
  const auto same = [](const ZoneEntry& a, const ZoneEntry& b) { return a.name == b.name; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  return entries;
}

const std::vector<net::HostName>& canaries() {
  static const std::vector<net::HostName> names = [] {
    std::vector<net::HostName> out;
    for (const char* name : {"use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"})
      out.push_back(net::HostName::from_dotted(name).value());
    return out;
  }();
  return names;
}

}  // namespace edgewatch::enforce
