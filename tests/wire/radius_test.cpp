#include "edgewatch/wire/radius.hpp"

#include "protocol_builders.hpp"
#include "support/identity.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire::radius {
namespace {

using namespace std::chrono_literals;
using support::number;
using support::Option;
using support::Signature;
using test::Exact;

constexpr std::string_view secret = "s3cret-of-the-lab";
// Made with another implementation of MD5 and HMAC: Start of p17's session ab12 under that secret.
constexpr std::string_view request =
    "042a00257e6db39fa627c0de9f0dc27985a2439328060000000101057031372c0661623132";
constexpr std::string_view signed_request =
    "042b003799a98168927329d90a64177d8e700ae828060000000101057031372c06616231325012cb3bbee28f7f28d5e776955f"
    "dad84c22";

net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }
const net::MacAddress device = *net::MacAddress::parse("02:00:5e:10:00:07");

Accounting read(const std::vector<Option>& attributes, std::uint8_t code = 4) {
  const auto packet = parse(Exact(support::radius_accounting(code, 7, attributes, secret)));
  EXPECT_TRUE(packet.has_value());
  return packet ? *packet : Accounting{};
}
Malformation refusal(const support::Buffer& bytes) {
  const auto packet = parse(Exact(bytes));
  return packet ? Malformation::count_ : packet.error().kind;
}

TEST(Radius, AccountingSaysWhoseSessionItIsAndWhere) {
  const Accounting packet = read({{40, number(3, 4)},
                                  {1, support::bytes("p17@council.example")},
                                  {8, support::bytes(ip("192.0.2.7"))},
                                  {168, support::bytes(ip("2001:db8:20::7"))},
                                  {31, support::bytes("02-00-5E-10-00-07")},
                                  {44, support::bytes("ab12")},
                                  {41, number(5, 4)},
                                  {55, number(1794909600, 4)},
                                  {4, support::bytes(ip("192.0.2.200"))},
                                  {32, support::bytes("ap-3")}});
  EXPECT_EQ(packet.code, Code::accounting_request);
  EXPECT_EQ(packet.identifier, 7);
  EXPECT_EQ(packet.status, Status::interim_update);
  EXPECT_EQ(packet.user_name, "p17@council.example");
  EXPECT_EQ(packet.framed_address, ip("192.0.2.7"));
  EXPECT_EQ(packet.framed_ipv6_address, ip("2001:db8:20::7"));
  EXPECT_EQ(packet.calling_station, device);
  EXPECT_EQ(packet.session, "ab12");
  EXPECT_EQ(packet.delay, 5s);
  EXPECT_EQ(packet.event_time->time_since_epoch(), 1794909600s);
  EXPECT_EQ(packet.access_server, ip("192.0.2.200"));
  EXPECT_EQ(packet.access_server_identifier, "ap-3");
}

TEST(Radius, NamesArePassedOverWhereTheyAreNotAskedFor) {
  const auto bytes = support::radius_accounting(
      4, 7, {{1, support::bytes("p17")}, {44, support::bytes("ab12")}, {8, support::bytes(ip("192.0.2.7"))}},
      secret);
  const auto nameless = parse(Exact(bytes), Texts::pass_over);
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->user_name + nameless->session, "");
  EXPECT_EQ(nameless->framed_address, ip("192.0.2.7"));
}

TEST(Radius, PrefixOfOneHostIsItsAddressAndASmallerPrefixIsNone) {
  support::Buffer prefix{0, 128};
  support::append(prefix, support::bytes(ip("2001:db8:20::7")));
  EXPECT_EQ(read({{97, prefix}}).framed_ipv6_address, ip("2001:db8:20::7"));
  EXPECT_FALSE(read({{97, {0, 64, 0x20, 1, 0x0d, 0xb8, 0, 0x20, 0, 0}}}).framed_ipv6_address.has_value());
}

TEST(Radius, AddressThatIsStillToBeChosenIsNone) {
  for (const std::uint32_t choice : {0xffffffffU, 0xfffffffeU, 0U})
    EXPECT_FALSE(read({{8, number(choice, 4)}}).framed_address.has_value());
}

TEST(Radius, UserNameIsAnyBytesAndBounded) {
  const support::Buffer odd{0x00, 0x0a, 0xff, 0x1b};
  EXPECT_EQ(read({{1, odd}}).user_name, std::string("\x00\x0a\xff\x1b", 4));
  EXPECT_EQ(read({{1, support::Buffer(253, 'x')}}).user_name.size(), 253U);
}

TEST(Radius, StatusOfNoSessionIsNone) {
  EXPECT_EQ(read({{40, number(7, 4)}}).status, Status::on);
  EXPECT_EQ(read({{40, number(8, 4)}}).status, Status::off);
  EXPECT_FALSE(read({{40, number(9, 4)}}).status.has_value()) << "a tunnel's";
}

TEST(Radius, StationIsReadInEverySpelling) {
  for (const char* text : {"02-00-5e-10-00-07", "02:00:5E:10:00:07", "0200.5e10.0007", "0200-5e10-0007",
                           "02005e100007", "02005E-100007", "02005e:100007", "02-00-5E-10-00-07:council-wifi",
                           "02005e100007 wifi", "02.00.5e.10.00.07"})
    EXPECT_EQ(read_station(text), device) << text;
  for (const char* text :
       {"", "p17", "02-00-5e-10-00-0", "02-00-5e-10-00-0g", "02-00:5e-10-00-07", "02005e1000071",
        "020-05e-100-007", "0044123456789", "02-00-5e-10-00-07-11", "0-2-0-0-5-e"})
    EXPECT_FALSE(read_station(text).has_value()) << text;
}

TEST(Radius, LengthsThatDoNotFitAreRefusedByName) {
  EXPECT_EQ(refusal(support::radius_accounting(4, 1, {{40, number(1, 3)}}, secret)),
            Malformation::radius_attribute);
  EXPECT_EQ(refusal(support::radius_accounting(4, 1, {{95, number(1, 4)}}, secret)),
            Malformation::radius_attribute);
  EXPECT_EQ(refusal(support::radius_accounting(1, 1, {}, secret)), Malformation::radius_packet)
      << "Access-Request";
  support::Buffer packet = support::radius_accounting(4, 1, {{1, {'a'}}}, secret);
  packet[21] = 1;
  EXPECT_EQ(refusal(packet), Malformation::radius_attribute) << "an attribute shorter than its head";
  packet[21] = 9;
  EXPECT_EQ(refusal(packet), Malformation::radius_attribute) << "one longer than the packet";
  packet[2] = 0xff;
  EXPECT_EQ(refusal(packet), Malformation::radius_packet);
}

TEST(Radius, EveryCutIsRefusedAndPaddingIsNot) {
  support::Buffer packet = support::radius_accounting(4, 1, {{1, support::bytes("p17")}}, secret);
  for (std::size_t length = 0; length < packet.size(); ++length)
    EXPECT_FALSE(parse(Exact(Bytes(packet).first(length)))) << length;
  packet.resize(packet.size() + 9);
  EXPECT_TRUE(parse(Exact(packet)));
  EXPECT_TRUE(is_authentic_request(packet, secret));
}

TEST(Radius, RequestIsAuthenticUnderItsSecretAlone) {
  EXPECT_TRUE(is_authentic_request(Exact(test::hex(request)), secret));
  EXPECT_FALSE(is_authentic_request(Exact(test::hex(request)), "another"));
  EXPECT_FALSE(is_authentic_request(Exact(test::hex(request)), ""));
  for (std::size_t at = 0; at < test::hex(request).size(); ++at) {
    support::Buffer changed = test::hex(request);
    changed[at] ^= 1;
    EXPECT_FALSE(is_authentic_request(Exact(changed), secret)) << at;
  }
}

TEST(Radius, MessageAuthenticatorMustHoldTooWhereThereIsOne) {
  EXPECT_TRUE(is_authentic_request(Exact(test::hex(signed_request)), secret));
  // A Message-Authenticator that is none, under a right Request Authenticator.
  const auto forged =
      support::radius_accounting(4, 1, {{40, number(1, 4)}, {80, support::Buffer(16, 0x11)}}, secret);
  EXPECT_FALSE(is_authentic_request(forged, secret));
  const auto twice = support::radius_accounting(4, 1, {{80, support::Buffer(16, 0)}}, secret,
                                                Signature::message_authenticator);
  EXPECT_FALSE(is_authentic_request(twice, secret));
}

TEST(Radius, LongSecretIsHashedFirst) {
  const std::string long_secret(80, 'k');
  EXPECT_TRUE(is_authentic_request(
      support::radius_accounting(4, 1, {{1, {'a'}}}, long_secret, Signature::message_authenticator),
      long_secret));
}

TEST(Radius, ResponseIsAuthenticForItsOwnRequestAlone) {
  const auto asked = parse(Exact(test::hex(request)));
  ASSERT_TRUE(asked);
  const support::Buffer authenticator(asked->authenticator.begin(), asked->authenticator.end());
  for (const Signature signature : {Signature::authenticator, Signature::message_authenticator}) {
    const auto answer = support::radius_accounting(5, 42, {}, secret, signature, authenticator);
    EXPECT_TRUE(is_authentic_response(answer, asked->authenticator, secret));
    EXPECT_FALSE(is_authentic_response(answer, Authenticator{}, secret));
    EXPECT_FALSE(is_authentic_response(answer, asked->authenticator, "another"));
  }
}

}  // namespace
}  // namespace edgewatch::wire::radius
