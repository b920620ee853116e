// When contact with a service becomes a visit, and what its groups and its video are worth (TIME 2.4, `visit
// state` and `media`). One object a device and service; it remembers a few moments, and is fed the exchanges
// in order of time. One thread.
#pragma once

#include "edgewatch/account/credit.hpp"
#include "edgewatch/account/group.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace edgewatch::account {

/// Why contact was not counted, in the words of model::Exclusion.
enum class Excluded : std::uint8_t { embedded, push, advert, background, follower, no_continuation };

/// Does a group that begins at this moment follow another site's page?
using Follows = std::function<bool(Timestamp)>;
/// Did an unlisted site's page begin in [from, to)?
using PageBegun = std::function<bool(Timestamp from, Timestamp to)>;
struct OtherPages {
  Follows follows;
  PageBegun begun;
};

class Visit {
 public:
  struct Outcome {
    std::vector<Credit> credits;
    std::vector<Timestamp> credited_groups;  ///< where groups with interactive credit began
    std::vector<Timestamp> shows;            ///< where pages of what plays began
    std::vector<std::pair<Timestamp, Excluded>> excluded;
  };

  /// Decides the exchanges of [from, to); those of `look_ahead` beyond must be there, or the input is at its
  /// end. Cadence must have been judged as far. Consecutive calls join: what is decided does not depend on
  /// where they are cut.
  [[nodiscard]] Outcome decide(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                               const OtherPages& pages, const Method& method);

  /// Nothing it remembers can still matter to an exchange at `at` or later.
  [[nodiscard]] bool is_over(Timestamp at, const Method& method) const;

 private:
  /// `followed`: only a follower was seen of the service itself, and what it showed may be another site's.
  enum class State : std::uint8_t { none, followed, led, continued };
  struct Surroundings;
  struct Verdict {
    std::optional<model::Kind> kind;  // none: discarded, or left to its video
    model::Grade grade = model::Grade::weak;
    model::Reasons reasons = 0;
  };

  Verdict judge(const Group& group, bool follower, const Surroundings& around);
  Verdict open(const Group& group, bool follower, const Surroundings& around);
  Verdict open_without_continuation(const Group& group, bool follower, bool chosen,
                                    const Surroundings& around);
  Verdict credit_in_visit(const Group& group, bool opener, const Surroundings& around);
  /// The group shows that the visit is one; a typed message does where messages opened it.
  [[nodiscard]] bool is_evidence(const Group& group) const;
  /// Why a group without a verdict was not counted; none for one that is left to its video.
  [[nodiscard]] std::optional<Excluded> why_excluded(const Group& group, bool follower) const;
  /// Somebody chose what plays, no longer ago than MEDIA_CAP.
  [[nodiscard]] bool is_chosen(Timestamp at, const Method& method) const;
  [[nodiscard]] Verdict playing(Timestamp at, model::Reasons reasons, const Method& method) const;
  [[nodiscard]] bool shows_what_plays(const Group& group, const Surroundings& around) const;
  void take_human(const Exchange& exchange, const Surroundings& around, Outcome& outcome);
  void take_chunk(const Exchange& chunk, const Surroundings& around, Outcome& outcome);
  void take_machine(const Exchange& exchange, const Method& method, Outcome& outcome);

  State state_ = State::none;
  model::Reasons opened_by_ = 0;
  Verdict current_;                       // of the group being taken in
  std::optional<Timestamp> last_human_;   // any human exchange: where groups end
  std::optional<Timestamp> last_action_;  // of a group that was credited or opened the visit
  std::optional<Timestamp> last_choice_;  // what MEDIA_CAP counts from
  std::optional<Timestamp> last_chunk_;
  bool chosen_run_ = false;  // the video that runs was once chosen by a person
  std::optional<Timestamp> last_machine_;
};

}  // namespace edgewatch::account
