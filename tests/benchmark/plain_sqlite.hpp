// The ledger's peers: what anybody would write first. A row a minute record, the time first in its key.
#pragma once

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/usage.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace edgewatch::benchmark {

/// One connection with the ledger's own settings: WAL, synchronous=NORMAL, secure_delete.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::filesystem::path& file);
  ~PlainSqlite();
  PlainSqlite(const PlainSqlite&) = delete;
  PlainSqlite& operator=(const PlainSqlite&) = delete;

  void write(const std::vector<model::UsageSlice>& slices);
  [[nodiscard]] std::size_t count_of(const model::PersonId& person, const model::DateRange& dates);
  std::uint64_t purge(CivilDate day);

 private:
  void execute(const char* sql);
  sqlite3_stmt* prepare(const char* sql);
  sqlite3* handle_ = nullptr;
  sqlite3_stmt* put_ = nullptr;
};

/// What texts stand for, so that the peers too write numbers.
[[nodiscard]] int number_of(const std::string& text);

extern const char* const postgres_schema;
extern const char* const postgres_upsert;
[[nodiscard]] std::string postgres_row(const model::UsageSlice& slice);

}  // namespace edgewatch::benchmark
