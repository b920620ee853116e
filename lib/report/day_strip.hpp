// A day as a picture: one lane for each service, minutes from left to right, gaps of the sensor hatched.
// Inline SVG that is readable in black and white; the table of the same section is its equivalent. Private to
// this module.
#pragma once

#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>

namespace edgewatch::report {

/// The patterns that the strips refer to; once in a page, before them.
[[nodiscard]] std::string strip_patterns();
/// What the shades mean.
[[nodiscard]] std::string strip_legend(const model::Calendar& calendar);
/// A figure for each day that has a row, in order; empty where none has.
[[nodiscard]] std::string day_strips(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
