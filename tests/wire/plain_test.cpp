// The short way through the decoder says what the layers say, of every frame, cut or spoilt anywhere.
#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"
#include "support/random.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;

const support::Link desk{
    *net::MacAddress::parse("02:00:5e:10:00:07"), *net::MacAddress::parse("02:00:5e:10:00:fe"), {}};
const net::Endpoint pc{*net::IpAddress::parse("192.0.2.7"), 50000};
const net::Endpoint web{*net::IpAddress::parse("198.51.100.1"), 443};
const net::Endpoint pc6{*net::IpAddress::parse("2001:db8::7"), 50000};
const net::Endpoint dns6{*net::IpAddress::parse("2001:db8::53"), 53};

support::Link tagged(std::vector<std::uint16_t> vlans) {
  support::Link link = desk;
  link.vlans = std::move(vlans);
  return link;
}

std::vector<Buffer> frames() {
  support::TcpFields fields;
  fields.flags = support::TcpFlag::ack | support::TcpFlag::psh;
  fields.sequence = 0xfffffff0;
  fields.acknowledgement = 77;
  const Buffer payload(37, 0x5a);
  std::vector<Buffer> out;
  for (const support::Link& link : {desk, tagged({20}), tagged({7, 20}), tagged({1, 2, 3})}) {
    out.push_back(support::tcp_frame(link, pc, web, fields, payload));
    out.push_back(support::tcp_frame(link, pc6, dns6, fields, {}));
    out.push_back(support::udp_frame(link, pc, web, payload));
    out.push_back(support::udp_frame(link, dns6, pc6, payload));
    out.push_back(support::udp_frame(link, {pc.address, 5000}, {web.address, 4789}, payload));
  }
  return out;
}

void expect_same(const Buffer& bytes, std::uint32_t wire_length) {
  net::Frame frame;
  frame.at = Timestamp(std::chrono::hours(500000));
  frame.bytes = bytes;
  frame.wire_length = wire_length;
  frame.source = 3;
  Decoder quick({1, 2});
  Decoder slow({1, 2});
  const auto a = quick.decode(frame);
  const auto b = slow.decode_in_layers(frame);
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) {
    EXPECT_EQ(a.error(), b.error());
    return;
  }
  ASSERT_EQ(*a == nullptr, *b == nullptr);
  if (*a == nullptr) return;
  const Datagram& x = **a;
  const Datagram& y = **b;
  EXPECT_EQ(x.at, y.at);
  EXPECT_EQ(x.source, y.source);
  EXPECT_EQ(x.source_mac, y.source_mac);
  EXPECT_EQ(x.destination_mac, y.destination_mac);
  EXPECT_EQ(x.vlan, y.vlan);
  EXPECT_EQ(x.from, y.from);
  EXPECT_EQ(x.to, y.to);
  EXPECT_EQ(x.hop_limit, y.hop_limit);
  EXPECT_EQ(x.transport, y.transport);
  EXPECT_EQ(x.tcp.sequence, y.tcp.sequence);
  EXPECT_EQ(x.tcp.acknowledgement, y.tcp.acknowledgement);
  EXPECT_EQ(std::tuple(x.tcp.syn, x.tcp.ack, x.tcp.fin, x.tcp.rst),
            std::tuple(y.tcp.syn, y.tcp.ack, y.tcp.fin, y.tcp.rst));
  const auto place = [&](Bytes part) { return part.empty() ? 0 : part.data() - bytes.data(); };
  for (const auto member : {&Datagram::payload, &Datagram::ipv4_header, &Datagram::segment}) {
    EXPECT_EQ(place(x.*member), place(y.*member));
    EXPECT_EQ((x.*member).size(), (y.*member).size());
  }
  EXPECT_EQ(x.payload_length, y.payload_length);
  EXPECT_EQ(x.segment_length, y.segment_length);
}

TEST(PlainWay, SaysTheSameOfFramesCutAnywhere) {
  for (const Buffer& whole : frames()) {
    for (std::size_t length = 0; length <= whole.size(); ++length) {
      const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      expect_same(cut, static_cast<std::uint32_t>(length));
      expect_same(cut, static_cast<std::uint32_t>(whole.size()));
    }
  }
}

TEST(PlainWay, SaysTheSameOfFramesSpoiltAnywhere) {
  support::Random random(11);
  for (const Buffer& whole : frames()) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (int round = 0; round < 6; ++round) {
        Buffer spoilt = whole;
        spoilt[at] =
            round < 2 ? static_cast<std::uint8_t>(round * 255) : static_cast<std::uint8_t>(random.below(256));
        expect_same(spoilt, static_cast<std::uint32_t>(whole.size()));
      }
    }
  }
}

}  // namespace
}  // namespace edgewatch::wire
