#include "support/story.hpp"

#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include "packet_reader.hpp"
#include "support/behaviour.hpp"

#include <algorithm>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using support::Story;
using testing::ElementsAre;

constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t fin = 0x01;
constexpr std::uint8_t ack = 0x10;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
const support::Machine p17{net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x11}),
                           net::IpAddress::parse("10.20.1.17").value(), 0};
const std::string p17_bytes = {10, 20, 1, 17};

std::vector<ReadPacket> packets_of(const support::Recording& recording) {
  std::vector<ReadPacket> out;
  for (const net::Frame& frame : recording.frames())
    if (auto packet = read_packet(frame)) out.push_back(*packet);
  return out;
}

/// What TIME 2.1 counts of the one TCP or QUIC connection of a recording, written apart from the sensor.
struct Counted {
  std::size_t up = 0;
  std::size_t down = 0;
};
Counted counted(const std::vector<ReadPacket>& packets) {
  enum class Phase { hello, answer, open };
  Phase phase = Phase::hello;
  Counted out;
  for (const ReadPacket& packet : packets) {
    const bool quic = packet.protocol == 17;
    if (packet.payload_length == 0 || packet.from_port == 53 || packet.to_port == 53) continue;
    if (quic && ((packet.payload[0] & 0x80) != 0 || packet.payload_length < 60)) continue;
    const bool up = packet.from == p17_bytes;
    if (!quic && phase == Phase::hello && !up) phase = Phase::answer;
    if (!quic && phase == Phase::answer && up) phase = Phase::open;
    if (!quic && phase != Phase::open) continue;
    (up ? out.up : out.down) += packet.payload_length;
  }
  if (out.up >= 80 && packets.back().protocol == 6) out.up -= 80;
  return out;
}

TEST(Story, TheSameSeedAndTellingGiveTheSameBytes) {
  const auto tell = [](std::uint64_t seed) {
    Story story(seed, ten);
    story.host("media.gazette.example").quic = true;
    support::visit(
        story, p17, ten, 60,
        {"www.gazette.example", "cdn1.gazette.example", "media.gazette.example", "push.gazette.example"});
    return story.record().pcap();
  };
  EXPECT_EQ(tell(5), tell(5));
  EXPECT_NE(tell(5), tell(6));
}

TEST(Story, FramesComeInOrderOfTimeThoughToldInAnyOrder) {
  Story story(1, ten);
  for (const double second : {30.0, 10.0, 20.0, 0.0})
    story.exchange(p17, story.at(second), "www.gazette.example", 900, 40000);
  const support::Recording recording = story.record();
  for (std::size_t i = 1; i < recording.size(); ++i)
    EXPECT_LE(recording.frame(i - 1).at, recording.frame(i).at);
}

TEST(Story, ExchangesComeOutAtTheirFiguresOverTlsToTheByte) {
  Story story(2, ten);
  story.exchange(p17, story.at(0), "www.gazette.example", 1500, 250000);
  story.exchange(p17, story.at(7), "www.gazette.example", 200, 60000);
  story.exchange(p17, story.at(9), "www.gazette.example", 40, 40);
  const Counted figures = counted(packets_of(story.record()));
  EXPECT_EQ(figures.up, 1500U + 200 + 40);
  EXPECT_EQ(figures.down, 250000U + 60000 + 40);
}

TEST(Story, ExchangesComeOutAtTheirFiguresOverQuicToTheByte) {
  Story story(2, ten);
  story.host("www.gazette.example").quic = true;
  story.exchange(p17, story.at(0), "www.gazette.example", 1500, 250000);
  story.exchange(p17, story.at(7), "www.gazette.example", 200, 60000);
  const Counted figures = counted(packets_of(story.record()));
  EXPECT_EQ(figures.up, 1700U);
  EXPECT_EQ(figures.down, 310000U);
}

TEST(Story, TheRequestLeavesInTheSecondItWasToldFor) {
  Story story(3, ten);
  story.exchange(p17, story.at(0), "www.gazette.example", 1500, 2000);
  const auto packets = packets_of(story.record());
  const bool there = std::any_of(packets.begin(), packets.end(), [](const ReadPacket& packet) {
    return packet.at == ten && packet.from == p17_bytes && packet.payload_length == 1460;
  });
  EXPECT_TRUE(there);
}

TEST(Story, APreconnectedHostCarriesNoCountedByteOfTheClient) {
  Story story(4, ten);
  story.preconnect(p17, story.at(0), "www.gazette.example");
  const Counted figures = counted(packets_of(story.record()));
  EXPECT_EQ(figures.up, 0U);
  EXPECT_EQ(figures.down, 0U);
}

TEST(Story, EveryChecksumOfAWholePacketIsRight) {
  support::StoryOptions options;
  options.seed = 5;
  options.start = ten;
  options.snap_length = 0;
  Story story(options);
  story.host("media.gazette.example").quic = true;
  support::visit(
      story, p17, ten, 30,
      {"www.gazette.example", "cdn1.gazette.example", "media.gazette.example", "push.gazette.example"});
  story.plain_http(p17, story.at(3), "plain.gazette.example", 4000);
  const auto packets = packets_of(story.record());
  ASSERT_GT(packets.size(), 500U);
  for (const ReadPacket& packet : packets)
    EXPECT_TRUE(packet.whole && packet.checksum_right && packet.ip_checksum_right);
}

TEST(Story, ACutPacketKeepsItsLengthOnTheWire) {
  const auto told = [](std::size_t snap_length) {
    support::StoryOptions options;
    options.seed = 6;
    options.start = ten;
    options.snap_length = snap_length;
    Story story(options);
    story.exchange(p17, story.at(0), "www.gazette.example", 900, 90000);
    return story.record();
  };
  const support::Recording cut = told(128);
  const support::Recording whole = told(0);
  ASSERT_EQ(cut.size(), whole.size());
  std::size_t shorter = 0;
  for (std::size_t i = 0; i < cut.size(); ++i) {
    const Bytes kept = cut.frame(i).bytes;
    const Bytes all = whole.frame(i).bytes;
    EXPECT_EQ(cut.frame(i).wire_length, all.size());
    EXPECT_TRUE(std::equal(kept.begin(), kept.end(), all.begin()));
    if (kept.size() < all.size()) {
      EXPECT_EQ(kept.size(), 128U);
      ++shorter;
    }
  }
  EXPECT_GT(shorter, 60U);
}

/// Sequence numbers without holes, acknowledgements of nothing that was not sent and never backwards.
TEST(Story, TcpNumbersAreThoseOfARealConversation) {
  Story story(7, ten);
  for (int i = 0; i < 20; ++i) story.exchange(p17, story.at(0.11 * i), "www.gazette.example", 700, 30000);
  std::map<std::string, std::uint32_t> next;
  std::map<std::string, std::uint32_t> acknowledged;
  std::size_t pure = 0;
  for (const ReadPacket& packet : packets_of(story.record())) {
    if (packet.protocol != 6) continue;
    if ((packet.flags & syn) != 0) {
      next[packet.from] = packet.sequence + 1;
      continue;
    }
    EXPECT_EQ(packet.sequence, next[packet.from]);
    next[packet.from] +=
        static_cast<std::uint32_t>(packet.payload_length) + ((packet.flags & fin) != 0 ? 1 : 0);
    EXPECT_NE(packet.flags & ack, 0);
    const auto ahead = static_cast<std::int32_t>(next[packet.to] - packet.acknowledgement);
    EXPECT_GE(ahead, 0);
    if (acknowledged.contains(packet.from)) {
      EXPECT_GE(static_cast<std::int32_t>(packet.acknowledgement - acknowledged[packet.from]), 0);
    }
    acknowledged[packet.from] = packet.acknowledgement;
    if (packet.payload_length == 0) ++pure;
  }
  const std::string server = {'\xc0', 0, 2, 1};
  EXPECT_EQ(acknowledged[p17_bytes], next[server]) << "the client acknowledged everything in the end";
  EXPECT_GT(pure, 150U);
}

std::vector<std::string> questions(const support::Recording& recording) {
  std::vector<std::string> out;
  for (const ReadPacket& packet : packets_of(recording)) {
    if (packet.to_port != 53) continue;
    const auto message = wire::dns::parse(packet.payload);
    if (message && message->questions.front().qtype == 1)
      out.push_back(message->questions.front().qname.text());
  }
  return out;
}

TEST(Story, ANameIsAskedForOnceWhileItsAnswerIsFresh) {
  Story story(8, ten);
  story.host("short.gazette.example").ttl = std::chrono::seconds(30);
  for (const double second : {0.0, 10.0, 290.0}) {
    story.exchange(p17, story.at(second), "www.gazette.example", 900, 4000);
    story.exchange(p17, story.at(second + 1), "short.gazette.example", 900, 4000);
  }
  EXPECT_THAT(questions(story.record()),
              ElementsAre("www.gazette.example", "short.gazette.example", "short.gazette.example"));
}

TEST(Story, AConnectionIsReusedUntilItHasBeenIdle) {
  Story story(9, ten);
  for (const double second : {0.0, 200.0, 400.0, 700.0})
    story.exchange(p17, story.at(second), "www.gazette.example", 900, 4000);
  std::vector<std::int64_t> opened;
  for (const ReadPacket& packet : packets_of(story.record()))
    if ((packet.flags & (syn | ack)) == syn)
      opened.push_back(std::chrono::round<std::chrono::seconds>(packet.at - ten).count());
  EXPECT_THAT(opened, ElementsAre(0, 700));
}

TEST(Story, ARefusedNameIsAnsweredThatThereIsNone) {
  Story story(10, ten);
  story.refused_name(p17, story.at(0), "casino-bets.example");
  std::vector<int> codes;
  for (const ReadPacket& packet : packets_of(story.record()))
    if (packet.from_port == 53) codes.push_back(wire::dns::parse(packet.payload)->rcode);
  EXPECT_THAT(codes, ElementsAre(3, 3, 3));
}

TEST(Story, ARefusedHelloNamesItsSiteAndIsReset) {
  Story story(11, ten);
  story.refused_hello(p17, story.at(0), "casino-bets.example");
  wire::StreamPrefix stream(wire::hello_limit);
  bool reset = false;
  for (const ReadPacket& packet : packets_of(story.record())) {
    if (packet.protocol != 6 || packet.to_port != 443) {
      reset = reset || (packet.protocol == 6 && (packet.flags & 0x04) != 0);
      continue;
    }
    if ((packet.flags & syn) != 0)
      stream.anchor(packet.sequence + 1);
    else
      ASSERT_FALSE(stream.add(packet.sequence, packet.payload).has_value());
  }
  const wire::HelloState state = wire::read_tls_prefix(stream.prefix());
  ASSERT_TRUE(std::holds_alternative<wire::ClientHello>(state));
  EXPECT_EQ(std::get<wire::ClientHello>(state).server_name->text(), "casino-bets.example");
  EXPECT_TRUE(reset);
}

TEST(Story, AMachineWithAnIpv6AddressReachesTheSameHostsOverIpv6) {
  support::Machine over_v6 = p17;
  over_v6.address = net::IpAddress::parse("2001:db8:20::17").value();
  Story story(12, ten);
  story.exchange(over_v6, story.at(0), "www.gazette.example", 900, 4000);
  for (const ReadPacket& packet : packets_of(story.record())) EXPECT_FALSE(packet.v4);
}

}  // namespace
}  // namespace edgewatch::golden
