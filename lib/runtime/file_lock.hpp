// A file that says "somebody is at work here": held while the object lives, let go by the kernel when the
// process dies. One thread.
#pragma once

#include <filesystem>

namespace edgewatch::runtime {

class FileLock {
 public:
  enum class State { held, taken, failed };
  /// Makes the file where it is missing, for its owner alone (0600) or for its group too (0660, whatever the
  /// mask of modes is). Does not wait.
  enum class For { owner, group };
  explicit FileLock(const std::filesystem::path& file, For whom = For::owner);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  [[nodiscard]] State state() const { return state_; }

 private:
  int descriptor_ = -1;
  State state_ = State::failed;
};

}  // namespace edgewatch::runtime
