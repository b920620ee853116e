// Which requests a machine makes: same host, same size, evenly spaced or on the minute (TIME 2.3 and 2.4,
// `machine`). All sizes are looked at, before D_MIN. Pure functions; any thread.
#pragma once

#include "edgewatch/account/coverage.hpp"
#include "edgewatch/account/exchange.hpp"

#include <deque>
#include <vector>

namespace edgewatch::account {

/// Evenly spaced, or all gaps whole minutes: the moments of at least three requests in order. With `may_miss`
/// a gap may be a whole multiple of the median.
enum class Missing : std::uint8_t { none, possible };
[[nodiscard]] bool is_cadence(const std::vector<Timestamp>& moments, Missing missing, const Method& method);

/// Where the input ended. It was `stopped` where watching ended and what was watched went on: then a request
/// that stands alone may be the first of a cadence too.
struct End {
  Timestamp at = Timestamp::max();  ///< there is more to come
  bool stopped = false;
};

/// Judges the exchanges of one service on one device that are earlier than `until`, each from what lies at
/// most `cadence_ahead` after it; what was judged stays. Where the input ended sooner than that, an even run
/// that could still go on leaves its exchanges `open`.
void judge_cadence(std::deque<Exchange>& exchanges, Timestamp until, End end, const Coverage& coverage,
                   const Method& method);

}  // namespace edgewatch::account
