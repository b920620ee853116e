// Days that another generator made, with what another method counted on them: what tests/time/prototype.py
// writes. For edgewatch-eval alone.
#pragma once

#include "time/day.hpp"

#include <filesystem>

namespace edgewatch::truth {

struct OthersDay {
  Day day;
  std::map<std::string, int> counted;  ///< by the other method, in seconds, by service
};

/// Throws std::runtime_error with file and line where it cannot be read.
[[nodiscard]] std::vector<OthersDay> read_days(const std::filesystem::path& file);

}  // namespace edgewatch::truth
