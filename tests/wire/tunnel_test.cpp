#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;
using support::ByteWriter;

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }
net::MacAddress mac(std::string_view text) { return *net::MacAddress::parse(text); }

const net::Endpoint client{ip("10.20.0.7"), 50000};
const net::Endpoint server{ip("192.0.2.1"), 443};
const net::Endpoint client6{ip("2001:db8:20::7"), 50000};
const net::Endpoint server6{ip("2001:db8::1"), 443};
const support::Link tunnel_link{mac("02:00:5e:20:00:01"), mac("02:00:5e:20:00:02"), {100}};
const support::Link client_link{mac("02:00:5e:10:00:07"), mac("02:00:5e:10:00:fe"), {}};
const net::IpAddress near_end = ip("198.51.100.1");
const net::IpAddress far_end = ip("198.51.100.2");
const Buffer payload{1, 2, 3};

Buffer packet() {
  return support::ip_packet(client.address, server.address, 17,
                            support::udp_segment(client, server, payload));
}
Buffer packet6() {
  return support::ip_packet(client6.address, server6.address, 17,
                            support::udp_segment(client6, server6, payload));
}
Buffer inner_frame() { return support::ethernet_frame(client_link, 0x0800, packet()); }
/// On the wire between the tunnel's ends, behind a VLAN tag.
Buffer on_wire(const Buffer& outer) {
  return support::ethernet_frame(tunnel_link, outer[0] >> 4 == 4 ? 0x0800 : 0x86dd, outer);
}
Buffer in_ip(std::uint8_t protocol, const Buffer& inside) {
  return support::ip_packet(near_end, far_end, protocol, inside);
}
Buffer in_udp(std::uint16_t port, const Buffer& inside) {
  return in_ip(17, support::udp_segment({near_end, 50001}, {far_end, port}, inside));
}
Buffer gre(std::uint16_t flags, std::uint16_t protocol, const Buffer& fields, const Buffer& inside) {
  return in_ip(47, ByteWriter().u16(flags).u16(protocol).bytes(fields).bytes(inside).take());
}

struct Seen {
  std::string what;  ///< `ours`, `tunnel` (the outer datagram), `-`, or the name of the refusal
  Datagram datagram;
};
Seen decoded(const Buffer& frame, std::size_t kept = 0) {
  const std::size_t size = kept == 0 ? frame.size() : kept;
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
  std::copy_n(frame.begin(), size, exact.get());
  net::Frame shown;
  shown.bytes = Bytes(exact.get(), size);
  shown.wire_length = static_cast<std::uint32_t>(frame.size());
  Decoder decoder({1, 2});
  const auto result = decoder.decode(shown);
  if (!result) return {std::string(to_string(result.error().kind)), {}};
  if (*result == nullptr) return {"-", {}};
  Seen seen{"something else", **result};
  const Datagram& datagram = seen.datagram;
  const bool ends = (datagram.from == client && datagram.to == server) ||
                    (datagram.from == client6 && datagram.to == server6);
  if (ends && std::ranges::equal(datagram.payload, payload)) seen.what = "ours";
  if (datagram.to.address == far_end) seen.what = "tunnel";
  seen.datagram.payload = seen.datagram.segment = seen.datagram.ipv4_header = {};
  return seen;
}
std::string what(const Buffer& outer) { return decoded(on_wire(outer)).what; }

/// Inside an IP tunnel nobody's MAC address is known, and the tag was the tunnel's.
void expect_no_device(const Buffer& outer) {
  const Seen seen = decoded(on_wire(outer));
  EXPECT_EQ(seen.what, "ours");
  EXPECT_FALSE(seen.datagram.source_mac);
  EXPECT_FALSE(seen.datagram.destination_mac);
  EXPECT_EQ(seen.datagram.vlan, 0);
  EXPECT_EQ(seen.datagram.encapsulations, 1);
}
void expect_the_clients_device(const Buffer& outer) {
  const Seen seen = decoded(on_wire(outer));
  EXPECT_EQ(seen.what, "ours");
  EXPECT_EQ(seen.datagram.source_mac, client_link.from);
  EXPECT_EQ(seen.datagram.destination_mac, client_link.to);
  EXPECT_EQ(seen.datagram.vlan, 0);
  EXPECT_EQ(seen.datagram.encapsulations, 1);
}

TEST(Tunnel, IpInIpNamesNoDevice) {
  expect_no_device(in_ip(4, packet()));
  expect_no_device(in_ip(41, packet6()));
  expect_no_device(support::ip_packet(ip("2001:db8:ffff::1"), ip("2001:db8:ffff::2"), 4, packet()));
}

TEST(Tunnel, GreOfIpNamesNoDevice) {
  expect_no_device(gre(0, 0x0800, {}, packet()));
  expect_no_device(gre(0, 0x86dd, {}, packet6()));
  expect_no_device(gre(0xb000, 0x0800, Buffer(12), packet()));  // checksum, key, sequence number
  expect_no_device(gre(0, 0x8847, {0x00, 0x01, 0x01, 0x40}, packet()));
}

TEST(Tunnel, GreOfEthernetNamesTheInnerDevice) {
  expect_the_clients_device(gre(0, 0x6558, {}, inner_frame()));
  expect_the_clients_device(gre(0x2000, 0x6558, {0, 0, 0, 9}, inner_frame()));
}

TEST(Tunnel, MirroredSessionsOfErspanAreRead) {
  expect_the_clients_device(gre(0, 0x88be, {}, inner_frame()));  // type I
  const Buffer second = ByteWriter().u32(7).u16(0x1064).u16(0).u32(0).take();
  expect_the_clients_device(gre(0x1000, 0x88be, second, inner_frame()));
  const Buffer third = ByteWriter().u32(7).u16(0x2064).u16(0).u32(1).u32(0).take();
  expect_the_clients_device(gre(0x1000, 0x22eb, third, inner_frame()));
  const Buffer longer = ByteWriter().u32(7).u16(0x2064).u16(0).u32(1).u32(1).u64(5).take();
  expect_the_clients_device(gre(0x1000, 0x22eb, longer, inner_frame()));
}

TEST(Tunnel, ErspanThatEndsWithinItsOwnHeaderIsRefused) {
  const Buffer header = ByteWriter().u32(7).u16(0x2064).u16(0).u32(1).u32(1).u64(5).take();
  for (std::size_t length = 4; length < header.size(); ++length) {
    const Buffer cut(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(what(gre(0x1000, 0x22eb, cut, {})), "truncated") << length;
  }
}

TEST(Tunnel, PptpCarriesPpp) {
  const Buffer ppp = ByteWriter().u16(0xff03).u16(0x0021).bytes(packet()).take();
  const Buffer fields = ByteWriter().u16(ppp.size()).u16(1).u32(5).u32(4).take();
  expect_no_device(gre(0x3081, 0x880b, fields, ppp));
  const Buffer acknowledgement = ByteWriter().u16(0).u16(1).u32(4).take();
  EXPECT_EQ(what(gre(0x2081, 0x880b, acknowledgement, {})), "-");
  const Buffer compressed = ByteWriter().u8(0x21).bytes(packet()).take();
  expect_no_device(gre(0x3001, 0x880b, ByteWriter().u16(compressed.size()).u16(1).u32(5).take(), compressed));
  const Buffer encrypted = ByteWriter().u16(0x00fd).bytes(packet()).take();
  EXPECT_EQ(what(gre(0x3001, 0x880b, ByteWriter().u16(encrypted.size()).u16(1).u32(5).take(), encrypted)),
            "-");
}

TEST(Tunnel, GreHeadersThatCannotBeAreRefusedByName) {
  EXPECT_EQ(what(gre(0x4000, 0x0800, Buffer(4), packet())), "tunnel-header");  // source routes (RFC 1701)
  EXPECT_EQ(what(gre(0x0002, 0x0800, {}, packet())), "tunnel-header");         // version 2
  EXPECT_EQ(what(gre(0x2001, 0x0800, Buffer(4), packet())), "tunnel-header");  // PPTP carries PPP alone
  EXPECT_EQ(what(gre(0xb000, 0x0800, Buffer(4), {})), "tunnel-header");        // ends within its own header
  EXPECT_EQ(what(gre(0, 0x1234, {}, packet())), "-");
}

TEST(Tunnel, EtherIpNamesTheInnerDevice) {
  const Buffer inside = ByteWriter().u16(0x3000).bytes(inner_frame()).take();
  expect_the_clients_device(in_ip(97, inside));
  EXPECT_EQ(what(in_ip(97, ByteWriter().u16(0x4000).bytes(inner_frame()).take())), "tunnel-header");
}

Buffer vxlan(const Buffer& inside) { return ByteWriter().u32(0x08000000).u32(42U << 8).bytes(inside).take(); }
Buffer geneve(std::uint16_t type, const Buffer& inside, std::uint8_t words = 2) {
  return ByteWriter()
      .u8(words)
      .u8(0)
      .u16(type)
      .u32(42U << 8)
      .repeat(0xaa, std::size_t{4} * words)
      .bytes(inside)
      .take();
}
Buffer gtp(const Buffer& inside) {
  return ByteWriter().u8(0x30).u8(255).u16(inside.size()).u32(99).bytes(inside).take();
}

TEST(Tunnel, VxlanNamesTheInnerDevice) {
  expect_the_clients_device(in_udp(4789, vxlan(inner_frame())));
  expect_the_clients_device(in_udp(8472, vxlan(inner_frame())));
  const Buffer with_policy = ByteWriter().u32(0x88000011).u32(42U << 8).bytes(inner_frame()).take();
  expect_the_clients_device(in_udp(4789, with_policy));
}

TEST(Tunnel, VxlanThatSaysWhatItCarriesIsReadByIt) {
  const auto extended = [](std::uint8_t protocol, const Buffer& inside) {
    return ByteWriter().u24(0x0c0000).u8(protocol).u32(42U << 8).bytes(inside).take();
  };
  expect_the_clients_device(in_udp(4790, extended(3, inner_frame())));
  expect_the_clients_device(in_udp(4789, extended(3, inner_frame())));
  expect_no_device(in_udp(4790, extended(1, packet())));
  expect_no_device(in_udp(4790, extended(2, packet6())));
  EXPECT_EQ(what(in_udp(4790, extended(4, packet()))), "tunnel");
}

TEST(Tunnel, InnerVlanIsTheOneThatIsKept) {
  support::Link tagged = client_link;
  tagged.vlans = {6};
  const Seen seen = decoded(on_wire(in_udp(4789, vxlan(support::ethernet_frame(tagged, 0x0800, packet())))));
  EXPECT_EQ(seen.what, "ours");
  EXPECT_EQ(seen.datagram.vlan, 6);
}

TEST(Tunnel, GeneveIsReadOverItsOptions) {
  expect_the_clients_device(in_udp(6081, geneve(0x6558, inner_frame())));
  expect_the_clients_device(in_udp(6081, geneve(0x6558, inner_frame(), 0)));
  expect_no_device(in_udp(6081, geneve(0x0800, packet())));
  expect_no_device(in_udp(6081, geneve(0x86dd, packet6())));
}

TEST(Tunnel, GtpIsReadWithAndWithoutItsOptionalPart) {
  expect_no_device(in_udp(2152, gtp(packet())));
  const Buffer numbered =
      ByteWriter().u8(0x32).u8(255).u16(4 + packet().size()).u32(99).u32(7U << 16).bytes(packet()).take();
  expect_no_device(in_udp(2152, numbered));
  const Buffer extended = ByteWriter()
                              .u8(0x34)
                              .u8(255)
                              .u16(4 + 4 + packet6().size())
                              .u32(99)
                              .u32(0x85)
                              .u32(0x01100000)
                              .bytes(packet6())
                              .take();
  expect_no_device(in_udp(2152, extended));
}

TEST(Tunnel, TeredoIsReadWithItsAuthenticationAndItsOrigin) {
  const net::Endpoint guest{ip("2001:0:c633:6401::7"), 50000};
  const Buffer inner =
      support::ip_packet(guest.address, server6.address, 17, support::udp_segment(guest, server6, payload));
  const Buffer authentication = ByteWriter().u16(1).u8(2).u8(3).repeat(7, 5 + 8 + 1).take();
  const Buffer origin = ByteWriter().u16(0).u16(50000).u32(0x0a140007).take();
  for (const bool authenticated : {false, true}) {
    for (const bool with_origin : {false, true}) {
      ByteWriter out;
      if (authenticated) out.bytes(authentication);
      if (with_origin) out.bytes(origin);
      const Seen seen = decoded(on_wire(in_udp(3544, out.bytes(inner).take())));
      EXPECT_EQ(seen.datagram.from, guest);
      EXPECT_EQ(seen.datagram.to, server6);
      EXPECT_FALSE(seen.datagram.source_mac);
    }
  }
  // IPv6 of which neither end is a Teredo address is something else on that port.
  EXPECT_EQ(what(in_udp(3544, packet6())), "tunnel");
}

TEST(Tunnel, GreInUdpIsRead) {
  expect_no_device(in_udp(4754, ByteWriter().u16(0).u16(0x0800).bytes(packet()).take()));
  expect_the_clients_device(in_udp(4754, ByteWriter().u16(0).u16(0x6558).bytes(inner_frame()).take()));
}

/// An 802.11 data frame from the client to the distribution system; `turned`: frame control as some
/// controllers have it.
Buffer wireless_frame(bool quality, bool turned) {
  ByteWriter out;
  const std::uint8_t type = quality ? 0x88 : 0x08;
  const std::uint8_t flags = 0x01;
  out.u8(turned ? flags : type).u8(turned ? type : flags).u16(0x2c00);
  out.bytes(mac("02:00:5e:30:00:01").bytes())
      .bytes(client_link.from.bytes())
      .bytes(client_link.to.bytes())
      .u16(turned ? 0x1230 : 0x3012);
  if (quality) out.u16(0);
  return out.u32(0xaaaa0300).u16(0).u16(0x0800).bytes(packet()).take();
}

TEST(Tunnel, AccessPointsTunnelsNameTheClientsDevice) {
  // CAPWAP: 16 bytes of header, 802.11 inside, a field of the radio's.
  const Buffer header = ByteWriter().u32(0x00200320).u32(0).u32(0x04bf2300).u32(0).take();
  for (const bool quality : {false, true}) {
    for (const bool turned : {false, true}) {
      expect_the_clients_device(
          in_udp(5247, ByteWriter().bytes(header).bytes(wireless_frame(quality, turned)).take()));
    }
  }
  const Buffer bridged = ByteWriter().u32(0x00100000).u32(0).bytes(inner_frame()).take();
  expect_the_clients_device(in_udp(5247, bridged));
  expect_the_clients_device(gre(0, 0x8200, {}, wireless_frame(true, false)));
}

TEST(Tunnel, WhatDoesNotFitOnATunnelsPortIsOrdinaryUdp) {
  const auto changed = [](Buffer bytes, std::size_t at, std::uint8_t value) {
    bytes.at(at) = value;
    return bytes;
  };
  constexpr std::array<std::uint16_t, 8> ports{4789, 4790, 8472, 6081, 2152, 3544, 4754, 5247};
  for (const std::uint16_t port : ports) {
    EXPECT_EQ(what(in_udp(port, {})), "tunnel") << port;
    EXPECT_EQ(what(in_udp(port, Buffer(40, 0x5a))), "tunnel") << port;
    EXPECT_EQ(what(in_udp(port, packet())), "tunnel") << port;
  }
  const Buffer good = vxlan(inner_frame());
  EXPECT_EQ(what(in_udp(4789, changed(good, 0, 0x00))), "tunnel");  // no network number
  EXPECT_EQ(what(in_udp(4789, changed(good, 1, 0x01))), "tunnel");  // a reserved bit
  EXPECT_EQ(what(in_udp(4789, changed(good, 7, 0x01))), "tunnel");
  EXPECT_EQ(what(in_udp(4789, changed(good, 8 + 14, 0x65))), "tunnel");  // IPv4 that says 6
  EXPECT_EQ(what(in_udp(6081, changed(geneve(0x6558, inner_frame()), 0, 0x42))), "tunnel");  // version 1
  EXPECT_EQ(what(in_udp(6081, changed(geneve(0x6558, inner_frame()), 0, 0x3f))),
            "tunnel");                                                     // too many options
  EXPECT_EQ(what(in_udp(2152, changed(gtp(packet()), 1, 26))), "tunnel");  // an error indication
  EXPECT_EQ(what(in_udp(2152, changed(gtp(packet()), 3, 5))), "tunnel");   // another length
  EXPECT_EQ(what(in_udp(5000, good)), "tunnel");                           // another port
}

TEST(Tunnel, FourEncapsulationsAreTheLimit) {
  for (const bool udp : {false, true}) {
    Buffer inner = packet();
    for (int depth = 1; depth <= 5; ++depth) {
      inner =
          udp ? in_udp(4789, vxlan(support::ethernet_frame(client_link, 0x0800, inner))) : in_ip(4, inner);
      const Seen seen = decoded(on_wire(inner));
      EXPECT_EQ(seen.what, depth <= 4 ? "ours" : "tunnel-depth") << depth;
      if (depth <= 4) {
        EXPECT_EQ(seen.datagram.encapsulations, depth);
        EXPECT_EQ(seen.datagram.tunnel_end, near_end);
      }
    }
  }
}

TEST(Tunnel, FragmentsOfTheOuterPacketAreJoinedFirst) {
  const Buffer whole = in_udp(4789, vxlan(inner_frame()));
  Decoder decoder({1, 2});
  const auto show = [&](std::size_t at, std::size_t length, bool more) {
    Buffer piece = support::ip_packet(near_end, far_end, 17, Bytes(whole).subspan(20 + at, length));
    piece[6] = more ? 0x20 : 0;
    piece[7] = static_cast<std::uint8_t>(at / 8);
    const Buffer frame = on_wire(piece);
    net::Frame shown;
    shown.bytes = frame;
    shown.wire_length = static_cast<std::uint32_t>(frame.size());
    const auto result = decoder.decode(shown);
    EXPECT_TRUE(result);
    return result && *result != nullptr && (*result)->from == client &&
           (*result)->source_mac == client_link.from && std::ranges::equal((*result)->payload, payload);
  };
  EXPECT_FALSE(show(0, 32, true));
  EXPECT_TRUE(show(32, whole.size() - 20 - 32, false));
}

TEST(Tunnel, CutAnywhereIsRefusedOrOrdinaryButNeverReadBeyond) {
  const Buffer tunnels[] = {in_udp(4789, vxlan(inner_frame())),
                            in_udp(6081, geneve(0x6558, inner_frame())),
                            in_udp(2152, gtp(packet())),
                            gre(0x3001, 0x880b, Buffer(8), packet()),
                            gre(0, 0x6558, {}, inner_frame()),
                            in_ip(41, packet6()),
                            gre(0, 0x8200, {}, wireless_frame(true, false))};
  for (const Buffer& outer : tunnels) {
    const Buffer frame = on_wire(outer);
    // What pads the inner frame, behind the payload, may be missing.
    const auto last = std::find_end(frame.begin(), frame.end(), payload.begin(), payload.end());
    const auto end = static_cast<std::size_t>(last - frame.begin()) + payload.size();
    for (std::size_t kept = 1; kept < end; ++kept) {
      const Seen seen = decoded(frame, kept);
      EXPECT_NE(seen.what, "ours") << kept;
    }
  }
}

TEST(Tunnel, AskingForATraceChangesNothingButTellsEachLayer) {
  const Buffer frame = on_wire(in_udp(4789, vxlan(inner_frame())));
  net::Frame shown;
  shown.bytes = frame;
  shown.wire_length = static_cast<std::uint32_t>(frame.size());
  Decoder decoder({1, 2});
  Trace trace;
  decoder.trace_into(&trace);
  const auto result = decoder.decode(shown);
  ASSERT_TRUE(result && *result != nullptr);
  EXPECT_EQ((*result)->from, client);
  std::vector<std::pair<std::string, std::size_t>> layers;
  for (const TraceLayer& layer : trace.layers()) layers.emplace_back(layer.layer, layer.offset);
  const std::vector<std::pair<std::string, std::size_t>> expected{
      {"ethernet", 0}, {"vlan", 14},     {"ipv4", 18}, {"udp", 38},
      {"vxlan", 46},   {"ethernet", 54}, {"ipv4", 68}, {"udp", 88}};
  EXPECT_EQ(layers, expected);
  EXPECT_EQ(trace.layers()[6].meaning, "10.20.0.7 > 192.0.2.1, protocol 17, hop limit 64");
}

}  // namespace
}  // namespace edgewatch::wire
