// What is kept about the rule book beside its file: withdrawals and authorisations entered by command, the
// books that were in force, and how often rules matched. Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/base/weekly_window.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::model {

/// A withdrawal of access entered by command. What was entered is never changed: lifting adds to it, so that
/// a question of a time before still finds it in force.
struct RegisteredWithdrawal {
  struct Lifted {
    Timestamp at;
    std::string by;  ///< the officer's account
    std::string approved_by;
    bool operator==(const Lifted&) const = default;
  };
  std::int64_t number = 0;  ///< given by the ledger
  PersonId person;
  std::vector<ServiceId> services;
  Interval valid;  ///< as entered
  CaseReference reference;
  std::string approved_by;
  std::string entered_by;  ///< the officer's account
  Timestamp entered_at;
  std::optional<Lifted> lifted;
  /// Nothing was in force before it was entered, nor after it was lifted.
  [[nodiscard]] Interval in_force() const;
  bool operator==(const RegisteredWithdrawal&) const = default;
};

/// Use of services as somebody's job, entered by command; reviews add to it.
struct RegisteredAuthorisation {
  struct Review {
    Timestamp at;
    std::string by;  ///< the officer's account
    std::string approved_by;
    bool goes_on = true;  ///< false: it ended with this review
    std::optional<CivilDate> next;
    bool operator==(const Review&) const = default;
  };
  std::int64_t number = 0;  ///< given by the ledger
  std::optional<PersonId> person;
  std::string group;  ///< empty where it is a person's
  std::vector<ServiceId> services;
  std::string purpose;
  std::string account;
  Interval valid;  ///< as entered
  std::vector<WeeklyWindow> hours;
  std::string approved_by;
  std::string entered_by;  ///< the officer's account
  Timestamp entered_at;
  std::optional<CivilDate> review_date;
  std::vector<Review> reviews;  ///< in order of time
  [[nodiscard]] Interval in_force() const;
  /// When it is to be looked at next, as the last review says.
  [[nodiscard]] std::optional<CivilDate> review_due() const;
  bool operator==(const RegisteredAuthorisation&) const = default;
};

struct Register {
  std::vector<RegisteredWithdrawal> withdrawals;        ///< in order of number
  std::vector<RegisteredAuthorisation> authorisations;  ///< in order of number
};

/// A rule book as it was read, kept so that a question of a past time is answered by the book of then.
struct KeptRuleBook {
  /// A file of the catalogue that was in force with it, as it was read.
  struct CatalogueFile {
    std::string path;
    std::string text;
    bool operator==(const CatalogueFile&) const = default;
  };
  Timestamp from;  ///< in force since
  Revision revision;
  Revision catalogue;                          ///< in force with it
  Revision lists;                              ///< the same; empty where there were none
  std::optional<std::string> rules;            ///< text of the file; none where it was too long to keep
  std::string members;                         ///< who was in which group: `person<TAB>group`, a line each
  std::vector<CatalogueFile> catalogue_files;  ///< none where they were too long to keep
  bool operator==(const KeptRuleBook&) const = default;
};

/// How often a rule spoke on one day, in one run. Of rules about a few people nothing is counted: that would
/// be their use.
struct RuleMatches {
  RuleId rule;
  CivilDate day;  ///< in Europe/London
  std::uint64_t matches = 0;
  Timestamp last;
  bool operator==(const RuleMatches&) const = default;
};

}  // namespace edgewatch::model
