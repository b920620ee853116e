// decide against a naive reading of the table of precedence in lib/policy/README.md: every line of the book
// as one candidate with its place in the table, of which the least one that speaks decides.
#include "edgewatch/policy/rule_book.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace edgewatch::policy {
namespace {

const Timestamp monday = parse_rfc3339("2026-11-16T00:00:00Z").value();
const std::array<const char*, 3> services{"photo-share", "micro-blog", "arcade"};
const std::array<const char*, 3> categories{"social", "social", "gaming"};  // of each service
const std::array<const char*, 4> hosts{"photos.example", "www.photos.example", "blog.example",
                                       "play.arcade.example"};
const std::array<const char*, 3> people{"p17", "p18", "p19"};
const std::array<const char*, 2> groups{"press", "drivers"};
const std::array<const char*, 3> networks{"10.20.1.0/24", "10.20.0.0/16", "2001:db8:20::/48"};
const std::array<const char*, 3> addresses{"10.20.1.17", "10.20.2.17", "2001:db8:20::17"};
const std::array<const char*, 4> windows{"mon-fri 08:30-12:00", "tue 22:00-02:00", "sat-sun 00:00-24:00",
                                         "mon-fri 13:00-17:00 not bank-holidays"};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  bool one_in(unsigned sides) { return roll(sides) == 0; }
  /// Some of them, mostly none.
  template <class Out, std::size_t N, class Make>
  std::vector<Out> some(const std::array<const char*, N>& of, Make make) {
    std::vector<Out> out;
    for (const char* each : of) {
      if (one_in(4)) out.push_back(make(each));
    }
    return out;
  }
  template <std::size_t N>
  const char* one(const std::array<const char*, N>& of) {
    return of.at(roll(N));
  }

 private:
  std::mt19937 random_;
};

template <class Id>
Id id(const char* text) {
  return Id(text);
}
net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }
WeeklyWindow window(const char* text) { return parse_window(text).value(); }
net::Network network(const char* text) { return net::Network::parse(text).value(); }

model::Interval some_days(Dice& dice) {
  model::Interval out;
  if (dice.one_in(2)) out.from = monday + std::chrono::hours(dice.roll(150));
  if (dice.one_in(2)) out.to = std::max(monday, out.from) + std::chrono::hours(1 + dice.roll(60));
  return out;
}

RuleBook some_book(Dice& dice) {
  RuleBook book;
  for (const char* person : people)
    book.groups[model::PersonId(person)] = dice.some<std::string>(groups, [](const char* g) { return g; });
  for (unsigned i = dice.roll(6); i > 0; --i) {
    Rule rule;
    rule.id = model::RuleId("rule-" + std::to_string(i));
    rule.action = static_cast<model::Verdict>(dice.roll(3));
    rule.rule_class = static_cast<model::RuleClass>(dice.roll(3));
    rule.categories = dice.some<model::Category>(categories, id<model::Category>);
    rule.services = dice.some<model::ServiceId>(services, id<model::ServiceId>);
    rule.names = dice.some<net::HostName>(hosts, name);
    if (dice.one_in(3)) rule.people = dice.some<model::PersonId>(people, id<model::PersonId>);
    if (dice.one_in(3)) rule.groups = dice.some<std::string>(groups, [](const char* g) { return g; });
    if (dice.one_in(3)) rule.networks = dice.some<net::Network>(networks, network);
    if (dice.one_in(3)) rule.schedule = dice.some<WeeklyWindow>(windows, window);
    book.rules.push_back(rule);
  }
  for (unsigned i = dice.roll(3); i > 0; --i) {
    book.withdrawals.push_back(
        {model::RuleId("withdrawal:" + std::to_string(i)), model::PersonId(dice.one(people)),
         dice.some<model::ServiceId>(services, id<model::ServiceId>), some_days(dice), "C-1", "somebody"});
  }
  for (unsigned i = dice.roll(3); i > 0; --i) {
    AuthorisedUse use;
    use.id = model::RuleId("authorised:" + std::to_string(i));
    if (dice.one_in(2)) {
      use.person = model::PersonId(dice.one(people));
    } else {
      use.group = dice.one(groups);
    }
    use.services = dice.some<model::ServiceId>(services, id<model::ServiceId>);
    use.valid = some_days(dice);
    if (dice.one_in(2)) use.hours = dice.some<WeeklyWindow>(windows, window);
    book.authorised.push_back(use);
  }
  return book;
}

/// The table's second column, condition by condition.
class Reading {
 public:
  Reading(const RuleBook& book, const model::Attribution& who, std::optional<unsigned> service,
          const net::HostName& host, Timestamp at)
      : book_(book), who_(who), service_(service), host_(host), at_(at) {}

  model::Decision decide() const {
    std::set<std::tuple<int, std::size_t, std::string, model::Verdict, model::RuleClass>> speaking;
    for (std::size_t i = 0; i < book_.withdrawals.size(); ++i) {
      const Withdrawal& w = book_.withdrawals[i];
      if (is_person(w.person) && is_service(w.services) && w.valid.from <= at_ && at_ < w.valid.to)
        speaking.insert({1, i, w.id.text(), model::Verdict::block, model::RuleClass::policy});
    }
    for (std::size_t i = 0; i < book_.rules.size(); ++i) {
      const Rule& r = book_.rules[i];
      if (is_destination(r) && is_holder(r) && is_network(r) && is_hour(r.schedule))
        speaking.insert({2, i, r.id.text(), r.action, r.rule_class});
    }
    model::Decision out;
    if (!speaking.empty()) {
      const auto& [row, place, rule, verdict, rule_class] = *speaking.begin();
      out.rule = model::RuleId(rule);
      out.verdict = verdict;
      out.rule_class = rule_class;
    }
    for (const AuthorisedUse& use : book_.authorised) {
      const bool holder = use.person ? is_person(*use.person) : is_in(use.group);
      if (!holder || !is_service(use.services) || at_ < use.valid.from || at_ >= use.valid.to ||
          !is_hour(use.hours))
        continue;
      out.purpose = model::Purpose::authorised;
      if (!out.rule) out.rule = use.id;
      break;
    }
    return out;
  }

 private:
  bool is_person(const model::PersonId& person) const { return who_.person == person; }
  bool is_in(const std::string& group) const {
    if (!who_.person) return false;
    const auto& of = book_.groups.at(*who_.person);
    return std::find(of.begin(), of.end(), group) != of.end();
  }
  bool is_service(const std::vector<model::ServiceId>& list) const {
    return service_ && std::any_of(list.begin(), list.end(),
                                   [&](const auto& s) { return s.text() == services.at(*service_); });
  }
  bool is_destination(const Rule& rule) const {
    const auto same = [&](const auto& c) { return service_ && c.text() == categories.at(*service_); };
    const std::string full = "." + host_.text();
    const auto below = [&](const net::HostName& n) { return full.ends_with("." + n.text()); };
    return std::any_of(rule.categories.begin(), rule.categories.end(), same) || is_service(rule.services) ||
           std::any_of(rule.names.begin(), rule.names.end(), below);
  }
  bool is_holder(const Rule& rule) const {
    if (rule.people.empty() && rule.groups.empty()) return true;
    return std::any_of(rule.people.begin(), rule.people.end(), [&](const auto& p) { return is_person(p); }) ||
           std::any_of(rule.groups.begin(), rule.groups.end(), [&](const auto& g) { return is_in(g); });
  }
  bool is_network(const Rule& rule) const {
    return rule.networks.empty() || net::contains(rule.networks, who_.address);
  }
  bool is_hour(const std::vector<WeeklyWindow>& hours) const {
    return hours.empty() ||
           std::any_of(hours.begin(), hours.end(), [&](const auto& w) { return w.contains(at_); });
  }

  const RuleBook& book_;
  const model::Attribution& who_;
  std::optional<unsigned> service_;
  const net::HostName& host_;
  Timestamp at_;
};

TEST(Precedence, IsTheTableForEveryBookAndUse) {
  std::size_t named = 0;
  std::size_t never_refused = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Dice dice(seed);
    const RuleBook book = some_book(dice);
    for (int round = 0; round < 20; ++round) {
      model::Attribution who;
      if (!dice.one_in(4)) who.person = model::PersonId(dice.one(people));
      who.address = net::IpAddress::parse(dice.one(addresses)).value();
      std::optional<unsigned> service;
      model::Classification classification;
      if (!dice.one_in(4)) {
        service = dice.roll(services.size());
        classification.service = model::ServiceId(services.at(*service));
        classification.category = model::Category(categories.at(*service));
      }
      const net::HostName host = name(dice.one(hosts));
      const Timestamp at = monday + std::chrono::minutes(dice.roll(7 * 24 * 60));
      const model::Classification* listed = service ? &classification : nullptr;
      const model::Decision expected = Reading(book, who, service, host, at).decide();
      const Explanation told = explain(book, who, listed, host, at);
      for (const model::Decision& decision : {decide(book, who, listed, host, at), told.decision}) {
        ASSERT_EQ(decision.verdict, expected.verdict) << "seed " << seed;
        ASSERT_EQ(decision.rule, expected.rule) << "seed " << seed;
        ASSERT_EQ(decision.purpose, expected.purpose) << "seed " << seed;
        ASSERT_EQ(decision.rule_class, expected.rule_class) << "seed " << seed;
      }
      const bool refusable = may_refuse(book, listed, host);
      ASSERT_TRUE(refusable || expected.verdict != model::Verdict::block) << "seed " << seed;
      never_refused += refusable ? 0 : 1;
      named += expected.rule ? 1 : 0;
    }
  }
  EXPECT_GT(named, 10000U) << "books that say nothing test nothing";
  EXPECT_GT(never_refused, 10000U);
}

}  // namespace
}  // namespace edgewatch::policy
