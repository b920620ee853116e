#include "database.hpp"

#include "edgewatch/store/store_error.hpp"

#include "pack_minutes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

// Numbered files, embedded as they are. A published file is never edited: a change is a new number.
constexpr auto ledger_migrations = std::to_array<Migration>({
    {
        1,
#include "migrations/0001_initial.sql"
    },
    {
        2,
#include "migrations/0002_bypass_signs.sql"
    },
    {3,
#include "migrations/0003_minutes_in_hours.sql"
     , pack_minutes},
    {
        4,
#include "migrations/0004_bitemporal_bindings.sql"
    },
    {
        5,
#include "migrations/0005_in_force.sql"
    },
    {
        6,
#include "migrations/0006_rule_book.sql"
    },
    {
        7,
#include "migrations/0007_retention.sql"
    },
    {
        8,
#include "migrations/0008_catalogue.sql"
    },
    {
        9,
#include "migrations/0009_case_notes.sql"
    },
    {
        10,
#include "migrations/0010_day_seals.sql"
    },
    {
        11,
#include "migrations/0011_gateway_gap.sql"
    },
    {
        12,
#include "migrations/0012_case_kinds.sql"
    },
    {
        13,
#include "migrations/0013_access_requests.sql"
    },
    {
        14,
#include "migrations/0014_statistics.sql"
    },
    {
        15,
#include "migrations/0015_issued_documents.sql"
    },
    {
        16,
#include "migrations/0016_statistics_of_departments.sql"
    },
    {
        17,
#include "migrations/0017_coverage_by_hour.sql"
    },
    {
        18,
#include "migrations/0018_gateway_gap_uncounted.sql"
    },
});

constexpr auto audit_migrations = std::to_array<Migration>({{
    1,
#include "migrations/audit_0001_initial.sql"
}});

// What is written each minute is small, and a page is the least that is written: half of SQLite's usual page.
constexpr Blueprint ledger{"ledger", 0x4557'4c47, "NORMAL", 2048, ledger_migrations};  // "EWLG"
// An audit entry stands before the answer leaves, so it must also outlive a power cut.
constexpr Blueprint audit{"audit log", 0x4557'4155, "FULL", 4096, audit_migrations};  // "EWAU"

void refuse_strangers(Connection& connection, const Blueprint& blueprint) {
  const std::int64_t id = connection.number("PRAGMA application_id");
  const int version = schema_version(connection);
  const bool empty = connection.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (id != blueprint.application_id && !(id == 0 && version == 0 && empty)) {
    throw StoreError(78, fmt::format("{}: is not an edgewatch {}; name another file, or move this one away",
                                     connection.file().string(), blueprint.what));
  }
  if (const int newest = blueprint.migrations.back().number; version > newest) {
    throw StoreError(78, fmt::format("{}: has schema {}, and this program knows schemas up to {}; install "
                                     "the newer edgewatch again, or restore "
                                     "the backup made before the update",
                                     connection.file().string(), version, newest));
  }
}

void expect(Connection& connection, const char* pragma, std::int64_t value) {
  const std::int64_t found = connection.number(fmt::format("PRAGMA {}", pragma));
  if (found != value) {
    throw StoreError(
        78, fmt::format("{}: PRAGMA {} is {} and must be {}; this SQLite library cannot keep the ledger",
                        connection.file().string(), pragma, found, value));
  }
}

void set_pragmas(Connection& connection, const Blueprint& blueprint) {
  // Before the first table, or it stays off for the file's life.
  if (connection.number("PRAGMA page_count") == 0) {
    connection.execute(fmt::format("PRAGMA page_size = {}", blueprint.page_bytes));
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL");
  }
  const std::string journal = connection.text("PRAGMA journal_mode = WAL");
  if (!connection.in_memory() && journal != "wal") {
    throw StoreError(
        78, fmt::format("{}: cannot use write-ahead logging (journal mode {}); put it on a local disk",
                        connection.file().string(), journal));
  }
  connection.execute(fmt::format("PRAGMA synchronous = {}", blueprint.synchronous));
  // What is written over and over (pages of the hour that runs, a heartbeat) reaches the file once a
  // checkpoint.
  connection.execute("PRAGMA wal_autocheckpoint = 4000");
  connection.execute("PRAGMA secure_delete = ON");
  connection.execute("PRAGMA foreign_keys = ON");
  connection.execute("PRAGMA recursive_triggers = ON");
  connection.execute("PRAGMA trusted_schema = OFF");
  connection.execute("PRAGMA temp_store = MEMORY");  // no person in a temporary file
  // Set and asserted: a library built without them would leave deleted people in the file.
  expect(connection, "secure_delete", 1);
  expect(connection, "foreign_keys", 1);
  expect(connection, "auto_vacuum", 2);
}

void migrate(Connection& connection, const Blueprint& blueprint) {
  for (const Migration& migration : blueprint.migrations) {
    if (schema_version(connection) >= migration.number) continue;
    Transaction transaction(connection);
    // Asked again under the lock: another connection may have been first.
    if (schema_version(connection) < migration.number) {
      connection.execute(migration.sql);
      if (migration.then != nullptr) migration.then(connection);
      connection.execute(fmt::format("PRAGMA user_version = {}", migration.number));
      connection.execute(fmt::format("PRAGMA application_id = {}", blueprint.application_id));
    }
    transaction.commit();
  }
}

bool truncate_log(Connection& connection) {
  if (connection.in_memory()) return true;
  constexpr int attempts = 20;
  constexpr auto wait = std::chrono::milliseconds(50);
  constexpr auto usual = std::chrono::seconds(5);
  bool clean = false;
  // First what keeps no writer out, so that little is left to do while one waits.
  connection.execute("PRAGMA wal_checkpoint(PASSIVE)");
  connection.busy_timeout(wait);
  for (int i = 0; i < attempts && !clean; ++i) {
    // Where a writer is in a checkpoint of its own this one ends at once, so it needs some tries.
    if (i > 0) Connection::make_way();
    Statement checkpoint(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    clean = checkpoint.step() && checkpoint.number(0) == 0;
  }
  connection.busy_timeout(usual);
  return clean;
}

}  // namespace

const Blueprint& ledger_blueprint() { return ledger; }
const Blueprint& audit_blueprint() { return audit; }

int schema_version(Connection& connection) {
  return static_cast<int>(connection.number("PRAGMA user_version"));
}

void prepare(Connection& connection, const Blueprint& blueprint) {
  refuse_strangers(connection, blueprint);
  set_pragmas(connection, blueprint);
  migrate(connection, blueprint);
}

bool scrub(Connection& connection) {
  constexpr int pages_a_step = 256;
  // Each step is a short transaction of its own, so that a waiting writer gets in between.
  for (std::int64_t left = connection.number("PRAGMA freelist_count"); left > 0;) {
    connection.execute(fmt::format("PRAGMA incremental_vacuum({})", pages_a_step));
    const std::int64_t now = connection.number("PRAGMA freelist_count");
    if (now >= left) break;
    left = now;
    Connection::make_way();
  }
  return truncate_log(connection);
}

void back_up(Connection& connection, const std::filesystem::path& file) {
  Connection::make_private(file);
  Statement(connection, "VACUUM INTO :file").bind(":file", file.string()).run();
  Connection::flush(file);
}

void carry(Connection& connection, const std::string& name, std::uint64_t rows) {
  if (rows == 0) return;
  Statement(connection,
            "INSERT INTO purge_carry(name, rows) VALUES (:name, :rows) ON CONFLICT(name) DO UPDATE SET rows "
            "= rows + excluded.rows")
      .bind(":name", name)
      .bind(":rows", rows)
      .run();
}

std::map<std::string, std::uint64_t> carried(Connection& connection) {
  std::map<std::string, std::uint64_t> rows;
  Statement read(connection, "SELECT name, rows FROM purge_carry");
  while (read.step()) rows[read.text(0)] = read.as<std::uint64_t>(1);
  return rows;
}

void forget_carried(Connection& connection) { connection.execute("DELETE FROM purge_carry"); }

}  // namespace edgewatch::store
