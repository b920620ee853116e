#include "edgewatch/wire/dhcp.hpp"

#include "protocol_builders.hpp"
#include "support/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace std::chrono_literals;
using support::DhcpFields;
using support::number;
using support::Option;
using test::Exact;
using testing::ElementsAre;

const net::MacAddress device = *net::MacAddress::parse("02:00:5e:10:00:07");
net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }

DhcpFields ack() {
  DhcpFields fields;
  fields.mac = device;
  fields.your_address = ip("192.0.2.7");
  fields.options = {{53, {5}}, {51, number(3600, 4)}, {54, support::bytes(ip("192.0.2.1"))}};
  return fields;
}

dhcp::Message read(const DhcpFields& fields) {
  const auto message = dhcp::parse(Exact(support::dhcp_message(fields)));
  EXPECT_TRUE(message.has_value());
  return message ? *message : dhcp::Message{};
}
Malformation refusal(const DhcpFields& fields) {
  const auto message = dhcp::parse(Exact(support::dhcp_message(fields)));
  return message ? Malformation::count_ : message.error().kind;
}

TEST(Dhcp, NamesArePassedOverWhereTheyAreNotAskedFor) {
  DhcpFields fields = ack();
  fields.options.push_back({12, support::bytes("desk-17")});
  fields.options.push_back({81, {0, 0, 0, 'd'}});
  EXPECT_EQ(read(fields).host_name + read(fields).domain_name, "desk-17d");
  const auto nameless = dhcp::parse(Exact(support::dhcp_message(fields)), Texts::pass_over);
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->host_name + nameless->domain_name, "");
  EXPECT_EQ(nameless->your_address, ip("192.0.2.7"));
}

TEST(Dhcp, AckGivesTheAddressItsDeviceAndForHowLong) {
  DhcpFields fields = ack();
  fields.options.push_back({12, support::bytes("desk-17")});
  fields.options.push_back({61, {1, 2, 0, 0x5e, 0x10, 0, 7}});
  const dhcp::Message message = read(fields);
  EXPECT_TRUE(message.reply);
  EXPECT_EQ(message.type, dhcp::Type::ack);
  EXPECT_EQ(message.transaction, 0x11223344U);
  EXPECT_EQ(message.mac, device);
  EXPECT_EQ(message.your_address, ip("192.0.2.7"));
  EXPECT_EQ(message.lease_time, 3600s);
  EXPECT_EQ(message.server, ip("192.0.2.1"));
  EXPECT_EQ(message.host_name, "desk-17");
  EXPECT_THAT(message.client_identifier, ElementsAre(1, 2, 0, 0x5e, 0x10, 0, 7));
}

TEST(Dhcp, ReleaseNamesWhatTheClientHadAndDeclineWhatItWasOffered) {
  DhcpFields release;
  release.reply = false;
  release.mac = device;
  release.client_address = ip("192.0.2.7");
  release.options = {{53, {7}}};
  EXPECT_EQ(read(release).type, dhcp::Type::release);
  EXPECT_EQ(read(release).client_address, ip("192.0.2.7"));
  DhcpFields decline = release;
  decline.client_address = {};
  decline.options = {{53, {4}}, {50, support::bytes(ip("192.0.2.8"))}};
  EXPECT_EQ(read(decline).requested_address, ip("192.0.2.8"));
}

TEST(Dhcp, OptionsGoOnInTheFieldsOfFileAndServerName) {
  DhcpFields fields = ack();
  fields.options = {{53, {5}}, {52, {3}}};
  fields.in_file = {{51, number(60, 4)}};
  fields.in_name = {{12, support::bytes("desk-17")}};
  const dhcp::Message message = read(fields);
  EXPECT_EQ(message.lease_time, 60s);
  EXPECT_EQ(message.host_name, "desk-17");
  fields.options = {{53, {5}}, {52, {1}}};
  EXPECT_EQ(read(fields).host_name, "") << "1 is the file field alone";
}

TEST(Dhcp, OptionInPartsIsOneOption) {
  DhcpFields fields = ack();
  fields.options.push_back({12, support::bytes("desk")});
  fields.options.push_back({12, support::bytes("-17")});
  EXPECT_EQ(read(fields).host_name, "desk-17");
  fields.options.push_back({51, {1}});
  EXPECT_EQ(refusal(fields), Malformation::dhcp_option) << "a lease time of five bytes";
}

TEST(Dhcp, DomainNameComesAsTextOrAsLabels) {
  DhcpFields fields = ack();
  fields.options.push_back({81, support::bytes(std::string("\0\0\0", 3) + "desk-17.council.example")});
  EXPECT_EQ(read(fields).domain_name, "desk-17.council.example");
  fields.options.back() = {81, support::bytes(std::string("\4\0\0\7desk-17\7council\7example\0", 27))};
  EXPECT_EQ(read(fields).domain_name, "desk-17.council.example");
  fields.options.back() = {81, support::bytes(std::string("\4\0\0\77desk", 8))};
  EXPECT_EQ(read(fields).domain_name, "") << "a half-read name is worse than none";
}

TEST(Dhcp, MissingEndMarkIsBorneButACutOptionIsNot) {
  DhcpFields fields = ack();
  fields.end_mark = false;
  EXPECT_EQ(read(fields).type, dhcp::Type::ack);
  support::Buffer cut = support::dhcp_message(fields);
  cut.pop_back();
  const auto message = dhcp::parse(Exact(cut));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().kind, Malformation::dhcp_option);
}

TEST(Dhcp, WhatIsNoDhcpIsRefusedByName) {
  DhcpFields bootp = ack();
  bootp.options = {};
  EXPECT_EQ(refusal(bootp), Malformation::dhcp_option);
  support::Buffer message = support::dhcp_message(ack());
  message[236] = 0;  // the cookie
  EXPECT_EQ(dhcp::parse(Exact(message)).error().kind, Malformation::dhcp_message);
  EXPECT_EQ(dhcp::parse(Exact(Bytes(message).first(239))).error().kind, Malformation::truncated);
}

TEST(Dhcp, DeviceOfOtherHardwareHasNoMac) {
  support::Buffer message = support::dhcp_message(ack());
  message[1] = 32;  // InfiniBand
  const auto read = dhcp::parse(Exact(message));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->mac.has_value());
}

const net::IpAddress given = ip("2001:db8:20::7");

dhcpv6::Message read6(const support::Buffer& bytes) {
  const auto message = dhcpv6::parse(Exact(bytes));
  EXPECT_TRUE(message.has_value());
  return message ? *message : dhcpv6::Message{};
}

TEST(Dhcpv6, ReplyGivesAddressesToTheHolderOfADuid) {
  const auto duid = support::duid_of(device);
  const dhcpv6::Message message = read6(
      support::dhcpv6_message(7, {{1, duid}, {2, {0, 3, 0, 1}}, support::dhcpv6_association(given, 7200)}));
  EXPECT_EQ(message.type, dhcpv6::Type::reply);
  EXPECT_EQ(message.client_duid, duid);
  ASSERT_EQ(message.addresses.size(), 1U);
  EXPECT_EQ(message.addresses[0].address, given);
  EXPECT_EQ(message.addresses[0].valid, 7200s);
  EXPECT_FALSE(message.addresses[0].temporary);
}

TEST(Dhcpv6, NamesArePassedOverWhereTheyAreNotAskedFor) {
  const auto bytes = support::dhcpv6_message(7, {{1, support::duid_of(device)},
                                                 {39, {0, 4, 'd', 'e', 's', 'k', 0}},
                                                 support::dhcpv6_association(given, 7200)});
  EXPECT_EQ(read6(bytes).domain_name, "desk");
  const auto nameless = dhcpv6::parse(Exact(bytes), Texts::pass_over);
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->domain_name, "");
  ASSERT_EQ(nameless->addresses.size(), 1U);
  EXPECT_EQ(nameless->addresses[0].address, given);
}

TEST(Dhcpv6, AssociationWithAFailureGivesNothing) {
  const Option failed = support::dhcpv6_association(given, 7200, {{13, {0, 2}}});
  EXPECT_TRUE(read6(support::dhcpv6_message(7, {{1, support::duid_of(device)}, failed})).addresses.empty());
  Option whole = support::dhcpv6_association(given, 7200);
  support::append(whole.content, support::Buffer{0, 13, 0, 2, 0, 3});
  EXPECT_TRUE(read6(support::dhcpv6_message(7, {{1, support::duid_of(device)}, whole})).addresses.empty());
}

TEST(Dhcpv6, TemporaryAddressIsMarked) {
  Option association = support::dhcpv6_association(given, 7200);
  association.code = 4;
  association.content.erase(association.content.begin() + 4, association.content.begin() + 12);
  const dhcpv6::Message message = read6(support::dhcpv6_message(7, {association}));
  ASSERT_EQ(message.addresses.size(), 1U);
  EXPECT_TRUE(message.addresses[0].temporary);
}

TEST(Dhcpv6, RelayNearestTheClientSaysWhoItIs) {
  const auto inner =
      support::dhcpv6_message(7, {{39, support::bytes(std::string("\0\7desk-17\7council", 17))}});
  const auto near = support::dhcpv6_relay(13, ip("fe80::7"), inner, {{79, {0, 1, 2, 0, 0x5e, 0x10, 0, 7}}});
  const dhcpv6::Message message = read6(support::dhcpv6_relay(13, ip("fe80::99"), near));
  EXPECT_EQ(message.type, dhcpv6::Type::reply);
  EXPECT_EQ(message.relays, 2);
  EXPECT_EQ(message.peer, ip("fe80::7"));
  EXPECT_EQ(message.relayed_mac, device);
  EXPECT_EQ(message.domain_name, "desk-17.council");
}

TEST(Dhcpv6, RelaysWithinRelaysAreBounded) {
  support::Buffer message = support::dhcpv6_message(7, {});
  for (int i = 0; i < 8; ++i) message = support::dhcpv6_relay(12, ip("fe80::7"), message);
  EXPECT_EQ(read6(message).relays, 8);
  message = support::dhcpv6_relay(12, ip("fe80::7"), message);
  EXPECT_EQ(dhcpv6::parse(Exact(message)).error().kind, Malformation::dhcp_message);
}

TEST(Dhcpv6, EveryCutIsRefusedOrEndsBetweenOptions) {
  const auto whole = support::dhcpv6_message(
      7, {{1, support::duid_of(device)}, support::dhcpv6_association(given, 7200), {13, {0, 0}}});
  std::size_t read = 0;
  for (std::size_t length = 0; length < whole.size(); ++length)
    read += dhcpv6::parse(Exact(Bytes(whole).first(length))) ? 1 : 0;
  EXPECT_EQ(read, 3U) << "behind the header and behind each option but the last";
}

TEST(Dhcpv6, OnlyDuidsOfALinkLayerAddressGiveAMac) {
  EXPECT_EQ(dhcpv6::mac_of_duid(support::duid_of(device)), device);
  const support::Buffer with_time{0, 1, 0, 1, 0x2a, 0xbb, 0xcc, 0xdd, 2, 0, 0x5e, 0x10, 0, 7};
  EXPECT_EQ(dhcpv6::mac_of_duid(with_time), device);
  const support::Buffer enterprise{0, 2, 0, 0, 0, 9, 2, 0, 0x5e, 0x10, 0, 7};
  EXPECT_FALSE(dhcpv6::mac_of_duid(enterprise).has_value());
  EXPECT_FALSE(dhcpv6::mac_of_duid(Bytes(with_time).first(13)).has_value());
}

}  // namespace
}  // namespace edgewatch::wire
