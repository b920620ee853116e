#include "edgewatch/evidence/cases.hpp"

#include "evidence_support.hpp"

#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ARCHITECTURE D5, law: an authority is made by Authorities or not at all. (It may be copied: a copy is the
// same leave.)
static_assert(!std::is_default_constructible_v<model::CaseAuthority>);
static_assert(
    !std::is_constructible_v<model::CaseAuthority, model::CaseReference, model::PersonId, model::DateRange>);
static_assert(!std::is_aggregate_v<model::CaseAuthority>);

class Cases : public Office {
 public:
  /// Outcome of the last entry in the chain.
  [[nodiscard]] std::string last_outcome() const {
    const auto entries = audit.entries();
    return entries.empty() ? "" : entries.back().action + " " + entries.back().outcome;
  }
};

TEST_F(Cases, OpenedCasesAreKeptAndAudited) {
  const auto opened = open(request());
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->officer, "hr-officer");
  EXPECT_EQ(opened->opened_by_uid, 1001U);
  ASSERT_TRUE(ledger.find_case(model::CaseReference("HR-2026-014")).has_value());
  ASSERT_EQ(last_outcome(), "case open permitted");
  const AuditEntry entry = audit.entries().back();
  EXPECT_EQ(entry.reference.text(), "HR-2026-014");
  EXPECT_EQ(entry.detail->person, model::PersonId("p17"));
  EXPECT_EQ(entry.detail->text,
            "excessive-time; authorised by Head of Service; line manager's note of 12 November");
}

TEST_F(Cases, WithoutAReferenceGetTheNextOfTheYear) {
  CaseRequest plain = request();
  plain.reference.reset();
  EXPECT_EQ(open(plain)->reference.text(), "HR-2026-001");
  static_cast<void>(open(request()));
  EXPECT_EQ(open(plain)->reference.text(), "HR-2026-015");
}

struct Mistake {
  const char* name;
  void (*make)(CaseRequest&);
  const char* says;
};

class WrongRequest : public Cases, public ::testing::WithParamInterface<Mistake> {};

TEST_P(WrongRequest, IsRefusedSaysWhyAndIsAudited) {
  CaseRequest wrong = request();
  GetParam().make(wrong);
  const auto refused = open(wrong);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().exit_code, 64);
  EXPECT_THAT(refused.error().sentence, HasSubstr(GetParam().says));
  EXPECT_THAT(ledger.cases(), IsEmpty());
  EXPECT_EQ(last_outcome(), "case open refused");
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongRequest,
    ::testing::Values(
        Mistake{"slash", [](CaseRequest& r) { r.reference = model::CaseReference("../x"); },
                "letters, digits and '-'"},
        Mistake{"empty", [](CaseRequest& r) { r.reference = model::CaseReference(""); },
                "letters, digits and '-'"},
        Mistake{"option", [](CaseRequest& r) { r.reference = model::CaseReference("-f"); },
                "begins with a letter or digit"},
        Mistake{"newline", [](CaseRequest& r) { r.reference = model::CaseReference("HR\n1"); },
                "letters, digits and '-'"},
        Mistake{"naming", [](CaseRequest& r) { r.reference = model::CaseReference("DEMO-P17"); },
                "may not contain the person's id"},
        Mistake{"surname",
                [](CaseRequest& r) {
                  r.names = {"Robin Example"};
                  r.reference = model::CaseReference("2026-example-1");
                },
                "may not contain the person's id, name"},
        Mistake{"device", [](CaseRequest& r) { r.reference = model::CaseReference("x-02-00-5e-10-00-04"); },
                "account or device"},
        Mistake{"unknown", [](CaseRequest& r) { r.person = model::PersonId("p99"); },
                "no monitored person has the id p99"},
        Mistake{"hostile", [](CaseRequest& r) { r.person = model::PersonId("p\x1b[2J"); }, "id p\\x1b[2J"},
        Mistake{"backwards", [](CaseRequest& r) { r.period = dates("2026-11-20", "2026-11-01"); },
                "the first not after the last"},
        Mistake{"centuries", [](CaseRequest& r) { r.period = dates("2016-11-20", "2026-11-21"); },
                "at most ten years before it"},
        Mistake{"groundless", [](CaseRequest& r) { r.grounds = "  "; }, "--grounds"},
        Mistake{"endless", [](CaseRequest& r) { r.grounds = std::string(5000, 'x'); }, "over 4000 bytes"},
        Mistake{"unauthorised", [](CaseRequest& r) { r.authorised_by.clear(); }, "--authorised-by NAME"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST_F(Cases, ATakenReferenceIsRefused) {
  ASSERT_TRUE(open(request()).has_value());
  const auto again = open(request("p18"));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().sentence,
            "there is a case HR-2026-014 already; give another --reference, or none for the next number");
  EXPECT_EQ(last_outcome(), "case open refused");
}

TEST_F(Cases, AreOpenedByHrAlone) {
  EXPECT_EQ(refusal_of(open(request(), ict)).exit_code, 77);
  EXPECT_EQ(refusal_of(open(request(), auditor)).exit_code, 77);
  EXPECT_THAT(ledger.cases(), IsEmpty());
  EXPECT_THAT(audit.entries(), SizeIs(2));
}

TEST_F(Cases, CloseOnce) {
  static_cast<void>(open(request()));
  const auto closed = desk.close(hr, model::CaseReference("HR-2026-014"), noon);
  ASSERT_TRUE(closed.has_value());
  EXPECT_EQ(closed->closed_at, noon);
  EXPECT_FALSE(ledger.find_case(model::CaseReference("HR-2026-014"))->is_open());
  EXPECT_EQ(refusal_of(desk.close(hr, model::CaseReference("HR-2026-014"), noon)).sentence,
            "case HR-2026-014 was closed on 2026-11-20");
  EXPECT_THAT(refusal_of(desk.close(hr, model::CaseReference("HR-9"), noon)).sentence,
              HasSubstr("there is no case HR-9"));
  EXPECT_EQ(last_outcome(), "case close refused");
}

TEST_F(Cases, ListingThemIsAudited) {
  static_cast<void>(open(request()));
  const auto listed = desk.list(hr, noon);
  ASSERT_TRUE(listed.has_value());
  EXPECT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(last_outcome(), "case list permitted");
  EXPECT_FALSE(desk.list(ict, noon).has_value());
  EXPECT_EQ(last_outcome(), "case list refused");
}

TEST_F(Cases, AnOpenCaseGivesAuthorityOverItsPersonAndDates) {
  static_cast<void>(open(request()));
  const auto authority = ask(hr, "HR-2026-014", "p17", "2026-11-02", "2026-11-03");
  ASSERT_TRUE(authority.has_value());
  EXPECT_EQ(authority->person(), model::PersonId("p17"));
  EXPECT_EQ(authority->period(), dates("2026-11-02", "2026-11-03"));
  EXPECT_EQ(last_outcome(), "report permitted");
  EXPECT_EQ(audit.entries().back().detail->period, dates("2026-11-02", "2026-11-03"));
}

TEST_F(Cases, NoCaseNoAnswerAndTheSentenceSaysWhatToDo) {
  const auto refused = ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().exit_code, 77);
  EXPECT_EQ(refused.error().sentence,
            "no open case HR-2026-014 names p17 between 2026-11-01 and 2026-11-20; open one with: edgewatch "
            "case open --person p17 "
            "--reason excessive-time|breach-of-rules --grounds TEXT --from 2026-11-01 --to 2026-11-20 "
            "--authorised-by NAME");
  EXPECT_EQ(last_outcome(), "report refused");
}

TEST_F(Cases, OfAnotherPersonAreNotTold) {
  static_cast<void>(open(request("p18")));
  const auto refused = ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().sentence, HasSubstr("no open case HR-2026-014 names p17"));
  EXPECT_THAT(refused.error().sentence, ::testing::Not(HasSubstr("p18")));
}

TEST_F(Cases, DatesOutsideTheCaseAreRefused) {
  static_cast<void>(open(request()));
  for (const auto& [from, to] : {std::pair("2026-10-31", "2026-11-05"), std::pair("2026-11-05", "2026-11-21"),
                                 std::pair("2026-12-01", "2026-12-02")}) {
    const auto refused = ask(hr, "HR-2026-014", "p17", from, to);
    ASSERT_FALSE(refused.has_value()) << from;
    EXPECT_THAT(refused.error().sentence, HasSubstr("covers the days between 2026-11-01 and 2026-11-20"));
    EXPECT_EQ(last_outcome(), "report refused");
  }
  EXPECT_FALSE(ask(hr, "HR-2026-014", "p17", "2026-11-10", "2026-11-09").has_value());
}

TEST_F(Cases, AClosedCaseGivesNoAuthority) {
  static_cast<void>(open(request()));
  static_cast<void>(desk.close(hr, model::CaseReference("HR-2026-014"), noon));
  const auto refused = ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20");
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().sentence, HasSubstr("was closed on 2026-11-20"));
  EXPECT_EQ(last_outcome(), "report refused");
}

TEST_F(Cases, GiveNoAuthorityToIctOrTheAuditor) {
  static_cast<void>(open(request()));
  for (const Officer& officer : {ict, auditor}) {
    EXPECT_EQ(refusal_of(ask(officer, "HR-2026-014", "p17", "2026-11-01", "2026-11-20")).exit_code, 77);
    EXPECT_EQ(last_outcome(), "report refused");
  }
}

TEST_F(Cases, WhatIsTypedAsAReferenceNeverEntersTheChainUnlessThereIsSuchACase) {
  static_cast<void>(ask(hr, "case-of-p17", "p17", "2026-11-01", "2026-11-20"));
  static_cast<void>(desk.close(hr, model::CaseReference("p17"), noon));
  static_cast<void>(audit.store().purge_details(noon + std::chrono::hours(1), {}, {}));
  EXPECT_THAT(files_with("p17"), IsEmpty());
}

TEST_F(Cases, TheAuditorSeesTheWholeChainAndHrTheirOwnCases) {
  static_cast<void>(open(request()));
  CaseRequest second = request("p18");
  second.reference = model::CaseReference("HR-2026-015");
  static_cast<void>(open(second, other_hr));
  const auto seqs = [](const Result<std::vector<AuditEntry>, Refusal>& shown) {
    std::vector<std::uint64_t> all;
    for (const AuditEntry& entry : *shown) all.push_back(entry.seq);
    return all;
  };
  EXPECT_THAT(seqs(desk.audit(auditor, noon)), ElementsAre(1, 2, 3));
  EXPECT_THAT(seqs(desk.audit(hr, noon)), ElementsAre(1));
  EXPECT_THAT(seqs(desk.audit(other_hr, noon)), ElementsAre(2));
  EXPECT_FALSE(desk.audit(ict, noon).has_value());
  EXPECT_EQ(last_outcome(), "audit show refused");
}

}  // namespace
}  // namespace edgewatch::evidence
