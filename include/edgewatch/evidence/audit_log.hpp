// The audit chain (EVIDENCE 6): h(i) = SHA-256(h(i-1) || canonical record), written before the answer leaves.
// The detail of an entry lies outside the chain, which holds a salted commitment to it, so it can be purged
// and the chain still verifies. Owns its file; one AuditLog is used by one thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/evidence/merkle.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/store/audit_store.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

enum class Outcome : std::uint8_t { permitted, refused };
/// `permitted`, `refused`.
[[nodiscard]] std::string to_string(Outcome outcome);

/// The part of an entry that may name a person.
struct AuditDetail {
  std::optional<model::PersonId> person;
  std::optional<model::DateRange> period;
  std::string text;     ///< grounds, or the sentence of a refusal
  std::string officer;  ///< name of the officer's account; filled in by the log
  bool operator==(const AuditDetail&) const = default;
};

struct AuditEntry {
  std::uint64_t seq = 0;
  Timestamp at;
  std::string action;
  std::uint32_t uid = 0;
  std::string role;
  model::CaseReference reference;  ///< empty where the entry has none
  std::string outcome;
  std::string note;                   ///< of a certificate; names nobody
  std::optional<AuditDetail> detail;  ///< none once it is purged
  std::string hash;                   ///< hexadecimal
};

/// Where the chain ended at some moment. Kept elsewhere, it shows later that nothing before it was cut off or
/// changed.
struct AuditHead {
  std::uint64_t seq = 0;  ///< 0 for an empty chain
  store::Digest hash{};
  bool operator==(const AuditHead&) const = default;
};
/// With the root of the Merkle tree over the hashes of all entries up to it.
struct AuditTree {
  AuditHead head;
  store::Digest root{};
};
/// `12:0a1b...`
[[nodiscard]] std::string to_string(const AuditHead& head);
[[nodiscard]] std::optional<AuditHead> parse_audit_head(const std::string& text);

struct AuditVerdict {
  struct Fault {
    std::uint64_t seq = 0;
    std::string what;
  };
  std::uint64_t entries = 0;         ///< read up to the fault, or all
  std::uint64_t details_purged = 0;  ///< entries whose detail is no longer there
  std::optional<Fault> fault;        ///< the first
  AuditHead head;
  [[nodiscard]] bool sound() const { return !fault.has_value(); }
};

class AuditLog {
 public:
  /// Opens or makes `audit.db`. Throws store::StoreError.
  explicit AuditLog(const std::filesystem::path& file) : store_(file) {}

  /// On disk when it returns. Throws store::StoreError; then nothing may be answered.
  AuditEntry append(const Officer& officer, Action action, const model::CaseReference& reference,
                    Outcome outcome, AuditDetail detail, Timestamp at, const std::string& note = {});
  /// In order; only those that `wanted` takes, where it is given.
  [[nodiscard]] std::vector<AuditEntry> entries(
      const std::function<bool(const AuditEntry&)>& wanted = {}) const;
  /// As they are chained, in order; ends when the call gives false.
  void each(const std::function<bool(const store::AuditRow&, const std::optional<store::AuditDetailRow>&)>&
                row) const {
    store_.read(1, row);
  }
  /// Reads the whole chain and names the first entry that is not what was written. A tail that was cut off
  /// shows only against heads from outside. Details that are gone must be accounted for by certificates of
  /// deletion.
  [[nodiscard]] AuditVerdict verify(const std::vector<AuditHead>& against = {}) const;
  [[nodiscard]] AuditHead head() const;
  /// The head and the tree that it is signed with; reads what was added since the last call.
  [[nodiscard]] AuditTree tree();

  /// For the purge.
  [[nodiscard]] store::AuditStore& store() { return store_; }

 private:
  store::AuditStore store_;
  MerkleFrontier frontier_;
  AuditTree tree_;
};

/// The text that is hashed for one entry: its fields as a TSV row (CONTRACT escapes), the commitment in
/// hexadecimal, ended by LF. Public so that a third party can repeat the chain.
[[nodiscard]] std::string canonical_record(const store::AuditRow& row);

/// The role's leave to do this at all. A refusal is audited, with whom and when it was about where the
/// request said so, and tells who may.
[[nodiscard]] std::optional<Refusal> refuse_role(AuditLog& audit, const Officer& officer, Action action,
                                                 Timestamp now, AuditDetail about = {});
/// Puts a refusal on record, in its own words, and gives it back.
[[nodiscard]] Refusal refused(AuditLog& audit, const Officer& officer, Action action, AuditDetail about,
                              Refusal refusal, Timestamp now);

}  // namespace edgewatch::evidence
