// Which service owns a second of a person, over all devices (TIME 2.4, `owner`): exactly one, so that the
// services never add up to more than the clock. Pure functions, and the count of a visit's owned seconds that
// V_MIN needs; one thread.
#pragma once

#include "edgewatch/account/credit.hpp"

#include <map>
#include <vector>

namespace edgewatch::account {

/// One second of one service. `interactive` and `playing` own it; `concurrent` played beside another owner.
struct Claim {
  UnixSecond second = 0;
  UnixSecond since = 0;  ///< second of the exchange whose hold it lies in
  model::Kind kind = model::Kind::interactive;
  model::Grade grade = model::Grade::weak;  ///< of the activity alone
  model::Reasons reasons = 0;
  bool lower = false;   ///< within the shorter holds of the lower figure
  bool active = false;  ///< an exchange of the owner lies in this very second
  ProvenancePtr provenance;
};

/// The claims of the seconds [from, to), in order of (second, owner before concurrent). `credits` are sorted
/// by claims_before and cut; those that end before `from` may be missing.
[[nodiscard]] std::vector<Claim> settle(const std::vector<Credit>& credits, UnixSecond from, UnixSecond to,
                                        const Method& method);

/// Visits by their owned seconds: runs of a service with gaps of at most VISIT_GAP. A second of a visit that
/// does not have V_MIN owned seconds soon after it is weak.
class VisitLengths {
 public:
  /// Grades down the claims before `final`; those from there on only tell how their visits go on. Consecutive
  /// calls join.
  void apply(std::vector<Claim>& claims, UnixSecond final, const Method& method);
  /// Forgets visits that are over.
  void forget_before(UnixSecond second, const Method& method);
  [[nodiscard]] bool empty() const { return visits_.empty(); }

 private:
  struct Count {
    UnixSecond last = 0;
    std::int64_t owned = 0;
  };
  static void extend(Count& visit, UnixSecond second, const Method& method);
  std::map<model::ServiceId, Count> visits_;
};

}  // namespace edgewatch::account
