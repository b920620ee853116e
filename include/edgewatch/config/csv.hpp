// Reading CSV (RFC 4180) with the place of every cell, so that a mistake can be pointed at. Owned values; any
// thread.
#pragma once

#include "edgewatch/base/problem.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

struct CsvCell {
  std::string text;        ///< quotes taken off
  std::size_t line = 0;    ///< from 1
  std::size_t column = 0;  ///< from 1, in bytes
};
using CsvRecord = std::vector<CsvCell>;

/// The records of a CSV text as they stand, header included. CRLF and LF end a line, a byte order mark is
/// passed over, empty lines and lines that begin with `#` are left out. `problems` holds what breaks RFC
/// 4180; reading ends at the first.
struct CsvText {
  std::vector<CsvRecord> records;
  Problems problems;
};
[[nodiscard]] CsvText read_csv(std::string_view text, const std::string& file);

/// A CSV text with a header: cells by the name of their column.
class CsvTable {
 public:
  /// Reads and checks the header: required columns that miss, columns that are unknown or stand twice,
  /// records of another length.
  CsvTable(std::string_view text, std::string file, std::vector<std::string> required,
           std::vector<std::string> optional);

  [[nodiscard]] const Problems& problems() const { return problems_; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// The cell, white space round it taken off; an empty one at the start of the line where the column is
  /// absent. Good as long as the table.
  [[nodiscard]] const CsvCell& cell(std::size_t row, std::string_view column) const;

 private:
  std::string file_;
  std::vector<std::string> columns_;
  std::vector<CsvRecord> rows_;
  CsvCell absent_;
  Problems problems_;
};

}  // namespace edgewatch::config
