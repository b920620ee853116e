// Use told apart by when it was: working hours, the lunch window, outside (TIME 2.6), with the benefit of the
// doubt for breaks. Values and pure functions; any thread.
#pragma once

#include "edgewatch/model/calendar.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/model/usage.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::report {

/// Never one number, and never an upper bound (ARCHITECTURE D6, law).
struct Time {
  std::chrono::seconds best{0};
  std::chrono::seconds lower{0};
  void add(const Time& more);
  bool operator==(const Time&) const = default;
};

/// In flexitime a break may be taken at any hour, so every minute lies in the break window.
enum class PartOfDay : std::uint8_t { core, break_window, outside };
inline constexpr std::size_t parts_of_day = 3;
/// `core`, `lunch`, `outside`; `flexitime` where the calendar has no hours.
[[nodiscard]] std::string to_string(PartOfDay part, const model::Calendar& calendar);

[[nodiscard]] PartOfDay part_of_day(const model::Calendar& calendar, UtcMinute minute);
/// Whether the calendar has any hours on that date.
[[nodiscard]] bool is_working_day(const model::Calendar& calendar, CivilDate date);

/// Counted use outside authorised use.
struct WorkingTime {
  struct Day {
    CivilDate date{};
    std::array<Time, parts_of_day> interactive;
    std::array<Time, parts_of_day> playing;
    Time after_break;  ///< of the break window, interactive: less the allowance, each figure by itself
    [[nodiscard]] const Time& in(PartOfDay part) const {
      return interactive.at(static_cast<std::size_t>(part));
    }
    [[nodiscard]] const Time& playing_in(PartOfDay part) const {
      return playing.at(static_cast<std::size_t>(part));
    }
    /// What the headline counts: working hours, and what is left of the break window.
    [[nodiscard]] Time counted() const;
  };
  std::vector<Day> days;  ///< those with any such use, in order
  Day total;              ///< their sums; without date
  int days_counted = 0;   ///< with some of it in `counted`
  int working_days = 0;   ///< in the period
};

[[nodiscard]] WorkingTime working_time(const std::vector<model::UsageSlice>& rows,
                                       const model::DateRange& period, const model::Calendar& calendar,
                                       std::chrono::minutes break_allowance);

}  // namespace edgewatch::report
