#include "scene.hpp"
#include "support/dns.hpp"
#include "support/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::ElementsAre;

net::Endpoint stranger(std::uint32_t number) {
  return {net::IpAddress::v4(0x0a140000U + number % 60000),
          static_cast<std::uint16_t>(1024 + number / 60000)};
}

TEST(Limits, FloodOfHalfOpenFlowsEvictsItsOwnAndLeavesTheOthers) {
  ObserverOptions options = council();
  options.memory_mib = 8;
  Scene scene(options);
  Connection connection(scene, {ip("10.20.250.1"), 50000}, web);
  connection.open(ten);
  const Buffer hello = hello_for("www.photo.example");
  connection.up(ten + 100ms, 0, Bytes(hello).first(1000));
  connection.down(ten + 110ms, 0, Buffer(1, 0x16), 1000);
  for (std::uint32_t i = 0; i < 200000; ++i) {
    Connection half(scene, stranger(i), web);
    half.from_client(ten + 1s, TcpFlag::syn, i, 0, {});
  }
  EXPECT_GT(scene.tally("evicted-flow"), 100000U);
  connection.up(ten + 2s, 1000, Bytes(hello).subspan(1000));
  EXPECT_THAT(names(scene.events()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(Limits, HellosThatNeverEndAreGivenUpAndCounted) {
  ObserverOptions options = council();
  options.memory_mib = 4;
  Scene scene(options);
  const Buffer hello = hello_for("www.photo.example");
  for (std::uint32_t i = 0; i < 3000; ++i) {
    Connection one(scene, stranger(i), web);
    one.from_client(ten + 1s, TcpFlag::syn, i, 0, {});
    one.isn_client = i + 1;
    one.up(ten + 1s, 0, Bytes(hello).first(1000));
  }
  const std::uint64_t for_room = scene.tally("evicted-hello");
  EXPECT_GT(for_room, 1000U);
  scene.observer().tick(ten + 12s);
  EXPECT_EQ(scene.tally("evicted-hello"), 3000U) << "the rest for its age";
}

TEST(Limits, BytesThatWereAcknowledgedAreKeptNoLonger) {
  ObserverOptions options = council();
  options.memory_mib = 1;
  Scene scene(options);
  const Buffer head =
      bytes_of("GET / HTTP/1.1\r\nHost: www.photo.example\r\nX: " + std::string(16000, 'x') + "\r\n\r\n");
  const auto length = static_cast<std::uint32_t>(head.size());
  for (std::uint32_t i = 0; i < 100; ++i) {
    Connection one(scene, stranger(i), plain_web);
    one.open(ten + i * 1ms);
    one.up(ten + 20ms + i * 1ms, 0, head);
    one.down(ten + 30ms + i * 1ms, 0, {}, length);
  }
  EXPECT_EQ(scene.tally("evicted-hello"), 0U) << "of 256 KiB";
}

TEST(Limits, NamesThatWereSaidOnAConnectionCountToo) {
  ObserverOptions options = council();
  options.memory_mib = 1;
  Scene scene(options);
  const std::string label(60, 'a');
  for (std::uint32_t i = 0; i < 20; ++i) {
    Connection one(scene, stranger(i), plain_web);
    one.open(ten);
    std::uint32_t place = 0;
    for (int request = 0; request < 64; ++request) {
      const Buffer head = bytes_of(
          fmt::format("GET / HTTP/1.1\r\nHost: h{}.{}.{}.{}.example\r\n\r\n", request, label, label, label));
      one.up(ten + 20ms, place, head);
      place += static_cast<std::uint32_t>(head.size());
      one.down(ten + 30ms, 0, {}, place);
    }
  }
  EXPECT_GT(scene.tally("evicted-hello"), 0U) << "of 256 KiB";
}

TEST(Limits, GapInAHelloThatIsFilledWithinPatienceIsFine) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  const Buffer hello = hello_for("www.photo.example");
  connection.up(ten + 1s, 1000, Bytes(hello).subspan(1000));
  connection.up(ten + 9s, 0, Bytes(hello).first(1000));
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(Coverage, IsOneRowForEachSourceAndMinuteThatHadFrames) {
  Scene scene;
  scene.show(ten + 59s, Buffer(10, 0));
  scene.udp(ten + 59s, pc, resolver, support::dns_query(1, "a.example", support::DnsType::a));
  net::FrameLoss loss;
  loss.at = ten + 59s;
  loss.lost_in_kernel = 7;
  scene.observer().see(loss);
  scene.show(ten + 3min, Buffer(10, 0), 0, 1);
  const auto rows = only<model::Coverage>(scene.all());
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].source, "tap0");
  EXPECT_EQ(rows[0].interval.from, ten);
  EXPECT_EQ(rows[0].interval.to, ten + 1min);
  EXPECT_EQ(rows[0].seen, 2U);
  EXPECT_EQ(rows[0].refused, 1U);
  EXPECT_EQ(rows[0].lost_in_kernel, 7U);
  EXPECT_EQ(rows[1].source, "tap1");
  EXPECT_EQ(rows[1].interval.from, ten + 3min);
}

TEST(Coverage, CountsFlowsWithANameAndThoseThatGotNone) {
  Scene scene;
  Connection named(scene, pc, web);
  named.open(ten);
  const Buffer hello = hello_for("www.photo.example");
  named.up(ten + 100ms, 0, hello);
  named.down(ten + 200ms, 0, {}, static_cast<std::uint32_t>(hello.size()));
  Connection unanswered(scene, {pc.address, 50009}, web);
  unanswered.open(ten);
  unanswered.up(ten + 100ms, 0, hello);
  Connection short_lived(scene, {pc.address, 50001}, web);
  short_lived.up(ten + 1s, 0, Buffer(300, 0x17));
  short_lived.down(ten + 2s, 0, Buffer(300, 0x17), 300);
  short_lived.close(ten + 3s, 300, 300);
  Connection long_lived(scene, {pc.address, 50002}, web);
  long_lived.up(ten + 30s, 0, Buffer(300, 0x17));
  long_lived.down(ten + 31s, 0, Buffer(300, 0x17), 300);
  Connection one_sided(scene, {pc.address, 50003}, web);
  one_sided.up(ten + 32s, 0, Buffer(300, 0x17));
  scene.show(ten + 61s, Buffer(10, 0));
  scene.show(ten + 5min, Buffer(10, 0));
  const auto rows = only<model::Coverage>(scene.all());
  EXPECT_EQ(scene.tally("one-sided-flow"), 2U) << "with a name and without";
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].named, 1U);
  EXPECT_EQ(rows[0].unnamed_other, 1U);
  EXPECT_EQ(rows[1].unnamed_other, 1U);
  EXPECT_EQ(rows[2].unnamed_other, 0U);
}

/// A few minutes of everything, told as text; `tick` is called between frames.
template <class Between>
std::vector<std::string> office(Between between) {
  Scene scene;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const Timestamp at = ten + i * 7300ms;
    scene.udp(at, pc, resolver, support::dns_query(1, "www.photo.example", support::DnsType::a));
    between(scene, at);
    Connection connection(scene, {pc.address, static_cast<std::uint16_t>(50000 + i)},
                          i % 3 == 0 ? plain_web : web);
    connection.open(at + 100ms);
    const Buffer hello =
        i % 3 == 0 ? support::http_request("www.news.example", "/") : hello_for("www.photo.example", i);
    connection.up(at + 200ms, 0, Bytes(hello).first(hello.size() / 2));
    between(scene, at + 250ms);
    if (i % 5 != 0)
      connection.up(at + 300ms, static_cast<std::uint32_t>(hello.size() / 2),
                    Bytes(hello).subspan(hello.size() / 2));
    connection.down(at + 400ms, 0, Buffer(2000, 0x16), static_cast<std::uint32_t>(hello.size()));
    between(scene, at + 500ms);
    connection.up(at + 2s, static_cast<std::uint32_t>(hello.size()), Buffer(600, 0x17));
    connection.down(at + 3s, 2000, Buffer(5000, 0x17), 0);
    if (i % 2 == 0) connection.close(at + 4s, static_cast<std::uint32_t>(hello.size()) + 600, 7000);
    between(scene, at + 5s);
  }
  scene.show(ten + 2h, Buffer(10, 0));
  std::vector<std::string> out;
  for (const model::Event& event : scene.all()) out.push_back(text(event));
  return out;
}

TEST(Determinism, SameFramesGiveTheSameEvents) {
  const auto nothing = [](Scene&, Timestamp) {};
  const auto once = office(nothing);
  EXPECT_GT(once.size(), 200U);
  EXPECT_EQ(once, office(nothing));
}

TEST(Determinism, TicksBetweenFramesChangeNothing) {
  const auto without = office([](Scene&, Timestamp) {});
  EXPECT_EQ(office([](Scene& scene, Timestamp at) { scene.observer().tick(at + 20ms); }), without);
}

TEST(Determinism, FrameStampedEarlierKeepsItsStampAndDoesNotMoveTimeBack) {
  Scene scene;
  scene.udp(ten + 10s, pc, resolver, support::dns_query(1, "a.example", support::DnsType::a));
  scene.udp(ten + 8s, pc, resolver, support::dns_query(1, "b.example", support::DnsType::a));
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 2U);
  EXPECT_EQ(sightings[1].at, ten + 8s);
}

TEST(Determinism, LeapOfYearsEndsAtOnce) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  connection.up(ten + 100ms, 0, hello_for("www.photo.example"));
  scene.observer().tick(ten + std::chrono::hours(24 * 365 * 7000));
  EXPECT_EQ(only<model::FlowEnd>(scene.events()).size(), 1U);
}

}  // namespace
}  // namespace edgewatch::observe
