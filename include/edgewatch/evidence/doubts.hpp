// Below which limits no figure about a person leaves the daemon without a reason (EVIDENCE 4.5): what
// `report` and `disclose` ask alike. Pure; any thread.
#pragma once

#include "edgewatch/report/usage_report.hpp"

#include <string>

namespace edgewatch::evidence {

/// Why the figures are too unsure; empty where they are not.
[[nodiscard]] std::string doubts(const report::UsageReport& report);
/// What is said to whoever gave no reason.
[[nodiscard]] std::string too_unsure(const std::string& doubts);

}  // namespace edgewatch::evidence
