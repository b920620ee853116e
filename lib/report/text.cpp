#include "edgewatch/base/text.hpp"

#include "document.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

constexpr std::size_t line_width = 100;

/// Cells as wide as a terminal shows them: code points, which is near enough for the scripts that names come
/// in.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string blanks(to > width(text) ? to - width(text) : 0, ' ');
  return right ? blanks + text : text + blanks;
}

void put_wrapped(std::string& out, const std::string& text, const std::string& indent,
                 const std::string& first_indent) {
  std::size_t column = width(first_indent);
  out += first_indent;
  bool fresh = true;
  for (const std::string_view word : split(text, ' ')) {
    const std::string shown = terminal_text(word);
    if (!fresh && column + 1 + width(shown) > line_width) {
      out += '\n' + indent;
      column = width(indent);
      fresh = true;
    }
    if (!fresh) {
      out += ' ';
      ++column;
    }
    out += shown;
    column += width(shown);
    fresh = false;
  }
  out += '\n';
}

/// A column's title may stand on several lines; the figures under it set the width.
std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::size_t most = 0;
    for (const std::string_view word : split(table.columns[c].title, ' ')) most = std::max(most, word.size());
    for (const auto& row : table.rows) most = std::max(most, width(terminal_text(row.at(c))));
    if (!table.total.empty()) most = std::max(most, width(terminal_text(table.total.at(c))));
    widths.push_back(most);
  }
  return widths;
}

/// What is wider than a line in the last column goes on under itself.
void put_row(std::string& out, const Table& table, const std::vector<std::size_t>& widths,
             const std::vector<std::string>& row) {
  std::string line = " ";
  const std::size_t last = table.columns.size() - 1;
  for (std::size_t c = 0; c < last; ++c)
    line += ' ' + padded(terminal_text(row.at(c)), widths[c], table.columns[c].cell == Cell::figure) + ' ';
  if (table.columns[last].cell == Cell::text && width(line) + 1 + widths[last] > line_width) {
    const std::string indent = line + ' ';
    put_wrapped(out, row.at(last), std::string(width(indent), ' '), indent);
    return;
  }
  line += ' ' + padded(terminal_text(row.at(last)), widths[last], table.columns[last].cell == Cell::figure);
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

void put_titles(std::string& out, const Table& table, const std::vector<std::size_t>& widths) {
  std::vector<std::vector<std::string>> lines;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    std::vector<std::string> own;
    for (const std::string_view word : split(table.columns[c].title, ' ')) {
      if (!own.empty() && own.back().size() + 1 + word.size() <= widths[c]) {
        own.back() += ' ' + std::string(word);
      } else {
        own.emplace_back(word);
      }
    }
    lines.push_back(std::move(own));
  }
  std::size_t height = 0;
  for (const auto& own : lines) height = std::max(height, own.size());
  for (std::size_t l = 0; l < height; ++l) {
    std::vector<std::string> row;
    row.reserve(lines.size());
    for (const auto& own : lines) row.push_back(l < own.size() ? own[l] : "");
    put_row(out, table, widths, row);
  }
}

void put_table(std::string& out, const Table& table) {
  put_wrapped(out, table.caption, "  ", "  ");
  const auto widths = widths_of(table);
  std::size_t all = 0;
  for (const std::size_t one : widths) all += one + 2;
  const std::string rule = "  " + std::string(std::min(all, line_width) - 2, '-') + '\n';
  put_titles(out, table, widths);
  out += rule;
  for (const auto& row : table.rows) put_row(out, table, widths, row);
  if (!table.total.empty()) {
    out += rule;
    put_row(out, table, widths, table.total);
  }
  out += '\n';
}

}  // namespace

std::string text_of(const Document& document) {
  std::string out = document.title + '\n' + std::string(document.title.size(), '=') + "\n\n";
  std::size_t label = 0;
  for (const auto& [name, value] : document.facts) label = std::max(label, name.size());
  for (const auto& [name, value] : document.facts)
    put_wrapped(out, value, std::string(label + 2, ' '), padded(name, label + 2, false));
  out += '\n';
  if (!document.headline.empty()) put_wrapped(out, document.headline, "", "");
  for (const std::string& note : document.notes) put_wrapped(out, note, "", "");
  for (const Section& section : document.sections) {
    out += '\n' + section.heading + '\n' + std::string(section.heading.size(), '-') + '\n';
    for (const std::string& paragraph : section.paragraphs) put_wrapped(out, paragraph, "", "");
    if (!section.paragraphs.empty() && !section.tables.empty()) out += '\n';
    for (const Table& table : section.tables) put_table(out, table);
    if (!section.tables.empty()) out.pop_back();
  }
  return out;
}

std::string to_text(const UsageReport& report) { return text_of(document_of(report, summarise(report))); }

}  // namespace edgewatch::report
