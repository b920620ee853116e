#include "edgewatch/identity/source_clocks.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;

const Timestamp morning = parse_rfc3339("2026-11-17T09:00:00Z").value();

/// What is added to the last of `count` events a minute apart, each `offset` older than its arrival.
std::optional<Duration> after(SourceClocks& clocks, int count, Duration offset, Timestamp from = morning) {
  std::optional<Duration> last = Duration(0);
  for (int i = 0; i < count; ++i) {
    const Timestamp arrived = from + std::chrono::minutes(i);
    last = clocks.correction("windows", arrived, arrived - offset);
  }
  return last;
}

TEST(SourceClocks, OffsetUpToTwoSecondsIsLeftAlone) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 20, 2s), Duration(0));
  EXPECT_TRUE(clocks.readings().empty());
}

TEST(SourceClocks, OffsetUpToTwoMinutesIsCorrectedAndNoted) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 20, 40s), Duration(40s));
  ASSERT_EQ(clocks.readings().size(), 1U);
  EXPECT_EQ(clocks.readings()[0].source, "windows");
  EXPECT_EQ(clocks.readings()[0].offset, Duration(40s));
  EXPECT_FALSE(clocks.readings()[0].ignored);
  EXPECT_EQ(clocks.readings()[0].corrected_events, 16U) << "the first four say too little";
}

TEST(SourceClocks, SourceThatIsFurtherOffIsIgnoredEitherWay) {
  SourceClocks behind;
  EXPECT_EQ(after(behind, 5, 121s), std::nullopt);
  EXPECT_TRUE(behind.readings()[0].ignored);
  SourceClocks ahead;
  EXPECT_EQ(after(ahead, 5, -1h), std::nullopt) << "summer time, say";
}

TEST(SourceClocks, OneLateEventIsNoWrongClock) {
  SourceClocks clocks;
  EXPECT_EQ(clocks.correction("windows", morning, morning - 30min), Duration(0));
  EXPECT_EQ(after(clocks, 20, 1s), Duration(0));
  EXPECT_EQ(clocks.correction("windows", morning + 21min, morning - 30min), Duration(0));
}

TEST(SourceClocks, ClockThatIsSetRightIsBelievedAgainWithinTheHour) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 10, 10min), std::nullopt);
  EXPECT_EQ(after(clocks, 12, 0s, morning + 10min), Duration(0));
  EXPECT_FALSE(clocks.readings()[0].ignored);
}

TEST(SourceClocks, SourcesAreJudgedApart) {
  SourceClocks clocks;
  EXPECT_EQ(after(clocks, 10, 10min), std::nullopt);
  EXPECT_EQ(clocks.correction("radius", morning, morning), Duration(0));
}

}  // namespace
}  // namespace edgewatch::identity
