// How far the clocks of identity sources are off, by what they say of the moments at which their events come
// (IDENTITY 3). Told the time; one thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::identity {

class SourceClocks {
 public:
  struct Reading {
    std::string source;
    Duration offset{0};  ///< median of arrival less stated time; above 0: its clock is behind, or it is slow
    bool ignored = false;
    std::uint64_t corrected_events = 0;  ///< since the start
    std::uint64_t ignored_events = 0;
  };

  /// One event of the source. Gives what is to be added to what it states: nothing while the median of the
  /// last hour is at most 2 s or made of few events; none at all where it is over 120 s: then the event is
  /// not to be used.
  [[nodiscard]] std::optional<Duration> correction(const std::string& source, Timestamp arrived,
                                                   Timestamp stated);
  /// Of the sources whose clock is off, or was: those with events corrected or ignored, by name.
  [[nodiscard]] std::vector<Reading> readings() const;

 private:
  struct Sample {
    Timestamp arrived;
    Duration offset;
  };
  struct Source {
    std::deque<Sample> samples;
    Reading reading;
  };
  std::map<std::string, Source> sources_;
};

}  // namespace edgewatch::identity
