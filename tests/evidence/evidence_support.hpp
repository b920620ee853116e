// What evidence's tests share: a ledger and a chain in a folder that goes away, officers, and times.
#pragma once

#include "edgewatch/evidence/cases.hpp"
#include "edgewatch/evidence/purge.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

namespace edgewatch::evidence {

inline Timestamp at(const std::string& text) { return parse_rfc3339(text).value(); }
inline CivilDate date(const std::string& text) { return parse_date(text).value(); }
inline model::DateRange dates(const std::string& first, const std::string& last) {
  return {date(first), date(last)};
}

inline const Officer hr{1001, "hr-officer", Role::hr};
inline const Officer other_hr{1002, "hr-deputy", Role::hr};
inline const Officer ict{2001, "ict-officer", Role::ict};
inline const Officer timer{0, "purge timer", Role::timer};
inline const Officer auditor{3001, "dpo", Role::auditor};
inline const Timestamp noon = parse_rfc3339("2026-11-20T12:00:00Z").value();

/// The refusal, or one of code 0 where there was none.
template <class T>
Refusal refusal_of(const Result<T, Refusal>& result) {
  return result.has_value() ? Refusal{0, "(permitted)"} : result.error();
}

class Office : public ::testing::Test {
 public:
  ~Office() override { std::filesystem::remove_all(folder); }

  static bool is_known(const model::PersonId& person) {
    return person.text() == "p17" || person.text() == "p18";
  }

  static CaseRequest request(const std::string& person = "p17") {
    CaseRequest request;
    request.reference = model::CaseReference("HR-2026-014");
    request.person = model::PersonId(person);
    request.grounds = "line manager's note of 12 November";
    request.period = dates("2026-11-01", "2026-11-20");
    request.authorised_by = "Head of Service";
    return request;
  }

  Result<model::Case, Refusal> open(const CaseRequest& request, const Officer& officer = hr) {
    return desk.open(officer, request, is_known, noon);
  }

  Result<model::CaseAuthority, Refusal> ask(const Officer& officer, const std::string& reference,
                                            const std::string& person, const std::string& from,
                                            const std::string& to) {
    return Authorities(ledger, audit)
        .authorise(officer, model::CaseReference(reference), model::PersonId(person), dates(from, to), noon);
  }

  /// What somebody with the file and without our program can do.
  void tamper(const std::string& sql) const {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "audit.db").c_str(), &other), SQLITE_OK);
    const std::string all =
        "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS entry_in_order; DROP TRIGGER IF EXISTS "
        "entry_stays; "
        "DROP TRIGGER IF EXISTS entry_is_kept; PRAGMA ignore_check_constraints = ON; " +
        sql;
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(other, all.c_str(), nullptr, nullptr, &why), SQLITE_OK)
        << sql << ": " << (why != nullptr ? why : "");
    sqlite3_free(why);
    sqlite3_close(other);
  }

  [[nodiscard]] std::vector<std::string> files_with(const std::string& bytes) const {
    std::vector<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      if (all.find(bytes) != std::string::npos) found.push_back(file.path().filename().string());
    }
    return found;
  }

  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edgewatch-test-XXXXXX").string();
    return ::mkdtemp(name.data());
  }

  std::filesystem::path folder = make_folder();
  store::Ledger ledger{folder / "ledger.db"};
  AuditLog audit{folder / "audit.db"};
  CaseDesk desk{ledger, audit};
};

}  // namespace edgewatch::evidence
