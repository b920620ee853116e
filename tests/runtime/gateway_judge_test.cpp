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
