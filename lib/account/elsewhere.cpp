#include "edgewatch/account/elsewhere.hpp"

#include "edgewatch/account/cadence.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace edgewatch::account {

void Elsewhere::add(const Exchange& exchange, const Method& method) {
  const auto later = std::find_if(asked_.rbegin(), asked_.rend(),
                                  [&](const Asked& asked) { return asked.at <= exchange.at; });
  const auto same = std::find_if(later, asked_.rend(), [&](const Asked& asked) {
    return asked.flow == exchange.flow || exchange.at - asked.at > method.group_gap;
  });
  const bool is_known = same != asked_.rend() && exchange.at - same->at <= method.group_gap;
  if (!is_known) asked_.insert(later.base(), {exchange.at, exchange.flow});
}

std::optional<Timestamp> Elsewhere::turned_to(Timestamp last, const Method& method) const {
  std::map<model::FlowId, std::vector<Timestamp>> flows;
  for (const Asked& asked : asked_) {
    if (asked.at > last - method.hold && asked.at <= last + method.hold)
      flows[asked.flow].push_back(asked.at);
  }
  std::optional<Timestamp> turned;
  for (const auto& [flow, moments] : flows) {
    const auto first = std::upper_bound(moments.begin(), moments.end(), last);
    if (moments.end() - first < method.elsewhere_requests || is_cadence(moments, Missing::none, method))
      continue;
    if (!turned || *first < *turned) turned = *first;
  }
  return turned;
}

void Elsewhere::forget_before(Timestamp at) {
  while (!asked_.empty() && asked_.front().at < at) asked_.pop_front();
}

}  // namespace edgewatch::account
