// Packets whose checksums fail: forged where the sender's others hold, offload where most of them fail.
#include "scene.hpp"
#include "support/dns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t tcp_checksum_at = 14 + 20 + 16;
constexpr std::size_t udp_checksum_at = 14 + 20 + 6;

Buffer spoilt(Buffer frame, std::size_t at) {
  frame[at] ^= 0x55;
  return frame;
}

Buffer segment(bool from_client, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement,
               Bytes payload) {
  support::TcpFields fields;
  fields.flags = flags;
  fields.sequence = sequence;
  fields.acknowledgement = acknowledgement;
  return from_client ? support::tcp_frame(desk, pc, web, fields, payload)
                     : support::tcp_frame(support::reversed(desk), web, pc, fields, payload);
}

/// A connection whose packets of the chosen side are all spoilt.
void converse(Scene& scene, const Buffer& hello, bool spoil_client, bool spoil_server) {
  const auto length = static_cast<std::uint32_t>(hello.size());
  const auto show = [&](Timestamp at, bool from_client, Buffer frame) {
    const bool spoil = from_client ? spoil_client : spoil_server;
    scene.show(at, spoil ? spoilt(std::move(frame), tcp_checksum_at) : frame);
  };
  show(ten, true, segment(true, TcpFlag::syn, 99, 0, {}));
  show(ten + 1ms, false, segment(false, TcpFlag::syn | TcpFlag::ack, 999, 100, {}));
  show(ten + 2ms, true, segment(true, TcpFlag::ack, 100, 1000, hello));
  show(ten + 9ms, false, segment(false, TcpFlag::ack, 1000, 100 + length, {}));
}

TEST(Checksums, OfASenderWhoseOthersHoldMakeNoConfirmedNameAndNoTraffic) {
  const Buffer hello = hello_for("www.photo.example");
  Scene scene;
  // Good packets of both machines come first.
  Connection other(scene, {pc.address, 50007}, {web.address, 8443});
  other.open(ten - 1s);
  other.open(ten - 1s + 100ms);
  converse(scene, hello, true, false);
  EXPECT_THAT(names(scene.events()), ElementsAre("tls-sni www.photo.example claimed"));
  EXPECT_EQ(scene.tally("checksum"), 2U);
  EXPECT_THAT(seconds(scene.all()), IsEmpty());
}

TEST(Checksums, OfPiecesOfAHelloHideItWhereTheyAreJudgedAndNotWhereAllIsToBeSeen) {
  const Buffer hello = hello_for("www.photo.example");
  for (const bool judged : {true, false}) {
    ObserverOptions options = council();
    options.judge_checksums = judged;
    Scene scene(options);
    Connection other(scene, {pc.address, 50007}, {web.address, 8443});
    for (int i = 0; i < 3; ++i) other.open(ten - 1s + i * 100ms);
    scene.show(ten, segment(true, TcpFlag::syn, 99, 0, {}));
    const Bytes whole(hello);
    scene.show(ten + 1ms,
               spoilt(segment(true, TcpFlag::ack, 1100, 1000, whole.subspan(1000)), tcp_checksum_at));
    scene.show(ten + 2ms, spoilt(segment(true, TcpFlag::ack, 100, 1000, whole.first(1000)), tcp_checksum_at));
    std::vector<std::string> seen;
    if (!judged) seen.emplace_back("tls-sni www.photo.example claimed");
    EXPECT_EQ(names(scene.events()), seen);
    EXPECT_EQ(scene.tally("checksum"), 2U);
  }
}

TEST(Checksums, OfAServerThatAcknowledgesDoNotConfirm) {
  const Buffer hello = hello_for("www.photo.example");
  Scene scene;
  Connection other(scene, {pc.address, 50007}, {web.address, 8443});
  for (int i = 0; i < 3; ++i) other.open(ten - 1s + i * 100ms);
  converse(scene, hello, false, true);
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(Checksums, ThatMostlyFailAreOffloadAndAreNotJudged) {
  const Buffer hello = hello_for("www.photo.example");
  Scene scene;
  converse(scene, hello, true, false);
  EXPECT_THAT(names(scene.all()), Contains("tls-sni www.photo.example acknowledged"));
  EXPECT_EQ(scene.tally("checksum"), 0U);
}

TEST(Checksums, OfPacketsWithPayloadAloneMayBeOffloadToo) {
  Scene scene;
  for (int i = 0; i < 40; ++i) scene.show(ten - 1s, segment(true, TcpFlag::ack, 99, 1, {}));
  const Buffer request = spoilt(segment(true, TcpFlag::ack, 500, 1, Buffer(20, 0x2a)), tcp_checksum_at);
  for (int i = 0; i < 7; ++i) scene.show(ten - 1s, request);
  EXPECT_EQ(scene.tally("checksum"), 7U);
  for (int i = 0; i < 5; ++i) scene.show(ten - 1s, request);
  EXPECT_EQ(scene.tally("checksum"), 7U);
  scene.show(ten, spoilt(segment(true, TcpFlag::ack, 99, 1, {}), tcp_checksum_at));
  EXPECT_EQ(scene.tally("checksum"), 8U);  // its empty ones hold
}

TEST(Checksums, OnPortsOfIdentityAreJudgedOnce) {
  for (const bool tcp : {false, true}) {
    Scene scene;
    const net::Endpoint kdc{web.address, 88};
    const auto frame = [&](bool spoil) {
      Buffer out = tcp ? support::tcp_frame(desk, pc, kdc, {}, Buffer(40, 1))
                       : support::udp_frame(desk, pc, kdc, Buffer(40, 1));
      return spoil ? spoilt(std::move(out), tcp ? tcp_checksum_at : udp_checksum_at) : out;
    };
    // Settled at eight; judged twice it would be so after four, and the fifth that fails would be offload.
    for (int i = 0; i < 4; ++i) scene.show(ten, frame(false));
    for (int i = 0; i < 4; ++i) scene.show(ten, frame(true));
    EXPECT_EQ(scene.tally("checksum"), 4U);
    scene.show(ten, frame(true));
    EXPECT_EQ(scene.tally("checksum"), 4U) << "five of nine fail";
  }
}

TEST(Checksums, WithoutMacAddressesAreJudgedForEachAddress) {
  const auto raw = [](const Buffer& frame) { return Buffer(frame.begin() + 14, frame.end()); };
  const Buffer ours = raw(spoilt(segment(true, TcpFlag::ack, 99, 1, Buffer(9, 1)), tcp_checksum_at));
  const Buffer theirs = raw(segment(false, TcpFlag::ack, 99, 1, Buffer(9, 1)));
  Observer observer(council(), {"tap0"});
  net::Frame frame;
  frame.link = net::LinkType::raw;
  frame.at = ten;
  for (int i = 0; i < 30; ++i) {
    frame.bytes = i % 3 == 0 ? ours : theirs;
    frame.wire_length = static_cast<std::uint32_t>(frame.bytes.size());
    observer.see(frame);
  }
  for (const Tally& tally : observer.tallies()) EXPECT_NE(tally.name, "checksum");
}

TEST(Checksums, AreJudgedForEachSenderAndTapByItself) {
  const Buffer hello = hello_for("www.photo.example");
  const Buffer bad = spoilt(segment(true, TcpFlag::syn, 99, 0, {}), tcp_checksum_at);
  Scene scene;
  for (int i = 0; i < 9; ++i) scene.show(ten - 1s, bad, 0, 1);  // another tap sees them before the card
  EXPECT_EQ(scene.tally("checksum"), 0U);
  for (int i = 0; i < 3; ++i) scene.show(ten - 1s, segment(true, TcpFlag::syn, 99, 0, {}), 0, 0);
  scene.show(ten, bad, 0, 0);
  EXPECT_EQ(scene.tally("checksum"), 1U);
}

TEST(Checksums, OfSendersThatLoseTheirPlaceToMadeUpOnesAreJudgedAnewWhichIsCounted) {
  Scene scene;
  const auto from = [](std::uint64_t number) {
    support::Link link = desk;
    std::array<std::uint8_t, 6> mac{0x02};
    for (std::size_t i = 0; i < 5; ++i) mac[5 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    link.from = net::MacAddress(mac);
    support::TcpFields syn;
    syn.flags = TcpFlag::syn;
    return support::tcp_frame(link, pc, web, syn, {});
  };
  for (int packet = 0; packet < 8; ++packet) scene.show(ten, from(1));
  for (std::uint64_t other = 2; other < 2000; ++other) scene.show(ten, from(other));
  EXPECT_LE(scene.tally("evicted-sender"), 1U) << "who is not known well has nothing to lose";
  for (std::uint64_t other = 2000; other < 100000; ++other) scene.show(ten, from(other));
  EXPECT_EQ(scene.tally("evicted-sender"), 1U);
}

TEST(Checksums, OfAForgedDnsAnswerLeaveItClaimed) {
  Scene scene;
  const auto answer =
      support::dns_response(7, "www.photo.example", support::DnsType::a, support::DnsCode::no_error,
                            {support::address_record("www.photo.example", ip("192.0.2.9"), 30s)});
  const Buffer query =
      support::udp_frame(desk, pc, resolver, support::dns_query(7, "www.photo.example", support::DnsType::a));
  const Buffer good = support::udp_frame(support::reversed(desk), resolver, pc, answer);
  scene.show(ten, query);
  scene.show(ten, good);
  scene.show(ten, good);
  scene.show(ten, spoilt(good, udp_checksum_at));
  const auto answers = only<model::Answer>(scene.all());
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(answers[1].confirmation, model::Confirmation::acknowledged);
  EXPECT_EQ(answers[2].confirmation, model::Confirmation::claimed);
}

TEST(Checksums, ThatCannotBeToldBecauseThePacketIsCutAreNotHeldAgainstIt) {
  const Buffer hello = hello_for("www.photo.example");
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  connection.up(ten + 20ms, 0, hello);
  connection.down(ten + 30ms, 0, {}, static_cast<std::uint32_t>(hello.size()));
  connection.down_snapped(ten + 40ms, 0, Buffer(1400, 23), 10);
  EXPECT_EQ(scene.tally("checksum"), 0U);
  EXPECT_THAT(names(scene.all()), Contains("tls-sni www.photo.example acknowledged"));
}

}  // namespace
}  // namespace edgewatch::observe
