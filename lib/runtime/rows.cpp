#include "rows.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace edgewatch::runtime {
namespace {

/// Columns as a terminal shows them: UTF-8 continuation bytes take no room.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string as_table(const Rows& rows) {
  std::vector<std::vector<std::string>> lines{rows.columns};
  for (const auto& row : rows.cells) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(terminal_text(cell));
  }
  std::vector<std::size_t> widths(rows.columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text += std::string(widths[i] - width(line[i]) + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + '\n';
  }
  return out;
}

std::string as_csv(const Rows& rows) {
  std::string out;
  const auto add = [&out](const std::vector<std::string>& line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (i > 0) out += ',';
      out += csv_cell(terminal_text(line[i]));  // a CSV is looked at on terminals too
    }
    out += "\r\n";  // RFC 4180
  };
  add(rows.columns);
  for (const auto& row : rows.cells) add(row);
  return out;
}

std::string as_json(const Rows& rows) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const auto& row : rows.cells) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[rows.columns[i]] = row[i];
    out.push_back(std::move(object));
  }
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

std::optional<RowFormat> parse_row_format(const std::string& word) {
  if (word == "table") return RowFormat::table;
  if (word == "csv") return RowFormat::csv;
  if (word == "json") return RowFormat::json;
  return std::nullopt;
}

std::string render(const Rows& rows, RowFormat format) {
  switch (format) {
    case RowFormat::csv:
      return as_csv(rows);
    case RowFormat::json:
      return as_json(rows);
    case RowFormat::table:
      break;
  }
  return as_table(rows);
}

}  // namespace edgewatch::runtime
