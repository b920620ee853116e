#include "edgewatch/account/group.hpp"

#include <algorithm>
#include <optional>

namespace edgewatch::account {
namespace {

using Iterator = std::deque<Exchange>::const_iterator;

Iterator first_at(const std::deque<Exchange>& exchanges, Timestamp at) {
  return std::lower_bound(exchanges.begin(), exchanges.end(), at,
                          [](const Exchange& exchange, Timestamp moment) { return exchange.at < moment; });
}

void extend(Group& group, const Exchange& exchange, const Method& method) {
  group.last = exchange.at;
  if (exchange.at - group.first > method.group_reading) return;
  group.firm = group.firm || exchange.cadence != Cadence::open;
  group.core = group.core || exchange.role == model::Role::core;
  group.app = group.app || exchange.role == model::Role::app;
  group.typed = group.typed || is_typed(exchange, method);
  group.bytes += exchange.down;
  ++group.requests;
  group.asked = exchange.up;
  group.host_key = exchange.host_key;
}

}  // namespace

bool is_typed(const Exchange& exchange, const Method& method) {
  return exchange.role == model::Role::chat && exchange.up >= method.chat_bytes_min &&
         exchange.up <= method.chat_bytes_max;
}

bool is_human(const Exchange& exchange, const Method& method) {
  if (exchange.cadence == Cadence::machine || exchange.role == model::Role::media) return false;
  const std::uint32_t enough = exchange.opens_flow ? method.answer_bytes_first : method.answer_bytes;
  return exchange.down >= enough || is_typed(exchange, method);
}

bool is_chunk(const Exchange& exchange, const Method& method) {
  return exchange.role == model::Role::media && exchange.up >= method.request_bytes &&
         exchange.down >= method.chunk_bytes;
}

std::vector<Group> groups_between(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                                  const Method& method) {
  std::vector<Group> groups;
  for (auto it = first_at(exchanges, from); it != exchanges.end() && it->at < to; ++it) {
    if (!is_human(*it, method)) continue;
    if (groups.empty() || it->at - groups.back().last > method.group_gap) {
      groups.emplace_back();
      groups.back().first = it->at;
    }
    extend(groups.back(), *it, method);
  }
  return groups;
}

std::uint64_t bytes_from(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  std::uint64_t bytes = 0;
  for (auto it = first_at(exchanges, at); it != exchanges.end() && it->at - at <= method.group_reading;
       ++it) {
    if (it->up >= method.request_bytes && it->down >= method.answer_bytes) bytes += it->down;
  }
  return bytes;
}

bool is_own_page(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  std::uint64_t asked = 0;
  std::uint64_t bytes = 0;
  for (auto it = first_at(exchanges, at); it != exchanges.end() && it->at - at <= method.group_reading;
       ++it) {
    if (it->role != model::Role::content) continue;
    asked += it->up;
    bytes += it->down;
  }
  return asked >= method.pictures_asked && bytes >= method.pictures_bytes;
}

std::uint32_t chunks_between(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                             const Method& method) {
  std::uint32_t count = 0;
  for (auto it = first_at(exchanges, from); it != exchanges.end() && it->at <= to; ++it) {
    if (is_chunk(*it, method)) ++count;
  }
  return count;
}

Playing chunk_hold(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method) {
  std::vector<Duration> gaps;
  std::optional<Timestamp> before;
  for (auto it = first_at(exchanges, at - method.chunk_span);
       it != exchanges.end() && it->at <= at + method.chunk_span; ++it) {
    if (!is_chunk(*it, method)) continue;
    if (it->at > at && it->at - at <= method.hold_media) return {it->at - at, true};
    if (before && it->at - *before > method.group_gap) gaps.push_back(it->at - *before);
    before = it->at;
  }
  if (gaps.empty()) return {method.hold_media, false};
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return {std::min<Duration>(method.hold_media, *middle * method.hold_media_gaps), false};
}

}  // namespace edgewatch::account
