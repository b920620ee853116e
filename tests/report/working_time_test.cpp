#include "edgewatch/report/working_time.hpp"

#include "report_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::report {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::SizeIs;

const model::DateRange november{date("2026-11-16"), date("2026-11-20")};

PartOfDay part(const char* minute, const model::Calendar& calendar = {}) {
  return part_of_day(calendar, parse_minute(minute).value());
}

TEST(PartOfDay, IsToldByTheClockOnTheWall) {
  EXPECT_EQ(part("2026-11-17T08:29Z"), PartOfDay::outside);
  EXPECT_EQ(part("2026-11-17T08:30Z"), PartOfDay::core);
  EXPECT_EQ(part("2026-11-17T11:59Z"), PartOfDay::core);
  EXPECT_EQ(part("2026-11-17T12:00Z"), PartOfDay::break_window);
  EXPECT_EQ(part("2026-11-17T14:00Z"), PartOfDay::core);
  EXPECT_EQ(part("2026-11-17T17:00Z"), PartOfDay::outside);
  EXPECT_EQ(part("2026-07-14T07:30Z"), PartOfDay::core) << "08:30 in summer";
  EXPECT_EQ(part("2026-07-14T13:00Z"), PartOfDay::core) << "14:00 in summer";
}

TEST(PartOfDay, IsOutsideOnWeekendsBankHolidaysAndDaysOff) {
  EXPECT_EQ(part("2026-11-21T10:00Z"), PartOfDay::outside);
  EXPECT_EQ(part("2026-12-25T10:00Z"), PartOfDay::outside);
  EXPECT_EQ(part("2026-12-28T10:00Z"), PartOfDay::outside) << "in place of Saturday the 26th";
  EXPECT_EQ(part("2026-12-29T10:00Z"), PartOfDay::core);
  model::Calendar closed;
  closed.days_off = {date("2026-12-29")};
  EXPECT_EQ(part("2026-12-29T10:00Z", closed), PartOfDay::outside);
}

TEST(PartOfDay, OfAHalfDayHasNoLunchAfterItEnds) {
  model::Calendar mornings;
  mornings.hours = {parse_window("mon-fri 08:30-12:30").value()};
  EXPECT_EQ(part("2026-11-17T12:15Z", mornings), PartOfDay::break_window);
  EXPECT_EQ(part("2026-11-17T12:45Z", mornings), PartOfDay::outside);
}

TEST(WorkingTime, TakesTheBreakOffEachDayByItselfAndNeverMoreThanThereWas) {
  const std::vector<model::UsageSlice> rows{
      row("video", "2026-11-17T12:30Z", 60, 40), row("video", "2026-11-17T12:31Z", 60, 40),
      row("video", "2026-11-18T12:30Z", 60, 40), row("video", "2026-11-18T15:00Z", 60, 40)};
  const WorkingTime working = working_time(rows, november, {}, minutes(1));
  ASSERT_THAT(working.days, SizeIs(2));
  EXPECT_EQ(working.days[0].after_break, (Time{seconds(60), seconds(20)}));
  EXPECT_EQ(working.days[1].after_break, (Time{seconds(0), seconds(0)}));
  EXPECT_EQ(working.total.in(PartOfDay::break_window), (Time{seconds(180), seconds(120)}));
  EXPECT_EQ(working.total.counted(), (Time{seconds(120), seconds(60)}));
  EXPECT_EQ(working.days_counted, 2);
  EXPECT_EQ(working.working_days, 5);
}

TEST(WorkingTime, LeavesOutWhatIsWeakAuthorisedConcurrentOrPlaying) {
  const std::vector<model::UsageSlice> rows{
      row("video", "2026-11-17T10:00Z", 60, 0, model::Kind::interactive, model::Grade::weak),
      row("video", "2026-11-17T10:01Z", 60, 0, model::Kind::concurrent),
      row("video", "2026-11-17T10:02Z", 60, 50, model::Kind::interactive, model::Grade::strong,
          model::Purpose::authorised),
      row("video", "2026-11-17T10:03Z", 60, 50, model::Kind::playing)};
  const WorkingTime working = working_time(rows, november, {}, minutes(30));
  EXPECT_EQ(working.total.counted(), Time());
  EXPECT_EQ(working.total.playing_in(PartOfDay::core), (Time{seconds(60), seconds(50)}));
  EXPECT_EQ(working.days_counted, 0);
}

TEST(WorkingTime, CountsTheWorkingDaysOfThePeriod) {
  const auto days = [](const char* from, const char* to, const model::Calendar& calendar) {
    return working_time({}, {date(from), date(to)}, calendar, minutes(30)).working_days;
  };
  EXPECT_EQ(days("2026-12-21", "2027-01-03", {}), 7)
      << "Christmas, Boxing Day's Monday and New Year left out";
  model::Calendar flexitime;
  flexitime.hours.clear();
  EXPECT_EQ(days("2026-12-21", "2027-01-03", flexitime), 14);
}

TEST(WorkingTime, OfFlexitimeIsAllTheDayLessABreak) {
  model::Calendar flexitime;
  flexitime.hours.clear();
  const WorkingTime working =
      working_time({row("video", "2026-11-17T21:00Z", 60, 40)}, november, flexitime, minutes(0));
  EXPECT_EQ(working.total.counted(), (Time{seconds(60), seconds(40)}));
  EXPECT_EQ(to_string(PartOfDay::break_window, flexitime), "flexitime");
}

}  // namespace
}  // namespace edgewatch::report
