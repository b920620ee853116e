#include "edgewatch/wire/kerberos.hpp"

#include "protocol_builders.hpp"
#include "support/identity.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire::kerberos {
namespace {

using support::der;
using support::KerberosFields;
using test::Exact;

Message read(const support::Buffer& bytes) {
  const auto message = parse(Exact(bytes));
  EXPECT_TRUE(message.has_value());
  return message ? *message : Message{};
}

TEST(Kerberos, AsRequestSaysWhoAsksForWhat) {
  const Message message = read(support::kerberos_request(10));
  EXPECT_EQ(message.type, MessageType::as_req);
  EXPECT_EQ(message.client, "p17");
  EXPECT_EQ(message.realm, "COUNCIL.EXAMPLE");
  EXPECT_EQ(message.service, "krbtgt/COUNCIL.EXAMPLE");
  EXPECT_TRUE(message.canonicalize());
  EXPECT_FALSE(message.armoured);
  KerberosFields strict;
  strict.options = 0x40800010;
  EXPECT_FALSE(read(support::kerberos_request(10, strict)).canonicalize());
}

TEST(Kerberos, AsReplySaysWhoWasGivenATicket) {
  KerberosFields fields;
  fields.padata = {19};
  const Message message = read(support::kerberos_reply(11, fields, 3000));
  EXPECT_EQ(message.type, MessageType::as_rep);
  EXPECT_EQ(message.client, "p17");
  EXPECT_EQ(message.realm, "COUNCIL.EXAMPLE");
  EXPECT_EQ(message.service, "krbtgt/COUNCIL.EXAMPLE");
}

TEST(Kerberos, TicketRequestNamesNoClient) {
  KerberosFields fields;
  fields.client = "";
  fields.service = "cifs/files.council.example";
  fields.padata = {1};
  const Message message = read(support::kerberos_request(12, fields));
  EXPECT_EQ(message.client, "");
  EXPECT_EQ(message.service, "cifs/files.council.example");
  EXPECT_FALSE(message.for_another);
}

TEST(Kerberos, TicketInAnothersNameIsMarked) {
  KerberosFields fields;
  fields.client = "";
  fields.padata = {1, 129};
  EXPECT_TRUE(read(support::kerberos_request(12, fields)).for_another) << "S4U2Self";
  fields.padata = {1};
  fields.options |= 0x00020000;
  EXPECT_TRUE(read(support::kerberos_request(12, fields)).for_another) << "S4U2Proxy";
}

TEST(Kerberos, ArmourIsSeen) {
  KerberosFields fields;
  fields.client = "WELLKNOWN/ANONYMOUS";
  fields.padata = {136};
  const Message message = read(support::kerberos_request(10, fields));
  EXPECT_TRUE(message.armoured);
  EXPECT_EQ(message.client, "WELLKNOWN/ANONYMOUS");
}

TEST(Kerberos, ErrorSaysItsCode) {
  const Message message = read(support::kerberos_error(25));
  EXPECT_EQ(message.type, MessageType::error);
  EXPECT_EQ(message.error_code, 25);
  EXPECT_EQ(message.realm, "COUNCIL.EXAMPLE");
  EXPECT_EQ(message.client, "");
}

TEST(Kerberos, NameKeepsItsBytes) {
  KerberosFields fields;
  fields.client = "p\n17\x1b";
  EXPECT_EQ(read(support::kerberos_request(10, fields)).client, "p\n17\x1b");
}

TEST(Kerberos, EveryCutAndEveryExtraByteIsRefused) {
  for (const auto& whole :
       {support::kerberos_request(10), support::kerberos_reply(13), support::kerberos_error(6)}) {
    for (std::size_t length = 0; length < whole.size(); ++length)
      ASSERT_FALSE(parse(Exact(Bytes(whole).first(length)))) << length;
    support::Buffer longer = whole;
    longer.push_back(0);
    EXPECT_FALSE(parse(Exact(longer)));
  }
}

TEST(Kerberos, WhatIsNotDerIsRefused) {
  const auto good = support::kerberos_request(10);
  ASSERT_EQ(good[1], 0x81) << "one length byte";
  support::Buffer wide = good;
  wide[1] = 0x82;
  wide.insert(wide.begin() + 2, 0);
  EXPECT_FALSE(parse(Exact(wide))) << "a length in more bytes than it takes";
  support::Buffer endless = good;
  endless[1] = 0x80;
  EXPECT_FALSE(parse(Exact(endless))) << "an indefinite length";
  support::Buffer huge{0x6a, 0x84, 0xff, 0xff, 0xff, 0xff};
  EXPECT_FALSE(parse(Exact(huge)));
}

TEST(Kerberos, FieldsOutOfOrderAreRefused) {
  const auto version = der(0xa1, der(0x02, support::Buffer{5}));
  const auto type = der(0xa2, der(0x02, support::Buffer{10}));
  const auto request = support::kerberos_request(10);
  const std::size_t head = 2 * 3;  // application and sequence, each with a length of one byte more
  support::Buffer fields(request.begin() + head, request.end());
  ASSERT_TRUE(std::equal(version.begin(), version.end(), fields.begin()));
  std::rotate(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(version.size()),
              fields.begin() + static_cast<std::ptrdiff_t>(version.size() + type.size()));
  EXPECT_FALSE(parse(Exact(der(0x6a, der(0x30, fields)))));
}

TEST(Kerberos, NamesAreBounded) {
  KerberosFields fields;
  fields.client = std::string(255, 'x');
  EXPECT_TRUE(parse(Exact(support::kerberos_request(10, fields))));
  fields.client += 'x';
  EXPECT_FALSE(parse(Exact(support::kerberos_request(10, fields))));
  fields.client = "a/a/a/a/a/a/a/a";
  EXPECT_TRUE(parse(Exact(support::kerberos_request(10, fields))));
  fields.client += "/a";
  EXPECT_FALSE(parse(Exact(support::kerberos_request(10, fields))));
}

TEST(Kerberos, MessagesOnAStreamAreTakenWholeOneAfterTheOther) {
  const auto first = support::kerberos_request(10);
  support::ByteWriter stream;
  stream.u32(first.size()).bytes(first).u32(2).u8(1).u8(2);
  const auto one = next_on_stream(stream.view(), 0);
  ASSERT_TRUE(one && *one);
  EXPECT_TRUE(std::ranges::equal((*one)->message, first));
  const auto two = next_on_stream(stream.view(), (*one)->next);
  ASSERT_TRUE(two && *two);
  EXPECT_EQ((*two)->message.size(), 2U);
  const auto none = next_on_stream(stream.view(), (*two)->next);
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->has_value());
  const auto part = next_on_stream(stream.view().first(first.size() + 3), 0);
  ASSERT_TRUE(part);
  EXPECT_FALSE(part->has_value());
}

TEST(Kerberos, StreamWithALengthThatNoMessageHasIsRefused) {
  for (const support::Buffer& stream :
       {support::Buffer{0x80, 0, 0, 1}, support::Buffer{0, 1, 0, 1}, support::Buffer(4, 0)})
    EXPECT_FALSE(next_on_stream(stream, 0));
}

}  // namespace
}  // namespace edgewatch::wire::kerberos
