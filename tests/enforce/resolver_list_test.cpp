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
  for (const auto& text : {dnsmasq_list({{odd}}), hosts_list({{odd}}), adblock_list({{odd}})}) {
    EXPECT_NE(text.find("names: 0"), std::string::npos) << text;
    EXPECT_EQ(text.find("gov.uk"), std::string::npos) << text;
  }
}

TEST(ResolverList, RefusesTheCanariesWhateverTheRulesSayOfThem) {
  const auto text =
      dnsmasq_list(with_canaries({{name("mask.icloud.com"), ZoneAction::pass_through}, {name("a.example")}}));
  EXPECT_EQ(text,
            "# edgewatch, for dnsmasq (conf-file=), names: 4\n"
            "address=/a.example/\n"
            "address=/mask-h2.icloud.com/\n"
            "address=/mask.icloud.com/\n"
            "address=/use-application-dns.net/\n");
}

}  // namespace
}  // namespace edgewatch::enforce
