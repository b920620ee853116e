#include "scene.hpp"
#include "support/dns.hpp"
#include "support/quic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = model::BypassSign::Kind;

const net::Endpoint gateway{ip("203.0.113.9"), 51820};

std::vector<Kind> signs(const std::vector<model::Event>& events) {
  std::vector<Kind> out;
  for (const auto& sign : only<model::BypassSign>(events)) out.push_back(sign.kind);
  return out;
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) support::append(out, part);
  return out;
}
Buffer initiation() { return joined({{1, 0, 0, 0, 1, 2, 3, 4}, Buffer(140, 0xa5)}); }
Buffer response(std::uint8_t index) {
  return joined({{2, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, index}, Buffer(80, 0x5a)});
}
Buffer openvpn_client() { return joined({{0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0}, Buffer(4, 0)}); }
Buffer openvpn_server() {
  return joined({{0x40, 8, 8, 8, 8, 8, 8, 8, 8, 1}, Buffer(4, 0), {1, 2, 3, 4, 5, 6, 7, 8}, Buffer(4, 0)});
}
Buffer ike(bool answer) {
  return joined({{7, 7, 7, 7, 7, 7, 7, 1},
                 answer ? Buffer(8, 0x66) : Buffer(8, 0),
                 {33, 0x20, 34, static_cast<std::uint8_t>(answer ? 0x20 : 0x08), 0, 0, 0, 0, 0, 0, 0, 68},
                 Buffer(40, 0x3c)});
}

TEST(Tunnels, AreSaidOnceWhenTheServerHasAnswered) {
  Scene scene;
  scene.udp(ten, pc, gateway, initiation());
  EXPECT_THAT(signs(scene.events()), IsEmpty());
  scene.udp(ten + 20ms, gateway, pc, response(4));
  scene.udp(ten + 120s, pc, gateway, initiation());  // a new key, the same tunnel
  scene.udp(ten + 121s, gateway, pc, response(4));
  const auto said = only<model::BypassSign>(scene.all());
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].kind, Kind::wireguard);
  EXPECT_EQ(said[0].client.address, pc.address);
  EXPECT_EQ(said[0].server, gateway);
  EXPECT_EQ(said[0].at, ten + 20ms);
}

TEST(Tunnels, AreNotSaidForOneSideAloneOrAnAnswerToSomethingElse) {
  Scene scene;
  scene.udp(ten, pc, gateway, initiation());
  scene.udp(ten + 20ms, gateway, pc, response(5));
  const net::Endpoint second{pc.address, 50001};
  scene.udp(ten + 1s, second, gateway, openvpn_client());
  EXPECT_THAT(signs(scene.all()), IsEmpty());
}

TEST(Tunnels, OpenVpnIsSeenOverUdpAndOverTcp) {
  Scene scene;
  scene.udp(ten, pc, gateway, openvpn_client());
  scene.udp(ten + 20ms, gateway, pc, openvpn_server());
  Connection tcp(scene, {pc.address, 50002}, {gateway.address, 443});
  tcp.open(ten + 1s);
  tcp.up(ten + 1s + 20ms, 0, joined({{0, 14}, openvpn_client()}));
  tcp.down(ten + 1s + 40ms, 0, joined({{0, 26}, openvpn_server()}), 16);
  EXPECT_THAT(signs(scene.all()), ElementsAre(Kind::openvpn, Kind::openvpn));
}

TEST(Tunnels, OpenVpnOverTcpIsSeenInWhateverSegmentsItsOpeningComes) {
  const Buffer whole = joined({{0, 14}, openvpn_client()});
  const Buffer answer = joined({{0, 26}, openvpn_server()});
  for (std::uint32_t cut = 1; cut < whole.size(); ++cut) {
    for (const bool swapped : {false, true}) {
      Scene scene;
      Connection tcp(scene, pc, {gateway.address, 443});
      tcp.open(ten);
      for (const bool end : {swapped, !swapped})
        tcp.up(ten + 20ms, end ? cut : 0, end ? Bytes(whole).subspan(cut) : Bytes(whole).first(cut));
      EXPECT_THAT(signs(scene.events()), IsEmpty());
      tcp.down(ten + 40ms, 0, answer, 16);
      EXPECT_THAT(signs(scene.all()), ElementsAre(Kind::openvpn)) << cut << (swapped ? " swapped" : "");
    }
  }
  Scene scene;
  Connection tcp(scene, pc, {gateway.address, 443});
  tcp.open(ten);
  for (std::uint32_t at = 0; at < whole.size(); ++at) tcp.up(ten + 20ms, at, Bytes(whole).subspan(at, 1));
  tcp.down(ten + 40ms, 0, answer, 16);
  EXPECT_THAT(signs(scene.all()), ElementsAre(Kind::openvpn)) << "byte by byte";
}

TEST(Tunnels, WhatOnlyBeginsLikeOpenVpnHidesNothingBehindIt) {
  Scene scene;
  Connection tcp(scene, pc, {gateway.address, 443});
  tcp.open(ten);
  const Buffer beginning{0, 14};  // as a message of some other protocol does
  const Buffer hello = hello_for("www.photo-share.example");
  tcp.up(ten + 20ms, 0, beginning);
  tcp.up(ten + 30ms, 2, hello);
  tcp.down(ten + 40ms, 0, Buffer(100, 1), 2 + static_cast<std::uint32_t>(hello.size()));
  const auto events = scene.all();
  EXPECT_THAT(signs(events), IsEmpty());
  EXPECT_THAT(names(events), testing::Contains("tls-sni www.photo-share.example acknowledged"));
}

TEST(Tunnels, IkeIsSeenOnBothItsPorts) {
  Scene scene;
  scene.udp(ten, {pc.address, 500}, {gateway.address, 500}, ike(false));
  scene.show(ten + 20ms, support::udp_frame(support::reversed(desk), {gateway.address, 500},
                                            {pc.address, 500}, ike(true)));
  scene.udp(ten + 1s, {pc.address, 4500}, {gateway.address, 4500}, joined({Buffer(4, 0), ike(false)}));
  scene.show(ten + 1s + 20ms, support::udp_frame(support::reversed(desk), {gateway.address, 4500},
                                                 {pc.address, 4500}, joined({Buffer(4, 0), ike(true)})));
  EXPECT_THAT(signs(scene.all()), ElementsAre(Kind::ike, Kind::ike));
}

TEST(Tunnels, AreToldWhateverPortTheirClientAndTheirServerTake) {
  constexpr std::uint16_t free = 40000;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{88, 123, 443, 546, 1812}) {
    for (const bool of_client : {true, false}) {
      Scene scene;
      const net::Endpoint client{pc.address, of_client ? port : free};
      const net::Endpoint server{gateway.address, of_client ? free : port};
      scene.show(ten, support::udp_frame(desk, client, server, initiation()));
      scene.show(ten + 20ms, support::udp_frame(support::reversed(desk), server, client, response(4)));
      const auto told = only<model::BypassSign>(scene.all());
      ASSERT_EQ(told.size(), 1U) << port << (of_client ? " of the client" : " of the server");
      EXPECT_EQ(told[0].client.address, pc.address);
    }
  }
}

TEST(Tunnels, OnThePortOfDnsAreToldAndAreNoQuestions) {
  Scene scene;
  const net::Endpoint server{gateway.address, 53};
  scene.udp(ten, pc, server, initiation());
  scene.udp(ten + 20ms, server, pc, response(4));
  const auto events = scene.all();
  EXPECT_THAT(signs(events), ElementsAre(Kind::wireguard));
  EXPECT_THAT(names(events), ElementsAre("none . acknowledged"));
  EXPECT_THAT(only<model::Answer>(events), IsEmpty());
}

TEST(Tunnels, OfAnExcludedNetworkAreNotSeen) {
  ObserverOptions options = council();
  options.exclude = {network("10.20.0.0/24")};
  Scene scene(options);
  scene.udp(ten, pc, gateway, initiation());
  scene.udp(ten + 20ms, gateway, pc, response(4));
  EXPECT_THAT(signs(scene.all()), IsEmpty());
}

/// What is told of a QUIC connection with these names of protocols, on a port of its own.
std::vector<Kind> told_of_quic(const std::vector<std::string>& protocols, bool client_heard) {
  support::Random random(7);
  support::HelloOptions hello;
  hello.server_name = "resolver.example";
  hello.alpn = protocols;
  hello.transport = support::Transport::quic;
  support::QuicHelloOptions quic;
  quic.destination = random.bytes(8);
  const Buffer server_id = random.bytes(8);
  const net::Endpoint server{gateway.address, 8853};
  Scene scene;
  for (const Buffer& datagram : support::client_initials(support::client_hello(hello, random), quic, random))
    scene.udp(ten, pc, server, datagram);
  EXPECT_THAT(signs(scene.events()), IsEmpty());
  for (const Buffer& datagram :
       support::server_initials(quic.version, quic.destination, {}, server_id, 2000, random))
    scene.udp(ten + 20ms, server, pc, datagram);
  if (client_heard) {
    scene.udp(ten + 40ms, pc, server,
              support::client_handshake(quic.version, quic.destination, {}, server_id, random));
  }
  return signs(scene.all());
}

TEST(DnsOverQuic, IsToldByItsProtocolNameOnAnyPortWhenTheServersAnswerWasHeard) {
  EXPECT_THAT(told_of_quic({"doq"}, true), ElementsAre(Kind::doq));
  EXPECT_THAT(told_of_quic({"doq", "doq-i11"}, true), ElementsAre(Kind::doq));
  EXPECT_THAT(told_of_quic({"doq"}, false), IsEmpty()) << "anybody may have sent the hello";
}

TEST(DnsOverQuic, IsNotToldOfAHelloThatOffersSomethingElseToo) {
  EXPECT_THAT(told_of_quic({"h3", "doq"}, true), IsEmpty()) << "the server may have chosen the other";
  EXPECT_THAT(told_of_quic({}, true), IsEmpty());
}

TEST(DnsAnswers, SayWhetherTheyAreWholeAndHowLongTheirBindingsHold) {
  using support::DnsType;
  Scene scene;
  const auto asked = [&](Timestamp at, std::uint16_t id) {
    scene.udp(at, pc, resolver, support::dns_query(id, "photo.example", DnsType::https));
  };
  const Buffer ech = support::ech_config_list("cover.example", Buffer(32, 0x42));
  asked(ten, 1);
  scene.udp(ten + 10ms, resolver, pc,
            support::dns_response(1, "photo.example", DnsType::https, 0,
                                  {support::https_record("photo.example", {"h2"}, ech, 77s)}));
  asked(ten + 1s, 2);
  Buffer cut = support::dns_response(2, "photo.example", DnsType::https, 0, {});
  cut[2] |= 0x02;  // TC
  scene.udp(ten + 1s + 10ms, resolver, pc, cut);
  const auto answers = only<model::Answer>(scene.all());
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[0].complete);
  ASSERT_EQ(answers[0].bindings.size(), 1U);
  EXPECT_EQ(answers[0].bindings[0].ttl, 77s);
  EXPECT_EQ(answers[0].bindings[0].ech_public_name, "cover.example");
  EXPECT_FALSE(answers[1].complete);
}

}  // namespace
}  // namespace edgewatch::observe::test
