// The register of what is entered by command: access withdrawn from a person, and use that is somebody's job.
// ICT enters it, somebody else has approved it; each entry, and each refusal, is in the audit chain before it
// is in force. Borrows the ledger and the audit log for its life; one thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/register.hpp"
#include "edgewatch/store/ledger.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

/// What entries may speak of, as the configuration in force says.
struct RegisterVocabulary {
  std::function<bool(const model::PersonId&)> is_person;  ///< in people.csv and monitored
  std::function<bool(const std::string&)> is_group;
  std::function<bool(const model::ServiceId&)> is_service;
  /// Display name and accounts of a person: a case reference may spell none of them.
  std::function<std::vector<std::string>(const model::PersonId&)> names_of;
};

class RegisterDesk {
 public:
  RegisterDesk(store::Ledger& ledger, AuditLog& audit) : ledger_(ledger), audit_(audit) {}

  /// Of `wanted` the number, the officer and the time of entry are filled in; an open `valid.from` is now.
  /// Refused (64) for an unknown person or service, an end that has passed, no case, no approver, or one who
  /// is the officer; (77) where the ledger has that case and it is about somebody else.
  [[nodiscard]] Result<model::RegisteredWithdrawal, Refusal> withdraw(const Officer& officer,
                                                                      model::RegisteredWithdrawal wanted,
                                                                      const RegisterVocabulary& known,
                                                                      Timestamp now);
  [[nodiscard]] Result<model::RegisteredWithdrawal, Refusal> lift(const Officer& officer, std::int64_t number,
                                                                  const std::string& approved_by,
                                                                  Timestamp now);
  [[nodiscard]] Result<model::RegisteredAuthorisation, Refusal> authorise(
      const Officer& officer, model::RegisteredAuthorisation wanted, const RegisterVocabulary& known,
      Timestamp now);
  /// `at` and `by` of the review are filled in.
  [[nodiscard]] Result<model::RegisteredAuthorisation, Refusal> review(
      const Officer& officer, std::int64_t number, model::RegisteredAuthorisation::Review review,
      Timestamp now);
  /// Names people, so it is audited. HR is given the entries of the case that it names.
  [[nodiscard]] Result<std::vector<model::RegisteredWithdrawal>, Refusal> withdrawals(
      const Officer& officer, const model::CaseReference& reference, Timestamp now);
  [[nodiscard]] Result<std::vector<model::RegisteredAuthorisation>, Refusal> authorisations(
      const Officer& officer, Timestamp now);

 private:
  std::string mistake_in(const model::RegisteredWithdrawal& wanted, const RegisterVocabulary& known,
                         const Officer& officer, Timestamp now) const;

  store::Ledger& ledger_;
  AuditLog& audit_;
};

}  // namespace edgewatch::evidence
