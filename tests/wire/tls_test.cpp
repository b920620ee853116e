#include "edgewatch/wire/tls.hpp"

#include "edgewatch/wire/hello_assembler.hpp"

#include "protocol_builders.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace test;

ClientHello parsed(Bytes handshake) {
  const Exact copy(handshake);
  const auto result = parse_client_hello(copy);
  EXPECT_TRUE(result.has_value());
  return result ? *result : ClientHello{};
}
std::optional<Malformation> refusal(Bytes handshake) {
  const Exact copy(handshake);
  const auto result = parse_client_hello(copy);
  if (result) return std::nullopt;
  return result.error().kind;
}
ClientHello named(std::string_view name) { return parsed(client_hello(server_name_extension(name))); }
std::optional<Malformation> refusal_of_name(std::string_view name) {
  return refusal(client_hello(server_name_extension(name)));
}

TEST(ClientHello, GivesItsServerNameAndProtocols) {
  const auto hello = parsed(browser_hello("WWW.Photo.example"));
  ASSERT_TRUE(hello.server_name);
  EXPECT_EQ(hello.server_name->text(), "www.photo.example");
  EXPECT_FALSE(hello.server_name_is_ip);
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_FALSE(hello.encrypted_client_hello);
  EXPECT_FALSE(hello.encrypted_server_name);
}

TEST(ClientHello, MayHaveNoExtensionsAtAll) {
  Buffer body = hex("0301");
  body.insert(body.end(), 32, 1);
  body << hex("00 0002 002f 01 00");
  Buffer hello{1};
  put_vector(hello, 3, body);
  EXPECT_FALSE(parsed(hello).server_name);
}

TEST(ClientHello, SaysWhetherTheTrueOneIsEncrypted) {
  Buffer extensions = server_name_extension("outer.example");
  extensions << extension(0xfe0d, hex("00 0001 0001 01 0000 0000"));
  const auto ech = parsed(client_hello(extensions));
  EXPECT_TRUE(ech.encrypted_client_hello);
  EXPECT_EQ(ech.server_name->text(), "outer.example");
  EXPECT_TRUE(parsed(client_hello(extension(0xffce, hex("00")))).encrypted_server_name);
}

TEST(HelloParts, ShowWhatAnEncryptedOneSaysOpenly) {
  const auto last_part = [](const Buffer& extensions) {
    return hello_parts(client_hello(extensions)).back().name;
  };
  EXPECT_EQ(last_part(extension(0xfe0d, hex("00 0001 0003 2a 0000 0000"))),
            "extension encrypted_client_hello (65037), outer, KDF 0x0001, AEAD 0x0003, configuration 42");
  EXPECT_EQ(last_part(extension(0xfe0d, hex("01"))), "extension encrypted_client_hello (65037), inner");
  EXPECT_EQ(last_part(extension(0xfe0d, hex("00 0001"))), "extension encrypted_client_hello (65037)");
  EXPECT_EQ(last_part(extension(0xffce, hex("1301 001d"))),
            "extension encrypted_server_name (65486), cipher suite 0x1301");
}

TEST(ClientHello, ATrailingDotIsTakenOff) {
  EXPECT_EQ(named("www.photo.example.").server_name->text(), "www.photo.example");
}

TEST(ClientHello, AnEmptyServerNameIsNone) {
  EXPECT_FALSE(named("").server_name);
  EXPECT_FALSE(parsed(client_hello(extension(0, {}))).server_name);
  EXPECT_FALSE(parsed(client_hello(extension(0, hex("0000")))).server_name);
}

TEST(ClientHello, AnAddressIsMarkedAsOne) {
  EXPECT_TRUE(named("192.0.2.7").server_name_is_ip);
  EXPECT_EQ(named("192.0.2.7").server_name->text(), "192.0.2.7");
  EXPECT_TRUE(named("2001:db8::7").server_name_is_ip);
  EXPECT_TRUE(named("[2001:db8::7]").server_name_is_ip);
  EXPECT_FALSE(named("192.0.2.example").server_name_is_ip);
}

TEST(ClientHello, OddBytesInANameAreKeptEscapedAndNeverMatch) {
  for (const std::string_view name :
       {"=cmd|'/c calc'!A1", "@SUM(1)", "a b.example", "caf\xc3\xa9.example", "\x1b]0;p.example"}) {
    const auto hello = named(name);
    ASSERT_TRUE(hello.server_name) << name;
    EXPECT_FALSE(hello.server_name->is_matchable()) << name;
  }
  EXPECT_EQ(named("-2+3").server_name->text(), "-2\\0433");
}

TEST(ClientHello, ANameWithANulOrOfAnImpossibleFormIsRefused) {
  for (const std::string_view name :
       {std::string_view("ok.example\0blocked.example", 26), std::string_view("a..example"),
        std::string_view(".example"), std::string_view(".")})
    EXPECT_EQ(refusal_of_name(name), Malformation::server_name) << name;
  EXPECT_EQ(refusal_of_name(std::string(64, 'a') + ".example"), Malformation::server_name);
}

TEST(ClientHello, TwoNamesAreRefusedSinceOneMayHideTheOther) {
  Buffer twice = server_name_extension("a.example");
  twice << server_name_extension("b.example");
  EXPECT_EQ(refusal(client_hello(twice)), Malformation::server_name);

  Buffer entries;
  for (const std::string_view name : {"a.example", "b.example"}) {
    entries.push_back(0);
    put_vector(entries, 2, view(name));
  }
  Buffer list;
  put_vector(list, 2, entries);
  EXPECT_EQ(refusal(client_hello(extension(0, list))), Malformation::server_name);
}

TEST(ClientHello, LengthsInsideTheServerNameMustFit) {
  const Buffer good = server_name_extension("a.example");
  for (const std::size_t at : {5U, 8U}) {  // the low bytes of the list's and the name's length
    for (const int by : {-1, 1}) {
      Buffer bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] + by);
      EXPECT_EQ(refusal(client_hello(bad)), Malformation::server_name) << at << ' ' << by;
    }
  }
}

TEST(ClientHello, ALengthThatDoesNotFitIsRefusedWhereverItStands) {
  const Buffer good = client_hello(server_name_extension("a.example"));
  ASSERT_FALSE(refusal(good));
  // handshake length, session id, cipher suites, compression methods, extensions, first extension
  for (const std::size_t at : {3U, 38U, 72U, 79U, 82U, 86U}) {
    for (const int by : {-1, 1}) {
      Buffer bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] + by);
      EXPECT_TRUE(refusal(bad)) << at << ' ' << by;
    }
  }
}

TEST(ClientHello, EveryCutIsRefused) {
  const Buffer whole = client_hello(server_name_extension("www.photo.example"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(refusal(Bytes(whole).first(size)), Malformation::truncated) << size;
  Buffer longer = whole;
  longer.push_back(0);
  EXPECT_EQ(refusal(longer), Malformation::tls_handshake_length);
}

TEST(ClientHello, EveryCutOfTheBodyUnderARightHandshakeLengthGivesTheWholeNameOrNone) {
  const Buffer whole = client_hello(server_name_extension("www.photo.example"));
  for (std::size_t size = 4; size < whole.size(); ++size) {
    Buffer cut;
    cut << Bytes(whole).first(size);
    cut[2] = static_cast<std::uint8_t>((size - 4) >> 8);
    cut[3] = static_cast<std::uint8_t>(size - 4);
    const Exact copy(cut);
    const auto result = parse_client_hello(copy);
    EXPECT_FALSE(result && result->server_name) << size;
  }
}

TEST(ClientHello, OtherMessagesAndVersionsAreRefused) {
  Buffer hello = client_hello({});
  hello[0] = 2;
  EXPECT_EQ(refusal(hello), Malformation::tls_client_hello);
  hello[0] = 1;
  hello[4] = 2;
  EXPECT_EQ(refusal(hello), Malformation::tls_client_hello);
}

TEST(ClientHello, AHundredProtocolsAreNotAllKept) {
  Buffer entries;
  for (int i = 0; i < 100; ++i) put_vector(entries, 1, view("h2"));
  Buffer list;
  put_vector(list, 2, entries);
  EXPECT_EQ(parsed(client_hello(extension(16, list))).alpn.size(), 8U);
}

// ---- records ----

HelloState read(Bytes prefix) {
  const Exact copy(prefix);
  return read_tls_prefix(copy);
}
std::string name_in(const HelloState& state) {
  const auto* hello = std::get_if<ClientHello>(&state);
  return hello != nullptr && hello->server_name ? hello->server_name->text() : "";
}
std::optional<Malformation> error_in(const HelloState& state) {
  const auto* error = std::get_if<DecodeError>(&state);
  if (error == nullptr) return std::nullopt;
  return error->kind;
}

TEST(TlsPrefix, EveryCutAsksForMoreAndTheWholeGivesTheHello) {
  const Buffer stream = in_records(browser_hello("www.photo.example"));
  for (std::size_t size = 0; size < stream.size(); ++size)
    ASSERT_TRUE(std::holds_alternative<NeedMore>(read(Bytes(stream).first(size)))) << size;
  EXPECT_EQ(name_in(read(stream)), "www.photo.example");
  Buffer more = stream;
  more << hex("140303000101") << Buffer(300, 0xee);
  EXPECT_EQ(name_in(read(more)), "www.photo.example");
}

TEST(TlsPrefix, AHelloOverRecordsOfAnySizeIsReadWhole) {
  const Buffer hello = browser_hello("www.photo.example");
  for (const std::size_t size : {1U, 3U, 4U, 5U, 60U, 1400U}) {
    const Buffer stream = in_records(hello, size);
    EXPECT_EQ(name_in(read(stream)), "www.photo.example") << size;
    EXPECT_TRUE(std::holds_alternative<NeedMore>(read(Bytes(stream).first(stream.size() - 1)))) << size;
  }
}

TEST(TlsPrefix, TheHintNeverSkipsTheCompletingByteAndKeepsCallsFew) {
  for (const std::size_t record : {1U, 7U, 16384U}) {
    const Buffer stream = in_records(browser_hello("www.photo.example"), record);
    int calls = 0;
    std::size_t size = 0;
    for (; size < stream.size();) {
      const auto state = read(Bytes(stream).first(size));
      ++calls;
      ASSERT_TRUE(std::holds_alternative<NeedMore>(state));
      const std::size_t until = std::get<NeedMore>(state).until;
      ASSERT_GT(until, size);
      size = until;
    }
    EXPECT_EQ(size, stream.size());
    EXPECT_LT(calls, 60);
  }
}

TEST(TlsPrefix, AStreamOfAnotherKindIsNoHello) {
  const Buffer server_hello = in_records(hex("02000001 00"));
  for (const Buffer& stream : {hex("15030100020128"), hex("140303000101"), hex("170303 0001 00"),
                               hex("474554202f"), hex("1604"), hex("80"), server_hello})
    EXPECT_TRUE(std::holds_alternative<NotAHello>(read(stream)));
}

TEST(TlsPrefix, AnyMinorVersionOfTheRecordWillDoAsItDoesForServers) {
  for (const std::string_view minor : {"00", "05", "ff"}) {
    Buffer stream = in_records(client_hello(server_name_extension("a.example")));
    stream[2] = hex(minor)[0];
    EXPECT_TRUE(std::holds_alternative<ClientHello>(read(stream))) << minor;
  }
}

TEST(TlsPrefix, AnotherRecordInsideTheHelloIsRefused) {
  const Buffer hello = client_hello(server_name_extension("a.example"));
  Buffer stream = in_records(Bytes(hello).first(20));
  stream << hex("15030100020128");
  EXPECT_EQ(error_in(read(stream)), Malformation::tls_record);
}

TEST(TlsPrefix, EmptyRecordsAreEnduredOnlySoLong) {
  const Buffer hello = in_records(client_hello(server_name_extension("a.example")));
  Buffer few;
  for (int i = 0; i < 16; ++i) few << hex("1603010000");
  few << hello;
  EXPECT_EQ(name_in(read(few)), "a.example");
  Buffer many;
  for (int i = 0; i < 10000; ++i) many << hex("1603010000");
  many << hello;
  EXPECT_EQ(error_in(read(many)), Malformation::hello_limit);
}

TEST(TlsPrefix, LengthsBeyondAllLimitsAreRefusedAtOnce) {
  EXPECT_EQ(error_in(read(hex("1603010100 01ffffff 0303"))), Malformation::tls_handshake_length);
  EXPECT_EQ(error_in(read(hex("1603014001"))), Malformation::tls_record);
}

TEST(TlsPrefix, ABadHelloIsAnErrorNotAWait) {
  EXPECT_EQ(error_in(read(in_records(client_hello(server_name_extension("a..b"))))),
            Malformation::server_name);
}

}  // namespace
}  // namespace edgewatch::wire
