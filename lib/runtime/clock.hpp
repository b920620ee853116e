// The only place where the program asks what time it is (ARCHITECTURE D2, law). Any thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <chrono>

namespace edgewatch::runtime {

[[nodiscard]] inline Timestamp wall_clock() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
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

}  // namespace edgewatch::runtime
