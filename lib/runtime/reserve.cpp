#include "reserve.hpp"

#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace edgewatch::runtime {

namespace {

constexpr std::uintmax_t least_to_open = std::uintmax_t{4} << 20U;

}  // namespace

Reserve::Reserve(const std::filesystem::path& ledger)
    : file_(ledger == ":memory:" ? std::filesystem::path()
                                 : std::filesystem::path(ledger.string() + ".reserve")) {}

void Reserve::release_where_disk_is_full() const {
  std::error_code unknown;
  const auto space = std::filesystem::space(file_.parent_path(), unknown);
  if (!unknown && space.available < least_to_open) release();
}

bool Reserve::keep() const {
  if (file_.empty()) return true;
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return false;
  const bool kept = ::posix_fallocate(descriptor, 0, bytes) == 0;
  ::close(descriptor);
  if (!kept) release();  // a part of it is of no use, and somebody else's to take
  return kept;
}

void Reserve::release() const {
  std::error_code gone;
  if (!file_.empty()) std::filesystem::remove(file_, gone);
}

}  // namespace edgewatch::runtime
