// What an operator's files hold besides TOML: CSV, times of RFC 3339, windows of the week.
#include "edgewatch/base/time.hpp"
#include "edgewatch/config/csv.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;

namespace {

std::string quoted(const config::CsvRecord& record) {
  std::string out;
  for (const config::CsvCell& cell : record) {
    if (!out.empty()) out += ',';
    out += '"';
    for (const char c : cell.text) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  return out + "\r\n";
}

void check_csv(std::string_view text) {
  const config::CsvText read = config::read_csv(text, "f");
  if (!read.problems.empty()) return;
  std::string written;
  for (const config::CsvRecord& record : read.records) {
    law(!record.empty(), "a record has a cell");
    for (const config::CsvCell& cell : record) law(cell.line >= 1 && cell.column >= 1, "a cell has a place");
    written += quoted(record);
  }
  const config::CsvText again = config::read_csv(written, "f");
  law(again.problems.empty() && again.records.size() == read.records.size(),
      "what was read can be written and read again");
  for (std::size_t i = 0; i < read.records.size(); ++i) {
    law(again.records[i].size() == read.records[i].size(), "a record keeps its cells");
    for (std::size_t j = 0; j < read.records[i].size(); ++j) {
      law(again.records[i][j].text == read.records[i][j].text, "a cell keeps its text");
    }
  }
}

void check_times(const std::string& text) {
  if (const auto at = parse_rfc3339(text))
    law(parse_rfc3339(format_rfc3339(*at)) == at, "a time printed and read again is the same");
  if (const auto window = parse_window(text)) {
    law(window->days != 0 && window->days < 128, "a window has days of the week");
    law(window->from_minute < 1440 && window->to_minute <= 1440 && window->from_minute != window->to_minute,
        "a window has hours");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact exact({data, size});
  const std::string_view text(reinterpret_cast<const char*>(exact.bytes().data()), size);
  check_csv(text);
  check_times(std::string(text));
  return 0;
}
