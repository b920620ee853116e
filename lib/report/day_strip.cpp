#include "day_strip.hpp"

#include "edgewatch/base/text.hpp"

#include "words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// In SVG units, which are CSS pixels where the page is wide enough.
constexpr int label_width = 112;
constexpr int strip_width = 568;
constexpr int lane_height = 12;
constexpr int lane_pitch = 19;
constexpr int axis_height = 18;
constexpr int minutes_in_hour = 60;
// A working day is always shown whole, so that the strips of quiet days can be compared.
constexpr int first_hour_shown = 8;
constexpr int last_hour_shown = 18;

constexpr std::string_view hours_fill = "#eef1ec";
constexpr std::string_view lunch_fill = "url(#lunch)";

/// What a second of a minute can be, in the order in which a bar is stacked.
enum class Shade : std::uint8_t { interactive, playing, authorised, weak };
constexpr std::size_t shade_count = 4;
constexpr std::array<std::string_view, shade_count> fills{"#17494d", "url(#playing)", "url(#authorised)",
                                                          "url(#weak)"};

Shade shade_of(const model::UsageSlice& row) {
  if (row.grade == model::Grade::weak) return Shade::weak;
  if (row.purpose == model::Purpose::authorised) return Shade::authorised;
  return row.kind == model::Kind::playing ? Shade::playing : Shade::interactive;
}

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

/// Minutes `from` to `to` that look the same, as one bar.
void put_run(std::string& svg, const Window& window, int top, int from, int to, const Bar& bar) {
  double bottom = top + lane_height;
  for (std::size_t shade = 0; shade < shade_count; ++shade) {
    if (bar.at(shade) == 0) continue;
    const double height = lane_height * std::min(bar.at(shade), 60) / 60.0;
    bottom -= height;
    svg += fmt::format(R"(<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" fill="{}"/>)",
                       window.x(from), bottom, window.x(to) - window.x(from), height, fills.at(shade));
  }
}

void put_lane(std::string& svg, const Window& window, int top, const std::map<int, Bar>& bars) {
  for (auto run = bars.begin(); run != bars.end();) {
    auto next = std::next(run);
    int end = run->first + 1;
    while (next != bars.end() && next->first == end && next->second == run->second) {
      ++next;
      ++end;
    }
    put_run(svg, window, top, run->first, end, run->second);
    run = next;
  }
}

void put_gaps(std::string& svg, const Window& window, CivilDate date, int height,
              const std::vector<model::Interval>& gaps) {
  for (const model::Interval& gap : gaps) {
    const int from = std::max(minute_in(date, gap.from), window.from * minutes_in_hour);
    const int to = std::min(minute_in(date, gap.to) + 1, window.to * minutes_in_hour);
    if (from >= to) continue;
    svg += fmt::format(R"svg(<rect x="{:.2f}" y="0" width="{:.2f}" height="{}" fill="url(#gap)"/>)svg",
                       window.x(from), window.x(to) - window.x(from), height);
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
      svg += fmt::format(R"(<rect x="{:.2f}" y="0" width="{:.2f}" height="{}" fill="{}"/>)", window.x(from),
                         window.x(to) - window.x(from), height,
                         part == PartOfDay::core ? hours_fill : lunch_fill);
    }
    from = to;
  }
}

/// Hours by the clock on the wall: on the two days when it is set, the number follows it.
void put_axis(std::string& svg, const Window& window, CivilDate date, int height) {
  const int step = window.to - window.from > 12 ? 2 : 1;
  for (int hour = window.from; hour <= window.to; ++hour) {
    const double x = window.x(hour * minutes_in_hour);
    svg += fmt::format(R"(<line x1="{0:.2f}" x2="{0:.2f}" y1="0" y2="{1}" stroke="#d9d7cf"/>)", x, height);
    if ((hour - window.from) % step != 0) continue;
    const std::string wall =
        format_london_time(london_midnight(date) + std::chrono::hours(hour)).substr(0, 5);
    svg += fmt::format(R"(<text x="{:.2f}" y="{}" text-anchor="{}" class="hour">{}</text>)", x, height + 13,
                       hour == window.to ? "end" : "middle", wall);
  }
}

std::string strip(const UsageReport& report, const Window& window, CivilDate date, const Day& one,
                  const std::vector<model::Interval>& gaps) {
  const int height = static_cast<int>(one.lanes.size()) * lane_pitch + 4;
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-label="Minutes by service on {}; the table below has the same figures">)",
      label_width + strip_width, height + axis_height, day(date));
  put_hours(svg, window, date, height, report.calendar);
  put_axis(svg, window, date, height);
  put_gaps(svg, window, date, height, gaps);
  int top = 4;
  for (const auto& [service, bars] : one.lanes) {
    const std::string name = service_name(report, service);
    svg += fmt::format(R"(<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="#b9b6ab"/>)", label_width,
                       label_width + strip_width, top + lane_height, top + lane_height);
    svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="end" class="lane">{}</text>)", label_width - 8,
                       top + lane_height - 2, html_text(name));
    put_lane(svg, window, top, bars);
    top += lane_pitch;
  }
  return svg + "</svg>";
}

}  // namespace

std::string strip_patterns() {
  return R"svg(<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>
<pattern id="playing" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="#fff"/><rect width="2" height="4" fill="#4d8487"/></pattern>
<pattern id="authorised" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#dcebe8"/><rect width="4" height="1" fill="#6fa3a0"/></pattern>
<pattern id="weak" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" fill="#fff"/><circle cx="1.5" cy="1.5" r="1.1" fill="#77725f"/></pattern>
<pattern id="lunch" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#eef1ec"/><circle cx="1.5" cy="1.5" r="0.7" fill="#a9b3a8"/></pattern>
<pattern id="gap" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="7" height="7" fill="#f3e9dc"/><rect width="1.5" height="7" fill="#c9a878"/></pattern>
</defs></svg>
)svg";
}

std::string strip_legend(const model::Calendar& calendar) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> shades{
      {{"#17494d", "interactive"},
       {"url(#playing)", "playing"},
       {"url(#authorised)", "authorised"},
       {"url(#weak)", "weak, not counted"},
       {"url(#gap)", "not watched"},
       {hours_fill, "working hours, which the headline counts"},
       {lunch_fill, "lunch window, less a break"}}};
  std::string out = "<ul class=\"legend\">";
  for (const auto& [fill, words] : shades) {
    if (calendar.is_flexitime() && (fill == hours_fill || fill == lunch_fill)) continue;
    out += fmt::format(
        R"(<li><svg width="18" height="12" aria-hidden="true"><rect x="0.5" y="0.5" width="17" height="11" fill="{}" stroke="#8a8678"/></svg> {}</li>)",
        fill, words);
  }
  return out + "</ul>\n";
}

std::string day_strips(const UsageReport& report, const Summary& summary) {
  const auto days = days_of(report);
  const Window window = window_of(days);
  std::string out;
  for (const auto& [date, one] : days) {
    out += fmt::format("<figure><figcaption>{}</figcaption>{}</figure>\n", day(date),
                       strip(report, window, date, one, summary.coverage.gaps));
  }
  return out;
}

}  // namespace edgewatch::report
