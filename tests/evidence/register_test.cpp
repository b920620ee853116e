#include "edgewatch/evidence/register.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class Register : public Office {
 public:
  static RegisterVocabulary known() {
    return {is_known, [](const std::string& group) { return group == "press"; },
            [](const model::ServiceId& id) { return id.text() == "photo-share"; },
            [](const model::PersonId&) { return std::vector<std::string>{"Person Seventeen"}; }};
  }
  static model::RegisteredWithdrawal wanted() {
    model::RegisteredWithdrawal out;
    out.person = model::PersonId("p17");
    out.services = {model::ServiceId("photo-share")};
    out.valid.to = at("2026-12-01T00:00:00Z");
    out.reference = model::CaseReference("HR-2026-014");
    out.approved_by = "Head of HR";
    return out;
  }
  static model::RegisteredAuthorisation authorised() {
    model::RegisteredAuthorisation out;
    out.group = "press";
    out.services = {model::ServiceId("photo-share")};
    out.purpose = "the council's page";
    out.approved_by = "Head of Press";
    out.review_date = date("2027-11-01");
    return out;
  }
  Refusal refused(const model::RegisteredWithdrawal& entry, const Officer& officer = ict) {
    return refusal_of(entries.withdraw(officer, entry, known(), noon));
  }
  Refusal refused(const model::RegisteredAuthorisation& entry, const Officer& officer = ict) {
    return refusal_of(entries.authorise(officer, entry, known(), noon));
  }

  RegisterDesk entries{ledger, audit};
};

TEST_F(Register, AWithdrawalIsEnteredByIctApprovedBySomebodyElseAndAudited) {
  const auto entered = entries.withdraw(ict, wanted(), known(), noon);
  ASSERT_TRUE(entered) << entered.error().sentence;
  EXPECT_EQ(entered->entered_by, "ict-officer");
  EXPECT_EQ(entered->in_force(), (model::Interval{noon, at("2026-12-01T00:00:00Z")}));
  EXPECT_THAT(ledger.read_register().withdrawals, SizeIs(1));
  const auto all = audit.entries();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].action, "withdraw add");
  EXPECT_EQ(all[0].detail->person, model::PersonId("p17"));
  EXPECT_THAT(all[0].detail->text, HasSubstr("approved by Head of HR"));
  EXPECT_TRUE(all[0].reference.empty()) << "there is no such case: what was typed is not chained";
}

TEST_F(Register, WhatIsMissingOrWrongIsRefusedAndNothingIsInForce) {
  auto entry = wanted();
  entry.approved_by = " ";
  EXPECT_THAT(refused(entry).sentence, HasSubstr("--approved-by"));
  entry.approved_by = "ICT-Officer";
  EXPECT_THAT(refused(entry).sentence, HasSubstr("somebody else"));
  entry = wanted();
  entry.person = model::PersonId("p99");
  EXPECT_THAT(refused(entry).sentence, HasSubstr("p99"));
  entry = wanted();
  entry.services = {model::ServiceId("no\033such")};
  EXPECT_THAT(refused(entry).sentence, HasSubstr("\\x1b"));
  entry = wanted();
  entry.valid.to = noon;
  EXPECT_EQ(refused(entry).exit_code, 64);
  entry = wanted();
  entry.reference = model::CaseReference();
  EXPECT_THAT(refused(entry).sentence, HasSubstr("--case"));
  entry.reference = model::CaseReference("seventeen-1");
  EXPECT_THAT(refused(entry).sentence, HasSubstr("may not contain"));
  for (const Officer& officer : {hr, auditor, timer}) EXPECT_EQ(refused(wanted(), officer).exit_code, 77);
  EXPECT_TRUE(ledger.read_register().withdrawals.empty());
  for (const AuditEntry& each : audit.entries()) EXPECT_EQ(each.outcome, "refused");
  EXPECT_EQ(audit.entries().size(), 10U);
}

TEST_F(Register, ACaseAboutSomebodyElseIsNoReasonAndIsNotToldOf) {
  auto other = request("p18");
  ASSERT_TRUE(open(other));
  const Refusal refusal = refused(wanted());
  EXPECT_EQ(refusal.exit_code, 77);
  EXPECT_EQ(refusal.sentence.find("p18"), std::string::npos);
}

TEST_F(Register, LiftingEndsItNowAndKeepsThatItWas) {
  const auto entered = entries.withdraw(ict, wanted(), known(), noon);
  ASSERT_TRUE(entered);
  const Timestamp later = noon + std::chrono::hours(1);
  EXPECT_EQ(refusal_of(entries.lift(ict, 99, "Head of HR", later)).exit_code, 64);
  EXPECT_EQ(refusal_of(entries.lift(ict, entered->number, "", later)).exit_code, 64);
  EXPECT_EQ(refusal_of(entries.lift(hr, entered->number, "Head of HR", later)).exit_code, 77);
  ASSERT_TRUE(entries.lift(ict, entered->number, "Head of HR", later));
  const auto kept = ledger.read_register().withdrawals.at(0);
  EXPECT_EQ(kept.in_force(), (model::Interval{noon, later}));
  EXPECT_EQ(kept.lifted->by, "ict-officer");
  EXPECT_THAT(refusal_of(entries.lift(ict, entered->number, "Head of HR", later)).sentence,
              HasSubstr("ended"));
}

TEST_F(Register, AnAuthorisationNeedsOneHolderAPurposeAndAReview) {
  auto entry = authorised();
  entry.person = model::PersonId("p17");
  EXPECT_THAT(refused(entry).sentence, HasSubstr("either a person or a group"));
  entry = authorised();
  entry.group = "pres";
  EXPECT_THAT(refused(entry).sentence, HasSubstr("pres"));
  entry = authorised();
  entry.purpose.clear();
  EXPECT_THAT(refused(entry).sentence, HasSubstr("--purpose"));
  entry = authorised();
  entry.review_date = london_date(noon);
  EXPECT_THAT(refused(entry).sentence, HasSubstr("--review-date"));
  entry = authorised();
  entry.approved_by.clear();
  EXPECT_THAT(refused(entry).sentence, HasSubstr("--approved-by"));
  EXPECT_EQ(refused(authorised(), hr).exit_code, 77);
  EXPECT_EQ(refused(authorised()).exit_code, 0);
}

TEST_F(Register, AReviewLetsItGoOnOrEndsIt) {
  const auto entered = entries.authorise(ict, authorised(), known(), noon);
  ASSERT_TRUE(entered);
  model::RegisteredAuthorisation::Review review;
  review.approved_by = "Head of Press";
  EXPECT_THAT(refusal_of(entries.review(ict, entered->number, review, noon)).sentence,
              HasSubstr("--review-date"));
  review.next = date("2028-11-01");
  const auto goes_on = entries.review(ict, entered->number, review, noon + std::chrono::hours(1));
  ASSERT_TRUE(goes_on) << goes_on.error().sentence;
  EXPECT_EQ(goes_on->review_due(), date("2028-11-01"));
  review.next.reset();
  review.goes_on = false;
  const auto ended = entries.review(ict, entered->number, review, noon + std::chrono::hours(2));
  ASSERT_TRUE(ended) << ended.error().sentence;
  EXPECT_EQ(ended->in_force().to, noon + std::chrono::hours(2));
  EXPECT_THAT(refusal_of(entries.review(ict, entered->number, review, noon + std::chrono::hours(3))).sentence,
              HasSubstr("has ended"));
}

TEST_F(Register, HrIsToldOfTheCaseItNamesAndTheAuditorOfAll) {
  ASSERT_TRUE(open(request()));
  ASSERT_TRUE(entries.withdraw(ict, wanted(), known(), noon));
  auto other = wanted();
  other.person = model::PersonId("p18");
  other.reference = model::CaseReference("HR-2026-015");
  ASSERT_TRUE(entries.withdraw(ict, other, known(), noon));
  EXPECT_EQ(refusal_of(entries.withdrawals(hr, model::CaseReference(), noon)).exit_code, 77);
  EXPECT_EQ(refusal_of(entries.withdrawals(hr, model::CaseReference("HR-2026-015"), noon)).exit_code, 77);
  EXPECT_THAT(entries.withdrawals(hr, model::CaseReference("HR-2026-014"), noon).value(), SizeIs(1));
  EXPECT_THAT(entries.withdrawals(auditor, model::CaseReference(), noon).value(), SizeIs(2));
  EXPECT_EQ(refusal_of(entries.authorisations(hr, noon)).exit_code, 77);
}

}  // namespace
}  // namespace edgewatch::evidence
