// When analysis writes down what is final: at most a second after the last time (ENFORCEMENT R1), however
// little comes. Is told the time; a value, one thread.
#pragma once

#include <algorithm>
#include <chrono>

namespace edgewatch::runtime {

class Beat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// From one beat to the next, where no round is slower than `round`.
  static constexpr std::chrono::milliseconds longest{1000};
  /// For what is done between two looks at the clock.
  static constexpr std::chrono::milliseconds round{100};

  /// The first one is due at once.
  explicit Beat(Time now) : due_(now) {}

  /// How long may be waited for what comes: never past the next beat, and no longer than others must wait
  /// for an answer of this thread.
  [[nodiscard]] std::chrono::milliseconds patience(Time now) const {
    using std::chrono::milliseconds;
    return std::clamp(std::chrono::ceil<milliseconds>(due_ - now), milliseconds(0), milliseconds(200));
  }
  /// Whether it is time; then the next one is counted from here.
  [[nodiscard]] bool is_due(Time now) {
    if (now < due_) return false;
    due_ = now + (longest - round);
    return true;
  }

 private:
  Time due_;
};

}  // namespace edgewatch::runtime
