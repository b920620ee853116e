#include "edgewatch/base/time.hpp"

#include <array>
#include <cstdio>

namespace edgewatch {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

/// A cursor over fixed-width text; `bad` once anything did not fit.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] bool bad() const { return bad_; }
  [[nodiscard]] char peek() const { return text_.empty() ? '\0' : text_.front(); }

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = text_[i];
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  /// One of `allowed`; gives which.
  char one_of(std::string_view allowed) {
    if (text_.empty() || allowed.find(text_.front()) == std::string_view::npos) {
      fail();
      return '\0';
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }

 private:
  int fail() {
    bad_ = true;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool bad_ = false;
};

std::optional<CivilDate> read_date(Cursor& cursor) {
  const int year = cursor.digits(4);
  cursor.one_of("-");
  const int month = cursor.digits(2);
  cursor.one_of("-");
  const int day = cursor.digits(2);
  const CivilDate date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                       std::chrono::day(static_cast<unsigned>(day))};
  if (cursor.bad() || !date.ok()) return std::nullopt;
  return date;
}

/// Fraction digits after the point, cut to microseconds.
microseconds read_fraction(Cursor& cursor) {
  int value = 0;
  int count = 0;
  while (cursor.peek() >= '0' && cursor.peek() <= '9' && count < 9) {
    const int digit = cursor.digits(1);
    if (count < 6) value = value * 10 + digit;
    ++count;
  }
  if (count == 0) cursor.digits(1);  // a point without digits is an error
  for (int i = count; i < 6; ++i) value *= 10;
  return microseconds(value);
}

std::optional<minutes> read_offset(Cursor& cursor) {
  const char sign = cursor.one_of("Zz+-");
  if (cursor.bad()) return std::nullopt;
  if (sign == 'Z' || sign == 'z') return minutes(0);
  const int hour = cursor.digits(2);
  cursor.one_of(":");
  const int minute = cursor.digits(2);
  if (cursor.bad() || hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours(hour) + minutes(minute);
  return sign == '-' ? -offset : offset;
}

template <class... Values>
std::string print(const char* pattern, Values... values) {
  std::array<char, 48> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), pattern, values...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

/// 01:00 UTC on the last Sunday of the month, when London's clocks change.
Timestamp change_of(std::chrono::year year, std::chrono::month month) {
  return sys_days(year / month / std::chrono::Sunday[std::chrono::last]) + hours(1);
}

CivilDate utc_date(Timestamp at) { return CivilDate(std::chrono::floor<days>(at)); }

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  cursor.one_of("Tt ");
  const int hour = cursor.digits(2);
  cursor.one_of(":");
  const int minute = cursor.digits(2);
  cursor.one_of(":");
  const int second = cursor.digits(2);
  microseconds fraction(0);
  if (cursor.peek() == '.') {
    cursor.one_of(".");
    fraction = read_fraction(cursor);
  }
  const auto offset = read_offset(cursor);
  if (!date || !offset || cursor.bad() || !cursor.at_end()) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60)
    return std::nullopt;  // 60: a leap second, which UTC stamps fold into the next
  return sys_days(*date) + hours(hour) + minutes(minute) + seconds(second) + fraction - *offset;
}

std::string format_rfc3339(Timestamp at) {
  const auto whole = std::chrono::floor<seconds>(at);
  const std::chrono::hh_mm_ss clock(whole - std::chrono::floor<days>(whole));
  std::string out =
      format_date(utc_date(at)) + print("T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                                        static_cast<int>(clock.minutes().count()),
                                        static_cast<int>(clock.seconds().count()));
  const auto fraction = (at - whole).count();
  if (fraction != 0) out += print(".%06d", static_cast<int>(fraction));
  return out + "Z";
}

std::string format_minute(UtcMinute minute) { return format_rfc3339(minute).substr(0, 16) + "Z"; }

std::optional<UtcMinute> parse_minute(std::string_view text) {
  if (text.size() != 17 || text.back() != 'Z') return std::nullopt;
  const auto at = parse_rfc3339(std::string(text.substr(0, 16)) + ":00Z");
  if (!at) return std::nullopt;
  return minute_of(*at);
}

std::optional<CivilDate> parse_date(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  return cursor.at_end() ? date : std::nullopt;
}

std::string format_date(CivilDate date) {
  return print("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
               static_cast<unsigned>(date.day()));
}

minutes london_offset(Timestamp at) {
  const auto year = utc_date(at).year();
  const bool summer = change_of(year, std::chrono::March) <= at && at < change_of(year, std::chrono::October);
  return minutes(summer ? 60 : 0);
}

CivilDate london_date(Timestamp at) { return utc_date(at + london_offset(at)); }

Timestamp london_midnight(CivilDate date) {
  // Clocks never change at midnight, so the offset an hour before local midnight's UTC reading decides it.
  const Timestamp utc_midnight = sys_days(date);
  const Timestamp summer_midnight = utc_midnight - hours(1);
  return london_offset(summer_midnight) == hours(1) ? summer_midnight : utc_midnight;
}

std::string format_london_time(Timestamp at) {
  const auto offset = london_offset(at);
  return format_rfc3339(at + offset).substr(11, 5) + (offset == minutes(0) ? " GMT" : " BST");
}

CivilDate next_day(CivilDate date) { return CivilDate(sys_days(date) + days(1)); }

CivilDate years_after(CivilDate date, int years) {
  const CivilDate moved = date + std::chrono::years(years);
  return moved.ok() ? moved : CivilDate(moved.year() / moved.month() / std::chrono::last);
}

}  // namespace edgewatch
