#include "rows.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>
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
  // ASCII only: bidi controls and other marks of a hostile name come out as \uXXXX.
  return out.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

/// How `a` stands to `b` where runs of digits are numbers: p2 before p10, 9:59:00 before 10:00:00.
int compare(std::string_view a, std::string_view b) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto number = [&](std::string_view& text) {
    while (!text.empty() && text.front() == '0') text.remove_prefix(1);
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
  };
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view left = number(a);
      const std::string_view right = number(b);
      if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
      if (const int order = left.compare(right); order != 0) return order;
    } else {
      const auto left = static_cast<unsigned char>(a.front());
      const auto right = static_cast<unsigned char>(b.front());
      if (left != right) return left < right ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

Result<std::size_t, std::string> column_of(const Rows& rows, std::string_view name) {
  const auto found = std::ranges::find(rows.columns, name);
  if (found != rows.columns.end()) return static_cast<std::size_t>(found - rows.columns.begin());
  std::string all;
  for (const std::string& column : rows.columns) all += (all.empty() ? "" : ", ") + column;
  return Failure{fmt::format("there is no column '{}' here; the columns are {}", terminal_text(name), all)};
}

/// Parts at commas; one without a `=` is the rest of the value before it: reasons=LED,CONT.
std::vector<std::string> conditions_in(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ',')) {
    if (out.empty() || part.find('=') != std::string_view::npos) {
      out.emplace_back(part);
    } else {
      out.back() += ',' + std::string(part);
    }
  }
  return out;
}

/// Empty where all went well.
std::string keep_only(Rows& rows, const std::string& conditions) {
  for (const std::string& each : conditions_in(conditions)) {
    const std::string_view condition = each;
    const std::size_t equals = condition.find('=');
    if (equals == std::string_view::npos) return "--only is column=value, for example --only person=p17";
    const auto column = column_of(rows, trim(condition.substr(0, equals)));
    if (!column) return column.error();
    const std::string_view value = trim(condition.substr(equals + 1));
    std::erase_if(rows.cells, [&](const auto& row) { return row.at(*column) != value; });
  }
  return {};
}

std::string sort_by(Rows& rows, std::string_view name) {
  const bool backwards = name.starts_with('-');
  if (backwards) name.remove_prefix(1);
  const auto column = column_of(rows, name);
  if (!column) return column.error();
  std::ranges::stable_sort(rows.cells, [&](const auto& a, const auto& b) {
    const int order = compare(a.at(*column), b.at(*column));
    return backwards ? order > 0 : order < 0;
  });
  return {};
}

std::string cut(Rows& rows, const std::string& limit) {
  std::size_t most = 0;
  const auto [end, error] = std::from_chars(limit.data(), limit.data() + limit.size(), most);
  if (error != std::errc() || end != limit.data() + limit.size() || most == 0)
    return "--limit is a number of rows, 1 or more";
  if (rows.cells.size() > most) rows.cells.resize(most);
  return {};
}

}  // namespace

Result<Rows, std::string> arranged(const Rows& rows, const Arrangement& wanted) {
  Rows out = rows;
  std::string wrong;
  if (!wanted.only.empty()) wrong = keep_only(out, wanted.only);
  if (wrong.empty() && !wanted.sort.empty()) wrong = sort_by(out, wanted.sort);
  if (wrong.empty() && !wanted.limit.empty()) wrong = cut(out, wanted.limit);
  if (!wrong.empty()) return Failure{wrong};
  return out;
}

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
