// Below which a report is not given without a reason (EVIDENCE 4.5). Private to this module; pure.
#pragma once

#include "edgewatch/report/summary.hpp"

#include <string>
#include <vector>

namespace edgewatch::report {

[[nodiscard]] std::vector<std::string> missed_limits(const Summary& summary);

}  // namespace edgewatch::report
