// One device of one subject: its exchanges in memory, and in order of time the credits they earn (TIME 2.4,
// the per-device part). Own memory, bounded; one thread.
#pragma once

#include "edgewatch/account/cadence.hpp"
#include "edgewatch/account/elsewhere.hpp"
#include "edgewatch/account/follower.hpp"
#include "edgewatch/account/visit.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace edgewatch::account {

class Device {
 public:
  using Contacts = std::vector<std::pair<Timestamp, Excluded>>;

  /// One second of a flow with a listed service. False when there was no room: the minute's figures may then
  /// be wrong.
  [[nodiscard]] bool add_listed(const Exchange& second, const Method& method);
  /// The same with any other host that is not `system`.
  [[nodiscard]] bool add_unlisted(const Exchange& second, const Method& method);
  /// Traffic that can never count. True when it begins a new contact.
  [[nodiscard]] bool add_excluded(Timestamp at, Excluded reason, const Method& method);
  /// Every hold that is open at that moment ends: the device changed hands, or the clock was set.
  void end_holds(Timestamp at);

  /// Decides what is earlier than `to`, which never goes back: credits join those alive, what was not counted
  /// is returned. `end` says where the input ended.
  [[nodiscard]] Contacts decide(Timestamp to, End end, const Coverage& coverage, const Method& method);
  /// Credits that reach beyond what is final, cut where they must be.
  [[nodiscard]] const std::vector<Credit>& credits() const { return credits_; }
  /// Drops what can no longer matter once everything before `final` is final.
  void forget(Timestamp final, const Method& method);
  /// Nothing is remembered that an activity to come could meet.
  [[nodiscard]] bool is_empty() const;
  /// Its last listed exchange.
  [[nodiscard]] std::optional<Timestamp> last_at() const;

 private:
  struct Lane {
    ExchangeLog log;
    Visit visit;
  };
  void fold_unlisted(Timestamp until, const Method& method);
  [[nodiscard]] bool follows(Timestamp at, const model::ServiceId& service, const Coverage& coverage,
                             const Method& method) const;
  static void doubt_holds(std::vector<Credit>& credits, const Coverage& coverage, const Method& method);
  void hand_over(Timestamp from, Timestamp to, const Coverage& coverage, const Method& method);
  void turn_away(const Visit::Outcome& visit, const std::deque<Exchange>& exchanges, const Follows& follows,
                 const Method& method);
  void apply_cuts();

  std::map<model::ServiceId, Lane> lanes_;
  ExchangeLog unlisted_;  // until their answers are in; then only the bursts remain
  PageBursts pages_;
  Elsewhere elsewhere_;
  std::vector<Timestamp> credited_groups_;
  std::map<Timestamp, CutCause> cuts_;
  std::vector<Credit> credits_;
  std::map<Excluded, Timestamp> excluded_;  // the last contact
  Timestamp decided_;                       // 1970: nothing is older
};

}  // namespace edgewatch::account
