// Files that are whole or not there. Throws std::system_error where the disk refuses.
#pragma once

#include "edgewatch/base/time.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace edgewatch::runtime {

/// A file that is written piece by piece. Given up where it is not committed.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path file);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void append(std::string_view text);
  /// As if it had been written then; after all that is appended.
  void date(Timestamp at);
  /// Whole, on the disk, and called by its name. Readable to its owner and group.
  void commit();

 private:
  std::filesystem::path file_;
  std::string draft_;  ///< beside its place; empty once it is there no longer
  int descriptor_;
};

/// Makes the file whole beside its place, on the disk, before it has its name. Readable to its owner and
/// group.
void write_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace edgewatch::runtime
