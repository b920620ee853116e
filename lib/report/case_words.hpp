// What was written down in a case, in words. Private to report; pure.
#pragma once

#include "document.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edgewatch::report {

/// Whether the person was told, as the last note about it says; empty where none does.
[[nodiscard]] std::string informed(const UsageReport& report);
/// The headings of the case form, each with what stands there or that nothing does; then each challenge, one
/// that was superseded with by which.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> case_notes(const UsageReport& report);
/// That the figures are challenged; nothing where they are not.
[[nodiscard]] std::vector<std::string> challenge_notes(const UsageReport& report);
[[nodiscard]] Section challenge_section(const UsageReport& report);
/// Why the case was opened and by whom, and the headings of its form.
[[nodiscard]] Section case_section(const UsageReport& report);

}  // namespace edgewatch::report
