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
  const bool is_answered = exchange.down >= method.answer_bytes;
  if (!is_known) {
    asked_.insert(later.base(), {exchange.at, exchange.flow, exchange.up, is_answered});
  } else if (is_answered) {
    asked_[static_cast<std::size_t>(asked_.rend() - same) - 1].is_answered = true;
  }
}

bool Elsewhere::is_counter(const std::vector<Asked>& flow, Timestamp last, const Method& method) {
  if (std::any_of(flow.begin(), flow.end(), [](const Asked& asked) { return asked.is_answered; }))
    return false;
  const auto told =
      std::find_if(flow.begin(), flow.end(), [&](const Asked& asked) { return asked.at >= last; });
  if (told == flow.end() || told->at - last > method.group_gap) return false;
  const auto [least, most] =
      std::minmax_element(told, flow.end(), [](const Asked& a, const Asked& b) { return a.up < b.up; });
  constexpr std::uint64_t percent = 100;
  return (most->up - least->up) * percent <= std::uint64_t{most->up} * method.cadence_size_percent;
}

std::optional<Timestamp> Elsewhere::turned_to(Timestamp last, const Method& method) const {
  std::map<model::FlowId, std::vector<Asked>> flows;
  for (const Asked& asked : asked_) {
    if (asked.at > last - method.hold && asked.at <= last + method.hold) flows[asked.flow].push_back(asked);
  }
  std::optional<Timestamp> turned;
  for (const auto& [flow, all] : flows) {
    std::vector<Timestamp> moments;
    for (const Asked& asked : all) moments.push_back(asked.at);
    const auto first = std::upper_bound(moments.begin(), moments.end(), last);
    if (moments.end() - first < method.elsewhere_requests || is_cadence(moments, Missing::none, method))
      continue;
    if (is_counter(all, last, method)) continue;
    if (!turned || *first < *turned) turned = *first;
  }
  return turned;
}

void Elsewhere::forget_before(Timestamp at) {
  while (!asked_.empty() && asked_.front().at < at) asked_.pop_front();
}

}  // namespace edgewatch::account
