// Unlocks, covert cases and what is due in a case (EVIDENCE 3).
#include "edgewatch/evidence/cases.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CaseKinds : public Office {
 public:
  const model::CaseReference reference{"HR-2026-014"};
  CaseDesk covert_desk{ledger, audit, CovertCases::allowed};

  static CaseRequest covert_request() {
    CaseRequest wanted = request();
    wanted.covert = CovertRequest{"Monitoring Officer", date("2026-12-01"), "the files would be gone",
                                  date("2026-11-27")};
    return wanted;
  }
  Result<model::CaseAuthority, Refusal> ask_at(Timestamp now) {
    return Authorities(ledger, audit)
        .authorise(hr, reference, model::PersonId("p17"), dates("2026-11-01", "2026-11-20"), now);
  }
  std::vector<Due> due_on(const std::string& today) {
    return due_in({*ledger.find_case(reference), ledger.notes_of(reference)}, date(today), 1);
  }
};

TEST_F(CaseKinds, AnUnlockEndsAfter24HoursAndIsRenewedByAnAuditedAct) {
  static_cast<void>(open(request()));
  EXPECT_TRUE(ask_at(noon + hours(24) - Duration(1)).has_value());
  const auto locked = ask_at(noon + hours(24));
  ASSERT_FALSE(locked.has_value());
  EXPECT_EQ(locked.error().exit_code, 77);
  EXPECT_EQ(
      locked.error().sentence,
      "case HR-2026-014 was unlocked for 24 hours from 2026-11-20T12:00:00Z and answers no more; unlock "
      "it, which is on record: edgewatch case unlock --reference HR-2026-014");
  EXPECT_EQ(audit.entries().back().outcome, "refused");

  EXPECT_EQ(refusal_of(desk.unlock(ict, reference, "", noon + hours(30))).exit_code, 77);
  ASSERT_TRUE(desk.unlock(hr, reference, "the meeting on Friday", noon + hours(30)).has_value());
  const AuditEntry entry = audit.entries().back();
  EXPECT_EQ(entry.action + " " + entry.outcome, "case unlock permitted");
  EXPECT_EQ(entry.reference, reference);
  EXPECT_EQ(entry.detail->text, "the meeting on Friday");
  EXPECT_TRUE(ask_at(noon + hours(53)).has_value());
  EXPECT_FALSE(ask_at(noon + hours(54)).has_value());
}

TEST_F(CaseKinds, AnUnlockEndsWithTheCase) {
  static_cast<void>(open(request()));
  static_cast<void>(desk.close(hr, reference, noon + hours(1)));
  EXPECT_FALSE(ledger.find_case(reference)->unlocked_until(noon + hours(1)));
  const auto refused = desk.unlock(hr, reference, "", noon + hours(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().sentence, "there is no open case HR-2026-014; edgewatch case list shows them");
  EXPECT_EQ(audit.entries().back().outcome, "refused");
}

TEST_F(CaseKinds, AClockThatIsSetBackUnlocksNothing) {
  static_cast<void>(open(request()));
  EXPECT_FALSE(ask_at(noon - hours(1)).has_value());
}

TEST_F(CaseKinds, NobodyAuthorisesTheirOwnLooking) {
  for (const char* own : {"hr-officer", " HR-Officer "}) {
    CaseRequest wanted = request();
    wanted.authorised_by = own;
    const auto refused = open(wanted);
    ASSERT_FALSE(refused.has_value()) << own;
    EXPECT_EQ(refused.error().exit_code, 64);
    EXPECT_THAT(refused.error().sentence, HasSubstr("somebody else than the officer"));
  }
  CaseRequest wanted = request();
  wanted.officer = "Somebody Named";
  wanted.authorised_by = "somebody named";
  EXPECT_FALSE(open(wanted).has_value());
  EXPECT_EQ(audit.entries().back().outcome, "refused");
  EXPECT_THAT(ledger.cases(), IsEmpty());
}

TEST_F(CaseKinds, CovertOnesAreOffUnlessTheConfigurationAllowsThem) {
  const auto refused = open(covert_request());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().exit_code, 77);
  EXPECT_THAT(refused.error().sentence, HasSubstr("[cases] covert = true"));
  EXPECT_THAT(ledger.cases(), IsEmpty());
  EXPECT_EQ(audit.entries().back().outcome, "refused");
}

TEST_F(CaseKinds, ACovertOneNeedsTwoPeopleAReasonAnEndAndAReview) {
  const std::vector<std::pair<void (*)(CaseRequest&), const char*>> mistakes{
      {[](CaseRequest& r) { r.covert->second_person = ""; }, "two people"},
      {[](CaseRequest& r) { r.covert->second_person = " head of service "; }, "two people"},
      {[](CaseRequest& r) { r.covert->second_person = "HR-Officer"; }, "neither of them the officer"},
      {[](CaseRequest& r) { r.authorised_by = "hr-officer"; }, "neither of them the officer"},
      {[](CaseRequest& r) {
         r.officer = "Somebody Named";
         r.covert->second_person = "hr-officer";
       },
       "neither of them the officer"},
      {[](CaseRequest& r) {
         r.officer = "Somebody Named";
         r.authorised_by = "hr-officer";
       },
       "neither of them the officer"},
      {[](CaseRequest& r) { r.covert->why_not_informed = " "; }, "--not-informed"},
      {[](CaseRequest& r) { r.covert->ends = CivilDate(); }, "--ends"},
      {[](CaseRequest& r) { r.covert->ends = date("2026-11-19"); }, "--ends"},
      {[](CaseRequest& r) { r.covert->ends = date("2027-02-19"); }, "to 2027-02-18"},
      {[](CaseRequest& r) { r.covert->review = date("2026-12-02"); }, "--review"},
      {[](CaseRequest& r) { r.covert->review = date("2026-11-19"); }, "--review"}};
  for (const auto& [spoil, says] : mistakes) {
    CaseRequest wanted = covert_request();
    spoil(wanted);
    const auto refused = covert_desk.open(hr, wanted, is_known, noon);
    ASSERT_FALSE(refused.has_value()) << says;
    EXPECT_EQ(refused.error().exit_code, 64);
    EXPECT_THAT(refused.error().sentence, HasSubstr(says));
  }
  EXPECT_THAT(ledger.cases(), IsEmpty());
}

TEST_F(CaseKinds, ACovertOneEndsForGoodOnItsDay) {
  ASSERT_TRUE(covert_desk.open(hr, covert_request(), is_known, noon).has_value());
  const auto kept = ledger.find_case(reference);
  EXPECT_EQ(kept->covert, (model::Covert{"Monitoring Officer", date("2026-12-01")}));
  EXPECT_EQ(ledger.notes_of(reference).front().text, "the files would be gone");
  EXPECT_TRUE(ask_at(noon + hours(1)).has_value());

  const Timestamp last_evening = at("2026-12-01T20:00:00Z");
  ASSERT_TRUE(covert_desk.unlock(hr, reference, "", last_evening).has_value());
  EXPECT_EQ(ledger.find_case(reference)->unlocked_until(last_evening), at("2026-12-02T00:00:00Z"));
  const Timestamp after = at("2026-12-02T00:00:00Z");
  EXPECT_THAT(refusal_of(ask_at(after)).sentence,
              HasSubstr("was covert and ended on 2026-12-01; tell the person"));
  EXPECT_THAT(refusal_of(covert_desk.unlock(hr, reference, "", after)).sentence, HasSubstr("ended on"));
}

TEST_F(CaseKinds, ACovertOneCannotBeReviewedAfterItsEnd) {
  ASSERT_TRUE(covert_desk.open(hr, covert_request(), is_known, noon).has_value());
  model::CaseNote later;
  later.reference = reference;
  later.kind = model::CaseNote::Kind::not_informed;
  later.text = "still";
  later.day = date("2026-12-24");
  EXPECT_EQ(refusal_of(covert_desk.note(hr, later, noon)).sentence,
            "a covert case is reviewed before it ends, on 2026-12-01");
}

TEST_F(CaseKinds, WhatIsDueIsSaid) {
  ASSERT_TRUE(covert_desk.open(hr, covert_request(), is_known, noon).has_value());
  EXPECT_THAT(due_on("2026-11-26"), IsEmpty());
  EXPECT_THAT(due_on("2026-11-27"), ElementsAre(Due::review));
  EXPECT_THAT(due_on("2026-12-02"), ElementsAre(Due::review, Due::covert_end));
  model::CaseNote told;
  told.reference = reference;
  told.kind = model::CaseNote::Kind::informed;
  told.text = "Head of HR";
  told.day = date("2026-11-20");
  ASSERT_TRUE(covert_desk.note(hr, told, noon).has_value());
  EXPECT_THAT(due_on("2026-12-02"), ElementsAre(Due::covert_end));
  EXPECT_THAT(due_on("2027-11-20"), ElementsAre(Due::covert_end, Due::closing));
  static_cast<void>(desk.close(hr, reference, noon));
  EXPECT_THAT(due_on("2027-11-20"), IsEmpty());
}

}  // namespace
}  // namespace edgewatch::evidence
