// What the parts of Ledger share: the connection, and time as the file keeps it. Private to this module.
#pragma once

#include "edgewatch/store/ledger.hpp"

#include "connection.hpp"
#include "database.hpp"
#include "usage_book.hpp"

#include <functional>
#include <optional>

namespace edgewatch::store {

class Ledger::Impl {
 public:
  explicit Impl(const std::filesystem::path& file) : connection(file) {
    prepare(connection, ledger_blueprint());
    book.emplace(connection);
  }

  [[nodiscard]] std::vector<model::UsageSlice> find(const model::Leave& leave, const model::DateRange& period,
                                                    UsageBook::Which which);

  Connection connection;
  std::optional<UsageBook> book;  ///< whose statements need the schema of today
};

/// One transaction on the minutes; what fails is undone, in the file and in what the book remembers.
void change(Connection& connection, UsageBook& book, const std::function<void()>& work);

// Instants are microseconds, minutes and hours are counted, all since 1970-01-01T00:00Z; dates are days since
// 1970-01-01.
[[nodiscard]] inline std::int64_t micros(Timestamp at) { return at.time_since_epoch().count(); }
[[nodiscard]] inline Timestamp from_micros(std::int64_t value) { return Timestamp(Duration(value)); }
[[nodiscard]] inline std::int64_t minutes(UtcMinute minute) { return minute.time_since_epoch().count(); }
[[nodiscard]] inline UtcMinute from_minutes(std::int64_t value) {
  return UtcMinute(std::chrono::minutes(value));
}
[[nodiscard]] inline std::int64_t hours(Timestamp at) {
  return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
}
[[nodiscard]] inline std::int64_t days(CivilDate date) {
  return std::chrono::sys_days(date).time_since_epoch().count();
}
[[nodiscard]] inline CivilDate from_days(std::int64_t value) {
  return CivilDate(std::chrono::sys_days(std::chrono::days(value)));
}

/// The instants of a period of civil dates in Europe/London, half-open. Both borders are whole UTC hours.
struct Span {
  Timestamp from;
  Timestamp to;
};
[[nodiscard]] inline Span span_of(const model::DateRange& period) {
  return {london_midnight(period.first), london_midnight(next_day(period.last))};
}

/// Dates that lie in both, or nothing.
[[nodiscard]] inline std::optional<model::DateRange> common(const model::DateRange& a,
                                                            const model::DateRange& b) {
  const model::DateRange both{std::max(a.first, b.first), std::min(a.last, b.last)};
  if (both.first > both.last) return std::nullopt;
  return both;
}

}  // namespace edgewatch::store
