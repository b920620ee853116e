#include "edgewatch/account/exchange.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace edgewatch::account {
namespace {

bool before(const Exchange& a, const Exchange& b) { return std::tie(a.at, a.flow) < std::tie(b.at, b.flow); }

std::uint32_t saturating_sum(std::uint32_t a, std::uint32_t b) {
  return b > std::numeric_limits<std::uint32_t>::max() - a ? std::numeric_limits<std::uint32_t>::max()
                                                           : a + b;
}

}  // namespace

bool Provenance::operator<(const Provenance& other) const {
  return std::tie(service, category, purpose, evidence, identity, catalogue, rule_book, name_in_doubt,
                  binding, purpose_next_minute) < std::tie(other.service, other.category, other.purpose,
                                                           other.evidence, other.identity, other.catalogue,
                                                           other.rule_book, other.name_in_doubt,
                                                           other.binding, other.purpose_next_minute);
}

ExchangeLog::Added ExchangeLog::add(const Exchange& second, const Method& method) {
  if (second.up >= method.request_bytes) {
    return insert(second, method) ? Added::request : Added::full;
  }
  if (second.down == 0) return Added::nothing;
  const auto open = open_.find(second.flow);
  if (open == open_.end() || second.at - open->second.request > method.answer_within) {
    if (second.role == model::Role::media) return insert(second, method) ? Added::orphan : Added::full;
    open_.insert_or_assign(second.flow, Open{second.at, second.at});
    return Added::orphan;
  }
  if (second.at < open->second.request) return Added::nothing;
  const bool after_pause = second.at - open->second.last > method.answer_pause;
  open->second.last = second.at;
  Exchange key;
  key.at = open->second.request;
  key.flow = second.flow;
  auto found = std::upper_bound(exchanges_.begin(), exchanges_.end(), key, before);
  if (found == exchanges_.begin()) return Added::nothing;
  --found;
  if (found->at != key.at || found->flow != key.flow) return Added::nothing;
  found->down = saturating_sum(found->down, second.down);
  return after_pause ? Added::orphan : Added::answer;
}

bool ExchangeLog::insert(const Exchange& second, const Method& method) {
  if (exchanges_.size() >= method.max_exchanges) return false;
  const auto next = std::upper_bound(exchanges_.begin(), exchanges_.end(), second, before);
  const auto open = open_.find(second.flow);
  // What is older than that may have been forgotten.
  const bool is_first = open == open_.end() || second.at - open->second.request > method.cadence_span;
  open_.insert_or_assign(second.flow, Open{second.at, second.at});
  exchanges_.insert(next, second)->opens_flow = is_first;
  return true;
}

void ExchangeLog::forget_before(Timestamp at) {
  while (!exchanges_.empty() && exchanges_.front().at < at) exchanges_.pop_front();
  std::erase_if(open_, [&](const auto& open) { return open.second.request < at; });
}

}  // namespace edgewatch::account
