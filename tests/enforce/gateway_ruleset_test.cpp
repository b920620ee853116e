#include "edgewatch/enforce/gateway_ruleset.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

net::NetworkSet networks(std::initializer_list<const char*> texts) {
  net::NetworkSet out;
  for (const char* text : texts) out.push_back(*net::Network::parse(text));
  return out;
}

/// As the kernel is given it; read it as an operator would `nft list table inet edgewatch`.
constexpr const char* golden = R"(add table inet edgewatch
add counter inet edgewatch queued
add counter inet edgewatch unjudged
add counter inet edgewatch refused
add counter inet edgewatch invalid
add set inet edgewatch inside4 { type ipv4_addr; flags interval; auto-merge; }
add set inet edgewatch inside6 { type ipv6_addr; flags interval; auto-merge; }
add set inet edgewatch exclude4 { type ipv4_addr; flags interval; auto-merge; }
add set inet edgewatch exclude6 { type ipv6_addr; flags interval; auto-merge; }
add set inet edgewatch closed4 { type ipv4_addr; flags interval; auto-merge; }
add set inet edgewatch closed6 { type ipv6_addr; flags interval; auto-merge; }
add chain inet edgewatch classify { type filter hook forward priority mangle - 10; policy accept; }
add chain inet edgewatch act { type filter hook forward priority mangle - 5; policy accept; }
add chain inet edgewatch own { type filter hook output priority raw; policy accept; }
add chain inet edgewatch of_client
add chain inet edgewatch of_client_tcp
add chain inet edgewatch of_client_udp
add chain inet edgewatch decided
add chain inet edgewatch to_queue
add chain inet edgewatch queue_open
add chain inet edgewatch queue_syn
add chain inet edgewatch queue_closed
add chain inet edgewatch refuse
add chain inet edgewatch hush
flush table inet edgewatch
flush set inet edgewatch inside4
add element inet edgewatch inside4 { 10.20.0.0/16, 192.0.2.7/32 }
flush set inet edgewatch inside6
add element inet edgewatch inside6 { 2001:db8:20::/48 }
flush set inet edgewatch exclude4
add element inet edgewatch exclude4 { 10.20.9.0/24 }
flush set inet edgewatch exclude6
add rule inet edgewatch classify ip saddr @inside4 goto of_client
add rule inet edgewatch classify ip6 saddr @inside6 goto of_client
add rule inet edgewatch of_client ip saddr @exclude4 return
add rule inet edgewatch of_client ip6 saddr @exclude6 return
add rule inet edgewatch of_client meta l4proto tcp goto of_client_tcp
add rule inet edgewatch of_client meta l4proto udp goto of_client_udp
add rule inet edgewatch of_client_tcp ct state invalid counter name invalid drop
add rule inet edgewatch of_client_tcp ct mark & 0x07000000 != 0 goto decided
add rule inet edgewatch of_client_tcp ip length 52 tcp doff 8 tcp flags & syn == 0 return
add rule inet edgewatch of_client_tcp ip length 40 tcp doff 5 tcp flags & syn == 0 return
add rule inet edgewatch of_client_tcp ip6 length 32 tcp doff 8 tcp flags & syn == 0 return
add rule inet edgewatch of_client_tcp ip6 length 20 tcp doff 5 tcp flags & syn == 0 return
add rule inet edgewatch of_client_tcp goto to_queue
add rule inet edgewatch of_client_udp ct state invalid counter name invalid drop
add rule inet edgewatch of_client_udp ct mark & 0x07000000 == 0 goto to_queue
add rule inet edgewatch of_client_udp ct mark & 0x07000000 == 0x01000000 udp length >= 1208 @th,64,2 3 @th,72,32 0x00000001 goto to_queue
add rule inet edgewatch of_client_udp ct mark & 0x07000000 == 0x01000000 udp length >= 1208 @th,64,2 3 @th,72,32 0x6b3343cf goto to_queue
add rule inet edgewatch decided tcp flags & (fin | syn | rst | ack) != syn return
add rule inet edgewatch decided ct mark set ct mark & 0xf8ffffff
add rule inet edgewatch decided goto to_queue
add rule inet edgewatch to_queue ct direction reply ip daddr @inside4 return
add rule inet edgewatch to_queue ct direction reply ip6 daddr @inside6 return
add rule inet edgewatch to_queue ct direction reply th sport < 1024 return
add rule inet edgewatch to_queue meta mark set meta mark & 0xf0ffffff | 0x04000000
add rule inet edgewatch to_queue counter name queued
add rule inet edgewatch to_queue ip saddr @closed4 goto queue_closed
add rule inet edgewatch to_queue ip6 saddr @closed6 goto queue_closed
add rule inet edgewatch to_queue tcp flags & (fin | syn | rst | ack) == syn goto queue_syn
add rule inet edgewatch to_queue goto queue_open
add rule inet edgewatch queue_open queue flags bypass to 610
add rule inet edgewatch queue_closed queue to 611
add rule inet edgewatch queue_syn queue flags bypass to 612
add rule inet edgewatch act ct status dying tcp flags & rst == 0 counter name invalid drop
add rule inet edgewatch act meta mark & 0x0f000000 == 0 ct mark & 0x06000000 == 0 return
add rule inet edgewatch act meta mark & 0x0f000000 == 0x04000000 counter name unjudged
add rule inet edgewatch act meta mark & 0x0a000000 != 0 counter name refused
add rule inet edgewatch act meta mark & 0x03000000 == 0x03000000 ct mark set ct mark | 0x04000000 drop
add rule inet edgewatch act meta mark & 0x01000000 != 0 ct mark set ct mark | 0x01000000
add rule inet edgewatch act meta mark & 0x02000000 != 0 ct mark set ct mark | 0x02000000
add rule inet edgewatch act meta mark & 0x08000000 != 0 goto refuse
add rule inet edgewatch act ct mark & 0x04000000 != 0 goto hush
add rule inet edgewatch act ct mark & 0x02000000 != 0 goto refuse
add rule inet edgewatch act meta mark & 0x0f000000 != 0 meta mark set meta mark & 0xf0ffffff
add rule inet edgewatch refuse meta l4proto tcp reject with tcp reset
add rule inet edgewatch refuse ct direction reply drop
add rule inet edgewatch refuse reject with icmpx type port-unreachable
add rule inet edgewatch hush ct direction reply meta l4proto tcp reject with tcp reset
add rule inet edgewatch hush tcp flags & fin == fin reject with tcp reset
add rule inet edgewatch hush drop
add rule inet edgewatch own meta mark & 0x0f000000 == 0x0f000000 ip daddr @inside4 notrack
add rule inet edgewatch own meta mark & 0x0f000000 == 0x0f000000 ip6 daddr @inside6 notrack
add rule inet edgewatch own icmp type redirect drop
add rule inet edgewatch own icmpv6 type nd-redirect drop
)";

TEST(GatewayRuleset, QueuesWhatClientsSayUntilThereIsAVerdictAndRejectsWhatIsRefused) {
  RulesetOptions options;
  options.inside = networks({"10.20.0.0/16", "192.0.2.7", "2001:db8:20::/48"});
  options.exclude = networks({"10.20.9.0/24"});
  EXPECT_EQ(gateway_ruleset(options), golden);
}

TEST(GatewayRuleset, WhereNobodyIsExcludedNobodyIsLookedFor) {
  RulesetOptions options;
  options.inside = networks({"10.20.0.0/16"});
  EXPECT_THAT(gateway_ruleset(options), Not(HasSubstr("@exclude")));
}

TEST(GatewayRuleset, WithoutQueueInNftTheChainsAreLeftForItsTargetAndWhoMustWaitIsHeldBack) {
  RulesetOptions options;
  options.inside = networks({"10.20.0.0/16"});
  options.nft_has_queue = false;
  EXPECT_THAT(gateway_ruleset(options), Not(HasSubstr(" queue flags")));
  EXPECT_THAT(gateway_ruleset(options), Not(HasSubstr("queue_open queue")));
  EXPECT_THAT(gateway_ruleset(options), HasSubstr("add rule inet edgewatch queue_closed drop\n"));
}

TEST(GatewayRuleset, ClientsThatWaitAreReplacedWhole) {
  EXPECT_EQ(closed_clients(networks({"10.20.1.17", "10.20.4.0/24"})),
            "flush set inet edgewatch closed4\n"
            "add element inet edgewatch closed4 { 10.20.1.17/32, 10.20.4.0/24 }\n"
            "flush set inet edgewatch closed6\n");
}

}  // namespace
}  // namespace edgewatch::enforce
