#include "edgewatch/enforce/mirror_inspector.hpp"

#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/decode.hpp"
#include "edgewatch/wire/dns.hpp"

#include "hellos.hpp"
#include "support/dns.hpp"
#include "support/forge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using namespace std::chrono_literals;
using support::Buffer;
using support::TcpFlag;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint32_t client_isn = 0xfffffe00;  // so that the numbers wrap within the hello
constexpr std::uint32_t server_isn = 0xfffffff0;

net::MacAddress mac(std::string_view text) { return *net::MacAddress::parse(text); }
const net::MacAddress ours = mac("02:00:5e:10:aa:01");
const support::Link desk{mac("02:00:5e:10:00:17"), mac("02:00:5e:10:00:01"), {20}};

net::Endpoint end(std::string_view address, std::uint16_t port) {
  return {*net::IpAddress::parse(address), port};
}
const net::Endpoint server = end("198.51.100.10", 443);
net::Endpoint client(std::uint16_t port = 50000) { return end("10.20.1.17", port); }

const Buffer listed_hello = hello_to("www.listed.example");
const auto hello_size = static_cast<std::uint32_t>(listed_hello.size());

/// What a frame that was sent says, read as the sensor reads.
struct Said {
  net::MacAddress to_mac;
  net::Endpoint from, to;
  bool reset = false;
  std::uint32_t sequence = 0, acknowledgement = 0;
  Buffer payload;
};

/// A mirror that refuses `listed.example` and what is below it, and the wire it watches.
struct Port {
  Port()
      : inspector([this](const auto& s) { return decide(s); },
                  [this](const auto& c, const auto& f) { return send(c, f); },
                  [this](const auto& s) { stopped.push_back(s); }, options()) {}
  static MirrorOptions options() {
    MirrorOptions out;
    out.hash_key = {1, 2};
    out.inside = {*net::Network::parse("10.20.0.0/16"), *net::Network::parse("2001:db8:20::/48")};
    out.exclude = {*net::Network::parse("10.20.9.0/24")};
    out.ours = ours;
    return out;
  }
  model::Decision decide(const model::Sighting& sighting) const {
    model::Decision out;
    if (sighting.host.is_at_or_below(*net::HostName::from_user(listed))) out.verdict = model::Verdict::block;
    return out;
  }
  MayBeSent send(const net::IpAddress& about, const std::vector<Packet>& frames) {
    if (!may_send) return MayBeSent::no;
    if (const MayBeSent may = budget.take(about, frames.size(), now); may != MayBeSent::yes) return may;
    for (const Packet& frame : frames) {
      net::Frame seen;
      seen.bytes = frame;
      seen.wire_length = static_cast<std::uint32_t>(frame.size());
      const auto read = decoder.decode(seen);
      EXPECT_TRUE(read && *read != nullptr);
      EXPECT_EQ(wire::checksum_of(**read), wire::Checksum::good);
      EXPECT_EQ((*read)->source_mac, ours);
      EXPECT_EQ((*read)->vlan, 20);
      const auto& tcp = (*read)->tcp;
      said.push_back({*(*read)->destination_mac, (*read)->from, (*read)->to, tcp.rst, tcp.sequence,
                      tcp.acknowledgement, Buffer((*read)->payload.begin(), (*read)->payload.end())});
    }
    return MayBeSent::yes;
  }
  void see(Buffer bytes) {
    net::Frame frame;
    frame.at = noon;
    frame.bytes = bytes;
    frame.wire_length = static_cast<std::uint32_t>(bytes.size());
    inspector.see(frame);
  }
  void tcp(const net::Endpoint& from, const net::Endpoint& to, std::uint32_t sequence, std::uint32_t ack,
           std::uint8_t flags, Bytes payload = {}, bool damaged = false) {
    support::TcpFields fields;
    fields.sequence = sequence;
    fields.acknowledgement = ack;
    fields.flags = flags;
    const bool up = net::contains(options().inside, from.address);
    Buffer frame = support::tcp_frame(up ? desk : reversed(desk), from, to, fields, payload);
    if (damaged) frame[4 + 14 + 20 + 16] ^= 0x55;
    see(frame);
  }
  void shake_hands(std::uint16_t port = 50000) {
    tcp(client(port), server, client_isn, 0, TcpFlag::syn);
    tcp(server, client(port), server_isn, client_isn + 1, TcpFlag::syn | TcpFlag::ack);
    tcp(client(port), server, client_isn + 1, server_isn + 1, TcpFlag::ack);
  }
  void say(Bytes payload, std::uint32_t at = 0, std::uint32_t ack = 0, std::uint16_t port = 50000) {
    tcp(client(port), server, client_isn + 1 + at, server_isn + 1 + ack, TcpFlag::ack | TcpFlag::psh,
        payload);
  }
  void answer(Bytes payload, std::uint32_t at = 0) {
    tcp(server, client(), server_isn + 1 + at, client_isn + 1, TcpFlag::ack | TcpFlag::psh, payload);
  }
  void ask(const Buffer& query, const net::Endpoint& resolver = end("198.51.100.53", 53)) {
    see(support::udp_frame(desk, client(), resolver, query));
  }

  /// A connection that no rule refuses, with a hello that one may come to refuse.
  void let_through() {
    listed = "nothing.example";
    shake_hands();
    say(listed_hello);
  }
  void change_to(const char* now_listed) {
    listed = now_listed;
    inspector.reconsider();
  }

  std::string listed = "listed.example";
  bool may_send = true;
  MirrorBudget budget;
  Duration now{0};  ///< for the budget
  std::vector<model::Sighting> stopped;
  std::vector<Said> said;
  wire::Decoder decoder{HashKey{3, 4}};
  MirrorInspector inspector;
};

TEST(MirrorInspector, AListedHelloIsResetToBothEndsByTheVeryNumbersTheyWaitFor) {
  Port port;
  port.shake_hands();
  port.say(listed_hello);
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].to, client()) << "the client first";
  EXPECT_EQ(port.said[0].from, server);
  EXPECT_EQ(port.said[0].to_mac, desk.from);
  EXPECT_TRUE(port.said[0].reset);
  EXPECT_EQ(port.said[0].sequence, server_isn + 1);
  EXPECT_EQ(port.said[0].acknowledgement, client_isn + 1 + hello_size);
  EXPECT_EQ(port.said[1].to, server);
  EXPECT_EQ(port.said[1].from, client());
  EXPECT_EQ(port.said[1].to_mac, desk.to);
  EXPECT_TRUE(port.said[1].reset);
  EXPECT_EQ(port.said[1].sequence, client_isn + 1 + hello_size);
  ASSERT_THAT(port.stopped, SizeIs(1));
  EXPECT_EQ(port.stopped[0].confirmation, model::Confirmation::acknowledged);
  EXPECT_EQ(port.stopped[0].host.text(), "www.listed.example");
  EXPECT_EQ(port.inspector.counts().reset, 1U);
  EXPECT_EQ(port.inspector.counts().went_on, 0U);
}

TEST(MirrorInspector, ItStrikesAtTheSegmentThatCompletesTheNameInWhateverOrderTheyCome) {
  for (std::uint32_t cut = 1; cut < hello_size; cut += 37) {
    Port in_order;
    in_order.shake_hands();
    in_order.say(Bytes(listed_hello).first(cut));
    ASSERT_THAT(in_order.said, IsEmpty()) << cut;
    in_order.say(Bytes(listed_hello).subspan(cut), cut);
    ASSERT_THAT(in_order.said, SizeIs(2)) << cut;
    Port swapped;
    swapped.shake_hands();
    swapped.say(Bytes(listed_hello).subspan(cut), cut);
    swapped.say(Bytes(listed_hello).first(cut));
    ASSERT_THAT(swapped.said, SizeIs(2)) << cut;
    EXPECT_EQ(swapped.said[1].sequence, client_isn + 1 + hello_size) << "behind all that the client sent";
  }
}

TEST(MirrorInspector, AnotherNameIsLeftAloneWhateverItDoes) {
  Port port;
  port.shake_hands();
  port.say(hello_to("www.other.example"));
  port.answer(Buffer(3000, 1));
  port.say(Buffer(100, 2), hello_size, 3000);
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_THAT(port.stopped, IsEmpty());
}

TEST(MirrorInspector, WithoutBothEndsSeenRightItLeavesAlone) {
  Port unanswered;
  unanswered.tcp(client(), server, client_isn, 0, TcpFlag::syn);
  unanswered.say(listed_hello);
  EXPECT_THAT(unanswered.said, IsEmpty());
  EXPECT_EQ(unanswered.inspector.counts().unproven, 1U);

  Port not_begun;
  not_begun.say(listed_hello);
  EXPECT_THAT(not_begun.said, IsEmpty());

  Port wrong_number;  // somebody who does not see what the server says
  wrong_number.shake_hands();
  wrong_number.say(listed_hello, 0, 1234);
  EXPECT_THAT(wrong_number.said, IsEmpty());
  EXPECT_EQ(wrong_number.inspector.counts().unproven, 1U);

  Port two_servers;
  two_servers.shake_hands();
  two_servers.tcp(server, client(), 77, client_isn + 1, TcpFlag::syn | TcpFlag::ack);
  two_servers.say(listed_hello);
  EXPECT_THAT(two_servers.said, IsEmpty());

  Port damaged;
  damaged.shake_hands();
  damaged.tcp(client(), server, client_isn + 1, server_isn + 1, TcpFlag::ack, listed_hello, true);
  EXPECT_THAT(damaged.said, IsEmpty());
  EXPECT_EQ(damaged.inspector.counts().damaged, 1U);
  for (const Port* each : {&unanswered, &not_begun, &wrong_number, &two_servers, &damaged})
    EXPECT_THAT(each->stopped, IsEmpty()) << "nothing was stopped, so nobody is told to have tried";
}

TEST(MirrorInspector, ARaceThatIsLostIsCountedAndRunAgainWithTheNumbersOfThen) {
  Port port;
  port.shake_hands();
  port.say(listed_hello);
  port.said.clear();
  port.answer(Buffer(1000, 1));
  EXPECT_EQ(port.inspector.counts().answered, 1U);
  EXPECT_EQ(port.inspector.counts().went_on, 0U) << "it need not have reached a client that lives";
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].to, client());
  EXPECT_EQ(port.said[0].sequence, server_isn + 1 + 1000);
  port.said.clear();
  port.say(Buffer(80, 2), hello_size, 1000);
  EXPECT_EQ(port.inspector.counts().went_on, 1U);
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].sequence, server_isn + 1 + 1000);
  EXPECT_EQ(port.said[1].sequence, client_isn + 1 + hello_size + 80);
  for (std::uint32_t i = 0; i < 100; ++i) port.answer(Buffer(10, 1), 1000 + 10 * i);
  EXPECT_LE(port.said.size(), 24U) << "and not for ever";
  EXPECT_EQ(port.inspector.counts().reset, 1U);
  EXPECT_EQ(port.inspector.counts().went_on, 1U);
  EXPECT_THAT(port.stopped, SizeIs(1));
}

TEST(MirrorInspector, OurOwnResetsComeBackByTheMirrorAndMeanNothing) {
  Port port;
  port.shake_hands();
  port.say(listed_hello);
  port.said.clear();
  port.tcp(server, client(), server_isn + 1, client_isn + 1 + hello_size, TcpFlag::rst | TcpFlag::ack);
  port.tcp(client(), server, client_isn + 1 + hello_size, server_isn + 1, TcpFlag::rst | TcpFlag::ack);
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_EQ(port.inspector.counts().went_on, 0U);
}

TEST(MirrorInspector, AChangeEndsAConnectionWhenItsClientNextSpeaks) {
  Port port;
  port.let_through();
  port.answer(Buffer(5000, 1));
  EXPECT_THAT(port.said, IsEmpty());
  port.change_to("listed.example");
  EXPECT_THAT(port.said, IsEmpty());
  port.say({}, hello_size, 5000);
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].sequence, server_isn + 1 + 5000);
  EXPECT_EQ(port.said[1].sequence, client_isn + 1 + hello_size);
  EXPECT_EQ(port.inspector.counts().cut, 1U);
  EXPECT_THAT(port.stopped, IsEmpty()) << "it was allowed when it was tried";
}

TEST(MirrorInspector, ARuleThatIsTakenBackBeforeAClientSpeaksHurtsNoConnectionOfThen) {
  Port port;
  port.let_through();
  port.change_to("listed.example");
  port.change_to("nothing.example");
  port.say({}, hello_size);
  EXPECT_THAT(port.said, IsEmpty());
}

TEST(MirrorInspector, AChangeIsNotHeldAgainstTheNextConnectionFromThePort) {
  Port port;
  port.let_through();
  port.change_to("listed.example");
  constexpr std::uint32_t later = 0x40000000;
  port.tcp(client(), server, client_isn + later, 0, TcpFlag::syn);
  port.tcp(server, client(), server_isn + later, client_isn + later + 1, TcpFlag::syn | TcpFlag::ack);
  port.tcp(client(), server, client_isn + later + 1, server_isn + later + 1, TcpFlag::ack);
  port.tcp(client(), server, client_isn + later + 1, server_isn + later + 1, TcpFlag::ack, Buffer(100, 2));
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_EQ(port.inspector.counts().unproven, 0U);
}

TEST(MirrorInspector, AMadeUpSynHidesNoConnectionAndATrueOneTakesItsPlace) {
  Port made_up;
  made_up.shake_hands();
  made_up.tcp(client(), server, 4711, 0, TcpFlag::syn);
  made_up.say(listed_hello);
  EXPECT_THAT(made_up.said, SizeIs(2));

  Port before_the_answer;  // made up before and behind the true one; the server takes up that one alone
  for (const std::uint32_t number : {4711U, client_isn, 4712U, 4713U})
    before_the_answer.tcp(client(), server, number, 0, TcpFlag::syn);
  before_the_answer.tcp(server, client(), server_isn, client_isn + 1, TcpFlag::syn | TcpFlag::ack);
  before_the_answer.say(listed_hello);
  EXPECT_THAT(before_the_answer.said, SizeIs(2));

  Port used_again;
  used_again.shake_hands();
  used_again.say(hello_to("www.other.example"));
  used_again.tcp(client(), server, 4711, 0, TcpFlag::syn);
  used_again.tcp(server, client(), 815, 4712, TcpFlag::syn | TcpFlag::ack);
  used_again.tcp(client(), server, 4712, 816, TcpFlag::ack | TcpFlag::psh, listed_hello);
  ASSERT_THAT(used_again.said, SizeIs(2));
  EXPECT_EQ(used_again.said[0].sequence, 816U);
  EXPECT_EQ(used_again.said[1].sequence, 4712 + hello_size);
}

TEST(MirrorInspector, BytesThatNoHostTakesHideNoName) {
  Port port;
  port.shake_hands();
  port.tcp(client(), server, client_isn + 1, server_isn + 1, TcpFlag::ack, hello_to("www.other.example"),
           true);
  port.say(listed_hello);
  EXPECT_THAT(port.said, SizeIs(2));
}

TEST(MirrorInspector, WhatIsLeftAloneIsCountedAConnectionOnce) {
  Port port;
  port.let_through();
  port.change_to("listed.example");
  for (std::uint32_t i = 0; i < 5; ++i) port.say(Buffer(10, 2), hello_size + 10 * i, 70000);
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_EQ(port.inspector.counts().unproven, 1U);
}

TEST(MirrorInspector, AQuestionIsAnsweredToItsAskerAlone) {
  Port port;
  const Buffer query = support::dns_query(9, "wWw.Listed.example", support::DnsType::aaaa);
  port.ask(query);
  ASSERT_THAT(port.said, SizeIs(1));
  EXPECT_EQ(port.said[0].to, client());
  EXPECT_EQ(port.said[0].from, end("198.51.100.53", 53));
  EXPECT_EQ(port.said[0].to_mac, desk.from);
  const auto answer = wire::dns::parse(port.said[0].payload);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, 9);
  EXPECT_EQ(answer->rcode, support::DnsCode::name_error);
  EXPECT_EQ(port.inspector.counts().forged, 1U);
  ASSERT_THAT(port.stopped, SizeIs(1));
  EXPECT_EQ(port.stopped[0].confirmation, model::Confirmation::claimed)
      << "anybody could have sent it in a colleague's name";
  port.ask(support::dns_query(9, "www.other.example", support::DnsType::a));
  Buffer response = query;  // a resolver that asks another from its own port 53
  response[2] |= 0x80;
  port.ask(response);
  EXPECT_THAT(port.said, SizeIs(1));
}

TEST(MirrorInspector, SixIsAnsweredAndResetLikeFour) {
  Port port;
  const net::Endpoint six = end("2001:db8:20::17", 50000);
  port.see(support::udp_frame(desk, six, end("2001:db8:ffff::53", 53),
                              support::dns_query(9, "www.listed.example", support::DnsType::a)));
  ASSERT_THAT(port.said, SizeIs(1));
  EXPECT_EQ(port.said[0].to, six);
  port.said.clear();
  const net::Endpoint site = end("2001:db8:ffff::10", 443);
  port.tcp(six, site, client_isn, 0, TcpFlag::syn);
  port.tcp(site, six, 4711, client_isn + 1, TcpFlag::syn | TcpFlag::ack);
  port.tcp(six, site, client_isn + 1, 4712, TcpFlag::ack, listed_hello);
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].to, six);
  EXPECT_EQ(port.said[0].sequence, 4712U);
}

TEST(MirrorInspector, ARefusedQuestionOrRequestOverTcpEndsItsConnectionAndOthersBeforeItDoNot) {
  const auto prefixed = [](const char* name) {
    Buffer out = support::dns_query(9, name, support::DnsType::a);
    const auto length = static_cast<std::uint16_t>(out.size());
    out.insert(out.begin(), {static_cast<std::uint8_t>(length >> 8U), static_cast<std::uint8_t>(length)});
    return out;
  };
  const auto text = [](const std::string& head) { return Buffer(head.begin(), head.end()); };
  struct Case {
    std::uint16_t server_port;
    Buffer other, listed;
  };
  for (const Case& each : {Case{53, prefixed("www.other.example"), prefixed("www.listed.example")},
                           Case{80, {}, text("GET / HTTP/1.1\r\nHost: www.listed.example\r\n\r\n")}}) {
    Port port;
    const net::Endpoint site = end("198.51.100.10", each.server_port);
    const auto say = [&](std::uint32_t at, std::uint8_t flags, Bytes payload) {
      port.tcp(client(), site, client_isn + at, flags == TcpFlag::syn ? 0 : server_isn + 1, flags, payload);
    };
    say(0, TcpFlag::syn, {});
    port.tcp(site, client(), server_isn, client_isn + 1, TcpFlag::syn | TcpFlag::ack);
    if (!each.other.empty()) say(1, TcpFlag::ack, each.other);
    EXPECT_THAT(port.said, IsEmpty());
    say(1 + static_cast<std::uint32_t>(each.other.size()), TcpFlag::ack, each.listed);
    EXPECT_THAT(port.said, SizeIs(2)) << each.server_port;
    EXPECT_THAT(port.stopped, SizeIs(1));
  }
}

TEST(MirrorInspector, WhoIsNotWatchedIsNotTouched) {
  Port port;
  const Buffer query = support::dns_query(9, "www.listed.example", support::DnsType::a);
  for (const char* address : {"10.20.9.17", "192.0.2.17"})
    port.see(support::udp_frame(desk, end(address, 50000), end("198.51.100.53", 53), query));
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_EQ(port.inspector.counts().names.packets, 0U);
}

TEST(MirrorInspector, QuicIsCountedSinceItCannotBeStopped) {
  Port port;
  for (const Buffer& initial : initials_to("www.listed.example"))
    port.see(support::udp_frame(desk, client(), server, initial));
  EXPECT_THAT(port.said, IsEmpty());
  EXPECT_EQ(port.inspector.counts().quic, 1U);
  EXPECT_THAT(port.stopped, IsEmpty());
}

TEST(MirrorInspector, WhatCannotBeSentStopsNobodyAndIsToldSo) {
  Port port;
  port.may_send = false;
  port.shake_hands();
  port.say(listed_hello);
  port.ask(support::dns_query(9, "www.listed.example", support::DnsType::a));
  EXPECT_EQ(port.inspector.counts().unsent, 2U);
  EXPECT_EQ(port.inspector.counts().reset, 0U);
  EXPECT_THAT(port.stopped, IsEmpty());
}

TEST(MirrorInspector, WhatCouldNotBeSentIsSentWithTheClientsNextSegment) {
  Port port;
  port.may_send = false;
  port.shake_hands();
  port.say(listed_hello);
  port.may_send = true;
  port.answer(Buffer(1000, 1));
  port.say({}, hello_size, 1000);
  ASSERT_THAT(port.said, SizeIs(2));
  EXPECT_EQ(port.said[0].sequence, server_isn + 1 + 1000);
  EXPECT_EQ(port.inspector.counts().reset, 1U);
  EXPECT_EQ(port.inspector.counts().cut, 0U) << "it was never let through";
  EXPECT_THAT(port.stopped, SizeIs(1));
}

TEST(MirrorInspector, AColleagueIsCutThroughoutAnothersFlood) {
  Port port;
  const Buffer query = support::dns_query(9, "www.listed.example", support::DnsType::a);
  const Buffer flood = support::udp_frame(desk, end("10.20.1.99", 40000), end("198.51.100.53", 53), query);
  std::uint16_t source = 50000;
  for (int millisecond = 0; millisecond < 1000; ++millisecond) {
    port.now += 1ms;
    for (int i = 0; i < 25; ++i) port.see(flood);
    if (millisecond % 50 != 0) continue;
    port.shake_hands(++source);
    port.say(listed_hello, 0, 0, source);
  }
  const MirrorCounts counts = port.inspector.counts();
  EXPECT_EQ(counts.reset, 20U) << "each of the colleague's connections";
  EXPECT_EQ(counts.unsent, 0U);
  EXPECT_GT(counts.forged, 10'000U) << "what the colleague leaves is the flood's";
  EXPECT_EQ(counts.forged + counts.over_share, 25'000U);
}

}  // namespace
}  // namespace edgewatch::enforce
