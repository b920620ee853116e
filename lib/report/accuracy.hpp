// What was measured of the method, from the file that the evaluation writes (lib/report/accuracy.json, built
// in), in the words of a report. Never a number written by hand. Private to this module.
#pragma once

#include "edgewatch/report/usage_report.hpp"

#include <string>
#include <vector>

namespace edgewatch::report {

/// How far such figures were from the truth; that it was not measured, where the report rests on a method
/// with another version or other constants.
[[nodiscard]] std::vector<std::string> error_statement(const UsageReport& report);

}  // namespace edgewatch::report
