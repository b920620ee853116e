// The ledger: what edgewatch keeps, in one SQLite file (WAL, secure_delete, STRICT tables). The daemon alone
// opens it. One Ledger is one connection, used by one thread; several may be open in the daemon (one writes
// minutes, one answers and purges).
#pragma once

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace edgewatch::store {

/// The world said no: disk full, file locked, newer schema. The text says file, what and what to do.
/// `exit_code` is CONTRACT's (74, 75, 78).
class StoreError : public std::runtime_error {
 public:
  StoreError(int exit_code, const std::string& what) : std::runtime_error(what), exit_code_(exit_code) {}
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// What a purge removed, or would remove; names nobody.
struct PurgeResult {
  CivilDate cutoff;  ///< records of this civil date (Europe/London) and earlier are due
  std::map<std::string, std::uint64_t> rows;  ///< per table
  std::optional<CivilDate> oldest_left;
  std::uint64_t bytes_returned = 0;
  bool clean = false;  ///< the write-ahead log was truncated too: nothing is left in any file
};

struct Status {
  int schema = 0;
  std::uint64_t usage_rows = 0;
  std::optional<UtcMinute> newest_minute;
  std::optional<Timestamp> last_heartbeat;
  std::uint64_t file_bytes = 0;
};

class Ledger {
 public:
  /// Opens or makes the file (0600) and migrates it by numbered files. Throws StoreError; a newer schema is
  /// refused. `:memory:` for tests and --live.
  explicit Ledger(const std::filesystem::path& file);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Written by the daemon, each call one transaction.
  void write(const std::vector<model::UsageSlice>& slices);
  void write(const std::vector<model::Exclusion>& exclusions);
  void write(const std::vector<model::BlockCount>& blocks);  ///< keeps of each only what its class allows
  void write(const std::vector<model::Coverage>& coverage);
  void write(const std::vector<model::Binding>& bindings);
  void write_method(const std::string& version, const std::string& constants_json, Timestamp at);
  void write_revision(const std::string& kind, const model::Revision& revision,
                      const std::string& description, Timestamp at);
  void heartbeat(Timestamp at);

  // Read only under an authority (ARCHITECTURE D5, law).
  [[nodiscard]] std::vector<model::UsageSlice> usage(const model::CaseAuthority& authority,
                                                     const model::DateRange& period) const;
  [[nodiscard]] std::vector<model::Exclusion> exclusions(const model::CaseAuthority& authority,
                                                         const model::DateRange& period) const;
  [[nodiscard]] std::vector<model::Binding> bindings(const model::CaseAuthority& authority,
                                                     const model::DateRange& period) const;

  // These return no person.
  [[nodiscard]] std::vector<model::Coverage> coverage(const model::DateRange& period) const;
  [[nodiscard]] Status status() const;

  // Cases. Texts of a case are its own; `evidence` decides who may see them.
  void open_case(const model::Case& record);
  void close_case(const model::CaseReference& reference, Timestamp at);
  [[nodiscard]] std::optional<model::Case> find_case(const model::CaseReference& reference) const;
  [[nodiscard]] std::vector<model::Case> cases() const;

  /// Removes all records of civil dates up to `cutoff` (usage, exclusions, blocks, coverage, bindings), and
  /// cases closed up to that date with all that hangs on them; in chunks, then truncates the write-ahead log.
  /// With `dry_run` only counts.
  [[nodiscard]] PurgeResult purge(CivilDate cutoff, bool dry_run);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::store
