// A file that says "somebody is at work here": held while the object lives, let go by the kernel when the
// process dies. One thread.
#pragma once

#include <filesystem>

namespace edgewatch::runtime {

class FileLock {
 public:
  enum class State { held, taken, failed };
  /// Makes the file (0600) where it is missing. Does not wait.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  [[nodiscard]] State state() const { return state_; }

 private:
  int descriptor_ = -1;
  State state_ = State::failed;
};

}  // namespace edgewatch::runtime
