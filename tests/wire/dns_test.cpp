#include "edgewatch/wire/dns.hpp"

#include "protocol_builders.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace test;

dns::Message parsed(Bytes message) {
  const Exact copy(message);
  auto result = dns::parse(copy);
  EXPECT_TRUE(result.has_value());
  return result ? *result : dns::Message{};
}
std::optional<Malformation> refusal(Bytes message) {
  const Exact copy(message);
  const auto result = dns::parse(copy);
  if (result) return std::nullopt;
  return result.error().kind;
}

Buffer question_of(std::string_view name, unsigned type = dns::a) {
  Buffer message = dns_header(query_flags, 1, 0);
  message << dns_question(wire_name(name), type);
  return message;
}
/// The question `www.photo.example A` and these answers; the name stands at offset 12.
Buffer answer_with(std::initializer_list<Buffer> records) {
  Buffer message = dns_header(response_flags, 1, static_cast<unsigned>(records.size()));
  message << dns_question(wire_name("www.photo.example"), dns::a);
  for (const auto& record : records) message << record;
  return message;
}
constexpr std::size_t behind_question = 12 + 19 + 4;

TEST(Dns, AQuestionGivesItsNameTypeAndClass) {
  const auto message = parsed(question_of("WWW.Photo.example", dns::aaaa));
  EXPECT_EQ(message.id, 0x1234);
  EXPECT_FALSE(message.response);
  ASSERT_EQ(message.questions.size(), 1U);
  EXPECT_EQ(message.questions[0].qname.text(), "www.photo.example");
  EXPECT_EQ(message.questions[0].qtype, dns::aaaa);
  EXPECT_EQ(message.questions[0].qclass, 1);
  EXPECT_TRUE(message.answers_complete);
}

TEST(Dns, TheRootIsADot) { EXPECT_EQ(parsed(question_of("", dns::ns)).questions.at(0).qname.text(), "."); }

TEST(Dns, HeaderFlagsAreRead) {
  Buffer message = dns_header(0xaa03, 0, 0);  // QR, opcode 5, AA off, TC, rcode 3
  const auto header = parsed(message);
  EXPECT_TRUE(header.response);
  EXPECT_EQ(header.opcode, 5);
  EXPECT_TRUE(header.truncated);
  EXPECT_EQ(header.rcode, 3);
}

TEST(Dns, ACnameChainKeepsEveryNameAndAddress) {
  const std::size_t target = behind_question + 2 + 10;  // of the first record's data
  const auto message = parsed(
      answer_with({dns_record(pointer_to(12), dns::cname, wire_name("edge.cdn.example")),
                   dns_record(pointer_to(target), dns::a, hex("c0000207"), 300),
                   dns_record(pointer_to(target), dns::aaaa, hex("20010db8000000000000000000000007"))}));
  ASSERT_TRUE(message.answers_complete);
  ASSERT_EQ(message.answers.size(), 3U);
  EXPECT_EQ(message.answers[0].owner.text(), "www.photo.example");
  EXPECT_EQ(message.answers[0].target.text(), "edge.cdn.example");
  EXPECT_EQ(message.answers[1].owner.text(), "edge.cdn.example");
  EXPECT_EQ(message.answers[1].address.to_string(), "192.0.2.7");
  EXPECT_EQ(message.answers[1].ttl, std::chrono::seconds(300));
  EXPECT_EQ(message.answers[2].address.to_string(), "2001:db8::7");
}

TEST(Dns, ANameMayEndInAPointerToTheTailOfAnother) {
  Buffer name = hex("046d656469");
  name << pointer_to(12 + 4);  // photo.example
  const auto message = parsed(answer_with({dns_record(name, dns::a, hex("c0000208"))}));
  ASSERT_EQ(message.answers.size(), 1U);
  EXPECT_EQ(message.answers[0].owner.text(), "medi.photo.example");
}

TEST(Dns, RecordsOfOtherTypesAndClassesAreSkipped) {
  const auto message = parsed(answer_with({dns_record(pointer_to(12), dns::txt, hex("0161")),
                                           dns_record(pointer_to(12), dns::a, hex("c0000209"), 60, 3),
                                           dns_record(pointer_to(12), dns::a, hex("c000020a"))}));
  EXPECT_TRUE(message.answers_complete);
  ASSERT_EQ(message.answers.size(), 1U);
  EXPECT_EQ(message.answers[0].address.to_string(), "192.0.2.10");
}

TEST(Dns, ATtlWithItsHighestBitSetIsZero) {
  const auto message = parsed(answer_with({dns_record(pointer_to(12), dns::a, hex("c0000209"), 0x80000001)}));
  EXPECT_EQ(message.answers.at(0).ttl, std::chrono::seconds(0));
}

TEST(Dns, AnythingInALabelIsKeptEscaped) {
  Buffer message = dns_header(query_flags, 1, 0);
  Buffer name = hex("0c");
  name << std::string_view("facebook.com") << hex("041b5d300a00");
  message << dns_question(name, dns::a);
  const auto qname = parsed(message).questions.at(0).qname;
  EXPECT_EQ(qname.text(), "facebook\\046com.\\027\\0930\\010");
  EXPECT_FALSE(qname.is_matchable());
}

// ---- ENFORCEMENT C2, D1 to D5; RFC 9267 ----

TEST(Dns, APointerToItselfOrForwardOrIntoTheHeaderIsRefused) {
  for (const std::size_t target : {12U, 13U, 16U, 40U, 0U, 11U}) {
    Buffer message = dns_header(query_flags, 1, 0);
    message << dns_question(pointer_to(target), dns::a) << Buffer(40, 0);
    EXPECT_EQ(refusal(message), Malformation::dns_name) << target;
  }
}

TEST(Dns, TwoPointersAtEachOtherAreRefused) {
  Buffer message =
      dns_header(query_flags, 1, 0);  // at 12: label `a`, pointer to 16; at 16: label `b`, pointer to 12
  message << hex("0161c010 0162c00c 0001 0001");
  EXPECT_EQ(refusal(message), Malformation::dns_name);
}

TEST(Dns, AChainOfBackwardPointersEndsAtTheNameLimit) {
  Buffer message = dns_header(query_flags, 130, 0);
  message << dns_question(wire_name("z"), dns::a);
  std::size_t last = 12;
  for (int i = 0; i < 129; ++i) {
    const std::size_t here = message.size();
    Buffer name = hex("0161");
    name << pointer_to(last);
    message << dns_question(name, dns::a);
    last = here;
  }
  EXPECT_EQ(refusal(message),
            Malformation::dns_name);  // 127 labels of one byte are the most that 255 bytes hold
  message[4] = 0;
  message[5] = 127;
  EXPECT_EQ(parsed(message).questions.at(126).qname.label_count(), 127U);
}

TEST(Dns, PointersToPointersAreBounded) {
  // In the data of a TXT record: pointers, each to the one before it, the first to the question's name.
  Buffer pointers = pointer_to(12);
  const std::size_t data_at = behind_question + 2 + 10;
  for (std::size_t i = 0; i < 200; ++i) pointers << pointer_to(data_at + 2 * i);
  const auto owner_after = [&](std::size_t hops) {
    return parsed(answer_with({dns_record(pointer_to(12), dns::txt, pointers),
                               dns_record(pointer_to(data_at + 2 * (hops - 2)), dns::a, hex("c0000209"))}));
  };
  EXPECT_TRUE(owner_after(100).answers_complete);
  EXPECT_FALSE(owner_after(150).answers_complete);
}

TEST(Dns, ThousandsOfNamesOfAHundredLabelsAreNotAllRead) {
  Buffer message = dns_header(query_flags, 0, 0);
  Buffer longest;
  for (int i = 0; i < 120; ++i) longest << hex("0161");
  longest.push_back(0);
  message << dns_question(longest, dns::a);
  unsigned questions = 1;
  for (; questions < 1000; ++questions) {
    Buffer name = hex("0162");
    name << pointer_to(12);
    message << dns_question(name, dns::a);
  }
  message[4] = static_cast<std::uint8_t>(questions >> 8);
  message[5] = static_cast<std::uint8_t>(questions);
  EXPECT_EQ(refusal(message), Malformation::dns_name);
  message[4] = 0;
  message[5] = 100;
  EXPECT_EQ(parsed(message).questions.size(), 100U);
}

TEST(Dns, ReservedLabelTypesAreRefused) {
  for (const char* length : {"40", "80", "bf", "7f"}) {
    Buffer message = dns_header(query_flags, 1, 0);
    message << hex(length) << Buffer(200, 'a');
    EXPECT_EQ(refusal(message), Malformation::dns_name) << length;
  }
}

TEST(Dns, ANameOf255BytesIsReadAndOneOf256IsNot) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  EXPECT_EQ(parsed(question_of(longest)).questions.at(0).qname.text(), longest);
  EXPECT_EQ(refusal(question_of(longest + "b")), Malformation::dns_name);
}

TEST(Dns, CountsBeyondTheBytesStopAtTheEnd) {
  Buffer message = dns_header(query_flags, 65535, 65535);
  message << dns_question(wire_name("a.example"), dns::a);
  EXPECT_EQ(refusal(message), Malformation::truncated);
  message[4] = 0;
  message[5] = 1;
  const auto partly = parsed(message);
  EXPECT_EQ(partly.questions.size(), 1U);
  EXPECT_FALSE(partly.answers_complete);
  EXPECT_TRUE(partly.answers.empty());
}

TEST(Dns, AnAnswerSectionWithOneBadRecordIsLeftOutWhole) {
  const Buffer good = dns_record(pointer_to(12), dns::a, hex("c0000209"));
  const Buffer five_bytes = dns_record(pointer_to(12), dns::a, hex("c000020901"));
  const Buffer short_six = dns_record(pointer_to(12), dns::aaaa, hex("20010db8"));
  Buffer long_cname = dns_record(pointer_to(12), dns::cname, wire_name("a.example"));
  long_cname[11] = 30;  // rdlength beyond the end
  Buffer tail = wire_name("a.example");
  tail.push_back(7);
  const Buffer cname_and_a_byte = dns_record(pointer_to(12), dns::cname, tail);
  for (const auto& bad : {five_bytes, short_six, long_cname, cname_and_a_byte}) {
    const auto message = parsed(answer_with({good, bad}));
    EXPECT_EQ(message.questions.size(), 1U);
    EXPECT_FALSE(message.answers_complete);
    EXPECT_TRUE(message.answers.empty());
  }
}

TEST(Dns, ATargetThatRunsPastItsRecordIsRefused) {
  Buffer name = wire_name("a.example");
  Buffer record = dns_record(pointer_to(12), dns::cname, Bytes(name).first(4));
  const auto message = parsed(answer_with({record, dns_record(pointer_to(12), dns::a, hex("c0000209"))}));
  EXPECT_FALSE(message.answers_complete);
}

TEST(Dns, EveryCutOfAQuestionIsRefusedAndNoCutOfAnAnswerGivesAPart) {
  const Buffer whole = answer_with({dns_record(pointer_to(12), dns::cname, wire_name("edge.cdn.example")),
                                    dns_record(pointer_to(12), dns::a, hex("c0000207"))});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Exact cut(Bytes(whole).first(size));
    const auto result = dns::parse(cut);
    EXPECT_EQ(result.has_value(), size >= behind_question) << size;
    if (!result) continue;
    EXPECT_FALSE(result->answers_complete) << size;
    EXPECT_TRUE(result->answers.empty()) << size;
  }
  EXPECT_TRUE(parsed(whole).answers_complete);
}

// ---- SVCB and HTTPS (RFC 9460), ech (RFC 9848, RFC 9849) ----

Buffer ech_config(unsigned version, std::string_view public_name) {
  Buffer contents = hex("01 0020");
  put_vector(contents, 2, Buffer(32, 9));
  put_vector(contents, 2, hex("00010001"));
  contents.push_back(0);
  put_vector(contents, 1, view(public_name));
  put_vector(contents, 2, {});
  Buffer out;
  put(out, 2, version);
  put_vector(out, 2, contents);
  return out;
}
Buffer parameter(unsigned key, Bytes value) {
  Buffer out;
  put(out, 2, key);
  put_vector(out, 2, value);
  return out;
}
Buffer service(unsigned priority, std::string_view target, std::initializer_list<Buffer> parameters) {
  Buffer out;
  put(out, 2, priority);
  out << wire_name(target);
  for (const auto& each : parameters) out << each;
  return out;
}
Buffer ech_list(std::initializer_list<Buffer> configs) {
  Buffer joined;
  for (const auto& config : configs) joined << config;
  Buffer out;
  put_vector(out, 2, joined);
  return out;
}

TEST(Dns, AnHttpsRecordSaysWhetherAndUnderWhichPublicNameTheHelloIsEncrypted) {
  const Buffer list = ech_list({ech_config(0xfe0a, "old.example"), ech_config(0xfe0d, "Public.example")});
  const auto message =
      parsed(answer_with({dns_record(pointer_to(12), dns::https,
                                     service(1, "", {parameter(1, hex("026832")), parameter(5, list)})),
                          dns_record(pointer_to(12), dns::https, service(0, "alias.example", {}))}));
  ASSERT_EQ(message.answers.size(), 2U);
  EXPECT_EQ(message.answers[0].priority, 1);
  EXPECT_TRUE(message.answers[0].target.is_root());
  EXPECT_TRUE(message.answers[0].has_ech);
  EXPECT_EQ(message.answers[0].ech_public_name, "public.example");
  EXPECT_EQ(message.answers[1].priority, 0);
  EXPECT_EQ(message.answers[1].target.text(), "alias.example");
  EXPECT_FALSE(message.answers[1].has_ech);
}

TEST(Dns, AnEchValueThatCannotBeReadHasNoPublicNameButIsThere) {
  Buffer list = ech_list({ech_config(0xfe0d, "public.example")});
  for (std::size_t size = 0; size < list.size(); ++size) {
    const auto message = parsed(answer_with(
        {dns_record(pointer_to(12), dns::https, service(1, "", {parameter(5, Bytes(list).first(size))}))}));
    ASSERT_EQ(message.answers.size(), 1U) << size;
    EXPECT_TRUE(message.answers[0].has_ech);
    EXPECT_EQ(message.answers[0].ech_public_name, "");
  }
}

TEST(Dns, ServiceParametersOutOfOrderOrTwiceOrCutAreRefused) {
  const Buffer h2 = parameter(1, hex("026832"));
  const Buffer port = parameter(3, hex("01bb"));
  const Buffer cut = hex("0005 0009 00");
  for (const auto& data : {service(1, "", {port, h2}), service(1, "", {h2, h2}), service(1, "", {h2, cut})})
    EXPECT_FALSE(parsed(answer_with({dns_record(pointer_to(12), dns::https, data)})).answers_complete);
  EXPECT_TRUE(parsed(answer_with({dns_record(pointer_to(12), dns::svcb, service(1, "", {h2, port}))}))
                  .answers_complete);
}

TEST(Dns, ACompressedServiceTargetIsRefused) {
  Buffer data = hex("0001");
  data << pointer_to(12);
  EXPECT_FALSE(parsed(answer_with({dns_record(pointer_to(12), dns::https, data)})).answers_complete);
}

// ---- DNS over TCP ----

TEST(DnsStream, MessagesAreTakenOneAfterAnother) {
  const Buffer first = question_of("a.example");
  const Buffer second = question_of("b.example");
  Buffer stream;
  put_vector(stream, 2, first);
  put_vector(stream, 2, second);
  const Exact copy(stream);
  const auto one = dns::next_on_stream(copy, 0);
  ASSERT_TRUE(one);
  EXPECT_EQ(parsed(one->message).questions.at(0).qname.text(), "a.example");
  const auto two = dns::next_on_stream(copy, one->next);
  ASSERT_TRUE(two);
  EXPECT_EQ(parsed(two->message).questions.at(0).qname.text(), "b.example");
  EXPECT_EQ(two->next, stream.size());
  EXPECT_FALSE(dns::next_on_stream(copy, two->next));
  EXPECT_FALSE(dns::next_on_stream(copy, stream.size() + 5));
}

TEST(DnsStream, AMessageIsGivenWholeOrNotAtAll) {
  Buffer stream;
  put_vector(stream, 2, question_of("a.example"));
  for (std::size_t size = 0; size < stream.size(); ++size) {
    const Exact cut(Bytes(stream).first(size));
    EXPECT_FALSE(dns::next_on_stream(cut, 0)) << size;
  }
}

}  // namespace
}  // namespace edgewatch::wire
