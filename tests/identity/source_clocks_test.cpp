#include "edgewatch/identity/source_clocks.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;
using Word = SourceClocks::Word;
using Verdict = SourceClocks::Verdict;

const Timestamp morning = parse_rfc3339("2026-11-17T09:00:00Z").value();
constexpr Verdict as_stated{};

/// What is made of the last of `count` events a minute apart, each `lag` older than its arrival.
Verdict after(SourceClocks& clocks, int count, Duration lag, Timestamp from = morning,
              const std::string& sender = "10.20.2.9") {
  Verdict last;
  for (int i = 0; i < count; ++i) {
    const Timestamp arrived = from + std::chrono::minutes(i);
    last = clocks.judge("windows", sender, arrived, arrived - lag);
  }
  return last;
}

TEST(SourceClocks, UpToTwoSecondsAreLeftAlone) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 20, 2s), as_stated);
  EXPECT_TRUE(clocks.readings().empty());
}

TEST(SourceClocks, UpToTwoMinutesAreCorrectedAndNoted) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 20, 40s), (Verdict{Word::believed, 40s}));
  ASSERT_EQ(clocks.readings().size(), 1U);
  EXPECT_EQ(clocks.readings()[0].source, "windows");
  EXPECT_EQ(clocks.readings()[0].corrected_events, 20U);
  EXPECT_TRUE(clocks.readings()[0].off.empty());
}

TEST(SourceClocks, ClockThatIsFurtherOffIsNotBelievedEitherWay) {
  SourceClocks behind;
  EXPECT_EQ(after(behind, 5, 121s).word, Word::off);
  ASSERT_EQ(behind.readings()[0].off.size(), 1U);
  EXPECT_EQ(behind.readings()[0].off[0].sender, "10.20.2.9");
  EXPECT_EQ(behind.readings()[0].off[0].offset, Duration(121s));
  SourceClocks ahead;
  EXPECT_EQ(after(ahead, 1, -1h).word, Word::off) << "nothing is told before it happens: summer time, say";
}

TEST(SourceClocks, WhatIsLateSaysNothingOfAClockThatIsKnown) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 5, 1s), as_stated);
  // A line that was down for twenty minutes brings at once what happened meanwhile.
  for (int i = 0; i < 14; ++i) {
    EXPECT_EQ(clocks.judge("windows", "10.20.2.9", morning + 25min, morning + 5min + i * 1min), as_stated)
        << i;
  }
  EXPECT_EQ(after(clocks, 1, 1s, morning + 26min), as_stated);
  EXPECT_TRUE(clocks.readings().empty());
}

TEST(SourceClocks, LateEventOfAClockNobodyKnowsYetIsUncertain) {
  SourceClocks clocks;
  EXPECT_EQ(clocks.judge("windows", "10.20.2.9", morning, morning - 30min),
            (Verdict{Word::uncertain, 30min}));
  EXPECT_TRUE(clocks.readings().empty());
}

TEST(SourceClocks, OneLateRecordOfAFeedThatNamesNoSenderIsNoWrongClock) {
  SourceClocks clocks;
  EXPECT_EQ(clocks.judge("windows", "", morning, morning - 30min), as_stated);
  EXPECT_EQ(clocks.judge("windows", "", morning, morning - 40s), (Verdict{Word::believed, 40s}));
}

TEST(SourceClocks, ClockThatIsSetRightIsBelievedAtItsSecondEvent) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 10, 10min).word, Word::off);
  EXPECT_EQ(after(clocks, 1, 0s, morning + 10min).word, Word::off) << "one odd event";
  EXPECT_EQ(after(clocks, 1, 0s, morning + 11min), as_stated);
  EXPECT_TRUE(clocks.readings()[0].off.empty());
}

TEST(SourceClocks, ClockThatIsSetWrongIsFoundWithinSixteenEvents) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 20, 0s), as_stated);
  EXPECT_EQ(after(clocks, 16, 10min, morning + 20min).word, Word::off);
}

TEST(SourceClocks, EachSendersClockIsItsOwn) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 10, 10min, morning, "10.20.1.18").word, Word::off);
  EXPECT_EQ(after(clocks, 10, 0s, morning, "10.20.1.17"), as_stated);
  EXPECT_EQ(clocks.judge("radius", "10.20.1.18", morning, morning), as_stated);
}

TEST(SourceClocks, ClockThatWasNotHeardForAnHourIsNotSpokenOf) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 10, 10min, morning, "10.20.1.18").word, Word::off);
  EXPECT_EQ(after(clocks, 1, 0s, morning + 75min, "10.20.1.17"), as_stated);
  EXPECT_TRUE(clocks.readings().at(0).off.empty());
}

}  // namespace
}  // namespace edgewatch::identity
