// One purge from end to end (EVIDENCE 7): details of the audit chain, then the ledger, then the certificate.
// Borrows both files for the call; one thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/store/ledger.hpp"

#include <cstdint>
#include <optional>

namespace edgewatch::evidence {

/// The last civil date whose records are due: those of a date D on the same date `years` later, of 29
/// February on 28 February.
[[nodiscard]] CivilDate cutoff(CivilDate today, int years);

struct PurgeRequest {
  CivilDate today;  ///< civil date in Europe/London
  int years = 1;    ///< at least 1
  store::PurgeMode mode = store::PurgeMode::dry_run;
};

struct PurgeOutcome {
  store::PurgeResult
      result;  ///< `rows` has `audit_detail` too; `clean` speaks for both files, and `bytes_returned` too
  /// Entry of the certificate. None on a dry run, and none while bytes are left because somebody reads: run
  /// it again (exit 75), and the certificate will name what both runs removed.
  std::optional<std::uint64_t> certificate;
};

/// Refused (77) for a role that may not, (64) for fewer than one year. Throws store::StoreError.
[[nodiscard]] Result<PurgeOutcome, Refusal> purge(store::Ledger& ledger, AuditLog& audit,
                                                  const Officer& officer, const PurgeRequest& request,
                                                  Timestamp now);

}  // namespace edgewatch::evidence
