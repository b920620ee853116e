#include "edgewatch/config/rule_books.hpp"

#include "edgewatch/config/check.hpp"

#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Timestamp at(const char* text) { return parse_rfc3339(text).value(); }
const Timestamp entered = at("2026-11-17T09:00:00Z");

model::Attribution p17() {
  model::Attribution out;
  out.person = model::PersonId("p17");
  return out;
}

Configuration office(const std::string& rules) {
  Workspace workspace;
  small(workspace).file("rules.toml", rules);
  auto out = workspace.load();
  EXPECT_TRUE(out) << (out ? "" : to_string(out.error().front()));
  return std::move(out).value();
}

model::Register one_of_each() {
  model::Register out;
  model::RegisteredWithdrawal withdrawn;
  withdrawn.number = 1;
  withdrawn.person = model::PersonId("p17");
  withdrawn.services = {model::ServiceId("photo-share")};
  withdrawn.reference = model::CaseReference("HR-1");
  withdrawn.entered_at = entered;
  withdrawn.lifted = {at("2026-11-17T11:00:00Z"), "ict-officer", "Head of HR"};
  out.withdrawals = {withdrawn};
  model::RegisteredAuthorisation authorised;
  authorised.number = 1;
  authorised.group = "press";
  authorised.services = withdrawn.services;
  authorised.entered_at = entered;
  out.authorisations = {authorised};
  return out;
}

TEST(RuleBooks, TheRegisterStandsBehindTheFileAndHasARevisionOfItsOwn) {
  const Configuration files = office("");
  const policy::RuleBook plain = with_register(files.policies.rules, {});
  EXPECT_EQ(plain.revision, files.policies.rules.revision);
  const policy::RuleBook book = with_register(files.policies.rules, one_of_each());
  EXPECT_NE(book.revision, plain.revision);
  const auto name = net::HostName::from_dotted("photos.example").value();
  const auto listed = files.policies.catalogue.classify(name);
  const auto on = [&](const char* moment) { return policy::decide(book, p17(), listed, name, at(moment)); };
  EXPECT_EQ(on("2026-11-17T08:59:59Z").verdict, model::Verdict::allow) << "nothing before it was entered";
  EXPECT_EQ(on("2026-11-17T09:00:00Z").rule->text(), "withdrawal:HR-1");
  EXPECT_EQ(on("2026-11-17T11:00:00Z").verdict, model::Verdict::allow);
  EXPECT_EQ(on("2026-11-17T11:00:00Z").purpose, model::Purpose::authorised);
  EXPECT_EQ(on("2026-11-17T11:00:00Z").rule->text(), "authorised:entry-1");
}

// A decision of then carries the revision of then.
TEST(RuleBooks, TheRevisionOfAPastTimeIsThatOfWhatWasKnownThen) {
  const policy::RuleBook file = office("").policies.rules;
  const model::Register now = one_of_each();
  model::Register then = now;
  then.withdrawals.front().lifted.reset();
  EXPECT_EQ(with_register(file, as_known_at(now, at("2026-11-17T10:00:00Z"))).revision,
            with_register(file, then).revision);
  EXPECT_EQ(with_register(file, as_known_at(now, at("2026-11-17T08:00:00Z"))).revision, file.revision);
}

TEST(RuleBooks, AKeptOneDecidesAsItDid) {
  const Configuration files = office(
      "# a comment\n[[rule]]\nid = \"r\"\naction = \"block\"\nservices = [\"photo-share\"]\ngroups = "
      "[\"press\"]\n"
      "schedule = [\"mon-fri 08:00-12:00 not bank-holidays\"]\nreason = \"a \\\"reason\\\"\"\n"
      "[[authorised_use]]\ngroup = \"drivers\"\nservices = [\"photo-share\"]\n");
  const model::KeptRuleBook kept_book = kept(files, files.policies.rules, entered);
  EXPECT_EQ(kept_book.members, "p17\tpress\np17\tdrivers\n");
  const auto read = read_kept(kept_book, "rules.toml");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->revision, files.policies.rules.revision);
  const auto name = net::HostName::from_dotted("photos.example").value();
  const auto listed = files.policies.catalogue.classify(name);
  for (const char* moment : {"2026-11-17T09:00:00Z", "2026-11-17T13:00:00Z", "2026-11-21T09:00:00Z"}) {
    const auto then = policy::decide(*read, p17(), listed, name, at(moment));
    const auto live = policy::decide(files.policies.rules, p17(), listed, name, at(moment));
    EXPECT_EQ(then.verdict, live.verdict) << moment;
    EXPECT_EQ(then.rule, live.rule) << moment;
    EXPECT_EQ(then.purpose, model::Purpose::authorised) << moment;
  }
}

TEST(RuleBooks, OnlyGroupsThatTheBookSpeaksOfAreKept) {
  const Configuration files = office("");
  EXPECT_EQ(kept(files, files.policies.rules, entered).members, "");
  EXPECT_EQ(kept(files, with_register(files.policies.rules, one_of_each()), entered).members, "p17\tpress\n");
}

TEST(RuleBooks, OneThatWasTooLongOrIsDamagedIsSaidToBeUnreadable) {
  model::KeptRuleBook book;
  EXPECT_FALSE(read_kept(book, "rules.toml"));
  book.rules = "[[rule]\n";
  EXPECT_FALSE(read_kept(book, "rules.toml"));
}

TEST(Warnings, TellWhatIsOddWithItsLineAndWhatToDo) {
  Workspace workspace;
  small(workspace).file(
      "rules.toml",
      "[[rule]]\nid = \"all\"\naction = \"block\"\ncategories = [\"social\"]\n"
      "[[rule]]\nid = \"late\"\naction = \"allow\"\nservices = [\"photo-share\"]\n"
      "[[withdrawal]]\nperson = \"p17\"\nservices = [\"photo-share\"]\n"
      "[[withdrawal]]\nperson = \"p17\"\nservices = [\"photo-share\"]\nuntil = 2026-11-01\n"
      "[[authorised_use]]\nperson = \"p17\"\nservices = [\"photo-share\"]\napproved_by = \"head\"\n"
      "[[authorised_use]]\nperson = \"p17\"\nservices = [\"photo-share\"]\napproved_by = \"head\"\n"
      "review_date = 2026-11-17\n");
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded);
  EXPECT_THAT(
      workspace.texts(warnings(*loaded, entered)),
      ElementsAre(
          HasSubstr("rules.toml:5: rule 'late' can never match: rule all stands before it and takes all "
                    "of it, to block; "),
          HasSubstr("rules.toml:9: nobody is named who approved this withdrawal; "),
          HasSubstr("rules.toml:9: this withdrawal follows from no case; "),
          HasSubstr("rules.toml:12: this withdrawal ended on 2026-11-01; "),
          HasSubstr("rules.toml:9: withdrawal:1 (rules.toml:9) blocks photo-share, which authorised:1 "
                    "(rules.toml:16) authorises"),
          HasSubstr("which authorised:2 (rules.toml:20) authorises"),
          HasSubstr("rules.toml:16: nobody will look at this authorisation again; "),
          HasSubstr("rules.toml:20: the review of this authorisation was due on 2026-11-17; ")));
  Workspace plain;
  EXPECT_THAT(warnings(small(plain).load().value(), entered), IsEmpty());
}

TEST(Warnings, SayThatAGatewaysPageNamesNobodyToAskAndNoWayToObject) {
  const auto of = [](const std::string& mode, const std::string& page) {
    Workspace workspace;
    small(workspace).file(
        "edgewatch.toml",
        "inside = [\"10.20.0.0/16\"]\n[capture]\ninterfaces = [\"eno2\"]\n[enforcement]\nmode = "
        "\"" +
            mode + "\"\n" + page);
    return workspace.texts(warnings(workspace.load().value(), entered));
  };
  EXPECT_THAT(of("gateway", ""), ElementsAre(HasSubstr("does not say whom to ask; add page_contact = "),
                                             HasSubstr("does not say how to object; add page_appeal = ")));
  EXPECT_THAT(of("gateway", "page_contact = \"ICT desk\"\n"), ElementsAre(HasSubstr("how to object")));
  EXPECT_THAT(of("gateway", "[governance]\ncontroller = \"Example Council\"\nnotice = \"n\"\n"), IsEmpty());
  EXPECT_THAT(of("observe", ""), IsEmpty());
}

TEST(Warnings, SayThatAnIdIsNoTokenWhereAPartOfTheNameIsInIt) {
  const auto of = [](const std::string& id, const std::string& name) {
    Workspace workspace;
    small(workspace)
        .file("people.csv", "person,display_name,department,groups\n" + id + "," + name + ",Housing,\n")
        .file("assignments.csv", "kind,value,person,from,to\n");
    return workspace.texts(warnings(workspace.load().value(), entered));
  };
  EXPECT_THAT(of("psevente", "Person Seventeen"),
              ElementsAre(HasSubstr("of 1 people the id has a part of the name in it")));
  EXPECT_THAT(of("p17", "Person Seventeen"), IsEmpty());
  EXPECT_THAT(of("p-17", ""), IsEmpty());
}

}  // namespace
}  // namespace edgewatch::config
