#include "event_merge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Timestamp noon{std::chrono::seconds(1763380800)};
const EventMerge::Moment start{};

/// Of one thread: ticks at these milliseconds after noon, and how far it has come.
EventBatch batch(std::size_t thread, const std::vector<int>& at, int until) {
  EventBatch out;
  out.thread = thread;
  for (const int ms : at) out.events.emplace_back(model::Tick{noon + std::chrono::milliseconds(ms)});
  out.until = noon + std::chrono::milliseconds(until);
  return out;
}

std::vector<long> milliseconds(const std::vector<model::Event>& events) {
  std::vector<long> out;
  out.reserve(events.size());
  for (const model::Event& event : events) out.push_back((time_of(event) - noon) / 1ms);
  return out;
}

std::vector<long> due(EventMerge& merge, EventMerge::Moment now = start) {
  std::vector<model::Event> out;
  merge.give(now, [&out](const model::Event& event) { out.push_back(event); });
  return milliseconds(out);
}

TEST(EventMerge, OneThreadIsGivenAtOnceAsItCame) {
  EventMerge merge(1);
  merge.add(batch(0, {10, 30, 20}, 0), start);
  EXPECT_THAT(due(merge), ElementsAre(10, 30, 20));
}

TEST(EventMerge, EventsOfSeveralThreadsComeInOrderOfTheirStampsWhicheverArrivesFirst) {
  EventMerge merge(2);
  merge.add(batch(1, {20, 40, 60}, 60), start);
  EXPECT_THAT(due(merge), IsEmpty()) << "the other may still have an earlier one";
  merge.add(batch(0, {10, 30, 50}, 50), start);
  EXPECT_THAT(due(merge), ElementsAre(10, 20, 30, 40, 50));
  merge.add(batch(0, {70}, 70), start);
  EXPECT_THAT(due(merge), ElementsAre(60));
}

TEST(EventMerge, AnIdleThreadsLogicalTimeLetsTheOthersGoOn) {
  EventMerge merge(2);
  merge.add(batch(0, {10, 30}, 30), start);
  merge.add(batch(1, {}, 20), start);
  EXPECT_THAT(due(merge), ElementsAre(10));
  merge.add(batch(1, {}, 35), start);
  EXPECT_THAT(due(merge), ElementsAre(30));
}

TEST(EventMerge, NobodyWaitsForLongForAThreadThatSaysNothing) {
  EventMerge merge(3);
  merge.add(batch(0, {10, 30}, 30), start);
  merge.add(batch(1, {20}, 20), start + 500ms);
  EXPECT_THAT(due(merge, start + 999ms), IsEmpty());
  EXPECT_THAT(due(merge, start + 1s), ElementsAre(10, 20, 30));
  merge.add(batch(2, {5}, 5), start + 2s);
  EXPECT_THAT(due(merge, start + 2s), ElementsAre(5)) << "late, but not lost";
}

TEST(EventMerge, AClockThatWasSetBackHoldsNobodyUp) {
  EventMerge merge(2);
  merge.add(batch(0, {5000}, 5000), start);
  merge.add(batch(1, {10}, 10), start);
  EXPECT_THAT(due(merge), ElementsAre(10));
  for (int i = 0; i < 10; ++i) merge.add(batch(1, {20 + i}, 20), start + 100ms * (i + 1));
  EXPECT_THAT(due(merge, start + 1s), ElementsAre(20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 5000));
}

TEST(EventMerge, AThreadThatHasLeftIsNotWaitedForUntilItSpeaksAgain) {
  EventMerge merge(2);
  EventBatch last = batch(1, {10}, 0);
  last.until = Timestamp::max();
  merge.add(std::move(last), start);
  merge.add(batch(0, {20, 40}, 40), start);
  EXPECT_THAT(due(merge), ElementsAre(10, 20, 40));
  merge.add(batch(1, {}, 50), start);
  merge.add(batch(0, {60}, 60), start);
  EXPECT_THAT(due(merge), IsEmpty());
}

TEST(EventMerge, HoldsABoundedNumber) {
  EventMerge merge(2);
  for (std::size_t i = 0; i <= EventMerge::most_waiting; ++i)
    merge.add(batch(0, {static_cast<int>(i)}, 0), start);
  EXPECT_THAT(due(merge), ElementsAre(0));
}

TEST(EventMerge, GivesTheRestInOrderAtTheEnd) {
  EventMerge merge(2);
  merge.add(batch(0, {20, 40}, 0), start);
  merge.add(batch(1, {30}, 0), start);
  std::vector<model::Event> out;
  merge.finish([&out](const model::Event& event) { out.push_back(event); });
  EXPECT_THAT(milliseconds(out), ElementsAre(20, 30, 40));
}

}  // namespace
}  // namespace edgewatch::runtime
