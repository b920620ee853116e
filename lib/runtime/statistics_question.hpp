// What an officer writes behind `edgewatch statistics`: months, and what an hour costs. Pure; any thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::runtime {

[[nodiscard]] inline CivilDate month_of(CivilDate date) {
  return date.year() / date.month() / std::chrono::day(1);
}
[[nodiscard]] inline CivilDate next_month(CivilDate first) {
  return (first.year() / first.month() + std::chrono::months(1)) / std::chrono::day(1);
}

enum class MonthEdge : std::uint8_t { begins, ends };
/// The first day of the month that begins (or ends) with that date, `2026-11` or `2026-11-01`; nothing for a
/// date within a month.
[[nodiscard]] std::optional<CivilDate> month_at(const std::string& text, MonthEdge edge);

/// Pence an hour, from and to.
struct HourlyCost {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const HourlyCost&) const = default;
};
/// Pounds, `14.50-27.00` or `20`; at most four digits before the point.
[[nodiscard]] std::optional<HourlyCost> parse_hourly_cost(const std::string& text);

}  // namespace edgewatch::runtime
