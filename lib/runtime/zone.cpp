#include "zone.hpp"

#include <map>

namespace edgewatch::runtime {

std::vector<enforce::ZoneEntry> zone_for_everybody(const classify::Catalogue& catalogue,
                                                   const policy::RuleBook& rules, Timestamp at) {
  std::map<net::HostName, bool> refused;
  const auto judge = [&](const net::HostName& name) {
    const auto decision = policy::decide(rules, model::Attribution{}, catalogue.classify(name), name, at);
    refused[name] = decision.verdict == model::Verdict::block;
  };
  for (std::size_t service = 0; service < catalogue.services().size(); ++service) {
    for (const auto& host : catalogue.hosts(service)) judge(host.host);
  }
  for (const auto& rule : rules.rules) {
    for (const auto& name : rule.names) judge(name);
  }

  std::vector<enforce::ZoneEntry> entries;
  for (const auto& [name, is_refused] : refused) {
    // The nearest ancestor that was judged: an entry is needed only where the answer changes.
    bool ancestor_refused = false;
    for (std::size_t labels = 1; labels < name.label_count(); ++labels) {
      const auto ancestor = net::HostName::from_dotted(name.suffix(labels));
      const auto found = ancestor ? refused.find(*ancestor) : refused.end();
      if (found == refused.end()) continue;
      ancestor_refused = found->second;
      break;
    }
    if (is_refused == ancestor_refused) continue;
    entries.push_back({name, is_refused ? enforce::ZoneAction::nxdomain : enforce::ZoneAction::pass_through});
  }
  return entries;
}

}  // namespace edgewatch::runtime
