#include "deployment.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

policy::Rule refusing(const char* category) {
  policy::Rule out;
  out.categories = {model::Category(category)};
  return out;
}

config::Configuration gateway(std::vector<policy::Rule> rules) {
  config::Configuration out;
  out.settings.enforcement_mode = "gateway";
  out.settings.capture.interfaces = {"eno2"};
  out.policies.rules.rules = std::move(rules);
  return out;
}

/// Of one technique that needs a rule for `doh`, and of one that any rule will do for.
std::string effects(const config::Configuration& configuration, const HealthReport& health = {}) {
  const enforce::Deployment deployment = deployment_of(configuration, health, noon);
  std::string out;
  for (const std::size_t number : {9U, 1U}) {
    const enforce::BypassAnswer answer = enforce::answer(enforce::bypass_table()[number - 1], deployment);
    out += std::string(enforce::to_string(answer.effect)) + ' ' + answer.limit + ';';
  }
  return out;
}

TEST(Deployment, RulesForSomeOrAtSomeHoursDoNotBlockEverybody) {
  policy::Rule for_one = refusing("doh");
  for_one.people = {model::PersonId("p17")};
  EXPECT_EQ(effects(gateway({for_one})), "blocks for some;blocks for some;");
  policy::Rule for_guests = refusing("doh");
  for_guests.networks = {net::Network::parse("10.20.9.0/24").value()};
  EXPECT_EQ(effects(gateway({for_guests})), "blocks for some;blocks for some;");
  policy::Rule mornings = refusing("doh");
  mornings.schedule = {parse_window("mon-fri 08:30-12:00").value()};
  EXPECT_EQ(effects(gateway({mornings})), "blocks at some hours;blocks at some hours;");
  EXPECT_EQ(effects(gateway({mornings, for_one, refusing("social")})),
            "blocks for some or at some hours;blocks ;");
  EXPECT_EQ(effects(gateway({policy::Rule()})), "detects ;detects ;") << "it names nothing";
}

TEST(Deployment, AWithdrawalBlocksForSomeWhileItLasts) {
  config::Configuration configuration = gateway({});
  configuration.policies.rules.withdrawals.resize(1);
  configuration.policies.rules.withdrawals[0].valid = {noon - std::chrono::hours(1),
                                                       noon + std::chrono::hours(1)};
  EXPECT_EQ(effects(configuration), "detects ;blocks for some;");
  configuration.policies.rules.withdrawals[0].valid.to = noon;
  EXPECT_EQ(effects(configuration), "detects ;detects ;");
}

TEST(Deployment, AnAlarmOfTheGatewayEndsItsBlockingAndNoOtherDoes) {
  HealthReport health;
  health.alarms = {{"lists", "older"}, {"zones", "cannot be written"}, {"reload", "refused"}};
  const config::Configuration configuration = gateway({refusing("doh")});
  EXPECT_EQ(effects(configuration, health), "blocks ;blocks ;");
  for (const char* what : {"gateway", "gateway queue"}) {
    HealthReport ill;
    ill.alarms = {{what, "no table"}};
    EXPECT_EQ(effects(configuration, ill), "detects ;detects ;") << what;
  }
  config::Configuration zones = gateway({refusing("social")});
  zones.settings.enforcement_mode = "observe";
  zones.settings.zones.folder = "/var/lib/zones";
  EXPECT_EQ(effects(zones), "detects ;blocks ;");
  EXPECT_EQ(effects(zones, health), "detects ;detects ;");
}

}  // namespace
}  // namespace edgewatch::runtime
