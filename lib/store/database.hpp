// One of our SQLite files, opened the way all of them are: private, checked, migrated. Private to this
// module.
#pragma once

#include "connection.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace edgewatch::store {

struct Migration {
  int number;  ///< 1, 2, ... without a hole; the file's user_version after it
  const char* sql;
  void (*then)(Connection&) = nullptr;  ///< what SQL cannot do, in the same transaction
};

struct Blueprint {
  const char* what;             ///< for people: "ledger"
  std::int32_t application_id;  ///< in the file's header, so that another program's file is never touched
  const char* synchronous;      ///< NORMAL or FULL
  int page_bytes;               ///< of a new file; one that is there keeps its own
  std::span<const Migration> migrations;
};

[[nodiscard]] const Blueprint& ledger_blueprint();
[[nodiscard]] const Blueprint& audit_blueprint();

/// Sets and checks what every file of ours needs (WAL, secure_delete, incremental vacuum, foreign keys) and
/// brings the schema up to date, each migration in a transaction of its own. Throws StoreError 78 for a newer
/// schema or another program's file, before anything is written to it.
void prepare(Connection& connection, const Blueprint& blueprint);
[[nodiscard]] int schema_version(Connection& connection);

/// Gives freed pages back and empties the write-ahead log, in small steps with bounded waiting. False while
/// somebody still reads: then bytes of what was deleted are still in the log.
[[nodiscard]] bool scrub(Connection& connection);

/// A whole copy of one moment, on the disk when this returns (mode 0600); who writes is not kept waiting. The
/// file must not be there.
void back_up(Connection& connection, const std::filesystem::path& file);

/// Adds to what the next certificate must name; call it in the transaction that removes the rows.
void carry(Connection& connection, const std::string& name, std::uint64_t rows);
[[nodiscard]] std::map<std::string, std::uint64_t> carried(Connection& connection);
void forget_carried(Connection& connection);

}  // namespace edgewatch::store
