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
}

}  // namespace
}  // namespace edgewatch::runtime
