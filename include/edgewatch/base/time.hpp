// Time as data: stamps, civil dates and the Europe/London rule. Nothing here asks a clock (ARCHITECTURE D2,
// law). Values only; safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch {

using Duration = std::chrono::microseconds;
using Timestamp = std::chrono::sys_time<Duration>;
using UtcMinute = std::chrono::sys_time<std::chrono::minutes>;
using CivilDate = std::chrono::year_month_day;

[[nodiscard]] inline UtcMinute minute_of(Timestamp at) {
  return std::chrono::floor<std::chrono::minutes>(at);
}

/// RFC 3339 date-time with `Z` or a numeric offset, fraction of up to nine digits (cut to microseconds).
/// Nothing when the text is anything else, a date that does not exist included.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);
/// RFC 3339 in UTC: `2026-11-17T10:05:03Z`, with `.ffffff` only where the fraction is not zero.
[[nodiscard]] std::string format_rfc3339(Timestamp at);
/// `2026-11-17T10:05Z` (CONTRACT, `utc_minute`).
[[nodiscard]] std::string format_minute(UtcMinute minute);
/// `2026-11-17T10:05Z` or nothing.
[[nodiscard]] std::optional<UtcMinute> parse_minute(std::string_view text);

/// `2026-11-17` (full-date of RFC 3339) or nothing; an impossible date is nothing.
[[nodiscard]] std::optional<CivilDate> parse_date(std::string_view text);
[[nodiscard]] std::string format_date(CivilDate date);

/// What Europe/London adds to UTC at that instant: 0 or 60 minutes, by rule (last Sunday of March and of
/// October, 01:00 UTC; Summer Time Act 1972 as amended), never by the host's zone files.
[[nodiscard]] std::chrono::minutes london_offset(Timestamp at);
/// The civil date in Europe/London at that instant.
[[nodiscard]] CivilDate london_date(Timestamp at);
/// The first instant of that civil date in Europe/London.
[[nodiscard]] Timestamp london_midnight(CivilDate date);
/// `10:05 GMT`, `10:05 BST`: local wall time with its offset named, for people.
[[nodiscard]] std::string format_london_time(Timestamp at);

[[nodiscard]] CivilDate next_day(CivilDate date);
/// The same date some years on (or back, negative); 29 February becomes 28 February where the year has none
/// (EVIDENCE 7).
[[nodiscard]] CivilDate years_after(CivilDate date, int years);

}  // namespace edgewatch
