#include "scene.hpp"
#include "support/quic.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

const Buffer first_id{1, 2, 3, 4, 5, 6, 7, 8};
const Buffer server_id{9, 9, 9, 9, 9, 9, 9, 9};

std::vector<Buffer> quic_hello(const std::string& name,
                               support::QuicVersion version = support::QuicVersion::v1,
                               const Buffer& destination = first_id) {
  support::Random random(3);
  support::HelloOptions options;
  options.server_name = name;
  options.transport = support::Transport::quic;
  options.alpn = {"h3"};
  support::QuicHelloOptions quic;
  quic.version = version;
  quic.destination = destination;
  return support::client_initials(support::client_hello(options, random), quic, random);
}

TEST(QuicName, IsFoundInShuffledPiecesOfTwoDatagramsInEitherOrderOnAnyPort) {
  for (const auto version : {support::QuicVersion::v1, support::QuicVersion::v2}) {
    for (const bool swapped : {false, true}) {
      Scene scene;
      const net::Endpoint server{web.address, 4433};
      std::vector<Buffer> datagrams = quic_hello("www.video.example", version);
      ASSERT_EQ(datagrams.size(), 2U);
      if (swapped) std::swap(datagrams[0], datagrams[1]);
      scene.udp(ten, pc, server, datagrams[0]);
      EXPECT_THAT(names(scene.events()), IsEmpty());
      scene.udp(ten + 1ms, pc, server, datagrams[1]);
      EXPECT_THAT(names(scene.events()), ElementsAre("quic-sni www.video.example claimed"));
      support::Random random(4);
      for (const Buffer& answer : support::server_initials(version, first_id, {}, server_id, 2000, random))
        scene.udp(ten + 30ms, server, pc, answer);
      scene.udp(ten + 40ms, pc, server, support::client_handshake(version, first_id, {}, server_id, random));
      EXPECT_THAT(names(scene.events()), ElementsAre("quic-sni www.video.example acknowledged"));
    }
  }
}

/// A hello that the server has answered, and nothing yet that the client would say to that.
class Answered {
 public:
  explicit Answered(const Buffer& chosen_id) {
    for (const Buffer& datagram : quic_hello("www.video.example")) scene.udp(ten, pc, web, datagram);
    scene.udp(ten + 20ms, web, pc, Buffer(1200, 0xc0));  // no packet
    for (const Buffer& datagram :
         support::server_initials(support::QuicVersion::v1, first_id, {}, chosen_id, 2000, random))
      scene.udp(ten + 30ms, web, pc, datagram);
  }
  void client_says(const Buffer& datagram) { scene.udp(ten + 40ms, pc, web, datagram); }
  [[nodiscard]] bool confirmed() {
    const auto said = names(scene.events());
    return std::ranges::find(said, "quic-sni www.video.example acknowledged") != said.end();
  }

  Scene scene;
  support::Random random{4};
};

TEST(QuicName, IsNotConfirmedByAnAnswerThatTheClientNeverHeard) {
  Answered forged(
      server_id);  // a hello in a colleague's name: the server answers, the colleague says nothing
  EXPECT_FALSE(forged.confirmed());
  const Buffer guessed{9, 9, 9, 9, 9, 9, 9, 8};
  forged.client_says(
      support::client_handshake(support::QuicVersion::v1, first_id, {}, guessed, forged.random));
  forged.client_says(support::short_header_packet(guessed, 400, forged.random));
  for (const Buffer& again : quic_hello("www.video.example")) forged.client_says(again);
  EXPECT_FALSE(forged.confirmed());
}

TEST(QuicName, IsConfirmedByAPacketToTheIdThatTheServerChose) {
  Answered heard(server_id);
  heard.client_says(support::handshake_packet(support::QuicVersion::v1, server_id, {}, 110, heard.random));
  EXPECT_TRUE(heard.confirmed());
  Answered late(server_id);  // its handshake packets were not captured
  late.client_says(support::short_header_packet(server_id, 400, late.random));
  EXPECT_TRUE(late.confirmed());
}

TEST(QuicName, WithoutASecretIdIsConfirmedByMoreThanTheServerMayTellWhoDoesNotHear) {
  const Buffer almost_the_clients{0xc1, 2, 3, 4, 5, 6, 7, 8};
  for (const Buffer& id : {Buffer{}, Buffer{7, 7, 7}, almost_the_clients}) {
    Answered flow(id);
    flow.client_says(support::client_handshake(support::QuicVersion::v1, first_id, {}, id, flow.random));
    flow.client_says(support::short_header_packet(id, 400, flow.random));
    EXPECT_FALSE(flow.confirmed()) << "whoever knows the server could say that";
    for (int i = 0; i < 12; ++i)
      flow.scene.udp(ten + 50ms, web, pc, support::short_header_packet({}, 1250, flow.random));
    EXPECT_FALSE(flow.confirmed());
    for (int i = 0; i < 12; ++i)
      flow.scene.udp(ten + 60ms, web, pc, support::short_header_packet({}, 1250, flow.random));
    EXPECT_TRUE(flow.confirmed());
  }
}

TEST(QuicName, WaitsAMinuteForAClientThatOpenedAheadOfUse) {
  for (const auto later : {50s, 75s}) {
    Answered flow(server_id);
    flow.scene.udp(ten + later, pc, web, support::short_header_packet(server_id, 400, flow.random));
    EXPECT_EQ(flow.confirmed(), later < 60s);
  }
}

/// A hello, the server's Retry, and the hello again to the id of that.
class Retried {
 public:
  Retried() {
    for (const Buffer& datagram : quic_hello("www.video.example")) scene.udp(ten, pc, web, datagram);
    Buffer retry = support::handshake_packet(support::QuicVersion::v1, {}, id, 100, random);
    retry[0] |= 0x30;
    scene.udp(ten + 20ms, web, pc, retry);
    say_hello(ten + 40ms);
  }
  void say_hello(Timestamp at) {
    for (const Buffer& datagram : quic_hello("www.video.example", support::QuicVersion::v1, id))
      scene.udp(at, pc, web, datagram);
  }
  /// The server goes on under an id of its own.
  void answer(const Buffer& server, std::size_t handshake) {
    for (const Buffer& datagram :
         support::server_initials(support::QuicVersion::v1, id, {}, server, handshake, random))
      scene.udp(ten + 60ms, web, pc, datagram);
  }
  void acknowledge(const Buffer& server, Timestamp at) {
    scene.udp(at, pc, web, support::client_handshake(support::QuicVersion::v1, id, {}, server, random));
  }

  const Buffer id = Buffer(8, 0x5a);
  Scene scene;
  support::Random random{4};
};

TEST(QuicName, AfterARetryIsConfirmedByTheIdOfTheAnswerThatFollows) {
  Retried flow;
  EXPECT_THAT(names(flow.scene.events()), ElementsAre("quic-sni www.video.example claimed"));
  flow.answer(server_id, 2000);
  EXPECT_THAT(names(flow.scene.events()), IsEmpty());
  flow.acknowledge(server_id, ten + 80ms);
  EXPECT_THAT(names(flow.scene.events()), ElementsAre("quic-sni www.video.example acknowledged"));
}

/// A server may keep the id of its Retry: what the client acknowledges to it opens like the hello did, and is
/// no other connection's.
TEST(QuicName, AfterARetryTheClientsAcknowledgementsDoNotEndTheFlow) {
  Retried flow;
  flow.answer(flow.id, 9000);
  for (int i = 0; i < 36; ++i)
    flow.scene.udp(ten + 70ms, web, pc, support::short_header_packet({}, 1250, flow.random));
  EXPECT_THAT(names(flow.scene.events()), testing::Contains("quic-sni www.video.example acknowledged"));
  for (const auto later : {80ms, 90ms}) flow.acknowledge(flow.id, ten + later);
  flow.say_hello(ten + 95ms);
  EXPECT_THAT(only<model::FlowEnd>(flow.scene.events()), IsEmpty());
  EXPECT_EQ(flow.scene.tally("shared-ports"), 0U);
}

TEST(QuicName, OfTwoHellosUnderOneAnswerNeitherIsConfirmedAndBothAreThereToBeSeen) {
  Answered forged(server_id);
  support::Random random(5);
  for (const Buffer& datagram : quic_hello("www.decoy.example")) forged.client_says(datagram);
  forged.client_says(support::client_handshake(support::QuicVersion::v1, first_id, {}, server_id, random));
  EXPECT_THAT(names(forged.scene.all()), testing::UnorderedElementsAre("quic-sni www.video.example claimed",
                                                                       "quic-sni www.decoy.example claimed"));
  EXPECT_EQ(forged.scene.tally("stream-overlap"), 1U);
}

TEST(QuicName, MadeUpInitialsDoNotUseUpTheRoomToContradictWhatTheySaid) {
  Answered forged(server_id);
  for (int i = 0; i < 20; ++i) {
    Buffer closed{0xc0, 0, 0, 0, 1, 8, 5, 5, 5, 5, 5, 5, 5, 5, 0, 0, 0x40, 64};
    closed.resize(closed.size() + 64, static_cast<std::uint8_t>(i));
    forged.client_says(closed);
  }
  for (const Buffer& datagram : quic_hello("www.true.example")) forged.client_says(datagram);
  forged.client_says(support::handshake_packet(support::QuicVersion::v1, server_id, {}, 110, forged.random));
  EXPECT_FALSE(forged.confirmed());
}

/// Which of two connections a later packet belongs to cannot be told, so that none may count for either.
TEST(QuicName, AnotherConnectionOverTheSamePortsEndsTheFirstAndIsClaimedOnly) {
  Answered first(server_id);
  first.client_says(
      support::client_handshake(support::QuicVersion::v1, first_id, {}, server_id, first.random));
  EXPECT_TRUE(first.confirmed());
  // Again the same, overtaken or sent once more, is nothing new.
  for (const Buffer& again : quic_hello("www.video.example")) first.client_says(again);
  EXPECT_THAT(only<model::FlowEnd>(first.scene.events()), IsEmpty());
  const Buffer other_id{9, 8, 7, 6, 5, 4, 3, 2};
  for (const Buffer& datagram : quic_hello("www.photo.example", support::QuicVersion::v1, other_id))
    first.scene.udp(ten + 2s, pc, web, datagram);
  for (const Buffer& answer :
       support::server_initials(support::QuicVersion::v1, other_id, {}, server_id, 2000, first.random))
    first.scene.udp(ten + 3s, web, pc, answer);
  first.scene.udp(ten + 4s, pc, web,
                  support::client_handshake(support::QuicVersion::v1, other_id, {}, server_id, first.random));
  const auto events = first.scene.all();
  EXPECT_THAT(names(events), ElementsAre("quic-sni www.photo.example claimed"));
  EXPECT_EQ(first.scene.tally("shared-ports"), 1U);
}

TEST(QuicName, ClientOnPort443IsStillTheClient) {
  Scene scene;
  const net::Endpoint client{pc.address, 443};
  const net::Endpoint server{web.address, 50443};
  for (const Buffer& datagram : quic_hello("www.video.example")) scene.udp(ten, client, server, datagram);
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 1U);
  EXPECT_EQ(sightings[0].client.address, pc.address);
}

}  // namespace
}  // namespace edgewatch::observe
