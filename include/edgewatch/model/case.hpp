// A case, and the leaves to read what is kept of a person: the authority that only a case can give, and the
// subject access that only a request of the person can. Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/ids.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace edgewatch::evidence {
class Authorities;
class SubjectAccessDesk;
}  // namespace edgewatch::evidence

namespace edgewatch::model {

/// Civil dates in Europe/London, both ends included.
struct DateRange {
  CivilDate first;
  CivilDate last;
  [[nodiscard]] bool contains(CivilDate date) const { return first <= date && date <= last; }
  bool operator==(const DateRange&) const = default;
};

enum class CaseReason : std::uint8_t { excessive_time, breach_of_rules };
/// `excessive-time`, `breach-of-rules`.
[[nodiscard]] std::string to_string(CaseReason reason);
[[nodiscard]] std::optional<CaseReason> parse_case_reason(const std::string& text);

/// Work that the person is not told of while it lasts: in exceptional circumstances alone, approved by a
/// second person, and never open-ended (ICO, Monitoring workers, 2023).
struct Covert {
  std::string second_person;  ///< who approved it beside the authoriser
  CivilDate ends;             ///< the last day on which the case answers
  bool operator==(const Covert&) const = default;
};

struct Case {
  /// An unlock lasts so long, or until the case ends.
  static constexpr std::chrono::hours unlocked_for{24};
  CaseReference reference;
  PersonId person;
  CaseReason reason = CaseReason::excessive_time;
  std::string grounds;
  DateRange period;
  std::string authorised_by;
  std::string officer;
  std::uint32_t opened_by_uid = 0;
  Timestamp opened_at;
  std::optional<Timestamp> closed_at;
  std::optional<Covert> covert;
  std::optional<Timestamp> unlocked_at;  ///< last; opening a case unlocks it
  /// Until when it answers; nothing where it does not. A clock that was set back unlocks nothing.
  [[nodiscard]] std::optional<Timestamp> unlocked_until(Timestamp now) const {
    if (closed_at || !unlocked_at || now < *unlocked_at) return std::nullopt;
    Timestamp until = *unlocked_at + unlocked_for;
    if (covert) until = std::min(until, london_midnight(next_day(covert->ends)));
    return now < until ? std::optional(until) : std::nullopt;
  }
  [[nodiscard]] bool is_open() const { return !closed_at.has_value(); }
};

/// Leave to read what is kept of one person over one period: a CaseAuthority or a SubjectAccess, and nothing
/// else (ARCHITECTURE D5, law). Code that holds neither cannot call the reads that need one.
class Leave {
 public:
  [[nodiscard]] const PersonId& person() const { return person_; }
  [[nodiscard]] const DateRange& period() const { return period_; }

 private:
  friend class CaseAuthority;
  friend class SubjectAccess;
  Leave(PersonId person, DateRange period) : person_(std::move(person)), period_(period) {}
  PersonId person_;
  DateRange period_;
};

/// In one open case. Its only maker is `evidence::Authorities`, which writes the audit entry first.
class CaseAuthority : public Leave {
 public:
  [[nodiscard]] const CaseReference& reference() const { return reference_; }

 private:
  friend class edgewatch::evidence::Authorities;
  CaseAuthority(CaseReference reference, PersonId person, DateRange period)
      : Leave(std::move(person), period), reference_(std::move(reference)) {}
  CaseReference reference_;
};

/// A request of the person for what is held about them. Kept for a year.
struct AccessRequest {
  std::string reference;
  PersonId person;
  CivilDate received;
  std::string identity_checked;  ///< how it was made sure that it is the person who asks
  std::string approved_by;
  std::string entered_by;  ///< the officer's account
  Timestamp entered_at;
  bool operator==(const AccessRequest&) const = default;
};

/// To answer one request for everything that is held about one person. Its only maker is
/// `evidence::SubjectAccessDesk`, which writes the audit entry first.
class SubjectAccess : public Leave {
 public:
  [[nodiscard]] const AccessRequest& request() const { return request_; }

 private:
  friend class edgewatch::evidence::SubjectAccessDesk;
  SubjectAccess(AccessRequest request, DateRange period)
      : Leave(request.person, period), request_(std::move(request)) {}
  AccessRequest request_;
};

}  // namespace edgewatch::model
