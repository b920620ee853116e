#include "scene.hpp"
#include "support/dns.hpp"
#include "support/http.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t mss = 1460;

TEST(TlsName, IsClaimedWhenTheHelloIsWholeAndAcknowledgedWhenTheServerHasHadIt) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  const Buffer hello = hello_for("WWW.Photo.example");
  ASSERT_GT(hello.size(), mss) << "a current hello needs two segments";
  connection.up(ten + 20ms, 0, Bytes(hello).first(mss));
  connection.down(ten + 30ms, 0, {}, mss);
  EXPECT_THAT(names(scene.events()), IsEmpty());
  connection.up(ten + 40ms, mss, Bytes(hello).subspan(mss));
  EXPECT_THAT(names(scene.events()), ElementsAre("tls-sni www.photo.example claimed"));
  connection.down(ten + 50ms, 0, {}, mss);
  EXPECT_THAT(names(scene.events()), IsEmpty()) << "the server has not had the end of the hello yet";
  connection.down(ten + 60ms, 0, {}, static_cast<std::uint32_t>(hello.size()));
  const auto events = scene.events();
  EXPECT_THAT(names(events), ElementsAre("tls-sni www.photo.example acknowledged"));
  const auto sighting = only<model::Sighting>(events).front();
  EXPECT_EQ(sighting.at, ten + 60ms);
  EXPECT_EQ(sighting.client.address, pc.address);
  EXPECT_EQ(sighting.client.mac, desk.from);
  EXPECT_EQ(sighting.server, web);
  EXPECT_EQ(sighting.bytes_up, hello.size());
  EXPECT_NE(sighting.flow, 0U);
}

TEST(TlsName, IsBelievedWhereTheConnectionWasResetAtTheByteThatTheServerWouldSendNext) {
  for (const std::uint32_t off : {0U, 1U, 4096U}) {
    Scene scene;
    Connection connection(scene, pc, web);
    connection.open(ten);
    connection.up(ten + 20ms, 0, hello_for("www.photo.example"));
    EXPECT_THAT(names(scene.events()), ElementsAre("tls-sni www.photo.example claimed"));
    // As a host or a gateway refuses it: no acknowledgement in it.
    connection.from_server(ten + 30ms, TcpFlag::rst, connection.isn_server + off, 0, {});
    const bool believed = off == 0;
    EXPECT_EQ(names(scene.events()).size(), believed ? 1U : 0U) << off;
  }
}

TEST(TlsName, IsFoundWhateverTheOrderOfTheSegmentsAndHoweverOftenTheyCome) {
  const Buffer hello = hello_for("www.photo.example");
  const std::vector<std::size_t> cuts{0, 5, 300, 700, 1500, hello.size()};
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    Scene scene;
    Connection connection(scene, pc, web);
    connection.open(ten);
    for (const std::size_t i : order) {
      const Bytes piece = Bytes(hello).subspan(cuts[i], cuts[i + 1] - cuts[i]);
      connection.up(ten + 20ms, static_cast<std::uint32_t>(cuts[i]), piece);
      connection.up(ten + 20ms, static_cast<std::uint32_t>(cuts[i]), piece);
    }
    ASSERT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(TlsName, IsFoundByteByByteAndWithoutTheSyn) {
  const Buffer hello = hello_for("www.photo.example");
  Scene scene;
  Connection connection(scene, pc, web);
  for (std::uint32_t i = 0; i < hello.size(); ++i) connection.up(ten, i, Bytes(hello).subspan(i, 1));
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(TlsName, IsFoundOnAnyPort) {
  Scene scene;
  Connection connection(scene, pc, {web.address, 8443});
  connection.open(ten);
  connection.up(ten + 20ms, 0, hello_for("www.photo.example"));
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(TlsName, OfSegmentsThatDisagreeNothingIsConfirmedAndBothNamesAreThereToBeSeen) {
  const Buffer hello = hello_for("www.photo.example");
  Buffer other = hello_for("www.decoy.example", 2);
  other.resize(hello.size());
  const auto length = static_cast<std::uint32_t>(hello.size());
  for (const std::size_t decoy : {std::size_t{1000}, hello.size()}) {
    Scene scene;
    Connection connection(scene, pc, web);
    connection.open(ten);
    connection.up(ten + 20ms, 0, Bytes(hello).first(1000));
    connection.up(ten + 21ms, 0, Bytes(other).first(decoy));
    connection.up(ten + 22ms, 1000, Bytes(hello).subspan(1000));
    connection.down(ten + 40ms, 0, Buffer(3000, 22), length);
    connection.up(ten + 60ms, length, Buffer(900, 23));
    connection.down(ten + 2s, 3000, Buffer(9000, 23), length + 900);
    std::vector<std::string> both{"tls-sni www.photo.example claimed"};
    if (decoy == hello.size()) both.emplace_back("tls-sni www.decoy.example claimed");
    EXPECT_THAT(names(scene.all()), testing::UnorderedElementsAreArray(both));
    EXPECT_EQ(scene.tally("stream-overlap"), 1U);
  }
}

TEST(TlsName, DecoyBeforeOrBehindTheTrueHelloIsNeverConfirmed) {
  const Buffer hello = hello_for("www.photo.example");
  Buffer decoy = hello_for("www.decoy.example", 2);
  decoy.resize(hello.size());
  for (const bool behind : {false, true}) {
    Scene scene;
    Connection connection(scene, pc, web);
    connection.open(ten);
    connection.up(ten + 20ms, 0, behind ? hello : decoy);
    connection.up(ten + 21ms, 0, behind ? decoy : hello);
    connection.down(ten + 40ms, 0, Buffer(3000, 22), static_cast<std::uint32_t>(hello.size()));
    connection.up(ten + 60ms, static_cast<std::uint32_t>(hello.size()), Buffer(900, 23));
    connection.down(ten + 2s, 3000, Buffer(9000, 23), static_cast<std::uint32_t>(hello.size() + 900));
    EXPECT_THAT(names(scene.all()), testing::UnorderedElementsAre("tls-sni www.photo.example claimed",
                                                                  "tls-sni www.decoy.example claimed"));
    EXPECT_EQ(scene.tally("stream-overlap"), 1U);
    EXPECT_EQ(scene.tally("unacknowledged-name"), 1U);
  }
}

TEST(TlsName, HelloThatComesAgainIsNoDecoyAndBytesAfterTheAcknowledgementChangeNothing) {
  const Buffer hello = hello_for("www.photo.example");
  const auto length = static_cast<std::uint32_t>(hello.size());
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  connection.up(ten + 20ms, 0, hello);
  connection.up(ten + 21ms, 700, Bytes(hello).subspan(700));
  connection.down(ten + 40ms, 0, Buffer(3000, 22), length);
  connection.up(ten + 50ms, 0, Buffer(500, 0x17));
  EXPECT_THAT(names(scene.all()),
              ElementsAre("tls-sni www.photo.example claimed", "tls-sni www.photo.example acknowledged"));
  EXPECT_EQ(scene.tally("stream-overlap"), 0U);
}

TEST(TlsName, HelloWithoutOneIsSaidOnceTheServerHasHadIt) {
  support::Random random(1);
  support::HelloOptions options;
  options.server_name.clear();
  const Buffer hello = support::tls_records(22, support::client_hello(options, random), 0x0301);
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  connection.up(ten + 20ms, 0, hello);
  EXPECT_THAT(names(scene.events()), IsEmpty());
  connection.down(ten + 40ms, 0, Buffer(3000, 22), static_cast<std::uint32_t>(hello.size()));
  EXPECT_THAT(names(scene.all()), ElementsAre("none . acknowledged"));
}

TEST(TlsName, FlowWhoseHelloWasNeverSeenIsSaidToHaveNoneWhenBothSidesHaveSpoken) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.up(ten, 0, Buffer(300, 0x17));
  scene.show(ten + 5s, Buffer(10, 0));
  EXPECT_THAT(names(scene.events()), IsEmpty());
  connection.down(ten + 6s, 0, Buffer(300, 0x17), 300);
  EXPECT_THAT(names(scene.events()), IsEmpty()) << "what came first may still come";
  connection.up(ten + 27s, 300, Buffer(300, 0x17));
  connection.up(ten + 28s, 600, Buffer(300, 0x17));
  EXPECT_THAT(names(scene.all()), ElementsAre("none . acknowledged"));
}

TEST(HttpName, DecoyIsNeverConfirmed) {
  const Buffer request = bytes_of("GET / HTTP/1.1\r\nHost: www.photo.example\r\n\r\n");
  const Buffer decoy = bytes_of("GET / HTTP/1.1\r\nHost: www.decoy.example\r\n\r\n");
  Scene scene;
  Connection connection(scene, pc, plain_web);
  connection.open(ten);
  connection.up(ten + 20ms, 0, decoy);
  connection.up(ten + 21ms, 0, request);
  connection.down(ten + 40ms, 0, Buffer(500, 'x'), static_cast<std::uint32_t>(request.size()));
  EXPECT_THAT(names(scene.all()),
              ElementsAre("http-host www.decoy.example claimed", "http-host www.photo.example claimed"));
  EXPECT_EQ(scene.tally("stream-overlap"), 1U);
}

TEST(TlsName, IsFoundAfterStartTls) {
  Scene scene;
  Connection connection(scene, pc, {web.address, 25});
  connection.open(ten);
  connection.down(ten + 20ms, 0, bytes_of("220 mail.example\r\n"), 0);
  connection.up(ten + 30ms, 0, bytes_of("EHLO pc\r\n"));
  connection.up(ten + 40ms, 9, bytes_of("STARTTLS\r\n"));
  connection.up(ten + 60ms, 19, hello_for("mail.example"));
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni mail.example claimed"));
}

TEST(TlsName, IsFoundAfterStartTlsInSegmentsOfAnyOrder) {
  const Buffer hello = hello_for("mail.example");
  const std::vector<std::size_t> cuts{0, 200, 600, 1500, hello.size()};
  std::vector<std::size_t> order{0, 1, 2, 3};
  do {
    Scene scene;
    Connection connection(scene, pc, {web.address, 25});
    connection.open(ten);
    connection.up(ten + 30ms, 0, bytes_of("EHLO pc\r\n"));
    connection.up(ten + 40ms, 9, bytes_of("STARTTLS\r\n"));
    for (const std::size_t i : order) {
      connection.up(ten + 60ms, static_cast<std::uint32_t>(19 + cuts[i]),
                    Bytes(hello).subspan(cuts[i], cuts[i + 1] - cuts[i]));
    }
    ASSERT_THAT(names(scene.all()), ElementsAre("tls-sni mail.example claimed"));
  } while (std::next_permutation(order.begin(), order.end()));
}

/// A gap that is never filled holds up nothing.
TEST(HttpName, OfALaterRequestIsFoundBehindALostSegment) {
  Scene scene;
  Connection connection(scene, pc, plain_web);
  connection.open(ten);
  const Buffer first =
      bytes_of("POST / HTTP/1.1\r\nHost: www.photo.example\r\nContent-Length: 5000\r\n\r\nabc");
  connection.up(ten + 20ms, 0, first);
  const auto body = static_cast<std::uint32_t>(first.size());
  connection.up(ten + 30ms, body + 1460, Buffer(1000, 'x'));
  connection.up(ten + 40ms, body + 2460, Buffer(1000, 'x'));
  connection.up(ten + 50ms, body + 4997, bytes_of("GET / HTTP/1.1\r\nHost: www.video.example\r\n\r\n"));
  EXPECT_THAT(names(scene.all()),
              ElementsAre("http-host www.photo.example claimed", "http-host www.video.example claimed"));
}

TEST(TlsName, IsFoundBehindTheHeaderOfALoadBalancer) {
  const Buffer header = bytes_of("PROXY TCP4 198.51.100.7 192.0.2.1 50000 443\r\n");
  for (const bool together : {true, false}) {
    Scene scene;
    Connection connection(scene, pc, web);
    connection.open(ten);
    Buffer first = header;
    if (together) support::append(first, hello_for("www.photo.example"));
    connection.up(ten + 20ms, 0, first);
    if (!together) {
      connection.up(ten + 30ms, static_cast<std::uint32_t>(header.size()), hello_for("www.photo.example"));
    }
    EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
  }
}

TEST(HttpName, TunnelThroughAProxyIsNamedByWhatGoesThroughIt) {
  const Buffer ask = bytes_of("CONNECT www.photo.example:443 HTTP/1.0\r\n\r\n");
  const auto length = static_cast<std::uint32_t>(ask.size());
  const auto through = [&](const Buffer& inner) {
    Scene scene;
    Connection connection(scene, pc, plain_web);
    connection.open(ten);
    connection.up(ten + 20ms, 0, ask);
    connection.down(ten + 30ms, 0, bytes_of("HTTP/1.0 200 OK\r\n\r\n"), length);
    connection.up(ten + 40ms, length, inner);
    return names(scene.all());
  };
  EXPECT_THAT(through(hello_for("photo.example")), ElementsAre("tls-sni photo.example claimed"));
  EXPECT_THAT(through(bytes_of("SSH-2.0-x\r\n")),
              ElementsAre("http-host www.photo.example claimed", "http-host www.photo.example acknowledged"));
}

TEST(TlsName, PaddingOfABareAcknowledgementIsNoBeginning) {
  Scene scene;
  Connection connection(scene, pc, web);
  connection.open(ten);
  connection.up(ten + 20ms, 0, Buffer(2, 0));
  connection.up(ten + 30ms, 0, hello_for("www.photo.example"));
  EXPECT_THAT(names(scene.all()), ElementsAre("tls-sni www.photo.example claimed"));
}

TEST(TlsName, SecondConnectionOfTheSamePortsIsAnotherFlow) {
  Scene scene;
  Connection first(scene, pc, web);
  first.open(ten);
  first.up(ten + 20ms, 0, hello_for("www.photo.example"));
  Connection second(scene, pc, web);
  second.isn_client = 900000;
  second.open(ten + 5s);
  second.up(ten + 5s + 20ms, 0, hello_for("www.other.example"));
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 2U);
  EXPECT_NE(sightings[0].flow, sightings[1].flow);
}

TEST(HttpName, EachHostOfAKeptConnectionIsSaidOnce) {
  Scene scene;
  Connection connection(scene, pc, plain_web);
  connection.open(ten);
  std::uint32_t place = 0;
  for (const char* host : {"www.news.example", "www.news.example", "cdn.news.example"}) {
    const Buffer request = support::http_request(host, "/");
    connection.up(ten + 20ms, place, request);
    place += static_cast<std::uint32_t>(request.size());
  }
  EXPECT_THAT(names(scene.all()),
              ElementsAre("http-host www.news.example claimed", "http-host cdn.news.example claimed"));
}

TEST(HttpName, PipelinedHeadsCutAnywhereAreAllRead) {
  ByteWriter stream;
  for (const char* host : {"a.example", "b.example", "c.example"})
    stream.text("GET / HTTP/1.1\r\nHost: ").text(host).text("\r\n\r\n");
  const Bytes all = stream.view();
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    Scene scene;
    Connection connection(scene, pc, plain_web);
    connection.open(ten);
    connection.up(ten + 20ms, 0, all.first(cut));
    connection.up(ten + 21ms, static_cast<std::uint32_t>(cut), all.subspan(cut));
    ASSERT_THAT(names(scene.all()), ElementsAre("http-host a.example claimed", "http-host b.example claimed",
                                                "http-host c.example claimed"))
        << cut;
  }
}

TEST(HttpName, RequestWithABodyIsBelievedWhenTheBodyBeginsOrTheServerTakesNotice) {
  const Buffer head = bytes_of("POST /form HTTP/1.1\r\nHost: www.news.example\r\nContent-Length: 5\r\n\r\n");
  const auto length = static_cast<std::uint32_t>(head.size());
  Scene alone;
  Connection half(alone, pc, plain_web);
  half.open(ten);
  half.up(ten + 20ms, 0, head);
  EXPECT_THAT(names(alone.all()), IsEmpty());
  Scene with_body;
  Connection whole(with_body, pc, plain_web);
  whole.open(ten);
  whole.up(ten + 20ms, 0, head);
  whole.up(ten + 21ms, length, bytes_of("a=b&c"));
  EXPECT_THAT(names(with_body.all()), ElementsAre("http-host www.news.example claimed"));
  Scene answered;
  Connection taken(answered, pc, plain_web);
  taken.open(ten);
  taken.up(ten + 20ms, 0, head);
  taken.down(ten + 30ms, 0, {}, length);
  EXPECT_THAT(names(answered.all()),
              ElementsAre("http-host www.news.example claimed", "http-host www.news.example acknowledged"));
}

TEST(Clients, OutsideAndExcludedOnesGiveNothingAndAreCounted) {
  ObserverOptions options = council();
  options.exclude = {network("10.20.99.0/24")};
  Scene scene(options);
  Connection guest(scene, {ip("10.20.99.5"), 50000}, web);
  guest.open(ten);
  guest.up(ten + 20ms, 0, hello_for("www.photo.example"));
  Connection stranger(scene, {ip("203.0.113.9"), 50000}, {pc.address, 443});
  stranger.open(ten);
  stranger.up(ten + 20ms, 0, hello_for("intranet.council.example"));
  const auto events = scene.all();
  EXPECT_THAT(names(events), IsEmpty());
  EXPECT_THAT(only<model::FlowSecond>(events), IsEmpty());
  EXPECT_EQ(scene.tally("excluded-frame"), 4U);
  EXPECT_EQ(scene.tally("outside-frame"), 4U);
}

/// A frame in VXLAN, from one tunnel's end to another.
Buffer tunnelled(const net::IpAddress& near_end, const net::IpAddress& far_end, const Buffer& frame) {
  const Buffer inside = ByteWriter().u32(0x08000000).u32(42U << 8U).bytes(frame).take();
  return support::udp_frame(desk, {near_end, 50001}, {far_end, 4789}, inside);
}

TEST(Clients, TunnelOfWhoeverIsNotKnownToHaveOneSpeaksForNobody) {
  const Buffer question =
      support::udp_frame(desk, pc, resolver, support::dns_query(7, "www.photo.example", support::DnsType::a));
  const Buffer arp = support::arp_reply(desk, pc.address, ip("10.20.0.1"));
  ObserverOptions options = council();
  options.tunnel_ends = {network("10.20.0.2/32")};
  Scene scene(options);
  for (const char* end : {"192.0.2.1", "10.20.0.66"}) {  // of a stranger, and of a colleague
    scene.show(ten, tunnelled(ip(end), ip("10.20.0.1"), question));
    scene.show(ten, tunnelled(ip(end), ip("10.20.0.1"), arp));
  }
  EXPECT_THAT(names(scene.events()), IsEmpty());
  EXPECT_EQ(scene.tally("tunnel-end"), 4U);
  scene.show(ten, tunnelled(ip("10.20.0.2"), ip("10.20.0.1"), question));
  EXPECT_THAT(names(scene.events()), ElementsAre("dns-q www.photo.example claimed"));
  EXPECT_EQ(scene.tally("tunnel-end"), 4U);
}

TEST(Clients, WithoutInsideWhoeverOpensIsTheClient) {
  Scene scene(ObserverOptions{});
  Connection connection(scene, {ip("203.0.113.9"), 50000}, {pc.address, 443});
  connection.open(ten);
  connection.up(ten + 20ms, 0, hello_for("www.photo.example"));
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 1U);
  EXPECT_EQ(sightings[0].client.address, ip("203.0.113.9"));
}

}  // namespace
}  // namespace edgewatch::observe
