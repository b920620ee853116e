#include "edgewatch/base/weekly_window.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch {
namespace {

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }
bool holds(const char* window, const char* moment) {
  return parse_window(window).value().contains(at(moment));
}

// 2026-11-16 is a Monday; London keeps UTC until 29 March 2027.
TEST(WeeklyWindow, HoldsFromItsFirstMinuteUntilBeforeItsLast) {
  EXPECT_FALSE(holds("mon-fri 08:30-12:00", "2026-11-16T08:29:59Z"));
  EXPECT_TRUE(holds("mon-fri 08:30-12:00", "2026-11-16T08:30:00Z"));
  EXPECT_TRUE(holds("mon-fri 08:30-12:00", "2026-11-20T11:59:59Z"));
  EXPECT_FALSE(holds("mon-fri 08:30-12:00", "2026-11-20T12:00:00Z"));
  EXPECT_FALSE(holds("mon-fri 08:30-12:00", "2026-11-21T09:00:00Z"));
}

TEST(WeeklyWindow, RunsPastMidnightIntoTheNextDayOnly) {
  EXPECT_TRUE(holds("sat 22:00-02:00", "2026-11-21T23:00:00Z"));
  EXPECT_TRUE(holds("sat 22:00-02:00", "2026-11-22T01:59:00Z"));
  EXPECT_FALSE(holds("sat 22:00-02:00", "2026-11-22T02:00:00Z"));
  EXPECT_FALSE(holds("sat 22:00-02:00", "2026-11-21T01:00:00Z")) << "that is Friday's night";
  EXPECT_TRUE(holds("sun 22:00-02:00", "2026-11-23T01:00:00Z")) << "the week goes round";
}

TEST(WeeklyWindow, FollowsTheClockOnTheWallInSummer) {
  EXPECT_TRUE(holds("mon 08:30-12:00", "2026-07-13T07:30:00Z"));
  EXPECT_FALSE(holds("mon 08:30-12:00", "2026-07-13T11:00:00Z"));
  EXPECT_TRUE(holds("tue 00:00-01:00", "2026-07-13T23:30:00Z")) << "half past midnight on Tuesday in London";
}

// Clocks go forward at 01:00 GMT on 28 March 2027 and back at 02:00 BST on 25 October 2026.
TEST(WeeklyWindow, GoesThroughBothChangesOfTheClock) {
  EXPECT_TRUE(holds("sun 00:30-01:00", "2027-03-28T00:59:00Z"));
  EXPECT_FALSE(holds("sun 01:00-02:00", "2027-03-28T01:00:00Z")) << "the wall shows 02:00: that hour is none";
  EXPECT_TRUE(holds("sat 22:00-02:30", "2027-03-28T01:29:00Z")) << "02:29 BST, of Saturday's night";
  EXPECT_FALSE(holds("sat 22:00-02:30", "2027-03-28T01:30:00Z"));
  EXPECT_TRUE(holds("sun 01:00-02:00", "2026-10-25T00:30:00Z")) << "01:30 BST";
  EXPECT_TRUE(holds("sun 01:00-02:00", "2026-10-25T01:30:00Z")) << "01:30 again, GMT";
  EXPECT_FALSE(holds("sun 01:00-02:00", "2026-10-25T02:00:00Z"));
}

// 25 December 2026 is a Friday, 28 December a Monday that stands in for Saturday the 26th.
TEST(WeeklyWindow, MayLeaveBankHolidaysOutOrMeanThemAlone) {
  EXPECT_TRUE(holds("mon-fri 09:00-17:00", "2026-12-25T12:00:00Z")) << "a Friday like any other";
  EXPECT_FALSE(holds("mon-fri 09:00-17:00 not bank-holidays", "2026-12-25T12:00:00Z"));
  EXPECT_FALSE(holds("mon-fri 09:00-17:00 not bank-holidays", "2026-12-28T12:00:00Z"));
  EXPECT_TRUE(holds("mon-fri 09:00-17:00 not bank-holidays", "2026-12-29T12:00:00Z"));
  EXPECT_TRUE(holds("bank-holidays 09:00-17:00", "2026-12-28T12:00:00Z"));
  EXPECT_FALSE(holds("bank-holidays 09:00-17:00", "2026-12-29T12:00:00Z"));
  // A night belongs to the day it began on.
  EXPECT_TRUE(holds("thu 22:00-02:00 not bank-holidays", "2026-12-25T01:00:00Z"));
  EXPECT_FALSE(holds("fri 22:00-02:00 not bank-holidays", "2026-12-26T01:00:00Z"));
  EXPECT_TRUE(holds("bank-holidays 22:00-02:00", "2026-12-29T01:00:00Z"));
}

TEST(WeeklyWindow, KnowsListsRangesAndTheWholeDay) {
  EXPECT_EQ(parse_window("mon,wed 09:00-17:00")->days, 0b0000101);
  EXPECT_EQ(parse_window("fri-mon 09:00-17:00")->days, 0b1110001);
  EXPECT_EQ(parse_window("mon-fri,sun 09:00-17:00")->days, 0b1011111);
  EXPECT_EQ(parse_window("sun 00:00-24:00")->to_minute, 1440);
  EXPECT_TRUE(holds("sun 00:00-24:00", "2026-11-22T23:59:59Z"));
  EXPECT_TRUE(parse_window("SUN 00:00-24:00"));
}

TEST(WeeklyWindow, RefusesWhatIsNotAWindow) {
  for (const char* text : {"",
                           "mon",
                           "mon 09:00",
                           "mon 25:00-26:00",
                           "mon 09:60-10:00",
                           "mon 9:00-10:00",
                           "mon 09:00-09:00",
                           "monday 09:00-10:00",
                           "mon-tue-wed 09:00-10:00",
                           "mon 09:00-10:00 x",
                           "mon  09:00-10:00",
                           "mon 24:00-02:00",
                           "mon, 09:00-10:00",
                           "mon 09:00-24:01",
                           "mon -9:00-10:00",
                           "bank-holidays 09:00-10:00 not bank-holidays",
                           "not bank-holidays",
                           "mon not bank-holidays",
                           "mon,bank-holidays 09:00-10:00",
                           "bank-holidays"}) {
    EXPECT_FALSE(parse_window(text)) << text;
  }
}

TEST(WeeklyWindow, IsWrittenAsItIsRead) {
  for (const char* text : {"mon-fri 08:30-12:00", "sat 22:00-02:00", "mon,wed 09:00-17:00", "sun 00:00-24:00",
                           "mon-wed,fri-sat 09:00-12:30", "mon-fri 09:00-17:00 not bank-holidays",
                           "bank-holidays 10:00-16:00"}) {
    EXPECT_EQ(to_string(parse_window(text).value()), text);
  }
  EXPECT_EQ(to_string(parse_window("fri-mon 09:00-12:00").value()), "mon,fri-sun 09:00-12:00");
}

// As gov.uk publishes them for England and Wales.
TEST(BankHolidays, OfEnglandAreKnownByRule) {
  const std::vector<std::string> published{
      "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31",
      "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03",
      "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28", "2028-01-03", "2028-04-14",
      "2028-04-17", "2028-05-01", "2028-05-29", "2028-08-28", "2028-12-25", "2028-12-26"};
  std::vector<std::string> on_weekdays;
  for (CivilDate date = parse_date("2026-01-01").value(); format_date(date) < "2029"; date = next_day(date)) {
    const bool weekend = std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding() > 5;
    if (is_bank_holiday(date) && !weekend) on_weekdays.push_back(format_date(date));
  }
  EXPECT_EQ(on_weekdays, published);
}

}  // namespace
}  // namespace edgewatch
