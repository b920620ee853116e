#include "edgewatch/enforce/resolver_list.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }

std::vector<ZoneEntry> policy() {
  return {{name("videos.example"), ZoneAction::nxdomain},
          {name("training.videos.example"), ZoneAction::pass_through},
          {name("cards.example"), ZoneAction::nxdomain}};
}

TEST(ResolverList, OfDnsmasqRefusesWhatLiesBelowTooAndAsksTheUsualServersForExceptions) {
  EXPECT_EQ(dnsmasq_list(policy()),
            "# edgewatch, for dnsmasq (conf-file=), names: 3\n"
            "address=/cards.example/\n"
            "server=/training.videos.example/#\n"
            "address=/videos.example/\n");
}

TEST(ResolverList, OfHostsSaysWhatItCannotSay) {
  EXPECT_EQ(hosts_list(policy()),
            "# edgewatch, as a hosts file, names: 2\n"
            "# This form refuses these names alone: nothing below them.\n"
            "# It has no exceptions, and needs none: 1 stand below a name and not here.\n"
            "0.0.0.0 cards.example\n"
            "0.0.0.0 videos.example\n");
}

TEST(ResolverList, OfAdblockHasExceptions) {
  EXPECT_EQ(adblock_list(policy()),
            "! edgewatch, in the form of Adblock, names: 3\n"
            "||cards.example^\n"
            "@@||training.videos.example^\n"
            "||videos.example^\n");
}

TEST(ResolverList, HasNoLineThatAHostileNameCouldEnd) {
  const auto odd = net::HostName::from_dotted("a\naddress=/gov.uk/1.2.3.4").value();
  for (const auto& text :
       {dnsmasq_list({{odd, ZoneAction::nxdomain}}), hosts_list({{odd, ZoneAction::nxdomain}}),
        adblock_list({{odd, ZoneAction::nxdomain}})}) {
    EXPECT_NE(text.find("names: 0"), std::string::npos) << text;
    EXPECT_EQ(text.find("gov.uk"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace edgewatch::enforce
