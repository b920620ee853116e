#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <array>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

/// A table whose rows fall due by one column: rows below the bound go, `chunk` of that column's units at a
/// time.
struct DatedTable {
  const char* name;  ///< in the result
  const char* table;
  const char* column;
  std::int64_t bound;
  std::int64_t chunk;
  std::int64_t per_day;  ///< units of the column in a day
};

constexpr std::int64_t day_in_minutes = std::chrono::minutes(std::chrono::days(1)).count();
constexpr std::int64_t day_in_micros = Duration(std::chrono::days(1)).count();

std::array<DatedTable, 7> dated_tables(CivilDate cutoff) {
  const Timestamp end = london_midnight(next_day(cutoff));
  const std::int64_t first_day_left = days(next_day(cutoff));
  const std::int64_t first_minute_left = minutes(minute_of(end));
  return {{{"usage", "usage", "hour", hours(end), 1, 24},
           {"exclusion", "exclusion", "utc_day", first_day_left, 1, 1},
           {"block", "block_inappropriate", "minute", first_minute_left, day_in_minutes, day_in_minutes},
           {"block", "block_policy", "minute", first_minute_left, day_in_minutes, day_in_minutes},
           {"coverage", "coverage", "from_us", micros(end), day_in_micros, day_in_micros},
           {"clock_step", "clock_step", "at_us", micros(end), day_in_micros, day_in_micros},
           {"binding", "binding", "due_day", first_day_left, 1, 1}}};
}

/// Deletes in short transactions, so that the thread that writes minutes never waits long.
void remove_in_chunks(Connection& connection, const DatedTable& due) {
  Statement oldest(connection,
                   fmt::format("SELECT min({0}) FROM {1} WHERE {0} < :bound", due.column, due.table));
  Statement remove(connection, fmt::format("DELETE FROM {1} WHERE {0} < :bound", due.column, due.table));
  oldest.bind(":bound", due.bound);
  while (oldest.step() && !oldest.is_null(0)) {
    const std::int64_t bound = std::min(due.bound, oldest.number(0) + due.chunk);
    oldest.reset();
    Transaction transaction(connection);
    remove.bind(":bound", bound).run();
    carry(connection, due.name, connection.changes());
    transaction.commit();
  }
}

constexpr const char* due_subjects = "FROM subject WHERE last_day <= :cutoff";
constexpr const char* due_cases_sql = "FROM case_file WHERE closed_us < :bound";

/// Subjects that nothing names any more, in one transaction with whatever a writer may have put below the
/// bound meanwhile.
void remove_subjects(Connection& connection, CivilDate cutoff, const std::array<DatedTable, 7>& tables) {
  Transaction transaction(connection);
  for (const DatedTable& due : tables) {
    Statement(connection, fmt::format("DELETE FROM {} WHERE {} < :bound", due.table, due.column))
        .bind(":bound", due.bound)
        .run();
    carry(connection, due.name, connection.changes());
  }
  Statement(connection, fmt::format("DELETE {}", due_subjects)).bind(":cutoff", days(cutoff)).run();
  carry(connection, "subject", connection.changes());
  transaction.commit();
}

void remove_cases(Connection& connection, CivilDate cutoff) {
  Transaction transaction(connection);
  Statement(connection, fmt::format("DELETE {}", due_cases_sql))
      .bind(":bound", micros(london_midnight(next_day(cutoff))))
      .run();
  carry(connection, "case_file", connection.changes());
  transaction.commit();
}

std::map<std::string, std::uint64_t> count_due(Connection& connection, CivilDate cutoff,
                                               const std::array<DatedTable, 7>& tables) {
  std::map<std::string, std::uint64_t> rows;
  const auto add = [&](const char* name, Statement& count) {
    if (count.step() && count.number(0) > 0) rows[name] += count.as<std::uint64_t>(0);
  };
  for (const DatedTable& due : tables) {
    Statement count(connection,
                    fmt::format("SELECT count(*) FROM {} WHERE {} < :bound", due.table, due.column));
    add(due.name, count.bind(":bound", due.bound));
  }
  Statement subjects(connection, fmt::format("SELECT count(*) {}", due_subjects));
  add("subject", subjects.bind(":cutoff", days(cutoff)));
  Statement cases(connection, fmt::format("SELECT count(*) {}", due_cases_sql));
  add("case_file", cases.bind(":bound", micros(london_midnight(next_day(cutoff)))));
  return rows;
}

CivilDate date_in(const DatedTable& table, std::int64_t value) {
  if (table.per_day == 1) return from_days(value);
  const std::int64_t unit = day_in_micros / table.per_day;
  return london_date(from_micros(value * unit));
}

std::optional<CivilDate> oldest_left(Connection& connection, const std::array<DatedTable, 7>& tables) {
  std::optional<CivilDate> oldest;
  for (const DatedTable& table : tables) {
    Statement first(connection,
                    fmt::format("SELECT min({0}) FROM {1} WHERE {0} >= :bound", table.column, table.table));
    first.bind(":bound", table.bound);
    if (!first.step() || first.is_null(0)) continue;
    const CivilDate date = date_in(table, first.number(0));
    if (!oldest || date < *oldest) oldest = date;
  }
  Statement cases(connection, "SELECT min(opened_us) FROM case_file");
  if (cases.step() && !cases.is_null(0)) {
    const CivilDate date = london_date(from_micros(cases.number(0)));
    if (!oldest || date < *oldest) oldest = date;
  }
  return oldest;
}

std::uint64_t open_cases(Connection& connection) {
  return static_cast<std::uint64_t>(
      connection.number("SELECT count(*) FROM case_file WHERE closed_us IS NULL"));
}

std::uint64_t bytes_of(Connection& connection) {
  return static_cast<std::uint64_t>(connection.number("PRAGMA page_count") *
                                    connection.number("PRAGMA page_size"));
}

}  // namespace

PurgeResult Ledger::purge(CivilDate cutoff, PurgeMode mode) {
  Connection& connection = impl_->connection;
  const auto tables = dated_tables(cutoff);
  PurgeResult result;
  result.cutoff = cutoff;
  if (mode == PurgeMode::dry_run) {
    const Snapshot snapshot(connection);
    result.rows = count_due(connection, cutoff, tables);
    result.oldest_left = oldest_left(connection, tables);
    result.open_cases = open_cases(connection);
    return result;
  }
  const std::uint64_t before = bytes_of(connection);
  for (const DatedTable& due : tables) remove_in_chunks(connection, due);
  remove_subjects(connection, cutoff, tables);
  remove_cases(connection, cutoff);
  result.rows = carried(connection);
  result.oldest_left = oldest_left(connection, tables);
  result.open_cases = open_cases(connection);
  result.clean = scrub(connection);
  const std::uint64_t after = bytes_of(connection);
  result.bytes_returned = before > after ? before - after : 0;
  return result;
}

void Ledger::purge_certified() { forget_carried(impl_->connection); }

}  // namespace edgewatch::store
