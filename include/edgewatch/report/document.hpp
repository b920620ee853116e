// What is printed for people, whatever it is about: headings, sentences and tables, as plain text and as one
// self-contained page. Texts are raw here; the printers make them neutral for where they go. Owned values and
// pure functions; any thread.
#pragma once

#include "edgewatch/model/usage.hpp"

#include <cstdint>
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

struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> total;  ///< a last row, or none
};

/// What a section is to the other forms: a page of usage draws a picture before the tables of `calendar`,
/// `days` and `totals`; the rows and the object carry the paragraphs of `caveat`.
enum class SectionKind : std::uint8_t { figures, calendar, days, totals, caveat };

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

/// What the codes and letters of those minute records mean, for whoever is given the records themselves;
/// without rows where there are none.
[[nodiscard]] Table codes_table(const std::vector<model::UsageSlice>& rows);
/// `pages left open that refresh by themselves`; the reason itself where it is of another version.
[[nodiscard]] std::string meaning_of_exclusion(const std::string& reason);

/// For a terminal: plain lines, about 100 columns, every control byte made visible.
[[nodiscard]] std::string text_of(const Document& document);
/// One self-contained page: no script, nothing fetched, prints to A4. The footer says whom it is for.
[[nodiscard]] std::string page_of(const Document& document, const std::string& footer);
/// One object, ASCII; each table's rows as objects by the titles of its columns.
[[nodiscard]] std::string json_of(const Document& document);

}  // namespace edgewatch::report
