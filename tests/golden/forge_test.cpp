#include "support/forge.hpp"

#include "packet_reader.hpp"
#include "support/random.hpp"
#include "support/recording.hpp"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using support::Buffer;

const support::Link link_of_p17{
    net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x11}), net::MacAddress({2, 0, 0x5e, 0, 0, 1}), {}};

net::Endpoint endpoint(const char* address, std::uint16_t port) {
  return {net::IpAddress::parse(address).value(), port};
}

std::optional<ReadPacket> read(const Buffer& frame) {
  net::Frame borrowed;
  borrowed.bytes = frame;
  return read_packet(borrowed);
}

TEST(Forge, TheSumIsThatOfTheExampleInRfc1071) {
  EXPECT_EQ(support::internet_sum(Buffer{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}), 0xddf2);
}

TEST(Forge, TheSumOfAnOddNumberOfBytesCountsTheLastAsAnUpperHalf) {
  EXPECT_EQ(support::internet_sum(Buffer{0x01}), 0x0100);
  EXPECT_EQ(support::internet_sum(Buffer{0x01, 0x02, 0x03}), 0x0402);
}

TEST(Forge, ChecksumsOfTcpAndUdpAreRightForEveryPayloadLengthAndBothFamilies) {
  support::Random random(17);
  for (std::size_t length = 0; length < 200; ++length) {
    const Buffer payload = random.bytes(length);
    for (const auto& [client, server] :
         {std::pair{"10.20.1.17", "192.0.2.7"}, std::pair{"2001:db8:20::17", "2001:db8:5e::7"}}) {
      const net::Endpoint from = endpoint(client, 50000);
      const net::Endpoint to = endpoint(server, 443);
      const auto tcp = read(support::tcp_frame(link_of_p17, from, to, {}, payload));
      const auto udp = read(support::udp_frame(link_of_p17, from, to, payload));
      ASSERT_TRUE(tcp && udp);
      EXPECT_TRUE(tcp->checksum_right && tcp->ip_checksum_right) << length << ' ' << client;
      EXPECT_TRUE(udp->checksum_right && udp->ip_checksum_right) << length << ' ' << client;
      EXPECT_EQ(tcp->payload_length, length);
      EXPECT_EQ(udp->payload_length, length);
    }
  }
}

TEST(Forge, AWrongByteIsSeenByTheReaderOfTheseTests) {
  Buffer frame =
      support::udp_frame(link_of_p17, endpoint("10.20.1.17", 5000), endpoint("192.0.2.7", 53), Buffer(40, 7));
  frame[60] ^= 1;
  EXPECT_FALSE(read(frame)->checksum_right);
}

TEST(Forge, AShortFrameIsPaddedToSixtyBytesAndSaysItsTrueLengthInside) {
  const Buffer frame =
      support::tcp_frame(link_of_p17, endpoint("10.20.1.17", 5000), endpoint("192.0.2.7", 443), {}, {});
  EXPECT_EQ(frame.size(), 60U);
  EXPECT_EQ(read(frame)->payload_length, 0U);
}

TEST(Forge, OfTwoTagsTheOuterIsTheServiceTag) {
  support::Link link = link_of_p17;
  link.vlans = {100, 20};
  const Buffer frame = support::ethernet_frame(link, 0x0800, Buffer(50, 0));
  EXPECT_EQ(Buffer(frame.begin() + 12, frame.begin() + 22),
            (Buffer{0x88, 0xa8, 0, 100, 0x81, 0, 0, 20, 0x08, 0x00}));
}

TEST(Forge, APayloadKnownInPartHasTheHeadersOfTheWhole) {
  support::Random random(3);
  const Buffer payload = random.bytes(1460);
  const net::Endpoint from = endpoint("192.0.2.7", 443);
  const net::Endpoint to = endpoint("10.20.1.17", 50000);
  const Buffer whole = support::tcp_frame(link_of_p17, from, to, {}, payload);
  const support::CutPayload part{Bytes(payload).first(74), payload.size(), support::internet_sum(payload)};
  const support::ForgedFrame cut = support::tcp_frame(link_of_p17, from, to, {}, part, {});
  EXPECT_EQ(cut.wire_length, whole.size());
  EXPECT_EQ(cut.bytes, Buffer(whole.begin(), whole.begin() + 128));
}

TEST(Recording, APcapFileHasItsHeaderAndOneRecordAFrame) {
  support::Recording recording;
  const Timestamp at = parse_rfc3339("2026-11-17T10:05:00.000250Z").value();
  recording.add(at + std::chrono::seconds(1), Buffer{1, 2, 3, 4}, 1514);
  recording.add(at, Buffer{9, 9});
  recording.arrange();
  const Buffer pcap = recording.pcap();
  ASSERT_EQ(pcap.size(), 24U + 16 + 2 + 16 + 4);
  EXPECT_EQ(Buffer(pcap.begin(), pcap.begin() + 8), (Buffer{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0}));
  std::uint32_t words[4] = {};
  std::memcpy(words, pcap.data() + 24, sizeof words);
  EXPECT_THAT(words, testing::ElementsAre(1794909900U, 250U, 2U, 2U));
  std::memcpy(words, pcap.data() + 42, sizeof words);
  EXPECT_THAT(words, testing::ElementsAre(1794909901U, 250U, 4U, 1514U));
}

TEST(Random, TheSameSeedGivesTheSameNumbersOnEveryMachine) {
  support::Random random(1);
  EXPECT_EQ(random.next(), 2469588189546311528U);  // mt19937_64 of the standard, seed 1
  EXPECT_EQ(random.below(10), 2U);
}

TEST(Random, TheDistributionsHaveTheMeansTheyAreNamedFor) {
  support::Random random(2);
  double exponential = 0;
  double below_median = 0;
  double normal = 0;
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    exponential += random.exponential(40);
    below_median += random.lognormal(2.3, 0.9) < 9.974182 ? 1 : 0;  // exp(2.3)
    normal += random.normal();
  }
  EXPECT_NEAR(exponential / draws, 40, 1);
  EXPECT_NEAR(below_median / draws, 0.5, 0.015);
  EXPECT_NEAR(normal / draws, 0, 0.03);
}

}  // namespace
}  // namespace edgewatch::golden
