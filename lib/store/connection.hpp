// Small RAII over SQLite: a connection, a statement, a transaction. Private to this module; every failure is
// a StoreError that names the file. One connection and what hangs on it belong to one thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/time.hpp"

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace edgewatch::store {

class Connection {
 public:
  /// Opens or makes the file, mode 0600 (SQLite gives -wal and -shm the same). `:memory:` is a database of
  /// its own.
  explicit Connection(const std::filesystem::path& file);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs statements that return nothing we want.
  void execute(const std::string& sql);
  /// First column of the first row, 0 where there is none.
  [[nodiscard]] std::int64_t number(const std::string& sql);
  [[nodiscard]] std::string text(const std::string& sql);
  /// Rows that the last statement inserted, changed or removed.
  [[nodiscard]] std::uint64_t changes() const;
  [[nodiscard]] bool in_transaction() const;
  void busy_timeout(std::chrono::milliseconds wait);
  /// Between two transactions of a long work: waits long enough for another connection to take the lock.
  static void make_way();
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  [[nodiscard]] bool in_memory() const;

  [[noreturn]] void fail(const std::string& doing) const;

  /// Makes the file, or takes it as it is, for this user alone. SQLite would make it with the process's
  /// umask.
  static void make_private(const std::filesystem::path& file);
  /// What was written to it is on the disk.
  static void flush(const std::filesystem::path& file);

 private:
  friend class Statement;
  static int wait_a_little(void* connection, int waited);
  std::filesystem::path file_;
  sqlite3* handle_ = nullptr;
  std::chrono::milliseconds patience_{0};
};

/// A prepared statement. Parameters are bound by name; columns are read in the order of the SELECT.
class Statement {
 public:
  Statement(Connection& connection, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <std::integral Number>
  Statement& bind(const char* name, Number value) {
    return bind_number(name, static_cast<std::int64_t>(value));
  }
  Statement& bind(const char* name, std::string_view text);
  Statement& bind(const char* name, Bytes blob);
  Statement& bind_null(const char* name);

  /// Whether there is a (further) row.
  [[nodiscard]] bool step();
  /// Runs to the end and makes the statement ready for the next values.
  void run();
  void reset();

  [[nodiscard]] std::int64_t number(int column) const;
  /// A stored number that is an enumerator or a count of ours.
  template <class T>
  [[nodiscard]] T as(int column) const {
    return static_cast<T>(number(column));
  }
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  Statement& bind_number(const char* name, std::int64_t value);
  [[nodiscard]] int index(const char* name) const;
  Connection& connection_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Takes the write lock at once (BEGIN IMMEDIATE), so that a busy database is met here and not half way;
/// rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// Several reads of one moment.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

}  // namespace edgewatch::store
