#include "time_axis.hpp"

#include <type_traits>

namespace edgewatch::runtime {

void TimeAxis::set(Timestamp at, Duration step) {
  if (stretches_.size() == most_stretches) {
    first_offset_ = stretches_.front().offset;
    stretches_.erase(stretches_.begin());
  }
  offset_ += step;
  stretches_.push_back({at - offset_, offset_});
}

Timestamp TimeAxis::to_utc(Timestamp on_axis) const {
  if (on_axis == Timestamp::min() || on_axis == Timestamp::max()) return on_axis;
  for (auto stretch = stretches_.rbegin(); stretch != stretches_.rend(); ++stretch) {
    if (stretch->from <= on_axis) return on_axis + stretch->offset;
  }
  return on_axis + first_offset_;
}

void TimeAxis::to_utc(model::Event& event) const {
  std::visit(
      [this](auto& told) {
        using Told = std::decay_t<decltype(told)>;
        if constexpr (std::is_same_v<Told, model::Coverage>) {
          told.interval = {to_utc(told.interval.from), to_utc(told.interval.to)};
        } else if constexpr (!std::is_same_v<Told, model::TenancyEvent>) {  // which no sensor says
          told.at = to_utc(told.at);
        }
      },
      event);
}

void TimeAxis::to_utc(std::vector<model::Event>& events) const {
  if (stretches_.empty()) return;
  for (model::Event& event : events) to_utc(event);
}

}  // namespace edgewatch::runtime
