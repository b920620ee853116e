// The bad inputs of ENFORCEMENT C2 that concern packets, D1 to D19, through the public entrance: for each
// what the row demands. Work is counted in operations (looks, pieces), never in time. The row about files
// (D19) goes on in tests/capture/bad_files_test.cpp.
#include "edgewatch/base/text.hpp"
#include "edgewatch/wire/decode.hpp"
#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include "scene.hpp"
#include "support/dns.hpp"
#include "support/quic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view photo = "www.photo.example";

/// Names alone: a connection of which both sides have spoken may be said without one.
std::vector<std::string> named(const std::vector<model::Event>& events) {
  std::vector<std::string> out = names(events);
  std::erase_if(out, [](const std::string& one) { return one.starts_with("none "); });
  return out;
}

// ---- DNS ----

Buffer dns_head(std::uint16_t flags, std::uint16_t questions, std::uint16_t answers) {
  return ByteWriter().u16(1).u16(flags).u16(questions).u16(answers).u32(0).take();
}
void ask(Scene& scene, Bytes message, Timestamp at = ten) { scene.udp(at, pc, resolver, message); }

TEST(BadInputs, D01_PointerAtItselfAndPointersInACircleAreRefusedAndCounted) {
  Scene scene;
  Buffer itself = dns_head(0x0100, 1, 0);
  support::append(itself, ByteWriter().u16(0xc00c).u16(1).u16(1).view());
  ask(scene, itself);
  Buffer circle = dns_head(0x0100, 1, 0);
  support::append(circle,
                  ByteWriter().u8(1).text("a").u16(0xc010).u8(1).text("b").u16(0xc00c).u16(1).u16(1).view());
  ask(scene, circle);
  EXPECT_EQ(scene.tally("dns-name"), 2U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
}

/// Questions of which each is one letter before the name of the one before it: the n-th has n labels.
Buffer chain_of_questions(std::uint16_t count) {
  Buffer message = dns_head(0x0100, count, 0);
  for (std::uint16_t i = 0; i < count; ++i) {
    ByteWriter question;
    question.u8(1).text("a");
    if (i == 0) {
      question.u8(0);
    } else {
      question.u16(0xc000U + (i == 1 ? 12U : 19U + 8U * (i - 2U)));
    }
    support::append(message, question.u16(1).u16(1).view());
  }
  return message;
}

TEST(BadInputs, D02_ChainOfPointersEndsAtTheLongestNameAndAForwardPointerIsRefused) {
  Scene scene;
  ask(scene, chain_of_questions(127));
  EXPECT_EQ(scene.tally("dns-name"), 0U) << "255 bytes behind 126 pointers";
  EXPECT_THAT(named(scene.events()), SizeIs(8)) << "no more questions are said than anybody asks";
  ask(scene, chain_of_questions(128));
  EXPECT_EQ(scene.tally("dns-name"), 1U) << "257 bytes";
  Buffer forward = dns_head(0x0100, 1, 0);
  support::append(forward, ByteWriter().u16(0xc012).u16(1).u16(1).u8(1).text("a").u8(0).view());
  ask(scene, forward);
  EXPECT_EQ(scene.tally("dns-name"), 2U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
}

TEST(BadInputs, D02_LabelsBehindPointersAreCountedSoThatAMessageOfThemCostsLittle) {
  // As many questions as fit, each but a pointer to a name of 127 labels: 16,384 labels are read, then no
  // more.
  Buffer message = dns_head(0x0100, 9000, 0);
  ByteWriter first;
  for (int i = 0; i < 127; ++i) first.u8(1).text("a");
  support::append(message, first.u8(0).u16(1).u16(1).view());
  for (int i = 1; i < 9000; ++i) support::append(message, ByteWriter().u8(0).u16(1).u16(1).view());
  EXPECT_TRUE(wire::dns::parse(message)) << "names of no label";
  Buffer costly = dns_head(0x0100, 200, 0);
  support::append(costly, ByteWriter().bytes(Bytes(message).subspan(12, 259)).view());
  for (std::uint32_t i = 1; i < 200; ++i)
    support::append(costly, ByteWriter().u8(1).text("b").u16(0xc00e).u16(1).u16(1).view());
  const auto refused = wire::dns::parse(costly);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, wire::Malformation::dns_name);
  EXPECT_EQ(refused.error().offset, 12U + 259U + 8U * 128U) << "(16,384 - 127) / 127 questions further";
}

TEST(BadInputs, D03_ReservedLabelLengthsAreMalformed) {
  Scene scene;
  for (const std::uint8_t length : Buffer{64, 0x80, 0xbf}) {
    Buffer message = dns_head(0x0100, 1, 0);
    support::append(message, ByteWriter().u8(length).repeat('a', length).u8(0).u16(1).u16(1).view());
    ask(scene, message);
  }
  EXPECT_EQ(scene.tally("dns-name"), 3U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
}

/// A question of three long labels, then one of `last` letters before them.
Buffer growing_name(std::uint8_t last) {
  Buffer message = dns_head(0x0100, 2, 0);
  ByteWriter body;
  for (int i = 0; i < 3; ++i) body.u8(63).repeat('a', 63);
  body.u8(0).u16(1).u16(1).u8(last).repeat('b', last).u16(0xc00c).u16(1).u16(1);
  support::append(message, body.view());
  return message;
}

TEST(BadInputs, D04_NameThatGrowsBeyond255BytesThroughAPointerIsMalformed) {
  Scene scene;
  ask(scene, growing_name(61));
  EXPECT_EQ(scene.tally("dns-name"), 0U) << "255 bytes";
  EXPECT_THAT(named(scene.events()), SizeIs(2));
  ask(scene, growing_name(62));
  EXPECT_EQ(scene.tally("dns-name"), 1U) << "256 bytes";
  EXPECT_THAT(named(scene.all()), IsEmpty()) << "nor is the question before it said";
}

TEST(BadInputs, D05_CountsThatTheBytesDoNotBearEndWithTheBytes) {
  Scene scene;
  Buffer questions = dns_head(0x0100, 65535, 0);
  support::append(questions, ByteWriter().u8(1).text("a").u8(0).u16(1).u16(1).repeat(0, 11).view());
  ASSERT_EQ(questions.size(), 30U);
  ask(scene, questions);
  EXPECT_EQ(scene.tally("truncated"), 1U);
  EXPECT_THAT(named(scene.events()), IsEmpty());

  Buffer answers = dns_head(0x8180, 1, 65535);
  support::append(answers, ByteWriter().u8(1).text("a").u8(0).u16(1).u16(1).repeat(0, 11).view());
  scene.udp(ten, resolver, pc, answers);
  const auto said = only<model::Answer>(scene.all());
  ASSERT_EQ(said.size(), 1U) << "the question was read whole";
  EXPECT_THAT(said[0].addresses, IsEmpty());
  const auto message = wire::dns::parse(answers);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->answers_complete);
  EXPECT_LE(message->answers.capacity(), 16U);
}

TEST(BadInputs, D05_RecordDataPastTheEndLeavesNoAnswer) {
  Scene scene;
  Buffer response = support::dns_response(1, photo, support::DnsType::a, 0,
                                          {support::address_record(photo, ip("192.0.2.1"), 60s),
                                           support::address_record(photo, ip("192.0.2.2"), 60s)});
  response[response.size() - 5] = 0xff;  // the length of the second
  scene.udp(ten, resolver, pc, response);
  const auto said = only<model::Answer>(scene.all());
  ASSERT_EQ(said.size(), 1U);
  EXPECT_THAT(said[0].addresses, IsEmpty()) << "a section is kept whole or not at all";
}

TEST(BadInputs, D06_DotWithinALabelIsNoDotBetweenLabels) {
  Scene scene;
  Buffer message = dns_head(0x0100, 1, 0);
  support::append(message, ByteWriter().u8(13).text("photo.example").u8(0).u16(1).u16(1).view());
  ask(scene, message);
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 1U);
  const auto real = *net::HostName::from_dotted("photo.example");
  EXPECT_EQ(sightings[0].host.text(), "photo\\046example");
  EXPECT_NE(sightings[0].host, real);
  EXPECT_FALSE(sightings[0].host.is_at_or_below(real));
  EXPECT_FALSE(sightings[0].host.is_matchable());
}

TEST(BadInputs, D07_ControlBytesInALabelReachNoTerminalAndNoLine) {
  Scene scene;
  const std::string label("\x1b]0;pwned\x07\nx");
  Buffer message = dns_head(0x0100, 1, 0);
  support::append(message, ByteWriter().u8(label.size()).text(label).u8(0).u16(1).u16(1).view());
  ask(scene, message);
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_EQ(sightings.size(), 1U);
  const std::string& text = sightings[0].host.text();
  EXPECT_EQ(text, "\\027\\0930\\059pwned\\007\\010x");
  for (const std::string& shown :
       {text, terminal_text(text), tsv_cell(text), html_text(text), csv_cell(text)})
    EXPECT_THAT(shown, Each(testing::Truly([](char c) { return c >= 0x20 && c < 0x7f; }))) << shown;
}

// ---- TLS ----

Buffer vector_of(std::size_t width, const Buffer& content) {
  return ByteWriter().prefixed(width, [&](ByteWriter& out) { out.bytes(content); }).take();
}
/// A hello around these extensions, as one handshake message.
Buffer hello_with(const Buffer& extensions) {
  ByteWriter body;
  body.u16(0x0303).repeat(0x11, 32).u8(0).u16(2).u16(0x1301).u8(1).u8(0);
  body.bytes(vector_of(2, extensions));
  const Buffer bytes = body.take();
  return ByteWriter().u8(1).u24(bytes.size()).bytes(bytes).take();
}
Buffer named_extension(std::string_view name) {
  const Buffer host = ByteWriter().u8(0).u16(name.size()).text(name).take();
  return ByteWriter().u16(0).bytes(vector_of(2, vector_of(2, host))).take();
}
Buffer in_record(const Buffer& handshake) { return support::tls_records(22, handshake, 0x0301); }

/// A client sends these bytes first, in segments of 1,300; the server acknowledges all of them.
void say_first(Scene& scene, const Buffer& bytes, std::uint16_t port = 50000, std::size_t segment = 1300) {
  Connection connection(scene, {pc.address, port}, web);
  connection.open(ten);
  for (std::size_t at = 0; at < bytes.size(); at += segment)
    connection.up(ten + 20ms, static_cast<std::uint32_t>(at),
                  Bytes(bytes).subspan(at, std::min(segment, bytes.size() - at)));
  connection.down(ten + 30ms, 0, Buffer(10, 0x16), static_cast<std::uint32_t>(bytes.size()));
}

TEST(BadInputs, D08_ServerNameThatIsAFormulaIsCountedNeverMatchedAndNoFormulaInACell) {
  Scene scene;
  std::uint16_t port = 50000;
  for (const char* name : {"=cmd|'/c calc'!A1", "@SUM(1)", "-2+3"})
    say_first(scene, in_record(hello_with(named_extension(name))), port++);
  EXPECT_EQ(scene.tally("odd-name"), 3U);
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_THAT(sightings, testing::Not(IsEmpty()));
  for (const auto& sighting : sightings) {
    EXPECT_FALSE(sighting.host.is_matchable());
    const std::string cell = csv_cell(sighting.host.text());
    const char first = cell[cell[0] == '"' ? 1 : 0];
    EXPECT_EQ(std::string("=+-@\t\r").find(first), std::string::npos) << cell;
  }
}

TEST(BadInputs, D09_LengthsThatDoNotFitTheExtensionOrTheHelloAreMalformed) {
  Scene scene;
  Buffer beyond_extension = named_extension(photo);
  ++beyond_extension[8];  // the name's length
  say_first(scene, in_record(hello_with(beyond_extension)), 50000);
  EXPECT_EQ(scene.tally("server-name"), 1U);
  Buffer beyond_hello = named_extension(photo);
  ++beyond_hello[3];  // the extension's length
  say_first(scene, in_record(hello_with(beyond_hello)), 50001);
  EXPECT_EQ(scene.tally("tls-client-hello"), 1U);
  const auto events = scene.all();
  EXPECT_THAT(named(events), IsEmpty());
  ASSERT_THAT(only<model::Coverage>(events), SizeIs(1));
  EXPECT_EQ(only<model::Coverage>(events)[0].named, 0U);
}

TEST(BadInputs, D10_ServerNameWithANulIsMalformedALiteralIsAnAddressAndAnEmptyOneNone) {
  Scene scene;
  say_first(scene,
            in_record(hello_with(named_extension(std::string_view("ok.example\0blocked.example", 26)))),
            50000);
  EXPECT_EQ(scene.tally("server-name"), 1U);
  EXPECT_THAT(named(scene.events()), IsEmpty());
  say_first(scene, in_record(hello_with(named_extension(""))), 50001);
  EXPECT_THAT(named(scene.events()), IsEmpty());
  EXPECT_EQ(scene.tally("server-name"), 1U) << "empty is none, and no fault";
  say_first(scene, in_record(hello_with(named_extension("192.0.2.9"))), 50002);
  const auto sightings = only<model::Sighting>(scene.all());
  ASSERT_THAT(sightings, testing::Not(IsEmpty()));
  EXPECT_TRUE(sightings[0].host.is_ip_literal());
}

TEST(BadInputs, D11_HelloOfOneByteSegmentsIsCaughtWithFewLooksAndLittleMemory) {
  const Buffer hello = hello_for(std::string(photo));
  ASSERT_GT(hello.size(), 1700U);
  Scene scene;
  say_first(scene, hello, 50000, 1);
  EXPECT_THAT(named(scene.all()),
              ElementsAre("tls-sni www.photo.example claimed", "tls-sni www.photo.example acknowledged"));

  // What the Observer does for each segment, counted.
  wire::StreamPrefix prefix(32768);
  prefix.anchor(1);
  std::size_t looks = 0;
  std::size_t until = 0;
  std::size_t most_held = 0;
  for (std::size_t at = 0; at < hello.size(); ++at) {
    ASSERT_FALSE(prefix.add(static_cast<std::uint32_t>(1 + at), Bytes(hello).subspan(at, 1)));
    most_held = std::max(most_held, prefix.held());
    if (prefix.prefix().size() < until) continue;
    ++looks;
    const auto state = wire::read_tls_prefix(prefix.prefix());
    const auto* more = std::get_if<wire::NeedMore>(&state);
    until = more != nullptr ? more->until : hello.size() + 1;
  }
  EXPECT_LE(looks, 12U);
  EXPECT_LE(most_held, 16384U);
}

TEST(BadInputs, D12_EmptyRecordsBeforeAHelloAreGivenUpAndCounted) {
  Buffer records;
  for (int i = 0; i < 10000; ++i) support::append(records, ByteWriter().u8(22).u16(0x0301).u16(0).view());
  support::append(records, hello_for(std::string(photo)));
  Scene scene;
  say_first(scene, records);
  EXPECT_EQ(scene.tally("hello-limit"), 1U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
  const auto state = wire::read_tls_prefix(records);
  ASSERT_TRUE(std::holds_alternative<wire::DecodeError>(state));
  EXPECT_LE(std::get<wire::DecodeError>(state).offset, 5U * 17) << "after the seventeenth";
}

TEST(BadInputs, D13_HandshakeOf16MiBIsUnparsableAtItsHeader) {
  Scene scene;
  Buffer huge = ByteWriter().u8(22).u16(0x0301).u16(16384).u8(1).u24(16777215).repeat(0x11, 1291).take();
  say_first(scene, huge);
  EXPECT_EQ(scene.tally("tls-handshake-length"), 1U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
  wire::StreamPrefix prefix(wire::hello_limit);
  prefix.anchor(1);
  for (std::uint32_t at = 0; at < 200; ++at) static_cast<void>(prefix.add(1 + at * 1300, Buffer(1300, 0x11)));
  EXPECT_LE(prefix.held(), 2 * wire::hello_limit) << "and whoever sends on is kept to a limit";
}

// ---- QUIC ----

const Buffer connection_id{1, 2, 3, 4, 5, 6, 7, 8};

/// A client's Initial of 1,200 bytes with these frames, really sealed.
Buffer initial_of(const Buffer& frames) {
  support::InitialHeader header;
  header.destination = connection_id;
  header.packet_number = 1;
  Buffer padded = frames;
  padded.resize(1200 - support::initial_overhead(header));
  const auto keys = support::initial_keys(support::QuicVersion::v1, connection_id, support::Sender::client);
  return support::protected_initial(header, keys, padded);
}
Buffer short_hello() { return hello_with(named_extension(photo)); }

TEST(BadInputs, D14_CryptoAtTheEndOfTheNumbersIsIgnoredAndNothingIsKeptForIt) {
  const Buffer far = ByteWriter().u8(6).u64(0xffffffffffffffff).u8(4).text("abcd").take();
  const Buffer overflow = ByteWriter().u8(6).u8(0).u64(0xffffffffffffffff).text("abcd").take();
  wire::QuicHello flow;
  const std::size_t before = flow.held();
  for (const Buffer& frames : {far, overflow}) {
    EXPECT_TRUE(std::holds_alternative<wire::DecodeError>(flow.add(initial_of(frames))));
    EXPECT_LE(flow.held(), before + 4096);
  }
  Scene scene;
  scene.udp(ten, pc, web, initial_of(far));
  scene.udp(ten, pc, web, initial_of(overflow));
  EXPECT_EQ(scene.tally("quic-frame"), 2U);
  EXPECT_THAT(named(scene.events()), IsEmpty());
  scene.udp(ten, pc, web, initial_of(support::crypto_frame(0, short_hello())));
  EXPECT_THAT(named(scene.all()), ElementsAre("quic-sni www.photo.example claimed")) << "it may still come";
}

TEST(BadInputs, D15_HoleInCryptoThatIsNeverFilledIsGivenUpWithinTenSeconds) {
  ObserverOptions options = council();
  options.memory_mib = 64;
  Scene scene(options);
  const Buffer half = initial_of(support::crypto_frame(40, Bytes(short_hello()).subspan(40)));
  constexpr std::uint32_t flows = 100000;
  for (std::uint32_t i = 0; i < flows; ++i) {
    const net::Endpoint client{net::IpAddress::v4(0x0a140000U + i % 60000),
                               static_cast<std::uint16_t>(1024 + i / 60000)};
    scene.udp(ten + std::chrono::microseconds(i), client, web, half);
  }
  scene.observer().tick(ten + 12s);
  EXPECT_EQ(scene.tally("evicted-hello"), flows) << "for room or for age";
  EXPECT_THAT(named(scene.all()), IsEmpty());
}

/// The long header of an Initial with a destination id of `length` bytes, and nothing that opens.
Buffer long_header(std::uint32_t version, std::uint8_t length, std::size_t bytes = 1200) {
  ByteWriter out;
  out.u8(0xc0).u32(version).u8(length).repeat(0x22, length).u8(0).u8(0).u16(0x4000U | 1100U);
  const std::size_t rest = bytes - std::min(bytes, out.size());
  return out.repeat(0x33, rest).take();
}

TEST(BadInputs, D16_StrangeQuicHeadersAreSkippedSafelyAndUnknownVersionsCounted) {
  Scene scene;
  std::uint16_t port = 50000;
  const auto send = [&](const Buffer& payload) { scene.udp(ten, {pc.address, port++}, web, payload); };
  for (const std::uint8_t length : Buffer{0, 21, 255}) send(long_header(1, length));
  send(long_header(0, 8));  // version negotiation, which no client sends
  EXPECT_EQ(scene.tally("quic-version"), 0U);
  send(long_header(0x1a2a3a4a, 8));
  send(long_header(0x51303433, 8));
  EXPECT_EQ(scene.tally("quic-version"), 2U);
  EXPECT_THAT(named(scene.events()), IsEmpty());

  const Buffer good = initial_of(support::crypto_frame(0, short_hello()));
  Buffer coalesced = good;  // a packet that does not open, then the true one
  coalesced.back() ^= 1;
  support::append(coalesced, good);
  send(coalesced);
  EXPECT_THAT(named(scene.events()), ElementsAre("quic-sni www.photo.example claimed"));
  Buffer with_rubbish = good;
  support::append(with_rubbish, Buffer(100, 0xff));
  send(with_rubbish);
  EXPECT_THAT(named(scene.all()), ElementsAre("quic-sni www.photo.example claimed"));
}

// ---- IP and the link ----

/// One IPv4 fragment of a UDP datagram in a frame of its own.
Buffer fragment(const net::IpAddress& from, std::uint16_t id, std::size_t offset, bool more, Bytes payload) {
  Buffer packet = support::ip_packet(from, resolver.address, 17, payload, {64, id, false});
  packet[6] = static_cast<std::uint8_t>((more ? 0x20U : 0U) | (offset / 8) >> 8U);
  packet[7] = static_cast<std::uint8_t>(offset / 8);
  packet[10] = packet[11] = 0;
  const auto checksum = static_cast<std::uint16_t>(~support::internet_sum(Bytes(packet).first(20)));
  packet[10] = static_cast<std::uint8_t>(checksum >> 8U);
  packet[11] = static_cast<std::uint8_t>(checksum);
  return support::ethernet_frame(desk, 0x0800, packet);
}

TEST(BadInputs, D17_FragmentsThatOverlapDropTheirSet) {
  const Buffer query = support::dns_query(1, photo, support::DnsType::a);
  const Buffer whole = support::udp_segment(pc, resolver, query);
  Scene scene;
  Buffer other = whole;
  other[20] ^= 0xff;
  scene.show(ten, fragment(pc.address, 7, 0, true, Bytes(whole).first(24)));
  scene.show(ten, fragment(pc.address, 7, 16, true, Bytes(other).subspan(16, 16)));
  scene.show(ten, fragment(pc.address, 7, 24, false, Bytes(whole).subspan(24)));
  EXPECT_THAT(named(scene.events()), IsEmpty());
  EXPECT_GE(scene.tally("ip-fragment-overlap"), 1U);
  scene.show(ten, fragment(pc.address, 8, 24, false, Bytes(whole).subspan(24)));
  scene.show(ten, fragment(pc.address, 8, 0, true, Bytes(whole).first(24)));
  EXPECT_THAT(named(scene.all()), ElementsAre("dns-q www.photo.example claimed")) << "sound ones are joined";
}

TEST(BadInputs, D17_DatagramOfMoreThan65535BytesIsDropped) {
  Scene scene;
  scene.show(ten, fragment(pc.address, 7, 65528, false, Buffer(64, 0)));
  EXPECT_EQ(scene.tally("ip-fragment-limit"), 1U);
}

TEST(BadInputs, D17_FirstFragmentsWithoutEndAreKeptToALimit) {
  wire::FragmentLimits limits;
  wire::Decoder decoder({1, 2}, limits);
  Scene scene;
  std::size_t most_held = 0;
  for (std::uint32_t i = 0; i < 100000; ++i) {
    const auto from = net::IpAddress::v4(0x0a140000U + i % 60000);
    const Buffer bytes = fragment(from, static_cast<std::uint16_t>(i / 60000), 0, true, Buffer(1024, 0x11));
    scene.show(ten, bytes);
    net::Frame frame;
    frame.at = ten;
    frame.bytes = bytes;
    frame.wire_length = static_cast<std::uint32_t>(bytes.size());
    EXPECT_TRUE(decoder.decode(frame));
    most_held = std::max(most_held, decoder.fragments().held());
  }
  EXPECT_LE(most_held, limits.bytes + 65536);
  EXPECT_EQ(scene.tally("evicted-fragment"), 100000U - limits.sets);
}

Buffer ipv6_frame(std::uint8_t first_header, const Buffer& payload) {
  return support::ethernet_frame(
      desk, 0x86dd, support::ip_packet(ip("2001:db8:20::7"), ip("2001:db8:53::53"), first_header, payload));
}

TEST(BadInputs, D18_ChainOfAHundredExtensionHeadersStopsAtEightAndIsCounted) {
  const net::Endpoint client{ip("2001:db8:20::7"), 50000};
  const net::Endpoint server{ip("2001:db8:53::53"), 53};
  const auto chained = [&](int headers) {
    ByteWriter out;
    for (int i = 0; i < headers; ++i) out.u8(i + 1 == headers ? 17 : 60).u8(0).u8(1).u8(4).u32(0);
    return ipv6_frame(
        60, out.bytes(support::udp_segment(client, server, support::dns_query(1, photo, support::DnsType::a)))
                .take());
  };
  Scene scene;
  scene.show(ten, chained(100));
  EXPECT_EQ(scene.tally("ipv6-extension-limit"), 1U);
  EXPECT_THAT(named(scene.events()), IsEmpty());
  scene.show(ten, chained(8));
  EXPECT_THAT(named(scene.all()), ElementsAre("dns-q www.photo.example claimed"));
}

TEST(BadInputs, D18_FragmentWithinAFragmentIsRefused) {
  const auto headed = [](std::uint8_t next, std::size_t offset, bool more, const Buffer& content) {
    return ByteWriter().u8(next).u8(0).u16(offset | (more ? 1U : 0U)).u32(8).bytes(content).take();
  };
  const Buffer inner = headed(17, 0, true, Buffer(24, 0x11));
  Scene scene;
  scene.show(ten, ipv6_frame(44, headed(44, 0, true, Buffer(inner.begin(), inner.begin() + 16))));
  scene.show(ten, ipv6_frame(44, headed(44, 16, false, Buffer(inner.begin() + 16, inner.end()))));
  EXPECT_EQ(scene.tally("ip-header"), 1U);
  EXPECT_THAT(named(scene.all()), IsEmpty());
}

TEST(BadInputs, D19_FramesThatAreCutOrOvertaggedGiveWhatIsCertain) {
  const Buffer query = support::dns_query(1, photo, support::DnsType::a);
  support::Link tags = desk;
  tags.vlans = {1, 2};
  Scene scene;
  scene.show(ten, support::udp_frame(tags, pc, resolver, query));
  EXPECT_THAT(named(scene.events()), SizeIs(1)) << "two tags are a network";
  tags.vlans = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const Buffer many = support::udp_frame(tags, pc, resolver, query);
  scene.show(ten, many);
  EXPECT_EQ(scene.tally("too-many-tags"), 1U);

  scene.show(ten, Buffer(Bytes(many).first(15).begin(), Bytes(many).first(15).end()), 100);  // within a tag
  scene.show(ten, Buffer(Bytes(many).first(9).begin(), Bytes(many).first(9).end()), 100);    // within a MAC
  scene.show(ten, Buffer{}, 100);
  scene.show(ten, Buffer{});
  const Buffer plain = support::udp_frame(desk, pc, resolver, query);
  scene.show(ten, Buffer(plain.begin(), plain.begin() + 14 + 20 + 4),
             static_cast<std::uint32_t>(plain.size()));
  scene.show(ten, Buffer(plain.begin(), plain.begin() + 14 + 20 + 8 + 12),
             static_cast<std::uint32_t>(plain.size()));
  const auto events = scene.all();
  EXPECT_THAT(named(events), IsEmpty());
  ASSERT_THAT(only<model::Coverage>(events), SizeIs(1));
  EXPECT_EQ(only<model::Coverage>(events)[0].seen, 8U) << "each frame is counted";
  EXPECT_EQ(only<model::Coverage>(events)[0].refused, 7U) << "and each of the broken ones refused";
}

TEST(BadInputs, D19_ThreeTagsAreRead) {
  support::Link tags = desk;
  tags.vlans = {1, 2, 3};
  Scene scene;
  scene.show(ten, support::udp_frame(tags, pc, resolver, support::dns_query(1, photo, support::DnsType::a)));
  EXPECT_THAT(named(scene.all()), ElementsAre("dns-q www.photo.example claimed"));
}

}  // namespace
}  // namespace edgewatch::observe
