#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/http.hpp"

#include "support/dns.hpp"
#include "support/http.hpp"
#include "support/quic.hpp"
#include "support/tls.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using support::Buffer;
using testing::ElementsAre;

template <std::size_t N>
std::string hex(const std::array<std::uint8_t, N>& bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += "0123456789abcdef"[byte / 16];
    out += "0123456789abcdef"[byte % 16];
  }
  return out;
}

const Buffer rfc_connection_id = {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};

std::optional<wire::ClientHello> hello_of(const std::vector<Buffer>& datagrams) {
  wire::QuicHello reader;
  std::optional<wire::ClientHello> found;
  for (const Buffer& datagram : datagrams) {
    wire::HelloState state = reader.add(datagram);
    if (auto* hello = std::get_if<wire::ClientHello>(&state)) found = std::move(*hello);
  }
  return found;
}

support::HelloOptions named(std::string name, support::Transport transport = support::Transport::tcp) {
  support::HelloOptions options;
  options.server_name = std::move(name);
  options.transport = transport;
  if (transport == support::Transport::quic) options.alpn = {"h3"};
  return options;
}

TEST(Hello, IsPostQuantumAndSpansTwoSegmentsWhateverTheSeed) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    support::Random random(seed);
    const Buffer hello = support::client_hello(named("www.gazette.example"), random);
    EXPECT_GT(hello.size(), 1650U) << seed;
    EXPECT_LT(hello.size(), 1950U) << seed;
    const auto read = wire::parse_client_hello(hello);
    ASSERT_TRUE(read.has_value()) << seed;
    ASSERT_TRUE(read->server_name.has_value());
    EXPECT_EQ(read->server_name->text(), "www.gazette.example");
    EXPECT_THAT(read->alpn, ElementsAre("h2", "http/1.1"));
    EXPECT_TRUE(read->encrypted_client_hello);
  }
}

TEST(Hello, WithoutANameOrEchSaysSo) {
  support::Random random(4);
  support::HelloOptions options;
  options.ech = support::Ech::none;
  options.key_share = support::KeyShare::classic;
  options.order = support::ExtensionOrder::fixed;
  const Buffer hello = support::client_hello(options, random);
  const auto read = wire::parse_client_hello(hello);
  ASSERT_TRUE(read.has_value());
  EXPECT_FALSE(read->server_name.has_value());
  EXPECT_FALSE(read->encrypted_client_hello);
  EXPECT_LT(hello.size(), 400U);
}

TEST(Hello, EncryptedRecordsAreExactlyAsLongAsAskedAndFramed) {
  support::Random random(5);
  for (const std::size_t size : {23, 40, 200, 1500, 16406, 16407, 250000}) {
    const Buffer records = support::encrypted_records(size, random);
    EXPECT_EQ(records.size(), size);
    std::size_t at = 0;
    while (at + 5 <= records.size()) {
      EXPECT_EQ(records[at], 23);
      at += 5 + records[at + 3] * 256U + records[at + 4];
    }
    EXPECT_EQ(at, records.size()) << size;
  }
}

TEST(Hello, TheClientsFinishedFlightIsTheEightyBytesThatAreTakenOff) {
  support::Random random(6);
  EXPECT_EQ(support::client_finished_flight(random).size(), 80U);
}

TEST(Quic, KeysAreThoseOfRfc9001AppendixA1) {
  const auto client =
      support::initial_keys(support::QuicVersion::v1, rfc_connection_id, support::Sender::client);
  EXPECT_EQ(hex(client.key), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(hex(client.iv), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(hex(client.header_protection), "9f50449e04a0e810283a1e9933adedd2");
  const auto server =
      support::initial_keys(support::QuicVersion::v1, rfc_connection_id, support::Sender::server);
  EXPECT_EQ(hex(server.key), "cf3a5331653c364c88f0f379b6067e37");
}

TEST(Quic, KeysAreThoseOfRfc9369AppendixA1) {
  const auto client =
      support::initial_keys(support::QuicVersion::v2, rfc_connection_id, support::Sender::client);
  EXPECT_EQ(hex(client.key), "8b1a0bc121284290a29e0971b5cd045d");
  EXPECT_EQ(hex(client.iv), "91f73e2351d8fa91660e909f");
  EXPECT_EQ(hex(client.header_protection), "45b95e15235d6f45a6b19cbcb0294ba9");
}

TEST(Quic, AShuffledHelloNeedsBothDatagramsInEitherOrder) {
  for (const auto version : {support::QuicVersion::v1, support::QuicVersion::v2}) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      support::Random random(seed);
      const Buffer hello =
          support::client_hello(named("cdn1.gazette.example", support::Transport::quic), random);
      support::QuicHelloOptions options;
      options.version = version;
      options.destination = random.bytes(8);
      std::vector<Buffer> datagrams = support::client_initials(hello, options, random);
      ASSERT_EQ(datagrams.size(), 2U) << seed;
      EXPECT_EQ(datagrams[0].size(), 1200U);
      EXPECT_EQ(datagrams[1].size(), 1200U);
      EXPECT_FALSE(hello_of({datagrams[0]}).has_value()) << seed;
      EXPECT_FALSE(hello_of({datagrams[1]}).has_value()) << seed;
      const auto read = hello_of(datagrams);
      ASSERT_TRUE(read.has_value()) << seed;
      EXPECT_EQ(read->server_name->text(), "cdn1.gazette.example");
      std::swap(datagrams[0], datagrams[1]);
      EXPECT_TRUE(hello_of(datagrams).has_value()) << seed;
    }
  }
}

TEST(Quic, TheServersPacketsAreWhatTheirHeadersSay) {
  support::Random random(8);
  const Buffer id = random.bytes(8);
  const auto datagrams =
      support::server_initials(support::QuicVersion::v1, id, {}, random.bytes(8), 2800, random);
  ASSERT_GE(datagrams.size(), 4U);
  EXPECT_EQ(wire::classify_quic(datagrams.front()), wire::QuicPacket::initial);
  EXPECT_EQ(wire::classify_quic(datagrams.back()), wire::QuicPacket::handshake);
  for (const Buffer& datagram : datagrams) EXPECT_LE(datagram.size(), 1200U);
  EXPECT_EQ(wire::classify_quic(support::short_header_packet(id, 700, random)),
            wire::QuicPacket::short_header);
  EXPECT_EQ(support::short_header_packet(id, 700, random).size(), 700U);
}

TEST(Dns, AnAnswerThroughAliasesIsReadBack) {
  const auto ttl = std::chrono::seconds(60);
  const auto address = net::IpAddress::parse("192.0.2.9").value();
  const Buffer message =
      support::dns_response(0x1234, "www.gazette.example", support::DnsType::a, support::DnsCode::no_error,
                            {support::cname_record("www.gazette.example", "edge.cdn.example", ttl),
                             support::address_record("edge.cdn.example", address, ttl)});
  const auto read = wire::dns::parse(message);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->response);
  ASSERT_EQ(read->answers.size(), 2U);
  EXPECT_EQ(read->answers[0].owner.text(), "www.gazette.example");
  EXPECT_EQ(read->answers[0].target.text(), "edge.cdn.example");
  EXPECT_EQ(read->answers[1].address, address);
  EXPECT_EQ(read->answers[1].ttl, ttl);
}

TEST(Dns, AnHttpsRecordCarriesItsEchPublicName) {
  const Buffer ech = support::ech_config_list("outer.example", Buffer(32, 7));
  const Buffer message = support::dns_response(
      1, "inner.example", support::DnsType::https, support::DnsCode::no_error,
      {support::https_record("inner.example", {"h3", "h2"}, ech, std::chrono::seconds(300))});
  const auto read = wire::dns::parse(message);
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->answers.size(), 1U);
  EXPECT_TRUE(read->answers[0].has_ech);
  EXPECT_EQ(read->answers[0].ech_public_name, "outer.example");
}

TEST(Http, ARequestNamesItsHost) {
  const auto host = wire::read_http_host(support::http_request("www.gazette.example", "/a?b=c"));
  ASSERT_TRUE(std::holds_alternative<net::HostName>(host));
  EXPECT_EQ(std::get<net::HostName>(host).text(), "www.gazette.example");
}

}  // namespace
}  // namespace edgewatch::golden
