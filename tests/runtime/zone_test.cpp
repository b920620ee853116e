#include "zone.hpp"

#include "edgewatch/classify/classify.hpp"
#include "edgewatch/enforce/response_policy_zone.hpp"
#include "edgewatch/policy/clients.hpp"

#include <array>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using Canaries = ZoneNames::Canaries;

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

net::HostName name(std::string_view text) { return net::HostName::from_dotted(text).value(); }

classify::Catalogue catalogue() {
  const auto host = [](const char* text, model::Role role) {
    return classify::HostEntry{name(text), role, 1, 1};
  };
  classify::ServiceDefinition video;
  video.id = model::ServiceId("video");
  video.name = "Video";
  video.category = model::Category("streaming-video");
  video.hosts = {host("video.example", model::Role::core), host("ads.video.example", model::Role::ads),
                 host("video-cdn.example", model::Role::media)};
  classify::ServiceDefinition chat;
  chat.id = model::ServiceId("chat");
  chat.name = "Chat";
  chat.category = model::Category("messaging");
  chat.hosts = {host("chat.video.example", model::Role::chat), host("a.b.chat.example", model::Role::core)};
  return classify::Catalogue::build({video, chat}, model::Revision("c")).value();
}

policy::Rule rule(const char* id, model::Verdict action) {
  policy::Rule out;
  out.id = model::RuleId(id);
  out.action = action;
  return out;
}

config::Policies policies(policy::RuleBook book) {
  config::Policies out;
  out.catalogue = catalogue();
  out.rules = std::move(book);
  return out;
}

std::string sign(const std::optional<enforce::ZoneAction>& action) {
  if (!action) return "?";
  return *action == enforce::ZoneAction::nxdomain ? "-" : "+";
}

std::string told(const policy::RuleBook& book) {
  std::string out;
  for (const auto& entry : zone_for(ZoneNames(policies(book)), {}, noon, Canaries::as_any_name)) {
    out +=
        sign(entry.itself) + (entry.itself == entry.below ? "" : sign(entry.below)) + entry.name.text() + ' ';
  }
  return out;
}

TEST(ZoneForEverybody, IsEmptyWhereNothingIsBlocked) { EXPECT_EQ(told({}), ""); }

TEST(ZoneForEverybody, NamesEachHostOfABlockedServiceOnceAndNoneBelowIt) {
  policy::RuleBook book;
  book.rules = {rule("no-video", model::Verdict::block)};
  book.rules[0].services = {model::ServiceId("video")};
  EXPECT_EQ(told(book), "-video-cdn.example -video.example +chat.video.example ");
}

TEST(ZoneForEverybody, LetsThroughWhatAnEarlierRuleAllows) {
  policy::RuleBook book;
  book.rules = {rule("training", model::Verdict::allow), rule("no-video", model::Verdict::block)};
  book.rules[0].names = {name("training.video.example")};
  book.rules[1].names = {name("video.example")};
  EXPECT_EQ(told(book), "-video.example +training.video.example ");
}

TEST(ZoneForEverybody, LeavesNoHoleInAWildcardAboveADeepException) {
  policy::RuleBook book;
  book.rules = {rule("training", model::Verdict::allow), rule("no-video", model::Verdict::block)};
  book.rules[0].names = {name("our.training.video.example")};
  book.rules[1].names = {name("video.example")};
  EXPECT_EQ(told(book), "-video.example -training.video.example +our.training.video.example ");
}

TEST(ZoneForEverybody, LeavesOutWhatHoldsForSomePeopleOnlyAndWhatIsOnlyLogged) {
  policy::RuleBook book;
  book.rules = {rule("her", model::Verdict::block), rule("noted", model::Verdict::log)};
  book.rules[0].names = {name("one.example")};
  book.rules[0].people = {model::PersonId("p17")};
  book.rules[1].names = {name("two.example")};
  EXPECT_EQ(told(book), "");
}

TEST(ZoneForEverybody, RefusesTheCanariesWhateverTheRulesSayOfThem) {
  policy::RuleBook book;
  book.rules = {rule("relay", model::Verdict::allow)};
  book.rules[0].names = {name("mask.icloud.com")};
  const auto entries = zone_for(ZoneNames(policies(book)), {}, noon, Canaries::refused);
  std::set<std::string> names;
  for (const auto& entry : entries) {
    names.insert(entry.name.text());
    EXPECT_EQ(sign(entry.itself) + sign(entry.below), "--");
  }
  EXPECT_EQ(names,
            (std::set<std::string>{"use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"}));
}

// Zones against the decision: a resolver's reading of them, as RFC 4592 and Unbound have it, for random
// books, lists, clients and names.

/// The first zone that says anything of a name decides; in a zone the name itself, else the wildcard of the
/// closest name that the zone has.
class Resolver {
 public:
  void add_zone(const std::vector<enforce::ZoneEntry>& entries) {
    Zone& zone = zones_.emplace_back();
    for (const enforce::ZoneEntry& entry : entries) {
      const std::string& text = entry.name.text();
      const auto own = [&](const std::string& owner, const std::optional<enforce::ZoneAction>& action) {
        const bool is_first = !action || zone.owners.emplace(owner, *action).second;
        EXPECT_TRUE(is_first) << owner << " twice";
      };
      own(text, entry.itself);
      own("*." + text, entry.below);
      for (std::size_t labels = 0; labels < entry.name.label_count(); ++labels)
        zone.nodes.emplace(entry.name.suffix(labels));
    }
  }

  [[nodiscard]] bool refuses(const net::HostName& name) const {
    for (const Zone& zone : zones_) {
      if (const auto said = zone.says(name)) return *said == enforce::ZoneAction::nxdomain;
    }
    return false;
  }

 private:
  struct Zone {
    std::map<std::string, enforce::ZoneAction> owners;
    std::set<std::string> nodes;  ///< with their empty non-terminals

    [[nodiscard]] std::optional<enforce::ZoneAction> says(const net::HostName& name) const {
      if (const auto exact = owners.find(name.text()); exact != owners.end()) return exact->second;
      for (std::size_t labels = 1; labels < name.label_count(); ++labels) {
        const std::string encloser(name.suffix(labels));
        if (!nodes.contains(encloser)) continue;
        const auto wildcard = owners.find("*." + encloser);
        return wildcard == owners.end() ? std::nullopt : std::optional(wildcard->second);
      }
      return std::nullopt;
    }
  };
  std::vector<Zone> zones_;
};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }
  bool one_in(unsigned sides) { return roll(sides) == 0; }
  /// Few labels of few words, so that names lie below each other.
  net::HostName name() {
    constexpr std::array words{"video", "chat", "a", "b", "0", "ads"};
    std::string out = "example";
    for (unsigned labels = 1 + roll(4); labels > 0; --labels)
      out = std::string(words.at(roll(6))) + '.' + out;
    return runtime::name(out);
  }
  model::Attribution client() {
    constexpr std::array addresses{"10.20.1.17", "10.20.1.18", "10.20.2.17", "192.0.2.1", "2001:db8:20::17"};
    constexpr std::array people{"p17", "p18", "p19"};
    model::Attribution who;
    who.address = net::IpAddress::parse(addresses.at(roll(5))).value();
    if (one_in(2)) who.person = model::PersonId(people.at(roll(3)));
    return who;
  }

 private:
  std::mt19937 random_;
};

policy::Rule some_rule(Dice& dice, unsigned number) {
  constexpr std::array networks{"10.20.1.0/24", "10.20.0.0/16", "10.20.1.17", "2001:db8:20::/48",
                                "0.0.0.0/0"};
  policy::Rule out =
      rule(("rule-" + std::to_string(number)).c_str(), static_cast<model::Verdict>(dice.roll(3)));
  for (unsigned names = dice.roll(4); names > 0; --names) out.names.push_back(dice.name());
  if (dice.one_in(4)) out.services.emplace_back(dice.one_in(2) ? "video" : "chat");
  if (dice.one_in(4)) out.categories.emplace_back(dice.one_in(2) ? "adult" : "messaging");
  if (dice.one_in(3)) out.people.emplace_back(dice.one_in(2) ? "p17" : "p18");
  if (dice.one_in(4)) out.groups.emplace_back(dice.one_in(2) ? "press" : "drivers");
  if (dice.one_in(3)) out.networks.push_back(net::Network::parse(networks.at(dice.roll(5))).value());
  if (dice.one_in(4))
    out.schedule.push_back(parse_window(dice.one_in(2) ? "tue 11:00-13:00" : "wed 11:00-13:00").value());
  return out;
}

policy::RuleBook some_book(Dice& dice) {
  policy::RuleBook book;
  book.groups[model::PersonId("p17")] = {"press"};
  book.groups[model::PersonId("p19")] = {"press", "drivers"};
  for (unsigned number = dice.roll(6); number > 0; --number) book.rules.push_back(some_rule(dice, number));
  for (unsigned number = dice.roll(3); number > 0; --number) {
    policy::Withdrawal withdrawal;
    withdrawal.id = model::RuleId("withdrawal:" + std::to_string(number));
    withdrawal.person = model::PersonId(dice.one_in(2) ? "p17" : "p18");
    withdrawal.services = {model::ServiceId(dice.one_in(2) ? "video" : "chat")};
    if (dice.one_in(4)) withdrawal.valid.to = noon;
    book.withdrawals.push_back(withdrawal);
  }
  return book;
}

/// Lists over a file that lives as long as this.
class Lists {
 public:
  explicit Lists(Dice& dice) {
    std::map<std::string, std::vector<classify::ListClaim>> claims;
    for (unsigned names = dice.roll(8); names > 0; --names) {
      const auto verdict = dice.one_in(4) ? classify::ListVerdict::excepted : classify::ListVerdict::listed;
      claims[dice.name().text()] = {
          {static_cast<std::uint8_t>(dice.roll(2)), static_cast<classify::Reach>(1 + dice.roll(3)), verdict}};
    }
    classify::ListSetBuilder builder(
        {{"one", model::Category("adult"), 1}, {"two", model::Category("other"), 1}}, {}, {8, 400});
    for (const auto& [text, of_it] : claims) builder.add(text, of_it, 1);
    const std::string file = builder.file();
    room_.resize(file.size() / sizeof(Line) + 1);
    std::memcpy(room_.data(), file.data(), file.size());
    const Bytes bytes(reinterpret_cast<const std::uint8_t*>(room_.data()), file.size());
    set_ = std::make_shared<const classify::ListSet>(classify::ListSet::over(bytes).value());
  }
  [[nodiscard]] const std::shared_ptr<const classify::ListSet>& set() const { return set_; }

 private:
  struct alignas(64) Line {
    std::array<char, 64> bytes;
  };
  std::vector<Line> room_;
  std::shared_ptr<const classify::ListSet> set_;
};

/// The zones of a client's class, by which a resolver that has its address in the map answers it.
Resolver resolver_for(const ZoneNames& names, const policy::Clients& clients, const model::Attribution& who,
                      const model::Attribution& representative) {
  Resolver resolver;
  const model::Attribution others = clients.somebody();
  if (clients.lines_about(who) != clients.lines_about(others)) {
    std::vector<enforce::ZoneEntry> before;
    names.tell_before(others, representative, noon, Canaries::as_any_name,
                      [&](const enforce::ZoneEntry& entry) { before.push_back(entry); });
    resolver.add_zone(before);
  }
  resolver.add_zone(zone_for(names, others, noon, Canaries::as_any_name));
  return resolver;
}

TEST(Zones, SayWhatTheDecisionSaysToEachClientOfEachName) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    Dice dice(seed);
    const Lists lists(dice);
    config::Policies policies = runtime::policies(some_book(dice));
    policies.lists = lists.set();
    const policy::Clients clients(policies.rules, noon);
    const ZoneNames names(policies);
    std::map<policy::Clients::Lines, model::Attribution> representatives;
    for (int client = 0; client < 4; ++client) {
      const model::Attribution who = dice.client();
      const auto& first = representatives.try_emplace(clients.lines_about(who), who).first->second;
      const Resolver resolver = resolver_for(names, clients, who, first);
      for (int i = 0; i < 60; ++i) {
        const net::HostName asked = dice.name();
        const auto listed = classify::classify(policies.catalogue, *policies.lists, asked);
        const bool blocked =
            policy::decide(policies.rules, who, listed, asked, noon).verdict == model::Verdict::block;
        ASSERT_EQ(resolver.refuses(asked), blocked) << asked.text() << " seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace edgewatch::runtime
