#include "edgewatch/wire/vpn.hpp"

#include "support/byte_writer.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using support::Buffer;

Buffer zeros(std::size_t size) { return Buffer(size, 0); }
void append(Buffer& to, const Buffer& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) append(out, part);
  return out;
}

Buffer wireguard_initiation() { return joined({{1, 0, 0, 0, 0x11, 0x22, 0x33, 0x44}, Buffer(140, 0xa5)}); }
Buffer wireguard_response(const Buffer& receiver) {
  return joined({{2, 0, 0, 0, 0x91, 0x92, 0x93, 0x94}, receiver, Buffer(80, 0x5a)});
}

const Buffer session = {0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8};
const Buffer server_session = {0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8};
const Buffer first_number = {0, 0, 0, 1};
const Buffer the_time = {0x69, 0x1e, 0xf0, 0x00};

Buffer openvpn_plain() { return joined({{0x38}, session, {0}, zeros(4)}); }
Buffer openvpn_signed(std::size_t digest) {
  return joined({{0x38}, session, Buffer(digest, 0x77), first_number, the_time, {0}, zeros(4)});
}
Buffer openvpn_encrypted() {
  return joined({{0x38}, session, first_number, the_time, Buffer(32, 0x77), Buffer(5, 0xee)});
}
Buffer openvpn_wrapped() {
  return joined({{0x50},
                 session,
                 {0x0f, 0, 0, 1},
                 the_time,
                 Buffer(32, 0x77),
                 Buffer(5, 0xee),
                 Buffer(288, 0xab),
                 {0x01, 0x22}});  // 290
}
Buffer openvpn_server(const Buffer& acknowledged_session) {
  return joined({{0x40}, server_session, {1}, zeros(4), acknowledged_session, zeros(4)});
}
Buffer over_tcp(const Buffer& message) {
  return joined({{static_cast<std::uint8_t>(message.size() >> 8U), static_cast<std::uint8_t>(message.size())},
                 message});
}

struct Ike {
  Buffer initiator = {0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8};
  Buffer responder = Buffer(8, 0);
  std::uint8_t next_payload = 33;
  std::uint8_t version = 0x20;
  std::uint8_t exchange = 34;
  std::uint8_t flags = 0x08;
  std::uint8_t message = 0;
  std::uint8_t length = 28 + 40;
  [[nodiscard]] Buffer bytes() const {
    return joined({initiator,
                   responder,
                   {next_payload, version, exchange, flags, 0, 0, 0, message, 0, 0, 0, length},
                   Buffer(40, 0x3c)});
  }
};
Ike ike_answer() {
  Ike answer;
  answer.responder = {0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8};
  answer.flags = 0x20;
  return answer;
}

TEST(WireGuard, IsKnownByAnInitiationAndTheResponseToItsIndex) {
  const auto opening = vpn_opening(wireguard_initiation(), VpnCarrier::udp);
  ASSERT_TRUE(opening);
  EXPECT_EQ(*opening, (VpnHandshake{Vpn::wireguard, 0x11223344}));
  EXPECT_TRUE(is_vpn_answer(wireguard_response({0x11, 0x22, 0x33, 0x44}), VpnCarrier::udp, *opening));
  EXPECT_FALSE(is_vpn_answer(wireguard_response({0x11, 0x22, 0x33, 0x45}), VpnCarrier::udp, *opening));
}

TEST(WireGuard, IsNotWhatHasAnotherLengthOrAnythingInTheReservedBytes) {
  Buffer longer = wireguard_initiation();
  longer.push_back(0);
  EXPECT_FALSE(vpn_opening(longer, VpnCarrier::udp));
  Buffer shorter = wireguard_initiation();
  shorter.pop_back();
  EXPECT_FALSE(vpn_opening(shorter, VpnCarrier::udp));
  for (const std::size_t i : {1U, 2U, 3U}) {
    Buffer odd = wireguard_initiation();
    odd[i] = 1;
    EXPECT_FALSE(vpn_opening(odd, VpnCarrier::udp));
  }
  EXPECT_FALSE(vpn_opening(wireguard_response({0x11, 0x22, 0x33, 0x44}), VpnCarrier::udp));
  EXPECT_FALSE(vpn_opening(wireguard_initiation(), VpnCarrier::tcp));
}

TEST(OpenVpn, IsKnownInEachOfItsWrappings) {
  for (const Buffer& message :
       {openvpn_plain(), openvpn_signed(16), openvpn_signed(20), openvpn_signed(28), openvpn_signed(32),
        openvpn_signed(48), openvpn_signed(64), openvpn_encrypted(), openvpn_wrapped()}) {
    const auto opening = vpn_opening(message, VpnCarrier::udp);
    ASSERT_TRUE(opening) << message.size();
    EXPECT_EQ(opening->vpn, Vpn::openvpn);
    EXPECT_EQ(vpn_opening(over_tcp(message), VpnCarrier::tcp), opening);
    EXPECT_TRUE(is_vpn_answer(openvpn_server(session), VpnCarrier::udp, *opening));
    EXPECT_TRUE(is_vpn_answer(over_tcp(openvpn_server(session)), VpnCarrier::tcp, *opening));
  }
}

TEST(OpenVpn, IsNotWhatHasAnotherOpcodeFormOrLength) {
  Buffer other = openvpn_plain();
  other[0] = 0x20;  // a control packet of a session that is open
  EXPECT_FALSE(vpn_opening(other, VpnCarrier::udp));
  Buffer second = openvpn_plain();
  second[13] = 1;  // the second message of a session
  EXPECT_FALSE(vpn_opening(second, VpnCarrier::udp));
  Buffer keyed = openvpn_plain();
  keyed[0] |= 1;  // another key: no first message
  EXPECT_FALSE(vpn_opening(keyed, VpnCarrier::udp));
  Buffer longer = openvpn_plain();
  longer.push_back(0);
  EXPECT_FALSE(vpn_opening(longer, VpnCarrier::udp));
  Buffer nobody = openvpn_plain();
  std::fill(nobody.begin() + 1, nobody.begin() + 9, std::uint8_t{0});
  EXPECT_FALSE(vpn_opening(nobody, VpnCarrier::udp));
  Buffer stale = openvpn_encrypted();
  stale[12] = 2;  // the second packet
  EXPECT_FALSE(vpn_opening(stale, VpnCarrier::udp));
  Buffer unfit = openvpn_wrapped();
  unfit.back() = 0x23;  // the wrapped key's own length
  EXPECT_FALSE(vpn_opening(unfit, VpnCarrier::udp));
  Buffer cut = over_tcp(openvpn_plain());
  cut.pop_back();
  EXPECT_FALSE(vpn_opening(cut, VpnCarrier::tcp));
}

TEST(OpenVpn, OverTcpIsKnownByWhateverPiecesItComesIn) {
  for (const Buffer& message :
       {openvpn_plain(), openvpn_signed(16), openvpn_signed(64), openvpn_encrypted(), openvpn_wrapped()}) {
    const Buffer whole = over_tcp(message);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_TRUE(std::holds_alternative<VpnNeedMore>(read_vpn_prefix(cut))) << length;
    }
    for (const Buffer& stream : {whole, joined({whole, {0, 40}}), joined({whole, whole})}) {
      const auto found = read_vpn_prefix(stream);
      ASSERT_TRUE(std::holds_alternative<VpnHandshake>(found));
      EXPECT_EQ(std::get<VpnHandshake>(found), vpn_opening(whole, VpnCarrier::tcp));
    }
  }
}

TEST(OpenVpn, OverTcpIsGivenUpAtTheFirstByteThatCannotBe) {
  const auto is_given_up = [](const Buffer& prefix) {
    return std::holds_alternative<NotVpn>(read_vpn_prefix(prefix));
  };
  EXPECT_TRUE(is_given_up({0x05}));              // longer than any
  EXPECT_TRUE(is_given_up({0x16, 0x03, 0x01}));  // TLS
  EXPECT_TRUE(is_given_up({0x00, 0x0d}));        // shorter than any
  EXPECT_TRUE(is_given_up({0x00, 0x0e, 0x20}));  // a session that is open
  Buffer nobody = over_tcp(openvpn_plain());
  std::fill(nobody.begin() + 3, nobody.begin() + 11, std::uint8_t{0});
  EXPECT_TRUE(is_given_up(nobody));
}

TEST(OpenVpn, AServerThatAcknowledgesAnotherSessionDoesNotAnswer) {
  const auto opening = vpn_opening(openvpn_plain(), VpnCarrier::udp);
  ASSERT_TRUE(opening);
  EXPECT_FALSE(is_vpn_answer(openvpn_server(server_session), VpnCarrier::udp, *opening));
  EXPECT_FALSE(is_vpn_answer(openvpn_plain(), VpnCarrier::udp, *opening));
}

TEST(Ike, IsKnownInBothVersionsByTheAnswerToItsSpi) {
  const auto opening = vpn_opening(Ike{}.bytes(), VpnCarrier::udp);
  ASSERT_TRUE(opening);
  EXPECT_EQ(opening->vpn, Vpn::ike);
  EXPECT_TRUE(is_vpn_answer(ike_answer().bytes(), VpnCarrier::udp, *opening));

  Ike first;
  first.version = 0x10;
  first.exchange = 2;
  first.flags = 0;
  first.next_payload = 1;
  const auto main_mode = vpn_opening(first.bytes(), VpnCarrier::udp);
  ASSERT_TRUE(main_mode);
  Ike answer = first;
  answer.responder = {0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8};
  EXPECT_TRUE(is_vpn_answer(answer.bytes(), VpnCarrier::udp, *main_mode));
  EXPECT_FALSE(is_vpn_answer(first.bytes(), VpnCarrier::udp, *main_mode)) << "its own message come back";
}

TEST(Ike, StandsBehindFourZerosOnTheTraversalPort) {
  const Buffer marked = joined({zeros(4), Ike{}.bytes()});
  EXPECT_TRUE(vpn_opening(marked, VpnCarrier::udp_encapsulated));
  EXPECT_FALSE(vpn_opening(Ike{}.bytes(), VpnCarrier::udp_encapsulated)) << "that is ESP";
  EXPECT_FALSE(vpn_opening(marked, VpnCarrier::udp));
}

TEST(Ike, AServerThatAsksForACookieAnswersToo) {
  const auto opening = vpn_opening(Ike{}.bytes(), VpnCarrier::udp);
  Ike cookie = ike_answer();
  cookie.responder = Buffer(8, 0);
  cookie.next_payload = 41;
  EXPECT_TRUE(is_vpn_answer(cookie.bytes(), VpnCarrier::udp, *opening));
  cookie.next_payload = 33;
  EXPECT_FALSE(is_vpn_answer(cookie.bytes(), VpnCarrier::udp, *opening));
}

TEST(Ike, IsNotWhatBreaksTheHeader) {
  const auto broken = [](auto change) {
    Ike message;
    change(message);
    return vpn_opening(message.bytes(), VpnCarrier::udp).has_value();
  };
  EXPECT_FALSE(broken([](Ike& m) { m.initiator = Buffer(8, 0); }));
  EXPECT_FALSE(broken([](Ike& m) { m.responder[7] = 1; }));
  EXPECT_FALSE(broken([](Ike& m) { m.version = 0x30; }));
  EXPECT_FALSE(broken([](Ike& m) { m.exchange = 35; }));
  EXPECT_FALSE(broken([](Ike& m) { m.flags = 0x28; }));
  EXPECT_FALSE(broken([](Ike& m) { m.message = 1; }));
  EXPECT_FALSE(broken([](Ike& m) { m.length = 67; }));
  EXPECT_FALSE(broken([](Ike& m) { m.next_payload = 46; }));
  EXPECT_TRUE(broken([](Ike& m) { m.version = 0x21; })) << "the minor version is ignored";
}

TEST(Vpn, NoCutOfAnOpeningIsOne) {
  for (const Buffer& whole :
       {wireguard_initiation(), openvpn_signed(20), openvpn_encrypted(), openvpn_wrapped(), Ike{}.bytes()}) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      EXPECT_FALSE(vpn_opening(cut, VpnCarrier::udp)) << length << " of " << whole.size();
    }
  }
}

}  // namespace
}  // namespace edgewatch::wire
