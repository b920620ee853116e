// The days of the period as a calendar: a grid for each month, and for each day what the headline counts of
// it, in figures and as a bar. Private to this module.
#pragma once

#include "document.hpp"

namespace edgewatch::report {

/// A figure for each month, and what the shades mean.
[[nodiscard]] std::string calendar_picture(const UsageReport& report, const Summary& summary);
/// The same with its table, which every other form has too.
[[nodiscard]] Section calendar_section(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
