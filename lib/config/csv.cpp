#include "edgewatch/config/csv.hpp"

#include "edgewatch/base/text.hpp"

#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::config {
namespace {

/// Walks a CSV text and keeps count of lines and columns.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  CsvText read() {
    CsvText out;
    while (at_ < text_.size() && out.problems.empty()) {
      if (skip_line()) continue;
      CsvRecord record;
      bool more = true;
      while (more && out.problems.empty()) {
        CsvCell cell{{}, line_, column()};
        if (peek() == '"') {
          quoted(cell, out.problems);
        } else {
          bare(cell, out.problems);
        }
        record.push_back(std::move(cell));
        more = peek() == ',';
        if (more) ++at_;
      }
      if (out.problems.empty()) end_line();
      out.records.push_back(std::move(record));
    }
    return out;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  [[nodiscard]] std::size_t column() const { return at_ - line_start_ + 1; }
  [[nodiscard]] bool at_line_end() const {
    return at_ >= text_.size() || text_[at_] == '\n' ||
           (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size()) ++at_;
    ++line_;
    line_start_ = at_;
  }
  /// Passes over an empty line or a comment.
  bool skip_line() {
    if (!at_line_end() && peek() != '#') return false;
    while (!at_line_end()) ++at_;
    end_line();
    return true;
  }
  void bare(CsvCell& cell, Problems& problems) {
    while (!at_line_end() && peek() != ',') {
      if (peek() == '"') {
        problems.push_back({file_, line_, column(), "a quote inside a cell that does not begin with one",
                            "put the whole cell in quotes and double the quote (RFC 4180)"});
        return;
      }
      cell.text += text_[at_++];
    }
  }
  void quoted(CsvCell& cell, Problems& problems) {
    ++at_;
    while (true) {
      if (at_ >= text_.size()) {
        problems.push_back({file_, cell.line, cell.column, "the quote that opens here is never closed",
                            "close it with another quote"});
        return;
      }
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ >= text_.size() || text_[at_] != '"') break;
        ++at_;
      } else if (c == '\n') {
        ++line_;
        line_start_ = at_;
      }
      cell.text += c;
    }
    if (!at_line_end() && peek() != ',') {
      problems.push_back({file_, line_, column(), "text after the closing quote of a cell",
                          "end the cell with a comma or a new line"});
    }
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

CsvText read_csv(std::string_view text, const std::string& file) { return CsvReader(text, file).read(); }

CsvTable::CsvTable(std::string_view text, std::string file, std::vector<std::string> required,
                   std::vector<std::string> optional)
    : file_(std::move(file)) {
  CsvText csv = read_csv(text, file_);
  problems_ = std::move(csv.problems);
  if (!problems_.empty() && csv.records.size() <= 1)
    return;  // a broken header: nothing below it can be judged
  std::vector<std::string> known = required;
  known.insert(known.end(), optional.begin(), optional.end());
  if (csv.records.empty()) {
    problems_.push_back({file_, 1, 1, "the file has no header",
                         fmt::format("begin it with the line {}", fmt::join(known, ","))});
    return;
  }
  for (const CsvCell& cell : csv.records.front()) {
    const std::string name{trim(cell.text)};
    if (!holds(known, name)) {
      problems_.push_back(
          {file_, cell.line, cell.column, fmt::format("unknown column '{}'", name), nearest(name, known)});
    } else if (holds(columns_, name)) {
      problems_.push_back(
          {file_, cell.line, cell.column, fmt::format("column '{}' stands twice", name), "keep one"});
    }
    columns_.push_back(name);
  }
  for (const std::string& name : required) {
    if (!holds(columns_, name)) {
      problems_.push_back({file_, csv.records.front().front().line, 1,
                           fmt::format("column '{}' is missing", name), "add it to the header"});
    }
  }
  if (!problems_.empty() && csv.problems.empty() &&
      std::any_of(required.begin(), required.end(),
                  [&](const std::string& name) { return !holds(columns_, name); })) {
    return;  // cells cannot be told by name
  }
  for (std::size_t i = 1; i < csv.records.size(); ++i) {
    CsvRecord& record = csv.records[i];
    if (record.size() != columns_.size()) {
      if (i + 1 < csv.records.size() || problems_.empty()) {
        problems_.push_back({file_, record.front().line, 1,
                             fmt::format("{} cells where the header has {}", record.size(), columns_.size()),
                             "give every line as many cells as the header; quote a cell that holds a comma"});
      }
      continue;
    }
    for (CsvCell& cell : record) cell.text = std::string(trim(cell.text));
    rows_.push_back(std::move(record));
  }
}

const CsvCell& CsvTable::cell(std::size_t row, std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  if (found == columns_.end()) return absent_;
  return rows_[row][static_cast<std::size_t>(found - columns_.begin())];
}

}  // namespace edgewatch::config
