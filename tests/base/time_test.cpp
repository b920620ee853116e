#include "edgewatch/base/time.hpp"

#include <gtest/gtest.h>

namespace edgewatch {
namespace {

using namespace std::chrono_literals;

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }
CivilDate day(const char* text) { return parse_date(text).value(); }

TEST(Rfc3339, ReadsZuluOffsetsAndFractions) {
  EXPECT_EQ(at("2026-11-17T10:05:03Z"), at("2026-11-17T11:05:03+01:00"));
  EXPECT_EQ(at("2026-11-17T10:05:03.25Z") - at("2026-11-17T10:05:03Z"), 250ms);
  EXPECT_EQ(at("2026-11-17T10:05:03.123456789Z") - at("2026-11-17T10:05:03Z"), 123456us);
}

TEST(Rfc3339, RefusesWhatDoesNotExistOrIsNotWhole) {
  for (const char* text :
       {"", "2026-11-17", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-17T24:00:00Z",
        "2026-11-17T10:05:03", "2026-11-17T10:05:03.Z", "2026-11-17T10:05:03Zx", "26-11-17T10:05:03Z",
        "2026-11-17T10:60:03Z", "2026-11-17T10:05:03+25:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Rfc3339, PrintsWhatItReads) {
  for (const char* text : {"2026-11-17T10:05:03Z", "1969-12-31T23:59:59.999999Z", "2028-02-29T00:00:00Z"}) {
    EXPECT_EQ(format_rfc3339(at(text)), text);
  }
  EXPECT_EQ(format_minute(minute_of(at("2026-11-17T10:05:59Z"))), "2026-11-17T10:05Z");
  EXPECT_EQ(parse_minute("2026-11-17T10:05Z"), minute_of(at("2026-11-17T10:05:00Z")));
  EXPECT_FALSE(parse_minute("2026-11-17T10:05:00Z"));
}

TEST(London, ChangesItsOffsetAtOneUtcOnTheLastSundays) {
  EXPECT_EQ(london_offset(at("2026-10-25T00:59:59Z")), 60min);
  EXPECT_EQ(london_offset(at("2026-10-25T01:00:00Z")), 0min);
  EXPECT_EQ(london_offset(at("2027-03-28T00:59:59Z")), 0min);
  EXPECT_EQ(london_offset(at("2027-03-28T01:00:00Z")), 60min);
}

TEST(London, NamesTheOffsetInTheRepeatedHour) {
  EXPECT_EQ(format_london_time(at("2026-10-25T00:10:00Z")), "01:10 BST");
  EXPECT_EQ(format_london_time(at("2026-10-25T01:10:00Z")), "01:10 GMT");
}

TEST(London, BeginsTheCivilDayAtLocalMidnight) {
  EXPECT_EQ(london_midnight(day("2026-07-01")), at("2026-06-30T23:00:00Z"));
  EXPECT_EQ(london_midnight(day("2026-11-17")), at("2026-11-17T00:00:00Z"));
  // The days of the changes begin under the offset of the evening before.
  EXPECT_EQ(london_midnight(day("2026-10-25")), at("2026-10-24T23:00:00Z"));
  EXPECT_EQ(london_midnight(day("2027-03-28")), at("2027-03-28T00:00:00Z"));
}

TEST(London, GivesEachInstantToOneCivilDate) {
  // Every hour of two years: the date's midnight is not after it, and the next date's midnight is.
  for (Timestamp t = at("2026-01-01T00:30:00Z"); t < at("2028-01-01T00:00:00Z"); t += 1h) {
    const CivilDate date = london_date(t);
    ASSERT_LE(london_midnight(date), t) << format_rfc3339(t);
    ASSERT_GT(london_midnight(next_day(date)), t) << format_rfc3339(t);
  }
}

TEST(YearsAfter, TakesLeapDayToTheTwentyEighth) {
  EXPECT_EQ(years_after(day("2028-02-29"), 1), day("2029-02-28"));
  EXPECT_EQ(years_after(day("2028-02-29"), 4), day("2032-02-29"));
  EXPECT_EQ(years_after(day("2026-11-17"), -1), day("2025-11-17"));
}

}  // namespace
}  // namespace edgewatch
