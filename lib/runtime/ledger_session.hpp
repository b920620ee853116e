// One run's writing into the ledger: the lock that keeps a second writer out, what stands from the run
// before, and rows as they become final. One thread.
#pragma once

#include "edgewatch/account/accountant.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/pipeline/pipeline.hpp"
#include "edgewatch/store/ledger.hpp"

#include <filesystem>
#include <string>

namespace edgewatch::runtime {

class LedgerSession {
 public:
  /// Locks and opens the ledger; throws store::StoreError (75 when another process holds it).
  explicit LedgerSession(const std::filesystem::path& file);
  ~LedgerSession();
  LedgerSession(const LedgerSession&) = delete;
  LedgerSession& operator=(const LedgerSession&) = delete;

  /// Notes what is in force from `at` on, and the gap since the run before, if there was one.
  void begin(Timestamp at, const account::Method& method, const config::Policies& policies);
  void revise(Timestamp at, const config::Policies& policies);
  void write(const pipeline::Output& output);
  /// Alive at `at`: a gap after a kill begins here.
  void heartbeat(Timestamp at) { ledger_.heartbeat(at); }
  [[nodiscard]] store::Ledger& ledger() { return ledger_; }

 private:
  class Lock {
   public:
    explicit Lock(const std::filesystem::path& file);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    int descriptor_ = -1;
  };
  Lock lock_;
  store::Ledger ledger_;
};

}  // namespace edgewatch::runtime
