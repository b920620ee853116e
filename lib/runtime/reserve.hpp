// Space that is kept for the purge: deleting from a database needs some, so on a full disk nothing could be
// deleted. Owns its file; one thread.
#pragma once

#include <cstdint>
#include <filesystem>

namespace edgewatch::runtime {

class Reserve {
 public:
  /// What the transactions of a purge and a checkpoint may need.
  static constexpr std::int64_t bytes = std::int64_t{32} << 20U;

  /// Beside the ledger; for one in memory none is needed.
  explicit Reserve(const std::filesystem::path& ledger);
  /// Takes the space, if it is not taken yet. False where the disk does not have it.
  [[nodiscard]] bool keep() const;
  /// Gives it to whoever comes first.
  void release() const;
  /// A database cannot even be opened where nothing is free: before that is tried.
  void release_where_disk_is_full() const;

 private:
  std::filesystem::path file_;  ///< empty: none
};

}  // namespace edgewatch::runtime
