// What a source's clock is off by (IDENTITY 3): the median of arrival less event time over the last hour. A
// value; one thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace edgewatch::runtime {

class SourceClock {
 public:
  /// When an event of this source happened by our clock: as stated, less an offset of over two seconds; never
  /// after it arrived. Nothing while the offset is over two minutes: then the source is not believed, and a
  /// single late message of a source that was not heard before is not either.
  [[nodiscard]] std::optional<Timestamp> place(Timestamp stated, Timestamp arrived);
  /// Median of the last hour; zero before the first event.
  [[nodiscard]] Duration offset() const;

  static constexpr std::chrono::seconds not_corrected{2};
  static constexpr std::chrono::seconds not_believed{120};

 private:
  struct Sample {
    Timestamp arrived;
    Duration lag;
  };
  static constexpr std::size_t most_samples = 64;
  std::deque<Sample> samples_;
};

}  // namespace edgewatch::runtime
