#include "support/identity.hpp"

#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using support::KerberosFields;
using support::number;
using support::Option;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = model::IdentitySign::Kind;
using Source = model::IdentitySign::Source;

const net::MacAddress device = desk.from;
const net::MacAddress router = desk.to;
const net::IpAddress held = ip("10.20.0.7");
const net::IpAddress held6 = ip("2001:db8:20::7");
const net::Endpoint centre{ip("10.20.1.5"), 88};
const net::Endpoint asking{held, 50088};
const net::Endpoint access_server{ip("10.20.2.9"), 40000};
const net::Endpoint radius_server{ip("10.20.1.6"), 1813};
constexpr std::string_view secret = "s3cret-of-the-lab";

std::vector<model::IdentitySign> signs(Scene& scene) { return only<model::IdentitySign>(scene.events()); }
/// `ticket p17@COUNCIL.EXAMPLE`
std::vector<std::string> tickets(Scene& scene) {
  std::vector<std::string> out;
  for (const auto& sign : signs(scene))
    out.push_back((sign.kind == Kind::ticket ? "ticket " : "refresh ") + sign.account);
  return out;
}

support::DhcpFields dhcp(bool reply, std::uint8_t type) {
  support::DhcpFields fields;
  fields.reply = reply;
  fields.mac = device;
  fields.options = {{53, {type}}};
  return fields;
}
void from_dhcp_server(Scene& scene, Timestamp at, const support::DhcpFields& fields) {
  scene.udp(at, {ip("10.20.1.1"), 67}, {ip("10.20.0.7"), 68}, support::dhcp_message(fields));
}
void from_dhcp_client(Scene& scene, Timestamp at, const support::DhcpFields& fields) {
  scene.udp(at, {ip("0.0.0.0"), 68}, {ip("255.255.255.255"), 67}, support::dhcp_message(fields));
}

TEST(Identity, LeaseBindsAnAddressToADeviceThatNamedItself) {
  Scene scene;
  support::DhcpFields request = dhcp(false, 3);
  request.options.push_back({50, support::bytes(held)});
  request.options.push_back({12, bytes_of("desk-17")});
  from_dhcp_client(scene, ten, request);
  support::DhcpFields ack = dhcp(true, 5);
  ack.your_address = held;
  ack.options.push_back({51, number(3600, 4)});
  from_dhcp_server(scene, ten + 1s, ack);
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].at, ten + 1s);
  EXPECT_EQ(all[0].source, Source::dhcp);
  EXPECT_EQ(all[0].kind, Kind::lease);
  EXPECT_EQ(all[0].address, held);
  EXPECT_EQ(all[0].mac, device);
  EXPECT_EQ(all[0].lifetime, 3600s);
  EXPECT_EQ(all[0].host_name, "desk-17");
  EXPECT_FALSE(all[0].authentic);
}

TEST(Identity, OffersRequestsAndRefusalsOfDhcpBindNothing) {
  Scene scene;
  for (const std::uint8_t type : Buffer{1, 3, 8}) from_dhcp_client(scene, ten, dhcp(false, type));
  support::DhcpFields offer = dhcp(true, 2);
  offer.your_address = held;
  from_dhcp_server(scene, ten, offer);
  from_dhcp_server(scene, ten, dhcp(true, 6));
  EXPECT_THAT(signs(scene), IsEmpty());
}

TEST(Identity, ReleaseAndDeclineEndABinding) {
  Scene scene;
  support::DhcpFields release = dhcp(false, 7);
  release.client_address = held;
  from_dhcp_client(scene, ten, release);
  support::DhcpFields decline = dhcp(false, 4);
  decline.options.push_back({50, support::bytes(ip("10.20.0.8"))});
  from_dhcp_client(scene, ten, decline);
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].kind, Kind::release);
  EXPECT_EQ(all[0].address, held);
  EXPECT_EQ(all[1].kind, Kind::release);
  EXPECT_EQ(all[1].address, ip("10.20.0.8"));
}

TEST(Identity, AnswerToAnInformIsTheDevicesOwnWord) {
  Scene scene;
  support::DhcpFields ack = dhcp(true, 5);
  ack.client_address = held;
  from_dhcp_server(scene, ten, ack);
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, Kind::neighbour);
  EXPECT_EQ(all[0].address, held);
  EXPECT_FALSE(all[0].lifetime.has_value());
}

TEST(Identity, DhcpReplyOfIpv6BindsToTheDeviceOnTheLink) {
  Scene scene;
  const auto other = *net::MacAddress::parse("02:00:5e:10:00:99");
  const auto reply =
      support::dhcpv6_message(7, {{1, support::duid_of(other)}, support::dhcpv6_association(held6, 7200)});
  scene.show(ten,
             support::udp_frame(support::reversed(desk), {ip("fe80::1"), 547}, {ip("fe80::7"), 546}, reply));
  const auto relayed = support::dhcpv6_relay(13, ip("fe80::7"), reply);
  scene.show(ten,
             support::udp_frame(desk, {ip("2001:db8:20::1"), 547}, {ip("2001:db8:20::2"), 547}, relayed));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].address, held6);
  EXPECT_EQ(all[0].lifetime, 7200s);
  EXPECT_EQ(all[0].mac, device) << "of the frame, not of the DUID, which may be another interface's";
  EXPECT_EQ(all[0].device_id, "0003000102005e100099");
  EXPECT_EQ(all[1].mac, other) << "behind a relay the DUID is what there is";
}

TEST(Identity, AddressThatIsTakenAwayIsReleased) {
  Scene scene;
  const auto reply = support::dhcpv6_message(7, {support::dhcpv6_association(held6, 0)});
  scene.show(ten,
             support::udp_frame(support::reversed(desk), {ip("fe80::1"), 547}, {ip("fe80::7"), 546}, reply));
  const auto release =
      support::dhcpv6_message(8, {{1, support::duid_of(device)}, support::dhcpv6_association(held6, 0)});
  scene.show(ten, support::udp_frame(desk, {ip("fe80::7"), 546}, {ip("ff02::1:2"), 547}, release));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].kind, Kind::release);
  EXPECT_EQ(all[1].kind, Kind::release);
}

std::vector<Option> session(std::uint32_t status) {
  return {{40, number(status, 4)},   {1, bytes_of("p17")},   {31, bytes_of("02-00-5E-10-00-07")},
          {8, support::bytes(held)}, {44, bytes_of("ab12")}, {41, number(5, 4)}};
}

ObserverOptions with_radius() {
  ObserverOptions options = council();
  options.radius_clients = {{access_server.address, std::string(secret)}};
  return options;
}

TEST(Identity, RadiusSessionIsAuthenticUnderTheSecretOfItsAccessServerAlone) {
  Scene scene(with_radius());
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 1, session(1), secret));
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 2, session(2), "another"));
  scene.udp(ten, {ip("10.20.2.10"), 40000}, radius_server,
            support::radius_accounting(4, 3, session(3), secret));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].kind, Kind::session_start);
  EXPECT_EQ(all[0].at, ten - 5s) << "less Acct-Delay-Time";
  EXPECT_EQ(all[0].account, "p17");
  EXPECT_EQ(all[0].session, "ab12");
  EXPECT_EQ(all[0].mac, device);
  EXPECT_EQ(all[0].address, held);
  EXPECT_EQ(all[0].access_server, access_server.address);
  EXPECT_TRUE(all[0].authentic);
  EXPECT_EQ(all[1].kind, Kind::session_stop);
  EXPECT_FALSE(all[1].authentic);
  EXPECT_EQ(all[2].kind, Kind::session_update);
  EXPECT_FALSE(all[2].authentic) << "no access server of that address is configured";
}

TEST(Identity, SessionWithoutAnAddressAndTheEndOfAllSessionsAreSaid) {
  Scene scene(with_radius());
  scene.udp(ten, access_server, radius_server,
            support::radius_accounting(4, 1, {{40, number(1, 4)}, {1, bytes_of("p17")}}, secret));
  scene.udp(ten, access_server, {radius_server.address, 1646},
            support::radius_accounting(4, 2, {{40, number(7, 4)}}, secret));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_FALSE(all[0].address.has_value());
  EXPECT_EQ(all[1].kind, Kind::sessions_over);
}

TEST(Identity, SessionOfTwoAddressesIsSaidOfBoth) {
  Scene scene(with_radius());
  auto attributes = session(3);
  attributes.push_back({168, support::bytes(held6)});
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 1, attributes, secret));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].address, held6);
  EXPECT_EQ(all[1].address, held);
}

TEST(Identity, ForgedRadiusResponseIsCounted) {
  Scene scene(with_radius());
  const auto request = support::radius_accounting(4, 1, session(1), secret);
  const Buffer authenticator(request.begin() + 4, request.begin() + 20);
  const auto answer = [&](std::string_view with) {
    return support::radius_accounting(5, 1, {}, with, support::Signature::authenticator, authenticator);
  };
  scene.udp(ten, access_server, radius_server, request);
  scene.udp(ten + 10ms, radius_server, access_server, answer(secret));
  EXPECT_EQ(scene.tally("radius-authenticator"), 0U);
  scene.udp(ten + 1s, access_server, radius_server, request);
  scene.udp(ten + 1s, radius_server, access_server, answer("another"));
  EXPECT_EQ(scene.tally("radius-authenticator"), 1U);
}

TEST(Identity, OtherTrafficOnARadiusPortIsLeftToOthers) {
  Scene scene;
  scene.udp(ten, pc, {ip("192.0.2.1"), 1813}, Buffer(300, 0x41));
  EXPECT_EQ(scene.tally("radius-packet"), 0U);
  EXPECT_EQ(only<model::FlowSecond>(scene.all()).size(), 1U);
}

TEST(Identity, TicketCountsWhenItAnswersARequestInThatName) {
  Scene scene;
  scene.udp(ten, asking, centre, support::kerberos_request(10));
  scene.udp(ten + 5ms, centre, asking, support::kerberos_reply(11));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].source, Source::kerberos);
  EXPECT_EQ(all[0].kind, Kind::ticket);
  EXPECT_EQ(all[0].address, held);
  EXPECT_EQ(all[0].account, "p17@COUNCIL.EXAMPLE");
}

TEST(Identity, TicketThatAnswersNothingSeenIsNoSign) {
  Scene scene;
  scene.udp(ten, centre, asking, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), IsEmpty()) << "never asked";
  scene.udp(ten, asking, centre, support::kerberos_request(10));
  scene.udp(ten, centre, {held, 50089}, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), IsEmpty()) << "asked from another port";
  scene.udp(ten, centre, asking, support::kerberos_reply(13));
  EXPECT_THAT(tickets(scene), IsEmpty()) << "asked for another kind";
  scene.udp(ten + 61s, centre, asking, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), IsEmpty()) << "asked too long ago";
}

TEST(Identity, TicketInAnotherNameCountsOnlyWhereTheRequestAllowedIt) {
  Scene scene;
  KerberosFields strict;
  strict.options = 0x40800010;
  KerberosFields other;
  other.client = "p18";
  scene.udp(ten, asking, centre, support::kerberos_request(10, strict));
  scene.udp(ten, centre, asking, support::kerberos_reply(11, other));
  EXPECT_THAT(tickets(scene), IsEmpty());
  scene.udp(ten, asking, centre, support::kerberos_request(10));
  scene.udp(ten, centre, asking, support::kerberos_reply(11, other));
  EXPECT_THAT(tickets(scene), ElementsAre("ticket p18@COUNCIL.EXAMPLE")) << "canonicalised by the centre";
}

TEST(Identity, ArmouredRequestHidesItsNameAndAnAnonymousTicketIsNobodys) {
  Scene scene;
  KerberosFields armoured;
  armoured.client = "WELLKNOWN/ANONYMOUS";
  armoured.padata = {136};
  scene.udp(ten, asking, centre, support::kerberos_request(10, armoured));
  scene.udp(ten, centre, asking, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), ElementsAre("ticket p17@COUNCIL.EXAMPLE"));
  scene.udp(ten, asking, centre, support::kerberos_request(10, armoured));
  scene.udp(ten, centre, asking, support::kerberos_reply(11, armoured));
  EXPECT_THAT(tickets(scene), IsEmpty());
}

TEST(Identity, ServiceTicketRefreshesUnlessItIsInAnothersName) {
  Scene scene;
  KerberosFields plain;
  plain.client = "";
  scene.udp(ten, asking, centre, support::kerberos_request(12, plain));
  scene.udp(ten, centre, asking, support::kerberos_reply(13));
  EXPECT_THAT(tickets(scene), ElementsAre("refresh p17@COUNCIL.EXAMPLE"));
  plain.padata = {1, 129};
  scene.udp(ten, asking, centre, support::kerberos_request(12, plain));
  scene.udp(ten, centre, asking, support::kerberos_reply(13));
  EXPECT_THAT(tickets(scene), IsEmpty());
}

Buffer on_stream(const Buffer& message) { return ByteWriter().u32(message.size()).bytes(message).take(); }

TEST(Identity, TicketIsReadFromATcpStreamInSegmentsOfAnyOrder) {
  Scene scene;
  Connection connection(scene, asking, centre);
  connection.open(ten);
  const Buffer request = on_stream(support::kerberos_request(10));
  const Buffer reply = on_stream(support::kerberos_reply(11, {}, 4000));
  connection.up(ten + 20ms, 100, Bytes(request).subspan(100));
  connection.up(ten + 21ms, 0, Bytes(request).first(100));
  connection.down(ten + 30ms, 1400, Bytes(reply).subspan(1400), static_cast<std::uint32_t>(request.size()));
  EXPECT_THAT(tickets(scene), IsEmpty());
  connection.down(ten + 31ms, 0, Bytes(reply).first(1400), static_cast<std::uint32_t>(request.size()));
  EXPECT_THAT(tickets(scene), ElementsAre("ticket p17@COUNCIL.EXAMPLE"));
}

TEST(Identity, StreamWhoseBeginningWasNotSeenIsReadWhereItIsReadable) {
  Scene scene;
  Connection connection(scene, asking, centre);
  connection.up(ten, 0, on_stream(support::kerberos_request(10)));
  connection.down(ten, 0, on_stream(support::kerberos_reply(11)), 400);
  EXPECT_THAT(tickets(scene), ElementsAre("ticket p17@COUNCIL.EXAMPLE"));
  Connection other(scene, {held, 50090}, centre);
  other.up(ten, 0, Buffer(100, 0xff));
  EXPECT_EQ(scene.tally("kerberos-message"), 0U) << "the middle of anything";
}

TEST(Identity, NeighboursSayWhatIsTheirs) {
  Scene scene;
  scene.show(ten, support::arp_reply(desk, held, ip("10.20.0.1")));
  scene.show(ten, support::icmpv6_frame(device, router, held6, ip("fe80::1"),
                                        support::neighbour_message(136, 0x60000000, held6, std::nullopt)));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].source, Source::arp);
  EXPECT_EQ(all[0].address, held);
  EXPECT_EQ(all[0].mac, device);
  EXPECT_EQ(all[1].source, Source::ndp);
  EXPECT_EQ(all[1].address, held6);
  EXPECT_EQ(all[1].mac, device);
}

TEST(Identity, MessageFromBeyondTheLinkIsRefused) {
  Scene scene;
  scene.show(ten, support::icmpv6_frame(router, device, held6, ip("fe80::1"),
                                        support::neighbour_message(136, 0x60000000, held6, device), 254));
  EXPECT_THAT(signs(scene), IsEmpty());
  EXPECT_EQ(scene.tally("neighbour-message"), 1U);
}

TEST(Identity, TagOfTheNetworkIsKept) {
  Scene scene;
  support::Link tagged = desk;
  tagged.vlans = {42};
  scene.show(ten, support::arp_reply(tagged, held, ip("10.20.0.1")));
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].vlan, 42);
}

TEST(Identity, ExcludedAndForeignAddressesGiveNoSign) {
  ObserverOptions options = with_radius();
  options.exclude = {network("10.20.99.0/24")};
  Scene scene(options);
  const net::IpAddress guest = ip("10.20.99.5");
  scene.show(ten, support::arp_reply(desk, guest, ip("10.20.99.1")));
  scene.show(ten, support::arp_reply(desk, ip("203.0.113.9"), ip("203.0.113.1")));
  support::DhcpFields ack = dhcp(true, 5);
  ack.your_address = guest;
  from_dhcp_server(scene, ten, ack);
  auto attributes = session(1);
  attributes[3].content = support::bytes(guest);
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 1, attributes, secret));
  scene.udp(ten, {guest, 50088}, centre, support::kerberos_request(10));
  scene.udp(ten, centre, {guest, 50088}, support::kerberos_reply(11));
  Connection connection(scene, {guest, 50089}, centre);
  connection.up(ten, 0, on_stream(support::kerberos_request(10)));
  connection.down(ten, 0, on_stream(support::kerberos_reply(11)), 400);
  EXPECT_THAT(signs(scene), IsEmpty());
  EXPECT_EQ(scene.tally("excluded-frame"), 7U) << "each but the foreign one";
  EXPECT_EQ(scene.tally("outside-frame"), 1U);
}

TEST(Identity, NamesInWhatExcludedClientsAskForAreNotKept) {
  ObserverOptions options = council();
  options.exclude = {network("10.20.99.0/24")};
  Scene scene(options);
  support::DhcpFields request = dhcp(false, 3);  // on the guests' network
  request.options.push_back({50, support::bytes(ip("10.20.99.5"))});
  request.options.push_back({12, bytes_of("a-guests-phone")});
  from_dhcp_client(scene, ten, request);
  EXPECT_EQ(scene.tally("excluded-frame"), 1U);
  support::DhcpFields ack = dhcp(true, 5);
  ack.your_address = held;
  from_dhcp_server(scene, ten + 1s, ack);
  const auto all = signs(scene);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].host_name, "");
}

TEST(Identity, TicketOfAServerOutsideIsNoSignAndIsCounted) {
  Scene scene;
  const net::Endpoint foreign{ip("203.0.113.88"), 88};
  scene.udp(ten, asking, foreign, support::kerberos_request(10));
  scene.udp(ten + 10ms, foreign, asking, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), IsEmpty());
  EXPECT_EQ(scene.tally("foreign-ticket"), 1U);
}

TEST(Identity, SignsSayWhoGaveTheirWord) {
  Scene scene(with_radius());
  support::DhcpFields ack = dhcp(true, 5);
  ack.your_address = held;
  from_dhcp_server(scene, ten, ack);
  scene.udp(ten, access_server, radius_server, support::radius_accounting(4, 1, session(1), secret));
  scene.udp(ten, asking, centre, support::kerberos_request(10));
  scene.udp(ten, centre, asking, support::kerberos_reply(11));
  scene.show(ten, support::arp_reply(desk, held, ip("10.20.0.1")));
  std::vector<std::optional<net::IpAddress>> servers;
  for (const auto& sign : signs(scene)) servers.push_back(sign.server);
  EXPECT_THAT(servers, ElementsAre(ip("10.20.1.1"), access_server.address, centre.address, std::nullopt));
}

TEST(Identity, RequestsThatAreNeverAnsweredAreBounded) {
  Scene scene;
  const Buffer request = support::kerberos_request(10);
  for (std::uint32_t i = 0; i < 10000; ++i)
    scene.udp(ten, {net::IpAddress::v4(0x0a140100U + i), 50088}, centre, request);
  const std::uint64_t evicted = scene.tally("evicted-identity");
  EXPECT_GT(evicted, 9000U) << "of 4 MB";
  EXPECT_LT(evicted, 9800U);
  scene.udp(ten, centre, {net::IpAddress::v4(0x0a140100U), 50088}, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), IsEmpty()) << "the oldest is gone";
  scene.udp(ten, centre, {net::IpAddress::v4(0x0a140100U + 9999), 50088}, support::kerberos_reply(11));
  EXPECT_THAT(tickets(scene), testing::SizeIs(1));
}

TEST(Identity, HalfMessagesOnStreamsAreBounded) {
  Scene scene;
  const Buffer half = ByteWriter().u32(60000).repeat(0x6a, 8000).take();
  for (std::uint16_t i = 0; i < 400; ++i) {
    Connection connection(scene, {held, static_cast<std::uint16_t>(40000 + i)}, centre);
    connection.from_client(ten, TcpFlag::syn, connection.isn_client - 1, 0, {});
    for (std::uint32_t at = 0; at < half.size(); at += 1334)
      connection.up(ten, at, Bytes(half).subspan(at, std::min<std::size_t>(1334, half.size() - at)));
  }
  EXPECT_GT(scene.tally("evicted-identity"), 300U) << "half a MiB of 3 MiB is kept";
}

}  // namespace
}  // namespace edgewatch::observe
