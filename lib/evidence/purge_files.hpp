// What a purge does to a ledger and its chain, wherever they lie. Private to evidence.
#pragma once

#include "edgewatch/model/hold.hpp"
#include "edgewatch/store/audit_store.hpp"
#include "edgewatch/store/ledger.hpp"

#include <vector>

namespace edgewatch::evidence {

/// Which cases' details go with the case, and which stay with it.
struct Cases {
  std::vector<model::CaseReference> gone;
  std::vector<model::CaseReference> kept;
};
[[nodiscard]] Cases cases_at(const store::Ledger& ledger, CivilDate last_due,
                             const std::vector<model::Hold>& holds);

/// `rows` has `audit_detail` too; `clean` and `bytes_returned` speak for both files.
[[nodiscard]] store::PurgeResult purge_files(store::Ledger& ledger, store::AuditStore& audit,
                                             CivilDate last_due, const std::vector<model::Hold>& holds);

}  // namespace edgewatch::evidence
