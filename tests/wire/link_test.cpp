#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;
using support::ByteWriter;

const net::Endpoint client{*net::IpAddress::parse("10.20.0.7"), 50000};
const net::Endpoint server{*net::IpAddress::parse("192.0.2.1"), 443};
const net::Endpoint client6{*net::IpAddress::parse("2001:db8:20::7"), 50000};
const net::Endpoint server6{*net::IpAddress::parse("2001:db8::1"), 443};
const support::Link link{
    *net::MacAddress::parse("02:00:5e:10:00:01"), *net::MacAddress::parse("02:00:5e:10:00:02"), {}};
const Buffer payload{1, 2, 3};

Buffer packet() {
  return support::ip_packet(client.address, server.address, 17,
                            support::udp_segment(client, server, payload));
}
Buffer packet6() {
  return support::ip_packet(client6.address, server6.address, 17,
                            support::udp_segment(client6, server6, payload));
}

/// The payload that a frame carries, from an exact copy of its bytes on the heap; or the name of the refusal,
/// or `-` for none of ours.
std::string decoded(net::LinkType type, const Buffer& bytes, Datagram* out = nullptr) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  net::Frame frame;
  frame.link = type;
  frame.bytes = Bytes(exact.get(), bytes.size());
  frame.wire_length = static_cast<std::uint32_t>(bytes.size());
  Decoder decoder({1, 2});
  const auto result = decoder.decode(frame);
  if (!result) return std::string(to_string(result.error().kind));
  if (*result == nullptr) return "-";
  if (out != nullptr) *out = **result;
  const Datagram& datagram = **result;
  const bool ours = std::ranges::equal(datagram.payload, payload) &&
                    (datagram.from == client || datagram.from == client6) &&
                    (datagram.to == server || datagram.to == server6);
  return ours ? "ours" : "something else";
}
net::LinkType type(int number) { return static_cast<net::LinkType>(number); }

TEST(Link, EthernetTellsBothMacAddressesAndDropsItsPadding) {
  Datagram datagram;
  const Buffer frame = support::ethernet_frame(link, 0x0800, packet());
  ASSERT_EQ(frame.size(), 60U);
  EXPECT_EQ(decoded(net::LinkType::ethernet, frame, &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  EXPECT_EQ(datagram.destination_mac, link.to);
  EXPECT_EQ(datagram.payload_length, 3U);
  EXPECT_EQ(datagram.vlan, 0);
}

TEST(Link, UpToThreeTagsAreWalkedAndTheInnermostVlanIsKept) {
  for (const std::vector<std::uint16_t>& vlans : {std::vector<std::uint16_t>{5}, {100, 6}}) {
    Datagram datagram;
    EXPECT_EQ(decoded(net::LinkType::ethernet,
                      support::ethernet_frame({link.from, link.to, vlans}, 0x0800, packet()), &datagram),
              "ours");
    EXPECT_EQ(datagram.vlan, vlans.back());
  }
  const auto tagged = [](int tags) {
    ByteWriter out;
    out.bytes(link.to.bytes()).bytes(link.from.bytes());
    for (int i = 0; i < tags; ++i) out.u16(i == 0 ? 0x9100 : 0x8100).u16(0xe000U + i);
    return out.u16(0x86dd).bytes(packet6()).take();
  };
  EXPECT_EQ(decoded(net::LinkType::ethernet, tagged(3)), "ours");
  EXPECT_EQ(decoded(net::LinkType::ethernet, tagged(4)), "too-many-tags");
}

TEST(Link, LlcWithSnapIsReadAndOtherLlcIsNotOurs) {
  const auto llc = [](std::uint8_t sap) {
    return ByteWriter()
        .bytes(link.to.bytes())
        .bytes(link.from.bytes())
        .u16(8 + packet().size())
        .u8(sap)
        .u8(sap)
        .u8(3)
        .u24(0)
        .u16(0x0800)
        .bytes(packet())
        .take();
  };
  EXPECT_EQ(decoded(net::LinkType::ethernet, llc(0xaa)), "ours");
  EXPECT_EQ(decoded(net::LinkType::ethernet, llc(0x42)), "-");
}

TEST(Link, CookedCapturesTellTheSendersMac) {
  Datagram datagram;
  const Buffer sll =
      ByteWriter().u16(0).u16(1).u16(6).bytes(link.from.bytes()).u16(0).u16(0x0800).bytes(packet()).take();
  EXPECT_EQ(decoded(net::LinkType::linux_sll, sll, &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  EXPECT_FALSE(datagram.destination_mac);
  const Buffer sll2 = ByteWriter()
                          .u16(0x8100)
                          .u16(0)
                          .u32(2)
                          .u16(1)
                          .u8(0)
                          .u8(6)
                          .bytes(link.from.bytes())
                          .u16(0)
                          .u16(77)
                          .u16(0x86dd)
                          .bytes(packet6())
                          .take();
  EXPECT_EQ(decoded(net::LinkType::linux_sll2, sll2, &datagram), "ours");
  EXPECT_EQ(datagram.vlan, 77);
}

TEST(Link, RawIpIsToldByItsVersion) {
  for (const int number : {101, 12, 14}) {
    EXPECT_EQ(decoded(type(number), packet()), "ours");
    EXPECT_EQ(decoded(type(number), packet6()), "ours");
  }
  EXPECT_EQ(decoded(net::LinkType::ipv4, packet()), "ours");
  EXPECT_EQ(decoded(net::LinkType::ipv6, packet6()), "ours");
  EXPECT_EQ(decoded(net::LinkType::ipv4, packet6()), "ip-header");
  EXPECT_EQ(decoded(net::LinkType::raw, {0x10, 0}), "-");
}

TEST(Link, LoopbackFamiliesOfEveryBsdInEitherByteOrder) {
  EXPECT_EQ(decoded(net::LinkType::null, ByteWriter().u32(0x02000000).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(net::LinkType::loop, ByteWriter().u32(2).bytes(packet()).take()), "ours");
  for (const std::uint32_t family : {10U, 24U, 28U, 30U}) {
    EXPECT_EQ(decoded(net::LinkType::null, ByteWriter().u32(family).bytes(packet6()).take()), "ours");
  }
  EXPECT_EQ(decoded(net::LinkType::null, ByteWriter().u32(7).bytes(packet()).take()), "-");
}

TEST(Link, PppPppoeAndMplsAreWalked) {
  const Buffer addresses = ByteWriter().bytes(link.to.bytes()).bytes(link.from.bytes()).take();
  EXPECT_EQ(decoded(type(9), ByteWriter().u16(0xff03).u16(0x21).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(9), ByteWriter().u8(0x57).bytes(packet6()).take()), "ours");
  const Buffer pppoe = ByteWriter()
                           .bytes(addresses)
                           .u16(0x8864)
                           .u16(0x1100)
                           .u16(9)
                           .u16(2 + packet().size())
                           .u16(0x21)
                           .bytes(packet())
                           .take();
  EXPECT_EQ(decoded(net::LinkType::ethernet, pppoe), "ours");
  const Buffer mpls =
      ByteWriter().bytes(addresses).u16(0x8847).u32(0x00010040).u32(0x00020140).bytes(packet()).take();
  EXPECT_EQ(decoded(net::LinkType::ethernet, mpls), "ours");
}

/// LLC with SNAP before an IPv4 packet.
Buffer snapped() { return ByteWriter().u32(0xaaaa0300).u16(0).u16(0x0800).bytes(packet()).take(); }

TEST(Link, LoopbackHeaderWithAnEtherTypeIsRead) {
  EXPECT_EQ(decoded(net::LinkType::null, ByteWriter().u32(0x0f000800).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(net::LinkType::null, ByteWriter().u32(0x0f0086dd).bytes(packet6()).take()), "ours");
}

TEST(Link, SerialAndHistoricLinksAreRead) {
  EXPECT_EQ(decoded(type(50), ByteWriter().u16(0xff03).u16(0x21).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(50), ByteWriter().u16(0x0f00).u16(0x0800).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(104), ByteWriter().u16(0x8f00).u16(0x86dd).bytes(packet6()).take()), "ours");
  EXPECT_EQ(decoded(type(204), ByteWriter().u8(1).u16(0xff03).u16(0x57).bytes(packet6()).take()), "ours");
  EXPECT_EQ(
      decoded(type(51),
              ByteWriter().u16(0x1100).u16(9).u16(2 + packet().size()).u16(0x21).bytes(packet()).take()),
      "ours");
  EXPECT_EQ(decoded(type(138), ByteWriter().u64(1).u64(2).u16(0x0800).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(129), ByteWriter().u32(0xbe50ab08).u8(240).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(129), ByteWriter().u32(0xbe50ab08).u8(212).u8(0).u16(9).bytes(packet()).take()),
            "ours");
  EXPECT_EQ(decoded(type(129), ByteWriter().u32(0xbe50ab08).u8(212).u8(3).u16(9).bytes(packet()).take()),
            "-");
}

TEST(Link, FrameRelayIsReadInEachOfItsForms) {
  EXPECT_EQ(decoded(type(107), ByteWriter().u16(0x1841).u8(3).u8(0xcc).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(107), ByteWriter().u32(0x18406001).u8(3).u8(0x8e).bytes(packet6()).take()), "ours");
  EXPECT_EQ(decoded(type(107), ByteWriter().u16(0x1841).u16(0x0800).bytes(packet()).take()), "ours");
  EXPECT_EQ(decoded(type(107),
                    ByteWriter().u16(0x1841).u16(0x0300).u8(0x80).u24(0).u16(0x0800).bytes(packet()).take()),
            "ours");
  EXPECT_EQ(decoded(type(107), ByteWriter().u32(0x18406000).u32(0).bytes(packet()).take()), "link-header");
}

TEST(Link, RingsNameTheirDevices) {
  Datagram datagram;
  const Buffer fddi =
      ByteWriter().u8(0x50).bytes(link.to.bytes()).bytes(link.from.bytes()).bytes(snapped()).take();
  EXPECT_EQ(decoded(type(10), fddi, &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  Buffer routed_source(link.from.bytes().begin(), link.from.bytes().end());
  routed_source[0] |= 0x80;
  const Buffer ring = ByteWriter()
                          .u16(0x1040)
                          .bytes(link.to.bytes())
                          .bytes(routed_source)
                          .u16(0x0630)
                          .u32(0x00110022)
                          .bytes(snapped())
                          .take();
  datagram = {};
  EXPECT_EQ(decoded(type(6), ring, &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  EXPECT_EQ(datagram.destination_mac, link.to);
}

/// What netfilter writes: each attribute's length and type are little-endian.
Buffer nflog(bool with_address) {
  ByteWriter out;
  out.u8(2).u8(0).u16(20).u32(0x05000a00).u8(0).u24(0);  // a prefix of one byte, padded
  if (with_address) out.u32(0x10000800).u16(6).u16(0).bytes(link.from.bytes()).u16(0);
  const std::size_t length = 4 + packet().size();
  return out.u8(length).u8(0).u16(0x0900).bytes(packet()).take();
}

TEST(Link, NflogIsWalkedToItsPacketAndNamesTheSender) {
  Datagram datagram;
  EXPECT_EQ(decoded(type(239), nflog(false)), "ours");
  EXPECT_EQ(decoded(type(239), nflog(true), &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  Buffer endless = nflog(false);
  endless[4] = 0;
  EXPECT_EQ(decoded(type(239), endless), "link-header");
}

TEST(Link, PktapHoldsAnotherLink) {
  const auto pktap = [](std::uint8_t inner, const Buffer& frame) {
    return ByteWriter().u32(0x6c000000).u32(0x01000000).u8(inner).u24(0).repeat(0, 96).bytes(frame).take();
  };
  Datagram datagram;
  const Buffer frame = support::ethernet_frame(link, 0x0800, packet());
  EXPECT_EQ(decoded(type(258), pktap(1, frame), &datagram), "ours");
  EXPECT_EQ(datagram.source_mac, link.from);
  EXPECT_EQ(decoded(type(149), pktap(12, packet6())), "ours");
  EXPECT_EQ(decoded(type(258), pktap(147, frame)), "unknown-link-type");
}

/// An 802.11 data frame; by the direction (1 to, 2 from the distribution system) the addresses change places.
Buffer wireless(std::uint8_t type, std::uint8_t flags, const Buffer& rest) {
  const net::MacAddress station = *net::MacAddress::parse("02:00:5e:30:00:01");
  const bool from_ds = (flags & 2) != 0;
  const bool to_ds = (flags & 1) != 0;
  ByteWriter out;
  out.u8(type).u8(flags).u16(0);
  out.bytes((to_ds ? station : link.to).bytes());
  out.bytes((from_ds ? station : link.from).bytes());
  out.bytes((to_ds ? link.to : from_ds ? link.from : station).bytes()).u16(0x0010);
  if (to_ds && from_ds) out.bytes(link.from.bytes());
  return out.bytes(rest).take();
}

TEST(Link, OpenWirelessFramesNameTheirDevicesInEachDirection) {
  for (std::uint8_t direction = 0; direction < 4; ++direction) {
    Datagram datagram;
    EXPECT_EQ(decoded(type(105), wireless(0x08, direction, snapped()), &datagram), "ours");
    EXPECT_EQ(datagram.source_mac, link.from) << int{direction};
    EXPECT_EQ(datagram.destination_mac, link.to) << int{direction};
  }
  const Buffer quality = ByteWriter().u16(0).bytes(snapped()).take();
  EXPECT_EQ(decoded(type(105), wireless(0x88, 1, quality)), "ours");
  const Buffer throughput = ByteWriter().u16(0).u32(0).bytes(snapped()).take();
  EXPECT_EQ(decoded(type(105), wireless(0x88, 0x81, throughput)), "ours");
  const Buffer aggregate = ByteWriter()
                               .u16(0x8000)
                               .bytes(link.to.bytes())
                               .bytes(link.from.bytes())
                               .u16(snapped().size())
                               .bytes(snapped())
                               .take();
  EXPECT_EQ(decoded(type(105), wireless(0x88, 1, aggregate)), "ours");
}

TEST(Link, WirelessFramesWithoutOpenDataAreNotOurs) {
  EXPECT_EQ(decoded(type(105), wireless(0x08, 0x41, snapped())), "-");  // encrypted
  EXPECT_EQ(decoded(type(105), wireless(0x08, 0x05, snapped())), "-");  // more fragments
  EXPECT_EQ(decoded(type(105), wireless(0x48, 1, snapped())), "-");     // no body
  EXPECT_EQ(decoded(type(105), wireless(0x80, 0, snapped())), "-");     // a beacon
}

TEST(Link, HeadersThatMonitorsPutBeforeWirelessFramesAreSteppedOver) {
  const Buffer frame = wireless(0x08, 1, snapped());
  EXPECT_EQ(decoded(type(127), ByteWriter().u16(0).u16(0x0800).u32(0).bytes(frame).take()), "ours");
  // Flags (radiotap's second field) behind a time stamp say that the 802.11 header is padded to 28 bytes.
  const Buffer quality = ByteWriter().u16(0).u16(0).bytes(snapped()).take();
  const Buffer padded = ByteWriter()
                            .u16(0)
                            .u16(0x1200)
                            .u32(0x03000000)
                            .u64(1)
                            .u8(0x20)
                            .u8(0)
                            .bytes(wireless(0x88, 1, quality))
                            .take();
  EXPECT_EQ(decoded(type(127), padded), "ours");
  EXPECT_EQ(
      decoded(type(119), ByteWriter().u32(0x44000000).u32(0x90000000).repeat(0, 136).bytes(frame).take()),
      "ours");
  EXPECT_EQ(decoded(type(163), ByteWriter().u32(0x80211001).u32(64).repeat(0, 56).bytes(frame).take()),
            "ours");
  EXPECT_EQ(decoded(type(127), ByteWriter().u16(0).u16(0x0400).u32(0).bytes(frame).take()), "link-header");
}

TEST(Link, UnknownLinkTypesAreRefusedAndOtherProtocolsAreNotOurs) {
  EXPECT_EQ(decoded(type(147), packet()), "unknown-link-type");
  EXPECT_EQ(decoded(net::LinkType::ethernet, support::ethernet_frame(link, 0x88cc, Buffer(40))), "-");
}

TEST(Link, ArpPacketIsGivenWholeWithItsSenderAndWithoutEnds) {
  const Buffer frame = support::arp_request(link, client.address, server.address);
  ASSERT_EQ(frame.size(), 60U);  // 14 + 28 and padding
  net::Frame shown;
  shown.bytes = frame;
  shown.wire_length = 60;
  Decoder decoder({1, 2});
  const auto result = decoder.decode(shown);
  ASSERT_TRUE(result && *result != nullptr);
  const Datagram& arp = **result;
  EXPECT_EQ(arp.transport, Transport::arp);
  EXPECT_TRUE(std::ranges::equal(arp.payload, Bytes(frame).subspan(14, 28)));
  EXPECT_EQ(arp.payload_length, 28U);
  EXPECT_EQ(arp.source_mac, link.from);
  EXPECT_EQ(arp.from, net::Endpoint{});
  EXPECT_EQ(arp.to, net::Endpoint{});
}

TEST(Link, ArpPacketBehindTagsOrInACookedCaptureIsFoundAndACutOneIsRefused) {
  const Buffer frame = support::arp_reply(link, client.address, server.address);
  const Bytes packet = Bytes(frame).subspan(14, 28);
  Datagram arp;
  const support::Link tagged{link.from, link.to, {100, 6}};
  EXPECT_EQ(decoded(net::LinkType::ethernet, support::ethernet_frame(tagged, 0x0806, packet), &arp),
            "something else");
  EXPECT_EQ(arp.transport, Transport::arp);
  EXPECT_EQ(arp.vlan, 6);
  const Buffer cooked =
      ByteWriter().u16(0).u16(1).u16(6).bytes(link.from.bytes()).u16(0).u16(0x0806).bytes(packet).take();
  arp = {};
  EXPECT_EQ(decoded(net::LinkType::linux_sll, cooked, &arp), "something else");
  EXPECT_EQ(arp.transport, Transport::arp);
  EXPECT_EQ(arp.source_mac, link.from);
  EXPECT_EQ(decoded(net::LinkType::ethernet, Buffer(frame.begin(), frame.begin() + 14 + 27)), "arp-packet");
  EXPECT_EQ(decoded(net::LinkType::ethernet, Buffer(frame.begin(), frame.begin() + 14 + 7)), "arp-packet");
}

TEST(Link, FrameCutAnywhereIsRefusedOrShortButNeverReadBeyond) {
  const Buffer frame = support::ethernet_frame({link.from, link.to, {100, 6}}, 0x0800, packet());
  for (std::size_t length = 0; length < frame.size(); ++length) {
    const std::string got = decoded(
        net::LinkType::ethernet, Buffer(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length)));
    const std::size_t headers = 14 + 8 + 20 + 8;
    if (length < headers) {
      EXPECT_NE(got, "ours") << length;
      EXPECT_NE(got, "something else") << length;
    }
  }
}

}  // namespace
}  // namespace edgewatch::wire
