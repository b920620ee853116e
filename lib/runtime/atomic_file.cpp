#include "atomic_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

/// Closed, and while it has no name of its own removed, whatever happens.
struct Draft {
  std::string path;
  int descriptor;
  explicit Draft(const std::filesystem::path& file)
      : path(file.string() + ".XXXXXX"), descriptor(::mkostemp(path.data(), O_CLOEXEC)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (descriptor < 0) return;
    ::close(descriptor);
    if (!path.empty()) ::unlink(path.c_str());
  }
};

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::system_error(errno, std::generic_category(), file.string());
}

}  // namespace

void write_atomically(const std::filesystem::path& file, std::string_view text) {
  constexpr mode_t owner_and_group = 0640;
  Draft draft(file);
  if (draft.descriptor < 0) fail(file);
  while (!text.empty()) {
    const ssize_t written = ::write(draft.descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(file);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fchmod(draft.descriptor, owner_and_group) != 0 || ::fsync(draft.descriptor) != 0 ||
      ::rename(draft.path.c_str(), file.c_str()) != 0)
    fail(file);
  draft.path.clear();
  // The name is on the disk once its folder is.
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!kept) fail(file);
}

}  // namespace edgewatch::runtime
