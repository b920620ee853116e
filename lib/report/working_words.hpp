// The words about working time, breaks and what lies outside (TIME 2.6). Private to this module.
#pragma once

#include "document.hpp"

namespace edgewatch::report {

/// The headline's figures, each with its name.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> headline_figures(const UsageReport& report,
                                                                                const Summary& summary);
/// What the headline leaves out and why, and by which calendar.
[[nodiscard]] std::vector<std::string> working_notes(const UsageReport& report, const Summary& summary);
[[nodiscard]] Section working_section(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
