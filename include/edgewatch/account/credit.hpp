// A claim of one exchange on the seconds after it: its hold (TIME 2.3). Who owns a second is settled among
// the credits of a person. A value; any thread.
#pragma once

#include "edgewatch/account/exchange.hpp"

#include <cstdint>

namespace edgewatch::account {

using UnixSecond = std::int64_t;
[[nodiscard]] inline UnixSecond second_of(Timestamp at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

[[nodiscard]] inline UtcMinute utc_minute(UnixSecond second) {
  return minute_of(Timestamp(std::chrono::seconds(second)));
}

struct Credit {
  Timestamp at;  ///< of the exchange
  model::Kind kind =
      model::Kind::interactive;             ///< never `concurrent`: that is what ownership makes of `playing`
  model::Grade grade = model::Grade::weak;  ///< of the activity alone
  model::Reasons reasons = 0;
  std::uint32_t bytes = 0;
  UnixSecond end = 0;        ///< the first second that it no longer holds
  UnixSecond lower_end = 0;  ///< the same for the lower figure; of `playing`, the chunk's own second
  bool handed_over = false;  ///< a page of another site ended the hold
  ProvenancePtr provenance;

  [[nodiscard]] UnixSecond first() const { return second_of(at); }
};

/// Of one exchange: `hold` or `hold_media` from its own second on.
[[nodiscard]] Credit credit_for(const Exchange& exchange, model::Kind kind, model::Grade grade,
                                model::Reasons reasons, const Method& method);

/// Where a hold ends early: a page of another site, the end of a tenancy, a step of the clock. A second that
/// has begun with the exchange stays.
enum class CutCause : std::uint8_t { handover, other };
void cut(Credit& credit, Timestamp at, CutCause cause);

/// Orders credits as "last interaction wins; tie: larger answer" (TIME 2.4, `owner`); the service's id
/// settles the rest.
[[nodiscard]] bool claims_before(const Credit& a, const Credit& b);

}  // namespace edgewatch::account
