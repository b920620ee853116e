#include "connection.hpp"

#include "edgewatch/store/store_error.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::store {
namespace {

constexpr auto patience = std::chrono::seconds(5);
constexpr int ms_between_tries = 1;
constexpr int ms_for_others =
    5;  // so that somebody who tries every millisecond gets in, on a busy machine too

/// CONTRACT exit codes: 75 for what may pass by itself, 74 for the rest.
int exit_code_of(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_BUSY || primary == SQLITE_LOCKED ? 75 : 74;
}

const char* advice_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "; another program holds it: try again";
    case SQLITE_FULL:
      return "; the disk is full: free some space";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return "; it is no sound SQLite file: restore the backup";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "; check that the folder exists and that this user may write there";
    default:
      return "";
  }
}

}  // namespace

Connection::Connection(const std::filesystem::path& file) : file_(file) {
  if (!in_memory()) {
    file_ = std::filesystem::absolute(file);
    make_private(file_);
  }
  constexpr int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(file_.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    throw StoreError(74, fmt::format("{}: cannot be opened: {}", file_.string(), why));
  }
  busy_timeout(patience);
}

// SQLite would make the file with the process's umask; personal data is nobody else's to read, so it is made
// by us first.
void Connection::make_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  const bool fine = fd >= 0 && ::fchmod(fd, 0600) == 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!fine) {
    throw StoreError(
        74, fmt::format(
                "{}: cannot be opened: {}; check that the folder exists and that this user may write there",
                file.string(), std::strerror(why)));
  }
}

void Connection::flush(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const bool fine = fd >= 0 && ::fsync(fd) == 0;
  const int why = errno;
  if (fd >= 0) ::close(fd);
  if (!fine)
    throw StoreError(74,
                     fmt::format("{}: cannot be written to the disk: {}", file.string(), std::strerror(why)));
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

bool Connection::in_memory() const { return file_ == ":memory:"; }

void Connection::busy_timeout(std::chrono::milliseconds wait) {
  patience_ = wait;
  sqlite3_busy_handler(handle_, &Connection::wait_a_little, this);
}

// SQLite's own waiting grows to 100 ms a try, in which a purge could take the lock a dozen times.
int Connection::wait_a_little(void* connection, int waited) {
  const std::chrono::milliseconds most = static_cast<Connection*>(connection)->patience_;
  if (std::chrono::milliseconds(waited) * ms_between_tries >= most) return 0;
  sqlite3_sleep(ms_between_tries);
  return 1;
}

void Connection::make_way() { sqlite3_sleep(ms_for_others); }

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(sql.substr(0, sql.find('\n')));
}

std::int64_t Connection::number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Connection::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}

std::uint64_t Connection::changes() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle_)); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Connection::fail(const std::string& doing) const {
  const int code = sqlite3_extended_errcode(handle_);
  throw StoreError(
      exit_code_of(code),
      fmt::format("{}: {} ({}){}", file_.string(), sqlite3_errmsg(handle_), doing, advice_of(code)),
      (code & 0xff) == SQLITE_FULL ? StoreError::Cause::disk_full : StoreError::Cause::other);
}

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
  if (sqlite3_prepare_v2(connection.handle_, sql.data(), static_cast<int>(sql.size()), &handle_, nullptr) !=
      SQLITE_OK) {
    connection.fail(std::string(sql));
  }
}

Statement::~Statement() { sqlite3_finalize(handle_); }

int Statement::index(const char* name) const {
  const int found = sqlite3_bind_parameter_index(handle_, name);
  if (found == 0) throw std::logic_error(fmt::format("no parameter {} in: {}", name, sqlite3_sql(handle_)));
  return found;
}

Statement& Statement::bind_number(const char* name, std::int64_t value) {
  if (sqlite3_bind_int64(handle_, index(name), value) != SQLITE_OK) connection_.fail(name);
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view text) {
  // An empty view may hold no pointer, which SQLite would take for NULL.
  const char* from = text.data() != nullptr ? text.data() : "";
  if (sqlite3_bind_text64(handle_, index(name), from, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK)
    connection_.fail(name);
  return *this;
}

Statement& Statement::bind(const char* name, Bytes blob) {
  if (sqlite3_bind_blob64(handle_, index(name), blob.data(), blob.size(), SQLITE_TRANSIENT) != SQLITE_OK)
    connection_.fail(name);
  return *this;
}

Statement& Statement::bind_null(const char* name) {
  if (sqlite3_bind_null(handle_, index(name)) != SQLITE_OK) connection_.fail(name);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  try {
    connection_.fail(sqlite3_sql(handle_));
  } catch (const StoreError&) {
    reset();  // ready for other values, as after a run
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() { sqlite3_reset(handle_); }

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(handle_, column); }

std::string Statement::text(int column) const {
  const unsigned char* from = sqlite3_column_text(handle_, column);
  if (from == nullptr) return {};
  return {reinterpret_cast<const char*>(from),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::vector<std::uint8_t> Statement::blob(int column) const {
  const auto* from = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  if (from == nullptr) return {};
  return {from, from + sqlite3_column_bytes(handle_, column)};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // After a full disk or an I/O error SQLite has rolled back by itself, and a second ROLLBACK would be an
  // error.
  if (!open_ || !connection_.in_transaction()) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const StoreError&) {
    // A failed rollback leaves the journal to the next opening, which is what the journal is for.
    open_ = false;
  }
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

Snapshot::Snapshot(Connection& connection) : connection_(connection) { connection_.execute("BEGIN"); }

Snapshot::~Snapshot() {
  try {
    if (connection_.in_transaction()) connection_.execute("COMMIT");
  } catch (const StoreError&) {
    // Nothing was written; closing the connection ends the read too.
    return;
  }
}

}  // namespace edgewatch::store
