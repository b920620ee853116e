// Files that others write beside a capture: the events of `--events` and the tenancy feed of `--tenancy`, of
// which the daemon's own spool is one. The first byte says which.
#include "edgewatch/config/configuration.hpp"

#include "events_file.hpp"
#include "laws.hpp"

#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

using namespace edgewatch;
using fuzz::law;

namespace {

/// A file in memory, for readers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : descriptor_(::memfd_create("feed", MFD_CLOEXEC)) {
    while (!text.empty()) {
      const ::ssize_t wrote = ::write(descriptor_, text.data(), text.size());
      law(wrote > 0, "a file in memory takes what it is given");
      text.remove_prefix(static_cast<std::size_t>(wrote));
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void check_problems(const Problems& problems) {
  law(!problems.empty(), "a refusal has a reason");
  for (const Problem& problem : problems) {
    law(!problem.what.empty(), "a problem says what it is");
    law(problem.line > 0, "a problem of a text has a line");
  }
}

void check_events(std::string_view text) {
  const MemoryFile file(text);
  const auto events = runtime::load_events(file.path());
  if (!events) {
    check_problems(events.error());
    return;
  }
  constexpr auto century = std::chrono::hours(24) * 366 * 100;
  Timestamp last = Timestamp::min();
  for (const model::Event& event : *events) {
    law(runtime::time_of(event) >= last, "events are in order of time");
    last = runtime::time_of(event);
    if (const auto* step = std::get_if<model::ClockStep>(&event))
      law(step->step <= century && step->step >= -century, "no clock is set by more than a century");
  }
}

void check_tenancy(std::string_view text) {
  const MemoryFile file(text);
  const auto events = config::load_tenancy(file.path());
  if (!events) {
    check_problems(events.error());
    return;
  }
  std::string written = config::tenancy_header();
  Timestamp last = Timestamp::min();
  for (const model::TenancyEvent& event : *events) {
    law(event.recorded_at >= last, "a feed is in order of what was recorded when");
    law(event.valid.from < event.valid.to, "an interval has a length");
    last = event.recorded_at;
    written += config::tenancy_row(event);
  }
  const auto again = config::load_tenancy(MemoryFile(written).path());
  law(again && again->size() == events->size(), "a feed written and read again is as long");
  std::string twice = config::tenancy_header();
  for (const model::TenancyEvent& event : *again) twice += config::tenancy_row(event);
  law(twice == written, "a feed written and read again is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    check_events(text);
  } else {
    check_tenancy(text);
  }
  return 0;
}
