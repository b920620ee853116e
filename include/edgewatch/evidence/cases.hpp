// Opening, closing and listing cases, and the authority that an open case gives (EVIDENCE 3). Every answer
// and every refusal is in the audit chain before it is returned. Borrows the ledger and the audit log for its
// life; one thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/store/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

/// What a covert case needs beside all else.
struct CovertRequest {
  std::string second_person;
  CivilDate ends;
  std::string why_not_informed;
  CivilDate review;  ///< when it is looked at again whether the person can be told
};
/// What the configuration says: off in the one that is shipped.
enum class CovertCases : std::uint8_t { off, allowed };
/// A covert case ends so soon; what is needed for longer is decided anew.
inline constexpr std::chrono::days longest_covert{90};

struct CaseRequest {
  std::optional<model::CaseReference> reference;  ///< none: the next of this year, `HR-2026-001`
  model::PersonId person;
  model::CaseReason reason = model::CaseReason::excessive_time;
  std::string grounds;
  model::DateRange period;
  std::string authorised_by;
  std::string officer;  ///< who works on it; the asking officer where empty
  std::vector<std::string>
      names;  ///< other names of the person (display name, accounts): the reference may spell none of them
  std::optional<CovertRequest> covert;
};

/// A case with what was written down in it.
struct CaseWithNotes {
  model::Case record;
  std::vector<model::CaseNote> notes;  ///< in order of writing
};

/// What HR has to do about a case, in words that name nobody: a review of not telling the person that is due,
/// a covert case past its end, and one that has been open for longer than records are kept.
enum class Due : std::uint8_t { review, covert_end, closing };
[[nodiscard]] std::vector<Due> due_in(const CaseWithNotes& found, CivilDate today, int retention_years);
[[nodiscard]] std::string to_string(Due due);

/// Whether people.csv has that person.
using IsKnown = std::function<bool(const model::PersonId&)>;

class CaseDesk {
 public:
  CaseDesk(store::Ledger& ledger, AuditLog& audit, CovertCases covert = CovertCases::off)
      : ledger_(ledger), audit_(audit), covert_(covert) {}

  /// Opens it unlocked. Refused (64) for an unknown person, a reference that is taken or not letters, digits
  /// and `-`, dates the wrong way round, no grounds, nobody who authorised it, and a covert one without a
  /// second person, a reason, an end within 90 days or a review before it; (77) for another role, and for a
  /// covert one where they are off.
  [[nodiscard]] Result<model::Case, Refusal> open(const Officer& officer, const CaseRequest& request,
                                                  const IsKnown& is_known, Timestamp now);
  [[nodiscard]] Result<model::Case, Refusal> close(const Officer& officer,
                                                   const model::CaseReference& reference, Timestamp now);
  /// Lets an open case answer for another 24 hours. Refused (64) for one that is not there, closed or, being
  /// covert, past its end.
  [[nodiscard]] Result<model::Case, Refusal> unlock(const Officer& officer,
                                                    const model::CaseReference& reference,
                                                    const std::string& reason, Timestamp now);
  /// Writes down that the person was told, or why not and when that is looked at again; a heading of the case
  /// form; or what the person challenges. Of `wanted` number, officer and time are filled in. Refused (64)
  /// for a case that is not there or closed, no text, a day of telling to come or of review past, and a
  /// challenge that supersedes none of the same case; (77) for another role.
  [[nodiscard]] Result<model::CaseNote, Refusal> note(const Officer& officer, model::CaseNote wanted,
                                                      Timestamp now);
  /// Audited. For `case show`, and `challenge list`, which has the challenges alone.
  [[nodiscard]] Result<CaseWithNotes, Refusal> show(const Officer& officer,
                                                    const model::CaseReference& reference, Action action,
                                                    Timestamp now);
  /// In order of reference. Names people, so it is audited.
  [[nodiscard]] Result<std::vector<model::Case>, Refusal> list(const Officer& officer, Timestamp now);
  /// The chain as this officer may see it: the auditor all of it, HR the entries of cases they opened
  /// themselves.
  [[nodiscard]] Result<std::vector<AuditEntry>, Refusal> audit(const Officer& officer, Timestamp now);

 private:
  std::string mistake_in_opening(const Officer& officer, const CaseRequest& request,
                                 const model::Case& record, const IsKnown& is_known, CivilDate today) const;
  store::Ledger& ledger_;
  AuditLog& audit_;
  CovertCases covert_;
};

/// The only maker of a CaseAuthority (ARCHITECTURE D5, law).
class Authorities {
 public:
  Authorities(const store::Ledger& ledger, AuditLog& audit) : ledger_(ledger), audit_(audit) {}

  /// Leave to read that person's use in that period, where the case is open and unlocked, names the person
  /// and covers the dates. The entry in the audit chain, of what it is for (and `what`, in its detail), is on
  /// disk before this returns. A refusal (77) says what to do.
  [[nodiscard]] Result<model::CaseAuthority, Refusal> authorise(const Officer& officer,
                                                                const model::CaseReference& reference,
                                                                const model::PersonId& person,
                                                                const model::DateRange& period, Timestamp now,
                                                                Action action = Action::report,
                                                                const std::string& what = {});

 private:
  const store::Ledger& ledger_;
  AuditLog& audit_;
};

}  // namespace edgewatch::evidence
