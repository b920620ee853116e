#include "calendar_picture.hpp"

#include "shades.hpp"
#include "words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

using std::chrono::seconds;

// In SVG units, which are CSS pixels where the page is wide enough.
constexpr int cell_width = 97;
constexpr int cell_height = 56;
constexpr int head_height = 18;
constexpr int bar_left = 7;
constexpr int bar_width = cell_width - 2 * bar_left;
constexpr int bar_height = 7;
constexpr int days_in_week = 7;

/// What one day of the period shows.
struct Square {
  CivilDate date;
  bool working = true;  ///< the calendar has hours on it
  bool other = false;   ///< something is recorded that is not in the headline
  Time counted;
  seconds at_work{0};      ///< length of the working hours
  seconds not_watched{0};  ///< of them
};

/// The instant at which the clock on the wall shows that minute of the day; on the two days when it is set
/// too.
Timestamp on_the_wall(CivilDate date, std::uint16_t minute) {
  const Timestamp midnight = london_midnight(date);
  const Timestamp at = midnight + std::chrono::minutes(minute);
  return at - (london_offset(at) - london_offset(midnight));
}

std::vector<model::Interval> hours_on(const model::Calendar& calendar, CivilDate date) {
  if (calendar.is_flexitime()) return {{london_midnight(date), london_midnight(next_day(date))}};
  if (!is_working_day(calendar, date)) return {};
  const unsigned day = std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding() - 1;
  std::vector<model::Interval> out;
  for (const WeeklyWindow& hours : calendar.hours) {
    if ((hours.days & (1U << day)) == 0) continue;
    const bool past_midnight = hours.to_minute <= hours.from_minute;
    out.push_back({on_the_wall(date, hours.from_minute),
                   on_the_wall(past_midnight ? next_day(date) : date, hours.to_minute)});
  }
  return out;
}

void add_hours(Square& square, const model::Calendar& calendar, const std::vector<model::Interval>& gaps) {
  for (const model::Interval& hours : hours_on(calendar, square.date)) {
    square.at_work += std::chrono::floor<seconds>(hours.to - hours.from);
    for (const model::Interval& gap : gaps) {
      const Timestamp from = std::max(gap.from, hours.from);
      const Timestamp to = std::min(gap.to, hours.to);
      if (from < to) square.not_watched += std::chrono::floor<seconds>(to - from);
    }
  }
}

std::map<CivilDate, Square> squares_of(const UsageReport& report, const Summary& summary) {
  std::map<CivilDate, Square> all;
  for (CivilDate date = report.period.first; date <= report.period.last; date = next_day(date)) {
    Square square{.date = date, .working = is_working_day(report.calendar, date), .counted = {}};
    add_hours(square, report.calendar, summary.coverage.gaps);
    all[date] = square;
  }
  std::map<CivilDate, Time> recorded;
  for (const DayLine& line : summary.days) {
    const Figures& f = line.figures;
    recorded[line.date].best +=
        f.interactive.best + f.playing.best + f.authorised.best + f.weak + f.concurrent;
  }
  for (const WorkingTime::Day& day : summary.working.days) all[day.date].counted = day.counted();
  for (const auto& [date, time] : recorded) all[date].other = time.best > all[date].counted.best;
  return all;
}

/// `4–12 min`, `10–40 s`: short enough for a square.
std::string in_short(const Time& time) {
  const bool under_a_minute = time.best < std::chrono::minutes(1);
  const auto of = [&](seconds each) {
    return under_a_minute ? each.count() : std::chrono::floor<std::chrono::minutes>(each).count();
  };
  return fmt::format("{}\u2013{} {}", of(time.lower), of(time.best), under_a_minute ? "s" : "min");
}

/// What a whole bar stands for: the next of these steps above the longest day.
seconds scale_of(const std::map<CivilDate, Square>& squares) {
  seconds most{0};
  for (const auto& [date, square] : squares) most = std::max(most, square.counted.best);
  constexpr std::array<int, 8> steps{15, 30, 60, 120, 180, 240, 360, 480};
  for (const int minutes : steps) {
    if (most <= std::chrono::minutes(minutes)) return std::chrono::minutes(minutes);
  }
  return std::chrono::hours(24);
}

double share_of(seconds part, seconds whole) {
  return whole.count() == 0
             ? 0
             : std::min(1.0, static_cast<double>(part.count()) / static_cast<double>(whole.count()));
}

void put_bar(std::string& svg, double left, double bottom, const Time& time, seconds scale) {
  const double lower = bar_width * share_of(time.lower, scale);
  const double best = bar_width * share_of(time.best, scale);
  std::string solid;
  std::string striped;
  if (lower > 0) put_box(solid, left, bottom, lower, bar_height);
  put_box(striped, left + lower, bottom, best - lower, bar_height);
  svg += fmt::format(R"(<path class="upto framed" d="{}"/>)", striped);
  if (!solid.empty()) svg += fmt::format(R"(<path class="active" d="{}"/>)", solid);
}

void put_square(std::string& svg, int left, int top, const UsageReport& report, const Square& square,
                seconds scale) {
  svg += fmt::format(R"(<rect x="{}.5" y="{}.5" width="{}" height="{}" class="{}"/>)", left, top, cell_width,
                     cell_height, square.working ? "day" : "day off");
  if (square.not_watched.count() > 0) {
    std::string path;
    const double share = (cell_width - 1) * share_of(square.not_watched, square.at_work);
    put_box(path, left + 1, top + 6, std::max(share, 10.0), 5);
    svg += fmt::format(R"(<path class="gap" d="{}"/>)", path);
  }
  const bool holiday = !report.calendar.is_flexitime() && is_bank_holiday(square.date);
  svg += fmt::format(R"(<text x="{}" y="{}" class="date">{}{}</text>)", left + bar_left, top + 18,
                     static_cast<unsigned>(square.date.day()), holiday ? " bank holiday" : "");
  if (square.other)
    svg += fmt::format(R"(<circle cx="{}" cy="{}" r="3" class="ring"/>)", left + cell_width - 11, top + 15);
  if (square.counted.best.count() == 0) return;
  svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="end" class="count">{}</text>)",
                     left + cell_width - bar_left, top + 38, in_short(square.counted));
  put_bar(svg, left + bar_left, top + cell_height - 6, square.counted, scale);
}

std::string month_name(CivilDate date) {
  constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                    "May",       "June",     "July",     "August",
                                                    "September", "October",  "November", "December"};
  return fmt::format("{} {}", months.at(static_cast<unsigned>(date.month()) - 1),
                     static_cast<int>(date.year()));
}

void put_beyond(std::string& svg, int left, int top, unsigned number) {
  svg += fmt::format(R"(<rect x="{}.5" y="{}.5" width="{}" height="{}" class="beyond"/>)", left, top,
                     cell_width, cell_height);
  svg += fmt::format(R"(<text x="{}" y="{}" class="date">{}</text>)", left + bar_left, top + 18, number);
}

/// Weeks from Monday; only those that the period touches. Days of them that lie beyond it stand there without
/// a word.
std::string month_grid(const UsageReport& report, const std::vector<Square>& squares, seconds scale) {
  constexpr std::array<std::string_view, days_in_week> weekdays{"Mon", "Tue", "Wed", "Thu",
                                                                "Fri", "Sat", "Sun"};
  const auto column = [](CivilDate date) {
    return static_cast<int>(std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding()) - 1;
  };
  const int first = column(squares.front().date);
  const int weeks = (first + static_cast<int>(squares.size()) + days_in_week - 1) / days_in_week;
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-label="Calendar of {}; the table below has the same figures">)",
      days_in_week * cell_width + 1, head_height + weeks * cell_height + 1, month_name(squares.front().date));
  for (int i = 0; i < days_in_week; ++i) {
    svg += fmt::format(R"(<text x="{}" y="12" class="weekday">{}</text>)", i * cell_width + bar_left,
                       weekdays.at(static_cast<std::size_t>(i)));
  }
  const auto on = [&](int at) {
    return CivilDate(std::chrono::sys_days(squares.front().date) + std::chrono::days(at - first));
  };
  for (int at = 0; at < weeks * days_in_week; ++at) {
    const int left = at % days_in_week * cell_width;
    const int top = head_height + at / days_in_week * cell_height;
    const CivilDate date = on(at);
    if (date.month() != squares.front().date.month()) continue;
    const int number = at - first;
    if (number < 0 || number >= static_cast<int>(squares.size())) {
      put_beyond(svg, left, top, static_cast<unsigned>(date.day()));
    } else {
      put_square(svg, left, top, report, squares[static_cast<std::size_t>(number)], scale);
    }
  }
  return svg + "</svg>";
}

bool says_something(const Square& square) {
  return square.counted.best.count() > 0 || square.other || square.not_watched.count() > 0;
}

std::vector<Column> table_columns(const model::Calendar& calendar) {
  std::vector<Column> columns{{"Day", Cell::stamp}};
  const auto add = [&](const std::string& name) {
    columns.push_back({name + ", lower figure", Cell::figure});
    columns.push_back({name + ", best estimate", Cell::figure});
  };
  add("In the headline");
  if (!calendar.is_flexitime()) add("Working hours");
  add(calendar.is_flexitime() ? "Any hour" : "Lunch window");
  if (!calendar.is_flexitime()) add("Outside");
  columns.push_back({"Something else (ring)", Cell::figure});
  columns.push_back({calendar.is_flexitime() ? "Not watched" : "Working hours not watched", Cell::figure});
  return columns;
}

void append_day(std::vector<std::string>& row, const WorkingTime::Day& day, bool flexitime) {
  const auto append = [&](const Time& time) {
    row.push_back(cell(time.lower));
    row.push_back(cell(time.best));
  };
  append(day.counted());
  if (!flexitime) append(day.in(PartOfDay::core));
  append(day.in(PartOfDay::break_window));
  if (!flexitime) append(day.in(PartOfDay::outside));
}

/// The days that say something.
Table calendar_table(const UsageReport& report, const Summary& summary,
                     const std::map<CivilDate, Square>& squares) {
  const bool flexitime = report.calendar.is_flexitime();
  Table table{
      .caption = fmt::format("Interactive use outside authorised use on each day; up to {} a day as a break",
                             duration(report.break_allowance)),
      .columns = table_columns(report.calendar),
      .rows = {},
      .total = {"All days"}};
  std::map<CivilDate, WorkingTime::Day> days;
  for (const WorkingTime::Day& day : summary.working.days) days[day.date] = day;
  seconds not_watched{0};
  for (const auto& [date, square] : squares) {
    not_watched += square.not_watched;
    if (!says_something(square)) continue;
    std::vector<std::string> row{short_day(date)};
    append_day(row, days[date], flexitime);
    row.emplace_back(square.other ? "yes" : "-");
    row.push_back(cell(square.not_watched));
    table.rows.push_back(std::move(row));
  }
  append_day(table.total, summary.working.total, flexitime);
  table.total.emplace_back("");
  table.total.push_back(cell(not_watched));
  return table;
}

}  // namespace

std::string calendar_picture(const UsageReport& report, const Summary& summary) {
  const auto squares = squares_of(report, summary);
  const seconds scale = scale_of(squares);
  std::vector<std::pair<std::string_view, std::string>> shades{
      {"active", "lower figure"},
      {"upto", "from there to the best estimate"},
      {"gap", report.calendar.is_flexitime() ? "share of the day that was not watched"
                                             : "share of the working hours that was not watched"}};
  if (!report.calendar.is_flexitime()) shades.emplace_back("day off", "no working day");
  shades.emplace_back("beyond", "not in the period");
  std::string out = legend(shades);
  std::map<std::pair<int, unsigned>, std::vector<Square>> months;
  for (const auto& [date, square] : squares)
    months[{static_cast<int>(date.year()), static_cast<unsigned>(date.month())}].push_back(square);
  for (const auto& [month, days] : months) {
    out += fmt::format("<figure class=\"month\"><figcaption>{}</figcaption>{}</figure>\n",
                       month_name(days.front().date), month_grid(report, days, scale));
  }
  return out;
}

Section calendar_section(const UsageReport& report, const Summary& summary) {
  Section section{
      .kind = SectionKind::calendar, .heading = "The days of the period", .paragraphs = {}, .tables = {}};
  const auto squares = squares_of(report, summary);
  section.paragraphs.push_back(fmt::format(
      "What the headline counts of each day: interactive use outside authorised use, {}, as the lower figure "
      "and the best estimate. In the picture a bar across a whole day stands for {}, and a ring marks a day "
      "of which something is recorded that the headline does not count.",
      report.calendar.is_flexitime() ? "at any hour, after the break"
                                     : "in working hours and what the break leaves of the lunch window",
      duration(scale_of(squares))));
  Table table = calendar_table(report, summary, squares);
  const auto silent = squares.size() - table.rows.size();
  if (silent > 0) {
    section.paragraphs.push_back(fmt::format(
        "{} {} of the period nothing is recorded{}.", table.rows.empty() ? "On the" : "On the other",
        counted_days(static_cast<int>(silent), "day"),
        summary.coverage.nothing_watched ? "; whether anything was watched is not known" : ""));
  }
  if (!table.rows.empty()) section.tables.push_back(std::move(table));
  return section;
}

}  // namespace edgewatch::report
