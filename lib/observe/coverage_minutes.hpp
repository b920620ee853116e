// What each source saw, minute by minute, by logical time: the rows that say how much of the traffic stands
// behind a report. Owns its counts; one thread.
#pragma once

#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::observe {

class CoverageMinutes {
 public:
  explicit CoverageMinutes(std::vector<std::string> names);

  /// The row of a source for the minute that is running, made when it is first asked for.
  [[nodiscard]] model::Coverage& row(std::uint16_t source) {
    return source < running_.size() && running_[source].running ? running_[source].row : begin(source);
  }
  /// Whether any source has a row running.
  [[nodiscard]] bool running() const { return any_; }
  [[nodiscard]] UtcMinute minute() const { return minute_; }
  /// The minute that rows begun from now on belong to. Precondition: no row is running, or it is the same
  /// minute.
  void set_minute(UtcMinute minute) { minute_ = minute; }
  /// The rows of the running minute, in order of source; none is running afterwards. A minute without a frame
  /// has no row.
  [[nodiscard]] std::vector<model::Coverage> take();

 private:
  struct Source {
    std::string name;
    model::Coverage row;
    bool running = false;
  };
  [[nodiscard]] model::Coverage& begin(std::uint16_t source);

  std::vector<Source> running_;
  UtcMinute minute_{};
  bool any_ = false;
};

}  // namespace edgewatch::observe
