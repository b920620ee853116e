// The gateway over TCP and plain DNS: the name is found however it is cut, and nothing else is refused for
// it.
#include "gateway.hpp"
#include "support/dns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using namespace std::chrono_literals;
using support::Buffer;
using support::ByteWriter;
using support::TcpFlag;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(GatewayInspector, AListedNameIsRefusedAndAnotherOnTheSameAddressGoesThrough) {
  Gateway gateway;
  EXPECT_EQ(gateway.connect(50000), PacketVerdict::pass);
  EXPECT_EQ(gateway.connect(50001), PacketVerdict::pass);
  const Buffer listed = hello_to("www.listed.example");
  const Buffer other = hello_to("www.other.example");
  EXPECT_EQ(gateway.send(listed, 0, listed.size(), 50000), PacketVerdict::refuse);
  EXPECT_EQ(gateway.send(other, 0, other.size(), 50001), PacketVerdict::settled);
  EXPECT_EQ(gateway.inspector.counts().flows, 0U);
  EXPECT_EQ(gateway.asked.front().confirmation, model::Confirmation::acknowledged);
  EXPECT_EQ(gateway.asked.front().evidence, model::NameEvidence::tls_server_name);
  EXPECT_EQ(gateway.asked.front().client.address, client().address);
}

TEST(GatewayInspector, EveryCutOfAHelloIsCaughtAlsoWithItsSegmentsSwappedAndTheFirstLostOnce) {
  const Buffer hello = hello_to("www.listed.example");
  for (std::size_t cut = 1; cut < hello.size(); ++cut) {
    Gateway in_order;
    ASSERT_EQ(in_order.connect(), PacketVerdict::pass);
    ASSERT_EQ(in_order.send(hello, 0, cut), PacketVerdict::pass) << cut;
    ASSERT_EQ(in_order.send(hello, 0, cut), PacketVerdict::pass) << cut;  // lost behind us, so sent again
    ASSERT_EQ(in_order.send(hello, cut, hello.size()), PacketVerdict::refuse) << cut;
    Gateway swapped;
    ASSERT_EQ(swapped.connect(), PacketVerdict::pass);
    ASSERT_EQ(swapped.send(hello, cut, hello.size()), PacketVerdict::pass) << cut;
    ASSERT_EQ(swapped.send(hello, 0, cut), PacketVerdict::refuse) << cut;
  }
}

TEST(GatewayInspector, EveryCutIntoRecordsIsCaught) {
  support::Random random(7);
  support::HelloOptions options;
  options.server_name = "www.listed.example";
  const Buffer message = support::client_hello(options, random);
  for (std::size_t most = 1; most < message.size(); ++most) {
    const Buffer records = support::tls_records(22, message, 0x0301, most);
    Gateway gateway;
    ASSERT_EQ(gateway.connect(), PacketVerdict::pass);
    const bool too_many = records.size() > message.size() + std::size_t{5} * 1024;
    if (too_many)
      continue;  // what no sender does: it is unparsable, and on_unparsable says what becomes of it
    ASSERT_EQ(gateway.send(records, 0, records.size()), PacketVerdict::refuse) << most;
  }
}

TEST(GatewayInspector, AHelloSentAByteAtATimeIsCaughtByItsLastByteThatMatters) {
  const Buffer hello = hello_to("www.listed.example");
  Gateway gateway;
  static_cast<void>(gateway.connect());
  for (std::size_t at = 0; at + 1 < hello.size(); ++at)
    ASSERT_EQ(gateway.send(hello, at, at + 1), PacketVerdict::pass) << at;
  EXPECT_EQ(gateway.send(hello, hello.size() - 1, hello.size()), PacketVerdict::refuse);
  EXPECT_EQ(gateway.inspector.held(), 0U);
}

TEST(GatewayInspector, SegmentsThatDisagreeAreRefused) {
  const Buffer decoy = hello_to("www.xxxxxx.example");
  const Buffer hello = hello_to("www.listed.example");
  Gateway gateway;
  static_cast<void>(gateway.connect());
  ASSERT_EQ(gateway.send(decoy, 0, decoy.size() - 1), PacketVerdict::pass);
  EXPECT_EQ(gateway.send(hello, 0, hello.size()), PacketVerdict::refuse);
  EXPECT_EQ(gateway.inspector.counts().contradictory, 1U);
  EXPECT_THAT(gateway.asked, IsEmpty()) << "and nobody is told to have asked for either name";
}

TEST(GatewayInspector, ASecondBeginningDoesNotHideTheFirst) {
  const Buffer hello = hello_to("www.listed.example");
  Gateway gateway;
  static_cast<void>(gateway.connect());
  static_cast<void>(gateway.see(segment(client(), server(), isn + 77777, TcpFlag::syn)));
  ASSERT_EQ(gateway.send(hello, 0, 100), PacketVerdict::pass);
  EXPECT_EQ(gateway.send(hello, 100, hello.size()), PacketVerdict::refuse);
}

TEST(GatewayInspector, AQuestionIsRefusedByItselfAndTheNextOneOfTheSamePortGoesThrough) {
  Gateway gateway;
  const auto ask = [&](const std::string& name) {
    return gateway.see(datagram(client(), server(53), support::dns_query(7, name, support::DnsType::a)));
  };
  EXPECT_EQ(ask("www.LISTED.example"), PacketVerdict::refuse_packet);
  EXPECT_EQ(ask("www.other.example"), PacketVerdict::pass);
  EXPECT_EQ(gateway.see(datagram(client(), server(53), Buffer(5, 0xff))), PacketVerdict::pass);
  EXPECT_EQ(gateway.inspector.counts().unparsable, 1U);
}

TEST(GatewayInspector, AQuestionOverTcpIsRefusedHoweverItsLengthIsCut) {
  const Buffer one = support::dns_query(7, "www.other.example", support::DnsType::a);
  const Buffer two = support::dns_query(8, "www.listed.example", support::DnsType::a);
  support::ByteWriter writer;
  writer.u16(one.size()).bytes(one).u16(two.size()).bytes(two);
  const Buffer stream = std::move(writer).take();
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    Gateway gateway;
    const auto send = [&](std::size_t from, std::size_t to) {
      return gateway.see(segment(client(), server(53), isn + 1 + static_cast<std::uint32_t>(from),
                                 TcpFlag::ack, Bytes(stream).subspan(from, to - from)));
    };
    ASSERT_EQ(gateway.see(segment(client(), server(53), isn, TcpFlag::syn)), PacketVerdict::pass);
    ASSERT_EQ(send(0, cut), PacketVerdict::pass);
    ASSERT_EQ(send(cut, stream.size()), PacketVerdict::refuse) << cut;
  }
}

TEST(GatewayInspector, APlainRequestIsJudgedByItsHost) {
  const auto request = [](const std::string& host) {
    const std::string text = "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    return Buffer(text.begin(), text.end());
  };
  Gateway gateway;
  static_cast<void>(gateway.connect(50000));
  static_cast<void>(gateway.connect(50001));
  const Buffer listed = request("www.listed.example:80");
  const Buffer other = request("www.other.example");
  EXPECT_EQ(gateway.send(listed, 0, 20, 50000), PacketVerdict::pass);
  EXPECT_EQ(gateway.send(listed, 20, listed.size(), 50000), PacketVerdict::refuse);
  EXPECT_EQ(gateway.send(other, 0, other.size(), 50001), PacketVerdict::settled);
}

TEST(GatewayInspector, ARetryThatHidesItsNameIsRefusedForAMinuteAtThatServerAndForThatClientAlone) {
  const auto nameless = [](Gateway& gateway, const net::Endpoint& from, Timestamp at) {
    const Buffer hello = hello_to("");
    static_cast<void>(gateway.see(segment(from, server(), isn, TcpFlag::syn), at));
    return gateway.see(segment(from, server(), isn + 1, TcpFlag::ack, hello), at);
  };
  Gateway gateway;
  EXPECT_EQ(nameless(gateway, client(1), noon), PacketVerdict::settled);
  const Buffer hello = hello_to("www.listed.example");
  static_cast<void>(gateway.connect());
  ASSERT_EQ(gateway.send(hello, 0, hello.size()), PacketVerdict::refuse);
  EXPECT_EQ(nameless(gateway, client(2), noon + 59s), PacketVerdict::refuse);
  EXPECT_EQ(nameless(gateway, client(3, "10.20.1.18"), noon + 1s), PacketVerdict::settled);
  const Buffer other = hello_to("www.other.example");
  static_cast<void>(gateway.connect(50001));
  EXPECT_EQ(gateway.send(other, 0, other.size(), 50001), PacketVerdict::settled)
      << "a name speaks for itself";
  EXPECT_EQ(nameless(gateway, client(4), noon + 61s), PacketVerdict::settled);
  EXPECT_EQ(gateway.inspector.counts().residual, 0U);
}

TEST(GatewayInspector, WhatCannotBeReadIsLetThroughUnlessTheCouncilSaysOtherwise) {
  Buffer hello = hello_to("www.other.example");
  hello[5 + 4 + 2 + 32] = 33;  // a session id longer than TLS has
  for (const bool refuse : {false, true}) {
    InspectorOptions options;
    options.refuse_unparsable = refuse;
    Gateway gateway(options);
    static_cast<void>(gateway.connect());
    EXPECT_EQ(gateway.send(hello, 0, hello.size()), refuse ? PacketVerdict::refuse : PacketVerdict::settled);
    EXPECT_EQ(gateway.inspector.counts().unparsable, 1U);
  }
}

TEST(GatewayInspector, AConnectionThatWasOpenBeforeIsLetBe) {
  Gateway gateway;
  const Buffer records(500, 0x17);
  EXPECT_EQ(gateway.send(records, 0, records.size()), PacketVerdict::settled);
  const Buffer hello = hello_to("www.listed.example");
  EXPECT_EQ(gateway.send(hello, 0, 100, 50001), PacketVerdict::pass) << "but a beginning is a beginning";
  EXPECT_EQ(gateway.send(hello, 100, hello.size(), 50001), PacketVerdict::refuse);
  EXPECT_EQ(gateway.asked.front().confirmation, model::Confirmation::claimed);
}

TEST(GatewayInspector, APortMayBeUsedAgain) {
  Gateway gateway;
  const Buffer other = hello_to("www.other.example");
  const Buffer listed = hello_to("www.listed.example");
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.send(listed, 0, listed.size()), PacketVerdict::refuse);
  EXPECT_THAT(gateway.inspector.take_refused(),
              ElementsAre(Inspector::Connection{client(50000), server(), wire::Transport::tcp}));
  EXPECT_THAT(gateway.inspector.take_refused(), IsEmpty());
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.send(other, 0, other.size()), PacketVerdict::settled);
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.send(listed, 0, listed.size()), PacketVerdict::refuse);
}

TEST(GatewayInspector, WhatWasLetThroughIsNotRefusedWhenItsEndComesOnceMore) {
  Gateway gateway;
  const Buffer other = hello_to("www.other.example");
  const Buffer listed = hello_to("www.listed.example");
  static_cast<void>(gateway.connect(50001));
  EXPECT_EQ(gateway.send(listed, 0, listed.size(), 50001), PacketVerdict::refuse);
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.send(other, 0, 100), PacketVerdict::pass);
  EXPECT_EQ(gateway.send(other, 100, other.size()), PacketVerdict::settled);
  EXPECT_EQ(gateway.send(other, 100, other.size()), PacketVerdict::settled);
}

TEST(GatewayInspector, TheEndOfAHelloWhoseBeginningADaemonThatDiedLetThroughIsRefusedToWhoeverWaits) {
  const Buffer hello = hello_to("www.listed.example");
  for (const bool waits : {false, true}) {
    Gateway gateway;
    gateway.waits = waits;
    const auto end = gateway.send(hello, 1000, hello.size());
    EXPECT_EQ(end, waits ? PacketVerdict::refuse : PacketVerdict::settled);
    // And once more, by whoever takes no notice of resets.
    const auto again = gateway.send(hello, 1000, hello.size());
    EXPECT_EQ(again, waits ? PacketVerdict::refuse_packet : PacketVerdict::settled);
    EXPECT_EQ(gateway.inspector.counts().unseen_beginning, waits ? 1U : 2U);
  }
}

TEST(GatewayInspector, WhoeverWaitsIsNotRefusedWhatFollowsAVerdictOrWhatAServerOfOursSays) {
  Gateway gateway;
  gateway.waits = true;
  const Buffer banner{'S', 'S', 'H', '-', '2', '.', '0', '\r', '\n', 0, 1, 2, 3, 4};
  gateway.connect();
  EXPECT_EQ(gateway.send(banner, 0, 9), PacketVerdict::settled);
  EXPECT_EQ(gateway.send(banner, 9, banner.size()), PacketVerdict::settled) << "was in the queue with it";
  EXPECT_THAT(gateway.inspector.reconsider(noon, {[](const auto&) { return model::Decision{}; }}), IsEmpty());
  gateway.see(segment(client(22), server(40000), isn, TcpFlag::syn | TcpFlag::ack));
  EXPECT_EQ(gateway.see(segment(client(22), server(40000), isn + 1, TcpFlag::ack, banner)),
            PacketVerdict::settled);
}

TEST(GatewayInspector, ABeginningInTheMiddleOfAHelloDoesNotHideItsEnd) {
  Gateway gateway;
  const Buffer hello = hello_to("www.listed.example");
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.send(hello, 0, 100), PacketVerdict::pass);
  EXPECT_EQ(gateway.connect(50000, isn + 70000), PacketVerdict::pass);
  EXPECT_EQ(gateway.send(hello, 100, hello.size()), PacketVerdict::refuse);
  EXPECT_EQ(gateway.send(hello, 100, hello.size()), PacketVerdict::refuse_packet)
      << "once more, by whoever takes no notice of resets";
}

TEST(GatewayInspector, ABeginningThatIsMadeUpHidesNoHelloWhateverTheOrder) {
  const Buffer hello = hello_to("www.listed.example");
  for (const std::uint32_t made_up : {other_isn, isn + 100, isn - 100, isn + 1400}) {
    Gateway swapped;
    static_cast<void>(swapped.connect());
    EXPECT_EQ(swapped.connect(50000, made_up), PacketVerdict::pass);
    EXPECT_EQ(swapped.send(hello, 1400, hello.size()), PacketVerdict::pass);
    EXPECT_EQ(swapped.send(hello, 0, 1400), PacketVerdict::refuse);
    Gateway before;
    static_cast<void>(before.connect(50000, made_up));
    static_cast<void>(before.connect());
    EXPECT_EQ(before.send(hello, 0, 1400), PacketVerdict::pass);
    EXPECT_EQ(before.send(hello, 1400, hello.size()), PacketVerdict::refuse);
  }
}

TEST(GatewayInspector, OfBeginningsThatHaveAllSaidSomethingAFifthIsRefused) {
  Gateway gateway;
  const Buffer hello = hello_to("www.other.example");
  for (std::uint32_t i = 1; i <= 5; ++i) {
    EXPECT_EQ(gateway.connect(50000, i * 1000000),
              i < 5 ? PacketVerdict::pass : PacketVerdict::refuse_packet);
    static_cast<void>(gateway.send(hello, 0, 100, 50000, i * 1000000));
  }
  for (std::uint32_t i = 1; i <= 9; ++i)
    EXPECT_EQ(gateway.connect(50001, i * 1000000), PacketVerdict::pass)
        << "those that said nothing make room";
}

// What follows happens where the kernel lets packets pass for want of room: we see some of a connection, and
// then of another one from the same port.

TEST(GatewayInspector, TheRestOfAHelloThatPassedWithoutUsIsNotRefusedForAnothersSake) {
  Gateway gateway;
  static_cast<void>(gateway.connect(50001));
  ASSERT_EQ(gateway.say(hello_to("www.listed.example"), 50001), PacketVerdict::refuse);
  const Buffer other = hello_to("www.other.example");
  EXPECT_EQ(gateway.send(other, 1400, other.size()), PacketVerdict::settled) << "nothing of it was seen";
  EXPECT_EQ(gateway.send(other, 1400, other.size(), 50001, other_isn), PacketVerdict::settled)
      << "not even where it is the refused one's port";
  EXPECT_EQ(gateway.say(other, 50001, other_isn), PacketVerdict::settled);
}

TEST(GatewayInspector, APortWhoseNewBeginningPassedWithoutUsIsJudgedByWhatIsSaidNow) {
  const Buffer other = hello_to("www.other.example");
  const Buffer listed = hello_to("www.listed.example");
  Gateway after_known;
  static_cast<void>(after_known.connect());
  ASSERT_EQ(after_known.say(other), PacketVerdict::settled);
  EXPECT_EQ(after_known.say(listed, 50000, other_isn), PacketVerdict::refuse);
  Gateway after_refused;
  static_cast<void>(after_refused.connect());
  ASSERT_EQ(after_refused.say(listed), PacketVerdict::refuse);
  EXPECT_EQ(after_refused.say(other, 50000, other_isn), PacketVerdict::settled);
  Gateway after_half;
  static_cast<void>(after_half.connect());
  ASSERT_EQ(after_half.send(listed, 0, 1400), PacketVerdict::pass);
  EXPECT_EQ(after_half.send(listed, 1400, listed.size(), 50000, other_isn), PacketVerdict::pass)
      << "whose end this is nobody knows, but not that of what waits";
  EXPECT_EQ(after_half.say(other, 50000, other_isn), PacketVerdict::settled);
}

TEST(GatewayInspector, APortThatIsUsedAgainInTheMiddleOfAHelloIsAnotherConnection) {
  const Buffer other = hello_to("www.other.example");
  const Buffer listed = hello_to("www.listed.example");
  for (const bool is_listed : {false, true}) {
    Gateway gateway;
    static_cast<void>(gateway.connect());
    ASSERT_EQ(gateway.send(is_listed ? other : listed, 0, 1400), PacketVerdict::pass)
        << "its end passed without us";
    EXPECT_EQ(gateway.connect(50000, other_isn), PacketVerdict::pass);
    EXPECT_EQ(gateway.say(is_listed ? listed : other, 50000, other_isn),
              is_listed ? PacketVerdict::refuse : PacketVerdict::settled);
    EXPECT_EQ(gateway.inspector.held(), 0U);
  }
}

TEST(GatewayInspector, OfHalfAHelloNothingIsSaidByWhatCannotBeRead) {
  InspectorOptions options;
  options.refuse_unparsable = true;
  Gateway gateway(options);
  static_cast<void>(gateway.connect(50001));
  ASSERT_EQ(gateway.say(hello_to("www.listed.example"), 50001), PacketVerdict::refuse);
  const Buffer middle{0x16, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3};  // reads like a hello, and like none that can be
  EXPECT_EQ(gateway.say(middle), PacketVerdict::settled);
  EXPECT_EQ(gateway.inspector.counts().unparsable, 1U);
}

TEST(GatewayInspector, ARuleChangeFindsTheConnectionsThatItRefuses) {
  Gateway gateway;
  const Buffer other = hello_to("www.other.example");
  const Buffer third = hello_to("www.third.example");
  static_cast<void>(gateway.connect(50001));
  static_cast<void>(gateway.send(other, 0, other.size(), 50001));
  static_cast<void>(gateway.connect(50002));
  static_cast<void>(gateway.send(third, 0, third.size(), 50002));
  gateway.listed = "other.example";
  EXPECT_THAT(gateway.inspector.reconsider(noon, gateway.decisions),
              ElementsAre(Inspector::Connection{client(50001), server(), wire::Transport::tcp}));
  EXPECT_THAT(gateway.inspector.reconsider(noon, gateway.decisions), IsEmpty());
  const Buffer more(50, 0x17);
  EXPECT_EQ(gateway.say(more, 50001, isn + 5000000), PacketVerdict::refuse_packet)
      << "wherever it had got to";
  EXPECT_EQ(gateway.say(more, 50002, isn + 5000000), PacketVerdict::settled);
  EXPECT_EQ(gateway.connect(50001, other_isn), PacketVerdict::pass);
  EXPECT_EQ(gateway.say(third, 50001, other_isn), PacketVerdict::settled) << "from that port another";
}

TEST(GatewayInspector, WhatTheServerMayDropSettlesNothing) {
  const Buffer decoy = hello_to("www.otherr.example");
  const Buffer hello = hello_to("www.listed.example");
  const auto stamped = [](std::uint8_t value) { return Buffer{1, 1, 8, 10, 0, 0, 1, value, 0, 0, 0, 0}; };
  Buffer md5{19, 18};
  md5.resize(20);
  struct Case {
    const char* what;
    Buffer on_syn, in_syn, on_decoy;
  };
  const Case cases[] = {{"bytes of a SYN, for a server that takes none", {}, decoy, {}},
                        {"a signature, for a server that has no key", {}, {}, md5},
                        {"a stamp from before the SYN", stamped(100), {}, stamped(99)},
                        {"no stamp, where there was one", stamped(100), {}, {}}};
  for (const Case& tried : cases) {
    Gateway gateway;
    EXPECT_EQ(gateway.see(segment(client(), server(), isn, TcpFlag::syn, tried.in_syn, tried.on_syn)),
              PacketVerdict::pass)
        << tried.what;
    if (tried.in_syn.empty()) {
      EXPECT_EQ(gateway.see(segment(client(), server(), isn + 1, TcpFlag::ack, decoy, tried.on_decoy)),
                PacketVerdict::pass)
          << tried.what;
    }
    const Buffer on_hello = tried.on_syn.empty() ? Buffer() : stamped(101);
    EXPECT_EQ(gateway.see(segment(client(), server(), isn + 1, TcpFlag::ack, hello, on_hello)),
              PacketVerdict::refuse)
        << tried.what;
  }
  Gateway gateway;  // nothing but what everybody's kernel does
  const Buffer other = hello_to("www.other.example");
  gateway.see(segment(client(), server(), isn, TcpFlag::syn, {}, stamped(100)));
  EXPECT_EQ(gateway.see(segment(client(), server(), isn + 1, TcpFlag::ack, other, stamped(100))),
            PacketVerdict::settled);
}

TEST(GatewayInspector, ABeginningWithAnUrgentByteIsRefusedSinceNobodyKnowsWhatTheServerReads) {
  Gateway gateway;
  gateway.connect();
  const Buffer urgent{'X'};
  EXPECT_EQ(gateway.see(segment(client(), server(), isn + 1, TcpFlag::ack | TcpFlag::urg, urgent)),
            PacketVerdict::refuse);
  EXPECT_EQ(gateway.inspector.counts().contradictory, 1U);
}

TEST(GatewayInspector, WhatIsHiddenBehindMoreHeadersThanAnybodyNeedsIsRefusedByItself) {
  const net::Endpoint from{*net::IpAddress::parse("2001:db8:20::17"), 50000};
  const net::Endpoint to{*net::IpAddress::parse("2001:db8:5180::10"), 443};
  support::TcpFields fields;
  fields.sequence = isn;
  fields.flags = TcpFlag::syn;
  Buffer hidden;
  for (int i = 0; i < 9; ++i) {
    const std::uint8_t next = i < 8 ? 60 : 6;
    hidden.insert(hidden.end(), {next, 0, 1, 4, 0, 0, 0, 0});
  }
  const Buffer tcp = support::tcp_segment(from, to, fields, {});
  hidden.insert(hidden.end(), tcp.begin(), tcp.end());
  Gateway gateway;
  EXPECT_EQ(gateway.see(support::ip_packet(from.address, to.address, 60, hidden)),
            PacketVerdict::refuse_packet);
}

TEST(GatewayInspector, ARequestGoesToTheHostThatItsTargetNames) {
  Gateway gateway;
  gateway.connect(50000, isn);
  const auto request = [](const std::string& text) { return Buffer(text.begin(), text.end()); };
  EXPECT_EQ(
      gateway.say(request("GET http://www.listed.example/ HTTP/1.1\r\nHost: www.other.example\r\n\r\n")),
      PacketVerdict::refuse);
}

TEST(GatewayInspector, WhatIsHeldAgainstAClientOutlastsOtherPeopleAndEndsWithTheRules) {
  Gateway gateway;
  static_cast<void>(gateway.connect(50001));
  ASSERT_EQ(gateway.say(hello_to("www.listed.example"), 50001), PacketVerdict::refuse);
  ASSERT_EQ(gateway.inspector.counts().residual, 1U);
  static_cast<void>(gateway.inspector.reconsider(noon, gateway.decisions));
  EXPECT_EQ(gateway.inspector.counts().residual, 1U);
  gateway.inspector.forget_refusals();
  EXPECT_EQ(gateway.inspector.counts().residual, 0U);
}

TEST(GatewayInspector, AQuestionIsAnsweredAndARequestGetsAPageWhereItIsToldTo) {
  InspectorOptions options;
  options.answer_questions = true;
  options.page = [](const model::Sighting& sighting) { return "HTTP/1.1 403 " + sighting.host.text(); };
  Gateway gateway(options);
  EXPECT_EQ(gateway.see(datagram(client(), server(53),
                                 support::dns_query(7, "www.listed.example", support::DnsType::a))),
            PacketVerdict::answer);
  EXPECT_THAT(gateway.inspector.take_replies(), SizeIs(1));
  const std::string request = "GET / HTTP/1.1\r\nHost: www.listed.example\r\n\r\n";
  const Buffer bytes(request.begin(), request.end());
  static_cast<void>(gateway.connect());
  EXPECT_EQ(gateway.say(bytes), PacketVerdict::answer_end);
  EXPECT_THAT(gateway.inspector.take_replies(), SizeIs(2)) << "the page, and a reset for the server";
  EXPECT_THAT(gateway.inspector.take_refused(), SizeIs(1));
  EXPECT_EQ(gateway.say(bytes, 50001), PacketVerdict::refuse)
      << "nothing is said in the name of a server whose connection was not seen to begin";
}

TEST(GatewayInspector, AFloodOfHalfOpenConnectionsAndHalfHellosStaysWithinItsBounds) {
  InspectorOptions options;
  options.flows = 1000;
  options.memory_bytes = std::size_t{1} << 20U;
  Gateway gateway(options);
  const Buffer hello = hello_to("www.listed.example");
  for (std::uint32_t i = 0; i < 20000; ++i) {
    const net::Endpoint from{net::IpAddress::v4(0x0a140000 + i), 1024};
    static_cast<void>(gateway.see(segment(from, server(), isn, TcpFlag::syn)));
    static_cast<void>(gateway.see(segment(from, server(), isn + 1, TcpFlag::ack, Bytes(hello).first(1400))));
  }
  EXPECT_LE(gateway.inspector.counts().flows, 1000U);
  EXPECT_LE(gateway.inspector.held(), options.memory_bytes);
  EXPECT_GE(gateway.inspector.counts().evicted, 19000U);
  const net::Endpoint given_up{net::IpAddress::v4(0x0a140000 + 18000), 1024};
  EXPECT_EQ(gateway.see(segment(given_up, server(), isn + 1401, TcpFlag::ack, Bytes(hello).subspan(1400))),
            PacketVerdict::refuse_packet)
      << "the rest of a hello that was pushed out";
}

TEST(GatewayInspector, WhatEndsBeforeItsHelloIsForgotten) {
  Gateway gateway;
  static_cast<void>(gateway.connect());
  static_cast<void>(
      gateway.see(datagram(client(), server(53), support::dns_query(7, "a.example", 1)), noon + 121s));
  EXPECT_EQ(gateway.inspector.counts().flows, 0U);
}

TEST(GatewayInspector, WhatGoesOnKeepsNothingSilentFromBeingForgotten) {
  Gateway gateway;
  const auto ask = [&](std::uint32_t number, Timestamp at) {
    const Buffer question = support::dns_query(7, "a.example", 1);
    Buffer message = ByteWriter().u16(question.size()).bytes(question).take();
    static_cast<void>(gateway.see(
        segment(client(), server(53), isn + 1 + number * static_cast<std::uint32_t>(message.size()),
                TcpFlag::ack, message),
        at));
  };
  static_cast<void>(gateway.see(segment(client(), server(53), isn, TcpFlag::syn)));
  for (std::uint16_t port = 50001; port < 50011; ++port) static_cast<void>(gateway.connect(port));
  for (std::uint32_t minute = 0; minute < 4; ++minute) ask(minute, noon + std::chrono::minutes(minute));
  EXPECT_EQ(gateway.inspector.counts().flows, 1U) << "the one that asks";
}

}  // namespace
}  // namespace edgewatch::enforce
