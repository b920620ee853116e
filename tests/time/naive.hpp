// The nine methods that products publish for turning traffic into time (TIME 3.1), re-implemented from their
// rules and fed with our own flow seconds: not the products. Pure functions.
#pragma once

#include "time/watch.hpp"

#include <array>

namespace edgewatch::truth {

struct NaiveMethod {
  std::string name;
  std::string rule;
};
inline constexpr std::size_t naive_count = 9;
[[nodiscard]] const std::array<NaiveMethod, naive_count>& naive_methods();

/// Seconds by method, for every service that was in contact.
using NaiveFigures = std::array<double, naive_count>;
[[nodiscard]] std::map<std::string, NaiveFigures> naive_figures(const std::vector<NamedSecond>& seconds);

}  // namespace edgewatch::truth
