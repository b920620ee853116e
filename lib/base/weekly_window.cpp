#include "edgewatch/base/weekly_window.hpp"

#include "edgewatch/base/text.hpp"

#include <array>
#include <cstdio>
#include <vector>

namespace edgewatch {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint16_t minutes_a_day = 24 * 60;
constexpr std::uint8_t every_day = 0x7f;
constexpr std::string_view bank_holidays = "bank-holidays";
constexpr std::string_view not_bank_holidays = " not bank-holidays";

std::optional<unsigned> parse_day(std::string_view text) {
  for (unsigned day = 0; day < day_names.size(); ++day) {
    if (text == day_names[day]) return day;
  }
  return std::nullopt;
}

/// `mon`, `mon-fri`, or `fri-mon` round the weekend; as bits.
std::optional<std::uint8_t> parse_days(std::string_view text) {
  const auto ends = split(text, '-');
  if (ends.size() > 2) return std::nullopt;
  const auto first = parse_day(ends.front());
  const auto last = parse_day(ends.back());
  if (!first || !last) return std::nullopt;
  unsigned bits = 0;
  for (unsigned day = *first;; day = (day + 1) % 7) {
    bits |= 1U << day;
    if (day == *last) return static_cast<std::uint8_t>(bits);
  }
}

/// `HH:MM`; 24:00 is the end of the day.
std::optional<std::uint16_t> parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute > 59 || hour * 60 + minute > minutes_a_day) return std::nullopt;
  return static_cast<std::uint16_t>(hour * 60 + minute);
}

}  // namespace

std::optional<WeeklyWindow> parse_window(const std::string& text) {
  const std::string lower = ascii_lower(trim(text));
  WeeklyWindow window;
  std::string_view rest = lower;
  if (rest.ends_with(not_bank_holidays)) {
    window.bank_holidays = BankHolidays::left_out;
    rest.remove_suffix(not_bank_holidays.size());
  }
  const auto parts = split(rest, ' ');
  if (parts.size() != 2) return std::nullopt;
  const bool alone = parts[0] == bank_holidays;
  if (alone && window.bank_holidays == BankHolidays::left_out) return std::nullopt;
  if (alone) {
    window.bank_holidays = BankHolidays::alone;
    window.days = every_day;
  }
  for (const std::string_view days : alone ? std::vector<std::string_view>{} : split(parts[0], ',')) {
    const auto bits = parse_days(days);
    if (!bits) return std::nullopt;
    window.days = static_cast<std::uint8_t>(window.days | *bits);
  }
  const auto ends = split(parts[1], '-');
  if (ends.size() != 2) return std::nullopt;
  const auto from = parse_clock(ends[0]);
  const auto to = parse_clock(ends[1]);
  if (!from || !to || *from == *to || *from == minutes_a_day) return std::nullopt;
  window.from_minute = *from;
  window.to_minute = *to;
  return window;
}

std::string to_string(const WeeklyWindow& window) {
  const std::string hours = " " + format_clock(window.from_minute) + "-" + format_clock(window.to_minute);
  if (window.bank_holidays == BankHolidays::alone) return std::string(bank_holidays) + hours;
  std::string days;
  for (unsigned day = 0; day < day_names.size(); ++day) {
    if ((window.days & (1U << day)) == 0) continue;
    unsigned last = day;
    while (last + 1 < day_names.size() && (window.days & (1U << (last + 1))) != 0) ++last;
    if (!days.empty()) days += ',';
    days += day_names.at(day);
    if (last > day) days += "-" + std::string(day_names.at(last));
    day = last;
  }
  const bool left_out = window.bank_holidays == BankHolidays::left_out;
  return days + hours + std::string(left_out ? not_bank_holidays : "");
}

std::string format_clock(std::uint16_t minute) {
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02u:%02u", minute / 60U, minute % 60U);
  return {text.data(), static_cast<std::size_t>(length)};
}

bool WeeklyWindow::contains(Timestamp at) const {
  const auto wall = std::chrono::floor<std::chrono::minutes>(at) + london_offset(at);
  const auto midnight = std::chrono::floor<std::chrono::days>(wall);
  const auto minute = (wall - midnight).count();
  const auto begins_on = [&](std::chrono::sys_days day) {
    if ((days & (1U << (std::chrono::weekday(day).iso_encoding() - 1))) == 0) return false;
    return bank_holidays == BankHolidays::as_any_day ||
           is_bank_holiday(CivilDate(day)) == (bank_holidays == BankHolidays::alone);
  };
  if (from_minute < to_minute) return from_minute <= minute && minute < to_minute && begins_on(midnight);
  return minute >= from_minute ? begins_on(midnight)
                               : minute < to_minute && begins_on(midnight - std::chrono::days(1));
}

namespace {

/// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher.
CivilDate easter(std::chrono::year of) {
  const int year = static_cast<int>(of);
  const int golden = year % 19;
  const int century = year / 100;
  const int rest = year % 100;
  const int moved = (century - (century + 8) / 25 + 1) / 3;
  const int epact = (19 * golden + century - century / 4 - moved + 15) % 30;
  const int weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
  const int late = (golden + 11 * epact + 22 * weekday) / 451;
  const int day = epact + weekday - 7 * late + 114;
  return of / std::chrono::month(static_cast<unsigned>(day / 31)) /
         std::chrono::day(static_cast<unsigned>(day % 31 + 1));
}

}  // namespace

bool is_bank_holiday(CivilDate date) {
  using namespace std::chrono;
  const sys_days day(date);
  const weekday on(day);
  const unsigned number = static_cast<unsigned>(date.day());
  const bool monday = on == Monday;
  if (date.month() == January) return number == 1 || (monday && (number == 2 || number == 3));
  if (date.month() == December) {
    // Two days: where they fall on a weekend, the next two that are none.
    return number == 25 || number == 26 || ((number == 27 || number == 28) && (monday || on == Tuesday));
  }
  if (monday && (date.month() == May || date.month() == August)) {
    const bool is_last = CivilDate(day + days(7)).month() != date.month();
    return is_last || (date.month() == May && number <= 7);
  }
  const sys_days sunday(easter(date.year()));
  return day == sunday - days(2) || day == sunday + days(1);
}

}  // namespace edgewatch
