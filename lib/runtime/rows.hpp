// Rows for people and programs: a table for a terminal, CSV or JSON, from one description. Pure; any thread.
#pragma once

#include "edgewatch/base/result.hpp"

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

/// As the command line asks for them. Empty texts ask for nothing.
struct Arrangement {
  std::string only;   ///< `column=value`, several with commas between: exactly that value
  std::string sort;   ///< a column, after `-` from the last to the first; numbers in it by their value
  std::string limit;  ///< at most so many rows, the first ones
};
/// Rows that are left, in their order; or what is wrong with the arrangement, in a sentence.
[[nodiscard]] Result<Rows, std::string> arranged(const Rows& rows, const Arrangement& wanted);

/// Every cell made neutral for where it goes. JSON is an array of objects, all values text.
[[nodiscard]] std::string render(const Rows& rows, RowFormat format);

}  // namespace edgewatch::runtime
