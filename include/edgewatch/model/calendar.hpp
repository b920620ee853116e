// When a person is at work (TIME 2.6), as the configuration says. A value; any thread.
#pragma once

#include "edgewatch/base/weekly_window.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::model {

/// Bank holidays of England are days off in every calendar.
struct Calendar {
  std::string name = "default";
  std::vector<WeeklyWindow> hours{{0x1f, 8 * 60 + 30, 17 * 60}};  ///< mon-fri 08:30-17:00; none: flexitime
  std::uint16_t lunch_from_minute = 12 * 60;                      ///< of the day, Europe/London
  std::uint16_t lunch_to_minute = 14 * 60;
  std::vector<CivilDate> days_off;  ///< beyond the bank holidays
  [[nodiscard]] bool is_flexitime() const { return hours.empty(); }
  bool operator==(const Calendar&) const = default;
};

}  // namespace edgewatch::model
