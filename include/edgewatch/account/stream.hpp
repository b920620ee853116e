// Whether what is fetched from media hosts plays, and for how long each piece of it does (TIME 2.4, `media`).
// Pure functions over the exchanges of one service on one device; any thread.
#pragma once

#include "edgewatch/account/group.hpp"

#include <deque>
#include <optional>

namespace edgewatch::account {

/// Fetched media, not a player's list or beacon.
[[nodiscard]] bool is_media(const Exchange& exchange, const Method& method);

/// How long the media fetched at `at` plays on, as far as it is known to play: several chunks lie near, or
/// the pieces around it come at the pace at which they are listened to. Looks `stream_span` to either side.
[[nodiscard]] std::optional<Playing> playing_from(const std::deque<Exchange>& exchanges, Timestamp at,
                                                  const Method& method);

/// Something still plays at `at` that was fetched before it.
[[nodiscard]] bool plays_at(const std::deque<Exchange>& exchanges, Timestamp at, const Method& method);

/// Something fetched in [from, to] plays.
[[nodiscard]] bool plays_between(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                                 const Method& method);

}  // namespace edgewatch::account
