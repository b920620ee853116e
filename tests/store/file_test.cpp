#include "edgewatch/store/audit_store.hpp"
#include "edgewatch/store/ledger.hpp"

#include "connection.hpp"
#include "ledger_support.hpp"
#include "support/source_folder.hpp"

#include <array>
#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace edgewatch::store {
namespace {

using ::testing::HasSubstr;

void run_sql(const std::filesystem::path& file, const char* sql) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  char* why = nullptr;
  EXPECT_EQ(sqlite3_exec(other, sql, nullptr, nullptr, &why), SQLITE_OK)
      << sql << ": " << (why != nullptr ? why : "");
  sqlite3_free(why);
  sqlite3_close(other);
}

std::int64_t number(const std::filesystem::path& file, const char* sql) {
  sqlite3* other = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(other, sql, -1, &statement, nullptr), SQLITE_OK) << sql;
  const std::int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
  sqlite3_finalize(statement);
  sqlite3_close(other);
  return value;
}

/// The file that the version with that schema wrote: rows are in the dump.
void make_ledger_of_schema_2(const std::filesystem::path& file) {
  std::ifstream in(support::source_folder() / "tests/store/ledger_of_schema_2.sql");
  const std::string sql((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_FALSE(sql.empty());
  run_sql(file, sql.c_str());
}

template <class Open>
int refusal_of(Open open, std::string* text = nullptr) {
  try {
    open();
  } catch (const StoreError& error) {
    if (text != nullptr) *text = error.what();
    return error.exit_code();
  }
  return 0;
}

TEST(LedgerFile, IsMadePrivateWithItsLogs) {
  const Folder folder;
  const ::mode_t before = ::umask(0);
  Ledger ledger(folder / "ledger.db");
  ::umask(before);
  for (const char* name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) {
    struct ::stat found {};
    ASSERT_EQ(::stat((folder / name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << name;
  }
}

TEST(LedgerFile, SaysInItsHeaderWhatItIs) {
  const Folder folder;
  { const Ledger ledger(folder / "ledger.db"); }
  EXPECT_EQ(number(folder / "ledger.db", "PRAGMA application_id"), 0x45574c47);
  EXPECT_EQ(number(folder / "ledger.db", "PRAGMA user_version"), 18);
  EXPECT_EQ(number(folder / "ledger.db", "PRAGMA auto_vacuum"), 2);
  EXPECT_EQ(number(folder / "ledger.db",
                   "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE "
                   "'sqlite_%' AND strict = 0"),
            0);
}

TEST(LedgerFile, OpensWhatAnEmptyFileHolds) {
  const Folder folder;
  std::ofstream(folder / "ledger.db").flush();
  Ledger ledger(folder / "ledger.db");
  EXPECT_EQ(ledger.status().schema, 18);
}

TEST(LedgerFile, IsMigratedOnceAndKeepsItsRows) {
  const Folder folder;
  {
    Ledger ledger(folder / "ledger.db");
    ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 42)});
  }
  const Ledger again(folder / "ledger.db");
  EXPECT_EQ(again.status().usage_rows, 1U);
  EXPECT_EQ(again.status().schema, 18);
}

TEST(LedgerFile, OfTheFirstSchemaOpensWithItsCoverageAndSaysNoughtOfWhatWasNotCountedThen) {
  const Folder folder;
  make_ledger_of_schema_2(folder / "ledger.db");
  run_sql(folder / "ledger.db",
          "INSERT INTO coverage(from_us, source, state, to_us, seen, lost_in_kernel, lost_in_queue, refused, "
          "named, unnamed_ech, unnamed_doh, unnamed_tunnel, unnamed_other) VALUES (1794909900000000, 'tap0', "
          "0, 1794909960000000, 0, 0, 0, 0, 7, 0, 0, 0, 0)");
  // Back to the first schema, as that version left it.
  for (const char* column :
       {"bypass_doh", "bypass_dot", "bypass_doq", "bypass_relay", "bypass_wireguard", "bypass_openvpn",
        "bypass_ike", "canary", "ddr", "tls_without_dns", "tls_with_dns", "ambiguous"}) {
    run_sql(folder / "ledger.db", (std::string("ALTER TABLE coverage DROP COLUMN ") + column).c_str());
  }
  run_sql(folder / "ledger.db", "PRAGMA user_version = 1");
  const Ledger again(folder / "ledger.db");
  EXPECT_EQ(again.status().schema, 18);
  const auto rows = again.coverage(dates("2026-11-17", "2026-11-17"));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].named, 7U);
  EXPECT_FALSE(rows[0].causes_measured) << "that version did not count them";
}

TEST(LedgerFile, OfTheSchemaWithARowAMinuteKeepsEveryMinuteWhenItIsPacked) {
  const Folder folder;
  make_ledger_of_schema_2(folder / "ledger.db");
  Ledger ledger(folder / "ledger.db");
  EXPECT_EQ(ledger.status().schema, 18);
  EXPECT_EQ(ledger.status().usage_rows, 7U);
  EXPECT_EQ(ledger.status().newest_minute, minute("2026-11-17T10:06Z"));
  const model::DateRange always = dates("2000-01-01", "2099-12-31");
  const auto rows = ledger.usage(authority("p17"), always);
  ASSERT_EQ(rows.size(), 4U);
  model::UsageSlice expected = slice("p17", "photo-share", "2026-07-13T22:59Z", 42);
  EXPECT_EQ(all_of(rows[0]), all_of(expected));
  expected = slice("p17", "photo-share", "2026-07-13T23:00Z", 60);
  expected.lower_seconds = 60;
  EXPECT_EQ(all_of(rows[1]), all_of(expected));
  expected = slice("p17", "video", "2026-07-13T23:00Z", 60);
  expected.category = model::Category("streaming-video");
  expected.kind = model::Kind::concurrent;
  expected.grade = model::Grade::moderate;
  expected.lower_seconds = 0;
  EXPECT_EQ(all_of(rows[2]), all_of(expected));
  expected = slice("p17", "video", "2026-07-13T23:01Z", 7);
  expected.category = model::Category("streaming-video");
  expected.kind = model::Kind::playing;
  expected.grade = model::Grade::weak;
  expected.lower_seconds = 0;
  expected.reasons = model::bit(model::Reason::unattended) | model::bit(model::Reason::chat);
  expected.weakest_name = model::NameEvidence::dns_answer_address;
  EXPECT_EQ(all_of(rows[3]), all_of(expected));
  const auto others = ledger.usage(authority("p18"), always);
  ASSERT_EQ(others.size(), 1U);
  expected = slice("p18", "micro-blog", "2026-07-13T23:01Z", 31);
  expected.purpose = model::Purpose::authorised;
  expected.catalogue = model::Revision("c2");
  expected.method = "2";
  expected.weakest_identity = model::IdentityGrade::a;
  EXPECT_EQ(all_of(others[0]), all_of(expected));

  // Written on and purged as if it had always been so: whoever has nothing left is forgotten, and nobody
  // else.
  ledger.write({slice("p17", "photo-share", "2026-07-13T22:59Z", 50)});
  EXPECT_EQ(ledger.usage(authority("p17"), always).at(0).seconds, 50);
  static_cast<void>(ledger.purge(date("2026-07-14"), PurgeMode::remove));
  EXPECT_EQ(ledger.status().usage_rows, 2U);
  EXPECT_EQ(number(folder / "ledger.db", "SELECT count(*) FROM subject WHERE name = 'p18'"), 0);
  EXPECT_EQ(number(folder / "ledger.db", "SELECT count(*) FROM subject WHERE name = 'p17'"), 1)
      << "an exclusion names them";
}

TEST(LedgerFile, OfANewerSchemaIsRefusedAndNotTouched) {
  const Folder folder;
  { const Ledger ledger(folder / "ledger.db"); }
  run_sql(folder / "ledger.db", "PRAGMA user_version = 99");
  std::string text;
  EXPECT_EQ(refusal_of([&] { const Ledger ledger(folder / "ledger.db"); }, &text), 78);
  EXPECT_THAT(text, HasSubstr("ledger.db: has schema 99"));
  EXPECT_THAT(text, HasSubstr("install the newer edgewatch again"));
  EXPECT_EQ(number(folder / "ledger.db", "PRAGMA user_version"), 99);
}

TEST(LedgerFile, OfAnotherProgramIsRefusedAndNotTouched) {
  const Folder folder;
  run_sql(folder / "other.db", "CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)");
  EXPECT_EQ(refusal_of([&] { const Ledger ledger(folder / "other.db"); }), 78);
  EXPECT_EQ(number(folder / "other.db", "SELECT count(*) FROM sqlite_schema"), 1);
  { const AuditStore audit(folder / "audit.db"); }
  EXPECT_EQ(refusal_of([&] { const Ledger ledger(folder / "audit.db"); }), 78);
}

TEST(LedgerFile, ThatIsNoDatabaseOrHasNoFolderIsAnInputError) {
  const Folder folder;
  std::ofstream(folder / "noise.db") << std::string(8192, 'x');
  EXPECT_EQ(refusal_of([&] { const Ledger ledger(folder / "noise.db"); }), 74);
  std::string text;
  EXPECT_EQ(refusal_of([&] { const Ledger ledger(folder / "no" / "such" / "ledger.db"); }, &text), 74);
  EXPECT_THAT(text, HasSubstr("check that the folder exists"));
}

TEST(LedgerFile, HeldByAnotherWriterAsksToTryAgain) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 42)});
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "ledger.db").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  Connection writer(folder / "ledger.db");
  writer.busy_timeout(std::chrono::milliseconds(20));  // the ledger's own waits for seconds
  EXPECT_EQ(refusal_of([&] { const Transaction transaction(writer); }), 75);
  sqlite3_close(other);
  EXPECT_EQ(ledger.status().usage_rows, 1U);
  ledger.write({slice("p17", "video", "2026-11-17T10:06Z", 42)});
  EXPECT_EQ(ledger.status().usage_rows, 2U);
}

TEST(LedgerFile, OnADiskThatIsFullKeepsWhatItHadAndGoesOnLater) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 42)});
  std::vector<model::UsageSlice> many;
  many.reserve(20'000);
  for (int i = 0; i < 20'000; ++i)
    many.push_back(slice("p" + std::to_string(i), "video", "2026-11-17T10:06Z", 42));
  // No file of this process may pass 256 KiB: the kernel refuses the write as a full disk does.
  ::signal(SIGXFSZ, SIG_IGN);
  struct ::rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const struct ::rlimit small { 262'144, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const int code = refusal_of([&] { ledger.write(many); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(code, 74);
  EXPECT_EQ(ledger.status().usage_rows, 1U);
  ledger.write(many);
  EXPECT_EQ(ledger.status().usage_rows, 20'001U);
}

TEST(LedgerFile, KeepsEveryAcknowledgedBatchOfAKilledWriter) {
  const Folder folder;
  { const Ledger ledger(folder / "ledger.db"); }
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const ::pid_t writer = ::fork();
  ASSERT_GE(writer, 0);
  if (writer == 0) {
    Ledger ledger(folder / "ledger.db");
    for (int i = 0;; ++i) {
      ledger.write(
          {slice("p17", "video", format_minute(minute("2026-11-17T00:00Z") + std::chrono::minutes(i)), 30)});
      const char done = '.';
      if (::write(pipe[1], &done, 1) != 1) ::_exit(1);
    }
  }
  ::close(pipe[1]);
  std::size_t acknowledged = 0;
  for (char done = 0; acknowledged < 40 && ::read(pipe[0], &done, 1) == 1;) ++acknowledged;
  ::kill(writer, SIGKILL);
  for (char done = 0; ::read(pipe[0], &done, 1) == 1;) ++acknowledged;
  ::close(pipe[0]);
  ::waitpid(writer, nullptr, 0);

  Ledger ledger(folder / "ledger.db");
  const auto rows = ledger.usage(authority("p17"), dates("2026-11-01", "2026-12-31"));
  EXPECT_GE(rows.size(), acknowledged);
  EXPECT_LE(rows.size(), acknowledged + 1);
  EXPECT_EQ(number(folder / "ledger.db", "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

NewAuditEntry audit_entry(const std::optional<AuditRow>& last) {
  NewAuditEntry entry;
  entry.row.seq = last ? last->seq + 1 : 1;
  entry.row.at = at("2026-11-17T10:05:00Z");
  entry.row.action = "report";
  entry.row.role = "hr";
  entry.row.outcome = "permitted";
  entry.detail.text = "about p17";
  return entry;
}

TEST(AuditFile, OnlyGrowsAtItsEnd) {
  const Folder folder;
  AuditStore store(folder / "audit.db");
  static_cast<void>(store.append(audit_entry));
  static_cast<void>(store.append(audit_entry));
  EXPECT_EQ(store.last()->seq, 2U);
  const auto refused = [&](const char* sql) {
    sqlite3* other = nullptr;
    EXPECT_EQ(sqlite3_open((folder / "audit.db").c_str(), &other), SQLITE_OK);
    const bool no = sqlite3_exec(other, sql, nullptr, nullptr, nullptr) == SQLITE_CONSTRAINT;
    sqlite3_close(other);
    return no;
  };
  EXPECT_TRUE(refused("UPDATE entry SET uid = 7 WHERE seq = 1"));
  EXPECT_TRUE(refused("DELETE FROM entry WHERE seq = 2"));
  EXPECT_TRUE(refused("DELETE FROM entry"));
  EXPECT_TRUE(refused("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1"));
  EXPECT_TRUE(
      refused("INSERT INTO entry SELECT 9, at_us, action, uid, role, reference, outcome, note, commitment, "
              "hash FROM entry WHERE seq = 1"));
  EXPECT_THROW(static_cast<void>(store.append([](const auto&) { return audit_entry(std::nullopt); })),
               StoreError);
  EXPECT_EQ(store.last()->seq, 2U);
}

}  // namespace
}  // namespace edgewatch::store
