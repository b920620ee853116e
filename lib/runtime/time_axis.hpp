// Time that runs on while the wall clock is set (TIME 2.5): the sensor's side works with stamps on an axis,
// less all the steps so far, so that a connection neither ends nor stands still because a clock was put
// right; what it says is turned back into UTC. A value; one thread at a time.
#pragma once

#include "edgewatch/model/event.hpp"

#include <cstddef>
#include <vector>

namespace edgewatch::runtime {

class TimeAxis {
 public:
  /// What was said before the last so many steps is over.
  static constexpr std::size_t most_stretches = 64;

  /// The clock was set by `step`; `at` is the first stamp after it.
  void set(Timestamp at, Duration step);
  /// The place of a stamp of the clock as it is now.
  [[nodiscard]] Timestamp on_axis(Timestamp stamp) const { return stamp - offset_; }
  /// What the clock showed at that place.
  [[nodiscard]] Timestamp to_utc(Timestamp on_axis) const;
  /// The same for every moment that the event tells of.
  void to_utc(model::Event& event) const;
  void to_utc(std::vector<model::Event>& events) const;

 private:
  struct Stretch {
    Timestamp from;  ///< on the axis
    Duration offset;
    Timestamp reached;  ///< what the clock had shown already
  };
  [[nodiscard]] const Stretch* stretch_at(Timestamp on_axis) const;
  [[nodiscard]] model::Interval coverage_minute(const model::Interval& on_axis) const;
  Duration offset_{0};
  Duration first_offset_{0};        ///< before the first stretch that is kept
  std::vector<Stretch> stretches_;  ///< since each step
};

}  // namespace edgewatch::runtime
