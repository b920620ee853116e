#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

/// A TLS connection whose handshake is over at ten plus half a second; the next places of both streams.
struct Tls {
  explicit Tls(Scene& scene) : connection(scene, pc, web) {
    connection.open(ten);
    const Buffer hello = hello_for("www.photo.example");
    connection.up(ten + 100ms, 0, hello);
    up = static_cast<std::uint32_t>(hello.size());
    connection.down(ten + 200ms, 0, Buffer(1400, 0x16), up);
    connection.down(ten + 201ms, 1400, Buffer(1400, 0x17), up);
    down = 2800;
  }
  void send(Timestamp at, std::size_t length) {
    connection.up(at, up, Buffer(length, 0x17));
    up += static_cast<std::uint32_t>(length);
  }
  void receive(Timestamp at, std::size_t length) {
    connection.down(at, down, Buffer(length, 0x17), up);
    down += static_cast<std::uint32_t>(length);
  }
  Connection connection;
  std::uint32_t up = 0;
  std::uint32_t down = 0;
};

TEST(Traffic, HandshakeIsNotCountedAndFinishedIsTakenOff) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 80);
  tls.send(ten + 310ms, 500);
  tls.receive(ten + 400ms, 1000);
  EXPECT_THAT(seconds(scene.all()), ElementsAre("310 500 1000"));
}

TEST(Traffic, FinishedThatTravelsWithTheRequestIsTakenOffToo) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 580);
  EXPECT_THAT(seconds(scene.all()), ElementsAre("300 500 0"));
}

TEST(Traffic, SecondHelloIsStillHandshake) {
  Scene scene;
  Tls tls(scene);
  Buffer again{20, 3, 3, 0, 1, 1};
  support::append(again, hello_for("www.photo.example"));
  tls.connection.up(ten + 300ms, tls.up, again);
  tls.up += static_cast<std::uint32_t>(again.size());
  tls.receive(ten + 400ms, 3000);
  tls.send(ten + 500ms, 80 + 300);
  EXPECT_THAT(seconds(scene.all()), ElementsAre("500 300 0"));
}

TEST(Traffic, SecondsAreOfUtcAndStampedByTheFirstByteOfTheClient) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 80);
  tls.receive(ten + 1100ms, 200);
  tls.send(ten + 1500ms, 150);
  tls.receive(ten + 2000ms, 700);
  EXPECT_THAT(seconds(scene.all()), ElementsAre("1500 150 200", "2000 0 700"));
}

TEST(Traffic, IsSaidWhenTheSecondIsOver) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 580);
  scene.observer().tick(ten + 999ms);
  EXPECT_THAT(seconds(scene.events()), IsEmpty());
  scene.observer().tick(ten + 1000ms);
  EXPECT_THAT(seconds(scene.events()), ElementsAre("300 500 0"));
}

TEST(Traffic, EachByteCountsOnceHoweverOftenAndInWhateverOrderItComes) {
  const auto run = [](const std::vector<std::pair<std::uint32_t, std::size_t>>& pieces) {
    Scene scene;
    Tls tls(scene);
    tls.send(ten + 300ms, 80);
    for (const auto& [place, length] : pieces)
      tls.connection.down(ten + 400ms, tls.down + place, Buffer(length, 0x17), tls.up);
    return seconds(scene.all());
  };
  const auto in_order = run({{0, 1000}, {1000, 1000}, {2000, 1000}, {3000, 500}});
  EXPECT_THAT(in_order, ElementsAre("400 0 3500"));
  EXPECT_EQ(run({{3000, 500}, {1000, 1000}, {0, 1000}, {2000, 1000}}), in_order);
  EXPECT_EQ(run({{0, 1000}, {0, 1000}, {2000, 1000}, {500, 3000}, {3000, 500}}), in_order);
  EXPECT_EQ(run({{1000, 500}, {0, 3500}, {0, 3500}}), in_order);
}

TEST(Traffic, SnappedBulkCountsWhole) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 80);
  for (std::uint32_t i = 0; i < 10; ++i)
    tls.connection.down_snapped(ten + 400ms, tls.down + i * 1400, Buffer(1400, 0x17), 20);
  EXPECT_THAT(seconds(scene.all()), ElementsAre("400 0 14000"));
}

TEST(Traffic, PlainHttpCountsFromTheFirstRequestOn) {
  Scene scene;
  Connection connection(scene, pc, plain_web);
  connection.open(ten);
  const Buffer request = bytes_of("GET / HTTP/1.1\r\nHost: www.news.example\r\n\r\n");
  connection.up(ten + 100ms, 0, request);
  connection.down(ten + 200ms, 0, Buffer(900, 'x'), static_cast<std::uint32_t>(request.size()));
  EXPECT_THAT(seconds(scene.all()), ElementsAre(fmt::format("100 {} 900", request.size())));
}

TEST(Traffic, FlowSeenFromTheMiddleOnIsCountedWithoutAName) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.up(ten + 100ms, 0, Buffer(300, 0x17));
  connection.down(ten + 200ms, 0, Buffer(900, 0x17), 300);
  const auto events = scene.all();
  EXPECT_THAT(seconds(events), ElementsAre("100 300 900"));
  EXPECT_THAT(names(events), IsEmpty());
  EXPECT_EQ(only<model::FlowSecond>(events).at(0).client.address, pc.address);
}

TEST(Traffic, QuicCountsShortHeaderDatagramsOfSixtyBytesAndMore) {
  Scene scene;
  const auto datagram = [](std::uint8_t first, std::size_t length) {
    Buffer out(length, 0x55);
    out[0] = first;
    if ((first & 0x80) != 0)
      out = ByteWriter().u8(first).u32(1).u8(8).repeat(0x11, 8).u8(0).repeat(0x22, length - 15).take();
    return out;
  };
  scene.udp(ten + 100ms, pc, web, datagram(0xe3, 1200));  // Handshake
  scene.udp(ten + 110ms, web, pc, datagram(0xe3, 1200));
  scene.udp(ten + 200ms, pc, web, datagram(0x41, 59));
  scene.udp(ten + 300ms, pc, web, datagram(0x41, 60));
  scene.udp(ten + 400ms, web, pc, datagram(0x41, 1250));
  EXPECT_THAT(seconds(scene.all()), ElementsAre("300 60 1250"));
}

/// Who was there before asks for the page with the very first datagrams (RFC 9001 section 4.6): the answer
/// to a request that nobody counted would be nobody's.
TEST(Traffic, QuicCountsWhatTheClientAsksBeforeTheHandshakeIsOver) {
  Scene scene;
  const auto long_header = [](std::uint8_t first, std::size_t length) {
    return ByteWriter().u8(first).u32(1).u8(8).repeat(0x11, 8).u8(0).repeat(0x22, length - 15).take();
  };
  constexpr std::uint8_t zero_rtt = 0xd3;
  constexpr std::uint8_t handshake = 0xe3;
  scene.udp(ten + 100ms, pc, web, long_header(handshake, 1200));
  scene.udp(ten + 200ms, pc, web, long_header(zero_rtt, 940));
  scene.udp(ten + 220ms, web, pc, long_header(zero_rtt, 940));  // no server does that
  scene.udp(ten + 240ms, web, pc, long_header(handshake, 1200));
  scene.udp(ten + 300ms, web, pc, Buffer(1250, 0x41));
  EXPECT_THAT(seconds(scene.all()), ElementsAre("300 940 1250"));
}

TEST(Traffic, LocalServicesOverUdpAreNobodysUse) {
  Scene scene;
  scene.udp(ten, pc, {ip("192.0.2.123"), 123}, Buffer(48, 0x23));
  scene.udp(ten, pc, {ip("239.255.255.250"), 1900}, Buffer(200, 'M'));
  scene.udp(ten, pc, {ip("203.0.113.5"), 40000}, Buffer(200, 0x23));
  EXPECT_THAT(seconds(scene.all()), ElementsAre("0 200 0"));
}

TEST(Flows, EndIsSaidOnceWhenBothSidesHaveFinished) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 580);
  tls.connection.close(ten + 5s, tls.up, tls.down);
  const auto events = scene.events();
  const auto ends = only<model::FlowEnd>(events);
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].at, ten + 5s + 1ms);
  EXPECT_EQ(ends[0].flow, only<model::FlowSecond>(events).at(0).flow);
  EXPECT_THAT(only<model::FlowEnd>(scene.all()), IsEmpty());
}

TEST(Flows, ResetEndsAFlowUnlessItsNumberIsFarOff) {
  Scene scene;
  Tls tls(scene);
  tls.connection.from_server(ten + 1s, TcpFlag::rst, tls.connection.isn_server + 0x40000000, 0, {});
  EXPECT_THAT(only<model::FlowEnd>(scene.events()), IsEmpty());
  tls.connection.from_server(ten + 2s, TcpFlag::rst, tls.connection.isn_server + tls.down, 0, {});
  EXPECT_EQ(only<model::FlowEnd>(scene.events()).size(), 1U);
}

TEST(Flows, SilenceEndsAFlow) {
  Scene scene;
  Tls tls(scene);
  tls.send(ten + 300ms, 580);
  scene.observer().tick(ten + 29min);
  EXPECT_THAT(only<model::FlowEnd>(scene.events()), IsEmpty());
  scene.observer().tick(ten + 31min);
  const auto ends = only<model::FlowEnd>(scene.events());
  ASSERT_EQ(ends.size(), 1U);
  EXPECT_EQ(ends[0].at, ten + 30min);
}

}  // namespace
}  // namespace edgewatch::observe
