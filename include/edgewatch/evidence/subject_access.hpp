// A person's request for what is held about them (UK GDPR, article 15): its record, the leave that it gives,
// and the answer, in which nobody else's data stands. Borrows the ledger and the audit log for its life; one
// thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/report/document.hpp"
#include "edgewatch/store/ledger.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::evidence {

/// What the record of a request says; needed the first time.
struct AccessDetails {
  std::optional<CivilDate> received;
  std::string identity_checked;
  std::string approved_by;
};

class SubjectAccessDesk {
 public:
  SubjectAccessDesk(store::Ledger& ledger, AuditLog& audit) : ledger_(ledger), audit_(audit) {}

  /// Leave to read everything about the person, under the request of that reference; where there is none yet,
  /// it is entered first. The entry in the chain is on disk before this returns. Refused (77) where the
  /// request is not on record and `details` do not put it there, or is another person's, which is not told;
  /// (64) for a reference that could name somebody, a day to come, and an approver who is the officer.
  [[nodiscard]] Result<model::SubjectAccess, Refusal> authorise(const Officer& officer,
                                                                const model::PersonId& person,
                                                                const std::string& reference,
                                                                const std::vector<std::string>& names,
                                                                const AccessDetails& details, Timestamp now);

 private:
  store::Ledger& ledger_;
  AuditLog& audit_;
};

/// What stands of the person outside the ledger, joined by who reads the configuration; tables of theirs
/// alone.
struct OutsideTheLedger {
  std::vector<std::pair<std::string, std::string>> person;  ///< of people.csv, each with its column
  std::vector<report::Table> tables;
  std::string controller;
  std::string purpose;
  std::string notice;
  int retention_years = 1;
  std::string elsewhere;  ///< a sentence on what was given to others as it came; empty: nothing was
};

/// Everything that is held about one person.
struct HeldAbout {
  report::Document document;
  /// Covert cases that are still open, which are not in it: whether they are told is for the data protection
  /// officer to decide (Data Protection Act 2018, Schedule 2).
  std::size_t left_out = 0;
};
[[nodiscard]] HeldAbout held_about(const store::Ledger& ledger, const AuditLog& audit,
                                   const model::SubjectAccess& access, OutsideTheLedger outside,
                                   Timestamp now);

}  // namespace edgewatch::evidence
