#include "mirror_words.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(MirrorWords, SayHowOftenTheRaceWasLostAndWhatWouldNotRunOne) {
  MirrorHealth mirror;
  mirror.interface = "eth2";
  mirror.counts.reset = 400;
  mirror.counts.went_on = 3;
  mirror.delays = {2, std::chrono::microseconds(300), std::chrono::microseconds(200)};
  std::map<std::string, std::string> said;
  say_mirror(mirror, {*net::Network::parse("10.20.0.0/16")}, {},
             [&](const std::string& what, const std::string& value) { said[what] = value; });
  EXPECT_EQ(said["mirror"], "resets and DNS answers leave by eth2");
  EXPECT_EQ(said["  of them went on"], "3 (0.75 %)");
  EXPECT_THAT(said["  from a frame to our answer"], HasSubstr("150 us on average, 200 us at most"));
  EXPECT_THAT(said["  what it cannot do"], HasSubstr("reset QUIC"));
}

TEST(MirrorWords, FirewallLinesSpeakOfTheClientsOfEachFamily) {
  EXPECT_THAT(
      firewall_lines({*net::Network::parse("10.20.0.0/16"), *net::Network::parse("10.30.0.0/16")}, {}),
      ElementsAre("nft insert rule inet filter forward ip saddr { 10.20.0.0/16, 10.30.0.0/16 } udp dport "
                  "443 reject",
                  HasSubstr("th dport 853 reject"), HasSubstr("th dport 53 reject")));
  EXPECT_EQ(
      firewall_lines({*net::Network::parse("10.20.0.0/16"), *net::Network::parse("2001:db8:20::/48")}, {})
          .size(),
      6U);
}

TEST(MirrorWords, FirewallLinesLeaveAloneWhoIsNotWatchedAndTheCouncilsResolver) {
  const auto lines =
      firewall_lines({*net::Network::parse("10.20.0.0/16"), *net::Network::parse("2001:db8:20::/48")},
                     {*net::Network::parse("10.20.240.0/20")});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0],
            "nft insert rule inet filter forward ip saddr { 10.20.0.0/16 } ip saddr != { 10.20.240.0/20 } "
            "udp dport 443 reject");
  EXPECT_EQ(lines[2],
            "nft insert rule inet filter forward ip saddr { 10.20.0.0/16 } ip saddr != { 10.20.240.0/20 } "
            "ip saddr != <your resolver> ip daddr != <your resolver> meta l4proto { tcp, udp } th dport 53 "
            "reject");
  EXPECT_EQ(lines[5],
            "nft insert rule inet filter forward ip6 saddr { 2001:db8:20::/48 } ip6 saddr != <your resolver> "
            "ip6 daddr != <your resolver> meta l4proto { tcp, udp } th dport 53 reject");
}

}  // namespace
}  // namespace edgewatch::runtime
