// The short case of everything that must hold of the method on days whose truth is known (TIME 6.2); the long
// one is edgewatch-eval's.
#include "edgewatch/account/method.hpp"

#include "support/source_folder.hpp"
#include "time/accuracy_file.hpp"
#include "time/trials.hpp"

#include <fstream>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace edgewatch::truth {
namespace {

using namespace std::chrono_literals;

const pipeline::Policies& policies() {
  static const pipeline::Policies loaded =
      policies_with((support::source_folder() / "etc/catalogue").string());
  return loaded;
}

nlohmann::json measured() {
  std::ifstream file(support::source_folder() / "lib/report/accuracy.json");
  return nlohmann::json::parse(file);
}

std::vector<std::string> texts(const std::vector<Raise>& raises) {
  std::vector<std::string> out;
  out.reserve(raises.size());
  for (const Raise& r : raises)
    out.push_back(r.kind + " " + std::to_string(r.seed) + " " + r.service + " trial " +
                  std::to_string(r.trial) + ": " + std::to_string(r.whole) + " -> " +
                  std::to_string(r.after));
  return out;
}

TEST(TrueSeconds, CountEachSecondOnce) {
  TrueSeconds seconds;
  seconds.add(10, 20);
  seconds.add(15, 25);
  seconds.add(40, 41.9);
  EXPECT_EQ(seconds.length(), 16);
}

TEST(PersonDay, IsTheSameForTheSameSeed) {
  EXPECT_EQ(record(person_day("light", 3)).pcap(), record(person_day("light", 3)).pcap());
  EXPECT_NE(record(person_day("light", 3)).pcap(), record(person_day("light", 4)).pcap());
}

TEST(Naive, MethodsFollowTheirPublishedRules) {
  std::vector<NamedSecond> seconds;
  for (const std::int64_t at : {600, 630, 900, 1500})
    seconds.push_back({at, static_cast<model::FlowId>(at), "social", 200, 1'000});
  seconds.push_back({610, 7, "", 200, 1'000});
  const NaiveFigures figures = naive_figures(seconds).at("social");
  EXPECT_EQ(figures[0], 900) << "first to last";
  EXPECT_EQ(figures[1], 240) << "four connections";
  EXPECT_EQ(figures[3], 30 + 180 + 180 + 180) << "read times";
  EXPECT_EQ(figures[4], 300) << "one session of five minutes, one of none";
  EXPECT_EQ(figures[5], 360 + 60);
  EXPECT_EQ(figures[6], 180) << "630 is in the minute of 600";
  EXPECT_EQ(figures[7], 30);
  EXPECT_DOUBLE_EQ(figures[8], 200 + 300 + 300);
}

TEST(Truth, MixedDaysAreCountedNearTheTruthAndNeverWithoutUse) {
  std::vector<Result> results;
  for (const char* kind : {"none_news", "none_phone", "none_bgtab", "light", "mixed"}) {
    for (const Result& result : day_results(policies(), person_day(kind, 7))) results.push_back(result);
  }
  const Measures ours = measure_ours(results);
  EXPECT_GE(ours.used, 5U);
  EXPECT_GE(ours.unused, 6U);
  EXPECT_LE(ours.mean_error, 4.4);
  EXPECT_EQ(ours.false_any, 0U);
  for (const Result& result : results) EXPECT_LE(result.ours.lower, result.ours.counted()) << result.service;
  for (std::size_t i = 0; i < naive_count; ++i)
    EXPECT_GT(measure_naive(results, i).mean_error, ours.mean_error) << naive_methods().at(i).name;
}

TEST(Truth, TheSecondsOfAPersonNeverExceedTheClock) {
  Watch watch(policies(), 1);
  watch.see(record(person_day("heavy", 5)));
  watch.finish();
  std::map<UtcMinute, int> owned;
  for (const model::UsageSlice& row : watch.rows()) {
    if (row.kind != model::Kind::concurrent) owned[row.minute] += row.seconds;
  }
  EXPECT_FALSE(owned.empty());
  for (const auto& [minute, seconds] : owned) EXPECT_LE(seconds, 60) << format_minute(minute);
}

TEST(Truth, ASingleVisitIsCountedWithinTwoMinutesOnTheAverage) {
  const Visits visits = visits_trial(policies(), {2, 1});
  EXPECT_GT(visits.visits, 10U);
  EXPECT_LE(visits.mean_error, 2);
  EXPECT_LE(visits.bias, 0);
}

TEST(Truth, TheSameDayTwiceGivesTheSameFigures) {
  const support::Recording recording = record(person_day("mixed", 9));
  Watch once(policies(), 1);
  once.see(recording);
  once.finish();
  Watch again(policies(), 1);
  again.see(recording);
  again.finish();
  EXPECT_EQ(once.figures(), again.figures());
  EXPECT_EQ(once.rows().size(), again.rows().size());
}

TEST(Truth, LossNeverRaisesAFigure) {
  const Raises raises = loss_trial(policies(), {"none_bgtab", "light", "none_news"}, {1, 2}, {1, 6});
  EXPECT_GT(raises.compared, 20U);
  EXPECT_THAT(texts(raises.raised), testing::IsEmpty());
  EXPECT_LT(raises.mean_share, 1);
}

TEST(Truth, ARestartNeverRaisesAFigure) {
  const Raises raises = restart_trial(policies(), {"none_bgtab", "light"}, {1, 2}, {1, 6});
  EXPECT_GT(raises.compared, 20U);
  EXPECT_THAT(texts(raises.raised), testing::IsEmpty());
}

TEST(Truth, NewsPagesWithWidgetsAreNoUse) { EXPECT_EQ(embeds_trial(policies(), {1, 1}, 200), 0); }

TEST(Truth, APageLeftOpenForEightHoursAddsThreeMinutesAtMost) {
  for (const int most : background_trial(policies(), {1, 1})) EXPECT_LE(most, 180);
}

TEST(Truth, ACouncilThatUsesNothingIsChargedNothing) {
  const CouncilDay day = council_trial(policies(), 1, 4);
  EXPECT_GT(day.frames, 10'000U);
  const Measures ours = measure_ours(day.results);
  EXPECT_GE(ours.unused, 6U);
  EXPECT_EQ(ours.false_any, 0U);
}

// What a report claims was measured of this very method: else run `edgewatch-eval accuracy` again.
TEST(Accuracy, OfReportsWasMeasuredWithTheseConstants) {
  const account::Method method;
  EXPECT_EQ(measured()["method"], method.version);
  EXPECT_EQ(measured()["constants"], nlohmann::json::parse(method.to_json()));
}

TEST(Accuracy, OfReportsWasMeasuredWithTheseRules) {
  std::vector<Sample> kept;
  const nlohmann::json all = measured();
  for (const auto& sample : all["sample"])
    kept.push_back({sample["person"], sample["service"], sample["counted"], sample["lower"]});
  EXPECT_EQ(sample_of(policies()), kept);
}

TEST(Accuracy, OfReportsKeepsTheTargets) {
  const nlohmann::json all = measured();
  EXPECT_GE(all["unused"]["person_service_days"], 2'000);
  EXPECT_EQ(all["unused"]["five_minutes_or_more"], 0);
  EXPECT_LE(all["used"]["mean_error_minutes"], 4.4);
  EXPECT_LE(all["used"]["bias_percent"], 0);
  EXPECT_GE(all["used"]["bias_percent"], -15);
  EXPECT_GE(all["used"]["lower_at_or_below"].get<double>(),
            0.95 * all["used"]["person_service_days"].get<double>());
  EXPECT_LE(all["used"]["over"].get<double>(), 0.01 * all["used"]["person_service_days"].get<double>());
  EXPECT_EQ(all["loss"]["raised"], 0);
  EXPECT_EQ(all["restarts"]["raised"], 0);
  EXPECT_GE(all["embeds"]["pages"], 10'000);
  EXPECT_EQ(all["embeds"]["seconds"], 0);
  EXPECT_LE(all["background"]["most_seconds"], 180);
}

}  // namespace
}  // namespace edgewatch::truth
