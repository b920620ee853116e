// Hours of the week on the wall clock of Europe/London, and the bank holidays of England, by rule. Values
// only; safe from any thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch {

/// What a window makes of the bank holidays of England.
enum class BankHolidays : std::uint8_t {
  as_any_day,  ///< a bank holiday is the day of the week that it is
  left_out,    ///< the window does not begin on one
  alone,       ///< nor on any other day
};

/// Hours of the week on the wall clock of Europe/London, `mon-fri 08:30-12:00`. Half-open; where the end is
/// at or before the start the window runs past midnight and belongs to the day it began on. An hour that the
/// clock shows twice in October is in it twice, the one it leaves out in March not at all.
struct WeeklyWindow {
  std::uint8_t days = 0;          ///< bit 0 = Monday
  std::uint16_t from_minute = 0;  ///< of the day, 0..1439
  std::uint16_t to_minute = 0;    ///< of the day, 0..1440
  BankHolidays bank_holidays = BankHolidays::as_any_day;
  [[nodiscard]] bool contains(Timestamp at) const;
  bool operator==(const WeeklyWindow&) const = default;
};
/// `mon-fri 08:30-12:00`, `sat 22:00-02:00`, `mon,wed 09:00-17:00`, `sun 00:00-24:00`,
/// `mon-fri 09:00-17:00 not bank-holidays`, `bank-holidays 10:00-16:00`; nothing for any other text, an
/// impossible hour or an empty window included.
[[nodiscard]] std::optional<WeeklyWindow> parse_window(const std::string& text);
/// As `parse_window` reads it.
[[nodiscard]] std::string to_string(const WeeklyWindow& window);
/// `08:30`, of a minute of the day.
[[nodiscard]] std::string format_clock(std::uint16_t minute);

/// Whether that day is a bank holiday in England by the Banking and Financial Dealings Act 1971 and standing
/// proclamations (New Year's Day, the first Monday of May), substitute days included; the days they stand in
/// for are holidays too. A single proclamation (a coronation) is not in any rule.
[[nodiscard]] bool is_bank_holiday(CivilDate date);

}  // namespace edgewatch
