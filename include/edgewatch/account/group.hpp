// Exchanges of one service on one device to groups: one thing a person did (TIME 2.4, `human` and `group`).
// Pure functions; any thread.
#pragma once

#include "edgewatch/account/exchange.hpp"

#include <deque>
#include <vector>

namespace edgewatch::account {

/// Not a machine's, answered by enough, and not a chunk of video. A chat message needs no answer (S37).
[[nodiscard]] bool is_human(const Exchange& exchange, const Method& method);
/// A message typed in a chat: a human exchange for what it sends.
[[nodiscard]] bool is_typed(const Exchange& exchange, const Method& method);
[[nodiscard]] bool is_chunk(const Exchange& exchange, const Method& method);

struct Group {
  Timestamp first;
  Timestamp last;
  bool firm = false;  ///< at least one exchange whose cadence is known
  bool core = false;  ///< this and what follows: of its first `group_reading`
  bool app = false;
  bool typed = false;
  std::uint64_t bytes = 0;
  std::uint32_t requests = 0;
  std::uint32_t asked = 0;     ///< size of the last of them
  std::uint64_t host_key = 0;  ///< of the last of them

  /// Somebody was at the service itself: other sites take its `content` too (TIME 2.2, `opens a visit`).
  [[nodiscard]] bool is_at_service() const { return core || app; }
};

/// The groups of human exchanges, as far as they lie in [from, to): one that began before `from` is cut
/// there.
[[nodiscard]] std::vector<Group> groups_between(const std::deque<Exchange>& exchanges, Timestamp from,
                                                Timestamp to, const Method& method);

/// Bytes that the service gave in the first `group_reading` from `at`, chunks included.
[[nodiscard]] std::uint64_t bytes_from(const std::deque<Exchange>& exchanges, Timestamp at,
                                       const Method& method);
/// The service's own pictures came with the group, as many as only a page of its own shows: an embedded
/// player has one.
[[nodiscard]] bool is_own_page(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method);
/// Chunks of video in [from, to].
[[nodiscard]] std::uint32_t chunks_between(const std::deque<Exchange>& exchanges, Timestamp from,
                                           Timestamp to, const Method& method);
/// How long something that was fetched plays on.
struct Playing {
  Duration time{0};
  bool goes_on = false;  ///< until the next was fetched: no guess
};

/// A chunk plays to the next one; after the last, from the gaps between those before it, where several that
/// come together are one.
[[nodiscard]] Playing chunk_hold(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method);

}  // namespace edgewatch::account
