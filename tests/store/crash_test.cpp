// What a kill, and what damage to the write-ahead log, leaves of a ledger (ENFORCEMENT, goals R1 and R2): a
// beginning of what was committed, whole batch by whole batch, never less than was acknowledged. As often as
// the goals ask for where EDGEWATCH_AT_LENGTH is set (ctest -R store/crashes_at_length), else a tenth of it.
#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgewatch::store {
namespace {

int as_often_as(int goal) { return std::getenv("EDGEWATCH_AT_LENGTH") != nullptr ? goal : goal / 10; }

constexpr int people = 60;
constexpr int calls_a_minute = 3;  // usage, coverage, blocks: a transaction each
const model::DateRange always = dates("2000-01-01", "2099-12-31");

UtcMinute minute_of_call(int call) {
  return minute("2026-11-17T00:00Z") + std::chrono::minutes(call / calls_a_minute);
}

int seconds_of(int person, UtcMinute at) {
  return 1 + static_cast<int>((at.time_since_epoch().count() * 7 + person) % 60);
}

/// The transactions that every ledger here is made of, in their order.
void make_call(Ledger& ledger, int call) {
  const UtcMinute at = minute_of_call(call);
  if (call % calls_a_minute == 0) {
    std::vector<model::UsageSlice> slices;
    slices.reserve(people);
    for (int i = 0; i < people; ++i)
      slices.push_back(slice("p" + std::to_string(100 + i), "video", format_minute(at), seconds_of(i, at)));
    ledger.write(slices);
  } else if (call % calls_a_minute == 1) {
    model::Coverage watched;
    watched.source = "eth0";
    watched.interval = {Timestamp(at), Timestamp(at + std::chrono::minutes(1))};
    ledger.write(std::vector{watched});
  } else {
    model::BlockCount block;
    block.minute = at;
    block.person = model::PersonId("p100");
    block.rule = model::RuleId("r-1");
    block.rule_class = model::RuleClass::inappropriate;
    block.attempts = 1;
    ledger.write(std::vector{block});
  }
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &handle_), SQLITE_OK);
  }
  ~Reader() { sqlite3_close(handle_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::int64_t number(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr), SQLITE_OK) << sql;
    const std::int64_t value =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* handle_ = nullptr;
};

/// How many of the calls the file holds, having made sure that it is sound and holds those whole and no
/// others.
int calls_in(const std::filesystem::path& file) {
  const Ledger ledger(file);
  Reader reader(file);
  EXPECT_EQ(reader.number("SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
  EXPECT_EQ(reader.number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  const auto records = static_cast<std::int64_t>(ledger.status().usage_rows);
  EXPECT_EQ(records % people, 0) << "a batch in part";
  const std::int64_t batches = records / people;
  const std::int64_t covered = reader.number("SELECT count(*) FROM coverage");
  const std::int64_t blocked = reader.number("SELECT count(*) FROM block_inappropriate");
  const std::int64_t calls = batches + covered + blocked;
  EXPECT_EQ(batches, (calls + 2) / calls_a_minute) << "calls that are no beginning of what was told";
  EXPECT_EQ(covered, (calls + 1) / calls_a_minute);
  EXPECT_EQ(blocked, calls / calls_a_minute);
  // Person by person: what is packed and what is open are the same minutes with the same seconds.
  for (const int person : {0, people / 2, people - 1}) {
    const auto rows = ledger.usage(authority("p" + std::to_string(100 + person)), always);
    EXPECT_EQ(static_cast<std::int64_t>(rows.size()), batches);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const UtcMinute at = minute_of_call(static_cast<int>(i) * calls_a_minute);
      EXPECT_EQ(rows[i].minute, at);
      EXPECT_EQ(int{rows[i].seconds}, seconds_of(person, at));
    }
  }
  return static_cast<int>(calls);
}

/// A process that writes from a call on and says after each that it is done.
class Writer {
 public:
  Writer(const std::filesystem::path& file, int from) {
    EXPECT_EQ(::pipe(pipe_.data()), 0);
    child_ = ::fork();
    if (child_ == 0) write(file, from);
    ::close(pipe_[1]);
  }
  ~Writer() { ::close(pipe_[0]); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Waits for some calls to be acknowledged and some time more, kills, and says how many were.
  int kill_after(int calls, std::chrono::microseconds more) {
    int acknowledged = 0;
    char done = 0;
    while (acknowledged < calls && ::read(pipe_[0], &done, 1) == 1) ++acknowledged;
    const auto until = std::chrono::steady_clock::now() + more;
    while (std::chrono::steady_clock::now() < until) {
    }
    ::kill(child_, SIGKILL);
    while (::read(pipe_[0], &done, 1) == 1) ++acknowledged;
    int how = 0;
    ::waitpid(child_, &how, 0);
    EXPECT_TRUE(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) << "the writer ended by itself";
    return acknowledged;
  }

 private:
  [[noreturn]] void write(const std::filesystem::path& file, int from) {
    try {
      Ledger ledger(file);
      for (int call = from;; ++call) {
        make_call(ledger, call);
        const char done = '.';
        if (::write(pipe_[1], &done, 1) != 1) break;
      }
    } catch (const StoreError& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(1);
  }

  std::array<int, 2> pipe_{};
  ::pid_t child_ = 0;
};

TEST(Crash, KillsLoseNothingAcknowledgedAndLeaveNoPartOfABatch) {
  const int kills = as_often_as(200);
  const Folder folder;
  { const Ledger ledger(folder / "ledger.db"); }
  std::mt19937 random(17);
  int there = 0;
  int beyond = 0;
  for (int kill = 0; kill < kills && !::testing::Test::HasFailure(); ++kill) {
    Writer writer(folder / "ledger.db", there);
    const int calls = std::uniform_int_distribution(0, 60)(random);
    const auto more = std::chrono::microseconds(std::uniform_int_distribution(0, 3000)(random));
    const int acknowledged = there + writer.kill_after(calls, more);
    there = calls_in(folder / "ledger.db");
    EXPECT_GE(there, acknowledged) << "kill " << kill;
    EXPECT_LE(there, acknowledged + 1) << "kill " << kill;
    beyond += there - acknowledged;
  }
  std::printf("%d kills, %d transactions, %d minute records; committed and not yet acknowledged: %d\n", kills,
              there, (there + 2) / calls_a_minute * people, beyond);
  EXPECT_GT(there, kills * 20);
}

/// A ledger as a power cut may leave it: part in its file, part in the log, behind whose end lie bytes of
/// before.
std::filesystem::path cut_off(const Folder& folder) {
  const std::filesystem::path file = folder / "ledger.db";
  const std::filesystem::path copy = folder / "copy.db";
  Ledger ledger(file);
  int call = 0;
  while (call < 600) make_call(ledger, call++);
  EXPECT_EQ(Reader(file).number("PRAGMA wal_checkpoint(PASSIVE)"), 0);
  while (call < 900) make_call(ledger, call++);
  for (const char* log : {"", "-wal"}) std::filesystem::copy_file(file.string() + log, copy.string() + log);
  return copy;
}

class Log {
 public:
  explicit Log(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    bytes_.assign((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  /// Cut at a random place, or with one to eight bits turned.
  [[nodiscard]] std::string damaged(std::mt19937& random) const {
    std::string bytes = bytes_;
    const auto below = [&](std::size_t bound) {
      return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    if (below(2) == 0) {
      bytes.resize(below(bytes.size()));
    } else {
      for (std::size_t flips = 1 + below(8); flips > 0; --flips) {
        char& byte = bytes[below(bytes.size())];
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << below(8)));
      }
    }
    return bytes;
  }

 private:
  std::string bytes_;
};

TEST(Crash, CutsAndTurnedBitsOfTheLogLeaveABeginningOfWhatWasCommitted) {
  const int times = as_often_as(1000);
  const Folder folder;
  const std::filesystem::path copy = cut_off(folder);
  const Log log(copy.string() + "-wal");
  ASSERT_GT(log.size(), 100'000U);
  std::mt19937 random(17);
  std::map<int, int> found;
  for (int i = 0; i < times && !::testing::Test::HasFailure(); ++i) {
    const std::filesystem::path file = folder / "damaged.db";
    for (const char* name : {"-wal", "-shm"}) std::filesystem::remove(file.string() + name);
    std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
    std::ofstream(file.string() + "-wal", std::ios::binary) << log.damaged(random);
    const int calls = calls_in(file);
    EXPECT_GE(calls, 600) << "what had reached the file, damage " << i;
    EXPECT_LE(calls, 900) << "damage " << i;
    ++found[calls];
  }
  std::printf("%d damaged logs of %zu bytes: %zu different beginnings, whole %d times\n", times, log.size(),
              found.size(), found[900]);
  EXPECT_GT(found.size(), 20U) << "damage that reached nothing would show nothing";
}

}  // namespace
}  // namespace edgewatch::store
