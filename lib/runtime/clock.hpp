// The only place where the program asks what time it is (ARCHITECTURE D2, law). Any thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <chrono>
#include <functional>

namespace edgewatch::runtime {

[[nodiscard]] inline Timestamp wall_clock() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

/// For what must last as long as it should whatever is done to the wall's clock: time since the machine
/// started, of no use to anybody outside.
[[nodiscard]] inline Timestamp unstepped_clock() {
  return Timestamp(std::chrono::floor<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

/// Whether something keeps the wall clock right (NTP, PTP). The kernel is asked, and where that is forbidden
/// (the unit's ProtectClock takes the whole call away, reading too) systemd's timedated. Where neither
/// answers it is not known, which counts as not kept right. Never remembered: whoever sets the clock changes
/// the answer. Blocks for 10 s at most.
[[nodiscard]] bool clock_is_synchronised();

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
