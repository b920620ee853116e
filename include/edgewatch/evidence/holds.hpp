// Holds: the only exception to deletion (EVIDENCE 7). HR enters one, somebody else has approved it, and it
// ends by itself; each entry, and each refusal, is in the audit chain before it is in force. Borrows the
// ledger and the audit log for its life; one thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/hold.hpp"
#include "edgewatch/store/ledger.hpp"

#include <string>
#include <vector>

namespace edgewatch::evidence {

/// A claim for breach of contract can be brought for so long (Limitation Act 1980, section 5); what is needed
/// for longer is entered anew.
inline constexpr int longest_hold_years = 6;

class HoldDesk {
 public:
  HoldDesk(store::Ledger& ledger, AuditLog& audit) : ledger_(ledger), audit_(audit) {}

  /// Of `wanted` the number, the officer and the time of entry are filled in. Refused (64) for no person,
  /// dates the wrong way round, an end that has passed or lies over six years ahead, no reason, no approver,
  /// or one who is the officer; (77) where the ledger has that case and it is about somebody else. A person
  /// who has left is nobody's spelling mistake to judge: the id is not looked up.
  [[nodiscard]] Result<model::Hold, Refusal> add(const Officer& officer, model::Hold wanted, Timestamp now);
  [[nodiscard]] Result<model::Hold, Refusal> release(const Officer& officer, std::int64_t number,
                                                     const std::string& approved_by, Timestamp now);
  /// Names people, so it is audited.
  [[nodiscard]] Result<std::vector<model::Hold>, Refusal> list(const Officer& officer, Timestamp now);

 private:
  store::Ledger& ledger_;
  AuditLog& audit_;
};

/// Those that hold on that day.
[[nodiscard]] std::vector<model::Hold> holds_on(const store::Ledger& ledger, CivilDate today);

}  // namespace edgewatch::evidence
