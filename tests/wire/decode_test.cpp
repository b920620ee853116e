#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;
using support::ByteWriter;
using support::TcpFlag;

const net::Endpoint client{*net::IpAddress::parse("10.20.0.7"), 50000};
const net::Endpoint server{*net::IpAddress::parse("192.0.2.1"), 443};
const net::Endpoint client6{*net::IpAddress::parse("2001:db8:20::7"), 50000};
const net::Endpoint server6{*net::IpAddress::parse("2001:db8::1"), 443};

class DecodeTest : public testing::Test {
 protected:
  /// `wire_length` 0: nothing was cut.
  Result<const Datagram*, DecodeError> decode(const Buffer& packet, std::uint32_t wire_length = 0) {
    packet_ = std::make_unique<Buffer>(packet.begin(), packet.end());
    packet_->shrink_to_fit();
    net::Frame frame;
    frame.link = net::LinkType::raw;
    frame.bytes = *packet_;
    frame.wire_length = wire_length == 0 ? static_cast<std::uint32_t>(packet.size()) : wire_length;
    return decoder_.decode(frame);
  }
  std::string refusal(const Buffer& packet, std::uint32_t wire_length = 0) {
    const auto result = decode(packet, wire_length);
    return result ? "(accepted)" : std::string(to_string(result.error().kind));
  }
  const Datagram& accepted(const Buffer& packet, std::uint32_t wire_length = 0) {
    const auto result = decode(packet, wire_length);
    EXPECT_TRUE(result && *result != nullptr);
    return result && *result != nullptr ? **result : nothing_;
  }

  Decoder decoder_{{1, 2}};
  std::unique_ptr<Buffer> packet_;
  Datagram nothing_;
};

Buffer bytes(std::size_t count) {
  Buffer out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(i * 7);
  return out;
}
Buffer tcp(std::size_t length) {
  support::TcpFields fields;
  fields.sequence = 1000;
  fields.acknowledgement = 2000;
  fields.flags = TcpFlag::ack | TcpFlag::psh;
  return support::ip_packet(client.address, server.address, 6,
                            support::tcp_segment(client, server, fields, bytes(length)));
}
Buffer udp(std::size_t length) {
  return support::ip_packet(client.address, server.address, 17,
                            support::udp_segment(client, server, bytes(length)));
}
Buffer with(Buffer packet, std::size_t at, std::uint16_t value) {
  packet.at(at) = static_cast<std::uint8_t>(value >> 8);
  packet.at(at + 1) = static_cast<std::uint8_t>(value);
  return packet;
}

TEST_F(DecodeTest, TcpHeaderIsRead) {
  const Datagram& datagram = accepted(tcp(10));
  EXPECT_EQ(datagram.transport, Transport::tcp);
  EXPECT_EQ(datagram.from, client);
  EXPECT_EQ(datagram.to, server);
  EXPECT_EQ(datagram.tcp.sequence, 1000U);
  EXPECT_EQ(datagram.tcp.acknowledgement, 2000U);
  EXPECT_TRUE(datagram.tcp.ack);
  EXPECT_FALSE(datagram.tcp.syn || datagram.tcp.fin || datagram.tcp.rst);
  EXPECT_EQ(Buffer(datagram.payload.begin(), datagram.payload.end()), bytes(10));
}

TEST_F(DecodeTest, Icmpv6MessageIsGivenWholeWithItsEndsAndItsHopLimit) {
  const Buffer message = ByteWriter().u8(135).u8(0).u16(0).u32(0).bytes(server6.address.bytes()).take();
  support::IpFields neighbour;
  neighbour.hop_limit = 255;
  const Datagram& datagram =
      accepted(support::ip_packet(client6.address, server6.address, 58, message, neighbour));
  EXPECT_EQ(datagram.transport, Transport::icmpv6);
  EXPECT_EQ(Buffer(datagram.payload.begin(), datagram.payload.end()), message);
  EXPECT_EQ(datagram.from, (net::Endpoint{client6.address, 0}));
  EXPECT_EQ(datagram.to, (net::Endpoint{server6.address, 0}));
  EXPECT_EQ(datagram.hop_limit, 255);
  EXPECT_EQ(refusal(support::ip_packet(client6.address, server6.address, 58, bytes(3))), "icmpv6-header");
}

TEST_F(DecodeTest, Icmpv6MeansNothingInIpv4) {
  const auto result = decode(support::ip_packet(client.address, server.address, 58, bytes(24)));
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, nullptr);
}

TEST_F(DecodeTest, SnappedPacketStillCountsItsWholePayload) {
  Buffer packet = tcp(1400);
  packet.resize(100);
  const Datagram& datagram = accepted(packet, 1440);
  EXPECT_EQ(datagram.payload.size(), 60U);
  EXPECT_EQ(datagram.payload_length, 1400U);
}

TEST_F(DecodeTest, TotalLengthOfZeroMeansTheRestOfTheFrame) {
  EXPECT_EQ(accepted(with(tcp(3000), 2, 0)).payload_length, 3000U);
}

TEST_F(DecodeTest, LengthBeyondTheWireCountsNoMoreThanTheWireHad) {
  EXPECT_EQ(accepted(with(tcp(10), 2, 65000)).payload_length, 10U);
}

TEST_F(DecodeTest, Ipv4OptionsAreSkipped) {
  const Buffer plain = udp(5);
  ByteWriter out;
  out.bytes(Bytes(plain).first(20)).repeat(1, 8).bytes(Bytes(plain).subspan(20));
  Buffer packet = with(out.take(), 2, 20 + 8 + 8 + 5);
  packet[0] = 0x47;
  EXPECT_EQ(accepted(packet).payload_length, 5U);
}

TEST_F(DecodeTest, ImpossibleHeadersAreRefusedByName) {
  Buffer short_header = udp(5);
  short_header[0] = 0x44;
  EXPECT_EQ(refusal(short_header), "ip-header");
  EXPECT_EQ(refusal(with(udp(5), 2, 19)), "ip-header");
  EXPECT_EQ(refusal(with(udp(5), 24, 7)), "udp-header");
  EXPECT_EQ(refusal(with(udp(5), 24, 14)), "udp-header");
  Buffer far_offset = tcp(5);
  far_offset[32] = 0xf0;
  EXPECT_EQ(refusal(far_offset), "tcp-header");
  Buffer cut = tcp(5);
  cut.resize(30);
  EXPECT_EQ(refusal(cut, 45), "truncated");
  EXPECT_EQ(refusal(with(cut, 2, 30)), "tcp-header");
}

/// An IPv6 packet with this chain before its UDP datagram: pairs of header type and bytes after the first
/// two.
Buffer chained(const std::vector<std::pair<std::uint8_t, Buffer>>& chain) {
  const Buffer plain = support::ip_packet(client6.address, server6.address, 17,
                                          support::udp_segment(client6, server6, bytes(4)));
  ByteWriter headers;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const std::uint8_t next = i + 1 < chain.size() ? chain[i + 1].first : 17;
    headers.u8(next).bytes(chain[i].second);
  }
  ByteWriter out;
  out.bytes(Bytes(plain).first(40)).bytes(headers.view()).bytes(Bytes(plain).subspan(40));
  Buffer packet = with(out.take(), 4, static_cast<std::uint16_t>(headers.size() + 12));
  if (!chain.empty()) packet[6] = chain[0].first;
  return packet;
}
const Buffer eight{0, 1, 4, 0, 0, 0, 0};
const Buffer atomic_fragment{0, 0, 0, 0, 0, 0, 9};
const Buffer authentication{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2};

TEST_F(DecodeTest, Ipv6ExtensionHeadersAreWalked) {
  const Datagram& datagram =
      accepted(chained({{0, eight}, {60, eight}, {43, eight}, {44, atomic_fragment}, {51, authentication}}));
  EXPECT_EQ(datagram.from, client6);
  EXPECT_EQ(datagram.to, server6);
  EXPECT_EQ(datagram.payload_length, 4U);
}

TEST_F(DecodeTest, EightExtensionHeadersAreTheLimit) {
  EXPECT_EQ(accepted(chained(std::vector(8, std::pair<std::uint8_t, Buffer>{60, eight}))).payload_length, 4U);
  EXPECT_EQ(refusal(chained(std::vector(9, std::pair<std::uint8_t, Buffer>{60, eight}))),
            "ipv6-extension-limit");
}

TEST_F(DecodeTest, IpWithinIpGivesTheInnerEndpoints) {
  const Buffer six_in_four = support::ip_packet(*net::IpAddress::parse("198.51.100.1"),
                                                *net::IpAddress::parse("198.51.100.2"), 41, chained({}));
  EXPECT_EQ(accepted(six_in_four).from, client6);
}

/// The IPv4 fragments of a packet, each with `size` bytes (a multiple of eight) of what lies behind the
/// header.
std::vector<Buffer> fragments(const Buffer& packet, std::size_t size, std::uint16_t id = 77) {
  std::vector<Buffer> out;
  for (std::size_t at = 20; at < packet.size(); at += size) {
    const std::size_t length = std::min(size, packet.size() - at);
    const bool more = at + length < packet.size();
    ByteWriter one;
    one.bytes(Bytes(packet).first(20)).bytes(Bytes(packet).subspan(at, length));
    Buffer fragment = with(with(one.take(), 2, static_cast<std::uint16_t>(20 + length)), 4, id);
    out.push_back(with(fragment, 6, static_cast<std::uint16_t>((more ? 0x2000 : 0) | ((at - 20) / 8))));
  }
  return out;
}

TEST_F(DecodeTest, Ipv4FragmentsInAnyOrderMakeTheirDatagram) {
  std::vector<Buffer> pieces = fragments(udp(100), 32);
  ASSERT_EQ(pieces.size(), 4U);
  std::vector<int> order{0, 1, 2, 3};
  do {
    for (int i = 0; i < 3; ++i) {
      const auto result = decode(pieces[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])]);
      ASSERT_TRUE(result);
      ASSERT_EQ(*result, nullptr);
    }
    const Datagram& datagram = accepted(pieces[static_cast<std::size_t>(order[3])]);
    EXPECT_EQ(Buffer(datagram.payload.begin(), datagram.payload.end()), bytes(100));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(DecodeTest, Ipv6FragmentsMakeTheirDatagram) {
  const Buffer datagram = support::udp_segment(client6, server6, bytes(20));
  const auto piece = [&](std::size_t from, std::size_t length, bool more) {
    const auto field = static_cast<std::uint16_t>(from | (more ? 1U : 0U));
    return support::ip_packet(
        client6.address, server6.address, 44,
        ByteWriter().u8(17).u8(0).u16(field).u32(5).bytes(Bytes(datagram).subspan(from, length)).take());
  };
  EXPECT_EQ(*decode(piece(16, 12, false)), nullptr);
  EXPECT_EQ(accepted(piece(0, 16, true)).payload_length, 20U);
}

TEST_F(DecodeTest, FragmentThatTheCaptureCutIsNotGuessedAt) {
  Buffer piece = fragments(udp(100), 64)[0];
  const auto wire_length = static_cast<std::uint32_t>(piece.size());
  piece.resize(50);
  EXPECT_EQ(refusal(piece, wire_length), "truncated");
}

TEST_F(DecodeTest, PacketCutAnywhereNeverReadsBeyondIt) {
  const Buffer packet = chained({{0, eight}, {60, eight}, {51, authentication}});
  for (std::size_t length = 0; length < packet.size(); ++length) {
    const auto result = decode(Buffer(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length)),
                               static_cast<std::uint32_t>(packet.size()));
    if (result && *result != nullptr) {
      EXPECT_EQ((*result)->payload_length, 4U) << length;
    }
  }
}

}  // namespace
}  // namespace edgewatch::wire
