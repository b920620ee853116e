#include "edgewatch/policy/clients.hpp"

#include <gtest/gtest.h>

namespace edgewatch::policy {
namespace {

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

model::Attribution client(const char* address, const char* person = nullptr) {
  model::Attribution out;
  out.address = net::IpAddress::parse(address).value();
  if (person != nullptr) out.person = model::PersonId(person);
  return out;
}

Rule rule(const char* id) {
  Rule out;
  out.id = model::RuleId(id);
  return out;
}

net::Network network(const char* text) { return net::Network::parse(text).value(); }

TEST(Clients, AreAlikeWhereTheSameLinesSpeakOfThem) {
  RuleBook book;
  book.groups[model::PersonId("p17")] = {"press"};
  book.withdrawals = {{model::RuleId("withdrawal:1"), model::PersonId("p18"), {}, {}, "1", ""}};
  book.rules = {rule("everybody"), rule("press"), rule("desk")};
  book.rules[1].groups = {"press"};
  book.rules[2].networks = {network("10.20.1.0/24")};
  const Clients clients(book, noon);
  using Lines = Clients::Lines;
  EXPECT_EQ(clients.lines_about(client("10.20.2.1")), Lines{});
  EXPECT_EQ(clients.lines_about(client("10.20.2.1", "p19")), Lines{});
  EXPECT_EQ(clients.lines_about(client("10.20.2.1", "p17")), (Lines{2}));
  EXPECT_EQ(clients.lines_about(client("10.20.1.1", "p17")), (Lines{2, 3}));
  EXPECT_EQ(clients.lines_about(client("10.20.1.1", "p18")), (Lines{0, 3}));
  EXPECT_TRUE(clients.speaks_of(model::PersonId("p17")));
  EXPECT_TRUE(clients.speaks_of(model::PersonId("p18")));
  EXPECT_FALSE(clients.speaks_of(model::PersonId("p19")));
}

TEST(Clients, LinesThatAreNotInForceSpeakOfNobody) {
  RuleBook book;
  book.withdrawals = {
      {model::RuleId("withdrawal:1"), model::PersonId("p18"), {}, {Timestamp::min(), noon}, "1", ""}};
  book.rules = {rule("night")};
  book.rules[0].people = {model::PersonId("p17")};
  book.rules[0].schedule = {parse_window("mon-fri 22:00-06:00").value()};
  const Clients clients(book, noon);
  EXPECT_FALSE(clients.speaks_of(model::PersonId("p17")));
  EXPECT_FALSE(clients.speaks_of(model::PersonId("p18")));
  EXPECT_TRUE(clients.lines_about(client("10.20.2.1", "p17")).empty());
  const Clients before(book, noon - Duration(1));
  EXPECT_EQ(before.lines_about(client("10.20.2.1", "p18")), (Clients::Lines{0}));
}

TEST(Clients, OfANetworkAreThoseThatANarrowerOneLeaves) {
  RuleBook book;
  book.rules = {rule("office"), rule("floor"), rule("desk")};
  book.rules[0].networks = {network("10.20.0.0/16"), network("2001:db8::/32")};
  book.rules[1].networks = {network("10.20.0.0/24")};
  book.rules[2].networks = {network("10.20.1.0/25"), network("10.20.1.128/25"), network("10.20.1.0/24")};
  const Clients clients(book, noon);
  const auto lines_in = [&](const char* text) {
    const auto who = clients.somebody_in(network(text));
    return who ? clients.lines_about(*who) : Clients::Lines{99};
  };
  using Lines = Clients::Lines;
  EXPECT_EQ(lines_in("10.20.0.0/16"), (Lines{0}));
  EXPECT_EQ(lines_in("10.20.0.0/24"), (Lines{0, 1}));
  EXPECT_EQ(lines_in("10.20.1.0/24"), (Lines{99}));  // its halves leave nothing of it
  EXPECT_EQ(lines_in("10.20.1.128/25"), (Lines{0, 2}));
  EXPECT_EQ(lines_in("2001:db8::/32"), (Lines{0}));
  EXPECT_EQ(clients.lines_about(clients.somebody()), Lines{});
}

TEST(Clients, OutsideAllNetworksAreFoundWhereverThereIsRoom) {
  RuleBook book;
  book.rules = {rule("old"), rule("new")};
  book.rules[0].networks = {network("0.0.0.0/0")};
  EXPECT_FALSE(Clients(book, noon).somebody().address.is_v4());
  book.rules[1].networks = {network("::/1")};
  EXPECT_EQ(Clients(book, noon).somebody().address.to_string(), "8000::");
}

TEST(Clients, LinesHaveANameThatStaysWhenOthersComeAndGo) {
  RuleBook book;
  book.rules = {rule("her")};
  book.rules[0].people = {model::PersonId("p17")};
  const auto name = [&] {
    const Clients clients(book, noon);
    return clients.name_of(clients.lines_about(client("10.20.2.1", "p17")));
  };
  const std::string before = name();
  book.rules.insert(book.rules.begin(), rule("another"));
  book.rules[0].people = {model::PersonId("p18")};
  book.withdrawals = {{model::RuleId("withdrawal:1"), model::PersonId("p18"), {}, {}, "1", ""}};
  EXPECT_EQ(name(), before);
  book.withdrawals[0].person = model::PersonId("p17");
  EXPECT_NE(name(), before);
}

}  // namespace
}  // namespace edgewatch::policy
