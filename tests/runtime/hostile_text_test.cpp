// What strangers write (host names, display names, words of a case) in every form that the product prints:
// 25 texts, each through the product's own writers (ENFORCEMENT S5).
#include "edgewatch/base/text.hpp"
#include "edgewatch/report/document.hpp"
#include "edgewatch/report/usage_report.hpp"

#include "neutral_log.hpp"
#include "rows.hpp"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

namespace edgewatch::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::string>& hostile() {
  static const std::vector<std::string> texts{
      "\x1b]0;pwned\x07name",
      "\x1b[2J\x1b[1;31mred",
      "c1\xc2\x9b"
      "31m",
      std::string("nul\0byte", 8),
      "line\nedgewatchd is well",
      "line\r\nInjected: header",
      "tab\tand\vmore\f",
      "back\b\b\b\bspace\x7f",
      "abc\xe2\x80\xaegnp.exe",           // right-to-left override
      "\xe2\x81\xa6isolate\xe2\x81\xa9",  // isolates
      "zero\xe2\x80\x8bwidth\xef\xbb\xbf",
      "line\xe2\x80\xa8separator",
      "tag\xf3\xa0\x81\x81",
      "bad\xff\xfeutf8\xc3",
      "over\xc0\xaflong\xed\xa0\x80",
      "=cmd|'/c calc'!A1",
      "@SUM(1+1)*cmd",
      "-2+3+cmd|' /C calc'!A0",
      "+1\",\"=1+1",
      "\xef\xbc\x9d"
      "1+1",  // a full-width equals sign
      "<script>alert(1)</script>",
      "\" onload=\"alert(1)\" x=\"",
      "]]></style><!-- &lt;b&gt; ' --><b>",
      "%n%s%x%08x{}{0}{:>99999999}",
      std::string(64 * 1024, 'A') + "\x1b[0m",
  };
  return texts;
}

class EveryHostileText : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(HostileTexts, EveryHostileText, ::testing::ValuesIn(hostile()),
                         [](const auto& instance) { return "number" + std::to_string(instance.index + 1); });

/// Neither a control byte but the line ends that we write, nor a character that changes how others are shown,
/// nor broken UTF-8: what a second look would still make neutral.
void expect_neutral(const std::string& text) {
  std::string plain = text;
  std::erase(plain, '\n');
  std::erase(plain, '\r');
  EXPECT_TRUE(terminal_text(plain) == plain);
}

Rows rows_with(const std::string& text) { return {{"name", "count"}, {{text, "1"}, {"plain", "2"}}}; }

/// The cells of RFC 4180, line by line.
std::vector<std::vector<std::string>> parsed(const std::string& csv) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    const char c = csv[i];
    if (c == '"') {
      if (quoted && i + 1 < csv.size() && csv[i + 1] == '"')
        lines.back().back() += csv[++i];
      else
        quoted = !quoted;
    } else if (!quoted && c == ',') {
      lines.back().emplace_back();
    } else if (!quoted && c == '\n') {
      lines.push_back({""});
    } else if (quoted || c != '\r') {
      lines.back().back() += c;
    }
  }
  lines.pop_back();
  return lines;
}

bool is_formula(const std::string& cell) {
  if (cell.empty()) return false;
  if (std::string_view("=+-@\t\r\n").find(cell.front()) != std::string_view::npos) return true;
  return cell.starts_with("\xef\xbc\x9d") || cell.starts_with("\xef\xbc\x8b") ||
         cell.starts_with("\xef\xbc\x8d") || cell.starts_with("\xef\xbc\xa0");
}

TEST_P(EveryHostileText, IsOneNeutralLineOnATerminal) {
  const std::string table = render(rows_with(GetParam()), RowFormat::table);
  expect_neutral(table);
  EXPECT_EQ(std::ranges::count(table, '\n'), 3);
}

TEST_P(EveryHostileText, IsOneCellOfACsvAndNoFormula) {
  const std::string csv = render(rows_with(GetParam()), RowFormat::csv);
  expect_neutral(csv);
  const auto lines = parsed(csv);
  ASSERT_EQ(lines.size(), 3U);
  for (const auto& line : lines) {
    ASSERT_EQ(line.size(), 2U);
    for (const std::string& cell : line) EXPECT_FALSE(is_formula(cell)) << cell.substr(0, 40);
  }
}

TEST_P(EveryHostileText, IsOneStringOfJsonInAscii) {
  const std::string json = render(rows_with(GetParam()), RowFormat::json);
  EXPECT_TRUE(std::ranges::all_of(json, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  const auto read = nlohmann::json::parse(json);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].size(), 2U);
}

TEST_P(EveryHostileText, IsOneLineOfTheJournal) {
  std::ostringstream out;
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(out);
  sink->set_formatter(neutral_formatter(std::make_unique<spdlog::pattern_formatter>("%v")));
  spdlog::logger logger("test", sink);
  logger.error("command {}: refused", GetParam());
  const std::string line = out.str();
  expect_neutral(line);
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_LT(line.size(), 5000U);
  EXPECT_THAT(line, ::testing::StartsWith("command "));
}

report::UsageReport report_with(const std::string& text) {
  report::UsageReport report;
  report.record.reference = model::CaseReference("HR-1");
  report.record.person = model::PersonId(text);
  report.record.grounds = text;
  report.record.authorised_by = text;
  report.record.officer = text;
  report.display_name = text;
  report.calendar.name = text;
  report.period = {*parse_date("2026-11-16"), *parse_date("2026-11-20")};
  report.record.period = report.period;
  for (int kind = 0; kind < 8; ++kind) {
    report.notes.push_back({kind + 1, report.record.reference, static_cast<model::CaseNote::Kind>(kind), text,
                            report.period.first, std::nullopt, text, report.generated_at});
  }
  report.service_names[model::ServiceId("video")] = text;
  model::UsageSlice slice;
  slice.service = model::ServiceId("video");
  slice.category = model::Category(text);
  slice.minute = *parse_minute("2026-11-17T10:05Z");
  slice.grade = model::Grade::strong;
  slice.seconds = 60;
  slice.method = text;
  report.rows = {slice};
  report.exclusions = {{model::Subject(), report.period.first, text, 1}};
  report.revisions = {{text, model::Revision(text), text, report.generated_at, report.generated_at}};
  report.methods = {{text, text}};
  report.accesses = {{report.generated_at, 1, text, text}};
  report.bindings.emplace_back();
  report.bindings.back().key = text;
  report.bindings.back().value = text;
  report.bindings.back().valid = {report.generated_at, report.generated_at};
  report.selection.services = {model::ServiceId("video")};
  report.despite = text;
  report.program_version = text;
  return report;
}

TEST_P(EveryHostileText, AddsNoMarkToAPage) {
  const std::string page = to_html(report_with(GetParam()));
  const std::string plain = to_html(report_with("plain"));
  expect_neutral(page);
  for (const char mark : {'<', '>', '"'}) {
    const auto count = [&](const std::string& text) { return std::ranges::count(text, mark); };
    EXPECT_EQ(count(page), count(plain)) << mark;
  }
}

TEST_P(EveryHostileText, IsNeutralInTheOtherFormsOfAReport) {
  const report::UsageReport report = report_with(GetParam());
  expect_neutral(to_text(report));
  const std::string csv = to_csv(report);
  expect_neutral(csv);
  for (const auto& line : parsed(csv)) {
    ASSERT_EQ(line.size(), 22U);
    for (const std::string& cell : line) EXPECT_FALSE(is_formula(cell)) << cell.substr(0, 40);
  }
  const std::string json = to_json(report);
  EXPECT_TRUE(std::ranges::all_of(json, [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  EXPECT_TRUE(nlohmann::json::accept(json));
}

TEST(HostileTexts, AreTwentyFive) { EXPECT_EQ(hostile().size(), 25U); }

TEST(Arranged, KeepsSortsAndCutsRows) {
  const Rows rows{{"person", "time"}, {{"p10", "9:59:00"}, {"p2", "10:00:00"}, {"p2", "0:00:05"}}};
  const auto first_of = [&](const Arrangement& wanted) {
    std::string out;
    const auto left = arranged(rows, wanted);
    for (const auto& row : left->cells) out += row.at(0) + ' ' + row.at(1) + ';';
    return out;
  };
  EXPECT_EQ(first_of({}), "p10 9:59:00;p2 10:00:00;p2 0:00:05;");
  EXPECT_EQ(first_of({"", "person", ""}), "p2 10:00:00;p2 0:00:05;p10 9:59:00;");
  EXPECT_EQ(first_of({"", "-time", ""}), "p2 10:00:00;p10 9:59:00;p2 0:00:05;");
  EXPECT_EQ(first_of({"person=p2", "time", "1"}), "p2 0:00:05;");
  EXPECT_EQ(first_of({"person=p", "", ""}), "");  // exactly that value
  EXPECT_EQ(first_of({"person=p2, time=0:00:05", "", ""}), "p2 0:00:05;");
}

TEST(Arranged, SaysWhatIsWrongAndWhatThereIs) {
  const Rows rows{{"person", "time"}, {{"p2", "0:00:05"}}};
  EXPECT_EQ(arranged(rows, {"who=p2", "", ""}).error(),
            "there is no column 'who' here; the columns are person, time");
  EXPECT_FALSE(arranged(rows, {"person", "", ""}).has_value());
  EXPECT_FALSE(arranged(rows, {"", "-", ""}).has_value());
  for (const char* limit : {"0", "-1", "x", "1x", "99999999999999999999999"})
    EXPECT_FALSE(arranged(rows, {"", "", limit}).has_value()) << limit;
}

}  // namespace
}  // namespace edgewatch::runtime
