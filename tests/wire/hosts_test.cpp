// Frames that belong together go to the same place, whichever way they go and however they are wrapped.
#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"

#include <set>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;

const support::Link desk{
    *net::MacAddress::parse("02:00:5e:10:00:07"), *net::MacAddress::parse("02:00:5e:10:00:fe"), {}};

net::Endpoint host(const std::string& address, std::uint16_t port) {
  return {*net::IpAddress::parse(address), port};
}

std::uint64_t hosts(const Buffer& bytes, HashKey key = {3, 4}) {
  net::Frame frame;
  frame.bytes = bytes;
  frame.wire_length = static_cast<std::uint32_t>(bytes.size());
  return hosts_of(frame, key);
}

TEST(Hosts, AreTheSameForBothDirectionsAllPortsAndAnyTags) {
  for (const auto& [a, b] :
       {std::pair("192.0.2.7", "198.51.100.1"), std::pair("2001:db8::7", "2001:db8::1")}) {
    support::Link tagged = desk;
    tagged.vlans = {7, 20};
    const std::uint64_t one = hosts(support::udp_frame(desk, host(a, 50000), host(b, 443), Buffer(9, 1)));
    EXPECT_NE(one, 0U);
    EXPECT_EQ(hosts(support::udp_frame(support::reversed(desk), host(b, 443), host(a, 50000), {})), one);
    EXPECT_EQ(hosts(support::udp_frame(tagged, host(a, 50001), host(b, 53), Buffer(40, 2))), one);
    EXPECT_EQ(hosts(support::tcp_frame(desk, host(b, 80), host(a, 1), {}, Buffer(9, 1))), one);
    EXPECT_NE(hosts(support::udp_frame(desk, host(a, 50000), host(b, 443), Buffer(9, 1)), {4, 3}), one)
        << "nobody can choose where his frames go";
  }
}

TEST(Hosts, OfDifferentPairsAreSpread) {
  std::set<std::uint64_t> places;
  std::array<int, 4> load{};
  for (int i = 0; i < 200; ++i) {
    const auto client = host("192.0.2." + std::to_string(i + 1), 50000);
    const std::uint64_t place = hosts(support::udp_frame(desk, client, host("198.51.100.1", 443), {}));
    places.insert(place);
    ++load[place % load.size()];
  }
  EXPECT_EQ(places.size(), 200U);
  for (const int share : load) EXPECT_GT(share, 25);
}

TEST(Hosts, OfFramesThatAreCutOrNotIpAreOnePlace) {
  const Buffer whole = support::udp_frame(desk, host("192.0.2.7", 1), host("198.51.100.1", 2), {});
  for (std::size_t length = 0; length < 34; ++length)
    EXPECT_EQ(hosts(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))), 0U);
  Buffer arp = whole;
  arp[12] = 0x08;
  arp[13] = 0x06;
  EXPECT_EQ(hosts(arp), 0U);
}

}  // namespace
}  // namespace edgewatch::wire
