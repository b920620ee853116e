#include "edgewatch/report/usage_report.hpp"

#include "report_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace edgewatch::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Form {
  const char* name;
  std::string (*make)(const UsageReport&);
};

/// Words without the line breaks and blanks that a form puts between them.
std::string flat(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  return out;
}

class EveryForm : public ::testing::TestWithParam<Form> {
 public:
  static std::string made(const UsageReport& report) { return GetParam().make(report); }
};
INSTANTIATE_TEST_SUITE_P(Forms, EveryForm,
                         ::testing::Values(Form{"text", to_text}, Form{"csv", to_csv}, Form{"json", to_json},
                                           Form{"html", to_html}),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST_P(EveryForm, CarriesTheCaveats) {
  for (const UsageReport& report : {small_report(), empty_report()}) {
    const std::string text = flat(made(report));
    EXPECT_THAT(text, HasSubstr("The method cannot see whether anybody was looking."));
    EXPECT_THAT(text, HasSubstr("Working time and breaks are not told apart in this report"));
    EXPECT_THAT(text, HasSubstr("This report makes no judgement."));
    EXPECT_THAT(
        text,
        HasSubstr("has not been measured for this version of the program, so no error figure is printed"));
    EXPECT_THAT(text, HasSubstr("absence of visibility is never taken as evidence of use."));
    EXPECT_THAT(text,
                HasSubstr("Sites that are not on the list of monitored services are not recorded at all."));
  }
}

TEST_P(EveryForm, AnswersInOneSentenceWithBothFigures) {
  EXPECT_THAT(flat(made(small_report())), HasSubstr("40 s (lower figure) to 1 min 30 s (best estimate) of "
                                                    "interactive use of monitored services outside "
                                                    "authorised use, on 2 of 5 days."));
}

TEST_P(EveryForm, SaysInWordsThatThereIsNothing) {
  const std::string text = flat(made(empty_report()));
  EXPECT_THAT(
      text,
      HasSubstr("No use of a monitored service is recorded for this person on the 5 days of this period."));
  EXPECT_THAT(text, HasSubstr("Warning: no coverage is recorded for this period."));
}

TEST_P(EveryForm, WarnsWhereTooFewConnectionsHadAName) {
  EXPECT_THAT(
      flat(made(small_report())),
      HasSubstr("Warning: only 85.0 % of connections had a name that could be seen; the method wants 90 %."));
}

TEST_P(EveryForm, WarnsWhereIdentityIsNotCertain) {
  UsageReport report = small_report();
  EXPECT_THAT(flat(made(report)), Not(HasSubstr("stands at identity grade A or B")));
  for (model::UsageSlice& slice : report.rows) slice.weakest_identity = model::IdentityGrade::c;
  EXPECT_THAT(flat(made(report)),
              HasSubstr("Warning: only 0.0 % of the counted time stands at identity grade A or B"));
}

TEST_P(EveryForm, NamesCasePersonPeriodAndWhoAuthorised) {
  const std::string text = flat(made(small_report()));
  for (const char* fact : {"HR-2026-014", "Person Seventeen", "p17", "Head of Service", "c0ffee"})
    EXPECT_THAT(text, HasSubstr(fact));
}

TEST_P(EveryForm, SaysTheSameTwice) { EXPECT_EQ(made(long_report()), made(long_report())); }

TEST_P(EveryForm, LetsNoHostileTextThrough) {
  for (const std::string& hostile :
       {std::string("=cmd|'/c calc'!A1"), std::string("<script>alert(1)</script>"),
        std::string("\x1b]0;pwned\x07name"), std::string("abc\xe2\x80\xaegnp.exe"), std::string("a\nb\r\nc"),
        std::string("bad\xff\xfeutf8"), std::string("x\" onload=\"y"), std::string("nul\0byte", 8),
        std::string("c1\xc2\x9b"
                    "31m")}) {
    UsageReport report = small_report();
    report.display_name = hostile;
    report.record.grounds = hostile;
    report.record.authorised_by = hostile;
    report.record.officer = hostile;
    report.informed = hostile;
    report.service_names[model::ServiceId("photo-share")] = hostile;
    report.revisions[0].description = hostile;
    report.accesses[0].officer = hostile;
    report.exclusions[0].reason = hostile;
    report.methods[0].constants_json = hostile;
    const std::string text = made(report);
    for (const char c : text) {
      const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      ASSERT_TRUE(!control || c == '\n' || (c == '\r' && std::string(GetParam().name) == "csv"))
          << "byte " << int{c};
    }
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
    EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b")));
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
    if (std::string(GetParam().name) == "html") {
      EXPECT_THAT(text, Not(HasSubstr("<script")));
      EXPECT_THAT(text, Not(HasSubstr("x\" onload")));
    }
  }
}

TEST_P(EveryForm, SaysThatSignsOfBypassAreOfTheWholeNetworkAndOfNobody) {
  EXPECT_THAT(flat(made(small_report())),
              HasSubstr("are counts of the whole network: they are not about this person"));
}

TEST_P(EveryForm, SaysWhatWasNotMeasuredAndNeverThatThereWasNone) {
  UsageReport report = small_report();
  report.coverage[0].causes_measured = false;  // of a version that did not count them
  report.coverage[0].signs = {};
  const std::string form = GetParam().name;
  const std::string text = flat(made(report));
  EXPECT_THAT(text, HasSubstr(form == "json"  ? R"("unnamed_ech": null)"
                              : form == "csv" ? "coverage,,,,,,,,,,,,,,,,,,,unnamed: ech: not measured"
                                              : "not measured"));
  EXPECT_THAT(text, HasSubstr(form == "json"  ? R"("wireguard": null)"
                              : form == "csv" ? "coverage,,,,,,,,,,,,,,,,,,,bypass: wireguard: not measured"
                                              : "not measured"));
  EXPECT_THAT(text, HasSubstr("was not measured in this period"));
  EXPECT_THAT(flat(made(small_report())), Not(HasSubstr("not measured in")));

  model::Coverage before = report.coverage[0];
  before.interval = {at("2026-11-15T00:00:00Z"), at("2026-11-16T03:00:00Z")};
  report = small_report();
  report.coverage.push_back(before);
  EXPECT_THAT(flat(made(report)), HasSubstr("was not measured for 3 h 00 min of this period"));
}

TEST(Text, SaysWhatEachCountOfCoverageMeans) {
  const std::string text = flat(to_text(small_report()));
  for (const char* line :
       {"Connections whose site's name was seen 85 (85.0 %)", "Name hidden by encryption (ECH, ESNI) 10",
        "Encrypted name look-ups, in which names are not seen 0",
        "Tunnels and relays, in which nothing is seen 0", "Name not seen for another reason 5",
        "Of these without a name: several sites at the address, so none was taken 3", "WireGuard tunnels 7",
        "Encrypted connections to addresses that no look-up seen here had given 11 of 44"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(Text, StandsInTables) {
  const std::string text = to_text(small_report());
  EXPECT_THAT(text, HasSubstr("Totals by service\n-----------------\n"));
  EXPECT_THAT(flat(text), HasSubstr(" Photo Share 40 s 1 min 30 s - - 20 s 30 s 25 s "));
  EXPECT_THAT(flat(text), HasSubstr(" Video & More - - 50 s 1 min - - "));
  EXPECT_THAT(text, HasSubstr("Tue 17 Nov 2026, 12:00 GMT"));
}

TEST(Csv, HasTheSameNumberOfCellsInEveryLineAndOneLineAMinuteRow) {
  const std::string csv = to_csv(small_report());
  EXPECT_THAT(csv, ::testing::StartsWith("record,date,local_time,utc_minute,service,service_name,category,"
                                         "kind,grade,purpose,seconds,lower_seconds,"));
  EXPECT_THAT(csv, HasSubstr("minute,2026-11-16,10:05 GMT,2026-11-16T10:05Z,photo-share,Photo "
                             "Share,social,interactive,strong,personal,60,30,LED,tls-sni,B,"
                             "c0ffee,ab12,1,,\r\n"));
  std::size_t cells = 0;
  std::size_t rows = 0;
  bool quoted = false;
  for (const char c : csv) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == ',') ++cells;
    if (!quoted && c == '\n') {
      EXPECT_EQ(cells, 19U);
      cells = 0;
      ++rows;
    }
  }
  EXPECT_GT(rows, 30U);
}

TEST(Csv, NeutralisesFormulas) {
  UsageReport report = small_report();
  report.service_names[model::ServiceId("photo-share")] = "=cmd|'/c calc'!A1";
  const std::string csv = to_csv(report);
  EXPECT_THAT(csv, HasSubstr(",'=cmd|"));
  EXPECT_THAT(csv, Not(HasSubstr(",=cmd|")));
}

TEST(Json, IsOneObjectWithTheFiguresOfTheRows) {
  const auto json = nlohmann::json::parse(to_json(small_report()));
  EXPECT_EQ(json["format"], "edgewatch-report-1");
  EXPECT_EQ(json["total"]["interactive"]["best_seconds"], 90);
  EXPECT_EQ(json["total"]["interactive"]["lower_seconds"], 40);
  EXPECT_EQ(json["total"]["weak_seconds"], 25);
  EXPECT_EQ(json["minutes"].size(), 6U);
  int sum = 0;
  for (const auto& minute : json["minutes"]) {
    if (minute["kind"] == "interactive" && minute["grade"] != "weak" && minute["purpose"] == "personal")
      sum += minute["seconds"].get<int>();
  }
  EXPECT_EQ(sum, 90);
  EXPECT_EQ(json["coverage"]["gap_seconds"], 900);
  EXPECT_EQ(json["coverage"]["ambiguous"], 3);
  EXPECT_EQ(json["coverage"]["bypass_signs"]["wireguard"], 7);
  EXPECT_EQ(json["coverage"]["bypass_signs"]["doh"], 0);
  EXPECT_EQ(json["coverage"]["tls_with_dns"], 33);
  EXPECT_EQ(json["methods"][0]["constants"]["hold"], 60);
}

TEST(Html, FetchesNothingRunsNothingAndSaysItsLanguage) {
  const std::string html = to_html(long_report());
  EXPECT_THAT(html, ::testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* forbidden : {"<script", "<link", "<img", "@import", "http://", "https://", "url(http"})
    EXPECT_THAT(html, Not(HasSubstr(forbidden)));
}

TEST(Html, HasACaptionForEveryTableAndAStripForEveryDay) {
  const std::string html = to_html(long_report());
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (std::size_t p = html.find(what); p != std::string::npos; p = html.find(what, p + 1)) ++found;
    return found;
  };
  EXPECT_GT(count("<table>"), 6U);
  EXPECT_EQ(count("<table>"), count("<caption>"));
  EXPECT_EQ(count("<figure>"), 3U);
  EXPECT_EQ(count("role=\"img\" aria-label="), 3U);
}

TEST(Html, ShowsTheTwoClocksOfTheRepeatedHour) {
  UsageReport report = empty_report();
  report.period = {date("2026-10-25"), date("2026-10-25")};
  report.rows = {row("video", "2026-10-25T00:10Z", 60, 50), row("video", "2026-10-25T01:10Z", 60, 50)};
  EXPECT_THAT(to_html(report), HasSubstr("01:10 BST - 01:10 GMT"));
}

TEST(Figures, AreCutAndNeverRoundedUp) {
  UsageReport report = empty_report();
  for (int i = 0; i < 66; ++i) report.rows.push_back(row("video", "2026-11-17T10:05Z", i == 0 ? 59 : 60, 0));
  EXPECT_THAT(to_text(report), HasSubstr("1 h 05 min"));
  EXPECT_THAT(to_text(report), Not(HasSubstr("1 h 06 min")));
}

}  // namespace
}  // namespace edgewatch::report
