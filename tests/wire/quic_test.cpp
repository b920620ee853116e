#include "edgewatch/wire/hello_assembler.hpp"

#include "protocol_builders.hpp"
#include "quic_sealing.hpp"
#include "quic_vectors.hpp"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace test;

HelloState feed(QuicHello& quic, Bytes datagram) {
  const Exact copy(datagram);
  return quic.add(copy);
}
/// What came out, in one word or the server name itself.
std::string told(const HelloState& state) {
  if (std::holds_alternative<NeedMore>(state)) return "(more)";
  if (std::holds_alternative<NotAHello>(state)) return "(no hello)";
  if (const auto* error = std::get_if<DecodeError>(&state))
    return "(" + std::string(to_string(error->kind)) + ")";
  const auto& name = std::get<ClientHello>(state).server_name;
  return name ? name->text() : "(no name)";
}
std::string first_answer(Bytes datagram) {
  QuicHello quic;
  return told(feed(quic, datagram));
}

const Buffer hello = browser_hello("www.photo.example");
/// The hello's bytes from..to as a CRYPTO frame.
Buffer piece(std::size_t from, std::size_t to = hello.size()) {
  return crypto_frame(from, Bytes(hello).subspan(from, to - from));
}
Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const auto& part : parts) out << Bytes(part);
  return out;
}
/// A hello short enough for one datagram.
Buffer small_hello(std::string_view name = "small.example") {
  return client_hello(server_name_extension(name));
}

TEST(QuicHello, OpensThePublishedPacketsOfBothVersions) {
  EXPECT_EQ(first_answer(hex(rfc9001_client_initial)), "example.com");
  EXPECT_EQ(first_answer(hex(rfc9369_client_initial)), "example.com");
}

TEST(QuicHello, AnyChangedByteKeepsThePublishedPacketShut) {
  const Buffer good = hex(rfc9001_client_initial);
  for (std::size_t at = 0; at < good.size(); at += at < 60 ? 1 : 37) {
    Buffer bad = good;
    bad[at] ^= 0x04;
    EXPECT_EQ(first_answer(bad).find("example.com"), std::string::npos) << at;
  }
}

TEST(QuicHello, EveryCutOfADatagramIsRefused) {
  const Buffer good = hex(rfc9001_client_initial);
  for (std::size_t size = 1; size < good.size(); ++size)
    EXPECT_EQ(first_answer(Bytes(good).first(size)), "(truncated)") << size;
  EXPECT_EQ(first_answer({}), "(no hello)");
}

TEST(QuicHello, DraftsAreOpenedToo) {
  InitialSpec spec;
  const auto answer = [&spec] { return first_answer(seal_initial(spec, crypto_frame(0, small_hello()))); };
  spec.version = quic_draft_29;
  for (std::uint32_t draft = 29; draft <= 32; ++draft) {
    spec.version.number = 0xff000000U + draft;
    EXPECT_EQ(answer(), "small.example") << draft;
  }
  spec.version = quic_v1;  // its salt is that of the last two drafts
  for (const std::uint32_t draft : {33U, 34U}) {
    spec.version.number = 0xff000000U + draft;
    EXPECT_EQ(answer(), "small.example") << draft;
  }
}

TEST(QuicHello, GooglesVersionNumbersItsCryptoFrameOtherwise) {
  InitialSpec spec;
  spec.version = {0x54303531, "7a4edef4e7ccee5fa4506c19124fc8ccda6e033d", "quic ", 0};
  Buffer frame = crypto_frame(0, small_hello());
  EXPECT_EQ(first_answer(seal_initial(spec, frame)), "(quic-frame)");
  frame[0] = 8;
  EXPECT_EQ(first_answer(seal_initial(spec, frame)), "small.example");
  EXPECT_EQ(first_answer(seal_initial({}, frame)), "(quic-frame)");
}

TEST(QuicHello, PacketNumbersOfAnyLengthAndTokensAndSourceIdsAreRead) {
  for (std::size_t size = 1; size <= 4; ++size) {
    InitialSpec spec;
    spec.number_size = size;
    spec.number = 0xfe;
    spec.source = Buffer(20, 3);
    spec.token = Buffer(size * 90, 0x11);
    EXPECT_EQ(first_answer(seal_initial(spec, crypto_frame(0, small_hello()))), "small.example") << size;
  }
}

TEST(QuicHello, TwoDatagramsInEitherOrderGiveTheHelloOnce) {
  InitialSpec second;
  second.number = 1;
  const Buffer a = seal_initial({}, joined({piece(0, 300), piece(900, 1500)}));
  const Buffer b = seal_initial(second, joined({piece(1500), piece(300, 900)}));
  for (const bool swapped : {false, true}) {
    QuicHello quic;
    EXPECT_EQ(told(feed(quic, swapped ? b : a)), "(more)");
    EXPECT_EQ(told(feed(quic, swapped ? a : b)), "www.photo.example");
    EXPECT_EQ(told(feed(quic, a)), "(no hello)");
    EXPECT_LT(quic.held(), 4096U) << "the hello is kept, to be compared with what comes again";
  }
}

TEST(QuicHello, AnotherHelloOfTheSameClientContradictsTheFirst) {
  Buffer other = piece(0);
  other[other.size() - 1] ^= 1;
  InitialSpec second;
  second.number = 1;
  InitialSpec anew;
  anew.destination = {9, 9, 9, 9, 9, 9, 9, 9};
  for (const InitialSpec& spec : {second, anew}) {
    QuicHello quic;
    EXPECT_EQ(told(feed(quic, seal_initial({}, piece(0)))), "www.photo.example");
    EXPECT_EQ(told(feed(quic, seal_initial(spec, piece(0)))), "(no hello)") << "the same again";
    QuicHello decoy;
    EXPECT_EQ(told(feed(decoy, seal_initial({}, piece(0)))), "www.photo.example");
    EXPECT_EQ(told(feed(decoy, seal_initial(spec, other))), "(stream-overlap)");
  }
}

/// The beginning of a packet with a long header of version 1; `type` as in RFC 9000 section 17.2.
Buffer long_header(unsigned type, const Buffer& destination, const Buffer& source) {
  Buffer out;
  put(out, 1, 0xc0 | type << 4);
  put(out, 4, 1);
  put_vector(out, 1, destination);
  put_vector(out, 1, source);
  if (type == 0) put(out, 1, 0);  // no token
  put(out, 1, 20);
  return out << Buffer(20, 7);
}

TEST(QuicHello, TheServersFirstInitialOrHandshakeSaysItsId) {
  const Buffer client{1, 2, 3, 4};
  InitialSpec spec;
  spec.source = client;
  QuicHello quic;
  quic.add_answer(long_header(0, {}, {5, 6}));
  EXPECT_FALSE(quic.server_id()) << "there is nothing to answer yet";
  EXPECT_EQ(told(feed(quic, seal_initial(spec, piece(0)))), "www.photo.example");
  quic.add_answer(long_header(3, client, {5, 6}));
  quic.add_answer(long_header(0, {1, 2, 3, 5}, {5, 6}));
  quic.add_answer({});
  EXPECT_FALSE(quic.server_id()) << "a Retry, and packets to others";
  quic.add_answer(long_header(2, client, {5, 6}));
  quic.add_answer(long_header(0, client, {7, 8}));
  ASSERT_TRUE(quic.server_id());
  EXPECT_EQ(Buffer(quic.server_id()->begin(), quic.server_id()->end()), (Buffer{5, 6}));
  spec.destination = Buffer(8, 9);
  EXPECT_EQ(told(feed(quic, seal_initial(spec, piece(0)))), "(no hello)");
  EXPECT_FALSE(quic.server_id()) << "the client has started anew";
}

TEST(QuicHello, AnIdOfTheServerThatIsMadeOfTheClientsIsNoSecret) {
  const auto is_secret = [](const Buffer& first, const Buffer& chosen) {
    InitialSpec spec;
    spec.destination = first;
    QuicHello quic;
    static_cast<void>(feed(quic, seal_initial(spec, piece(0))));
    quic.add_answer(long_header(2, {}, chosen));
    return quic.server_id_is_secret();
  };
  const Buffer first = hex("2fadc20ded383f8c");
  EXPECT_FALSE(is_secret(first, first));
  EXPECT_FALSE(is_secret(first, hex("efadc20ded383f8c"))) << "as large operators do";
  EXPECT_FALSE(is_secret(hex("73e63c1dd1d1a6ed46b69b2329"), hex("f3e63c1dd1d1a6ed")));
  EXPECT_FALSE(is_secret(first, {}));
  EXPECT_FALSE(is_secret(first, hex("010203")));
  EXPECT_TRUE(is_secret(first, hex("8d2041ac")));
  EXPECT_TRUE(is_secret(first, hex("43f409caf2231f79")));
  EXPECT_TRUE(is_secret(first, hex("0164bccb0bceb2de8f64afc9a9cea6a36437ab44")));
  EXPECT_FALSE(QuicHello().server_id_is_secret());
}

TEST(QuicPacketTo, IsToldByTheIdBehindEitherHeader) {
  const Buffer id{1, 2, 3, 4};
  for (const unsigned type : {0U, 1U, 2U}) {
    EXPECT_TRUE(is_quic_packet_to(long_header(type, id, {}), id));
    EXPECT_FALSE(is_quic_packet_to(long_header(type, id, {}), {}));
    EXPECT_FALSE(is_quic_packet_to(long_header(type, id, {}), Buffer{1, 2, 3, 5}));
  }
  EXPECT_FALSE(is_quic_packet_to(long_header(3, id, {}), id)) << "a Retry";
  Buffer short_header{0x40, 1, 2, 3, 4};
  short_header.resize(40, 7);
  EXPECT_TRUE(is_quic_packet_to(short_header, id));
  EXPECT_TRUE(is_quic_packet_to(short_header, {}));
  EXPECT_FALSE(is_quic_packet_to(short_header, Buffer{1, 2, 3, 5}));
  EXPECT_FALSE(is_quic_packet_to(Bytes(short_header).first(20), id));
  EXPECT_FALSE(is_quic_packet_to({}, {}));
}

TEST(QuicHello, EveryOrderOfFivePiecesWithOverlapsGivesTheSameHello) {
  const std::vector<Buffer> pieces{piece(0, 1), piece(1, 400), piece(350, 900), piece(899, 1201),
                                   piece(1200)};
  std::vector<std::size_t> order(pieces.size());
  std::iota(order.begin(), order.end(), 0);
  const auto keys = sealing_keys(quic_v1, InitialSpec{}.destination);
  do {
    QuicHello quic;
    InitialSpec spec;
    spec.pad_frames_to = 20;
    std::string last = "(more)";
    for (const auto i : order) {
      EXPECT_EQ(last, "(more)");
      last = told(feed(quic, seal_initial(spec, keys, pieces[i])));
      ++spec.number;
    }
    EXPECT_EQ(last, "www.photo.example");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(QuicHello, TwentyShuffledPiecesBetweenPaddingAndPingsInOnePacket) {
  const Buffer whole = small_hello();
  std::vector<Buffer> frames;
  for (std::size_t at = 0; at < whole.size(); at += 5)
    frames.push_back(crypto_frame(at, Bytes(whole).subspan(at, std::min<std::size_t>(5, whole.size() - at))));
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(frames.begin(), frames.end(), random);
    Buffer packet =
        hex("02 05 00 01 00 0101 03 05 00 00 00 010203");  // two ACKs, one with a range, one with ECN counts
    for (const auto& frame : frames) packet << Bytes(frame) << hex("000001");
    EXPECT_EQ(first_answer(seal_initial({}, packet)), "small.example");
  }
}

TEST(QuicHello, LaterInitialsUnderAnotherConnectionIdKeepTheKeysOfTheFirst) {
  const auto keys = sealing_keys(quic_v1, InitialSpec{}.destination);
  InitialSpec later;
  later.destination = hex("0102030405");
  later.number = 1;
  const Buffer first = seal_initial({}, piece(0, 1000));
  const Buffer second = seal_initial(later, keys, piece(1000));
  QuicHello in_order;
  EXPECT_EQ(told(feed(in_order, first)), "(more)");
  EXPECT_EQ(told(feed(in_order, second)), "www.photo.example");

  QuicHello swapped;
  EXPECT_EQ(told(feed(swapped, second)), "(quic-protection)");
  EXPECT_EQ(told(feed(swapped, first)), "www.photo.example");
}

TEST(QuicHello, ARetryStartsAnewUnderTheConnectionIdItGave) {
  InitialSpec again;
  again.destination = hex("aabbccddeeff0011");
  again.token = Buffer(40, 7);
  again.number = 2;
  QuicHello quic;
  EXPECT_EQ(told(feed(quic, seal_initial({}, piece(0, 1000)))), "(more)");
  EXPECT_EQ(told(feed(quic, seal_initial(again, piece(0, 1100)))), "(more)");
  EXPECT_EQ(told(feed(quic, seal_initial(again, piece(1100)))), "www.photo.example");
}

TEST(QuicHello, AClientThatGoesOnInVersionTwoKeepsItsFirstConnectionId) {
  const auto keys = sealing_keys(quic_v2, InitialSpec{}.destination);
  InitialSpec later;
  later.version = quic_v2;
  later.destination = hex("0102030405");
  QuicHello quic;
  EXPECT_EQ(told(feed(quic, seal_initial({}, piece(0, 1000)))), "(more)");
  EXPECT_EQ(told(feed(quic, seal_initial(later, keys, piece(1000)))), "www.photo.example");
}

/// A long-header packet that cannot be opened here, of `type` (0-RTT 1, Handshake 2).
Buffer opaque_packet(unsigned type) {
  Buffer out;
  put(out, 1, 0xc0 | type << 4);
  put(out, 4, 1);
  put_vector(out, 1, hex("8394c8f03e515708"));
  put_vector(out, 1, {});
  put(out, 2, 0x4000 | 50);
  out << Buffer(50, 0x99);
  return out;
}

TEST(QuicHello, CoalescedPacketsAreWalked) {
  InitialSpec small;
  small.pad_frames_to = 0;
  const Buffer one = seal_initial(small, piece(0, 700));
  small.number = 1;
  const Buffer two = seal_initial(small, piece(700));
  const Buffer short_header = hex("41aabbccddeeff");
  EXPECT_EQ(first_answer(joined({one, two})), "www.photo.example");
  EXPECT_EQ(first_answer(joined({opaque_packet(1), one, opaque_packet(2), two, short_header})),
            "www.photo.example");
  EXPECT_EQ(first_answer(joined({one, two, Buffer(100, 0)})), "www.photo.example");
  // RFC 9000 section 12.2: what follows one that does not open is processed; of another connection id only by
  // a server that does not leave it out.
  Buffer spoilt = one;
  spoilt.back() ^= 1;
  EXPECT_EQ(first_answer(joined({spoilt, one, spoilt, two})), "www.photo.example");
  EXPECT_EQ(first_answer(joined({spoilt, one})), "(more)");
  EXPECT_EQ(first_answer(joined({spoilt, spoilt})), "(quic-protection)");
  InitialSpec other = small;
  other.destination = Buffer(8, 0x77);
  EXPECT_EQ(first_answer(joined({spoilt, seal_initial(other, crypto_frame(0, small_hello()))})),
            "small.example");
  EXPECT_EQ(first_answer(joined({one, short_header, two})), "(more)");
  EXPECT_EQ(first_answer(joined({one, hex("c0000000")})), "(more)");
}

TEST(QuicHello, MoreThatDoNotOpenThanAnybodySendsHideNothingAndUseNothingUp) {
  InitialSpec small;
  small.pad_frames_to = 0;
  const Buffer whole = seal_initial(small, crypto_frame(0, small_hello()));
  Buffer spoilt = whole;
  spoilt.back() ^= 1;
  const Buffer tiny = hex("c0 00000001 00 00 00 00");
  for (const Buffer& closed : {tiny, spoilt}) {
    Buffer few = whole, many = whole, ahead;
    for (int i = 0; i < 4; ++i) few << Bytes(closed);
    for (int i = 0; i < 5; ++i) many << Bytes(closed);
    for (int i = 0; i < 5; ++i) ahead << Bytes(closed);
    EXPECT_EQ(first_answer(few), "small.example");
    EXPECT_EQ(first_answer(many), "(stream-overlap)") << "what a server reads behind them is not known";
    EXPECT_EQ(first_answer(joined({ahead, whole})), "(stream-overlap)");
  }
  // Whoever sends them in a client's name leaves it room to contradict what they say of it.
  QuicHello quic;
  EXPECT_EQ(told(feed(quic, joined({whole, tiny, tiny, tiny, tiny}))), "small.example");
  for (int i = 0; i < 30; ++i) EXPECT_EQ(told(feed(quic, joined({spoilt, tiny, tiny}))), "(no hello)") << i;
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame(0, small_hello("other.example"))))),
            "(stream-overlap)");
  // And where they use up what is looked at, that is a contradiction too.
  QuicHello worn;
  EXPECT_EQ(told(feed(worn, whole)), "small.example");
  std::string last;
  for (int i = 0; i < 64 && last != "(stream-overlap)"; ++i) last = told(feed(worn, spoilt));
  EXPECT_EQ(last, "(stream-overlap)");
}

TEST(QuicHello, TwoConnectionsBegunInOneDatagramContradictEachOther) {
  InitialSpec small;
  small.pad_frames_to = 0;
  InitialSpec other = small;
  other.destination = Buffer(8, 0x77);
  const Buffer one = seal_initial(small, crypto_frame(0, small_hello("one.example")));
  const Buffer two = seal_initial(other, crypto_frame(0, small_hello("two.example")));
  EXPECT_EQ(first_answer(joined({one, two})), "(stream-overlap)") << "a server takes one of them";
  EXPECT_EQ(first_answer(joined({one, seal_initial(other, hex("01 01 01"))})), "(stream-overlap)");
}

TEST(QuicHello, SaysByWhichIdItWasOpened) {
  QuicHello quic;
  EXPECT_FALSE(quic.connection_id());
  InitialSpec other;
  other.destination = Buffer(8, 0x77);
  Buffer spoilt = seal_initial({}, crypto_frame(0, small_hello()));
  spoilt.back() ^= 1;
  static_cast<void>(feed(quic, joined({spoilt, seal_initial(other, crypto_frame(0, small_hello()))})));
  ASSERT_TRUE(quic.connection_id());
  EXPECT_EQ(Buffer(quic.connection_id()->begin(), quic.connection_id()->end()), other.destination);
}

TEST(QuicHello, DatagramsWithoutAnInitialAreNoHelloUntilOneCame) {
  EXPECT_EQ(first_answer(opaque_packet(2)), "(no hello)");
  EXPECT_EQ(first_answer(hex("41aabbccddeeff")), "(no hello)");
  EXPECT_EQ(first_answer(view("junk before the first")), "(no hello)");
  QuicHello quic;
  EXPECT_EQ(told(feed(quic, view("junk before the first"))), "(no hello)");
  EXPECT_EQ(told(feed(quic, seal_initial({}, piece(0, 1000)))), "(more)");
  EXPECT_EQ(told(feed(quic, opaque_packet(2))), "(more)");
  EXPECT_EQ(told(feed(quic, hex("41aabbccddeeff"))), "(more)");
  EXPECT_EQ(told(feed(quic, seal_initial({}, piece(1000)))), "www.photo.example");
}

// ---- ENFORCEMENT C2, D14 to D16 ----

TEST(QuicHello, ACryptoOffsetNearTheGreatestNumberIsLeftOutAndNothingAllocated) {
  QuicHello quic;
  const std::size_t before = quic.held();
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame((1ULL << 62) - 1, view("x"))))), "(quic-frame)");
  EXPECT_LT(quic.held(), before + 1024);
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame(0, small_hello())))), "small.example");
}

TEST(QuicHello, ACryptoLengthPastThePacketIsRefused) {
  for (const std::uint64_t length : {std::uint64_t{5000}, (std::uint64_t{1} << 62) - 1}) {
    Buffer frame{6, 0};
    put_varint(frame, length);
    frame << std::string_view("abc");
    EXPECT_EQ(first_answer(seal_initial({}, frame)), "(quic-frame)");
  }
  for (const char* cut : {"06", "06 40", "06 00", "06 00 80", "06 ffffffff"}) {
    InitialSpec unpadded;
    unpadded.pad_frames_to = 0;
    Buffer frames = hex("0000000000");
    frames << Bytes(hex(cut));
    EXPECT_EQ(first_answer(seal_initial(unpadded, frames)), "(quic-frame)") << cut;
  }
}

TEST(QuicHello, FramesThatNoInitialMayHoldAreRefusedAndTheRestOfThePacketWithThem) {
  EXPECT_EQ(first_answer(seal_initial({}, joined({hex("08 00 01 61"), crypto_frame(0, small_hello())}))),
            "(quic-frame)");
  EXPECT_EQ(first_answer(seal_initial({}, hex("02 00 00 ffffffffffffffff 00"))), "(quic-frame)");
  EXPECT_EQ(first_answer(seal_initial({}, joined({hex("1c 01 06 02 6161"), crypto_frame(0, small_hello())}))),
            "small.example");
  EXPECT_EQ(first_answer(seal_initial({}, hex("1c 01 06 7fff"))), "(quic-frame)");
}

TEST(QuicHello, PiecesThatDisagreeAreRefusedForGood) {
  const Buffer one = small_hello("one.example");
  const Buffer two = small_hello("two.example");
  QuicHello quic;
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame(60, Bytes(one).subspan(60))))), "(more)");
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame(0, two)))), "(stream-overlap)");
  EXPECT_EQ(told(feed(quic, seal_initial({}, crypto_frame(0, one)))), "(no hello)");
}

TEST(QuicHello, ConnectionIdsOverTwentyBytesAreRefused) {
  for (const unsigned length : {21U, 255U}) {
    Buffer datagram = hex("c000000001");
    put(datagram, 1, length);
    datagram.insert(datagram.end(), 1200, 0);
    EXPECT_EQ(first_answer(datagram), "(quic-header)") << length;
    EXPECT_FALSE(looks_like_quic_initial(datagram));
  }
}

TEST(QuicHello, AnEmptyConnectionIdIsAsGoodAsAny) {
  InitialSpec spec;
  spec.destination = {};
  EXPECT_EQ(first_answer(seal_initial(spec, crypto_frame(0, small_hello()))), "small.example");
}

TEST(QuicHello, UnknownVersionsAreCountedAndVersionZeroIsSkipped) {
  for (const char* version : {"1a2a3a4a", "51303530", "ff000014", "ff000023", "ffffffff", "00000002"}) {
    Buffer datagram = hex("c0");
    datagram << hex(version) << hex("08 8394c8f03e515708 00 00 4400") << Buffer(1100, 1);
    EXPECT_EQ(first_answer(datagram), "(quic-version)") << version;
    EXPECT_FALSE(looks_like_quic_initial(datagram));
  }
  EXPECT_EQ(first_answer(hex("c000000000 00 00 00000001")), "(quic-header)");
}

TEST(QuicHello, ALongerHelloThanAnyIsRefused) {
  EXPECT_EQ(first_answer(seal_initial({}, crypto_frame(0, hex("01 ffffff 0303")))), "(tls-handshake-length)");
  EXPECT_EQ(first_answer(seal_initial({}, crypto_frame(0, hex("02 000010 0303")))), "(no hello)");
}

TEST(QuicHello, GivesUpAfterManyInitialsThatNeverCompleteIt) {
  QuicHello quic;
  const auto keys = sealing_keys(quic_v1, InitialSpec{}.destination);
  InitialSpec spec;
  std::string last;
  for (spec.number = 0; spec.number < 64; ++spec.number) {
    last = told(feed(quic, seal_initial(spec, keys, crypto_frame(1 + 600 * spec.number, Buffer(600, 1)))));
    EXPECT_EQ(last, "(more)");
  }
  EXPECT_EQ(told(feed(quic, seal_initial(spec, keys, piece(0, 1)))), "(hello-limit)");
  EXPECT_EQ(told(feed(quic, seal_initial(spec, keys, piece(0)))), "(no hello)");
  EXPECT_LT(quic.held(), 160U * 1024);
}

TEST(QuicHello, DatagramsThatNeverOpenAreNotHoarded) {
  QuicHello quic;
  Buffer shut = hex(rfc9001_client_initial);
  shut.back() ^= 1;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(told(feed(quic, shut)), "(quic-protection)");
  EXPECT_LT(quic.held(), 8U * 1024);
}

TEST(ClassifyQuic, TellsThePacketKindsOfBothVersions) {
  const auto long_header = [](unsigned first, std::uint32_t version) {
    Buffer out;
    put(out, 1, first);
    put(out, 4, version);
    out << hex("08 8394c8f03e515708 04 01020304 00 00000001");
    return out;
  };
  EXPECT_EQ(classify_quic(hex(rfc9001_client_initial)), QuicPacket::initial);
  EXPECT_EQ(classify_quic(hex(rfc9369_client_initial)), QuicPacket::initial);
  const std::vector<QuicPacket> kinds{QuicPacket::initial, QuicPacket::zero_rtt, QuicPacket::handshake,
                                      QuicPacket::retry};
  for (unsigned type = 0; type < 4; ++type) {
    EXPECT_EQ(classify_quic(long_header(0xc0 | type << 4, 1)), kinds[type]);
    EXPECT_EQ(classify_quic(long_header(0xc0 | (type + 1) % 4 << 4, 0x6b3343cf)), kinds[type]);
  }
  EXPECT_EQ(classify_quic(hex("80000000000000 00000001")), QuicPacket::version_negotiation);
  EXPECT_EQ(classify_quic(hex("80000000000000 000001")), QuicPacket::not_quic);
  EXPECT_EQ(classify_quic(long_header(0xc0, 0x1a2a3a4a)), QuicPacket::not_quic);
  EXPECT_EQ(classify_quic(long_header(0x80, 1)), QuicPacket::not_quic);
  EXPECT_EQ(classify_quic(hex("41")), QuicPacket::short_header);
  EXPECT_EQ(classify_quic(hex("00")), QuicPacket::not_quic);
  EXPECT_EQ(classify_quic(hex("c0000000")), QuicPacket::not_quic);
  EXPECT_EQ(classify_quic({}), QuicPacket::not_quic);
  EXPECT_FALSE(looks_like_quic_initial(long_header(0xf0, 1)));
  EXPECT_TRUE(looks_like_quic_initial(hex(rfc9001_client_initial)));
}

}  // namespace
}  // namespace edgewatch::wire
