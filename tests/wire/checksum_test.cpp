#include "edgewatch/wire/checksum.hpp"

#include "edgewatch/wire/decode.hpp"

#include "support/forge.hpp"

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

Buffer bytes(std::size_t count) {
  Buffer out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::uint8_t>(i * 37 + 11);
  return out;
}
Buffer with(Buffer packet, std::size_t at, std::uint16_t value) {
  packet.at(at) = static_cast<std::uint8_t>(value >> 8);
  packet.at(at + 1) = static_cast<std::uint8_t>(value);
  return packet;
}

class ChecksumTest : public testing::Test {
 protected:
  /// The verdict on a raw IP packet, read from an exact copy on the heap. `kept` 0: nothing was cut.
  std::string verdict(const Buffer& packet, std::size_t kept = 0) {
    const std::size_t size = kept == 0 ? packet.size() : kept;
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
    std::copy_n(packet.begin(), size, exact.get());
    net::Frame frame;
    frame.link = net::LinkType::raw;
    frame.bytes = Bytes(exact.get(), size);
    frame.wire_length = static_cast<std::uint32_t>(packet.size());
    const auto result = decoder_.decode(frame);
    if (!result) return std::string(to_string(result.error().kind));
    if (*result == nullptr) return "-";
    return std::string(to_string(checksum_of(**result)));
  }
  /// The same with each byte of the packet changed in turn: how many of these are not bad.
  std::size_t unseen_changes(const Buffer& packet, std::size_t from) {
    std::size_t unseen = 0;
    for (std::size_t at = from; at < packet.size(); ++at) {
      Buffer changed = packet;
      changed[at] ^= 0x10;
      if (verdict(changed) == "good") ++unseen;
    }
    return unseen;
  }

  Decoder decoder_{{1, 2}};
};

Buffer tcp(std::size_t length) {
  return support::ip_packet(client.address, server.address, 6,
                            support::tcp_segment(client, server, {}, bytes(length)));
}
Buffer udp(std::size_t length) {
  return support::ip_packet(client.address, server.address, 17,
                            support::udp_segment(client, server, bytes(length)));
}
Buffer tcp6(std::size_t length) {
  return support::ip_packet(client6.address, server6.address, 6,
                            support::tcp_segment(client6, server6, {}, bytes(length)));
}
Buffer udp6(std::size_t length) {
  return support::ip_packet(client6.address, server6.address, 17,
                            support::udp_segment(client6, server6, bytes(length)));
}

TEST(InternetSum, IsThatOfTheExampleInRfc1071) {
  const Buffer example{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(internet_sum(example), 0xddf2);
  EXPECT_EQ(internet_sum(Bytes(example).first(7)), 0xdcfb);  // the odd byte stands for 0xf600
  EXPECT_EQ(internet_sum({}), 0);
}

TEST(InternetSum, OfEveryLengthAndAlignmentIsThatOfAddingWordByWord) {
  const Buffer data = bytes(300);
  for (std::size_t from = 0; from < 9; ++from) {
    for (std::size_t length = 0; from + length <= data.size(); ++length) {
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < length; ++i) sum += std::uint32_t{data[from + i]} << (i % 2 == 0 ? 8 : 0);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
      ASSERT_EQ(internet_sum(Bytes(data).subspan(from, length)), sum) << from << ' ' << length;
    }
  }
}

TEST(InternetSum, CarriesOfWholeWordsComeRound) {
  EXPECT_EQ(internet_sum(Buffer(65535, 0xff)), 0xff00);  // 32,767 times 0xffff, which is nothing, and 0xff00
  EXPECT_EQ(internet_sum(Buffer(64, 0xff)), 0xffff);
}

TEST_F(ChecksumTest, TrueOnesOfEveryLengthAreGood) {
  for (std::size_t length = 0; length < 80; ++length) {
    EXPECT_EQ(verdict(tcp(length)), "good") << length;
    EXPECT_EQ(verdict(udp(length)), "good") << length;
    EXPECT_EQ(verdict(tcp6(length)), "good") << length;
    EXPECT_EQ(verdict(udp6(length)), "good") << length;
  }
}

TEST_F(ChecksumTest, OneChangedByteIsBadWhereverItStands) {
  EXPECT_EQ(unseen_changes(tcp(33), 20), 0U);
  EXPECT_EQ(unseen_changes(udp(33), 20), 0U);
  EXPECT_EQ(unseen_changes(tcp6(33), 40), 0U);
  EXPECT_EQ(unseen_changes(udp6(33), 40), 0U);
  for (const std::size_t address : {12U, 19U}) {
    Buffer other_end = tcp(10);
    other_end[address] ^= 1;
    EXPECT_EQ(verdict(other_end), "bad");
  }
  Buffer other_end = tcp6(10);
  other_end[39] ^= 1;
  EXPECT_EQ(verdict(other_end), "bad");
}

TEST_F(ChecksumTest, BadIpv4HeaderIsBadThoughItsSegmentIsGood) {
  Buffer packet = tcp(10);
  packet[8] = 1;  // the hop limit is in the header's sum alone
  EXPECT_EQ(verdict(packet), "bad");
}

TEST_F(ChecksumTest, MinusZeroIsGoodAndZeroIsNoChecksum) {
  // 0xffff is what is sent where the sum of a UDP datagram comes to zero (RFC 768).
  Buffer chosen = udp(2);
  const std::uint16_t sum = static_cast<std::uint16_t>((chosen[26] << 8) | chosen[27]);
  const std::uint32_t data = static_cast<std::uint32_t>((chosen[28] << 8) | chosen[29]) + sum;
  chosen = with(with(chosen, 28, static_cast<std::uint16_t>((data & 0xffff) + (data >> 16))), 26, 0xffff);
  EXPECT_EQ(verdict(chosen), "good");
  EXPECT_EQ(verdict(with(udp(3), 26, 0)), "good");
  EXPECT_EQ(verdict(with(udp6(3), 46, 0)), "bad");  // RFC 8200 section 8.1
}

TEST_F(ChecksumTest, CutPacketCannotBeJudgedUnlessItsHeaderIsWrong) {
  Buffer packet = tcp(1000);
  EXPECT_EQ(verdict(packet, 100), "unknown");
  packet[8] = 1;
  EXPECT_EQ(verdict(packet, 100), "bad");
}

TEST_F(ChecksumTest, PaddingOfTheLinkLayerIsNotSummed) {
  Buffer padded = udp(3);
  padded.resize(60, 0xaa);
  EXPECT_EQ(verdict(padded), "good");
}

TEST_F(ChecksumTest, Icmpv6IsJudgedOverItsPseudoHeader) {
  // RFC 4861 section 4.3: who has 2001:db8::1? The sum was worked out by hand for these addresses.
  const auto solicitation = [](std::uint16_t checksum) {
    const Buffer message =
        ByteWriter().u8(135).u8(0).u16(checksum).u32(0).bytes(server6.address.bytes()).take();
    return support::ip_packet(client6.address, server6.address, 58, message);
  };
  // Addresses 0x2001+0x0db8+0x0020+0x0007 and twice 0x2001+0x0db8+0x0001, length 24, next header 58, type
  // 0x8700.
  constexpr std::uint32_t sum =
      0x2001 + 0x0db8 + 0x0020 + 0x0007 + 2 * (0x2001 + 0x0db8 + 0x0001) + 24 + 58 + 0x8700;
  const auto checksum = static_cast<std::uint16_t>(~((sum & 0xffff) + (sum >> 16)));
  EXPECT_EQ(verdict(solicitation(checksum)), "good");
  EXPECT_EQ(verdict(solicitation(static_cast<std::uint16_t>(checksum + 1))), "bad");
}

TEST_F(ChecksumTest, FragmentsAreJudgedWhenTheyAreWholeAgain) {
  for (const bool damaged : {false, true}) {
    const Buffer whole = udp(100);
    for (std::size_t at = 20; at < whole.size(); at += 48) {
      const std::size_t length = std::min<std::size_t>(48, whole.size() - at);
      const bool more = at + length < whole.size();
      Buffer packet =
          support::ip_packet(client.address, server.address, 17, Bytes(whole).subspan(at, length));
      packet = with(packet, 6, static_cast<std::uint16_t>((more ? 0x2000 : 0) | ((at - 20) / 8)));
      packet = with(packet, 4, damaged ? 8 : 7);
      packet = with(packet, 10, 0);
      packet = with(packet, 10, static_cast<std::uint16_t>(~internet_sum(Bytes(packet).first(20))));
      if (damaged && at == 20) packet.back() ^= 1;
      EXPECT_EQ(verdict(packet), more ? "-" : damaged ? "bad" : "good");
    }
  }
}

TEST_F(ChecksumTest, InATunnelTheInnerPacketIsJudged) {
  const auto around = [](const Buffer& inner) {
    return support::ip_packet(*net::IpAddress::parse("198.51.100.1"), *net::IpAddress::parse("198.51.100.2"),
                              41, inner);
  };
  EXPECT_EQ(verdict(around(udp6(9))), "good");
  Buffer damaged = udp6(9);
  damaged.back() ^= 1;
  EXPECT_EQ(verdict(around(damaged)), "bad");
}

TEST_F(ChecksumTest, DestinationThatARoutingHeaderWillStillChangeCannotBeJudged) {
  const auto routed = [](std::uint8_t segments_left) {
    ByteWriter out;
    out.u8(17).u8(2).u8(0).u8(segments_left).u32(0).bytes(server6.address.bytes());
    return support::ip_packet(client6.address, server6.address, 43,
                              out.bytes(support::udp_segment(client6, server6, bytes(4))).take());
  };
  EXPECT_EQ(verdict(routed(0)), "good");
  EXPECT_EQ(verdict(routed(1)), "unknown");
}

TEST_F(ChecksumTest, ArpHasNone) {
  const support::Link link{*net::MacAddress::parse("02:00:5e:10:00:01"), net::MacAddress(), {}};
  const Buffer arp = support::arp_request(link, client.address, server.address);
  net::Frame frame;
  frame.bytes = arp;
  frame.wire_length = static_cast<std::uint32_t>(arp.size());
  const auto result = decoder_.decode(frame);
  ASSERT_TRUE(result && *result != nullptr);
  EXPECT_EQ(checksum_of(**result), Checksum::unknown);
}

}  // namespace
}  // namespace edgewatch::wire
