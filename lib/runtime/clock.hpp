// The only place where the program asks what time it is (ARCHITECTURE D2, law). Any thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <chrono>
#include <functional>

#include <sys/timex.h>

namespace edgewatch::runtime {

[[nodiscard]] inline Timestamp wall_clock() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

/// Whether the kernel says that something keeps the wall clock right (NTP, PTP): reading it asks no right.
[[nodiscard]] inline bool clock_is_synchronised() {
  timex state{};
  const int said = ::adjtimex(&state);
  return said != -1 && said != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

/// Notices when the wall clock was set: the difference between it and the monotonic clock changes by more
/// than a second.
class StepDetector {
 public:
  /// The step since the last look, zero where there was none.
  Duration look() {
    const auto offset = std::chrono::floor<Duration>(std::chrono::system_clock::now().time_since_epoch()) -
                        std::chrono::floor<Duration>(std::chrono::steady_clock::now().time_since_epoch());
    const Duration step = first_ ? Duration(0) : offset - offset_;
    const bool noticed = step > std::chrono::seconds(1) || step < -std::chrono::seconds(1);
    if (first_ || noticed) offset_ = offset;
    first_ = false;
    return noticed ? step : Duration(0);
  }

 private:
  bool first_ = true;
  Duration offset_{0};
};

/// Each call is a look, of one detector of its own.
[[nodiscard]] inline std::function<Duration()> steps_of_the_clock() {
  return [detector = StepDetector()]() mutable { return detector.look(); };
}

}  // namespace edgewatch::runtime
