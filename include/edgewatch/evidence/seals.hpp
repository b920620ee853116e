// Seals of closed days (EVIDENCE 6): one root over a salted leaf for each subject, in the audit chain, which
// stays when the rows are gone. Borrows ledger and chain for the call; one thread, theirs.
#pragma once

#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/merkle.hpp"
#include "edgewatch/store/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::evidence {

/// A day is closed so long after its midnight.
inline constexpr std::chrono::hours settling{2};

struct DaySeal {
  CivilDate day{};
  std::uint64_t subjects = 0;
  store::Digest root{};
  bool operator==(const DaySeal&) const = default;
};

/// SHA-256(0x00 || salt || text), text as store::leaf_text gives it.
[[nodiscard]] store::Digest sealed_leaf(const store::Salt& salt, const std::string& text);

/// The note of the chain's entry: `{"day":"2026-11-17","subjects":12,"root":"..."}`.
[[nodiscard]] std::string to_note(const DaySeal& seal);
[[nodiscard]] std::optional<DaySeal> parse_day_seal(const std::string& note);

/// The days before this one are closed.
[[nodiscard]] inline CivilDate first_open_day(Timestamp now) { return london_date(now - settling); }
/// Seals the oldest closed day that has minute records and no seal; nothing where there is none. Throws
/// store::StoreError.
[[nodiscard]] std::optional<DaySeal> seal_next_day(store::Ledger& ledger, AuditLog& audit,
                                                   const Officer& daemon, Timestamp now);

}  // namespace edgewatch::evidence
