// The audit chain attacked in its file, as somebody with the disk can (ENFORCEMENT S4): every edit, cut and
// swap is found. Seeded, so that what fails fails again.
#include "edgewatch/evidence/audit_log.hpp"

#include "evidence_support.hpp"

#include <array>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

namespace edgewatch::evidence {
namespace {

constexpr int attacks = 1000;
constexpr std::uint64_t length = 40;

class Attack : public Office {
 public:
  /// A chain of a week, and its head, as it was kept elsewhere.
  Attack() {
    AuditLog chain(folder / "whole.db");
    constexpr std::array<Action, 5> actions{Action::case_open, Action::report, Action::who,
                                            Action::audit_show, Action::hold_list};
    for (std::uint64_t i = 0; i < length; ++i) {
      chain.append(i % 2 == 0 ? hr : other_hr, actions.at(i % actions.size()),
                   model::CaseReference(fmt::format("HR-{}", i % 7)),
                   i % 6 == 5 ? Outcome::refused : Outcome::permitted,
                   {.person = model::PersonId(fmt::format("p{}", i % 9)),
                    .period = dates("2026-11-01", "2026-11-20"),
                    .text = fmt::format("grounds {}", i),
                    .officer = {}},
                   noon + std::chrono::minutes(i * 13), i % 8 == 7 ? "a note" : "");
    }
    head = chain.head();
  }

  std::uint64_t any() { return pick(1, length); }
  std::uint64_t pick(std::uint64_t from, std::uint64_t to) {
    return std::uniform_int_distribution<std::uint64_t>(from, to)(random);
  }

  void lay_out() const {
    for (const char* more : {"-wal", "-shm"}) std::filesystem::remove((folder / "hit.db").string() + more);
    std::filesystem::copy_file(folder / "whole.db", folder / "hit.db",
                               std::filesystem::copy_options::overwrite_existing);
  }

  void hit(const std::string& sql) const {
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "hit.db").c_str(), &file), SQLITE_OK);
    const std::string all =
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; DROP TRIGGER entry_in_order; DROP "
        "TRIGGER entry_stays; DROP TRIGGER entry_is_kept; " +
        sql;
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(file, all.c_str(), nullptr, nullptr, &why), SQLITE_OK)
        << sql << ": " << (why != nullptr ? why : "");
    sqlite3_free(why);
    sqlite3_close(file);
  }

  std::string an_edit(std::uint64_t seq) {
    const auto set = [&](const std::string& what) {
      return fmt::format("UPDATE entry SET {} WHERE seq = {}", what, seq);
    };
    // To another byte than the one that stands there: commitments and hashes are other ones in every run.
    const auto flipped = [&](const std::string& column) {
      const std::uint64_t at = pick(1, 32);
      const std::uint64_t byte = pick(0, 255);
      return set(
          fmt::format("{0} = CAST(substr({0}, 1, {1}) || CASE substr({0}, {2}, 1) WHEN x'{4:02x}' THEN "
                      "x'{5:02x}' ELSE x'{4:02x}' END || substr({0}, {3}) AS BLOB)",
                      column, at - 1, at, at + 1, byte, byte ^ 1U));
    };
    switch (pick(0, 9)) {
      case 0:
        return set(fmt::format("at_us = at_us + {}", pick(1, 1'000'000'000)));
      case 1:
        return set(fmt::format("uid = uid + {}", pick(1, 5000)));
      case 2:
        return set("action = action || ' '");
      case 3:
        return set("role = CASE role WHEN 'hr' THEN 'ict' ELSE 'hr' END");
      case 4:
        return set("reference = reference || '1'");
      case 5:
        return set("outcome = CASE outcome WHEN 'refused' THEN 'permitted' ELSE 'refused' END");
      case 6:
        return set(fmt::format("note = note || char({})", pick(1, 127)));
      case 7:
        return flipped("commitment");
      case 8:
        return flipped("hash");
      default:
        return set("commitment = zeroblob(31)");
    }
  }

  static std::string swap(const std::string& table, const std::string& column, std::uint64_t a,
                          std::uint64_t b) {
    return fmt::format(
        "UPDATE {0} SET {1} = -1 WHERE {1} = {2}; UPDATE {0} SET {1} = {2} WHERE {1} = {3}; UPDATE {0} SET "
        "{1} "
        "= {3} WHERE {1} = -1;",
        table, column, a, b);
  }

  std::pair<std::uint64_t, std::uint64_t> two() {
    const std::uint64_t a = any();
    std::uint64_t b = any();
    while (b == a) b = any();
    return {std::min(a, b), std::max(a, b)};
  }

  /// What somebody who has the program too can do: the chain goes on from the edit as if it had been so.
  void rechain(std::uint64_t from) const {
    AuditLog log(folder / "hit.db");
    std::string before(32, '\0');
    std::string sql;
    log.store().read(1, [&](const store::AuditRow& row, const auto&) {
      if (row.seq < from) {
        before.assign(row.hash.begin(), row.hash.end());
        return true;
      }
      const std::string hashed = before + canonical_record(row);
      ::SHA256(reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size(),
               reinterpret_cast<unsigned char*>(before.data()));
      std::string digits;
      for (const char byte : before) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
      sql += fmt::format("UPDATE entry SET hash = x'{}' WHERE seq = {};", digits, row.seq);
      return true;
    });
    sqlite3* file = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "hit.db").c_str(), &file), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(file);
  }

  [[nodiscard]] AuditVerdict verdict() const { return AuditLog(folder / "hit.db").verify({head}); }

  AuditHead head;
  std::mt19937_64 random{20261121};
};

TEST_F(Attack, AThousandEditsCutsAndSwapsAreAllFound) {
  std::array<int, 10> kinds{};
  for (int i = 0; i < attacks; ++i) {
    lay_out();
    const std::uint64_t kind = pick(0, kinds.size() - 1);
    ++kinds.at(kind);
    std::uint64_t first = any();  // the first entry that is not what it was
    const auto [a, b] = two();
    std::string sql;
    switch (kind) {
      case 0:
      case 1:
        sql = an_edit(first);
        break;
      case 2: {  // cut out
        const std::uint64_t last = std::min(length, first + pick(0, 3));
        sql = fmt::format(
            "DELETE FROM entry WHERE seq BETWEEN {0} AND {1}; DELETE FROM detail WHERE seq BETWEEN {0} AND "
            "{1}",
            first, last);
        break;
      }
      case 3:  // cut out, and the gap closed
        sql = fmt::format(
            "DELETE FROM entry WHERE seq = {0}; DELETE FROM detail WHERE seq = {0}; UPDATE entry SET seq = "
            "seq - 1 WHERE seq > {0}; UPDATE detail SET seq = seq - 1 WHERE seq > {0}",
            first);
        break;
      case 4:  // two entries change places
        first = a;
        sql = swap("entry", "seq", a, b) + swap("detail", "seq", a, b);
        break;
      case 5:  // the end is cut off
        sql = fmt::format("DELETE FROM entry WHERE seq >= {0}; DELETE FROM detail WHERE seq >= {0}", first);
        break;
      case 6:
        sql = fmt::format("UPDATE entry SET uid = uid + 1 WHERE seq = {}", first);
        break;
      case 7:  // of a detail
        sql = fmt::format("UPDATE detail SET {} WHERE seq = {}",
                          pick(0, 1) == 0 ? "text = text || ' '" : "salt = randomblob(16)", first);
        break;
      case 8:
        sql = fmt::format("DELETE FROM detail WHERE seq = {}", first);
        break;
      default:
        first = a;
        sql = swap("detail", "seq", a, b);
    }
    hit(sql);
    if (kind == 6) {
      rechain(first);
      first = length;  // whole in itself, and not the chain that the head was taken from
    }
    const AuditVerdict found = verdict();
    ASSERT_FALSE(found.sound()) << i << ": " << sql;
    EXPECT_EQ(found.fault->seq, first) << i << ": " << sql << ": " << found.fault->what;
  }
  for (const int count : kinds) EXPECT_GT(count, attacks / 20);
}

TEST_F(Attack, AByteChangedAnywhereInTheFileIsFoundOrChangesNothing) {
  const std::vector<AuditEntry> written = AuditLog(folder / "whole.db").entries();
  int found = 0;
  for (int i = 0; i < attacks; ++i) {
    lay_out();
    const auto size = std::filesystem::file_size(folder / "hit.db");
    {
      std::fstream file(folder / "hit.db", std::ios::in | std::ios::out | std::ios::binary);
      const auto at = static_cast<std::streamoff>(pick(0, size - 1));
      file.seekg(at);
      const int byte = file.get();
      file.seekp(at);
      file.put(static_cast<char>(byte ^ static_cast<int>(pick(1, 255))));
    }
    try {
      AuditLog log(folder / "hit.db");
      if (!log.verify({head}).sound()) {
        ++found;
      } else {
        const auto told = log.entries();
        ASSERT_EQ(told.size(), written.size()) << i;
        for (std::size_t each = 0; each < told.size(); ++each) {
          EXPECT_EQ(told[each].hash, written[each].hash);
          EXPECT_EQ(told[each].action, written[each].action);
          EXPECT_EQ(told[each].detail, written[each].detail);
        }
      }
    } catch (const store::StoreError&) {
      ++found;
    }
  }
  EXPECT_GT(found, attacks / 4);
}

TEST_F(Attack, DetailsThatACertificateOfDeletionAccountsForMayBeGone) {
  lay_out();
  AuditLog log(folder / "hit.db");
  EXPECT_EQ(log.store().purge_details(noon + std::chrono::minutes(30), {}, {}).details, 3U);
  EXPECT_TRUE(log.verify({head}).sound());  // the purge has yet to write its certificate
  log.append(timer, Action::purge, {}, Outcome::permitted, {}, noon + std::chrono::hours(20),
             R"({"removed":{"audit_detail":3}})");
  log.store().purge_certified();
  EXPECT_TRUE(log.verify({head}).sound());
  hit("DELETE FROM detail WHERE seq = 9");
  EXPECT_EQ(log.verify({head}).fault->seq, 9U);
}

}  // namespace
}  // namespace edgewatch::evidence
