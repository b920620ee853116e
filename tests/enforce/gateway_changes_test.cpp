// The gateway over UDP: what is decided holds for the connection that it was decided of, for as long as the
// rules and people are those, and nothing on its way passes for something else.
#include "gateway.hpp"
#include "support/dns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using namespace std::chrono_literals;
using support::Buffer;
using support::ByteWriter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = model::BypassSign::Kind;

/// What QUIC says once hands were shaken.
Buffer short_packet() { return Buffer(60, 0x4b); }

TEST(GatewayChanges, WhatARuleNoLongerRefusesIsLiftedThoughItsClientNeverFellSilent) {
  Gateway gateway;
  gateway.kinds = {Kind::wireguard};
  const Buffer calls = datagram(client(51820), server(51820), wireguard_initiation());
  EXPECT_EQ(gateway.see(calls), PacketVerdict::refuse);
  EXPECT_EQ(gateway.say_hello("www.listed.example", client(50001)), PacketVerdict::refuse_packet);
  static_cast<void>(gateway.inspector.reconsider(noon + 5s, gateway.decisions));
  EXPECT_THAT(gateway.inspector.take_lifted(), IsEmpty()) << "the rules are as they were";

  gateway.kinds.clear();
  const Timestamp much_later = noon + 1h;  // the kernel has refused it all the while, without asking
  static_cast<void>(gateway.inspector.reconsider(much_later, gateway.decisions));
  EXPECT_THAT(gateway.inspector.take_lifted(),
              ElementsAre(Inspector::Connection{client(51820), server(51820), wire::Transport::udp}));
  EXPECT_THAT(gateway.inspector.take_lifted(), IsEmpty()) << "once";
  EXPECT_EQ(gateway.see(calls, much_later), PacketVerdict::settled);
}

TEST(GatewayChanges, WhatIsLiftedIsJudgedAtOnceAndNotRefusedForTheRestOfTwoMinutes) {
  Gateway gateway;
  EXPECT_EQ(gateway.say_hello("www.listed.example", client()), PacketVerdict::refuse_packet);
  gateway.listed = "other.example";
  static_cast<void>(gateway.inspector.reconsider(noon, gateway.decisions));
  EXPECT_EQ(gateway.say_hello("www.listed.example", client()), PacketVerdict::settled);
}

TEST(GatewayChanges, ATunnelThatAChangeCutAndAnotherAllowsIsLifted) {
  Gateway gateway;
  const Buffer calls = datagram(client(51820), server(51820), wireguard_initiation());
  EXPECT_EQ(gateway.see(calls), PacketVerdict::settled);
  gateway.kinds = {Kind::wireguard};
  EXPECT_EQ(gateway.inspector.reconsider(noon, gateway.decisions).size(), 1U);
  gateway.kinds.clear();
  EXPECT_THAT(gateway.inspector.reconsider(noon, gateway.decisions), IsEmpty());
  EXPECT_EQ(gateway.inspector.take_lifted().size(), 1U);
}

TEST(GatewayChanges, OnlyConnectionsOfWhomItConcernsAreAskedAbout) {
  Gateway gateway;
  EXPECT_EQ(gateway.say_hello("www.other.example", client(50001)), PacketVerdict::settled);
  EXPECT_EQ(gateway.say_hello("www.other.example", client(50001, "10.20.1.18")), PacketVerdict::settled);
  gateway.listed = "other.example";
  const auto concerns = [](const net::IpAddress& address) { return address == client().address; };
  EXPECT_THAT(gateway.inspector.reconsider(noon, gateway.decisions, concerns),
              ElementsAre(Inspector::Connection{client(50001), server(), wire::Transport::udp}));
}

TEST(GatewayChanges, AConnectionThatWasCutDoesNotGoOnFromAnotherPort) {
  Gateway gateway;
  EXPECT_EQ(gateway.say_hello("www.other.example", client(50001)), PacketVerdict::settled);
  EXPECT_EQ(gateway.see(datagram(client(50002), server(), short_packet())), PacketVerdict::pass)
      << "one that was not cut may move";
  EXPECT_EQ(gateway.say_hello("www.listed.example", client(50007)), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.see(datagram(client(50008), server(), short_packet())), PacketVerdict::pass)
      << "one that was refused never began";
  gateway.listed = "other.example";
  static_cast<void>(gateway.inspector.reconsider(noon, gateway.decisions));
  EXPECT_EQ(gateway.see(datagram(client(50003), server(), short_packet())), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.say_hello("www.third.example", client(50004)), PacketVerdict::settled)
      << "another name at the same address";
  EXPECT_EQ(gateway.see(datagram(client(50004), server(), short_packet())), PacketVerdict::settled)
      << "whose mark the tracker lost";
  EXPECT_EQ(gateway.see(datagram(client(50005), server(), Buffer(60, 0x16))), PacketVerdict::pass) << "DTLS";
  EXPECT_EQ(gateway.see(datagram(client(50003, "10.20.1.18"), server(), short_packet())), PacketVerdict::pass)
      << "another client";
  EXPECT_EQ(gateway.see(datagram(client(50006), server(), short_packet()), noon + 61s), PacketVerdict::pass)
      << "a connection that got no answer for a minute is over";
}

TEST(GatewayChanges, WhatBeganUnseenBeginsAnewForWhoeverWaits) {
  for (const bool waits : {false, true}) {
    Gateway gateway;
    gateway.waits = waits;
    EXPECT_EQ(gateway.see(datagram(client(), server(), short_packet())),
              waits ? PacketVerdict::refuse_packet : PacketVerdict::pass);
    EXPECT_EQ(gateway.see(datagram(client(), server(1194), short_packet())), PacketVerdict::pass)
        << "a tunnel of the council's";
  }
}

TEST(GatewayChanges, WhatIsHeldAgainstAClientEndsWhereWhoeverHasTheAddressNowMayGoThere) {
  Gateway gateway;
  EXPECT_EQ(gateway.say_hello("www.listed.example", client()), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.inspector.counts().residual, 1U);
  gateway.listed = "nothing.example";
  static_cast<void>(gateway.inspector.reconsider(noon, gateway.decisions));
  EXPECT_EQ(gateway.inspector.counts().residual, 0U);
}

/// An Initial to an id that the server gave: with the keys of the one before.
Buffer to_the_servers_id(Buffer initial) {
  initial.at(6) ^= 0xff;
  return initial;
}

TEST(GatewayChanges, OfConnectionsFromOneSocketEachIsJudgedByItsOwnHello) {
  for (const bool listed_first : {true, false}) {
    Gateway gateway;
    const auto listed = initials_to("www.listed.example", 1);
    const auto other = initials_to("www.other.example", 2);
    const auto say = [&](const std::vector<Buffer>& hello, PacketVerdict expected) {
      EXPECT_EQ(gateway.see(datagram(client(), server(), hello[0])), PacketVerdict::pass);
      EXPECT_EQ(gateway.see(datagram(client(), server(), hello[1])), expected);
    };
    if (listed_first) say(listed, PacketVerdict::refuse_packet);
    say(other, PacketVerdict::settled);
    if (!listed_first) say(listed, PacketVerdict::refuse_packet);
    EXPECT_EQ(gateway.see(datagram(client(), server(), short_packet())), PacketVerdict::settled)
        << "what was let through goes on";
    for (int i = 0; i < 40; ++i)
      ASSERT_EQ(gateway.see(datagram(client(), server(), listed[1])), PacketVerdict::refuse_packet) << i;
    EXPECT_EQ(gateway.see(datagram(client(), server(), to_the_servers_id(listed[1]))), PacketVerdict::answer)
        << "the rest of the refused hello, or of the other's handshake: it is said again";
    EXPECT_EQ(gateway.inspector.counts().flows, 1U);
  }
}

TEST(GatewayChanges, HellosThatAreSaidAtOnceFromOneSocketAreNotTakenForOne) {
  for (const std::vector<int>& order : {std::vector{0, 2, 1, 3}, {2, 0, 1, 3}, {0, 2, 3, 1}, {2, 0, 3, 1}}) {
    Gateway gateway;
    const auto listed = initials_to("www.listed.example", 1);
    const auto other = initials_to("www.other.example", 2);
    const Buffer* const all[] = {&listed[0], &listed[1], &other[0], &other[1]};
    for (const int each : order) {
      const auto expected = each == 1   ? PacketVerdict::refuse_packet
                            : each == 3 ? PacketVerdict::settled
                                        : PacketVerdict::pass;
      EXPECT_EQ(gateway.see(datagram(client(), server(), *all[each])), expected) << each;
    }
    EXPECT_EQ(gateway.inspector.counts().flows, 0U);
  }
}

TEST(GatewayChanges, MoreHellosThanAnybodySaysAtOnceAreRefusedAndThoseBeforeThemJudged) {
  Gateway gateway;
  for (std::uint8_t id = 1; id <= 4; ++id)
    EXPECT_EQ(gateway.see(datagram(client(), server(), initials_to("www.other.example", id)[0])),
              PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials_to("www.listed.example", 5)[1])),
            PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials_to("www.other.example", 2)[1])),
            PacketVerdict::settled);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials_to("www.listed.example", 5)[0])),
            PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials_to("www.listed.example", 5)[1])),
            PacketVerdict::refuse_packet);
}

TEST(GatewayChanges, TheHandshakeOfOneHidesNoHalfOfAnothers) {
  Gateway gateway;
  const auto listed = initials_to("www.listed.example", 1);
  const auto other = initials_to("www.other.example", 2);
  EXPECT_EQ(gateway.say_hello("www.third.example", client()), PacketVerdict::settled);
  EXPECT_EQ(gateway.see(datagram(client(), server(), listed[1])), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), to_the_servers_id(other[0]))), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), listed[0])), PacketVerdict::refuse_packet);
}

TEST(GatewayChanges, TheHandshakeOfAConnectionThatWasLetThroughLeavesNothingBehind) {
  Gateway gateway;
  const auto initials = initials_to("www.other.example");
  EXPECT_EQ(gateway.say_hello("www.other.example", client()), PacketVerdict::settled);
  EXPECT_EQ(gateway.see(datagram(client(), server(), to_the_servers_id(initials[0]))),
            PacketVerdict::settled);
  EXPECT_EQ(gateway.inspector.counts().flows, 0U);
  EXPECT_EQ(gateway.inspector.held(), 0U);
}

TEST(GatewayChanges, AHelloBehindAnotherPacketOfItsDatagramIsRead) {
  const auto initials = initials_to("www.listed.example");
  Buffer zero_rtt{0xd0, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x20};
  zero_rtt.resize(zero_rtt.size() + 0x20, 0x55);
  Gateway gateway;
  PacketVerdict last = PacketVerdict::pass;
  for (const Buffer& initial : initials) {
    Buffer both = zero_rtt;
    both.insert(both.end(), initial.begin(), initial.end());
    last = gateway.see(datagram(client(), server(), both));
  }
  EXPECT_EQ(last, PacketVerdict::refuse_packet);
}

TEST(GatewayChanges, WhateverComesBetweenItsHalvesAHelloIsWaitedFor) {
  Gateway gateway;
  const auto initials = initials_to("www.listed.example");
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[0])), PacketVerdict::pass);
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(gateway.see(datagram(client(), server(), Buffer(40, 0x11))), PacketVerdict::pass) << i;
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), PacketVerdict::refuse_packet);
}

Buffer vxlan(const Buffer& inside) { return ByteWriter().u32(0x08000000).u32(42U << 8).bytes(inside).take(); }

TEST(GatewayChanges, ATunnelsPortTakenForOnesOwnHidesNothing) {
  const Buffer inner = support::udp_frame({}, client(), server(), Buffer(20, 1));
  for (const std::uint16_t port : {std::uint16_t{4789}, std::uint16_t{8472}}) {
    Gateway gateway;
    EXPECT_EQ(gateway.see(datagram(client(port), server(), vxlan(inner))), PacketVerdict::pass);
    EXPECT_EQ(gateway.say_hello("www.listed.example", client(port)), PacketVerdict::refuse_packet);
    EXPECT_EQ(gateway.see(datagram(client(port), server(4789), vxlan(inner))), PacketVerdict::settled)
        << "a tunnel is not ours to judge";
  }
}

TEST(GatewayChanges, AQuestionThatLooksLikeATunnelIsAQuestion) {
  // Teredo's IPv6 packet of one byte by its head and its addresses (RFC 4380), and a question for a name
  // below `example` all the same: the prefix of the address stands within a label.
  const Buffer label{'t', 'e', 'r', 'e', 'd', 'o', 'x', 'x', 'x', 'x', 'x', 0x20, 0x01, 0, 0};
  const Buffer last{'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
  const Buffer question = ByteWriter()
                              .u32(0x60000100)
                              .u32(0x00010000)
                              .u32(0)
                              .u8(15)
                              .bytes(label)
                              .u8(7)
                              .bytes(last)
                              .u32(0x00010001)
                              .take();
  ASSERT_EQ(question.size(), 41U);
  Gateway gateway;
  gateway.listed = "example";
  EXPECT_EQ(gateway.see(datagram(client(3544), server(53), question)), PacketVerdict::refuse_packet);
}

TEST(GatewayChanges, ADatagramThatIsLongerThanTheKernelHandsOverSettlesNothingAndIsRead) {
  constexpr std::size_t handed_over = 65531;
  const auto longest = [](Bytes begins) {
    Buffer payload(begins.begin(), begins.end());
    payload.resize(65507);
    Buffer packet = datagram(client(), server(), payload);
    packet.resize(handed_over);
    return packet;
  };
  Gateway gateway;
  EXPECT_EQ(gateway.see(longest({})), PacketVerdict::pass);
  EXPECT_EQ(gateway.say_hello("www.listed.example", client()), PacketVerdict::refuse_packet);

  Gateway another;
  const auto initials = initials_to("www.listed.example");
  EXPECT_EQ(another.see(longest(initials[0])), PacketVerdict::pass);
  EXPECT_EQ(another.see(longest(initials[1])), PacketVerdict::refuse_packet);
}

TEST(GatewayChanges, OfManyAnswersInASecondEachIsNoLongerThanItsQuestion) {
  InspectorOptions options;
  options.answer_questions = true;
  Gateway gateway(options);
  const Buffer question =
      datagram(client(), server(53), support::dns_query(7, "www.listed.example", support::DnsType::a));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(gateway.see(question), PacketVerdict::answer);
  EXPECT_GT(gateway.inspector.take_replies().back().size(), question.size());
  ASSERT_EQ(gateway.see(question), PacketVerdict::answer);
  const Packet brief = gateway.inspector.take_replies().back();
  EXPECT_EQ(brief.size(), question.size());
  EXPECT_EQ(brief.at(20 + 8 + 3) & 0x0f, 3) << "it says all the same that there is no such name";
  ASSERT_EQ(gateway.see(question, noon + 1s), PacketVerdict::answer);
  EXPECT_GT(gateway.inspector.take_replies().back().size(), question.size());
}

}  // namespace
}  // namespace edgewatch::enforce
