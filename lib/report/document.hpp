// The words of a report, made once: the plain text and the page print the same document, so neither can leave
// out a caveat. Private to this module.
#pragma once

#include "edgewatch/report/document.hpp"
#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>
#include <vector>

namespace edgewatch::report {

/// The columns of what stands in `Figures`, and the cells under them.
[[nodiscard]] std::vector<Column> figure_columns(std::vector<Column> first = {});
void append_figures(std::vector<std::string>& row, const Figures& figures);
/// Behind these the columns of interactive and of playing time, each the lower figure and the best estimate.
[[nodiscard]] std::vector<Column> with_time_columns(std::vector<Column> first);

[[nodiscard]] Document document_of(const UsageReport& report, const Summary& summary);

/// The answer in one sentence (EVIDENCE 4.2).
[[nodiscard]] std::string headline(const UsageReport& report, const Summary& summary);
/// What every form of the report says, whatever its figures are.
[[nodiscard]] std::vector<std::string> caveats(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
