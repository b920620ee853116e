#include "gateway_judge.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

const Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 17} + 12h};
constexpr std::uint32_t first_address = 0x0a140000;

GatewaySnapshot blocking(const std::string& name) {
  auto configuration = std::make_shared<config::Configuration>();
  policy::Rule rule;
  rule.id = model::RuleId("no-photos");
  rule.action = model::Verdict::block;
  rule.names = {*net::HostName::from_user(name)};
  configuration->policies.rules.rules = {rule};
  configuration->policies.lists = std::make_shared<const classify::ListSet>();
  return {configuration, std::make_shared<const identity::Register>()};
}
model::Sighting asked(std::uint32_t client, Timestamp at = noon) {
  model::Sighting out;
  out.at = at;
  out.client.address = net::IpAddress::v4(first_address + client);
  out.host = *net::HostName::from_user("www.listed.example");
  return out;
}
std::uint64_t attempts(const std::vector<model::BlockCount>& blocks) {
  std::uint64_t out = 0;
  for (const model::BlockCount& block : blocks) out += block.attempts;
  return out;
}

TEST(GatewayJudge, OfAFloodInMadeUpNamesEveryAttemptIsCountedAndFewAreToldApart) {
  constexpr std::uint32_t clients = 100'000;
  GatewayJudge judge(blocking("listed.example"));
  for (std::uint32_t i = 0; i < clients; ++i)
    ASSERT_EQ(judge.decide(asked(i)).verdict, model::Verdict::block);
  model::Sighting proven = asked(clients);
  proven.confirmation = model::Confirmation::acknowledged;
  ASSERT_EQ(judge.decide(proven).verdict, model::Verdict::block);
  const auto blocks = judge.take_blocks(minute_of(noon) + 1min);
  EXPECT_EQ(attempts(blocks), clients + 1);
  EXPECT_LT(blocks.size(), 33'000U);
  const auto of_proven = std::ranges::find(blocks, proven.client.address,
                                           [](const auto& block) { return block.client.address; });
  EXPECT_NE(of_proven, blocks.end()) << "the flood crowds nobody out";
}

TEST(GatewayJudge, AttemptsOfOneClientForOneNameWithinTwoSecondsAreOne) {
  GatewayJudge judge(blocking("listed.example"));
  for (const auto after : {0ms, 500ms, 1900ms, 5000ms, 5100ms})
    EXPECT_EQ(judge.decide(asked(1, noon + after)).verdict, model::Verdict::block);
  EXPECT_EQ(judge.decide(asked(2, noon + 100ms)).verdict, model::Verdict::block);
  const auto blocks = judge.take_blocks(minute_of(noon) + 1min);
  ASSERT_EQ(blocks.size(), 2U) << "by client";
  EXPECT_EQ(attempts(blocks), 3U) << "two of the first client, one of the second";
}

TEST(GatewayJudge, WhoWaitsForAVerdictIsFoundByPersonByGroupAndByNetwork) {
  const auto person = [](const char* id) {
    identity::Person out;
    out.id = model::PersonId(id);
    return out;
  };
  const auto has = [](const char* address, const char* id) {
    identity::Assignment out;
    out.key = *net::IpAddress::parse(address);
    out.person = model::PersonId(id);
    out.valid = {Timestamp::min(), Timestamp::max()};
    return out;
  };
  auto configuration = std::make_shared<config::Configuration>();
  policy::RuleBook& book = configuration->policies.rules;
  policy::Rule of_group;
  of_group.id = model::RuleId("group");
  of_group.action = model::Verdict::block;
  of_group.groups = {"trainees"};
  of_group.fail_closed = true;
  policy::Rule open_to_fail = of_group;
  open_to_fail.id = model::RuleId("open");
  open_to_fail.groups = {"planning"};
  open_to_fail.fail_closed = false;
  policy::Rule of_network = of_group;
  of_network.id = model::RuleId("network");
  of_network.groups.clear();
  of_network.networks = {*net::Network::parse("10.20.9.0/24")};
  book.rules = {of_group, open_to_fail, of_network};
  book.groups[model::PersonId("p17")] = {"trainees"};
  book.groups[model::PersonId("p18")] = {"planning"};
  book.groups[model::PersonId("p19")] = {"planning", "trainees"};
  const auto tenancy = std::make_shared<const identity::Register>(
      std::vector{person("p17"), person("p18"), person("p19")},
      std::vector{has("10.20.1.17", "p17"), has("10.20.1.18", "p18")}, identity::Topology{});
  const ClosedClients closed = closed_clients({configuration, tenancy}, noon);
  EXPECT_EQ(closed.networks,
            (net::NetworkSet{*net::Network::parse("10.20.9.0/24"), *net::Network::parse("10.20.1.17/32")}));
  EXPECT_EQ(closed.people_nowhere, 1U) << "p19 has no address now";
}

TEST(GatewayJudge, WhatItToldIsNotToldAgainAsObservedWhetherOrNotItTellsClientsApart) {
  ToldByGateway told;
  model::BlockCount block;
  block.minute = minute_of(noon);
  block.client.address = net::IpAddress::v4(first_address);
  block.rule = model::RuleId("no-photos");
  block.mechanism = "gateway";
  told.note({block});
  model::BlockCount observed = block;
  observed.mechanism = "observed";
  model::BlockCount of_another = observed;
  of_another.client.address = net::IpAddress::v4(first_address + 1);
  std::vector<model::BlockCount> seen{observed, of_another, block};
  told.take_out(seen);
  EXPECT_EQ(seen.size(), 2U) << "the other client's, and the gateway's own";

  block.client = {};
  told.note({block});
  told.take_out(seen);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen.front().mechanism, "gateway");
}

}  // namespace
}  // namespace edgewatch::runtime
