#include "time_axis.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();

TEST(TimeAxis, RunsOnWhileTheClockIsSetAndGivesBackWhatItShowed) {
  TimeAxis axis;
  const Timestamp before = axis.on_axis(ten + 5min);
  axis.set(ten + 65min + 1s, 1h);
  const Timestamp after = axis.on_axis(ten + 65min + 1s);
  EXPECT_EQ(after - before, 1s);
  axis.set(ten + 60min, -10min);
  const Timestamp last = axis.on_axis(ten + 60min + 1s);
  EXPECT_EQ(axis.to_utc(before), ten + 5min);
  EXPECT_EQ(axis.to_utc(after), ten + 65min + 1s);
  EXPECT_EQ(axis.to_utc(last), ten + 60min + 1s);
}

TEST(TimeAxis, KeepsTheLastStepsOnlyAndStaysRightSinceThem) {
  TimeAxis axis;
  for (std::size_t i = 0; i < 10 * TimeAxis::most_stretches; ++i) {
    const Timestamp at = ten + i * 10s;
    axis.set(at, i % 2 == 0 ? -3s : 3s);
    EXPECT_EQ(axis.to_utc(axis.on_axis(at + 1s)), at + 1s);
  }
}

TEST(TimeAxis, TurnsEveryMomentOfAnEventBack) {
  TimeAxis axis;
  axis.set(ten + 1h, 1h);
  model::Coverage minute;
  minute.interval = {ten, ten + 1min};
  model::Event event = minute;
  axis.to_utc(event);
  EXPECT_EQ(std::get<model::Coverage>(event).interval, (model::Interval{ten + 1h, ten + 61min}));
  event = model::FlowSecond{ten + 5s, 1, {}, 1, 1};
  axis.to_utc(event);
  EXPECT_EQ(std::get<model::FlowSecond>(event).at, ten + 1h + 5s);
  EXPECT_EQ(std::get<model::FlowSecond>(event).clock_set, 1h);
}

/// The minute of UTC that the axis' minute `minute` after ten is said to be.
model::Interval minute_of(const TimeAxis& axis, std::chrono::minutes minute) {
  model::Coverage row;
  row.interval = {ten + minute, ten + minute + 1min};
  model::Event event = row;
  axis.to_utc(event);
  return std::get<model::Coverage>(event).interval;
}

TEST(TimeAxis, SaysCoverageByTheMinutesOfUtcAndNoneOfThemTwice) {
  TimeAxis nudged;
  nudged.set(ten + 5min, 1500ms);
  EXPECT_EQ(minute_of(nudged, 4min), (model::Interval{ten + 4min, ten + 5min}));
  EXPECT_EQ(minute_of(nudged, 5min), (model::Interval{ten + 5min, ten + 6min}));
  TimeAxis back;
  back.set(ten + 3min + 1s, -2min);  // at 10:05:01
  EXPECT_EQ(minute_of(back, 5min), (model::Interval{ten + 5min, ten + 6min})) << "it had begun before";
  EXPECT_EQ(minute_of(back, 6min), (model::Interval{ten + 4min + 1us, ten + 5min}));
  EXPECT_EQ(minute_of(back, 7min), (model::Interval{ten + 5min + 1us, ten + 6min}));
  EXPECT_EQ(minute_of(back, 8min), (model::Interval{ten + 6min, ten + 7min}));
  TimeAxis forward;
  forward.set(ten + 65min + 1s, 1h);
  EXPECT_EQ(minute_of(forward, 5min), (model::Interval{ten + 5min, ten + 6min})) << "no hour was watched";
  EXPECT_EQ(minute_of(forward, 6min), (model::Interval{ten + 66min, ten + 67min}));
}

}  // namespace
}  // namespace edgewatch::runtime
