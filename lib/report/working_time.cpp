#include "edgewatch/report/working_time.hpp"

#include <algorithm>
#include <map>

namespace edgewatch::report {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

bool is_day_off(const model::Calendar& calendar, CivilDate date) {
  return is_bank_holiday(date) || std::ranges::find(calendar.days_off, date) != calendar.days_off.end();
}

Time less(const Time& time, seconds allowance) {
  return {std::max(time.best - allowance, seconds(0)), std::max(time.lower - allowance, seconds(0))};
}

void add(std::array<Time, parts_of_day>& to, const std::array<Time, parts_of_day>& more) {
  for (std::size_t part = 0; part < parts_of_day; ++part) to.at(part).add(more.at(part));
}

}  // namespace

void Time::add(const Time& more) {
  best += more.best;
  lower += more.lower;
}

std::string to_string(PartOfDay part, const model::Calendar& calendar) {
  if (calendar.is_flexitime()) return "flexitime";
  switch (part) {
    case PartOfDay::core:
      return "core";
    case PartOfDay::break_window:
      return "lunch";
    case PartOfDay::outside:
      return "outside";
  }
  return "outside";
}

PartOfDay part_of_day(const model::Calendar& calendar, UtcMinute minute) {
  if (calendar.is_flexitime()) return PartOfDay::break_window;
  const bool at_work =
      !is_day_off(calendar, london_date(minute)) &&
      std::ranges::any_of(calendar.hours, [&](const WeeklyWindow& hours) { return hours.contains(minute); });
  if (!at_work) return PartOfDay::outside;
  constexpr std::uint8_t every_day = 0x7f;
  const WeeklyWindow lunch{every_day, calendar.lunch_from_minute, calendar.lunch_to_minute};
  return lunch.contains(minute) ? PartOfDay::break_window : PartOfDay::core;
}

bool is_working_day(const model::Calendar& calendar, CivilDate date) {
  if (calendar.is_flexitime()) return true;
  if (is_day_off(calendar, date)) return false;
  const unsigned day = std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding() - 1;
  return std::ranges::any_of(calendar.hours,
                             [&](const WeeklyWindow& hours) { return (hours.days & (1U << day)) != 0; });
}

Time WorkingTime::Day::counted() const {
  Time sum = in(PartOfDay::core);
  sum.add(after_break);
  return sum;
}

WorkingTime working_time(const std::vector<model::UsageSlice>& rows, const model::DateRange& period,
                         const model::Calendar& calendar, minutes break_allowance) {
  WorkingTime out;
  std::map<CivilDate, WorkingTime::Day> days;
  for (const model::UsageSlice& row : rows) {
    const bool counts = row.grade != model::Grade::weak && row.kind != model::Kind::concurrent &&
                        row.purpose == model::Purpose::personal;
    if (!counts) continue;
    WorkingTime::Day& day = days[london_date(row.minute)];
    auto& parts = row.kind == model::Kind::playing ? day.playing : day.interactive;
    parts.at(static_cast<std::size_t>(part_of_day(calendar, row.minute)))
        .add({seconds(row.seconds), seconds(row.lower_seconds)});
  }
  for (auto& [date, day] : days) {
    day.date = date;
    day.after_break = less(day.in(PartOfDay::break_window), break_allowance);
    out.days_counted += day.counted().best.count() > 0 ? 1 : 0;
    add(out.total.interactive, day.interactive);
    add(out.total.playing, day.playing);
    out.total.after_break.add(day.after_break);
    out.days.push_back(day);
  }
  for (CivilDate date = period.first; date <= period.last; date = next_day(date))
    out.working_days += is_working_day(calendar, date) ? 1 : 0;
  return out;
}

}  // namespace edgewatch::report
