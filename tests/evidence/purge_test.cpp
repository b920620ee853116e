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

// What is due is decided by the civil date alone: over 40 years of days and every number of years, a record
// is due on its date years later and not a day before, 29 February on 28 February.
TEST(Cutoff, TakesEachDateOnItsDayAndNeverBefore) {
  for (int years = 1; years <= 7; ++years) {
    for (CivilDate day = date("2024-01-01"); day < date("2064-01-01"); day = next_day(day)) {
      const CivilDate due = years_after(day, years);
      ASSERT_GE(cutoff(due, years), day) << format_date(day) << " is due on " << format_date(due);
      const CivilDate eve{std::chrono::sys_days(due) - std::chrono::days(1)};
      ASSERT_LT(cutoff(eve, years), day) << format_date(day) << " is not due on " << format_date(eve);
    }
  }
}

// The days on which clocks change, and those around the leap day: a minute belongs to the date that London
// had, and goes with it.
TEST(Cutoff, TakesTheMinutesOfALondonDayAndNoOther) {
  for (const char* text : {"2025-03-29", "2025-03-30", "2025-03-31", "2025-10-25", "2025-10-26", "2025-10-27",
                           "2028-02-28", "2028-02-29", "2028-03-01", "2025-12-31", "2025-07-13"}) {
    const CivilDate day = date(text);
    const Timestamp from = london_midnight(day);
    const Timestamp to = london_midnight(next_day(day));
    store::Ledger ledger(":memory:");
    std::vector<model::UsageSlice> slices;
    for (Timestamp moment = from - std::chrono::hours(2); moment < to + std::chrono::hours(2);
         moment += std::chrono::minutes(30)) {
      model::UsageSlice slice;
      slice.subject = model::Subject::of_person(model::PersonId("p17"));
      slice.service = model::ServiceId("video");
      slice.minute = minute_of(moment);
      slice.grade = model::Grade::strong;
      slice.seconds = 30;
      slices.push_back(slice);
    }
    ledger.write(slices);
    const std::size_t before = 4;  // of the day before
    const auto of_day = static_cast<std::size_t>((to - from) / std::chrono::minutes(30));
    const auto eve =
        ledger.purge(CivilDate{std::chrono::sys_days(day) - std::chrono::days(1)}, store::PurgeMode::dry_run);
    EXPECT_EQ(eve.rows.at("usage"), before) << text;
    EXPECT_EQ(ledger.purge(cutoff(years_after(day, 1), 1), store::PurgeMode::dry_run).rows.at("usage"),
              before + of_day + (format_date(cutoff(years_after(day, 1), 1)) != text ? 4 : 0))
        << text;
  }
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
    // These ledgers are so small that nearly every purge takes over half of them.
    return ask_to_purge(today, mode, officer, "a ledger of a test");
  }
  Result<PurgeOutcome, Refusal> ask_to_purge(const std::string& today, store::PurgeMode mode,
                                             const Officer& officer, const std::string& confirmed,
                                             Clock clock = Clock::synchronised) {
    return purge(ledger, audit, officer,
                 {.today = date(today), .years = 1, .mode = mode, .clock = clock, .confirmed = confirmed},
                 at(today + "T04:00:00Z"));
  }
  [[nodiscard]] std::vector<std::string> certificate_notes() const {
    std::vector<std::string> notes;
    for (const AuditEntry& entry : audit.entries()) {
      if (entry.note.starts_with('{')) notes.push_back(entry.note);
    }
    return notes;
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
  EXPECT_THAT(certificate_notes(), IsEmpty());
  sqlite3_close(reader);
  const auto second = run("2026-11-20");
  EXPECT_TRUE(second->certificate.has_value());
  EXPECT_THAT(audit.entries().back().note, HasSubstr(R"("removed":{"subject":1,"usage":1})"));
}

/// Twelve people of one minute that is due, and `left` of one that is not.
class Guards : public PurgeRun {
 public:
  void write_people(int due, int left) {
    for (int i = 0; i < due; ++i) write("2025-11-20T10:05Z", "p1" + std::to_string(100 + i));
    for (int i = 0; i < left; ++i) write("2026-11-19T10:05Z", "p2" + std::to_string(100 + i));
  }
  Result<PurgeOutcome, Refusal> plain(const std::string& today = "2026-11-20",
                                      Clock clock = Clock::synchronised) {
    return ask_to_purge(today, store::PurgeMode::remove, timer, "", clock);
  }
};

TEST_F(Guards, OverHalfOfAllRowsIsRefusedUntilConfirmedWithAReason) {
  write_people(7, 6);
  const auto refused = plain();
  EXPECT_EQ(refusal_of(refused).exit_code, 77);
  EXPECT_EQ(refusal_of(refused).sentence,
            "14 of 26 rows would go, which is over half; see what: edgewatch purge --dry-run; where it is "
            "right, the daemon's own user says why: edgewatch purge --confirm REASON");
  EXPECT_EQ(audit.entries().back().outcome, "refused");
  EXPECT_THAT(files_with("p1100"), Not(IsEmpty()));
  const auto dry = ask_to_purge("2026-11-20", store::PurgeMode::dry_run, ict, "");
  EXPECT_EQ(dry->objection, refusal_of(refused).sentence);

  const auto confirmed = ask_to_purge("2026-11-20", store::PurgeMode::remove, timer, "pilot has ended");
  ASSERT_TRUE(confirmed.has_value());
  EXPECT_EQ(confirmed->result.rows.at("usage"), 7U);
  EXPECT_THAT(files_with("p1100"), IsEmpty());
  const auto entries = audit.entries();
  EXPECT_EQ(entries.at(entries.size() - 2).note, "confirmed against a guard");
  EXPECT_THAT(entries.at(entries.size() - 2).detail->text, HasSubstr("confirmed: pilot has ended"));
  EXPECT_TRUE(plain().has_value());
}

TEST_F(Guards, HalfOfAllRowsIsNotOverHalf) {
  write_people(6, 6);
  EXPECT_TRUE(plain().has_value());
}

TEST_F(Guards, WhatIsHeldIsNotCountedAsGoing) {
  write_people(7, 6);
  model::Hold hold;
  hold.reference = "ET-1";
  hold.ground = model::Hold::Ground::claim;
  hold.person = model::PersonId("p1100");
  hold.period = dates("2025-11-20", "2025-11-20");
  hold.until = date("2026-12-31");
  hold.approved_by = "Head of HR";
  hold.reason = "a claim";
  static_cast<void>(ledger.add(hold));
  const auto outcome = plain();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->result.held_rows, 1U);
  const std::string note = certificate_notes().back();
  EXPECT_THAT(note, HasSubstr(R"("holds":[{"number":1,"ground":"claim","until":"2026-12-31"}],"held":1)"));
  EXPECT_THAT(note, Not(HasSubstr("ET-1")));
}

TEST_F(Guards, AConfirmationLastsUntilTheRunIsCertified) {
  write_people(7, 6);
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "ledger.db").c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM usage", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_FALSE(run("2026-11-20")->result.clean);
  sqlite3_close(reader);
  // More that is due by the same date comes, as where the run had been stopped half way.
  for (int i = 0; i < 20; ++i) write("2025-11-20T11:05Z", "p3" + std::to_string(100 + i));
  const auto resumed = plain();
  ASSERT_TRUE(resumed.has_value());
  EXPECT_EQ(resumed->result.rows.at("usage"), 27U);
  write_people(20, 0);
  EXPECT_EQ(refusal_of(plain()).exit_code, 77);
}

TEST_F(Guards, AClockBehindTheNewestRecordIsRefused) {
  write_people(0, 3);
  EXPECT_THAT(
      refusal_of(plain("2026-11-18")).sentence,
      HasSubstr("the clock says 2026-11-18T04:00:00Z, and there are records of 2026-11-19T10:05:00Z"));
  EXPECT_TRUE(
      ask_to_purge("2026-11-18", store::PurgeMode::remove, timer, "a capture of tomorrow").has_value());
  // Those records are known now; anything newer is asked about again.
  EXPECT_TRUE(plain("2026-11-18").has_value());
  write("2026-11-20T10:05Z");
  EXPECT_EQ(refusal_of(plain("2026-11-18")).exit_code, 77);
}

TEST_F(Guards, AClockThatLeaptAheadIsRefusedUnlessSomethingKeepsItRight) {
  write_people(1, 3);
  EXPECT_EQ(note_time(ledger, at("2026-11-20T04:00:00Z"), Clock::alone), "");
  EXPECT_TRUE(plain("2026-11-22", Clock::alone).has_value());
  write_people(1, 0);
  const auto refused = plain("2027-12-25", Clock::alone);
  EXPECT_EQ(refusal_of(refused).exit_code, 77);
  EXPECT_THAT(refusal_of(refused).sentence,
              HasSubstr("hours ahead of 2026-11-20T04:00:00Z, the last time that was sure, and nothing "
                        "synchronises it"));
  EXPECT_THAT(note_time(ledger, at("2027-12-25T04:00:00Z"), Clock::alone), HasSubstr("ahead"));
  EXPECT_EQ(ledger.retention().trusted, at("2026-11-20T04:00:00Z")) << "a leap is not remembered as sure";
  // Records that the leapt clock made do not make it right.
  write("2027-12-25T03:50Z");
  EXPECT_EQ(refusal_of(plain("2027-12-25", Clock::alone)).exit_code, 77);
  EXPECT_EQ(note_time(ledger, at("2027-12-25T04:00:00Z"), Clock::synchronised), "");
  EXPECT_EQ(ledger.retention().trusted, at("2027-12-25T04:00:00Z"));
}

TEST_F(Guards, ARunThatRemovesNothingIsNotRefusedForALeap) {
  write_people(0, 3);
  EXPECT_EQ(note_time(ledger, at("2026-11-20T04:00:00Z"), Clock::alone), "");
  EXPECT_TRUE(plain("2026-11-24", Clock::alone).has_value());
}

TEST_F(Guards, CertificatesAreTheAuditorsToRead) {
  write_people(1, 3);
  static_cast<void>(plain());
  EXPECT_EQ(refusal_of(certificates(audit, ict, noon)).exit_code, 77);
  EXPECT_EQ(refusal_of(certificates(audit, hr, noon)).exit_code, 77);
  const auto all = certificates(audit, auditor, noon);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_THAT(in_words(all->front()),
              HasSubstr("deleted: records of 2025-11-20 and earlier\n  subject        1\n"));
  EXPECT_THAT(in_words(all->front()), HasSubstr("holds respected: 0; rows kept by them: 0"));
  for (const char* hostile : {"{", "{}", R"({"cutoff":3,"removed":[],"holds":[1,{}],"held":-1})"})
    EXPECT_THAT(in_words(read_certificate(7, noon, hostile)), HasSubstr("certificate: entry 7"));
}

}  // namespace
}  // namespace edgewatch::evidence
