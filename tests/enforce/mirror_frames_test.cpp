// Frames against bytes that were put together elsewhere, by hand from the RFCs.
#include "edgewatch/enforce/mirror_frames.hpp"

#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/decode.hpp"

#include "support/dns.hpp"
#include "support/forge.hpp"
#include "support/random.hpp"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using support::Buffer;

net::MacAddress mac(std::string_view text) { return *net::MacAddress::parse(text); }
net::Endpoint end(std::string_view address, std::uint16_t port) {
  return {*net::IpAddress::parse(address), port};
}
const net::MacAddress ours = mac("02:00:5e:10:aa:01");
const net::MacAddress client_mac = mac("02:00:5e:10:00:17");
const net::MacAddress router_mac = mac("02:00:5e:10:00:01");

net::Frame frame_of(Bytes bytes) {
  net::Frame frame;
  frame.bytes = bytes;
  frame.wire_length = static_cast<std::uint32_t>(bytes.size());
  return frame;
}
SeenLink seen(std::vector<std::uint16_t> vlans, std::uint16_t ethertype = 0x0800) {
  const Buffer frame = support::ethernet_frame({client_mac, router_mac, std::move(vlans)}, ethertype, {});
  return link_of(frame_of(frame)).value();
}
std::string hex(Bytes bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}
Buffer with_opt(Buffer query) {
  query[11] = 1;
  support::append(query, Buffer{0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0});
  return query;
}

TEST(MirrorFrames, AResetToTheClientIsPaddedAndComesFromOurOwnAddress) {
  const Packet packet = reset(end("198.51.100.10", 443), end("10.20.1.17", 50000), 0x01020304, 0xfffffff0);
  EXPECT_EQ(hex(frame_towards(Way::to_client, seen({}), ours, packet)),
            "02005e10001702005e10aa01080045000028000040004006056ec633640a0a14011101bbc35001020304fffffff05014"
            "ffffb16b0000000000000000");
}

TEST(MirrorFrames, AResetToTheServerBearsTheTagsThatWereSeen) {
  const Packet packet =
      reset(end("2001:db8:20::17", 50000), end("2001:db8:ffff::10", 443), 0xfffffff0, 0x01020304);
  EXPECT_EQ(hex(frame_towards(Way::to_server, seen({100, 20}, 0x86dd), ours, packet)),
            "02005e10000102005e10aa0188a800648100001486dd600000000014064020010db80020000000000000000000172001"
            "0db8ffff00000000000000000010c35001bbfffffff0010203045014ffff8b150000");
}

TEST(MirrorFrames, AForgedAnswerIsTheQuestionBitForBitWithAnSoaAndTheReasonAsOptAsked) {
  const Buffer query = with_opt(support::dns_query(0x1234, "wWw.LiSted.example", support::DnsType::a));
  const net::Endpoint client = end("10.20.1.17", 50000);
  const net::Endpoint server = end("198.51.100.10", 53);
  const Buffer asked = support::udp_frame({client_mac, router_mac, {20}}, client, server, query);
  wire::Decoder decoder{HashKey{1, 2}};
  const net::Frame frame = frame_of(asked);
  const auto datagram = decoder.decode(frame);
  ASSERT_TRUE(datagram && *datagram != nullptr);
  const Packet packet = datagram_back(**datagram, *dns_refusal(query));
  EXPECT_EQ(hex(frame_towards(Way::to_client, *link_of(frame), ours, packet)),
            "02005e10001702005e10aa018100001408004500009700004000401104f4c633640a0a1401110035c350008327631234"
            "8583000100000001000103775777064c6953746564076578616d706c650000010001c00c000600010000003c00160000"
            "000000010000003c0000003c0000003c0000003c00002904d000008000002a000f0026000f426c6f636b656420627920"
            "746865206f7267616e69736174696f6e277320706f6c696379");
}

TEST(MirrorFrames, OfWhatIsNotFromOneMachineToOneOverEthernetThereIsNoLink) {
  const Buffer plain = support::ethernet_frame({client_mac, router_mac, {1, 2}}, 0x0800, {});
  EXPECT_EQ(link_of(frame_of(plain))->ip_at(), 22U);
  for (std::size_t length = 0; length < 22; ++length)
    EXPECT_FALSE(link_of(frame_of(Bytes(plain).first(length)))) << length;
  EXPECT_FALSE(link_of(frame_of(support::ethernet_frame({client_mac, router_mac, {1, 2, 3}}, 0x0800, {}))));
  EXPECT_FALSE(link_of(frame_of(support::ethernet_frame({client_mac, router_mac, {}}, 0x0806, {}))));
  const net::MacAddress group = mac("01:00:5e:00:00:fb");
  EXPECT_FALSE(link_of(frame_of(support::ethernet_frame({client_mac, group, {}}, 0x0800, {}))));
  EXPECT_FALSE(link_of(frame_of(support::ethernet_frame({group, router_mac, {}}, 0x0800, {}))));
  net::Frame raw = frame_of(plain);
  raw.link = net::LinkType::raw;
  EXPECT_FALSE(link_of(raw));
}

TEST(MirrorFrames, WhateverIsSaidTheSensorReadsTheSame) {
  support::Random random(3);
  const auto word = [&] { return static_cast<std::uint32_t>(random.next()); };
  wire::Decoder decoder{HashKey{1, 2}};
  for (int i = 0; i < 2000; ++i) {
    const bool v4 = random.chance(0.5);
    const net::Endpoint client = end(v4 ? "10.20.1.17" : "2001:db8:20::17", word() & 0xffff);
    const net::Endpoint server = end(v4 ? "198.51.100.10" : "2001:db8:ffff::10", word() & 0xffff);
    std::vector<std::uint16_t> vlans(random.below(3), 20);
    const std::uint32_t sequence = word();
    const std::uint32_t acknowledgement = word();
    const Packet frame = frame_towards(Way::to_client, seen(std::move(vlans)), ours,
                                       reset(server, client, sequence, acknowledgement));
    const auto read = decoder.decode(frame_of(frame));
    ASSERT_TRUE(read && *read != nullptr);
    EXPECT_EQ((*read)->from, server);
    EXPECT_EQ((*read)->to, client);
    EXPECT_EQ((*read)->tcp.sequence, sequence);
    EXPECT_EQ((*read)->tcp.acknowledgement, acknowledgement);
    EXPECT_TRUE((*read)->tcp.rst && (*read)->tcp.ack && !(*read)->tcp.syn && !(*read)->tcp.fin);
    EXPECT_EQ((*read)->payload_length, 0U);
    EXPECT_EQ(wire::checksum_of(**read), wire::Checksum::good);
    EXPECT_EQ((*read)->source_mac, ours);
    EXPECT_EQ((*read)->destination_mac, client_mac);
  }
}

}  // namespace
}  // namespace edgewatch::enforce
