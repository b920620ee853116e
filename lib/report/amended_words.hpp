// The words about figures that late evidence lowered after they were first told (IDENTITY 3). Private to this
// module.
#pragma once

#include "document.hpp"

namespace edgewatch::report {

/// That it happened, how much it was, and since when; nothing where it did not.
[[nodiscard]] std::vector<std::string> amended_notes(const UsageReport& report);
/// By whose word and why, and the figures of before beside those of now.
[[nodiscard]] Section amended_section(const UsageReport& report);

}  // namespace edgewatch::report
