// One run's writing into the ledger: the lock that keeps a second writer out, what stands from the run
// before, and rows as they become final. One thread.
#pragma once

#include "edgewatch/account/accountant.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/pipeline/pipeline.hpp"
#include "edgewatch/store/ledger.hpp"

#include "file_lock.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace edgewatch::runtime {

class LedgerSession {
 public:
  /// Locks and opens the ledger; throws store::StoreError (75 when another process holds it).
  explicit LedgerSession(const std::filesystem::path& file);
  /// Packs what was told of the hour that runs, where the ledger lets it.
  ~LedgerSession();
  LedgerSession(const LedgerSession&) = delete;
  LedgerSession& operator=(const LedgerSession&) = delete;

  /// Notes what is in force from `at` on, and the gap since the run before, if there was one.
  void begin(Timestamp at, const account::Method& method, const config::Policies& policies);
  /// Live: what an earlier run counted in the minute of `at` is kept, and what this one counts in it added.
  /// (A replay that is run again tells the same once more, in its place.)
  void count_on(Timestamp at);
  void revise(Timestamp at, const config::Policies& policies);
  /// Writing the same output again, after a failure half way, changes nothing.
  void write(const pipeline::Output& output);
  /// Alive at `at`: a gap after a kill begins here.
  void heartbeat(Timestamp at) { ledger_.heartbeat(at); }
  [[nodiscard]] store::Ledger& ledger() { return ledger_; }

 private:
  [[nodiscard]] std::vector<model::Coverage> with_what_was_before(std::vector<model::Coverage> rows) const;
  void write_exclusions(const std::vector<model::Exclusion>& more);

  using ExclusionKey = std::tuple<model::Subject, CivilDate, std::string>;

  std::unique_ptr<FileLock> lock_;  ///< none for a ledger in memory
  store::Ledger ledger_;
  Timestamp run_;                                   ///< when this run began
  std::vector<model::Coverage> before_;             ///< counted by an earlier run in the minute of the start
  std::map<ExclusionKey, std::uint32_t> excluded_;  ///< counts of this run so far, of the last days
};

}  // namespace edgewatch::runtime
