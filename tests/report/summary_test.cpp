#include "edgewatch/report/summary.hpp"

#include "report_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::report {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(Summary, KeepsCountedAuthorisedWeakAndConcurrentApart) {
  const Summary summary = summarise(small_report());
  EXPECT_EQ(summary.total.interactive, (Time{seconds(90), seconds(40)}));
  EXPECT_EQ(summary.total.playing, (Time{seconds(60), seconds(50)}));
  EXPECT_EQ(summary.total.authorised, (Time{seconds(30), seconds(20)}));
  EXPECT_EQ(summary.total.weak, seconds(25));
  EXPECT_EQ(summary.total.concurrent, seconds(45));
}

TEST(Summary, OfServicesAddsUpToTheTotal) {
  const Summary summary = summarise(long_report());
  Figures sum;
  for (const auto& [service, figures] : summary.services) {
    sum.interactive.best += figures.interactive.best;
    sum.interactive.lower += figures.interactive.lower;
    sum.playing.best += figures.playing.best;
    sum.playing.lower += figures.playing.lower;
    sum.authorised.best += figures.authorised.best;
    sum.authorised.lower += figures.authorised.lower;
    sum.weak += figures.weak;
  }
  EXPECT_EQ(sum, summary.total);
  EXPECT_GT(sum.interactive.best, minutes(60));
}

TEST(Summary, CountsDaysWithCountedPersonalInteractiveTimeOnly) {
  UsageReport report = small_report();
  report.rows.push_back(
      row("photo-share", "2026-11-18T10:00Z", 25, 0, model::Kind::interactive, model::Grade::weak));
  report.rows.push_back(row("video", "2026-11-19T10:00Z", 60, 50, model::Kind::playing));
  report.rows.push_back(row("video", "2026-11-20T10:00Z", 60, 50, model::Kind::interactive,
                            model::Grade::strong, model::Purpose::authorised));
  const Summary summary = summarise(report);
  EXPECT_THAT(summary.days_counted, ElementsAre(date("2026-11-16"), date("2026-11-17")));
  EXPECT_EQ(summary.days_in_period, 5);
}

TEST(Summary, PutsAMinuteOnItsLondonDay) {
  UsageReport report = empty_report();
  report.period = {date("2026-07-13"), date("2026-07-14")};
  report.rows = {row("video", "2026-07-13T22:59Z", 60, 50), row("video", "2026-07-13T23:00Z", 60, 50)};
  const Summary summary = summarise(report);
  ASSERT_THAT(summary.days, SizeIs(2));
  EXPECT_EQ(summary.days[0].date, date("2026-07-13"));
  EXPECT_EQ(summary.days[1].date, date("2026-07-14"));
}

TEST(Summary, JoinsGapsThatOverlapAndCutsThemToThePeriod) {
  UsageReport report = small_report();
  model::Coverage before;
  before.state = model::Coverage::State::gap;
  before.interval = {at("2026-11-15T23:00:00Z"), at("2026-11-16T01:00:00Z")};
  report.coverage.push_back(before);
  const CoverageSummary coverage = summarise(report).coverage;
  ASSERT_THAT(coverage.gaps, SizeIs(2));
  EXPECT_EQ(coverage.gaps[0], (model::Interval{at("2026-11-16T00:00:00Z"), at("2026-11-16T01:00:00Z")}));
  EXPECT_EQ(coverage.gaps[1], (model::Interval{at("2026-11-17T12:00:00Z"), at("2026-11-17T12:15:00Z")}));
  EXPECT_EQ(coverage.gap_time, minutes(75));
}

TEST(Summary, SaysWhichShareWasNamedAndLost) {
  const CoverageSummary coverage = summarise(small_report()).coverage;
  EXPECT_DOUBLE_EQ(coverage.named_share.value(), 0.85);
  EXPECT_DOUBLE_EQ(coverage.lost_share.value(), 0.01);
  EXPECT_FALSE(coverage.nothing_watched);
  EXPECT_EQ(coverage.signs, small_report().coverage.front().signs);
  EXPECT_EQ(coverage.tls_with_dns, 33U);
  EXPECT_EQ(coverage.ambiguous, 3U);
  EXPECT_TRUE(coverage.causes_measured);
  EXPECT_EQ(coverage.causes_not_measured, minutes(0));
  const CoverageSummary nothing = summarise(empty_report()).coverage;
  EXPECT_EQ(nothing.named_share, std::nullopt);
  EXPECT_TRUE(nothing.nothing_watched);
}

TEST(Summary, AddsExclusionsUpByReason) {
  EXPECT_THAT(summarise(small_report()).exclusions, ElementsAre(Pair("embedded", 33)));
}

}  // namespace
}  // namespace edgewatch::report
