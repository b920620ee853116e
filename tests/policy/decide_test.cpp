#include "edgewatch/policy/rule_book.hpp"

#include <gtest/gtest.h>

namespace edgewatch::policy {
namespace {

using model::Purpose;
using model::Verdict;

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();  // a Tuesday

model::Attribution held_by(const char* person) {
  model::Attribution out;
  out.person = model::PersonId(person);
  out.address = net::IpAddress::parse("10.20.1.17").value();
  out.grade = model::IdentityGrade::a;
  return out;
}
model::Attribution nobody() {
  model::Attribution out;
  out.address = net::IpAddress::parse("10.20.1.17").value();
  return out;
}
std::optional<model::Classification> classified(const char* service, const char* category = "social") {
  model::Classification out;
  out.service = model::ServiceId(service);
  out.category = model::Category(category);
  return out;
}
net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }
const net::HostName www = name("www.photos.example");

Rule block(const char* id) {
  Rule rule;
  rule.id = model::RuleId(id);
  return rule;
}
RuleBook book_of(std::vector<Rule> rules) {
  RuleBook book;
  book.rules = std::move(rules);
  book.revision = model::Revision("feedfacefeedface");
  book.groups[model::PersonId("p17")] = {"communications"};
  return book;
}

TEST(Decide, EverythingIsAllowedWhereNoRuleSpeaks) {
  const model::Decision decision = decide(book_of({}), held_by("p17"), classified("photo-share"), www, noon);
  EXPECT_EQ(decision.verdict, Verdict::allow);
  EXPECT_EQ(decision.purpose, Purpose::personal);
  EXPECT_FALSE(decision.rule);
  EXPECT_EQ(decision.revision.text(), "feedfacefeedface");
  EXPECT_EQ(decide(RuleBook{}, nobody(), std::nullopt, www, noon).verdict, Verdict::allow);
}

TEST(Decide, ARuleMatchesByCategoryOrServiceOrName) {
  Rule rule = block("r");
  rule.categories = {model::Category("gaming")};
  rule.services = {model::ServiceId("micro-blog")};
  rule.names = {name("bad.example")};
  const RuleBook book = book_of({rule});
  EXPECT_EQ(decide(book, nobody(), classified("arcade", "gaming"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, nobody(), classified("micro-blog"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, nobody(), std::nullopt, name("www.bad.example"), noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, nobody(), std::nullopt, name("notbad.example"), noon).verdict, Verdict::allow);
  EXPECT_EQ(decide(book, nobody(), classified("photo-share"), www, noon).verdict, Verdict::allow);
}

TEST(Decide, ARuleHoldsForEveryCategoryUnderWhichAListHasTheName) {
  Rule rule = block("r");
  rule.categories = {model::Category("malware")};
  model::Classification listed;
  listed.category = model::Category("adult");
  listed.lists = {{"one", model::Category("adult"), "bad.example", 3, {}},
                  {"two", model::Category("malware"), "bad.example", 7, {}}};
  EXPECT_EQ(decide(book_of({rule}), nobody(), listed, www, noon).verdict, Verdict::block);
  listed.lists.pop_back();
  EXPECT_EQ(decide(book_of({rule}), nobody(), listed, www, noon).verdict, Verdict::allow);
  rule.services = {model::ServiceId("photo-share")};
  EXPECT_EQ(decide(book_of({rule}), nobody(), listed, www, noon).verdict, Verdict::allow);
}

TEST(Decide, ARuleWithoutDestinationMatchesNothing) {
  EXPECT_EQ(decide(book_of({block("r")}), nobody(), classified("photo-share"), www, noon).verdict,
            Verdict::allow);
}

TEST(Decide, TheFirstRuleThatMatchesDecidesAndIsNamed) {
  Rule allow = block("let-communications");
  allow.action = Verdict::allow;
  allow.services = {model::ServiceId("photo-share")};
  allow.groups = {"communications"};
  Rule all = block("no-social");
  all.categories = {model::Category("social")};
  all.rule_class = model::RuleClass::security;
  const RuleBook book = book_of({allow, all});
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).rule->text(),
            "let-communications");
  const model::Decision other = decide(book, held_by("p18"), classified("photo-share"), www, noon);
  EXPECT_EQ(other.verdict, Verdict::block);
  EXPECT_EQ(other.rule->text(), "no-social");
  EXPECT_EQ(other.rule_class, model::RuleClass::security);
}

TEST(Decide, ARuleAboutPeopleSaysNothingOfNobody) {
  Rule rule = block("r");
  rule.services = {model::ServiceId("photo-share")};
  rule.people = {model::PersonId("p17")};
  const RuleBook book = book_of({rule});
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, held_by("p18"), classified("photo-share"), www, noon).verdict, Verdict::allow);
  EXPECT_EQ(decide(book, nobody(), classified("photo-share"), www, noon).verdict, Verdict::allow);
}

TEST(Decide, ARuleMayHoldInSomeNetworksAndHoursOnly) {
  Rule rule = block("r");
  rule.services = {model::ServiceId("photo-share")};
  rule.networks = {net::Network::parse("10.20.1.0/24").value()};
  rule.schedule = {parse_window("mon-fri 09:00-12:30").value()};
  const RuleBook book = book_of({rule});
  EXPECT_EQ(decide(book, nobody(), classified("photo-share"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, nobody(), classified("photo-share"), www, noon + std::chrono::hours(1)).verdict,
            Verdict::allow);
  model::Attribution elsewhere = nobody();
  elsewhere.address = net::IpAddress::parse("10.20.2.17").value();
  EXPECT_EQ(decide(book, elsewhere, classified("photo-share"), www, noon).verdict, Verdict::allow);
}

TEST(Decide, AnOddNameMatchesNoRule) {
  Rule rule = block("r");
  rule.names = {name("bad.example")};
  EXPECT_EQ(decide(book_of({rule}), nobody(), std::nullopt, name("a b.bad.example"), noon).verdict,
            Verdict::allow);
}

TEST(Decide, WithdrawalBlocksThatPersonOnThatServiceOnly) {
  RuleBook book = book_of({});
  book.withdrawals = {{model::RuleId("withdrawal:C-1"),
                       model::PersonId("p17"),
                       {model::ServiceId("photo-share")},
                       {},
                       "C-1",
                       "hr"}};
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).rule->text(),
            "withdrawal:C-1");
  EXPECT_EQ(decide(book, held_by("p17"), classified("micro-blog"), www, noon).verdict, Verdict::allow);
  EXPECT_EQ(decide(book, held_by("p18"), classified("photo-share"), www, noon).verdict, Verdict::allow);
}

TEST(Decide, AWithdrawalComesBeforeEveryRuleAndEndsByItself) {
  Rule allow = block("let");
  allow.action = Verdict::allow;
  allow.services = {model::ServiceId("photo-share")};
  RuleBook book = book_of({allow});
  book.withdrawals = {{model::RuleId("withdrawal:1"),
                       model::PersonId("p17"),
                       {model::ServiceId("photo-share")},
                       {noon, noon + std::chrono::hours(1)},
                       "",
                       ""}};
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).verdict, Verdict::block);
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon - Duration(1)).verdict,
            Verdict::allow);
  EXPECT_EQ(
      decide(book, held_by("p17"), classified("photo-share"), www, noon + std::chrono::hours(1)).verdict,
      Verdict::allow);
}

RuleBook with_authorisation(std::vector<Rule> rules = {}) {
  RuleBook book = book_of(std::move(rules));
  AuthorisedUse use;
  use.id = model::RuleId("authorised:1");
  use.group = "communications";
  use.services = {model::ServiceId("photo-share")};
  use.hours = {parse_window("mon-fri 08:00-18:00").value()};
  book.authorised = {use};
  return book;
}

TEST(Decide, AuthorisedUseIsThatGroupOnThatServiceInThoseHours) {
  const RuleBook book = with_authorisation();
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).purpose, Purpose::authorised);
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).rule->text(), "authorised:1");
  EXPECT_EQ(
      decide(book, held_by("p17"), classified("photo-share"), www, noon + std::chrono::hours(6)).purpose,
      Purpose::personal);
  EXPECT_EQ(decide(book, held_by("p17"), classified("micro-blog"), www, noon).purpose, Purpose::personal);
  EXPECT_EQ(decide(book, held_by("p18"), classified("photo-share"), www, noon).purpose, Purpose::personal);
  EXPECT_EQ(decide(book, nobody(), classified("photo-share"), www, noon).purpose, Purpose::personal);
}

TEST(Decide, AVerdictSaysNothingOfThePurposeSoWorkStaysWorkUnderALogOrABlock) {
  Rule rule = block("r");
  rule.services = {model::ServiceId("photo-share")};
  for (const Verdict verdict : {Verdict::log, Verdict::block}) {
    rule.action = verdict;
    const RuleBook book = with_authorisation({rule});
    const model::Decision decision = decide(book, held_by("p17"), classified("photo-share"), www, noon);
    EXPECT_EQ(decision.verdict, verdict);
    EXPECT_EQ(decision.purpose, Purpose::authorised);
    EXPECT_EQ(decision.rule->text(), "r");
    EXPECT_EQ(decide(book, held_by("p18"), classified("photo-share"), www, noon).purpose, Purpose::personal);
  }
}

TEST(Decide, AWithdrawalBlocksAuthorisedUseAndLeavesItAuthorised) {
  RuleBook book = with_authorisation();
  book.withdrawals = {{model::RuleId("withdrawal:C-1"),
                       model::PersonId("p17"),
                       {model::ServiceId("photo-share")},
                       {},
                       "C-1",
                       "hr"}};
  const model::Decision decision = decide(book, held_by("p17"), classified("photo-share"), www, noon);
  EXPECT_EQ(decision.verdict, Verdict::block);
  EXPECT_EQ(decision.purpose, Purpose::authorised);
  EXPECT_EQ(decision.rule->text(), "withdrawal:C-1");
}

TEST(Decide, AnAuthorisationOfOnePersonIsNotItsGroups) {
  RuleBook book = with_authorisation();
  book.authorised[0].person = model::PersonId("p18");
  book.authorised[0].group.clear();
  EXPECT_EQ(decide(book, held_by("p18"), classified("photo-share"), www, noon).purpose, Purpose::authorised);
  EXPECT_EQ(decide(book, held_by("p17"), classified("photo-share"), www, noon).purpose, Purpose::personal);
}

TEST(Explain, SaysOfEachLineThatWasAskedWhyItDidNotSpeakOrThatItDid) {
  Rule other_name = block("other-name");
  other_name.names = {name("bad.example")};
  Rule others = block("others");
  others.services = {model::ServiceId("photo-share")};
  others.people = {model::PersonId("p18")};
  Rule elsewhere = block("elsewhere");
  elsewhere.services = others.services;
  elsewhere.networks = {net::Network::parse("10.20.2.0/24").value()};
  Rule night = block("night");
  night.services = others.services;
  night.schedule = {parse_window("mon-fri 22:00-06:00").value()};
  Rule social = block("social");
  social.categories = {model::Category("social")};
  RuleBook book = with_authorisation({other_name, others, elsewhere, night, social, social});
  book.withdrawals = {{model::RuleId("withdrawal:1"),
                       model::PersonId("p17"),
                       others.services,
                       {noon + Duration(1), Timestamp::max()},
                       "",
                       ""},
                      {model::RuleId("withdrawal:2"),
                       model::PersonId("p17"),
                       others.services,
                       {Timestamp::min(), noon},
                       "",
                       ""}};

  const auto use = classified("photo-share");
  const auto told = explain(book, held_by("p17"), &*use, www, noon);
  using Part = Considered::Part;
  EXPECT_EQ(told.considered, (std::vector<Considered>{{Part::withdrawal, 0, Mismatch::not_yet},
                                                      {Part::withdrawal, 1, Mismatch::over},
                                                      {Part::rule, 0, Mismatch::destination},
                                                      {Part::rule, 1, Mismatch::person},
                                                      {Part::rule, 2, Mismatch::network},
                                                      {Part::rule, 3, Mismatch::hours},
                                                      {Part::rule, 4, Mismatch::none},
                                                      {Part::authorised, 0, Mismatch::none}}))
      << "the rule behind the one that decides is not asked";
  EXPECT_EQ(told.decision.rule->text(), "social");
  EXPECT_EQ(explain(book, nobody(), &*use, www, noon).considered.at(3).why, Mismatch::nobody);
}

}  // namespace
}  // namespace edgewatch::policy
