#include "day_strip.hpp"

#include "edgewatch/base/text.hpp"

#include "document.hpp"
#include "shades.hpp"
#include "words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// In SVG units, which are CSS pixels where the page is wide enough.
constexpr int label_width = 112;
constexpr int strip_width = 552;
constexpr int right_margin = 16;  // for half of the last hour
constexpr int lane_height = 12;
constexpr int lane_pitch = 19;
constexpr int axis_height = 18;
constexpr int minutes_in_hour = 60;
// A working day is always shown whole, so that the strips of quiet days can be compared.
constexpr int first_hour_shown = 8;
constexpr int last_hour_shown = 18;

using Bar = std::array<int, shade_count>;  ///< seconds

struct Day {
  std::map<model::ServiceId, std::map<int, Bar>> lanes;  ///< by minute of the London day
};

/// Minutes since the day began in London; up to 1,500 on the day that has 25 hours.
int minute_in(CivilDate date, Timestamp at) {
  return static_cast<int>(std::chrono::floor<std::chrono::minutes>(at - london_midnight(date)).count());
}

std::map<CivilDate, Day> days_of(const UsageReport& report) {
  std::map<CivilDate, Day> days;
  for (const model::UsageSlice& row : report.rows) {
    if (row.kind == model::Kind::concurrent) continue;
    const CivilDate date = london_date(row.minute);
    days[date].lanes[row.service][minute_in(date, row.minute)].at(static_cast<std::size_t>(shade_of(row))) +=
        row.seconds;
  }
  return days;
}

/// The part of the day that all strips show, in whole hours since midnight.
struct Window {
  int from = first_hour_shown;
  int to = last_hour_shown;
  [[nodiscard]] double x(double minute) const {
    return label_width + (minute - from * minutes_in_hour) * strip_width / ((to - from) * minutes_in_hour);
  }
};

Window window_of(const std::map<CivilDate, Day>& days) {
  Window window;
  for (const auto& [date, one] : days) {
    for (const auto& [service, bars] : one.lanes) {
      window.from = std::min(window.from, bars.begin()->first / minutes_in_hour);
      window.to = std::max(window.to, bars.rbegin()->first / minutes_in_hour + 1);
    }
  }
  return window;
}

/// To steps of five seconds, which is what can be seen; so neighbours are more often alike, and one box.
Bar rounded(const Bar& bar) {
  constexpr int step = 5;
  Bar out{};
  for (std::size_t i = 0; i < shade_count; ++i)
    out.at(i) = bar.at(i) == 0 ? 0 : std::max(std::min(bar.at(i), 60) / step * step, step);
  return out;
}

/// A path for each shade.
void put_lane(std::string& svg, const Window& window, int top, const std::map<int, Bar>& bars) {
  std::array<std::string, shade_count> paths;
  for (auto run = bars.begin(); run != bars.end();) {
    const Bar bar = rounded(run->second);
    auto next = std::next(run);
    int end = run->first + 1;
    while (next != bars.end() && next->first == end && rounded(next->second) == bar) {
      ++next;
      ++end;
    }
    double bottom = top + lane_height;
    for (std::size_t shade = 0; shade < shade_count; ++shade) {
      if (bar.at(shade) == 0) continue;
      const double high = lane_height * bar.at(shade) / 60.0;
      put_box(paths.at(shade), window.x(run->first), bottom, window.x(end) - window.x(run->first), high);
      bottom -= high;
    }
    run = next;
  }
  for (std::size_t shade = 0; shade < shade_count; ++shade) {
    if (paths.at(shade).empty()) continue;
    svg += fmt::format(R"(<path class="{}" d="{}"/>)", class_of(static_cast<Shade>(shade)), paths.at(shade));
  }
}

void put_gaps(std::string& svg, const Window& window, CivilDate date, int height,
              const std::vector<model::Interval>& gaps) {
  for (const model::Interval& gap : gaps) {
    const int from = std::max(minute_in(date, gap.from), window.from * minutes_in_hour);
    const int to = std::min(minute_in(date, gap.to) + 1, window.to * minutes_in_hour);
    if (from >= to) continue;
    svg += fmt::format(R"svg(<rect x="{}" y="0" width="{}" height="{}" class="gap"/>)svg",
                       place(window.x(from)), place(window.x(to) - window.x(from)), height);
  }
}

/// Working hours and the lunch window behind the bars, so that it is seen what lies outside them.
void put_hours(std::string& svg, const Window& window, CivilDate date, int height,
               const model::Calendar& calendar) {
  if (calendar.is_flexitime()) return;
  const auto part_at = [&](int minute) {
    return part_of_day(calendar, minute_of(london_midnight(date)) + std::chrono::minutes(minute));
  };
  const int end = window.to * minutes_in_hour;
  for (int from = window.from * minutes_in_hour; from < end;) {
    const PartOfDay part = part_at(from);
    int to = from + 1;
    while (to < end && part_at(to) == part) ++to;
    if (part != PartOfDay::outside) {
      svg += fmt::format(R"(<rect x="{}" y="0" width="{}" height="{}" class="{}"/>)", place(window.x(from)),
                         place(window.x(to) - window.x(from)), height,
                         part == PartOfDay::core ? "core" : "lunch");
    }
    from = to;
  }
}

/// Hours by the clock on the wall: on the two days when it is set the number follows it, and says by which
/// clock.
void put_axis(std::string& svg, const Window& window, CivilDate date, int height) {
  const Timestamp midnight = london_midnight(date);
  const bool is_set = london_offset(midnight) != london_offset(london_midnight(next_day(date)));
  const int step = window.to - window.from > 12 ? 2 : 1;
  for (int hour = window.from; hour <= window.to; ++hour) {
    const double x = window.x(hour * minutes_in_hour);
    svg += fmt::format(R"(<path class="tick" d="M{} 0v{}"/>)", place(x), height);
    if ((hour - window.from) % step != 0) continue;
    const std::string wall = format_london_time(midnight + std::chrono::hours(hour));
    svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="{}" class="hour">{}</text>)", place(x),
                       height + 13, hour == window.to ? "end" : "middle", is_set ? wall : wall.substr(0, 5));
  }
}

std::string strip(const UsageReport& report, const Window& window, CivilDate date, const Day& one,
                  const std::vector<model::Interval>& gaps) {
  const int height = static_cast<int>(one.lanes.size()) * lane_pitch + 4;
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-label="Minutes by service on {}; what follows has the same as a table">)",
      label_width + strip_width + right_margin, height + axis_height, day(date));
  put_hours(svg, window, date, height, report.calendar);
  put_axis(svg, window, date, height);
  put_gaps(svg, window, date, height, gaps);
  int top = 4;
  for (const auto& [service, bars] : one.lanes) {
    svg += fmt::format(R"(<path class="floor" d="M{} {}h{}"/>)", label_width, top + lane_height, strip_width);
    svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="end" class="lane">{}</text>)", label_width - 8,
                       top + lane_height - 2, html_text(shortened(service_name(report, service), 17)));
    put_lane(svg, window, top, bars);
    top += lane_pitch;
  }
  return svg + "</svg>";
}

// As for a visit (TIME 2.3, VISIT_GAP).
constexpr std::chrono::minutes pause_within{5};

/// Minutes of one service with no more than short pauses between them.
struct Stretch {
  UtcMinute first;
  UtcMinute last;
  Figures figures;
};

using Stretches = std::map<CivilDate, std::map<model::ServiceId, std::vector<Stretch>>>;

Stretches stretches_of(const UsageReport& report) {
  std::vector<const model::UsageSlice*> rows;
  rows.reserve(report.rows.size());
  for (const model::UsageSlice& row : report.rows) rows.push_back(&row);
  std::ranges::stable_sort(rows, {}, &model::UsageSlice::minute);
  Stretches all;
  for (const model::UsageSlice* row : rows) {
    auto& own = all[london_date(row->minute)][row->service];
    if (own.empty() || row->minute > own.back().last + pause_within)
      own.push_back({row->minute, row->minute, {}});
    own.back().last = row->minute;
    own.back().figures.add(*row);
  }
  return all;
}

std::string cells(const std::vector<std::string>& row) {
  std::string out = "<tr>";
  for (const std::string& each : row) out += fmt::format("<td>{}</td>", html_text(each));
  return out + "</tr>\n";
}

/// When what was used: what the strip shows, in words. Folded away, as the strip has said it already.
std::string stretch_table(const UsageReport& report, CivilDate date,
                          const std::map<model::ServiceId, std::vector<Stretch>>& services) {
  std::string out = fmt::format(
      "<details><summary>{}, as a table</summary><div class=\"scroll\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"When what was used on {}\"><table class=\"stretches\">\n<caption>When what was used on "
      "{}; pauses of under five minutes are not told apart</caption>\n<thead><tr><th "
      "scope=\"col\">Service</th><th "
      "scope=\"col\">When</th>",
      short_day(date), day(date), day(date));
  for (const Column& column : figure_columns()) out += fmt::format("<th scope=\"col\">{}</th>", column.title);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& [service, stretches] : services) {
    for (const Stretch& stretch : stretches) {
      std::vector<std::string> row{service_name(report, service), between(stretch.first, stretch.last)};
      append_figures(row, stretch.figures);
      out += cells(row);
    }
  }
  return out + "</tbody>\n</table></div></details>";
}

}  // namespace

std::string strip_legend(const model::Calendar& calendar) {
  std::vector<std::pair<std::string_view, std::string>> shades{{"active", "interactive"},
                                                               {"playing", "playing"},
                                                               {"authorised", "authorised"},
                                                               {"weak", "weak, not counted"},
                                                               {"gap", "not watched"}};
  if (!calendar.is_flexitime()) {
    shades.emplace_back("core", "working hours, which the headline counts");
    shades.emplace_back("lunch", "lunch window, less a break");
  }
  return legend(shades);
}

std::string day_strips(const UsageReport& report, const Summary& summary) {
  const auto days = days_of(report);
  const Window window = window_of(days);
  const Stretches stretches = stretches_of(report);
  std::map<CivilDate, Time> counted;
  for (const WorkingTime::Day& each : summary.working.days) counted[each.date] = each.counted();
  std::string out;
  for (const auto& [date, one] : days) {
    const Time& time = counted[date];
    out += fmt::format(
        "<figure class=\"strip\"><figcaption><b>{}</b> <span>{}</span></figcaption>{}{}</figure>\n",
        day(date), time.best.count() == 0 ? "nothing of it in the headline" : both(time) + " in the headline",
        strip(report, window, date, one, summary.coverage.gaps),
        stretch_table(report, date, stretches.at(date)));
  }
  return out;
}

}  // namespace edgewatch::report
