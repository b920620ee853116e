// A person's use as rows, added up by what was asked for: the everyday question beside the whole report.
// Pure; any thread.
#pragma once

#include "edgewatch/report/usage_report.hpp"

#include "rows.hpp"

#include <string>

namespace edgewatch::runtime {

/// `service`, `category`, `day`, `month`, `hours` (working, lunch, outside), `minute`.
[[nodiscard]] bool is_usage_grouping(const std::string& by);
/// Times are h:mm:ss; counted time as the lower figure and the best estimate.
[[nodiscard]] Rows usage_rows(const report::UsageReport& report, const std::string& by);
/// Stands under a table of them.
inline constexpr const char* usage_rows_note =
    "Lower figure and best estimate; weak and concurrent time is never counted, and no break is taken off. "
    "The "
    "method cannot see whether anybody was looking: edgewatch report without --by says how sure this is.";

}  // namespace edgewatch::runtime
