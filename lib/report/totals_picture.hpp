// The totals by service as bars: how long each was used, played and used for work, each from the lower figure
// to the best estimate. Private to this module.
#pragma once

#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>

namespace edgewatch::report {

/// Empty where nothing is counted.
[[nodiscard]] std::string totals_picture(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
