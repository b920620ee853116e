// A day as a picture: one lane for each service, minutes from left to right, working hours and the lunch
// window shaded, gaps of the sensor hatched. Beside each, when what was used, as a table. Private to this
// module.
#pragma once

#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>

namespace edgewatch::report {

/// What the shades mean.
[[nodiscard]] std::string strip_legend(const model::Calendar& calendar);
/// A figure for each day that has a row, in order; empty where none has.
[[nodiscard]] std::string day_strips(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
