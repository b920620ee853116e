#include "edgewatch/report/usage_report.hpp"

#include "report_support.hpp"
#include "support/source_folder.hpp"

#include <fstream>

#include <fmt/format.h>
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
    EXPECT_THAT(text, HasSubstr("as it stood when this report was made: mon-fri 08:30-17:00, bank "
                                "holidays of England left out."));
    EXPECT_THAT(text, HasSubstr("Leave, sickness and hours that were agreed otherwise are not known"));
    EXPECT_THAT(text, HasSubstr("This report makes no judgement."));
    EXPECT_THAT(text, HasSubstr("not limits between which the truth is certain to lie"));
    EXPECT_THAT(text, HasSubstr("absence of visibility is never taken as evidence of use."));
    EXPECT_THAT(text,
                HasSubstr("Sites that are not on the list of monitored services are not recorded at all."));
  }
}

nlohmann::json measured() {
  std::ifstream file(support::source_folder() / "lib/report/accuracy.json");
  return nlohmann::json::parse(file);
}

TEST_P(EveryForm, QuotesWhatWasMeasuredOfTheMethodThatCounted) {
  UsageReport report = small_report();
  report.methods = {{measured()["method"], measured()["constants"].dump()}};
  const std::string text = flat(made(report));
  const auto used = measured()["used"]["person_service_days"].get<int>();
  const auto below = measured()["used"]["lower_at_or_below"].get<int>();
  EXPECT_THAT(text, HasSubstr("at or below the true time on " + std::to_string(below) + " and above it on " +
                              std::to_string(used - below)));
  const auto unused = measured()["unused"]["person_service_days"].get<int>();
  EXPECT_THAT(text, HasSubstr(fmt::format("On {},{:03} further such days the service was not used",
                                          unused / 1000, unused % 1000)));
  EXPECT_THAT(text, HasSubstr("no upper limit is known"));
}

TEST_P(EveryForm, PrintsNoErrorFigureOfAnotherMethodThanWasMeasured) {
  const std::string measured_version = measured()["method"];
  for (const auto& [version, constants] :
       {std::pair<std::string, std::string>{measured_version, R"({"hold_s":60})"},
        std::pair<std::string, std::string>{"1", measured()["constants"].dump()},
        std::pair<std::string, std::string>{measured_version, "no object"}}) {
    UsageReport report = small_report();
    report.methods = {{measured_version, measured()["constants"].dump()}, {version, constants}};
    const std::string text = flat(made(report));
    EXPECT_THAT(text, HasSubstr("has not been measured for the version of the method that counted them"));
    EXPECT_THAT(text, Not(HasSubstr("true time on")));
  }
}

TEST_P(EveryForm, AnswersInOneSentenceWithBothFigures) {
  EXPECT_THAT(flat(made(small_report())),
              HasSubstr("40 s (lower figure) to 1 min 30 s (best estimate) of "
                        "interactive use of monitored services outside "
                        "authorised use, in working time, on 2 of 5 working days."));
}

/// Half an hour and 40 s over lunch, 20 min before work, 10 min in the morning; the lower figures half as
/// long.
UsageReport lunch_report() {
  UsageReport report = small_report();
  report.rows.clear();
  const auto stretch = [&](const std::string& from, int whole, int rest) {
    for (int i = 0; i <= whole; ++i) {
      const int seconds = i < whole ? 60 : rest;
      if (seconds == 0) continue;
      report.rows.push_back(row("photo-share", from, seconds, seconds / 2));
      report.rows.back().minute += std::chrono::minutes(i);
    }
  };
  stretch("2026-11-17T12:20Z", 30, 40);
  stretch("2026-11-17T07:30Z", 20, 0);
  stretch("2026-11-18T10:00Z", 10, 0);
  return report;
}

TEST_P(EveryForm, GivesTheBenefitOfTheDoubtForABreakAndSaysBothFigures) {
  const std::string text = flat(made(lunch_report()));
  EXPECT_THAT(text,
              HasSubstr("5 min (lower figure) to 10 min (best estimate) of interactive use of monitored "
                        "services outside authorised use, in working time, on 2 of 5 working days."));
  EXPECT_THAT(text, HasSubstr("In the lunch window (12:00 to 14:00) it came to 15 min to 30 min."));
  EXPECT_THAT(text,
              HasSubstr("so up to 30 min a day is taken to have been one, which leaves 0 min to 40 s."));
  EXPECT_THAT(text, HasSubstr("without this benefit of the doubt that would be 20 min to 40 min."));
  EXPECT_THAT(text, HasSubstr("Outside working hours it came to 10 min to 20 min. That is not part of the "
                              "figure above."));
}

TEST_P(EveryForm, SaysThatFlexitimeSetsNoHoursAndCountsNoBreakAgainstThePerson) {
  UsageReport report = lunch_report();
  report.calendar.hours.clear();
  report.calendar.name = "flexitime";
  const std::string text = flat(made(report));
  EXPECT_THAT(text, HasSubstr("to 20 min (best estimate) of interactive use of monitored services outside "
                              "authorised use, at any hour (flexitime), on 1 of 5 days."));
  EXPECT_THAT(text, HasSubstr("sets down no working hours (flexitime)"));
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

TEST_P(EveryForm, SaysWhereOnePersonMayHoldSeveralRoles) {
  const std::string sentence = "one person may hold several roles";
  UsageReport report = small_report();
  EXPECT_THAT(flat(made(report)), Not(HasSubstr(sentence)));
  report.roles_combined = true;
  EXPECT_THAT(flat(made(report)), HasSubstr(sentence));
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
    for (int kind = 0; kind < 8; ++kind) {
      report.notes.push_back({kind + 1, report.record.reference, static_cast<model::CaseNote::Kind>(kind),
                              hostile, date("2026-11-18"), std::nullopt, hostile, report.generated_at});
    }
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

TEST(Text, WritesLargeCountsInGroupsOfThree) {
  UsageReport report = small_report();
  report.coverage.resize(1);
  const auto said_of = [&](std::uint64_t seen) {
    report.coverage[0].seen = seen;
    return flat(to_text(report));
  };
  EXPECT_THAT(said_of(999), HasSubstr("Packets seen 999 "));
  EXPECT_THAT(said_of(1'000'000), HasSubstr("Packets seen 1,000,000 "));
  EXPECT_THAT(said_of(162'140), HasSubstr("Packets seen 162,140 "));
  EXPECT_THAT(to_csv(report), HasSubstr("162140"));
}

TEST_P(EveryForm, SaysWhatLateEvidenceTookBackAndWhy) {
  UsageReport report = small_report();
  EXPECT_THAT(flat(made(report)), Not(HasSubstr("taken back")));
  model::Amendment amendment;
  amendment.person = model::PersonId("p17");
  amendment.withdrawn = {at("2026-11-17T10:05:30Z"), at("2026-11-17T11:00:00Z")};
  amendment.recorded_at = at("2026-11-17T12:00:00Z");
  amendment.why = model::Binding::State::left;
  amendment.source = model::TenancyEvent::Source::windows;
  report.amendments = {{amendment, 1}};
  report.superseded = {row("photo-share", "2026-11-17T10:05Z", 50, 40)};
  const std::string told = flat(made(report));
  EXPECT_THAT(told, HasSubstr("40 s to 50 s of interactive use were taken back"));
  EXPECT_THAT(told, HasSubstr("last on Tue 17 Nov 2026, 12:00 GMT"));
  EXPECT_THAT(
      told, HasSubstr("by the word of Windows on the machine, that from Tue 17 Nov 2026, 10:05 GMT to Tue 17 "
                      "Nov 2026, 11:00 GMT nobody is known to have been there"));
}

TEST(Csv, HasTheSameNumberOfCellsInEveryLineAndOneLineAMinuteRow) {
  const std::string csv = to_csv(small_report());
  EXPECT_THAT(csv, ::testing::StartsWith("record,date,local_time,utc_minute,service,service_name,category,"
                                         "kind,grade,purpose,seconds,lower_seconds,"));
  EXPECT_THAT(csv, HasSubstr("minute,2026-11-16,10:05 GMT,2026-11-16T10:05Z,photo-share,Photo "
                             "Share,social,interactive,strong,personal,60,30,LED,tls-sni,B,"
                             "c0ffee,ab12,1,,,core,0\r\n"));
  std::size_t cells = 0;
  std::size_t rows = 0;
  bool quoted = false;
  for (const char c : csv) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == ',') ++cells;
    if (!quoted && c == '\n') {
      EXPECT_EQ(cells, 21U);
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

TEST(Json, WritesMinuteRecordsAsItWritesTheRest) {
  UsageReport report = small_report();
  report.rows[0].rule_book = model::Revision("\"quoted\" \\ {} \x01 \xe2\x80\xae \xff");
  report.superseded = {row("photo-share", "2026-11-17T10:05Z", 50, 40)};
  report.superseded[0].run = 3;
  for (const UsageReport& each : {report, empty_report()}) {
    const std::string text = to_json(each);
    EXPECT_EQ(nlohmann::ordered_json::parse(text).dump(2, ' ', true) + '\n', text);
  }
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["superseded"][0]["run"], 3);
  EXPECT_EQ(json["minutes"][0]["rule_book"], "\"quoted\" \\ {} \x01 \u202e \ufffd");
}

TEST(Json, TellsWorkingTimeLunchAndOutsideApart) {
  const auto working = nlohmann::json::parse(to_json(lunch_report()))["working_time"];
  EXPECT_EQ(working["core"]["interactive"]["best_seconds"], 600);
  EXPECT_EQ(working["lunch"]["interactive"]["best_seconds"], 1840);
  EXPECT_EQ(working["outside"]["interactive"]["best_seconds"], 1200);
  EXPECT_EQ(working["after_break"]["best_seconds"], 40);
  EXPECT_EQ(working["after_break"]["lower_seconds"], 0);
  EXPECT_EQ(working["counted"]["best_seconds"], 640);
  EXPECT_EQ(working["break_allowance_seconds"], 1800);
  EXPECT_EQ(working["days"].size(), 2U);
  EXPECT_EQ(working["hours"][0], "mon-fri 08:30-17:00");
  EXPECT_EQ(working["lunch_window"], "12:00-14:00");
}

TEST(Html, ShadesWorkingHoursAndTheLunchWindow) {
  EXPECT_THAT(to_html(lunch_report()), HasSubstr("class=\"lunch\""));
}

TEST(Html, FetchesNothingRunsNothingAndSaysItsLanguage) {
  const std::string html = to_html(long_report());
  EXPECT_THAT(html, ::testing::StartsWith("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  for (const char* forbidden : {"<script", "<link", "<img", "@import", "http://", "https://", "url(http"})
    EXPECT_THAT(html, Not(HasSubstr(forbidden)));
}

TEST(Html, HasACaptionForEveryTableAndAPictureForTheMonthEveryDayAndTheTotals) {
  const std::string html = to_html(long_report());
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (std::size_t p = html.find(what); p != std::string::npos; p = html.find(what, p + 1)) ++found;
    return found;
  };
  EXPECT_GT(count("<table"), 8U);
  EXPECT_EQ(count("<table"), count("<caption>"));
  EXPECT_EQ(count("<figure class=\"month\">"), 1U);
  EXPECT_EQ(count("<figure class=\"strip\">"), 3U);
  EXPECT_EQ(count("<table class=\"stretches\">"), 3U);
  EXPECT_EQ(count("role=\"img\" aria-label="), 5U);
}

TEST(Html, ShowsOfEachDayInTheCalendarWhatTheHeadlineCounts) {
  const std::string html = to_html(long_report());
  for (const char* day : {">10\u201316 min<", ">22\u201334 min<", ">12\u201318 min<"})
    EXPECT_THAT(html, HasSubstr(day));
  EXPECT_THAT(flat(html), HasSubstr("On the other 9 days of the period nothing is recorded."));
  EXPECT_THAT(html, HasSubstr("<td class=\"figure\">15 min</td></tr>"));  // of the gap within working hours
}

TEST(Html, SaysInTheHeaderOfEachPrintedPageWhoseItIsAndWhichPage) {
  UsageReport report = long_report();
  report.record.person = model::PersonId("p17\"} body { display: none");
  const std::string html = to_html(report);
  EXPECT_THAT(html, HasSubstr("@top-left { content: \"Case HR\\2d 2026\\2d 014\\2c  p17\\22 \\7d  body \\7b  "
                              "display\\3a  none\"; }"));
  EXPECT_THAT(html, HasSubstr("counter(page) \" of \" counter(pages)"));
}

TEST(Html, NamesTheClocksOnTheAxisOfTheTwoDaysWhenItIsSet) {
  UsageReport report = empty_report();
  report.period = {date("2026-10-25"), date("2026-10-25")};
  report.rows = {row("video", "2026-10-25T00:10Z", 60, 50), row("video", "2026-10-25T02:10Z", 60, 50)};
  const std::string html = to_html(report);
  EXPECT_THAT(html, HasSubstr("class=\"hour\">01:00 BST<"));
  EXPECT_THAT(html, HasSubstr("class=\"hour\">02:00 GMT<"));
}

TEST(Html, StaysUnderAMegabyteForAQuarterOfSomebodyWhoIsAlwaysThere) {
  UsageReport report = small_report();
  report.rows.clear();
  report.period = {date("2026-09-01"), date("2026-11-30")};
  for (CivilDate day = report.period.first; day <= report.period.last; day = next_day(day)) {
    if (!is_working_day(report.calendar, day)) continue;
    for (int minute = 0; minute < 120; ++minute) {
      report.rows.push_back(row(minute % 40 < 20 ? "photo-share" : "video", "2026-09-01T08:00Z",
                                10 + minute * 7 % 50, 5 + minute * 3 % 5));
      report.rows.back().minute = minute_of(london_midnight(day)) + std::chrono::minutes(520 + minute * 4);
    }
  }
  EXPECT_LT(to_html(report).size(), 1'000'000U);
}

TEST_P(EveryForm, SaysThatSomethingIsChallengedAndWithWhat) {
  UsageReport report = small_report();
  EXPECT_THAT(flat(made(report)), Not(HasSubstr("The person challenges this report.")));
  model::CaseNote note{1,
                       report.record.reference,
                       model::CaseNote::Kind::challenge,
                       "I was at the counter",
                       std::nullopt,
                       std::nullopt,
                       "hr-officer",
                       report.generated_at};
  report.notes.push_back(note);
  const std::string text = flat(made(report));
  EXPECT_THAT(text, HasSubstr("The person challenges this report."));
  EXPECT_THAT(text,
              HasSubstr("I was at the counter (written down Fri 20 Nov 2026, 12:00 GMT by hr-officer)"));
}

TEST_P(EveryForm, SaysWhatItWasAskedForAndLeavesTheRestOut) {
  UsageReport report = lunch_report();
  report.rows.push_back(row("video", "2026-11-18T10:30Z", 60, 50));
  Selection wanted;
  wanted.services = {model::ServiceId("photo-share")};
  wanted.hours = Selection::Hours::working;
  select(report, wanted);
  const std::string text = flat(made(report));
  EXPECT_THAT(text,
              HasSubstr("5 min (lower figure) to 10 min (best estimate) of interactive use of Photo Share "
                        "outside authorised use, in working time, on 2 of 5 working days."));
  EXPECT_THAT(text, HasSubstr("asked for Photo Share; in working hours and the lunch window alone."));
  EXPECT_THAT(text, Not(HasSubstr("Outside working hours it came to")));
}

TEST(Selection, KeepsTheRowsOfItsServicesCategoriesAndHours) {
  const auto kept = [](Selection wanted) {
    UsageReport report = lunch_report();
    report.rows.push_back(row("video", "2026-11-18T10:30Z", 60, 50));
    report.rows.back().category = model::Category("streaming-video");
    select(report, std::move(wanted));
    return report.rows.size();
  };
  EXPECT_EQ(kept({}), 62U);
  EXPECT_EQ(kept({{model::ServiceId("video")}, {}, Selection::Hours::any}), 1U);
  EXPECT_EQ(kept({{}, {model::Category("social")}, Selection::Hours::any}), 61U);
  EXPECT_EQ(kept({{}, {}, Selection::Hours::outside}), 20U);
  EXPECT_EQ(kept({{}, {}, Selection::Hours::working}), 42U);
  EXPECT_EQ(kept({{model::ServiceId("video")}, {model::Category("social")}, Selection::Hours::any}), 0U);
}

TEST(Limits, AreMissedBelowNineTenthsOfNamesAndFourFifthsOfIdentity) {
  UsageReport report = small_report();
  EXPECT_EQ(missed_limits(report).size(), 1U);  // 85 of 100 connections
  report.coverage[0].named = 990;
  EXPECT_TRUE(missed_limits(report).empty());
  for (model::UsageSlice& slice : report.rows) slice.weakest_identity = model::IdentityGrade::c;
  EXPECT_EQ(missed_limits(report).size(), 1U);
  report.rows.clear();
  EXPECT_TRUE(missed_limits(report).empty());
}

TEST_P(EveryForm, PrintsWhyItWasGivenBelowTheLimits) {
  UsageReport report = small_report();
  report.despite = "the tribunal asked for it";
  EXPECT_THAT(flat(made(report)), HasSubstr("for this reason: the tribunal asked for it"));
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
