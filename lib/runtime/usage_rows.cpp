#include "usage_rows.hpp"

#include "edgewatch/report/summary.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::array groupings{"service", "category", "day", "month", "hours", "minute"};

std::string clock_of(std::chrono::seconds time) {
  const auto all = time.count();
  return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

std::string group_of(const model::UsageSlice& row, const std::string& by, const model::Calendar& calendar) {
  if (by == "service") return row.service.text();
  if (by == "category") return row.category.text();
  if (by == "hours") return to_string(report::part_of_day(calendar, row.minute), calendar);
  const std::string date = format_date(london_date(row.minute));
  return by == "month" ? date.substr(0, 7) : date;
}

Rows minutes_of(const report::UsageReport& told) {
  Rows rows{{"utc_minute", "date", "local_time", "hours", "service", "category", "kind", "grade", "purpose",
             "lower", "best", "reasons"},
            {}};
  for (const model::UsageSlice& row : told.rows) {
    rows.cells.push_back({format_minute(row.minute), format_date(london_date(row.minute)),
                          format_london_time(row.minute),
                          to_string(report::part_of_day(told.calendar, row.minute), told.calendar),
                          row.service.text(), row.category.text(), to_string(row.kind), to_string(row.grade),
                          to_string(row.purpose), clock_of(std::chrono::seconds(row.lower_seconds)),
                          clock_of(std::chrono::seconds(row.seconds)), model::reason_names(row.reasons)});
  }
  return rows;
}

}  // namespace

bool is_usage_grouping(const std::string& by) { return std::ranges::find(groupings, by) != groupings.end(); }

Rows usage_rows(const report::UsageReport& told, const std::string& by) {
  if (by == "minute") return minutes_of(told);
  std::map<std::string, report::Figures> groups;
  for (const model::UsageSlice& row : told.rows) groups[group_of(row, by, told.calendar)].add(row);
  Rows rows{{by, "interactive_lower", "interactive_best", "playing_lower", "playing_best", "authorised_lower",
             "authorised_best", "weak", "concurrent"},
            {}};
  for (const auto& [group, f] : groups) {
    rows.cells.push_back({group, clock_of(f.interactive.lower), clock_of(f.interactive.best),
                          clock_of(f.playing.lower), clock_of(f.playing.best), clock_of(f.authorised.lower),
                          clock_of(f.authorised.best), clock_of(f.weak), clock_of(f.concurrent)});
  }
  return rows;
}

}  // namespace edgewatch::runtime
