#include "edgewatch/wire/neighbour.hpp"

#include "protocol_builders.hpp"
#include "support/forge.hpp"
#include "support/identity.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using test::Exact;

const net::MacAddress device = *net::MacAddress::parse("02:00:5e:10:00:07");
const net::MacAddress router = *net::MacAddress::parse("02:00:5e:10:00:fe");
net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }
const net::IpAddress all_nodes = ip("ff02::1");

/// The ARP packet of a frame without tags.
Bytes packet_of(const support::Buffer& frame) { return Bytes(frame).subspan(14); }

ArpPacket arp(const support::Buffer& frame) {
  const auto packet = parse_arp(Exact(packet_of(frame)));
  EXPECT_TRUE(packet && *packet);
  return packet && *packet ? **packet : ArpPacket{};
}

TEST(Arp, RequestReplyAndAnnouncementSayWhoseTheSendersAddressIs) {
  const NeighbourClaim claim{ip("192.0.2.7"), device};
  const support::Link link{device, router, {}};
  EXPECT_EQ(arp(support::arp_request(link, ip("192.0.2.7"), ip("192.0.2.1"))).claim(), claim);
  EXPECT_EQ(arp(support::arp_reply(link, ip("192.0.2.7"), ip("192.0.2.1"))).claim(), claim);
  EXPECT_EQ(arp(support::arp_request(link, ip("192.0.2.7"), ip("192.0.2.7"))).claim(), claim);
}

TEST(Arp, ProbeSaysNothingYet) {
  const support::Link link{device, router, {}};
  const ArpPacket probe = arp(support::arp_request(link, net::IpAddress(), ip("192.0.2.7")));
  EXPECT_EQ(probe.target_address, ip("192.0.2.7"));
  EXPECT_FALSE(probe.claim().has_value());
}

TEST(Arp, SenderThatIsNoDeviceSaysNothing) {
  const support::Link group{*net::MacAddress::parse("01:00:5e:10:00:07"), router, {}};
  EXPECT_FALSE(arp(support::arp_reply(group, ip("192.0.2.7"), ip("192.0.2.1"))).claim().has_value());
  const support::Link link{device, router, {}};
  EXPECT_FALSE(arp(support::arp_reply(link, ip("224.0.0.1"), ip("192.0.2.1"))).claim().has_value());
}

TEST(Arp, OtherHardwareIsPassedOverAndACutPacketIsRefused) {
  const support::Link link{device, router, {}};
  support::Buffer frame = support::arp_reply(link, ip("192.0.2.7"), ip("192.0.2.1"));
  for (std::size_t length = 0; length < 28; ++length) {
    const auto cut = parse_arp(Exact(packet_of(frame).first(length)));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().kind, Malformation::truncated);
  }
  frame[14 + 1] = 7;  // ARCNET
  const auto other = parse_arp(Exact(packet_of(frame)));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->has_value());
}

NeighbourMessage read(const support::Buffer& message, const net::IpAddress& source,
                      const net::IpAddress& destination = all_nodes) {
  const auto out = parse_neighbour(Exact(message), source, destination, 255);
  EXPECT_TRUE(out && *out);
  return out && *out ? **out : NeighbourMessage{};
}

TEST(NeighbourDiscovery, SolicitationSaysWhoseItsSourceIs) {
  const auto message = read(support::neighbour_message(135, 0, ip("fe80::1"), device), ip("2001:db8:20::7"));
  const NeighbourClaim claim{ip("2001:db8:20::7"), device};
  EXPECT_EQ(message.claim(ip("2001:db8:20::7"), router), claim);
}

TEST(NeighbourDiscovery, AdvertisementSaysWhoseItsTargetIs) {
  const auto message =
      read(support::neighbour_message(136, 0x20000000, ip("2001:db8:20::7"), device), ip("fe80::7"));
  EXPECT_TRUE(message.overriding);
  const NeighbourClaim claim{ip("2001:db8:20::7"), device};
  EXPECT_EQ(message.claim(ip("fe80::7"), std::nullopt), claim);
}

TEST(NeighbourDiscovery, WithoutAnOptionTheFramesSenderIsTaken) {
  const auto message = read(support::neighbour_message(136, 0x60000000, ip("2001:db8:20::7"), std::nullopt),
                            ip("fe80::7"), ip("fe80::1"));
  const NeighbourClaim claim{ip("2001:db8:20::7"), device};
  EXPECT_EQ(message.claim(ip("fe80::7"), device), claim);
  EXPECT_FALSE(message.claim(ip("fe80::7"), std::nullopt).has_value());
}

TEST(NeighbourDiscovery, ProbeForADoubleSaysNothingYet) {
  const auto message =
      read(support::neighbour_message(135, 0, ip("2001:db8:20::7"), std::nullopt), net::IpAddress(ip("::")));
  EXPECT_FALSE(message.claim(ip("::"), device).has_value());
}

struct Wrong {
  const char* what;
  support::Buffer message;
  net::IpAddress source, destination;
  std::uint8_t hop_limit;
};

TEST(NeighbourDiscovery, WhatAReceiverMustDiscardIsRefused) {
  const net::IpAddress source = ip("fe80::7");
  const auto good = support::neighbour_message(135, 0, ip("fe80::1"), device);
  support::Buffer code = good;
  code[1] = 1;
  support::Buffer empty_option = good;
  empty_option[25] = 0;
  const std::vector<Wrong> all{
      {"came from another link", good, source, all_nodes, 254},
      {"code", code, source, all_nodes, 255},
      {"option of no length", empty_option, source, all_nodes, 255},
      {"target is a group", support::neighbour_message(135, 0, all_nodes, device), source, all_nodes, 255},
      {"probe with an option", good, ip("::"), all_nodes, 255},
      {"solicited answer to everybody", support::neighbour_message(136, 0x40000000, ip("fe80::7"), device),
       source, all_nodes, 255},
  };
  for (const Wrong& wrong : all) {
    const auto message =
        parse_neighbour(Exact(wrong.message), wrong.source, wrong.destination, wrong.hop_limit);
    ASSERT_FALSE(message) << wrong.what;
    EXPECT_EQ(message.error().kind, Malformation::neighbour_message) << wrong.what;
  }
}

TEST(NeighbourDiscovery, OtherMessagesArePassedOver) {
  const auto echo =
      parse_neighbour(Exact(support::Buffer{128, 0, 0, 0, 0, 1, 0, 1}), ip("fe80::7"), all_nodes, 64);
  ASSERT_TRUE(echo);
  EXPECT_FALSE(echo->has_value());
}

}  // namespace
}  // namespace edgewatch::wire
