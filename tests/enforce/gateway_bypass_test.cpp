// What would carry names past the gateway, told by port, shape and address.
#include "gateway.hpp"
#include "support/dns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using support::Buffer;
using support::TcpFlag;
using ::testing::IsEmpty;
using Kind = model::BypassSign::Kind;

/// P_CONTROL_HARD_RESET_CLIENT_V2 without protection, on a stream.
Buffer openvpn_reset() {
  Buffer out(16, 0);
  out[1] = 14;
  out[2] = 7U << 3U;
  out[3] = 9;
  return out;
}

// Everything comes from one client.
Buffer segment(const net::Endpoint& to, std::uint32_t sequence, std::uint8_t flags, Bytes payload = {},
               std::uint8_t hops = 64) {
  return enforce::segment(client(), to, sequence, flags, payload, {}, {.hop_limit = hops});
}
Buffer datagram(const net::Endpoint& to, Bytes payload) { return enforce::datagram(client(), to, payload); }

struct GatewayThatRefuses : Gateway {
  explicit GatewayThatRefuses(std::vector<Kind> refused) { kinds = std::move(refused); }
};

TEST(GatewayBypass, Port853IsRefusedAtItsFirstPacketAndOnlyThere) {
  GatewayThatRefuses gateway({Kind::dot, Kind::doq});
  EXPECT_EQ(gateway.see(segment(server(853), isn, TcpFlag::syn)), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.signs.back().client.address, client().address);
  EXPECT_EQ(gateway.signs.back().server, server(853));
  EXPECT_EQ(gateway.see(datagram(server(853), Buffer(1200, 1))), PacketVerdict::refuse);
  EXPECT_EQ(gateway.refused(Kind::dot), 1U);
  EXPECT_EQ(gateway.refused(Kind::doq), 1U);
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
}

TEST(GatewayBypass, AResolversAddressIsRefusedOnEveryPortButThatOfPlainQuestions) {
  GatewayThatRefuses gateway({Kind::doh});
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.see(datagram(server(443), Buffer(1200, 1))), PacketVerdict::refuse);
  EXPECT_EQ(gateway.see(segment(server(53), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(server(53), support::dns_query(7, "a.example", 1))), PacketVerdict::pass);
}

TEST(GatewayBypass, TunnelsAreToldByTheirFirstMessageOnAnyPort) {
  GatewayThatRefuses gateway({Kind::wireguard, Kind::openvpn});
  EXPECT_EQ(gateway.see(datagram(server(51820), wireguard_initiation())), PacketVerdict::refuse);
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, openvpn_reset())), PacketVerdict::refuse);
  EXPECT_EQ(gateway.refused(Kind::wireguard), 1U);
  EXPECT_EQ(gateway.refused(Kind::openvpn), 1U);
}

TEST(GatewayBypass, ThePortOfQuestionsIsNoWayRoundForAnythingElse) {
  GatewayThatRefuses gateway({Kind::wireguard, Kind::openvpn});
  EXPECT_EQ(gateway.see(datagram(server(53), wireguard_initiation())), PacketVerdict::refuse);
  const Buffer hello = hello_to("www.listed.example");
  const std::string text = "GET / HTTP/1.1\r\nHost: www.listed.example\r\n\r\n";
  const Buffer request(text.begin(), text.end());
  Buffer behind_empty_line{'\r', '\n'};  // which servers ignore (RFC 9112 section 2.2)
  support::append(behind_empty_line, request);
  std::uint32_t begins = isn;
  for (const Buffer& first : {openvpn_reset(), hello, request, behind_empty_line}) {
    begins += 100'000;
    EXPECT_EQ(gateway.see(segment(server(53), begins, TcpFlag::syn)), PacketVerdict::pass);
    EXPECT_EQ(gateway.see(segment(server(53), begins + 1, TcpFlag::ack, Bytes(first).first(10))),
              PacketVerdict::pass);
    EXPECT_EQ(gateway.see(segment(server(53), begins + 11, TcpFlag::ack, Bytes(first).subspan(10))),
              PacketVerdict::refuse);
  }
}

/// What came ahead of its turn is kept when all before it has been decided: it does not come again.
TEST(GatewayBypass, PartOfAQuestionMayComeBeforeTheEndOfTheOneBefore) {
  GatewayThatRefuses gateway({});
  Buffer stream;
  std::vector<std::size_t> ends;
  for (const char* name : {"a.example", "b.example", "www.listed.example"}) {
    const Buffer question = support::dns_query(7, name, 1);
    stream.push_back(0);
    stream.push_back(static_cast<std::uint8_t>(question.size()));
    support::append(stream, question);
    ends.push_back(stream.size());
  }
  const auto say = [&](std::size_t from, std::size_t to) {
    return gateway.see(segment(server(53), isn + 1 + static_cast<std::uint32_t>(from), TcpFlag::ack,
                               Bytes(stream).subspan(from, to - from)));
  };
  EXPECT_EQ(gateway.see(segment(server(53), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(say(ends[1] + 9, ends[2]), PacketVerdict::pass);
  EXPECT_EQ(say(0, ends[0]), PacketVerdict::pass);
  EXPECT_EQ(say(0, ends[0]), PacketVerdict::pass) << "once more";
  EXPECT_EQ(say(ends[0], ends[1]), PacketVerdict::pass);
  EXPECT_EQ(say(ends[1], ends[1] + 9), PacketVerdict::refuse);
}

TEST(GatewayBypass, WhatIsLetPassOnThePortOfQuestionsHidesNoQuestionBehindIt) {
  GatewayThatRefuses gateway({});
  const Buffer listed = support::dns_query(7, "www.listed.example", 1);
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(gateway.see(datagram(server(53), wireguard_initiation())), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(server(53), listed)), PacketVerdict::refuse_packet);
  // As the server reads it: one message of 5,635 bytes, and a question behind it.
  Buffer stream = hello_to("www.other.example");
  stream.resize(0x1603 + 2);
  stream.push_back(0);
  stream.push_back(static_cast<std::uint8_t>(listed.size()));
  stream.insert(stream.end(), listed.begin(), listed.end());
  EXPECT_EQ(gateway.see(segment(server(53), isn, TcpFlag::syn)), PacketVerdict::pass);
  PacketVerdict verdict = PacketVerdict::pass;
  for (std::size_t at = 0; at < stream.size(); at += 1400) {
    EXPECT_EQ(verdict, PacketVerdict::pass) << at;
    verdict =
        gateway.see(segment(server(53), isn + 1 + static_cast<std::uint32_t>(at), TcpFlag::ack,
                            Bytes(stream).subspan(at, std::min<std::size_t>(1400, stream.size() - at))));
  }
  EXPECT_EQ(verdict, PacketVerdict::refuse);
}

TEST(GatewayBypass, ATunnelOverTcpIsToldInWhateverSegmentsItsFirstMessageComes) {
  const Buffer whole = openvpn_reset();
  for (std::size_t cut = 1; cut < whole.size(); ++cut) {
    for (const bool swapped : {false, true}) {
      GatewayThatRefuses gateway({Kind::openvpn});
      EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
      const auto piece = [&](bool end) {
        const Bytes part = end ? Bytes(whole).subspan(cut) : Bytes(whole).first(cut);
        const auto at = static_cast<std::uint32_t>(end ? cut : 0);
        return gateway.see(segment(server(443), isn + 1 + at, TcpFlag::ack, part));
      };
      EXPECT_EQ(piece(swapped), PacketVerdict::pass) << cut;
      EXPECT_EQ(piece(!swapped), PacketVerdict::refuse) << cut;
      EXPECT_EQ(gateway.refused(Kind::openvpn), 1U);
    }
  }
}

TEST(GatewayBypass, WhatOnlyBeginsLikeATunnelIsLetGoAsSoonAsItIsSomethingElse) {
  GatewayThatRefuses gateway({Kind::openvpn});
  Buffer other = openvpn_reset();
  other[2] = 0x20;
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, Bytes(other).first(2))),
            PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 3, TcpFlag::ack, Bytes(other).subspan(2, 1))),
            PacketVerdict::settled);
}

TEST(GatewayBypass, WithoutARuleNothingOfItIsHeldBackAndANewRuleFindsWhatIsUnderWay) {
  GatewayThatRefuses gateway({});
  EXPECT_EQ(gateway.see(datagram(server(51820), wireguard_initiation())), PacketVerdict::settled);
  const Buffer hello = hello_to("resolver.example");
  EXPECT_EQ(gateway.see(segment(server(853), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(853), isn + 1, TcpFlag::ack, hello)), PacketVerdict::settled);
  EXPECT_THAT(gateway.inspector.reconsider(noon, gateway.decisions), IsEmpty());
  gateway.kinds = {Kind::wireguard, Kind::dot};
  EXPECT_THAT(
      gateway.inspector.reconsider(noon, gateway.decisions),
      ::testing::UnorderedElementsAre(Inspector::Connection{client(), server(51820), wire::Transport::udp},
                                      Inspector::Connection{client(), server(853), wire::Transport::tcp}));
}

TEST(GatewayBypass, AHelloThatIsToDieBehindUsDoesNotHideTheOneThatArrives) {
  GatewayThatRefuses gateway({});
  const Buffer decoy = hello_to("www.innocent.example");
  Buffer listed = hello_to("www.listed.example");
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, decoy, 3)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, listed)), PacketVerdict::refuse);
  EXPECT_EQ(gateway.inspector.counts().contradictory, 1U);
}

TEST(GatewayBypass, AHelloFromFarAwayGoesThroughOnceItComesAgainFromNearer) {
  GatewayThatRefuses gateway({});
  const Buffer hello = hello_to("www.innocent.example");
  EXPECT_EQ(gateway.see(segment(server(443), isn, TcpFlag::syn)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, hello, 3)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(segment(server(443), isn + 1, TcpFlag::ack, hello)), PacketVerdict::settled);
}

}  // namespace
}  // namespace edgewatch::enforce
