#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {

FileLock::FileLock(const std::filesystem::path& file, For whom)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (descriptor_ < 0) return;
  // Somebody else's is so already.
  if (whom == For::group) static_cast<void>(::fchmod(descriptor_, 0660));
  state_ = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0 ? State::held : State::taken;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace edgewatch::runtime
