#include "edgewatch/evidence/holds.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Holds : public Office {
 public:
  static model::Hold wanted(const std::string& person = "p17") {
    model::Hold hold;
    hold.ground = model::Hold::Ground::claim;
    hold.reference = "ET 2026/0042";
    hold.person = model::PersonId(person);
    hold.period = dates("2026-11-01", "2026-11-20");
    hold.until = date("2028-11-20");
    hold.approved_by = "Head of HR";
    hold.reason = "a claim at the tribunal";
    return hold;
  }
  Result<model::Hold, Refusal> add(const model::Hold& hold, const Officer& officer = hr) {
    return holds.add(officer, hold, noon);
  }
  HoldDesk holds{ledger, audit};
};

TEST_F(Holds, AreEnteredByHrWithSomebodyElsesApprovalAndAudited) {
  const auto added = add(wanted());
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->entered_by, "hr-officer");
  EXPECT_THAT(ledger.holds(), SizeIs(1));
  const AuditEntry entry = audit.entries().back();
  EXPECT_EQ(entry.action, "hold add");
  EXPECT_EQ(entry.detail->person, model::PersonId("p17"));
  EXPECT_EQ(entry.detail->text,
            "claim ET 2026/0042; until 2028-11-20; approved by Head of HR; a claim at the tribunal");
  EXPECT_THAT(evidence::holds_on(ledger, date("2028-11-20")), SizeIs(1));
  EXPECT_THAT(evidence::holds_on(ledger, date("2028-11-21")), IsEmpty());
}

TEST_F(Holds, AreNotForIctAndTheAuditorOnlyReads) {
  for (const Officer& officer : {ict, auditor}) EXPECT_EQ(refusal_of(add(wanted(), officer)).exit_code, 77);
  EXPECT_EQ(refusal_of(holds.release(auditor, 1, "Head of HR", noon)).exit_code, 77);
  EXPECT_TRUE(holds.list(auditor, noon).has_value());
  EXPECT_EQ(refusal_of(holds.list(ict, noon)).exit_code, 77);
  EXPECT_THAT(ledger.holds(), IsEmpty());
}

TEST_F(Holds, OfACaseAreAboutItsPerson) {
  static_cast<void>(open(request()));
  model::Hold hold = wanted("p18");
  hold.ground = model::Hold::Ground::hr_case;
  hold.reference = "HR-2026-014";
  const auto refused = refusal_of(add(hold));
  EXPECT_EQ(refused.exit_code, 77);
  EXPECT_THAT(refused.sentence, ::testing::Not(HasSubstr("p17")));
  hold.person = model::PersonId("p17");
  EXPECT_TRUE(add(hold).has_value());
  EXPECT_EQ(audit.entries().back().reference.text(), "HR-2026-014");
}

struct Mistake {
  const char* name;
  void (*make)(model::Hold&);
  const char* says;
};
class WrongHold : public Holds, public ::testing::WithParamInterface<Mistake> {};

TEST_P(WrongHold, IsRefusedSaysWhyAndIsAudited) {
  model::Hold hold = wanted();
  GetParam().make(hold);
  const Refusal refused = refusal_of(add(hold));
  EXPECT_EQ(refused.exit_code, 64);
  EXPECT_THAT(refused.sentence, HasSubstr(GetParam().says));
  EXPECT_THAT(ledger.holds(), IsEmpty());
  EXPECT_EQ(audit.entries().back().outcome, "refused");
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongHold,
    ::testing::Values(
        Mistake{"nobody", [](model::Hold& h) { h.person = model::PersonId(" "); }, "--person"},
        Mistake{"sentence", [](model::Hold& h) { h.person = model::PersonId("<b>p17</b>"); }, "the id of"},
        Mistake{"long", [](model::Hold& h) { h.person = model::PersonId(std::string(101, 'p')); },
                "the id of"},
        Mistake{"request",
                [](model::Hold& h) {
                  h.ground = model::Hold::Ground::subject_access;
                  h.reference = "=1+1";
                },
                "letters, digits and '-'"},
        Mistake{"groundless", [](model::Hold& h) { h.reference.clear(); }, "--case REFERENCE, --sar"},
        Mistake{"backwards", [](model::Hold& h) { h.period = dates("2026-11-20", "2026-11-01"); },
                "the earlier one first"},
        Mistake{"ended", [](model::Hold& h) { h.until = date("2026-11-19"); }, "today or later"},
        Mistake{"endless", [](model::Hold& h) { h.until = date("2032-11-21"); }, "within 6 years"},
        Mistake{"no_reason", [](model::Hold& h) { h.reason = " "; }, "--reason"},
        Mistake{"path", [](model::Hold& h) { h.ground = model::Hold::Ground::hr_case; },
                "letters, digits and '-'"},
        Mistake{"unapproved", [](model::Hold& h) { h.approved_by.clear(); }, "--approved-by"},
        Mistake{"alone", [](model::Hold& h) { h.approved_by = "HR-Officer "; }, "somebody else"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST_F(Holds, AreReleasedOnceAndStayOnRecord) {
  const auto added = add(wanted());
  EXPECT_EQ(refusal_of(holds.release(hr, 9, "Head of HR", noon)).sentence,
            "there is no hold 9; edgewatch hold list shows them");
  EXPECT_THAT(refusal_of(holds.release(hr, 1, "hr-officer", noon)).sentence, HasSubstr("somebody else"));
  EXPECT_TRUE(holds.release(other_hr, added->number, "Head of HR", noon).has_value());
  EXPECT_EQ(refusal_of(holds.release(hr, 1, "Head of HR", noon)).sentence, "hold 1 has ended");
  EXPECT_THAT(evidence::holds_on(ledger, date("2026-11-20")), IsEmpty());
  EXPECT_EQ(ledger.holds().at(0).released->by, "hr-deputy");
}

}  // namespace
}  // namespace edgewatch::evidence
