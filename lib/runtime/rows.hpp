// Rows for people and programs: a table for a terminal, CSV or JSON, from one description. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

enum class RowFormat { table, csv, json };
[[nodiscard]] std::optional<RowFormat> parse_row_format(const std::string& word);

struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> cells;  ///< each as long as `columns`
};

/// Every cell made neutral for where it goes. JSON is an array of objects, all values text.
[[nodiscard]] std::string render(const Rows& rows, RowFormat format);

}  // namespace edgewatch::runtime
