#include "atomic_file.hpp"

#include "edgewatch/base/write_all.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::system_error(errno, std::generic_category(), file.string());
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path file)
    : file_(std::move(file)),
      draft_(file_.string() + ".XXXXXX"),
      descriptor_(::mkostemp(draft_.data(), O_CLOEXEC)) {
  if (descriptor_ < 0) fail(file_);
}

void AtomicFile::date(Timestamp at) {
  using std::chrono::floor;
  using std::chrono::seconds;
  timespec when{};
  when.tv_sec = floor<seconds>(at).time_since_epoch().count();
  const timespec both[2] = {when, when};
  if (::futimens(descriptor_, both) != 0) fail(file_);
}

AtomicFile::~AtomicFile() {
  ::close(descriptor_);
  if (!draft_.empty()) ::unlink(draft_.c_str());
}

void AtomicFile::append(std::string_view text) {
  if (!write_all(descriptor_, text)) fail(file_);
}

void AtomicFile::commit() {
  constexpr mode_t owner_and_group = 0640;
  if (::fchmod(descriptor_, owner_and_group) != 0 || ::fsync(descriptor_) != 0 ||
      ::rename(draft_.c_str(), file_.c_str()) != 0)
    fail(file_);
  draft_.clear();
  // The name is on the disk once its folder is.
  const int folder = ::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!kept) fail(file_);
}

void write_atomically(const std::filesystem::path& file, std::string_view text) {
  AtomicFile whole(file);
  whole.append(text);
  whole.commit();
}

}  // namespace edgewatch::runtime
