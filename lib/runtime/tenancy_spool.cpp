#include "tenancy_spool.hpp"

#include "edgewatch/base/write_all.hpp"
#include "edgewatch/config/configuration.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using Event = model::TenancyEvent;

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;
/// Some thousands of events.
constexpr std::size_t room = std::size_t{1} << 20U;

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::runtime_error(fmt::format("identity spool {}: {}", file.string(), std::strerror(errno)));
}

std::string text_of(const std::vector<Event>& events) {
  std::string out;
  for (const Event& event : events) out += config::tenancy_row(event);
  return out;
}

}  // namespace

TenancySpool::TenancySpool(std::filesystem::path file, Timestamp now)
    : file_(std::move(file)), lock_(file_.string() + ".lock") {
  if (lock_.state() == FileLock::State::taken) {
    throw std::runtime_error(
        fmt::format("identity spool {}: another edgewatchd writes it; name another `spool`", file_.string()));
  }
  mend();
  restored_ = still_needed(load(), now);
  rewrite(restored_);
}

TenancySpool::~TenancySpool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// Cuts what stands behind the last line's end: a line that a kill left half written.
void TenancySpool::mend() {
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno != ENOENT) fail(file_);
    return;
  }
  off_t end = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  while (end > 0 && ::pread(descriptor, &last, 1, end - 1) == 1 && last != '\n') --end;
  const bool mended = ::ftruncate(descriptor, end) == 0;
  ::close(descriptor);
  if (!mended) fail(file_);
}

std::vector<Event> TenancySpool::load() {
  std::error_code error;
  if (!std::filesystem::exists(file_, error) || std::filesystem::file_size(file_, error) == 0) return {};
  auto read = config::load_tenancy(file_);
  if (read) return std::move(read).value();
  // Where, not what: a line may name a person.
  problem_ = fmt::format("line {} is no line of a tenancy feed; the file was set aside as {}.unreadable",
                         read.error().front().line, file_.filename().string());
  std::filesystem::rename(file_, file_.string() + ".unreadable", error);
  return {};
}

void TenancySpool::open() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor_ < 0) fail(file_);
  kept_ = 0;
  keep_room();
}

/// So that others who fill the disk do not end the following of addresses, and with it what is refused to
/// whom. A file system that cannot set room aside does without.
void TenancySpool::keep_room() {
  if (size_ + room / 2 <= kept_) return;
  const std::size_t end = size_ + room;
  if (::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(end)) == 0) kept_ = end;
}

void TenancySpool::rewrite(const std::vector<Event>& events) {
  std::string text = text_of(events);
  if (text.size() > largest / 2) text.erase(0, text.find('\n', text.size() - largest / 2) + 1);
  text.insert(0, config::tenancy_header());
  const std::string fresh = file_.string() + ".new";
  ::unlink(fresh.c_str());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_only);
  if (descriptor < 0) fail(fresh);
  const bool written = write_all(descriptor, text) && ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written || std::rename(fresh.c_str(), file_.c_str()) != 0) fail(fresh);
  size_ = text.size();
  open();
}

bool TenancySpool::append(const std::vector<Event>& events) {
  if (events.empty()) return true;
  const std::string text = text_of(events);
  if (size_ + text.size() > largest) compact(events.back().recorded_at);
  if (descriptor_ >= 0 && write_all(descriptor_, text)) {
    size_ += text.size();
    problem_.clear();
    keep_room();
    return true;
  }
  problem_ = std::strerror(errno);
  kept_ = 0;  // a cut gives back what was set aside
  if (descriptor_ >= 0 && ::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0)
    problem_ = std::strerror(errno);
  return false;
}

void TenancySpool::compact(Timestamp now) {
  try {
    rewrite(still_needed(load(), now));
  } catch (const std::runtime_error& error) {
    problem_ = error.what();  // the old file stands, and goes on
  }
}

}  // namespace edgewatch::runtime
