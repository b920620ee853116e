// Everything a report says, gathered from the ledger and the chain under one authority. Borrows both for the
// call; one thread, theirs.
#pragma once

#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/store/ledger.hpp"

#include <map>
#include <string>

namespace edgewatch::evidence {

/// The text of the audit entry for the look that a disclosure takes at the figures before it is made.
inline constexpr const char* check_before_disclosure = "whether the figures are sure enough to be disclosed";

/// What the ledger does not keep: joined only inside an authorised answer.
struct Names {
  std::string display_name;                  ///< of the person
  model::Calendar calendar;                  ///< of the person
  std::chrono::minutes break_allowance{30};  ///< of the person (TIME 2.6)
  std::map<model::ServiceId, std::string> services;
  std::string program_version;
};

/// The report over the authority's own period. The case must still be in the ledger: throws std::logic_error
/// where it is not, as an authority is used at once.
[[nodiscard]] report::UsageReport gather(const store::Ledger& ledger, const AuditLog& audit,
                                         const model::CaseAuthority& authority, Names names, Timestamp now);

}  // namespace edgewatch::evidence
