// Backups that the product makes: folders of two files, each a whole copy of one moment. They are subject to
// the same deadline as what they were copied from: each purge purges them too, and one whose day is due goes.
// One thread, that of the ledger and the audit log.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/model/hold.hpp"
#include "edgewatch/store/ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace edgewatch::evidence {

class Backups {
 public:
  static constexpr std::size_t most = 10;  ///< the newest are kept

  /// An empty folder: there are none, as beside a ledger in memory.
  explicit Backups(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `20261121T053000Z`, in order of time: those that are whole.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Of the ledger first, so that whatever stands there has its entry in the copied chain. Audited. Refused
  /// (77) for a role that may not; (74) where the disk has no room for it and a reserve.
  [[nodiscard]] Result<std::string, Refusal> make(const store::Ledger& ledger, AuditLog& audit,
                                                  const Officer& officer, Timestamp now);

  struct Purged {
    std::vector<std::string> kept;  ///< and purged
    std::uint64_t removed = 0;
    std::string trouble;  ///< one that cannot be purged, and what to do; empty where all could
  };
  Purged purge(CivilDate cutoff, const std::vector<model::Hold>& holds);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  void remove_what_is_not_whole() const;
  std::filesystem::path folder_;
};

}  // namespace edgewatch::evidence
