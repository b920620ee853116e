// The gateway and hellos over QUIC: one connection at a time.
#include "gateway.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using support::Buffer;

TEST(GatewayInspector, AQuicHelloOverTwoDatagramsIsRefusedInAnyOrderAndBehindJunk) {
  for (const bool reversed : {false, true}) {
    std::vector<Buffer> datagrams = initials_to("www.listed.example");
    ASSERT_EQ(datagrams.size(), 2U);
    if (reversed) std::swap(datagrams[0], datagrams[1]);
    Gateway gateway;
    const Buffer junk(40, 0x11);
    EXPECT_EQ(gateway.see(datagram(client(), server(), junk)), PacketVerdict::pass);
    EXPECT_EQ(gateway.see(datagram(client(), server(), datagrams[0])), PacketVerdict::pass);
    EXPECT_EQ(gateway.see(datagram(client(), server(), datagrams[1])), PacketVerdict::refuse_packet);
  }
}

TEST(GatewayInspector, TheEndOfARefusedQuicHelloDoesNotPassWhenItIsSentOnceMore) {
  Gateway gateway;
  const auto initials = initials_to("www.listed.example");
  ASSERT_EQ(initials.size(), 2U);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[0])), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), PacketVerdict::refuse_packet);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), PacketVerdict::refuse_packet)
      << "the server has the beginning";
  EXPECT_EQ(gateway.see(datagram(client(50001), server(), initials[1])), PacketVerdict::pass)
      << "another port is another connection";
}

TEST(GatewayInspector, TheEndOfAQuicHelloWhoseBeginningADaemonThatDiedLetThroughIsKeptBackFromWhoeverWaits) {
  const auto initials = initials_to("www.listed.example");
  Buffer to_the_servers_id = initials[1];
  to_the_servers_id.at(6) ^= 0xff;  // the id that the server gave, with the keys of the one before
  for (const bool waits : {false, true}) {
    Gateway gateway;
    gateway.waits = waits;
    const auto expected = waits ? PacketVerdict::answer : PacketVerdict::pass;
    for (int i = 0; i < 20; ++i)
      EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), expected) << "sent again";
    EXPECT_EQ(gateway.see(datagram(client(50001), server(), to_the_servers_id)), expected);
  }
}

TEST(GatewayInspector, AQuicDatagramThatOvertakesItsBeginningIsKeptBackOnceAndOnlyInTheFirstMinutes) {
  const auto initials = initials_to("www.other.example");
  Gateway gateway;
  gateway.waits = true;
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), PacketVerdict::answer);
  EXPECT_EQ(gateway.see(datagram(client(), server(), initials[0])), PacketVerdict::settled);
  const Timestamp later = noon + std::chrono::minutes(3);
  EXPECT_EQ(gateway.see(datagram(client(50001), server(), initials[1]), later), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(50001), server(), initials[0]), later), PacketVerdict::settled);
}

TEST(GatewayInspector, QuicIsLetThroughUnlessItIsSwitchedOff) {
  const std::vector<Buffer> datagrams = initials_to("www.other.example");
  Gateway gateway;
  EXPECT_EQ(gateway.see(datagram(client(), server(), datagrams[0])), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(), datagrams[1])), PacketVerdict::settled);
  InspectorOptions options;
  options.refuse_quic = true;
  Gateway without(options);
  EXPECT_EQ(without.see(datagram(client(), server(), datagrams[0])), PacketVerdict::refuse);
}

TEST(GatewayInspector, UdpThatIsNotQuicIsLookedAtForEightPackets) {
  Gateway gateway;
  const Buffer voice(160, 0x80);
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(gateway.see(datagram(client(), server(5004), voice)), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(5004), voice)), PacketVerdict::settled);
}

TEST(GatewayInspector, WhatIsNoHelloInAnInitialDoesNotHideTheOneThatFollows) {
  support::Random random(9);
  support::QuicHelloOptions quic;
  quic.destination = {9, 9, 9, 9, 9, 9, 9, 9};
  quic.pieces = 1;
  Buffer no_hello(300, 0);
  no_hello[0] = 2;  // a ServerHello
  no_hello[2] = 1;
  no_hello[3] = 40;
  Buffer broken = no_hello;  // a hello that cannot be read
  broken[0] = 1;
  for (const Buffer& decoy : {no_hello, broken}) {
    Gateway gateway;
    for (const Buffer& packet : support::client_initials(decoy, quic, random))
      EXPECT_EQ(gateway.see(datagram(client(), server(), packet)), PacketVerdict::pass);
    const auto initials = initials_to("www.listed.example");
    EXPECT_EQ(gateway.see(datagram(client(), server(), initials[0])), PacketVerdict::pass);
    EXPECT_EQ(gateway.see(datagram(client(), server(), initials[1])), PacketVerdict::refuse_packet);
  }
  Gateway gateway;
  PacketVerdict verdict = PacketVerdict::pass;
  const Buffer worn = support::client_initials(no_hello, quic, random).front();
  for (int i = 0; i < 32; ++i) verdict = gateway.see(datagram(client(), server(), worn));
  EXPECT_EQ(verdict, PacketVerdict::refuse) << "there is no end of them";
}

Buffer both(Buffer one, const Buffer& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

TEST(GatewayInspector, InitialsThatDoNotOpenHideNoHelloWhereverTheyStand) {
  Buffer junk;
  for (int i = 0; i < 60; ++i) junk.insert(junk.end(), {0xc0, 0, 0, 0, 1, 4, 7, 7, 7, 7, 0, 0, 0});
  const auto initials = initials_to("www.listed.example");
  ASSERT_EQ(initials.size(), 2U);
  const auto refused = [](PacketVerdict verdict) {
    return verdict == PacketVerdict::refuse || verdict == PacketVerdict::refuse_packet;
  };
  // Ahead of the hello in datagrams of their own, between its halves, and behind one half in its datagram.
  for (const std::vector<Buffer>& sent : {std::vector<Buffer>{junk, junk, initials[0], initials[1]},
                                          std::vector<Buffer>{initials[0], junk, initials[1]},
                                          std::vector<Buffer>{initials[0], both(initials[1], junk)}}) {
    Gateway gateway;
    bool was_refused = false;
    for (const Buffer& each : sent) was_refused = refused(gateway.see(datagram(client(), server(), each)));
    EXPECT_TRUE(was_refused);
  }
  // One of another id that does not open, ahead of the first half alone: the halves are of one hello still.
  Buffer behind{0xc0, 0, 0, 0, 1, 8, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0x40, 64};
  behind.resize(behind.size() + 64, 0x5a);
  Gateway gateway;
  EXPECT_EQ(gateway.see(datagram(client(), server(), both(behind, initials[0]))), PacketVerdict::pass);
  EXPECT_TRUE(refused(gateway.see(datagram(client(), server(), initials[1]))));
}

TEST(GatewayInspector, AQuicHelloThatCannotBeReadIsRefusedWhereTheCouncilSaysSo) {
  InspectorOptions options;
  options.refuse_unparsable = true;
  Gateway gateway(options);
  support::Random random(9);
  support::QuicHelloOptions quic;
  quic.destination = {9, 9, 9, 9, 9, 9, 9, 9};
  Buffer broken(300, 0);
  broken[0] = 1;
  broken[2] = 1;
  broken[3] = 40;
  EXPECT_EQ(gateway.see(datagram(client(), server(), support::client_initials(broken, quic, random).front())),
            PacketVerdict::refuse);
  EXPECT_EQ(gateway.inspector.counts().unparsable, 1U);
}

}  // namespace
}  // namespace edgewatch::enforce
