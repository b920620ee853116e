#include "edgewatch/evidence/purge.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Cutoff, ARecordIsDueOnTheSameDateAYearLater) {
  EXPECT_EQ(cutoff(date("2026-11-20"), 1), date("2025-11-20"));
  EXPECT_EQ(cutoff(date("2026-03-01"), 1), date("2025-03-01"));
  EXPECT_EQ(cutoff(date("2026-11-20"), 3), date("2023-11-20"));
}

TEST(Cutoff, TheTwentyNinthOfFebruaryIsDueOnTheTwentyEighth) {
  EXPECT_EQ(cutoff(date("2029-02-28"), 1), date("2028-02-29"));
  EXPECT_EQ(cutoff(date("2029-02-27"), 1), date("2028-02-27"));
  EXPECT_EQ(cutoff(date("2028-02-28"), 1), date("2027-02-28"));
  EXPECT_EQ(cutoff(date("2028-02-29"), 1), date("2027-02-28"));
  EXPECT_EQ(cutoff(date("2032-02-28"), 4), date("2028-02-28"));
  EXPECT_EQ(cutoff(date("2032-02-29"), 4), date("2028-02-29"));
}

class PurgeRun : public Office {
 public:
  void write(const std::string& when, const std::string& person = "p17") {
    model::UsageSlice slice;
    slice.subject = model::Subject::of_person(model::PersonId(person));
    slice.service = model::ServiceId("video");
    slice.minute = *parse_minute(when);
    slice.grade = model::Grade::strong;
    slice.seconds = 30;
    ledger.write({slice});
  }
  Result<PurgeOutcome, Refusal> run(const std::string& today,
                                    store::PurgeMode mode = store::PurgeMode::remove,
                                    const Officer& officer = timer) {
    return purge(ledger, audit, officer, {.today = date(today), .years = 1, .mode = mode},
                 at(today + "T04:00:00Z"));
  }
};

TEST_F(PurgeRun, WritesACertificateThatNamesNobody) {
  write("2025-11-20T10:05Z");
  write("2025-11-21T10:05Z", "p18");
  const auto outcome = run("2026-11-20");
  ASSERT_TRUE(outcome.has_value());
  EXPECT_TRUE(outcome->result.clean);
  ASSERT_TRUE(outcome->certificate.has_value());
  const AuditEntry entry = audit.entries().back();
  EXPECT_EQ(entry.seq, *outcome->certificate);
  EXPECT_EQ(entry.action, "purge");
  EXPECT_THAT(entry.note, HasSubstr(R"("cutoff":"2025-11-20")"));
  EXPECT_THAT(entry.note, HasSubstr(R"("removed":{"subject":1,"usage":1})"));
  EXPECT_THAT(entry.note, HasSubstr(R"("oldest_left":"2025-11-21")"));
  EXPECT_THAT(entry.note, HasSubstr(R"("bytes_returned":)"));
  EXPECT_THAT(files_with("p17"), IsEmpty());
  EXPECT_THAT(files_with("p18"), Not(IsEmpty()));
}

TEST_F(PurgeRun, ADryRunWritesNothingAndSaysTheSame) {
  write("2025-11-20T10:05Z");
  const auto dry = run("2026-11-20", store::PurgeMode::dry_run);
  EXPECT_THAT(audit.entries(), IsEmpty());
  EXPECT_EQ(dry->certificate, std::nullopt);
  EXPECT_EQ(dry->result.rows, run("2026-11-20")->result.rows);
}

TEST_F(PurgeRun, TwiceChangesNothingMore) {
  write("2025-11-20T10:05Z");
  static_cast<void>(run("2026-11-20"));
  const auto again = run("2026-11-20");
  EXPECT_THAT(again->result.rows, IsEmpty());
  EXPECT_THAT(audit.entries().back().note, HasSubstr(R"("removed":{})"));
}

TEST_F(PurgeRun, IsForTheTimerAloneAndIctMayLook) {
  EXPECT_EQ(refusal_of(run("2026-11-20", store::PurgeMode::remove, ict)).exit_code, 77);
  EXPECT_TRUE(run("2026-11-20", store::PurgeMode::dry_run, ict).has_value());
  EXPECT_EQ(refusal_of(run("2026-11-20", store::PurgeMode::remove, hr)).exit_code, 77);
  EXPECT_EQ(refusal_of(run("2026-11-20", store::PurgeMode::dry_run, auditor)).exit_code, 77);
}

TEST_F(PurgeRun, OfLessThanAYearIsRefused) {
  const auto refused =
      purge(ledger, audit, timer, {.today = date("2026-11-20"), .years = 0, .mode = store::PurgeMode::remove},
            noon);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().exit_code, 64);
}

TEST_F(PurgeRun, LeavesNoByteOfAPersonWhoseCaseClosedAYearAgo) {
  write("2026-11-17T10:05Z");
  static_cast<void>(open(request()));
  static_cast<void>(ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20"));
  static_cast<void>(desk.close(hr, model::CaseReference("HR-2026-014"), noon));
  ASSERT_THAT(files_with("p17"), Not(IsEmpty()));
  const auto outcome = run("2027-11-20");
  EXPECT_EQ(outcome->result.rows.at("case_file"), 1U);
  EXPECT_EQ(outcome->result.rows.at("audit_detail"), 3U);
  for (const char* token : {"p17", "line manager", "Head of Service"})
    EXPECT_THAT(files_with(token), IsEmpty()) << token;
  EXPECT_TRUE(audit.verify().sound());
  EXPECT_EQ(audit.verify().details_purged, 3U);
}

TEST_F(PurgeRun, KeepsWhatHangsOnAnOpenCaseAndNotRefusals) {
  static_cast<void>(open(request()));
  static_cast<void>(ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20"));
  static_cast<void>(ask(hr, "HR-2026-014", "p18", "2026-11-01", "2026-11-20"));
  const auto outcome = run("2028-01-01");
  EXPECT_EQ(outcome->result.rows.at("audit_detail"), 1U);
  EXPECT_EQ(outcome->result.open_cases, 1U);
  EXPECT_EQ(outcome->result.oldest_left, date("2026-11-20"));  // the case itself
  EXPECT_THAT(audit.entries().back().note, HasSubstr(R"("open_cases":1)"));
  EXPECT_THAT(files_with("p17"), Not(IsEmpty()));
  EXPECT_THAT(files_with("p18"), IsEmpty());
  EXPECT_TRUE(ledger.find_case(model::CaseReference("HR-2026-014")).has_value());
}

TEST_F(PurgeRun, WritesNoCertificateWhileSomebodyReadsAndOneForBothRunsAfter) {
  write("2025-11-20T10:05Z");
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "ledger.db").c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM usage", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto first = run("2026-11-20");
  EXPECT_FALSE(first->result.clean);
  EXPECT_EQ(first->certificate, std::nullopt);
  EXPECT_THAT(audit.entries(), IsEmpty());
  sqlite3_close(reader);
  const auto second = run("2026-11-20");
  EXPECT_TRUE(second->certificate.has_value());
  EXPECT_THAT(audit.entries().back().note, HasSubstr(R"("removed":{"subject":1,"usage":1})"));
}

}  // namespace
}  // namespace edgewatch::evidence
