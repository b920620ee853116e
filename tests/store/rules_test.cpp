// What the ledger keeps about the rule book: matches, books of other times, and the register.
#include "ledger_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

model::RuleMatches matched(const std::string& rule, const std::string& day, std::uint64_t count,
                           const std::string& last) {
  return {model::RuleId(rule), date(day), count, at(last)};
}

TEST(RuleMatches, AreCountedOnceHoweverOftenToldAndAddUpOverRunsAndDays) {
  Ledger ledger(":memory:");
  const Timestamp first = at("2026-11-17T08:00:00Z");
  ledger.write_rules_in_force({model::RuleId("counter"), model::RuleId("other")}, first);
  const auto three = matched("counter", "2026-11-17", 3, "2026-11-17T09:00:00Z");
  ledger.write(std::vector{three}, first);
  ledger.write(std::vector{three}, first);
  ledger.write(std::vector{matched("counter", "2026-11-17", 5, "2026-11-17T10:00:00Z")}, first);
  ledger.write(std::vector{matched("counter", "2026-11-18", 2, "2026-11-18T10:00:00Z")},
               at("2026-11-18T08:00:00Z"));
  EXPECT_THAT(ledger.rule_use(),
              ElementsAre(RuleUse{model::RuleId("counter"), first, 7, at("2026-11-18T10:00:00Z")},
                          RuleUse{model::RuleId("other"), first, 0, std::nullopt}));
}

TEST(RuleMatches, ARuleIsInForceSinceItCameIntoTheBookAndAnewWhenItComesBack) {
  Ledger ledger(":memory:");
  const model::RuleId rule("counter");
  ledger.write_rules_in_force({rule}, at("2026-11-01T08:00:00Z"));
  ledger.write_rules_in_force({rule, model::RuleId("other")}, at("2026-11-02T08:00:00Z"));
  EXPECT_EQ(ledger.rule_use().front().since, at("2026-11-01T08:00:00Z"));
  ledger.write_rules_in_force({}, at("2026-11-03T08:00:00Z"));
  EXPECT_THAT(ledger.rule_use(), IsEmpty());
  ledger.write_rules_in_force({rule}, at("2026-11-04T08:00:00Z"));
  EXPECT_EQ(ledger.rule_use().front().since, at("2026-11-04T08:00:00Z"));
}

// A decision by a withdrawal is one person's use.
TEST(RuleMatches, OfAWithdrawalHaveNoPlace) {
  Ledger ledger(":memory:");
  EXPECT_THROW(ledger.write(std::vector{matched("withdrawal:HR-1", "2026-11-17", 1, "2026-11-17T09:00:00Z")},
                            at("2026-11-17T08:00:00Z")),
               StoreError);
}

model::KeptRuleBook book(const std::string& from, const std::string& text) {
  return {
      at(from), model::Revision("r" + text), model::Revision("c"), model::Revision("l"), text, "p17\tpress\n",
      {}};
}

TEST(RuleBooks, OfAPastTimeAreThoseThatWereInForceThen) {
  Ledger ledger(":memory:");
  EXPECT_FALSE(ledger.rule_book_at(at("2026-11-17T10:00:00Z")));
  ledger.write_rule_book(book("2026-11-17T10:00:00Z", "a"));
  ledger.write_rule_book(book("2026-11-17T11:00:00Z", "a"));
  ledger.write_rule_book(book("2026-11-17T12:00:00Z", "b"));
  ledger.write_rule_book(book("2026-11-17T13:00:00Z", "a"));
  EXPECT_FALSE(ledger.rule_book_at(at("2026-11-17T09:59:59Z")));
  EXPECT_EQ(ledger.rule_book_at(at("2026-11-17T11:30:00Z")), book("2026-11-17T10:00:00Z", "a"));
  EXPECT_EQ(ledger.rule_book_at(at("2026-11-17T12:00:00Z")), book("2026-11-17T12:00:00Z", "b"));
  EXPECT_EQ(ledger.rule_book_at(at("2026-11-18T12:00:00Z")), book("2026-11-17T13:00:00Z", "a"));
}

TEST(RuleBooks, ANewEditionOfTheListsKeepsNoSecondText) {
  Folder folder;
  Ledger ledger(folder / "ledger.db");
  for (int i = 0; i < 400; ++i) {
    model::KeptRuleBook next = book("2026-11-18T00:00:00Z", std::string(100'000, '#'));
    next.from += std::chrono::minutes(i);
    next.revision = model::Revision("r");
    next.lists = model::Revision(std::to_string(i));
    ledger.write_rule_book(next);
  }
  EXPECT_EQ(ledger.rule_book_at(at("2026-11-18T00:00:30Z"))->lists.text(), "0");
  EXPECT_EQ(ledger.rule_book_at(at("2026-11-18T05:00:30Z"))->lists.text(), "300");
  EXPECT_LT(ledger.status().file_bytes, 1'000'000U);
}

TEST(RuleBooks, KeepTheCatalogueOfTheirTimeAndOfAFileThatDidNotChangeOneText) {
  Folder folder;
  Ledger ledger(folder / "ledger.db");
  const std::string same(100'000, '#');
  for (int i = 0; i < 150; ++i) {
    model::KeptRuleBook next = book("2026-11-18T00:00:00Z", "a");
    next.from += std::chrono::minutes(i);
    next.catalogue = model::Revision(std::to_string(i % 100));
    next.catalogue_files = {{"a.toml", same}, {"b.toml", "# " + next.catalogue.text()}};
    ledger.write_rule_book(next);
  }
  const auto then = ledger.rule_book_at(at("2026-11-18T00:07:30Z"));
  EXPECT_THAT(then->catalogue_files, ElementsAre(model::KeptRuleBook::CatalogueFile{"a.toml", same},
                                                 model::KeptRuleBook::CatalogueFile{"b.toml", "# 7"}));
  EXPECT_LT(ledger.status().file_bytes, 1'000'000U);
}

TEST(RuleBooks, ACatalogueGoesWithTheLastBookBesideIt) {
  Ledger ledger(":memory:");
  const auto write = [&](const std::string& from, const std::string& catalogue) {
    model::KeptRuleBook next = book(from, "a");
    next.catalogue = model::Revision(catalogue);
    next.catalogue_files = {{"a.toml", "# " + catalogue}};
    ledger.write_rule_book(next);
  };
  write("2026-11-17T10:00:00Z", "first");
  write("2026-11-18T10:00:00Z", "second");
  write("2026-11-20T10:00:00Z", "first");
  write("2026-11-21T10:00:00Z", "third");
  const auto files = [&](const std::string& when) {
    const auto found = ledger.rule_book_at(at(when));
    return found ? found->catalogue_files : std::vector<model::KeptRuleBook::CatalogueFile>{};
  };
  static_cast<void>(ledger.purge(date("2026-11-18"), PurgeMode::remove));
  EXPECT_THAT(files("2026-11-18T11:00:00Z"),
              ElementsAre(model::KeptRuleBook::CatalogueFile{"a.toml", "# second"}));
  EXPECT_THAT(files("2026-11-20T11:00:00Z"),
              ElementsAre(model::KeptRuleBook::CatalogueFile{"a.toml", "# first"}));
  static_cast<void>(ledger.purge(date("2026-11-21"), PurgeMode::remove));
  EXPECT_THAT(files("2026-11-20T11:00:00Z"), IsEmpty());
  EXPECT_THAT(files("2026-11-21T11:00:00Z"),
              ElementsAre(model::KeptRuleBook::CatalogueFile{"a.toml", "# third"}));
  write("2026-11-22T10:00:00Z", "second");
  EXPECT_THAT(files("2026-11-22T11:00:00Z"),
              ElementsAre(model::KeptRuleBook::CatalogueFile{"a.toml", "# second"}))
      << "one that was purged is kept anew";
}

TEST(RuleBooks, AreBoundedInLengthAndNumber) {
  Ledger ledger(":memory:");
  ledger.write_rule_book(book("2026-11-17T10:00:00Z", std::string((1U << 20U) + 1, '#')));
  EXPECT_FALSE(ledger.rule_book_at(at("2026-11-17T10:00:00Z"))->rules) << "that it was in force is known";
  for (int i = 0; i < 205; ++i) {
    model::KeptRuleBook next = book("2026-11-18T00:00:00Z", std::to_string(i));
    next.from += std::chrono::minutes(i);
    ledger.write_rule_book(next);
  }
  EXPECT_FALSE(ledger.rule_book_at(at("2026-11-18T00:04:30Z")));
  EXPECT_TRUE(ledger.rule_book_at(at("2026-11-18T00:05:30Z")));
  model::KeptRuleBook endless = book("2026-11-19T00:00:00Z", "a");
  endless.catalogue_files = {{"a.toml", std::string((1U << 20U) + 1, '#')}};
  ledger.write_rule_book(endless);
  EXPECT_THAT(ledger.rule_book_at(at("2026-11-19T00:00:00Z"))->catalogue_files, IsEmpty());
}

model::RegisteredWithdrawal withdrawal() {
  model::RegisteredWithdrawal entry;
  entry.person = model::PersonId("p17");
  entry.services = {model::ServiceId("photo-share"), model::ServiceId("micro-blog")};
  entry.valid = {at("2026-11-17T08:00:00Z"), at("2026-12-01T00:00:00Z")};
  entry.reference = model::CaseReference("HR-1");
  entry.approved_by = "Head of HR";
  entry.entered_by = "ict-officer";
  entry.entered_at = at("2026-11-17T09:00:00Z");
  return entry;
}
model::RegisteredAuthorisation authorisation() {
  model::RegisteredAuthorisation entry;
  entry.group = "press";
  entry.services = {model::ServiceId("photo-share")};
  entry.purpose = "the council's page";
  entry.account = "@council";
  entry.valid = {at("2026-11-17T08:00:00Z"), Timestamp::max()};
  entry.hours = {parse_window("mon-fri 08:00-18:00").value(),
                 parse_window("bank-holidays 10:00-12:00").value()};
  entry.approved_by = "Head of Press";
  entry.entered_by = "ict-officer";
  entry.entered_at = at("2026-11-17T09:00:00Z");
  entry.review_date = date("2027-11-01");
  return entry;
}

TEST(Register, GivesBackWhatWasEnteredAndWhatWasAddedToIt) {
  Folder folder;
  model::RegisteredWithdrawal withdrawn = withdrawal();
  model::RegisteredAuthorisation authorised = authorisation();
  {
    Ledger ledger(folder / "ledger.db");
    withdrawn.number = ledger.add(withdrawn);
    authorised.number = ledger.add(authorised);
    authorised.reviews = {
        {at("2026-11-18T09:00:00Z"), "ict-deputy", "Head of Press", true, date("2028-01-01")}};
    ledger.review(authorised.number, authorised.reviews.front());
    withdrawn.lifted = {at("2026-11-20T09:00:00Z"), "ict-deputy", "Head of HR"};
    ledger.lift(withdrawn.number, *withdrawn.lifted);
    ledger.lift(withdrawn.number, {at("2026-11-21T09:00:00Z"), "again", "again"});
  }
  const model::Register found = Ledger(folder / "ledger.db").read_register();
  EXPECT_THAT(found.withdrawals, ElementsAre(withdrawn));
  EXPECT_THAT(found.authorisations, ElementsAre(authorised));
  EXPECT_EQ(found.withdrawals.front().in_force(),
            (model::Interval{at("2026-11-17T09:00:00Z"), at("2026-11-20T09:00:00Z")}))
      << "not before it was entered";
  EXPECT_EQ(found.authorisations.front().review_due(), date("2028-01-01"));
}

TEST(Register, EntriesGoAYearAfterTheyEndAndNotBefore) {
  Folder folder;
  Ledger ledger(folder / "ledger.db");
  const auto ended = ledger.add(withdrawal());
  ledger.lift(ended, {at("2026-11-20T09:00:00Z"), "ict-officer", "Head of HR"});
  ledger.add(withdrawal());
  const auto reviewed = ledger.add(authorisation());
  ledger.review(reviewed, {at("2026-11-20T09:00:00Z"), "ict-officer", "Head of Press", false, std::nullopt});
  ledger.add(authorisation());
  ledger.write_rule_book(book("2026-11-17T10:00:00Z", "a"));
  ledger.write_rule_book(book("2026-11-20T10:00:00Z", "b"));
  ledger.write(std::vector{matched("counter", "2026-11-20", 1, "2026-11-20T09:00:00Z")}, Timestamp{});
  EXPECT_THAT(ledger.purge(date("2026-11-19"), PurgeMode::remove).rows, IsEmpty());
  const auto rows = ledger.purge(date("2026-11-20"), PurgeMode::dry_run).rows;
  EXPECT_THAT(rows, ElementsAre(Pair("authorisation", 1), Pair("rule_book", 1), Pair("rule_match", 1),
                                Pair("withdrawal", 1)));
  EXPECT_EQ(ledger.purge(date("2026-11-20"), PurgeMode::remove).rows, rows);
  EXPECT_THAT(ledger.read_register().withdrawals, SizeIs(1));
  EXPECT_THAT(ledger.read_register().authorisations, SizeIs(1));
  EXPECT_TRUE(ledger.rule_book_at(at("2026-11-21T10:00:00Z"))) << "what is in force stays";
}

}  // namespace
}  // namespace edgewatch::store
