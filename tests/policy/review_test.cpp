#include "edgewatch/policy/review.hpp"

#include "edgewatch/policy/rule_tally.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

Rule rule(const char* id, const char* category = "social") {
  Rule out;
  out.id = model::RuleId(id);
  out.categories = {model::Category(category)};
  return out;
}
const Listed listed{{{model::ServiceId("photo-share"), model::Category("social")},
                     {model::ServiceId("arcade"), model::Category("gaming")}},
                    {model::Category("ads")}};

std::string second_of(Rule first, Rule second, Groups groups = {}) {
  RuleBook book;
  book.rules = {std::move(first), std::move(second)};
  book.groups = std::move(groups);
  return never_matching(book, listed).at(1);
}

TEST(NeverMatching, ARuleBehindOneThatTakesAllOfIt) {
  EXPECT_EQ(second_of(rule("a"), rule("b")), "rule a stands before it and takes all of it");
  Rule allow = rule("a");
  allow.action = model::Verdict::allow;
  EXPECT_EQ(second_of(allow, rule("b")), "rule a stands before it and takes all of it, to allow");
  Rule service = rule("b");
  service.categories.clear();
  service.services = {model::ServiceId("photo-share")};
  EXPECT_NE(second_of(rule("a"), service), "") << "a service of that category";
  EXPECT_EQ(second_of(service, rule("b")), "");
  EXPECT_EQ(second_of(rule("a"), rule("b", "gaming")), "");
}

TEST(NeverMatching, AnEarlierRuleForSomeTakesNothingFromOneForAll) {
  Rule some = rule("a");
  some.groups = {"press"};
  EXPECT_EQ(second_of(some, rule("b")), "");
  Rule one = rule("b");
  one.people = {model::PersonId("p17")};
  EXPECT_EQ(second_of(some, one), "");
  EXPECT_NE(second_of(some, one, {{model::PersonId("p17"), {"press"}}}), "");
  Rule here = rule("a");
  here.networks = {net::Network::parse("10.20.0.0/16").value()};
  Rule counter = rule("b");
  counter.networks = {net::Network::parse("10.20.1.0/24").value()};
  EXPECT_NE(second_of(here, counter), "");
  EXPECT_EQ(second_of(counter, here), "");
}

TEST(NeverMatching, HoursAreComparedByTheMinute) {
  const auto in = [](const char* id, std::vector<const char*> windows) {
    Rule out = rule(id);
    for (const char* text : windows) out.schedule.push_back(parse_window(text).value());
    return out;
  };
  EXPECT_NE(second_of(in("a", {"mon-fri 08:00-12:00", "mon-fri 12:00-18:00"}), in("b", {"tue 10:00-14:00"})),
            "");
  EXPECT_EQ(second_of(in("a", {"mon-fri 08:00-12:00"}), in("b", {"tue 10:00-12:01"})), "");
  EXPECT_NE(second_of(in("a", {"sat 22:00-02:00"}), in("b", {"sun 00:00-02:00"})), "");
  EXPECT_EQ(second_of(in("a", {"mon-fri 08:00-12:00"}), rule("b")), "");
  EXPECT_EQ(second_of(in("a", {"mon-fri 08:00-12:00 not bank-holidays"}), in("b", {"mon 09:00-10:00"})), "");
  EXPECT_NE(second_of(rule("a"), in("b", {"bank-holidays 09:00-10:00"})), "");
}

TEST(NeverMatching, ARuleAboutWhatNothingIsListedAs) {
  EXPECT_EQ(second_of(rule("a"), rule("b", "dating")), "nothing listed is of its categories or services");
  EXPECT_EQ(second_of(rule("a"), rule("b", "ads")), "") << "a list has it";
}

TEST(DatesToMind, SayWhatHasEndedOrSoonWill) {
  const auto on = [](const char* day) { return london_midnight(parse_date(day).value()); };
  EXPECT_EQ(dates_to_mind({}, std::nullopt, noon), "");
  EXPECT_EQ(dates_to_mind({Timestamp::min(), on("2026-11-17")}, std::nullopt, noon), "ended on 2026-11-16");
  EXPECT_EQ(dates_to_mind({Timestamp::min(), on("2026-12-02")}, std::nullopt, noon), "ends on 2026-12-01");
  EXPECT_EQ(dates_to_mind({Timestamp::min(), on("2026-12-03")}, std::nullopt, noon), "");
  EXPECT_EQ(dates_to_mind({on("2026-11-20"), Timestamp::max()}, parse_date("2026-11-30"), noon),
            "begins on 2026-11-20; review is due on 2026-11-30");
  EXPECT_EQ(dates_to_mind({}, parse_date("2026-11-17"), noon), "review was due on 2026-11-17");
}

model::Decision by(const char* rule) {
  model::Decision out;
  out.rule = model::RuleId(rule);
  return out;
}

TEST(RuleTally, CountsByDayInLondonAndTellsWhatChanged) {
  RuleBook book;
  book.rules = {rule("a"), rule("b")};
  RuleTally tally(book);
  tally.note(by("a"), noon);
  tally.note(by("a"), noon - Duration(1));
  tally.note(by("withdrawal:HR-1"), noon);
  tally.note({}, noon);
  const CivilDate today = london_date(noon);
  EXPECT_THAT(tally.drain(), ElementsAre(model::RuleMatches{model::RuleId("a"), today, 2, noon}));
  EXPECT_THAT(tally.drain(), IsEmpty());
  tally.note(by("b"), noon);
  tally.note(by("a"), noon + std::chrono::hours(12));
  EXPECT_THAT(tally.drain(), ElementsAre(model::RuleMatches{model::RuleId("b"), today, 1, noon},
                                         model::RuleMatches{model::RuleId("a"), next_day(today), 1,
                                                            noon + std::chrono::hours(12)}));
}

// What a rule about a few people matched would be their use.
TEST(RuleTally, CountsNothingOfRulesAboutFewerThanTen) {
  RuleBook book;
  book.rules = {rule("one"), rule("nine"), rule("ten"), rule("desk"), rule("floor")};
  book.rules[0].people = {model::PersonId("p17")};
  book.rules[1].groups = {"nine"};
  book.rules[2].groups = {"nine"};
  book.rules[2].people = {model::PersonId("p17")};
  book.rules[3].networks = {net::Network::parse("10.20.1.8/29").value()};
  book.rules[4].networks = {net::Network::parse("10.20.1.8/29").value(),
                            net::Network::parse("10.20.2.0/24").value()};
  for (int i = 0; i < 9; ++i) book.groups[model::PersonId("q" + std::to_string(i))] = {"nine"};
  std::vector<bool> counted;
  for (const Rule& each : book.rules) counted.push_back(is_counted(book, each));
  EXPECT_THAT(counted, ElementsAre(false, false, true, false, true));
  RuleTally tally(book);
  tally.note(by("one"), noon);
  EXPECT_THAT(tally.drain(), IsEmpty());
}

}  // namespace
}  // namespace edgewatch::policy
