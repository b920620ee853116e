#include "time_axis.hpp"

#include <type_traits>
#include <utility>

namespace edgewatch::runtime {

void TimeAxis::set(Timestamp at, Duration step) {
  if (stretches_.size() == most_stretches) {
    first_offset_ = stretches_.front().offset;
    stretches_.erase(stretches_.begin());
  }
  offset_ += step;
  stretches_.push_back({at - offset_, offset_, at - step});
}

const TimeAxis::Stretch* TimeAxis::stretch_at(Timestamp on_axis) const {
  for (auto stretch = stretches_.rbegin(); stretch != stretches_.rend(); ++stretch) {
    if (stretch->from <= on_axis) return &*stretch;
  }
  return nullptr;
}

Timestamp TimeAxis::to_utc(Timestamp on_axis) const {
  if (on_axis == Timestamp::min() || on_axis == Timestamp::max()) return on_axis;
  const Stretch* stretch = stretch_at(on_axis);
  return on_axis + (stretch == nullptr ? first_offset_ : stretch->offset);
}

/// The nearest minute of UTC, so that all threads say the same. One that the clock goes through a second time
/// begins a few microseconds late: it is another row, and takes the place of none.
model::Interval TimeAxis::coverage_minute(const model::Interval& on_axis) const {
  using namespace std::chrono_literals;
  const Timestamp from = minute_of(to_utc(on_axis.from) + 30s);
  const Stretch* stretch = stretch_at(on_axis.from);
  const bool again = stretch != nullptr && from < stretch->reached;
  const Duration late = again ? Duration(1 + (stretch - stretches_.data())) : Duration(0);
  return {from + late, from + (on_axis.to - on_axis.from)};
}

void TimeAxis::to_utc(model::Event& event) const {
  std::visit(
      [this](auto& told) {
        using Told = std::decay_t<decltype(told)>;
        if constexpr (std::is_same_v<Told, model::Coverage>) {
          told.interval = coverage_minute(told.interval);
        } else if constexpr (!std::is_same_v<Told, model::TenancyEvent>) {  // which no sensor says
          const Timestamp on_axis = std::exchange(told.at, to_utc(told.at));
          if constexpr (std::is_same_v<Told, model::FlowSecond>) told.clock_set = told.at - on_axis;
        }
      },
      event);
}

void TimeAxis::to_utc(std::vector<model::Event>& events) const {
  if (stretches_.empty()) return;
  for (model::Event& event : events) to_utc(event);
}

}  // namespace edgewatch::runtime
