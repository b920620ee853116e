#include "edgewatch/store/ledger.hpp"

#include "held.hpp"
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
  const char* held;      ///< when a hold meets the row; nullptr: none ever does
};

using DatedTables = std::array<DatedTable, 16>;

constexpr std::int64_t day_in_minutes = std::chrono::minutes(std::chrono::days(1)).count();
constexpr std::int64_t day_in_micros = Duration(std::chrono::days(1)).count();

DatedTables dated_tables(CivilDate cutoff) {
  const Timestamp end = london_midnight(next_day(cutoff));
  const std::int64_t first_day_left = days(next_day(cutoff));
  const std::int64_t first_minute_left = minutes(minute_of(end));
  return {
      {{"exclusion", "exclusion", "utc_day", first_day_left, 1, 1, held_when::exclusion},
       {"block", "block_inappropriate", "minute", first_minute_left, day_in_minutes, day_in_minutes,
        held_when::block},
       {"block", "block_policy", "minute", first_minute_left, day_in_minutes, day_in_minutes, nullptr},
       {"coverage", "coverage", "from_us", micros(end), day_in_micros, day_in_micros, held_when::coverage},
       {"gateway_gap", "gateway_gap", "from_us", micros(end), day_in_micros, day_in_micros, nullptr},
       {"clock_step", "clock_step", "at_us", micros(end), day_in_micros, day_in_micros,
        held_when::clock_step},
       {"binding", "binding", "due_day", first_day_left, 1, 1, held_when::binding},
       {"amendment", "amendment", "due_day", first_day_left, 1, 1, held_when::amendment},
       {"rule_match", "rule_match", "day", first_day_left, 1, 1, nullptr},
       {"rule_book", "rule_book", "to_us", micros(end), day_in_micros, day_in_micros, nullptr},
       {"withdrawal", "withdrawal", "end_us", micros(end), day_in_micros, day_in_micros,
        held_when::withdrawal},
       {"authorisation", "authorisation", "end_us", micros(end), day_in_micros, day_in_micros,
        held_when::authorisation},
       {"hold", "hold", "end_day", first_day_left, 1, 1, nullptr},
       {"day_salt", "day_salt", "day", first_day_left, 1, 1, held_when::day_salt},
       {"day_seal", "day_seal", "day", first_day_left, 1, 1, held_when::day_seal},
       {"access_request", "access_request", "entered_us", micros(end), day_in_micros, day_in_micros,
        nullptr}}};
}

/// Deletes in short transactions, so that the thread that writes minutes never waits long.
void remove_in_chunks(Connection& connection, const DatedTable& due, const Held& held) {
  Statement oldest(connection, fmt::format("SELECT min({0}) FROM {1} WHERE {0} >= :from AND {0} < :bound{2}",
                                           due.column, due.table, held.spared(due.held)));
  Statement remove(connection, fmt::format("DELETE FROM {1} WHERE {0} >= :from AND {0} < :bound{2}",
                                           due.column, due.table, held.spared(due.held)));
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  oldest.bind(":from", from).bind(":bound", due.bound);
  while (oldest.step() && !oldest.is_null(0)) {
    const std::int64_t bound = std::min(due.bound, oldest.number(0) + due.chunk);
    oldest.reset();
    Transaction transaction(connection);
    remove.bind(":from", from).bind(":bound", bound).run();
    carry(connection, due.name, connection.changes());
    transaction.commit();
    from = bound;
    oldest.bind(":from", from);
    Connection::make_way();
  }
}

std::int64_t first_hour_left(CivilDate cutoff) { return hours(london_midnight(next_day(cutoff))); }

void remove_minutes(Connection& connection, UsageBook& book, CivilDate cutoff, const Held& held) {
  constexpr std::int64_t rows_at_once = 2000;
  const std::int64_t bound = first_hour_left(cutoff);
  change(connection, book, [&] { book.pack_before(bound); });
  std::int64_t behind = -1;
  for (bool more = true; more;) {
    change(connection, book, [&] {
      const UsageBook::Removed removed = book.remove_before(bound, rows_at_once, behind, held);
      carry(connection, "usage", removed.records);
      behind = removed.last;
      more = !removed.all;
    });
    if (more) Connection::make_way();
  }
}

/// Subjects that nothing names any more.
std::vector<std::int64_t> due_subjects(Connection& connection, UsageBook& book, CivilDate cutoff,
                                       const Held& held) {
  const std::vector<bool> named = book.subjects_since(days(next_day(cutoff)));
  std::vector<std::int64_t> due;
  Statement read(connection, "SELECT subject_id FROM subject WHERE last_day <= :cutoff");
  read.bind(":cutoff", days(cutoff));
  while (read.step()) {
    const auto subject = read.as<std::uint32_t>(0);
    const bool is_named = (subject < named.size() && named[subject]) || held.names(subject);
    if (!is_named) due.push_back(subject);
  }
  return due;
}

std::string due_cases_sql(const Held& held) {
  return "FROM case_file WHERE closed_us < :bound" + held.spared(held_when::case_file);
}

std::string due_notes_sql(const char* verb, const Held& held) {
  return fmt::format("{} FROM case_note WHERE reference IN (SELECT reference {})", verb, due_cases_sql(held));
}

/// In one transaction with whatever a writer may have put below the bound meanwhile.
void remove_subjects(Connection& connection, UsageBook& book, CivilDate cutoff, const DatedTables& tables,
                     const Held& held) {
  change(connection, book, [&] {
    book.pack_before(first_hour_left(cutoff));
    constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();
    carry(connection, "usage", book.remove_before(first_hour_left(cutoff), all, -1, held).records);
    for (const DatedTable& due : tables) {
      Statement(connection, fmt::format("DELETE FROM {} WHERE {} < :bound{}", due.table, due.column,
                                        held.spared(due.held)))
          .bind(":bound", due.bound)
          .run();
      carry(connection, due.name, connection.changes());
    }
    const std::vector<std::int64_t> due = due_subjects(connection, book, cutoff, held);
    Statement remove(connection, "DELETE FROM subject WHERE subject_id = :subject");
    for (const std::int64_t subject : due) remove.bind(":subject", subject).run();
    carry(connection, "subject", due.size());
    book.remove_days_before(days(next_day(cutoff)));
    // What packed minutes left behind must not outlive the rows.
    book.wipe(OpenHour::Wipe::leftovers);
  });
  book.forget();
}

void remove_cases(Connection& connection, CivilDate cutoff, const Held& held) {
  Transaction transaction(connection);
  Statement(connection, due_notes_sql("DELETE", held))
      .bind(":bound", micros(london_midnight(next_day(cutoff))))
      .run();
  carry(connection, "case_note", connection.changes());
  Statement(connection, "DELETE " + due_cases_sql(held))
      .bind(":bound", micros(london_midnight(next_day(cutoff))))
      .run();
  carry(connection, "case_file", connection.changes());
  transaction.commit();
}

std::map<std::string, std::uint64_t> count_due(Connection& connection, UsageBook& book, CivilDate cutoff,
                                               const DatedTables& tables, const Held& held) {
  std::map<std::string, std::uint64_t> rows;
  const auto put = [&](const char* name, std::uint64_t count) {
    if (count > 0) rows[name] += count;
  };
  const auto add = [&](const char* name, Statement& count) {
    if (count.step()) put(name, count.as<std::uint64_t>(0));
  };
  put("usage", book.count_before(first_hour_left(cutoff), held, UsageBook::Due::free));
  for (const DatedTable& due : tables) {
    Statement count(connection, fmt::format("SELECT count(*) FROM {} WHERE {} < :bound{}", due.table,
                                            due.column, held.spared(due.held)));
    add(due.name, count.bind(":bound", due.bound));
  }
  put("subject", due_subjects(connection, book, cutoff, held).size());
  Statement cases(connection, "SELECT count(*) " + due_cases_sql(held));
  add("case_file", cases.bind(":bound", micros(london_midnight(next_day(cutoff)))));
  Statement notes(connection, due_notes_sql("SELECT count(*)", held));
  add("case_note", notes.bind(":bound", micros(london_midnight(next_day(cutoff)))));
  return rows;
}

/// Rows past their time that a hold keeps.
std::uint64_t count_held(Connection& connection, UsageBook& book, CivilDate cutoff, const DatedTables& tables,
                         const Held& held) {
  if (!held.any()) return 0;
  std::uint64_t rows = book.count_before(first_hour_left(cutoff), held, UsageBook::Due::held);
  const auto add = [&](const std::string& sql, std::int64_t bound) {
    Statement count(connection, sql);
    if (count.bind(":bound", bound).step()) rows += count.as<std::uint64_t>(0);
  };
  for (const DatedTable& due : tables) {
    add(fmt::format("SELECT count(*) FROM {} WHERE {} < :bound{}", due.table, due.column,
                    held.kept(due.held)),
        due.bound);
  }
  add("SELECT count(*) FROM case_file WHERE closed_us < :bound" + held.kept(held_when::case_file),
      micros(london_midnight(next_day(cutoff))));
  return rows;
}

std::uint64_t count_all(Connection& connection, UsageBook& book, const DatedTables& tables) {
  std::uint64_t rows = book.records();
  for (const DatedTable& table : tables) {
    rows +=
        static_cast<std::uint64_t>(connection.number(fmt::format("SELECT count(*) FROM {}", table.table)));
  }
  for (const char* table : {"subject", "case_file", "case_note"})
    rows += static_cast<std::uint64_t>(connection.number(fmt::format("SELECT count(*) FROM {}", table)));
  return rows;
}

/// What was deleted before secure_delete was in force lies in free space, which only rewriting the file
/// clears. Before anything is said to be gone.
void rewrite_once(Connection& connection) {
  if (connection.number("SELECT rewritten FROM retention_state") != 0) return;
  connection.execute("VACUUM");
  connection.execute("UPDATE retention_state SET rewritten = 1");
}

CivilDate date_in(const DatedTable& table, std::int64_t value) {
  if (table.per_day == 1) return from_days(value);
  const std::int64_t unit = day_in_micros / table.per_day;
  return london_date(from_micros(value * unit));
}

/// Of what is not due, and of what is held.
std::optional<CivilDate> oldest_left(Connection& connection, UsageBook& book, CivilDate cutoff,
                                     const DatedTables& tables, const Held& held) {
  std::optional<CivilDate> oldest;
  const auto take = [&](CivilDate date) { oldest = oldest ? std::min(*oldest, date) : date; };
  if (const auto hour = book.oldest_hour(first_hour_left(cutoff)))
    take(london_date(from_minutes(*hour * 60)));
  for (const DatedTable& table : tables) {
    for (const std::string& left : {std::string(" >= :bound"), " < :bound" + held.kept(table.held)}) {
      Statement first(connection,
                      fmt::format("SELECT min({0}) FROM {1} WHERE {0}{2}", table.column, table.table, left));
      first.bind(":bound", table.bound);
      if (first.step() && !first.is_null(0)) take(date_in(table, first.number(0)));
    }
  }
  if (held.any()) {
    Statement minutes(connection,
                      "SELECT min(hour) FROM usage WHERE place < :bound" + held.kept(held_when::usage));
    minutes.bind(":bound", place_of(first_hour_left(cutoff), 0));
    if (minutes.step() && !minutes.is_null(0)) take(london_date(from_minutes(minutes.number(0) * 60)));
  }
  Statement cases(connection, "SELECT min(opened_us) FROM case_file");
  if (cases.step() && !cases.is_null(0)) take(london_date(from_micros(cases.number(0))));
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

PurgeResult Ledger::purge(CivilDate cutoff, PurgeMode mode, const std::vector<model::Hold>& holds) {
  Connection& connection = impl_->connection;
  UsageBook& book = *impl_->book;
  const auto tables = dated_tables(cutoff);
  const Held held(connection, holds);
  PurgeResult result;
  result.cutoff = cutoff;
  if (mode == PurgeMode::dry_run) {
    const Snapshot snapshot(connection);
    result.rows = count_due(connection, book, cutoff, tables, held);
    result.all_rows = count_all(connection, book, tables);
    result.held_rows = count_held(connection, book, cutoff, tables, held);
    result.oldest_left = oldest_left(connection, book, cutoff, tables, held);
    result.open_cases = open_cases(connection);
    return result;
  }
  const std::uint64_t before = bytes_of(connection);
  remove_minutes(connection, book, cutoff, held);
  for (const DatedTable& due : tables) remove_in_chunks(connection, due, held);
  remove_subjects(connection, book, cutoff, tables, held);
  remove_cases(connection, cutoff, held);
  result.rows = carried(connection);
  result.held_rows = count_held(connection, book, cutoff, tables, held);
  result.oldest_left = oldest_left(connection, book, cutoff, tables, held);
  result.open_cases = open_cases(connection);
  rewrite_once(connection);
  result.clean = scrub(connection);
  const std::uint64_t after = bytes_of(connection);
  result.bytes_returned = before > after ? before - after : 0;
  return result;
}

void Ledger::purge_certified() {
  forget_carried(impl_->connection);
  impl_->connection.execute("UPDATE retention_state SET confirmed_day = NULL");
}

RetentionState Ledger::retention() const {
  RetentionState state;
  Statement read(impl_->connection,
                 "SELECT trusted_us, excused_us, certified_us, confirmed_day FROM retention_state");
  if (!read.step()) return state;
  const auto instant = [&](int column) {
    return read.is_null(column) ? std::nullopt : std::optional(from_micros(read.number(column)));
  };
  state.trusted = instant(0);
  state.excused = instant(1);
  state.certified = instant(2);
  if (!read.is_null(3)) state.confirmed = from_days(read.number(3));
  return state;
}

void Ledger::keep(const RetentionState& state) {
  Statement put(impl_->connection,
                "UPDATE retention_state SET trusted_us = :trusted, excused_us = :excused, certified_us = "
                ":certified, confirmed_day = :confirmed");
  const auto bind = [&](const char* name, std::optional<std::int64_t> value) {
    value ? put.bind(name, *value) : put.bind_null(name);
  };
  const auto instant = [](const std::optional<Timestamp>& at) {
    return at ? std::optional(micros(*at)) : std::nullopt;
  };
  bind(":trusted", instant(state.trusted));
  bind(":excused", instant(state.excused));
  bind(":certified", instant(state.certified));
  bind(":confirmed", state.confirmed ? std::optional(days(*state.confirmed)) : std::nullopt);
  put.run();
}

}  // namespace edgewatch::store
