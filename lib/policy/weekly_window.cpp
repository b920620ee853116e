#include "edgewatch/base/text.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include <array>

namespace edgewatch::policy {
namespace {

constexpr std::array<std::string_view, 7> day_names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::uint16_t minutes_a_day = 24 * 60;

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
  const auto parts = split(lower, ' ');
  if (parts.size() != 2) return std::nullopt;
  WeeklyWindow window;
  for (const std::string_view days : split(parts[0], ',')) {
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

bool WeeklyWindow::contains(Timestamp at) const {
  const auto wall = std::chrono::floor<std::chrono::minutes>(at) + london_offset(at);
  const auto midnight = std::chrono::floor<std::chrono::days>(wall);
  const unsigned today = std::chrono::weekday(midnight).iso_encoding() - 1;
  const auto minute = (wall - midnight).count();
  const auto begins_on = [&](unsigned day) { return (days & (1U << day)) != 0; };
  if (from_minute < to_minute) return begins_on(today) && from_minute <= minute && minute < to_minute;
  return (begins_on(today) && minute >= from_minute) || (begins_on((today + 6) % 7) && minute < to_minute);
}

}  // namespace edgewatch::policy
