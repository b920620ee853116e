#include "purge_files.hpp"

#include <algorithm>

namespace edgewatch::evidence {

Cases cases_at(const store::Ledger& ledger, CivilDate last_due, const std::vector<model::Hold>& holds) {
  Cases cases;
  cases.gone = ledger.due_cases(last_due);
  std::erase_if(cases.gone, [&](const model::CaseReference& reference) {
    return std::ranges::any_of(holds, [&](const model::Hold& hold) {
      return hold.ground == model::Hold::Ground::hr_case && hold.reference == reference.text();
    });
  });
  for (const model::Case& record : ledger.cases()) {
    if (std::find(cases.gone.begin(), cases.gone.end(), record.reference) == cases.gone.end())
      cases.kept.push_back(record.reference);
  }
  return cases;
}

store::PurgeResult purge_files(store::Ledger& ledger, store::AuditStore& audit, CivilDate last_due,
                               const std::vector<model::Hold>& holds) {
  const Cases cases = cases_at(ledger, last_due, holds);
  // The chain's details first: the cases that say which of them are due must still be in the ledger if this
  // run is stopped half way.
  const store::AuditPurge details =
      audit.purge_details(london_midnight(next_day(last_due)), cases.kept, cases.gone);
  store::PurgeResult result = ledger.purge(last_due, store::PurgeMode::remove, holds);
  if (details.details > 0) result.rows["audit_detail"] = details.details;
  result.bytes_returned += details.bytes_returned;
  result.clean = result.clean && details.clean;
  return result;
}

}  // namespace edgewatch::evidence
