// Which rows a report was asked for, in words. Private to this module; pure.
#pragma once

#include "edgewatch/report/usage_report.hpp"

#include <string>
#include <vector>

namespace edgewatch::report {

/// `only Facebook, Instagram; in working hours, the lunch window included`.
[[nodiscard]] std::string asked_for(const UsageReport& report);
/// `monitored services`, or what was asked for of them.
[[nodiscard]] std::string services_in_words(const UsageReport& report);
/// That it is not the whole of what is recorded; nothing where it is.
[[nodiscard]] std::vector<std::string> selection_notes(const UsageReport& report);

}  // namespace edgewatch::report
