#include "edgewatch/base/write_all.hpp"

#include <cerrno>

#include <unistd.h>

namespace edgewatch {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = EIO;  // POSIX allows it of devices; it must not go round for ever
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace edgewatch
