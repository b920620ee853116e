#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <array>
#include <limits>
#include <vector>

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

using DatedTables = std::array<DatedTable, 11>;

constexpr std::int64_t day_in_minutes = std::chrono::minutes(std::chrono::days(1)).count();
constexpr std::int64_t day_in_micros = Duration(std::chrono::days(1)).count();

DatedTables dated_tables(CivilDate cutoff) {
  const Timestamp end = london_midnight(next_day(cutoff));
  const std::int64_t first_day_left = days(next_day(cutoff));
  const std::int64_t first_minute_left = minutes(minute_of(end));
  return {{{"exclusion", "exclusion", "utc_day", first_day_left, 1, 1},
           {"block", "block_inappropriate", "minute", first_minute_left, day_in_minutes, day_in_minutes},
           {"block", "block_policy", "minute", first_minute_left, day_in_minutes, day_in_minutes},
           {"coverage", "coverage", "from_us", micros(end), day_in_micros, day_in_micros},
           {"clock_step", "clock_step", "at_us", micros(end), day_in_micros, day_in_micros},
           {"binding", "binding", "due_day", first_day_left, 1, 1},
           {"amendment", "amendment", "due_day", first_day_left, 1, 1},
           {"rule_match", "rule_match", "day", first_day_left, 1, 1},
           {"rule_book", "rule_book", "to_us", micros(end), day_in_micros, day_in_micros},
           {"withdrawal", "withdrawal", "end_us", micros(end), day_in_micros, day_in_micros},
           {"authorisation", "authorisation", "end_us", micros(end), day_in_micros, day_in_micros}}};
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
    Connection::make_way();
  }
}

std::int64_t first_hour_left(CivilDate cutoff) { return hours(london_midnight(next_day(cutoff))); }

void remove_minutes(Connection& connection, UsageBook& book, CivilDate cutoff) {
  constexpr std::int64_t rows_at_once = 2000;
  const std::int64_t bound = first_hour_left(cutoff);
  change(connection, book, [&] { book.pack_before(bound); });
  for (bool more = true; more;) {
    change(connection, book, [&] {
      const UsageBook::Removed removed = book.remove_before(bound, rows_at_once);
      carry(connection, "usage", removed.records);
      more = !removed.all;
    });
    if (more) Connection::make_way();
  }
}

/// Subjects that nothing names any more.
std::vector<std::int64_t> due_subjects(Connection& connection, UsageBook& book, CivilDate cutoff) {
  const std::vector<bool> named = book.subjects_since(days(next_day(cutoff)));
  std::vector<std::int64_t> due;
  Statement read(connection, "SELECT subject_id FROM subject WHERE last_day <= :cutoff");
  read.bind(":cutoff", days(cutoff));
  while (read.step()) {
    const auto subject = read.as<std::uint32_t>(0);
    if (subject >= named.size() || !named[subject]) due.push_back(subject);
  }
  return due;
}

constexpr const char* due_cases_sql = "FROM case_file WHERE closed_us < :bound";

/// In one transaction with whatever a writer may have put below the bound meanwhile.
void remove_subjects(Connection& connection, UsageBook& book, CivilDate cutoff, const DatedTables& tables) {
  change(connection, book, [&] {
    book.pack_before(first_hour_left(cutoff));
    constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
    carry(connection, "usage", book.remove_before(first_hour_left(cutoff), all).records);
    for (const DatedTable& due : tables) {
      Statement(connection, fmt::format("DELETE FROM {} WHERE {} < :bound", due.table, due.column))
          .bind(":bound", due.bound)
          .run();
      carry(connection, due.name, connection.changes());
    }
    const std::vector<std::int64_t> due = due_subjects(connection, book, cutoff);
    Statement remove(connection, "DELETE FROM subject WHERE subject_id = :subject");
    for (const std::int64_t subject : due) remove.bind(":subject", subject).run();
    carry(connection, "subject", due.size());
    book.remove_days_before(days(next_day(cutoff)));
    // What packed minutes left behind must not outlive the rows.
    book.wipe(OpenHour::Wipe::leftovers);
  });
  book.forget();
}

void remove_cases(Connection& connection, CivilDate cutoff) {
  Transaction transaction(connection);
  Statement(connection, fmt::format("DELETE {}", due_cases_sql))
      .bind(":bound", micros(london_midnight(next_day(cutoff))))
      .run();
  carry(connection, "case_file", connection.changes());
  transaction.commit();
}

std::map<std::string, std::uint64_t> count_due(Connection& connection, UsageBook& book, CivilDate cutoff,
                                               const DatedTables& tables) {
  std::map<std::string, std::uint64_t> rows;
  const auto put = [&](const char* name, std::uint64_t count) {
    if (count > 0) rows[name] += count;
  };
  const auto add = [&](const char* name, Statement& count) {
    if (count.step()) put(name, count.as<std::uint64_t>(0));
  };
  put("usage", book.count_before(first_hour_left(cutoff)));
  for (const DatedTable& due : tables) {
    Statement count(connection,
                    fmt::format("SELECT count(*) FROM {} WHERE {} < :bound", due.table, due.column));
    add(due.name, count.bind(":bound", due.bound));
  }
  put("subject", due_subjects(connection, book, cutoff).size());
  Statement cases(connection, fmt::format("SELECT count(*) {}", due_cases_sql));
  add("case_file", cases.bind(":bound", micros(london_midnight(next_day(cutoff)))));
  return rows;
}

CivilDate date_in(const DatedTable& table, std::int64_t value) {
  if (table.per_day == 1) return from_days(value);
  const std::int64_t unit = day_in_micros / table.per_day;
  return london_date(from_micros(value * unit));
}

std::optional<CivilDate> oldest_left(Connection& connection, UsageBook& book, CivilDate cutoff,
                                     const DatedTables& tables) {
  std::optional<CivilDate> oldest;
  if (const auto hour = book.oldest_hour(first_hour_left(cutoff)))
    oldest = london_date(from_minutes(*hour * 60));
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
    result.rows = count_due(connection, *impl_->book, cutoff, tables);
    result.oldest_left = oldest_left(connection, *impl_->book, cutoff, tables);
    result.open_cases = open_cases(connection);
    return result;
  }
  const std::uint64_t before = bytes_of(connection);
  remove_minutes(connection, *impl_->book, cutoff);
  for (const DatedTable& due : tables) remove_in_chunks(connection, due);
  remove_subjects(connection, *impl_->book, cutoff, tables);
  remove_cases(connection, cutoff);
  result.rows = carried(connection);
  result.oldest_left = oldest_left(connection, *impl_->book, cutoff, tables);
  result.open_cases = open_cases(connection);
  result.clean = scrub(connection);
  const std::uint64_t after = bytes_of(connection);
  result.bytes_returned = before > after ? before - after : 0;
  return result;
}

void Ledger::purge_certified() { forget_carried(impl_->connection); }

}  // namespace edgewatch::store
