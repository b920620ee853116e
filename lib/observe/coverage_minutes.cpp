#include "coverage_minutes.hpp"

#include <utility>

namespace edgewatch::observe {

CoverageMinutes::CoverageMinutes(std::vector<std::string> names) {
  running_.reserve(names.size());
  for (std::string& name : names) running_.push_back({std::move(name), {}, false});
}

model::Coverage& CoverageMinutes::begin(std::uint16_t source) {
  // A source that nobody announced still shows in its rows.
  while (running_.size() <= source)
    running_.push_back({"source " + std::to_string(running_.size()), {}, false});
  Source& entry = running_[source];
  entry.row = model::Coverage{};
  entry.row.source = entry.name;
  entry.row.number = source;
  entry.row.interval = {minute_, minute_ + std::chrono::minutes(1)};
  entry.running = true;
  any_ = true;
  return entry.row;
}

std::vector<model::Coverage> CoverageMinutes::take() {
  std::vector<model::Coverage> rows;
  for (Source& entry : running_) {
    if (entry.running) rows.push_back(std::move(entry.row));
    entry.running = false;
  }
  any_ = false;
  return rows;
}

}  // namespace edgewatch::observe
