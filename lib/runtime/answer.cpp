#include "answer.hpp"

#include "edgewatch/runtime/exit_code.hpp"

#include <charconv>

#include <fmt/format.h>

namespace edgewatch::runtime {

Response refused(const evidence::Refusal& refusal) {
  return {refusal.exit_code, "", fmt::format("edgewatch: {}\n", refusal.sentence)};
}

Response wrong(const std::string& what) { return {usage, "", fmt::format("edgewatch: {}\n", what)}; }

std::string option(const Request& request, const std::string& name, const std::string& otherwise) {
  const auto found = request.options.find(name);
  return found == request.options.end() ? otherwise : found->second;
}

Response in_rows(const Rows& rows, const Request& request, const std::string& when_empty,
                 const std::string& note) {
  const auto format = parse_row_format(option(request, "format", "table"));
  if (!format) return wrong("--format is table, csv or json");
  const auto wanted =
      arranged(rows, {option(request, "only"), option(request, "sort"), option(request, "limit")});
  if (!wanted) return wrong(wanted.error());
  if (wanted->cells.empty() && *format == RowFormat::table) {
    if (!rows.cells.empty())
      return {fine, fmt::format("none of {} rows is as --only and --limit say\n", rows.cells.size()), ""};
    return {fine, when_empty + '\n', ""};
  }
  const bool with_note = *format == RowFormat::table && !note.empty();
  return {fine, render(*wanted, *format) + (with_note ? note + '\n' : ""), ""};
}

std::optional<std::int64_t> number_in(const Request& request) {
  std::int64_t number = 0;
  if (request.words.size() != 1) return std::nullopt;
  const std::string& text = request.words.front();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string second_or_open(Timestamp at) {
  if (at == Timestamp::min() || at == Timestamp::max()) return "-";
  return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}

}  // namespace edgewatch::runtime
