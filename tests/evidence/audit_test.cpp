#include "edgewatch/evidence/audit_log.hpp"

#include "evidence_support.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Audit : public Office {
 public:
  void write_three() {
    audit.append(hr, Action::case_open, model::CaseReference("HR-1"), Outcome::permitted,
                 {.person = model::PersonId("p17"),
                  .period = dates("2026-11-01", "2026-11-20"),
                  .text = "the line manager's note",
                  .officer = {}},
                 noon);
    audit.append(hr, Action::report, model::CaseReference("HR-1"), Outcome::permitted,
                 {.person = model::PersonId("p17"),
                  .period = dates("2026-11-01", "2026-11-20"),
                  .text = "",
                  .officer = {}},
                 noon + std::chrono::minutes(1));
    audit.append(ict, Action::purge, {}, Outcome::permitted, {}, noon + std::chrono::minutes(2),
                 R"({"removed":{"usage":3}})");
  }
};

TEST_F(Audit, GivesBackWhatWasWritten) {
  write_three();
  const auto entries = audit.entries();
  ASSERT_THAT(entries, SizeIs(3));
  EXPECT_EQ(entries[0].seq, 1U);
  EXPECT_EQ(entries[0].action, "case open");
  EXPECT_EQ(entries[0].uid, 1001U);
  EXPECT_EQ(entries[0].role, "hr");
  EXPECT_EQ(entries[0].outcome, "permitted");
  EXPECT_EQ(entries[0].at, noon);
  EXPECT_EQ(entries[0].detail, (AuditDetail{.person = model::PersonId("p17"),
                                            .period = dates("2026-11-01", "2026-11-20"),
                                            .text = "the line manager's note",
                                            .officer = "hr-officer"}));
  EXPECT_EQ(entries[2].note, R"({"removed":{"usage":3}})");
}

TEST_F(Audit, OfAnUntouchedChainIsSound) {
  EXPECT_TRUE(audit.verify().sound());
  write_three();
  const AuditVerdict verdict = audit.verify();
  EXPECT_TRUE(verdict.sound());
  EXPECT_EQ(verdict.entries, 3U);
  EXPECT_EQ(verdict.details_purged, 0U);
  EXPECT_EQ(verdict.head, audit.head());
}

TEST_F(Audit, ChainCanBeRepeatedByAThirdParty) {
  write_three();
  std::string before(32, '\0');
  audit.store().read(1, [&](const store::AuditRow& row, const auto&) {
    const std::string hashed = before + canonical_record(row);
    before.resize(32);
    ::SHA256(reinterpret_cast<const unsigned char*>(hashed.data()), hashed.size(),
             reinterpret_cast<unsigned char*>(before.data()));
    EXPECT_TRUE(
        std::equal(row.hash.begin(), row.hash.end(), reinterpret_cast<const unsigned char*>(before.data())))
        << row.seq;
    return true;
  });
}

TEST_F(Audit, RecordIsARowOfEscapedFields) {
  store::AuditRow row;
  row.seq = 1;
  row.at = noon;
  row.action = "case open";
  row.uid = 1001;
  row.role = "hr";
  row.reference = "HR-1";
  row.outcome = "permitted";
  row.note = "tab\there";
  EXPECT_EQ(canonical_record(row),
            "1\t2026-11-20T12:00:00Z\tcase open\t1001\thr\tHR-1\tpermitted\ttab\\there\t" +
                std::string(64, '0') + "\n");
}

class ChainEdit : public Audit, public ::testing::WithParamInterface<const char*> {};

TEST_P(ChainEdit, IsFoundAtItsEntry) {
  write_three();
  ASSERT_TRUE(audit.verify().sound());
  tamper(GetParam());
  const AuditVerdict verdict = audit.verify();
  ASSERT_FALSE(verdict.sound()) << GetParam();
  EXPECT_EQ(verdict.fault->seq, 2U) << GetParam();
  EXPECT_EQ(verdict.entries, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    EachField, ChainEdit,
    ::testing::Values(
        "UPDATE entry SET at_us = at_us + 1 WHERE seq = 2",
        "UPDATE entry SET action = 'status' WHERE seq = 2", "UPDATE entry SET uid = 1002 WHERE seq = 2",
        "UPDATE entry SET uid = uid + 4294967296 WHERE seq = 2",
        "UPDATE entry SET role = 'ict' WHERE seq = 2", "UPDATE entry SET reference = 'HR-2' WHERE seq = 2",
        "UPDATE entry SET outcome = 'refused' WHERE seq = 2", "UPDATE entry SET note = 'x' WHERE seq = 2",
        "UPDATE entry SET commitment = zeroblob(32) WHERE seq = 2",
        "UPDATE entry SET commitment = CAST(commitment || x'00' AS BLOB) WHERE seq = 2",
        "UPDATE entry SET hash = zeroblob(32) WHERE seq = 2",
        "UPDATE detail SET text = replace(text, 'p17', 'p18') WHERE seq = 2",
        "UPDATE detail SET salt = zeroblob(16) WHERE seq = 2", "DELETE FROM entry WHERE seq = 2",
        "UPDATE entry SET seq = 9 WHERE seq = 2",
        "UPDATE entry SET seq = 99 WHERE seq = 2; UPDATE entry SET seq = 2 WHERE seq = 3; UPDATE entry SET "
        "seq = 3 WHERE seq = 99"));

TEST_F(Audit, AnEntryPutBeforeTheFirstIsFound) {
  write_three();
  tamper(
      "INSERT INTO entry SELECT 0, at_us, action, uid, role, reference, outcome, note, commitment, hash FROM "
      "entry WHERE seq = 1");
  EXPECT_FALSE(audit.verify().sound());
}

TEST_F(Audit, ACutTailIsFoundAgainstAHeadFromOutside) {
  write_three();
  const AuditHead head = audit.head();
  tamper("DELETE FROM detail WHERE seq = 3; DELETE FROM entry WHERE seq = 3");
  EXPECT_TRUE(audit.verify().sound());
  const AuditVerdict verdict = audit.verify({head});
  ASSERT_FALSE(verdict.sound());
  EXPECT_EQ(verdict.fault->seq, 3U);
  EXPECT_THAT(verdict.fault->what, HasSubstr("the given head is of entry 3"));
}

TEST_F(Audit, AChainRewrittenFromTheStartIsFoundAgainstAHeadFromOutside) {
  write_three();
  const AuditHead head = audit.head();
  std::filesystem::remove_all(folder / "other");
  std::filesystem::create_directory(folder / "other");
  AuditLog forged(folder / "other" / "audit.db");
  for (int i = 0; i < 4; ++i) forged.append(hr, Action::case_list, {}, Outcome::permitted, {}, noon);
  EXPECT_TRUE(forged.verify().sound());
  EXPECT_EQ(forged.verify({head}).fault->seq, 3U);
}

TEST_F(Audit, ADetailWithoutAnEntryIsFound) {
  write_three();
  tamper("INSERT INTO detail SELECT 7, text, salt FROM detail WHERE seq = 1");
  EXPECT_EQ(audit.verify().fault->seq, 7U);
}

TEST_F(Audit, StillVerifiesWhenDetailsArePurged) {
  write_three();
  const auto purged = audit.store().purge_details(noon + std::chrono::minutes(2), {}, {});
  EXPECT_EQ(purged.details, 2U);
  EXPECT_TRUE(purged.clean);
  const AuditVerdict verdict = audit.verify();
  EXPECT_TRUE(verdict.sound());
  EXPECT_EQ(verdict.details_purged, 2U);
  EXPECT_EQ(audit.entries()[0].detail, std::nullopt);
  EXPECT_THAT(files_with("p17"), IsEmpty());
  EXPECT_THAT(files_with("manager"), IsEmpty());
}

TEST_F(Audit, TwoWritersMakeOneChain) {
  AuditLog second(folder / "audit.db");
  audit.append(hr, Action::case_list, {}, Outcome::permitted, {}, noon);
  second.append(auditor, Action::audit_show, {}, Outcome::permitted, {}, noon);
  audit.append(hr, Action::case_list, {}, Outcome::permitted, {}, noon);
  EXPECT_TRUE(second.verify().sound());
  EXPECT_EQ(second.head().seq, 3U);
}

TEST_F(Audit, SameDetailsHaveDifferentCommitments) {
  write_three();
  write_three();
  std::vector<store::Digest> commitments;
  audit.store().read(1, [&](const store::AuditRow& row, const auto&) {
    commitments.push_back(row.commitment);
    return true;
  });
  EXPECT_NE(commitments.at(0), commitments.at(3));
}

TEST_F(Audit, HeadReadsBackAndNothingElseDoes) {
  write_three();
  EXPECT_EQ(parse_audit_head(to_string(audit.head())), audit.head());
  const std::string text = to_string(audit.head());
  for (const std::string& bad : {std::string(), std::string("3"), text.substr(0, text.size() - 1), text + "0",
                                 "x" + text, text.substr(1), std::string("3:") + std::string(64, 'g')}) {
    EXPECT_EQ(parse_audit_head(bad), std::nullopt) << bad;
  }
}

TEST_F(Audit, ARoleThatMayNotIsRefusedAndTheRefusalStands) {
  const auto refusal = refuse_role(audit, ict, Action::report, noon);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->exit_code, 77);
  EXPECT_EQ(refusal->sentence, "report is not open to edgewatch-ict; ask a member of the group edgewatch-hr");
  ASSERT_THAT(audit.entries(), SizeIs(1));
  EXPECT_EQ(audit.entries()[0].outcome, "refused");
  EXPECT_EQ(audit.entries()[0].uid, 2001U);
  EXPECT_EQ(refuse_role(audit, hr, Action::report, noon), std::nullopt);
  EXPECT_THAT(audit.entries(), SizeIs(1));
}

TEST_F(Audit, EveryRoleAndActionThatIsNotPermittedIsRefusedAndAudited) {
  std::size_t refused = 0;
  for (const Role role : all_roles) {
    for (const Action action : all_actions) {
      if (permitted(role, action)) continue;
      EXPECT_TRUE(refuse_role(audit, {1, "somebody", role}, action, noon).has_value());
      EXPECT_EQ(audit.entries().size(), ++refused);
    }
  }
  EXPECT_EQ(refused, 110U);
}

}  // namespace
}  // namespace edgewatch::evidence
