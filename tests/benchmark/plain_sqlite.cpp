#include "plain_sqlite.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

namespace edgewatch::benchmark {
namespace {

std::int64_t minutes(UtcMinute minute) { return minute.time_since_epoch().count(); }

}  // namespace

// Names of people and services here end in their number.
int number_of(const std::string& text) { return std::stoi(text.substr(text.find_first_of("0123456789"))); }

PlainSqlite::PlainSqlite(const std::filesystem::path& file) {
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("sqlite cannot open it");
  execute("PRAGMA auto_vacuum = INCREMENTAL");
  execute("PRAGMA journal_mode = WAL");
  execute("PRAGMA synchronous = NORMAL");
  execute("PRAGMA secure_delete = ON");
  execute(
      "CREATE TABLE IF NOT EXISTS usage(minute INTEGER, subject INTEGER, service INTEGER, kind INTEGER, "
      "grade "
      "INTEGER, purpose INTEGER, seconds INTEGER, lower INTEGER, reasons INTEGER, name INTEGER, identity "
      "INTEGER, provenance INTEGER, binding INTEGER, PRIMARY KEY (minute, subject, service, kind, grade, "
      "purpose)) WITHOUT ROWID");
  put_ = prepare(
      "INSERT INTO usage VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET seconds = max(seconds, "
      "excluded.seconds), lower = max(lower, excluded.lower), reasons = reasons | excluded.reasons");
}

PlainSqlite::~PlainSqlite() {
  sqlite3_finalize(put_);
  sqlite3_close(handle_);
}

void PlainSqlite::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(handle_));
}

sqlite3_stmt* PlainSqlite::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(handle_));
  return statement;
}

void PlainSqlite::write(const std::vector<model::UsageSlice>& slices) {
  execute("BEGIN IMMEDIATE");
  for (const model::UsageSlice& slice : slices) {
    int at = 0;
    const auto bind = [&](std::int64_t value) { sqlite3_bind_int64(put_, ++at, value); };
    bind(minutes(slice.minute));
    bind(number_of(slice.subject.text()));
    bind(number_of(slice.service.text()));
    bind(static_cast<int>(slice.kind));
    bind(static_cast<int>(slice.grade));
    bind(static_cast<int>(slice.purpose));
    bind(slice.seconds);
    bind(slice.lower_seconds);
    bind(slice.reasons);
    bind(static_cast<int>(slice.weakest_name));
    bind(static_cast<int>(slice.weakest_identity));
    bind(1);
    bind(static_cast<std::int64_t>(slice.binding));
    if (sqlite3_step(put_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(handle_));
    sqlite3_reset(put_);
  }
  execute("COMMIT");
}

std::size_t PlainSqlite::count_of(const model::PersonId& person, const model::DateRange& dates) {
  sqlite3_stmt* read = prepare(
      "SELECT minute, service, kind, grade, purpose, seconds, lower, reasons, name, identity, provenance, "
      "binding FROM usage WHERE minute = ? AND subject = ?");
  const auto from = minutes(minute_of(london_midnight(dates.first)));
  const auto to = minutes(minute_of(london_midnight(next_day(dates.last))));
  std::size_t rows = 0;
  for (std::int64_t minute = from; minute < to; ++minute) {
    sqlite3_bind_int64(read, 1, minute);
    sqlite3_bind_int64(read, 2, number_of(person.text()));
    while (sqlite3_step(read) == SQLITE_ROW) ++rows;
    sqlite3_reset(read);
  }
  sqlite3_finalize(read);
  return rows;
}

std::uint64_t PlainSqlite::purge(CivilDate day) {
  const auto bound = minutes(minute_of(london_midnight(next_day(day))));
  execute(fmt::format("DELETE FROM usage WHERE minute < {}", bound).c_str());
  const auto rows = static_cast<std::uint64_t>(sqlite3_changes64(handle_));
  execute("PRAGMA incremental_vacuum");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return rows;
}

const char* const postgres_schema =
    "SET client_min_messages = warning;\n"
    "CREATE TABLE IF NOT EXISTS usage(minute integer, subject integer, service smallint, kind smallint, "
    "grade "
    "smallint, purpose smallint, seconds smallint, lower smallint, reasons integer, name smallint, identity "
    "smallint, provenance integer, binding bigint, PRIMARY KEY (minute, subject, service, kind, grade, "
    "purpose));\n"
    "CREATE TEMP TABLE told(LIKE usage) ON COMMIT DELETE ROWS;\n";
const char* const postgres_upsert =
    "INSERT INTO usage SELECT * FROM told ON CONFLICT (minute, subject, service, kind, grade, purpose) DO "
    "UPDATE SET seconds = greatest(usage.seconds, excluded.seconds), lower = greatest(usage.lower, "
    "excluded.lower), reasons = usage.reasons | excluded.reasons;\n";

std::string postgres_row(const model::UsageSlice& slice) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t1\t{}", minutes(slice.minute),
                     number_of(slice.subject.text()), number_of(slice.service.text()),
                     static_cast<int>(slice.kind), static_cast<int>(slice.grade),
                     static_cast<int>(slice.purpose), slice.seconds, slice.lower_seconds, slice.reasons,
                     static_cast<int>(slice.weakest_name), static_cast<int>(slice.weakest_identity),
                     slice.binding);
}

}  // namespace edgewatch::benchmark
