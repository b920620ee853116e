#include "edgewatch/wire/trace.hpp"

#include "scene.hpp"
#include "support/explained.hpp"
#include "support/identity.hpp"
#include "support/source_folder.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using support::number;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const net::IpAddress held = ip("10.20.0.7");
const net::IpAddress held6 = ip("2001:db8:20::7");
const net::Endpoint centre{ip("10.20.1.5"), 88};
const net::Endpoint asking{held, 50088};
const net::Endpoint access_server{ip("10.20.2.9"), 40000};
const net::Endpoint radius_server{ip("10.20.1.6"), 1813};
constexpr std::string_view secret = "s3cret-of-the-lab";

ObserverOptions with_radius() {
  ObserverOptions options = council();
  options.radius_clients = {{access_server.address, std::string(secret)}};
  return options;
}

/// A scene whose every frame is asked about.
class Told : public Scene {
 public:
  explicit Told(ObserverOptions options = council()) : Scene(std::move(options)) {
    observer().explain_into(&trace_);
  }
  /// Of the last frame: `42 240 dhcp BOOTREPLY, ...`.
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const wire::TraceLayer& layer : trace_.layers()) {
      const bool stream = layer.within == wire::TraceLayer::Within::stream;
      out.push_back(fmt::format("{}{} {} {} {}", stream ? "stream " : "", layer.offset, layer.length,
                                layer.layer, layer.meaning));
    }
    return out;
  }
  [[nodiscard]] const wire::Trace& trace() const { return trace_; }

 private:
  wire::Trace trace_;
};

support::DhcpFields lease() {
  support::DhcpFields fields;
  fields.mac = desk.from;
  fields.your_address = held;
  fields.options = {{53, {5}}, {51, number(3600, 4)}};
  return fields;
}
void from_dhcp_server(Told& scene, Bytes message) {
  scene.udp(ten, {ip("10.20.1.1"), 67}, {held, 68}, message);
}

TEST(Explain, LeaseIsToldFieldByFieldUpToItsSign) {
  Told scene;
  from_dhcp_server(scene, support::dhcp_message(lease()));
  const auto lines = scene.lines();
  EXPECT_THAT(lines,
              Contains("42 240 dhcp BOOTREPLY, xid 0x11223344, chaddr 02:00:5e:10:00:07, yiaddr 10.20.0.7"));
  EXPECT_THAT(lines, Contains("282 3 dhcp option 53 DHCP message type: 5 DHCPACK"));
  EXPECT_THAT(lines, Contains("285 6 dhcp option 51 IP address lease time: 3600 s"));
  EXPECT_THAT(
      lines,
      Contains(
          "42 0 identity accepted: DHCP lease, address 10.20.0.7, device 02:00:5e:10:00:07, for 3600 s"));
}

TEST(Explain, OptionThatRunsPastTheEndIsNamedWhereItStands) {
  Told scene;
  support::DhcpFields fields = lease();
  fields.options.push_back({61, bytes_of("1234567")});
  fields.end_mark = false;
  Buffer message = support::dhcp_message(fields);
  message.resize(message.size() - 3);
  from_dhcp_server(scene, message);
  EXPECT_THAT(scene.lines(), Contains("291 0 dhcp refused: dhcp-option: option 61 runs past the end"));
  EXPECT_EQ(scene.tally("dhcp-option"), 1U);
}

TEST(Explain, WhatDevicesAndPeopleCallThemselvesIsNotTold) {
  Told scene(with_radius());
  support::DhcpFields fields = lease();
  fields.options.push_back({12, bytes_of("desk-17")});
  from_dhcp_server(scene, support::dhcp_message(fields));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("option 12 host name, 7 bytes")));
  EXPECT_THAT(scene.lines(), Not(Contains(HasSubstr("desk-17"))));
  scene.udp(ten, access_server, radius_server,
            support::radius_accounting(4, 1, {{40, number(1, 4)}, {1, bytes_of("p17")}}, secret));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("attribute 1 User-Name, 3 bytes")));
  EXPECT_THAT(scene.lines(), Not(Contains(HasSubstr("p17"))));
  scene.udp(ten, asking, centre, support::kerberos_request(10));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("kerberos cname, 3 bytes")));
  EXPECT_THAT(scene.lines(), Not(Contains(HasSubstr("p17"))));
}

TEST(Explain, AccountingSaysWhichAuthenticatorDoesNotFitTheSecret) {
  Told scene(with_radius());
  const std::vector<support::Option> start{{40, number(1, 4)}, {8, support::bytes(held)}};
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 1, start, secret));
  EXPECT_THAT(scene.lines(), Contains("42 20 radius Accounting-Request, identifier 1, length 32"));
  EXPECT_THAT(scene.lines(), Contains("62 6 radius attribute 40 Acct-Status-Type: 1 Start"));
  EXPECT_THAT(scene.lines(), Contains("46 16 radius authentic: made by one who knows the secret"));
  EXPECT_THAT(scene.lines(),
              Contains(HasSubstr("identity accepted: RADIUS session start, address 10.20.0.7")));

  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 2, start, "another"));
  EXPECT_THAT(scene.lines(),
              Contains("46 0 radius not authentic: the Authenticator does not fit the secret"));

  Buffer forged = support::radius_accounting(4, 3, start, secret, support::Signature::message_authenticator);
  forged[1] = 9;  // the authenticators were made for another identifier
  scene.udp(ten, access_server, radius_server, forged);
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("not authentic: ")));

  scene.udp(ten, {ip("10.20.2.10"), 40000}, radius_server, support::radius_accounting(4, 4, start, secret));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("no access server of its sender's address is configured")));
}

TEST(Explain, TicketOverTcpIsToldWhereItsBytesStand) {
  Told scene;
  Connection connection(scene, asking, centre);
  connection.open(ten);
  const auto framed = [](const Buffer& message) {
    Buffer out = number(message.size(), 4);
    support::append(out, message);
    return out;
  };
  const Buffer request = framed(support::kerberos_request(10));
  const auto length = static_cast<std::uint32_t>(request.size());
  connection.up(ten + 20ms, 0, Bytes(request).first(30));
  EXPECT_THAT(scene.lines(), Contains("54 30 kerberos message incomplete: waiting for more"));
  connection.up(ten + 30ms, 30, Bytes(request).subspan(30));
  EXPECT_THAT(scene.lines(), Contains(fmt::format("stream 4 {} kerberos AS-REQ", length - 4)));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("identity no sign: kept until the server answers")));
  connection.down(ten + 40ms, 0, framed(support::kerberos_reply(11)), length);
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("58 ")));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("identity accepted: Kerberos ticket, address 10.20.0.7")));
  connection.down(ten + 50ms, 4 + static_cast<std::uint32_t>(support::kerberos_reply(11).size()),
                  framed(support::kerberos_error(25)), length);
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("kerberos error-code 25, KDC_ERR_PREAUTH_REQUIRED")));
}

TEST(Explain, NeighboursAreToldAndRefusedByTheRuleTheyBreak) {
  Told scene;
  scene.show(ten, support::arp_reply(desk, held, ip("10.20.0.1")));
  EXPECT_THAT(scene.lines(),
              Contains(HasSubstr("14 28 arp operation 2, reply: sender 02:00:5e:10:00:07 has 10.20.0.7")));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("identity accepted: ARP neighbour")));
  const Buffer message = support::neighbour_message(136, 0x60000000, held6, desk.from);
  scene.show(ten, support::icmpv6_frame(desk.from, desk.to, held6, ip("fe80::1"), message));
  EXPECT_THAT(scene.lines(),
              Contains("54 24 neighbour Neighbor Advertisement of 2001:db8:20::7, solicited, override"));
  EXPECT_THAT(scene.lines(),
              Contains("78 8 neighbour option 2 target link-layer address: 02:00:5e:10:00:07"));
  scene.show(ten, support::icmpv6_frame(desk.from, desk.to, held6, ip("fe80::1"), message, 254));
  EXPECT_THAT(scene.lines(),
              Contains(HasSubstr("neighbour refused: neighbour-message: hop limit 254 is not 255")));
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) support::append(out, part);
  return out;
}
Buffer initiation(std::size_t length) { return joined({{1, 0, 0, 0, 1, 2, 3, 4}, Buffer(length - 8, 0xa5)}); }

TEST(Explain, TunnelIsToldByItsMessagesAndByWhatTheyLack) {
  Told scene;
  const net::Endpoint gateway{ip("203.0.113.9"), 51820};
  scene.udp(ten, pc, gateway, initiation(147));
  EXPECT_THAT(scene.lines(), Contains("42 147 wireguard type 1, handshake initiation, 147 bytes"));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("opens no tunnel: an initiation has exactly 148 bytes")));
  scene.udp(ten, pc, gateway, initiation(148));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("it opens a tunnel")));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("bypass no sign: one side alone may be forged")));
  scene.udp(ten, gateway, pc, joined({{2, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, 5}, Buffer(80, 0x5a)}));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("50 0 wireguard answers no opening: its receiver index")));
  scene.udp(ten, gateway, pc, joined({{2, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, 4}, Buffer(80, 0x5a)}));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("bypass accepted: a tunnel")));
}

TEST(Explain, VersionsOfQuicThatCannotBeOpenedAreToldByTheirHeaders) {
  Told scene;
  const net::Endpoint server{ip("192.0.2.1"), 443};
  const Buffer ids{8, 1, 2, 3, 4, 5, 6, 7, 8, 0};
  scene.udp(ten, pc, server, joined({bytes_of("\xc0Q050"), ids, Buffer(1200, 7)}));
  EXPECT_THAT(scene.lines(),
              Contains(HasSubstr(
                  "quic long header, version 0x51303530, destination connection id 0102030405060708")));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("quic refused: quic-version")));
  scene.udp(ten, server, pc, joined({{0xca, 0, 0, 0, 0}, ids, {0, 0, 0, 1}, bytes_of("Q050")}));
  EXPECT_THAT(scene.lines(),
              Contains(HasSubstr("Version Negotiation, destination connection id 0102030405060708, source "
                                 "connection id empty, offers 0x00000001 0x51303530")));
  scene.udp(ten, server, pc, joined({{0xf0, 0, 0, 0, 1}, ids, Buffer(40, 3)}));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("quic Retry, version 0x00000001")));
}

TEST(Explain, HelloBehindAGreetingIsFollowedOverItsSegments) {
  Told scene;
  Connection connection(scene, pc, {ip("192.0.2.1"), 25});
  connection.open(ten);
  connection.up(ten + 20ms, 0, bytes_of("EHLO desk.example\r\n"));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("begins neither with TLS nor with an HTTP request")));
  const Buffer hello = hello_for("mail.photo.example");
  connection.up(ten + 40ms, 19, Bytes(hello).first(1000));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("hello incomplete: 1000 bytes of at least")));
  connection.up(ten + 50ms, 1019, Bytes(hello).subspan(1000));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("stream 19 5 tls record")));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("whole; server name mail.photo.example")));
}

TEST(Explain, WhoMayNotBeWatchedIsToldToBeSo) {
  ObserverOptions options = council();
  options.exclude = {network("10.20.99.0/24")};
  Told scene(options);
  scene.udp(ten, {ip("10.20.99.5"), 50000}, resolver, Buffer(20, 0));
  EXPECT_THAT(scene.lines(), Contains(HasSubstr("client 10.20.99.5 is excluded")));
}

// ---- What is told is what is done, of every seed of the parsers.

Buffer content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The inputs of a fuzz target's corpus, those of its pack among them.
std::vector<Buffer> seeds_of(std::string_view target) {
  std::vector<Buffer> out;
  for (const auto& entry :
       std::filesystem::directory_iterator(support::source_folder() / "tests/fuzz/corpus" / target)) {
    const Buffer content = content_of(entry.path());
    if (entry.path().extension() != ".pack") {
      out.push_back(content);
      continue;
    }
    for (ByteReader reader(content); reader.remaining() > 4;) {
      const Bytes one = reader.take(reader.u32());
      out.emplace_back(one.begin(), one.end());
    }
  }
  EXPECT_FALSE(out.empty()) << target;
  return out;
}

/// As a capture is looked at: whoever is in it may be watched.
ObserverOptions everybody() {
  ObserverOptions options = with_radius();
  options.inside = {};
  return options;
}

/// A told scene that compares with one that nobody asks.
class Compared {
 public:
  void udp(const net::Endpoint& from, const net::Endpoint& to, Bytes payload) {
    show(support::udp_frame(from.address == held ? desk : support::reversed(desk), from, to, payload));
  }
  void show(const Buffer& frame) {
    at_ += 10ms;
    const auto before = told_.observer().tallies();
    told_.show(at_, frame);
    silent_.show(at_, frame);
    const auto said = told_.events();
    const auto after = told_.observer().tallies();
    EXPECT_THAT(support::disagreements({told_.trace().layers(), said, before, after}), IsEmpty())
        << testing::PrintToString(told_.lines());
    const auto same = silent_.events();
    ASSERT_EQ(said.size(), same.size()) << "asking changes nothing";
    for (std::size_t i = 0; i < said.size(); ++i) EXPECT_EQ(text(said[i]), text(same[i]));
    for (const auto& event : said) signs_ += std::holds_alternative<model::IdentitySign>(event) ? 1 : 0;
  }
  /// The same bytes as the client's side of a connection, in two segments, and once more.
  void tcp(std::uint16_t port, Bytes stream) {
    const net::Endpoint from{held, ++port_};
    const net::Endpoint to{ip("10.20.1.5"), port};
    const auto segment = [&](std::uint8_t flags, std::uint32_t sequence, Bytes payload) {
      support::TcpFields fields;
      fields.flags = flags;
      fields.sequence = sequence;
      show(support::tcp_frame(desk, from, to, fields, payload));
    };
    segment(TcpFlag::syn, 99, {});
    const auto half = static_cast<std::uint32_t>(stream.size() / 2);
    segment(TcpFlag::ack, 100, stream.first(half));
    segment(TcpFlag::ack, 100 + half, stream.subspan(half));
    segment(TcpFlag::ack, 100, stream.first(half));
  }
  /// A port of the client's own that no seed before had.
  std::uint16_t port() { return ++port_; }
  [[nodiscard]] std::size_t signs() const { return signs_; }

 private:
  Timestamp at_ = ten;
  std::uint16_t port_ = 20000;
  Told told_{everybody()};
  Scene silent_{everybody()};
  std::size_t signs_ = 0;
};

constexpr std::size_t most_payload = 1400;
Bytes payload_of(const Buffer& seed) { return Bytes(seed).first(std::min(seed.size(), most_payload)); }

TEST(Explain, ComparisonSeesWhatIsToldAndNotDoneAndWhatIsDoneAndNotTold) {
  const std::vector<Tally> none;
  const std::vector<Tally> one{{"dhcp-option", 1}};
  const std::vector<model::Event> sign{model::IdentitySign{}};
  const auto line = [](std::string_view layer, std::string_view meaning) {
    wire::TraceLayer out;
    out.layer = layer;
    out.meaning = meaning;
    return std::vector{out};
  };
  const auto accepted = line("identity", "accepted: a lease");
  const auto refused = line("dhcp", "refused: dhcp-option: option 61 runs past the end");
  EXPECT_THAT(support::disagreements({accepted, sign, none, none}), IsEmpty());
  EXPECT_THAT(support::disagreements({refused, {}, none, one}), IsEmpty());
  EXPECT_THAT(support::disagreements({accepted, {}, none, none}), Contains("signs of identity"));
  EXPECT_THAT(support::disagreements({{}, sign, none, none}), Contains("signs of identity"));
  EXPECT_THAT(support::disagreements({refused, {}, none, none}),
              Contains("told and not counted: dhcp-option"));
  EXPECT_THAT(support::disagreements({{}, {}, none, one}), Contains("counted and not told: dhcp-option"));
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfDhcp) {
  Compared scene;
  for (const Buffer& seed : seeds_of("dhcp")) {
    scene.udp({ip("10.20.1.1"), 67}, {held, 68}, payload_of(seed));
    scene.udp({held, 68}, {ip("10.20.1.1"), 67}, payload_of(seed));
    scene.udp({ip("fe80::1"), 547}, {ip("fe80::7"), 546}, payload_of(seed));
    scene.udp({ip("fe80::7"), 546}, {ip("ff02::1:2"), 547}, payload_of(seed));
  }
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfRadius) {
  Compared scene;
  for (const Buffer& seed : seeds_of("radius")) {
    scene.udp(access_server, radius_server, payload_of(seed));
    scene.udp(radius_server, access_server, payload_of(seed));
  }
  EXPECT_GT(scene.signs(), 0U);
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfKerberos) {
  Compared scene;
  for (const Buffer& seed : seeds_of("kerberos")) {
    const net::Endpoint client{held, scene.port()};
    scene.udp(client, centre, payload_of(seed));
    scene.udp(centre, client, payload_of(seed));
    scene.udp(client, centre, support::kerberos_request(10));
    scene.udp(centre, client, support::kerberos_reply(11));
    scene.tcp(88, payload_of(seed));
  }
  EXPECT_GT(scene.signs(), 0U);
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfNeighbours) {
  Compared scene;
  for (const Buffer& seed : seeds_of("neighbour")) {
    const Bytes bytes = payload_of(seed);
    for (const std::size_t skipped : std::to_array<std::size_t>({0, 1, 2})) {
      const Bytes rest = bytes.subspan(std::min(skipped, bytes.size()));
      scene.show(support::ethernet_frame(desk, 0x0806, rest));
      if (rest.size() >= 4)
        scene.show(
            support::icmpv6_frame(desk.from, desk.to, held6, ip("fe80::1"), {rest.begin(), rest.end()}));
    }
  }
  EXPECT_GT(scene.signs(), 0U);
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfTunnels) {
  Compared scene;
  for (const Buffer& seed : seeds_of("vpn")) {
    const Bytes bytes = payload_of(seed).subspan(std::min<std::size_t>(2, seed.size()));
    for (const std::uint16_t port : std::to_array<std::uint16_t>({500, 1194, 4500, 51820})) {
      const net::Endpoint client{held, scene.port()};
      const net::Endpoint server{ip("203.0.113.9"), port};
      scene.udp(client, server, initiation(148));
      scene.udp(client, server, bytes);
      scene.udp(server, client, bytes);
    }
    scene.tcp(1194, bytes);
  }
}

TEST(Explain, AgreesWithWhatIsDoneOfEverySeedOfNames) {
  Compared scene;
  const auto both_ways = [&scene](std::uint16_t port, Bytes bytes) {
    const net::Endpoint client{held, scene.port()};
    const net::Endpoint server{ip("203.0.113.9"), port};
    scene.udp(client, server, bytes);
    scene.udp(server, client, bytes);
  };
  for (const Buffer& seed : seeds_of("dns")) {
    both_ways(53, payload_of(seed));
    scene.tcp(53, payload_of(seed));
  }
  for (const Buffer& seed : seeds_of("quic")) both_ways(443, payload_of(seed));
  for (const Buffer& seed : seeds_of("tls_prefix")) scene.tcp(443, payload_of(seed));
  for (const Buffer& seed : seeds_of("http")) scene.tcp(80, payload_of(seed));
}

}  // namespace
}  // namespace edgewatch::observe
