// Where the audit chain lies: a SQLite file of its own (synchronous=FULL), whose chained table can only grow.
// It knows nothing of hashing or of roles; `evidence` does. One AuditStore is one connection, used by one
// thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/ids.hpp"
#include "edgewatch/store/store_error.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::store {

using Digest = std::array<std::uint8_t, 32>;  ///< SHA-256
using Salt = std::array<std::uint8_t, 16>;

/// One chained record, and the hash that binds it to all before it. Names nobody.
struct AuditRow {
  std::uint64_t seq = 0;  ///< from 1, without a hole
  Timestamp at;
  std::string action;
  std::uint64_t uid = 0;  ///< as wide as the file's integers, so that no edit of it can be lost in reading
  std::string role;
  std::string reference;  ///< of the case; empty where none was named
  std::string outcome;    ///< `permitted` or `refused`
  std::string note;       ///< for the public part of a certificate; names nobody
  Digest commitment{};    ///< to the detail
  Digest hash{};
  bool operator==(const AuditRow&) const = default;
};

/// What an entry was about: the part that may name a person, and that is purged.
struct AuditDetailRow {
  std::string text;
  Salt salt{};
};

struct NewAuditEntry {
  AuditRow row;
  AuditDetailRow detail;
};

struct AuditPurge {
  std::uint64_t details = 0;  ///< removed and not yet named by a certificate
  std::uint64_t bytes_returned = 0;
  bool clean = false;  ///< the write-ahead log was truncated too
};

class AuditStore {
 public:
  /// Opens or makes the file (0600). Throws StoreError as Ledger does.
  explicit AuditStore(const std::filesystem::path& file);
  ~AuditStore();
  AuditStore(const AuditStore&) = delete;
  AuditStore& operator=(const AuditStore&) = delete;

  /// Adds one entry, made from the last one under the write lock, so that two writers cannot fork the chain.
  /// On disk when this returns.
  AuditRow append(const std::function<NewAuditEntry(const std::optional<AuditRow>& last)>& make);
  [[nodiscard]] std::optional<AuditRow> last() const;
  /// Calls back for each entry from `first_seq` on, in order, with its detail where that is still there; ends
  /// when the call gives false.
  void read(std::uint64_t first_seq,
            const std::function<bool(const AuditRow&, const std::optional<AuditDetailRow>&)>& row) const;
  /// The first entry number that has a detail and no entry, which only tampering can make.
  [[nodiscard]] std::optional<std::uint64_t> orphan_detail() const;

  /// Details written before `before` (except those of permitted entries of the cases in `keep`) and all
  /// details of the cases in `gone`.
  [[nodiscard]] std::uint64_t due_details(Timestamp before, const std::vector<model::CaseReference>& keep,
                                          const std::vector<model::CaseReference>& gone) const;
  [[nodiscard]] AuditPurge purge_details(Timestamp before, const std::vector<model::CaseReference>& keep,
                                         const std::vector<model::CaseReference>& gone);
  /// Details that a purge removed and no certificate names yet.
  [[nodiscard]] std::uint64_t carried_details() const;
  /// The certificate is written: the count need not be carried on.
  void purge_certified();
  /// As Ledger::back_up.
  void back_up(const std::filesystem::path& file) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::store
