// One purge from end to end (EVIDENCE 7): guards, details of the audit chain, then the ledger, then the
// certificate. Borrows both files for the call; one thread, theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/backups.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/store/ledger.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

/// The last civil date whose records are due: those of a date D on the same date `years` later, of 29
/// February on 28 February.
[[nodiscard]] CivilDate cutoff(CivilDate today, int years);

/// Whether something keeps the wall clock right, as the kernel or systemd says.
enum class Clock : std::uint8_t { synchronised, alone };

struct PurgeRequest {
  CivilDate today;  ///< civil date in Europe/London
  int years = 1;    ///< at least 1
  store::PurgeMode mode = store::PurgeMode::dry_run;
  Clock clock = Clock::synchronised;
  std::filesystem::path backups = {};  ///< folder of those that are purged too
  std::string confirmed = {};          ///< why a run that a guard refused is right; empty: guards hold
};

struct PurgeOutcome {
  store::PurgeResult
      result;  ///< `rows` has `audit_detail` too; `clean` speaks for both files, and `bytes_returned` too
  std::vector<model::Hold> holds;  ///< that were respected
  Backups::Purged backups;
  std::string objection;  ///< of a dry run: what a guard would say; empty when none would
  /// Entry of the certificate. None on a dry run, and none while bytes are left because somebody reads: run
  /// it again (exit 75), and the certificate will name what both runs removed.
  std::optional<std::uint64_t> certificate;
};

/// Refused (77) for a role that may not, and by a guard: where the clock is behind the newest record, or over
/// 48 hours ahead of the last time that was sure and nothing synchronises it, or where over half of all rows
/// would go; (64) for fewer than one year. A run that removes nothing is refused only by a clock that is
/// behind. A confirmation goes for the run until it has its certificate, however often it is stopped. Throws
/// store::StoreError.
[[nodiscard]] Result<PurgeOutcome, Refusal> purge(store::Ledger& ledger, AuditLog& audit,
                                                  const Officer& officer, const PurgeRequest& request,
                                                  Timestamp now);

/// What is doubtful about the clock, in words; empty where nothing is, and then its time is remembered as
/// sure. To be called now and then, so that a jump is noticed whenever it happens.
[[nodiscard]] std::string note_time(store::Ledger& ledger, Timestamp now, Clock clock);

/// What a run did, as the chain says; names nobody.
struct Certificate {
  struct Held {
    std::uint64_t number = 0;
    std::string ground;
    std::string until;
  };
  std::uint64_t seq = 0;  ///< entry of the chain
  Timestamp at;
  std::string cutoff;  ///< records of that date and earlier
  std::map<std::string, std::uint64_t> removed;
  std::string oldest_left;  ///< a date or `none`
  std::uint64_t open_cases = 0;
  std::vector<Held> holds;  ///< that were respected
  std::uint64_t held_rows = 0;
  std::vector<std::string> backups;  ///< that were purged too
  std::uint64_t backups_removed = 0;
  std::uint64_t bytes_returned = 0;
};
/// From what is chained; what cannot be read is nothing.
[[nodiscard]] Certificate read_certificate(std::uint64_t seq, Timestamp at, const std::string& note);
/// In order of time. Names nobody; audited all the same.
[[nodiscard]] Result<std::vector<Certificate>, Refusal> certificates(AuditLog& audit, const Officer& officer,
                                                                     Timestamp now);
/// For people.
[[nodiscard]] std::string in_words(const Certificate& certificate);

}  // namespace edgewatch::evidence
