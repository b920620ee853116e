#include "edgewatch/policy/review.hpp"

#include "edgewatch/policy/rule_tally.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

Rule rule(const char* id, const char* category = "social") {
  Rule out;
  out.id = model::RuleId(id);
  out.categories = {model::Category(category)};
  return out;
}
Rule of_service(const char* id, const std::vector<const char*>& services) {
  Rule out;
  out.id = model::RuleId(id);
  for (const char* service : services) out.services.emplace_back(service);
  return out;
}
Rule of_names(const char* id, const std::vector<const char*>& names) {
  Rule out;
  out.id = model::RuleId(id);
  for (const char* name : names) out.names.push_back(net::HostName::from_dotted(name).value());
  return out;
}
Rule to_allow(Rule rule) {
  rule.action = model::Verdict::allow;
  return rule;
}
Rule in(Rule rule, const std::vector<const char*>& windows) {
  for (const char* text : windows) rule.schedule.push_back(parse_window(text).value());
  return rule;
}
net::NetworkSet networks(const std::vector<const char*>& texts) {
  net::NetworkSet out;
  for (const char* text : texts) out.push_back(net::Network::parse(text).value());
  return out;
}
Rule at(Rule rule, const std::vector<const char*>& texts) {
  rule.networks = networks(texts);
  return rule;
}
Rule for_groups(Rule rule, std::vector<std::string> groups) {
  rule.groups = std::move(groups);
  return rule;
}

Ground ground() {
  const auto host = [](const char* name, const char* service, const char* category) {
    return Ground::Host{net::HostName::from_dotted(name).value(), model::ServiceId(service),
                        model::Category(category)};
  };
  Ground out;
  out.hosts = {host("photos.example", "photo-share", "social"), host("img.example", "photo-share", "social"),
               host("chat.photos.example", "chat", "messaging"), host("arcade.example", "arcade", "gaming")};
  out.categories = {model::Category("ads")};
  return out;
}

RuleReview last_of(std::vector<Rule> rules, Groups groups = {}, const Ground& on = ground()) {
  RuleBook book;
  book.rules = std::move(rules);
  book.groups = std::move(groups);
  return review_rules(book, on).back();
}
std::string never(std::vector<Rule> rules, Groups groups = {}) {
  return last_of(std::move(rules), std::move(groups)).never;
}

TEST(ReviewRules, ARuleBehindOneThatTakesAllOfItCanNeverMatch) {
  EXPECT_EQ(never({rule("a"), rule("b")}), "rule a stands before it and takes all of it");
  EXPECT_EQ(never({to_allow(rule("a")), rule("b")}), "rule a stands before it and takes all of it, to allow");
  EXPECT_NE(never({rule("a"), of_service("b", {"photo-share"})}), "") << "a service of that category";
  EXPECT_EQ(never({of_service("a", {"arcade"}), rule("b")}), "");
  EXPECT_EQ(never({rule("a"), rule("b", "gaming")}), "");
}

TEST(ReviewRules, AServiceTakesItsNamesAndAllItsNamesTakeAService) {
  EXPECT_EQ(never({to_allow(of_service("a", {"photo-share"})), of_names("b", {"www.photos.example"})}),
            "rule a stands before it and takes all of it, to allow");
  const auto above = last_of({to_allow(of_service("a", {"photo-share"})), of_names("b", {"photos.example"})});
  EXPECT_EQ(above.never, "") << "the chat below it is another service's";
  EXPECT_EQ(above.contradicted, "rule a stands before it and takes photos.example, to allow");
  EXPECT_EQ(never({of_service("a", {"photo-share"}), to_allow(of_names("b", {"img.example"}))}),
            "rule a stands before it and takes all of it, to block");
  EXPECT_EQ(never({of_names("a", {"photos.example", "img.example"}), of_service("b", {"photo-share"})}),
            "rule a stands before it and takes all of it");
  EXPECT_EQ(never({of_names("a", {"photos.example"}), of_service("b", {"photo-share"})}), "")
      << "its pictures are left";
  EXPECT_EQ(never({of_names("a", {"www.photos.example"}), of_names("b", {"photos.example"})}), "");
}

TEST(ReviewRules, AnExceptionBeforeWhatItIsExceptedFromIsNoContradiction) {
  for (const Rule& later : {rule("b"), of_service("b", {"photo-share"})}) {
    const auto found = last_of({to_allow(of_names("a", {"img.example"})), later});
    EXPECT_EQ(found.never + found.contradicted, "");
    const auto for_some = last_of({for_groups(to_allow(rule("a")), {"press"}), later});
    EXPECT_EQ(for_some.never + for_some.contradicted, "");
  }
}

TEST(ReviewRules, OfARuleAboutSeveralThingsOneMayBeDecidedOtherwiseBefore) {
  const auto found =
      last_of({to_allow(of_service("a", {"photo-share"})), of_service("b", {"photo-share", "arcade"})});
  EXPECT_EQ(found.never, "");
  EXPECT_EQ(found.contradicted, "rule a stands before it and takes photo-share, to allow");
  EXPECT_NE(found.advice, "");
  EXPECT_EQ(
      last_of({of_service("a", {"photo-share"}), of_service("b", {"photo-share", "arcade"})}).contradicted,
      "")
      << "to the same end";
}

TEST(ReviewRules, AnEarlierRuleForSomeTakesNothingFromOneForAll) {
  const Rule some = for_groups(rule("a"), {"press"});
  EXPECT_EQ(never({some, rule("b")}), "");
  Rule one = rule("b");
  one.people = {model::PersonId("p17")};
  EXPECT_EQ(never({some, one}), "");
  EXPECT_NE(never({some, one}, {{model::PersonId("p17"), {"press"}}}), "");
  const Rule here = at(rule("a"), {"10.20.0.0/16"});
  const Rule counter = at(rule("b"), {"10.20.1.0/24"});
  EXPECT_NE(never({here, counter}), "");
  EXPECT_EQ(never({counter, here}), "");
}

TEST(ReviewRules, SeveralEarlierRulesMayTakeAllOfOneTogether) {
  const Groups groups{{model::PersonId("p17"), {"press"}}, {model::PersonId("p18"), {"web"}}};
  const Rule press = for_groups(rule("a"), {"press"});
  const Rule web = for_groups(to_allow(rule("b")), {"web"});
  const Rule both = for_groups(rule("c"), {"press", "web"});
  EXPECT_EQ(never({press, web, both}, groups),
            "rules a (block), b (allow) stand before it and together take all of it");
  EXPECT_EQ(never({press, both}, groups), "");
  EXPECT_EQ(never({press, rule("b"), rule("c")}, groups), "rule b stands before it and takes all of it")
      << "one is enough";

  const Rule low = at(rule("a"), {"10.20.0.0/24"});
  const Rule high = at(rule("b"), {"10.20.1.0/24"});
  EXPECT_NE(never({low, high, at(rule("c"), {"10.20.0.0/23"})}), "");
  EXPECT_EQ(never({low, high, at(rule("c"), {"10.20.0.0/22"})}), "");
  EXPECT_EQ(never({low, high, rule("c")}), "");
  Ground council = ground();
  council.inside = networks({"10.20.0.0/23", "10.20.8.0/24"});
  council.exclude = networks({"10.20.8.0/24"});
  EXPECT_NE(last_of({low, high, rule("c")}, {}, council).never, "") << "they are all that is watched";

  EXPECT_NE(never({rule("a"), rule("b", "gaming"), of_service("c", {"photo-share", "arcade"})}), "");
  EXPECT_NE(never({in(rule("a"), {"mon-fri 08:00-12:00"}), in(rule("b"), {"mon-fri 12:00-18:00"}),
                   in(rule("c"), {"tue 10:00-14:00"})}),
            "");
  // Of p18 below 10.20.1.0/24 neither speaks.
  EXPECT_EQ(never({press, low, at(both, {"10.20.0.0/23"})}, groups), "");
}

TEST(ReviewRules, HoursAreComparedByTheMinute) {
  const auto never_of = [](const std::vector<const char*>& first, const std::vector<const char*>& second) {
    return never({in(rule("a"), first), in(rule("b"), second)});
  };
  EXPECT_NE(never_of({"mon-fri 08:00-12:00", "mon-fri 12:00-18:00"}, {"tue 10:00-14:00"}), "");
  EXPECT_EQ(never_of({"mon-fri 08:00-12:00"}, {"tue 10:00-12:01"}), "");
  EXPECT_NE(never_of({"sat 22:00-02:00"}, {"sun 00:00-02:00"}), "");
  EXPECT_EQ(never_of({"mon-fri 08:00-12:00"}, {}), "");
  EXPECT_EQ(never_of({"mon-fri 08:00-12:00 not bank-holidays"}, {"mon 09:00-10:00"}), "");
  EXPECT_NE(
      never_of({"mon-fri 08:00-12:00 not bank-holidays", "bank-holidays 08:00-12:00"}, {"mon 09:00-10:00"}),
      "");
  EXPECT_EQ(never_of({"bank-holidays 22:00-02:00", "mon-sun 00:00-24:00 not bank-holidays"},
                     {"bank-holidays 20:00-24:00"}),
            "");
  EXPECT_NE(never_of({}, {"bank-holidays 09:00-10:00"}), "");
}

TEST(ReviewRules, ARuleAboutWhatNothingIsListedAs) {
  EXPECT_EQ(never({rule("a"), rule("b", "dating")}), "nothing listed is of its categories or services");
  EXPECT_EQ(never({rule("a"), rule("b", "ads")}), "") << "a list has it";
  EXPECT_EQ(never({of_names("a", {"elsewhere.example"})}), "");
}

TEST(ReviewRules, ARuleForNobodyWhoIsWatchedNeverTakesEffect) {
  Ground council = ground();
  council.inside = networks({"10.20.0.0/16"});
  council.exclude = networks({"10.20.9.0/24"});
  council.unmonitored = {model::PersonId("p19")};
  const auto never_there = [&](Rule rule, Groups groups = {}) {
    return last_of({std::move(rule)}, std::move(groups), council).never;
  };
  EXPECT_THAT(never_there(at(rule("a"), {"10.20.9.0/25", "192.0.2.0/24"})), HasSubstr("excluded"));
  EXPECT_EQ(never_there(at(rule("a"), {"10.20.9.0/25", "10.20.0.0/15"})), "");
  const Groups groups{{model::PersonId("p19"), {"not-monitored", "union"}},
                      {model::PersonId("p17"), {"press"}}};
  EXPECT_THAT(never_there(for_groups(rule("a"), {"union"}), groups), HasSubstr("not-monitored"));
  EXPECT_EQ(never_there(for_groups(rule("a"), {"union", "press"}), groups), "");
  EXPECT_THAT(never_there(for_groups(rule("a"), {"empty"}), groups), HasSubstr("nobody is in its groups"));
}

// Said to be never matching is only what a walk through the book never gives.
TEST(ReviewRules, WhatIsSaidOfRandomBooksIsWhatTheyDecide) {
  std::mt19937 random(17);
  const auto pick = [&](std::size_t n) { return random() % n; };
  const std::vector<const char*> names{"photos.example", "chat.photos.example", "www.photos.example",
                                       "img.example", "other.example"};
  const std::vector<const char*> nets{"10.20.0.0/24", "10.20.1.0/24", "10.20.0.0/23", "10.20.2.0/24"};
  const std::vector<const char*> windows{"mon-fri 08:00-12:00", "mon-fri 12:00-18:00", "tue 10:00-14:00"};
  const std::vector<const char*> categories{"social", "messaging", "gaming"};
  const std::vector<const char*> services{"photo-share", "chat", "arcade"};
  Ground council = ground();
  council.inside = networks({"10.20.0.0/22"});
  council.exclude = networks({"10.20.3.0/24"});
  council.unmonitored = {model::PersonId("p19")};
  const Groups groups{{model::PersonId("p17"), {"press"}},
                      {model::PersonId("p18"), {"web"}},
                      {model::PersonId("p19"), {"union"}}};
  std::size_t nevers = 0;
  for (int round = 0; round < 300; ++round) {
    RuleBook book;
    book.groups = groups;
    for (int i = 0; i < 5; ++i) {
      Rule each;
      each.id = model::RuleId(std::string(1, static_cast<char>('a' + i)));
      each.action = pick(2) == 0 ? model::Verdict::allow : model::Verdict::block;
      if (pick(2) == 0) each.categories.emplace_back(categories[pick(categories.size())]);
      if (pick(2) == 0) each.services.emplace_back(services[pick(services.size())]);
      if (pick(2) == 0) each.names.push_back(net::HostName::from_dotted(names[pick(names.size())]).value());
      if (pick(3) == 0) each.groups = {std::vector<std::string>{"press", "web", "union"}[pick(3)]};
      if (pick(3) == 0) each.networks = networks({nets[pick(nets.size())]});
      if (pick(3) == 0) each.schedule.push_back(parse_window(windows[pick(windows.size())]).value());
      book.rules.push_back(std::move(each));
    }
    const auto reviews = review_rules(book, council);
    std::set<std::string> decided;
    for (const char* text : {"photos.example", "www.photos.example", "chat.photos.example", "img.example",
                             "arcade.example", "other.example"}) {
      const auto name = net::HostName::from_dotted(text).value();
      std::optional<model::Classification> as;
      std::size_t longest = 0;
      for (const Ground::Host& host : council.hosts) {
        if (!name.is_at_or_below(host.name) || host.name.label_count() < longest) continue;
        longest = host.name.label_count();
        as.emplace();
        as->service = host.service;
        as->category = host.category;
      }
      for (const char* person : {"", "p17", "p18"}) {
        for (const char* address : {"10.20.0.9", "10.20.1.9", "10.20.2.9"}) {
          for (const char* when : {"2026-11-17T09:00:00Z", "2026-11-17T11:00:00Z", "2026-11-17T13:00:00Z",
                                   "2026-11-18T09:00:00Z", "2026-11-18T13:00:00Z", "2026-11-21T09:00:00Z",
                                   "2026-11-17T15:00:00Z"}) {
            model::Attribution who;
            who.address = net::IpAddress::parse(address).value();
            if (*person != 0) who.person = model::PersonId(person);
            const auto decision = decide(book, who, as, name, parse_rfc3339(when).value());
            if (decision.rule) decided.insert(decision.rule->text());
          }
        }
      }
    }
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
      const std::string& id = book.rules[i].id.text();
      const bool matches_nothing =
          book.rules[i].categories.empty() && book.rules[i].services.empty() && book.rules[i].names.empty();
      EXPECT_EQ(reviews[i].never.empty(), decided.contains(id) && !matches_nothing)
          << "round " << round << ", rule " << id << ": " << reviews[i].never;
      nevers += reviews[i].never.empty() ? 0 : 1;
    }
  }
  EXPECT_GT(nevers, 100U);
}

TEST(Contradictions, AreWithdrawalsOfWhatIsSomebodysJobAtTheSameTime) {
  const auto on = [](const char* day) { return london_midnight(parse_date(day).value()); };
  RuleBook book;
  book.groups[model::PersonId("p17")] = {"press"};
  Withdrawal withdrawal;
  withdrawal.person = model::PersonId("p17");
  withdrawal.services = {model::ServiceId("arcade"), model::ServiceId("photo-share")};
  withdrawal.valid = {on("2026-11-01"), on("2026-12-01")};
  AuthorisedUse use;
  use.group = "press";
  use.services = {model::ServiceId("photo-share"), model::ServiceId("chat")};
  book.withdrawals = {withdrawal};
  book.authorised = {use};
  const auto found = contradictions(book, noon);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0].services, ElementsAre(model::ServiceId("photo-share")));
  EXPECT_THAT(contradictions(book, on("2026-12-01")), IsEmpty()) << "it is over";
  book.authorised[0].valid.from = on("2026-12-01");
  EXPECT_THAT(contradictions(book, noon), IsEmpty()) << "it begins later";
  book.authorised[0] = use;
  book.authorised[0].services = {model::ServiceId("chat")};
  EXPECT_THAT(contradictions(book, noon), IsEmpty());
  book.authorised[0] = use;
  book.authorised[0].group = "web";
  EXPECT_THAT(contradictions(book, noon), IsEmpty());
  book.authorised[0].person = model::PersonId("p17");
  EXPECT_EQ(contradictions(book, noon).size(), 1U);
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
