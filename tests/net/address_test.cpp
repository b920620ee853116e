#include "edgewatch/net/address.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch::net {
namespace {

IpAddress ip(const char* text) { return IpAddress::parse(text).value(); }

TEST(IpAddress, ReadsAndPrintsBothFamilies) {
  EXPECT_EQ(ip("192.0.2.1").to_string(), "192.0.2.1");
  EXPECT_EQ(ip("2001:DB8:0:0::1").to_string(), "2001:db8::1");
  EXPECT_EQ(IpAddress::v4(0xc0000201), ip("192.0.2.1"));
  EXPECT_NE(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
  for (const char* text : {"", "192.0.2", "192.0.2.256", "2001:db8::1%eth0", "[::1]", "192.0.2.1 "}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, NeighboursAreSpreadOverATable) {
  constexpr std::size_t places = 1024;
  for (const char* base : {"10.20.0.0", "2001:db8:20::"}) {
    std::vector<std::size_t> used(places);
    const IpAddress first = ip(base);
    std::vector<std::uint8_t> bytes(first.bytes().begin(), first.bytes().end());
    for (std::size_t i = 0; i < 16 * places; ++i) {
      bytes[bytes.size() - 2] = static_cast<std::uint8_t>(i >> 8U);
      bytes.back() = static_cast<std::uint8_t>(i);
      ++used[std::hash<IpAddress>()(IpAddress::from_bytes(bytes).value()) % places];
    }
    EXPECT_LT(std::ranges::max(used), 64U) << base;
  }
}

TEST(Network, ContainsItsOwnAndNobodyElse) {
  const auto network = Network::parse("10.20.0.0/15").value();
  EXPECT_TRUE(network.contains(ip("10.20.0.1")));
  EXPECT_TRUE(network.contains(ip("10.21.255.255")));
  EXPECT_FALSE(network.contains(ip("10.22.0.0")));
  EXPECT_FALSE(network.contains(ip("2001:db8::1")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0").value().contains(ip("203.0.113.9")));
  EXPECT_TRUE(Network::parse("2001:db8:20::/47").value().contains(ip("2001:db8:21::5")));
  EXPECT_TRUE(Network::parse("192.0.2.7").value().contains(ip("192.0.2.7")));
}

TEST(Network, RefusesHostBitsAndNonsense) {
  for (const char* text : {"10.20.0.1/16", "10.20.0.0/33", "10.20.0.0/", "10.20.0.0/-1", "10.20.0.0/1x",
                           "x/8", "2001:db8::/129"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(MacAddress, ReadsThreeSpellingsAndPrintsOne) {
  for (const char* text : {"02:00:5e:10:00:0A", "02-00-5E-10-00-0a", "0200.5e10.000a"}) {
    ASSERT_TRUE(MacAddress::parse(text)) << text;
    EXPECT_EQ(MacAddress::parse(text)->to_string(), "02:00:5e:10:00:0a");
  }
  for (const char* text :
       {"02:00:5e:10:00", "02:00:5e-10:00:0a", "02005e10000a", "0g:00:5e:10:00:0a", "02.00.5e.10.00.0a"}) {
    EXPECT_FALSE(MacAddress::parse(text)) << text;
  }
}

}  // namespace
}  // namespace edgewatch::net
