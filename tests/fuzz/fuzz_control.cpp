// What any account may write to the control socket, and what the command reads back from whoever answers
// there; what officers write behind `statistics`.
#include "control_message.hpp"
#include "laws.hpp"
#include "statistics_question.hpp"

#include <string>

#include <fmt/format.h>

using namespace edgewatch;
using namespace edgewatch::runtime;
using fuzz::law;

namespace {

void check_request(const std::string& text) {
  const auto read = parse_request(text);
  if (!read) return;
  const std::string line = to_json(*read);
  law(line.find('\n') == std::string::npos, "a request is one line");
  const auto again = parse_request(line);
  law(again && again->command == read->command && again->options == read->options &&
          again->words == read->words,
      "a request written and read again is the same");
}

void check_response(const std::string& text) {
  const auto read = parse_response(text);
  if (!read) return;
  law(read->bytes.size() < text.size(), "there are no more bytes than came");
  std::string whole = to_json(*read);
  if (!read->bytes.empty()) whole += '\n' + read->bytes;
  const auto again = parse_response(whole);
  law(again && again->exit_code == read->exit_code && again->output == read->output &&
          again->error == read->error && again->bytes == read->bytes,
      "an answer written and read again is the same");
}

std::string pounds(std::uint64_t pence) { return fmt::format("{}.{:02}", pence / 100, pence % 100); }

void check_question(const std::string& text) {
  const auto begins = month_at(text, MonthEdge::begins);
  const auto ends = month_at(text, MonthEdge::ends);
  for (const auto& month : {begins, ends}) {
    if (!month) continue;
    law(month->ok() && month_of(*month) == *month, "a month is its first day");
    law(month_at(format_date(*month).substr(0, 7), MonthEdge::ends) == month, "a month has a short form");
  }
  if (text.size() == 7) law(begins == ends, "a month alone begins and ends with itself");
  if (const auto cost = parse_hourly_cost(text)) {
    law(cost->low <= cost->high && cost->high < 1'000'000, "a cost is a range of pounds");
    law(parse_hourly_cost(fmt::format("{}-{}", pounds(cost->low), pounds(cost->high))) == cost,
        "a cost printed and read again is the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_request(text);
  check_response(text);
  check_question(text);
  for (const std::size_t at : fuzz::cuts({data, size})) {
    check_request(text.substr(0, at));
    check_response(text.substr(0, at));
    check_question(text.substr(0, at));
  }
  return 0;
}
