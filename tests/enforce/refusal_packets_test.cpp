#include "edgewatch/enforce/refusal_packets.hpp"

#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/decode.hpp"
#include "edgewatch/wire/dns.hpp"

#include "support/dns.hpp"
#include "support/forge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using support::Buffer;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Reads IP packets as the sensor does, and finds their checksums good.
struct Reader {
  wire::Datagram read(const Packet& packet) {
    net::Frame frame;
    frame.link = net::LinkType::raw;
    frame.bytes = packet;
    frame.wire_length = static_cast<std::uint32_t>(packet.size());
    const auto decoded = decoder.decode(frame);
    EXPECT_TRUE(decoded && *decoded != nullptr);
    EXPECT_EQ(wire::checksum_of(**decoded), wire::Checksum::good);
    return **decoded;
  }
  wire::Decoder decoder{HashKey{1, 2}};
};

net::Endpoint end(std::string_view address, std::uint16_t port) {
  return {*net::IpAddress::parse(address), port};
}

Buffer with_opt(Buffer query) {
  query[11] = 1;  // one additional record
  support::append(query, Buffer{0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0});
  return query;
}

TEST(DnsRefusal, SaysThatTheNameDoesNotExistAndRepeatsTheQuestionBitForBit) {
  const Buffer query = support::dns_query(0x1234, "wWw.LiSted.example", support::DnsType::https);
  const auto answer = dns_refusal(query);
  ASSERT_TRUE(answer);
  const auto read = wire::dns::parse(*answer);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, 0x1234);
  EXPECT_TRUE(read->response);
  EXPECT_EQ(read->rcode, support::DnsCode::name_error);
  ASSERT_THAT(read->questions, SizeIs(1));
  EXPECT_THAT(read->answers, IsEmpty());
  const std::string all(answer->begin(), answer->end());
  EXPECT_EQ(all.substr(12, query.size() - 12), std::string(query.begin() + 12, query.end()));
  EXPECT_THAT(all, Not(HasSubstr("policy"))) << "no OPT, so no Extended DNS Error";
}

TEST(DnsRefusal, SaysWhyToWhoSpeaksEdns) {
  const auto answer = dns_refusal(with_opt(support::dns_query(7, "www.listed.example", support::DnsType::a)));
  ASSERT_TRUE(answer);
  const std::string all(answer->begin(), answer->end());
  EXPECT_THAT(all, EndsWith("Blocked by the organisation's policy"));
  const std::string opt_as_asked({0, 0, 41, 4, static_cast<char>(0xd0), 0, 0, static_cast<char>(0x80), 0});
  EXPECT_THAT(all, HasSubstr(opt_as_asked)) << "our size, DNSSEC OK as it was";
}

TEST(DnsRefusal, IsForQueriesWithOneQuestionAlone) {
  const Buffer query = with_opt(support::dns_query(7, "www.listed.example", support::DnsType::a));
  for (std::size_t length = 0; length + 11 < query.size(); ++length)
    EXPECT_FALSE(dns_refusal(Bytes(query).first(length))) << length;
  Buffer answer = query;
  answer[2] |= 0x80;
  EXPECT_FALSE(dns_refusal(answer));
  Buffer two = query;
  two[5] = 2;
  EXPECT_FALSE(dns_refusal(two));
}

TEST(RefusalPackets, AnAnswerGoesBackInTheServersName) {
  Reader reader;
  for (const bool v4 : {true, false}) {
    const net::Endpoint client = end(v4 ? "10.20.1.17" : "2001:db8:20::17", 50000);
    const net::Endpoint server = end(v4 ? "198.51.100.10" : "2001:db8:ffff::10", 53);
    const Buffer query = support::dns_query(7, "www.listed.example", support::DnsType::a);
    const wire::Datagram asked = reader.read(
        support::ip_packet(client.address, server.address, 17, support::udp_segment(client, server, query)));
    const wire::Datagram back = reader.read(datagram_back(asked, *dns_refusal(query)));
    EXPECT_EQ(back.from, server);
    EXPECT_EQ(back.to, client);
  }
}

TEST(RefusalPackets, APageComesWholeInOrderAndEndsTheConnectionOnBothSides) {
  Reader reader;
  const net::Endpoint client = end("10.20.1.17", 50000);
  const net::Endpoint server = end("198.51.100.10", 80);
  support::TcpFields fields;
  fields.sequence = 1000;
  fields.acknowledgement = 0xfffffff0;
  const std::string request = "GET / HTTP/1.1\r\n\r\n";
  const Buffer packet = support::ip_packet(
      client.address, server.address, 6,
      support::tcp_segment(client, server, fields, Buffer(request.begin(), request.end())));
  const wire::Datagram segment = reader.read(packet);
  const std::string page(3000, 'x');
  std::string got;
  std::uint32_t next = 0xfffffff0;
  const std::vector<Packet> packets = response_back(segment, page);
  for (const Packet& each : packets) {
    const wire::Datagram part = reader.read(each);
    EXPECT_EQ(part.from, server);
    EXPECT_EQ(part.to, client);
    EXPECT_EQ(part.tcp.sequence, next);
    EXPECT_EQ(part.tcp.acknowledgement, 1000 + request.size());
    EXPECT_EQ(part.tcp.fin, &each == &packets.back());
    next += static_cast<std::uint32_t>(part.payload.size());
    got.append(part.payload.begin(), part.payload.end());
  }
  EXPECT_EQ(got, page);
  const wire::Datagram reset = reader.read(reset_onward(segment));
  EXPECT_TRUE(reset.tcp.rst);
  EXPECT_EQ(reset.tcp.sequence, 1000U);
  EXPECT_EQ(reset.to, server);
}

TEST(BlockPage, EscapesWhatAClientSaidAndNamesNoRule) {
  const std::string page = block_page({"<script>alert(1)</script>.example", "social", "help & \"desk\"", ""});
  EXPECT_THAT(page, StartsWith("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("help &amp; &quot;desk&quot;"));
  EXPECT_THAT(page, HasSubstr("category: social"));
  EXPECT_THAT(page, Not(HasSubstr("need the site for your work")));
  const std::size_t body = page.find("\r\n\r\n") + 4;
  EXPECT_THAT(page, HasSubstr("Content-Length: " + std::to_string(page.size() - body) + "\r\n"));
}

}  // namespace
}  // namespace edgewatch::enforce
