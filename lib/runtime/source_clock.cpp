#include "source_clock.hpp"

#include <algorithm>
#include <vector>

namespace edgewatch::runtime {

Duration SourceClock::offset() const {
  if (samples_.empty()) return Duration(0);
  std::vector<Duration> lags;
  lags.reserve(samples_.size());
  for (const Sample& sample : samples_) lags.push_back(sample.lag);
  // The lower of two in the middle: what is late says nothing of the clock, what is early does.
  const auto middle = lags.begin() + static_cast<std::ptrdiff_t>((lags.size() - 1) / 2);
  std::nth_element(lags.begin(), middle, lags.end());
  return *middle;
}

std::optional<Timestamp> SourceClock::place(Timestamp stated, Timestamp arrived) {
  samples_.push_back({arrived, arrived - stated});
  while (samples_.size() > most_samples || samples_.front().arrived + std::chrono::hours(1) < arrived)
    samples_.pop_front();
  const Duration off = offset();
  if (off > not_believed || off < -not_believed) return std::nullopt;
  const bool corrected = off > not_corrected || off < -not_corrected;
  return std::min(corrected ? stated + off : stated, arrived);
}

}  // namespace edgewatch::runtime
