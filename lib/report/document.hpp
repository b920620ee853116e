// The words of a report, made once: the plain text and the page print the same document, so neither can leave
// out a caveat. Texts are raw here; whoever prints them makes them neutral for where they go. Private to this
// module.
#pragma once

#include "edgewatch/report/summary.hpp"
#include "edgewatch/report/usage_report.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edgewatch::report {

enum class Cell : std::uint8_t {
  text,
  figure,  ///< set right
  stamp,   ///< a date or a time: never broken over two lines
  name,    ///< of a service: kept wide enough for one line
};

struct Column {
  std::string title;
  Cell cell = Cell::text;
};

/// Behind these the columns of interactive and of playing time, each the lower figure and the best estimate.
[[nodiscard]] std::vector<Column> with_time_columns(std::vector<Column> first);

struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> total;  ///< a last row, or none
};

/// What a section is to the other forms: the page draws a strip for each day in `days`; the rows and the
/// object carry the paragraphs of `caveat`.
enum class SectionKind : std::uint8_t { figures, days, caveat };

struct Section {
  SectionKind kind = SectionKind::figures;
  std::string heading;
  std::vector<std::string> paragraphs;
  std::vector<Table> tables;
};

struct Document {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::string headline;
  std::vector<std::pair<std::string, std::string>> figures;  ///< the headline's, each with its name
  std::vector<std::string> notes;                            ///< directly under the headline
  std::vector<Section> sections;
};

[[nodiscard]] Document document_of(const UsageReport& report, const Summary& summary);

/// The answer in one sentence (EVIDENCE 4.2).
[[nodiscard]] std::string headline(const UsageReport& report, const Summary& summary);
/// What every form of the report says, whatever its figures are.
[[nodiscard]] std::vector<std::string> caveats(const UsageReport& report, const Summary& summary);

}  // namespace edgewatch::report
