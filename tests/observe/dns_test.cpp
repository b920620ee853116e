#include "support/dns.hpp"

#include "scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace test;
using support::DnsCode;
using support::DnsType;
using testing::ElementsAre;
using testing::IsEmpty;

Buffer query(std::string_view name) { return support::dns_query(7, name, DnsType::a); }
Buffer answer(std::string_view name) {
  return support::dns_response(7, name, DnsType::a, DnsCode::no_error,
                               {support::address_record(name, ip("192.0.2.1"), 60s)});
}
Buffer on_stream(const std::vector<Buffer>& messages) {
  ByteWriter out;
  for (const Buffer& message : messages) out.u16(message.size()).bytes(message);
  return out.take();
}

TEST(Dns, QuestionIsASightingWithoutAFlow) {
  Scene scene;
  scene.udp(ten, pc, resolver, query("WWW.photo.example"));
  const auto events = scene.events();
  EXPECT_THAT(names(events), ElementsAre("dns-q www.photo.example claimed"));
  const auto sighting = only<model::Sighting>(events).front();
  EXPECT_EQ(sighting.flow, 0U);
  EXPECT_EQ(sighting.client.address, pc.address);
  EXPECT_EQ(sighting.client.mac, desk.from);
  EXPECT_EQ(sighting.server, resolver);
}

TEST(Dns, AnswerTellsTheChainAndTheAddressesAtItsEnd) {
  Scene scene;
  scene.udp(ten, resolver, pc,
            support::dns_response(7, "www.photo.example", DnsType::a, DnsCode::no_error,
                                  {support::address_record("edge.cdn.example", ip("192.0.2.9"), 30s),
                                   support::cname_record("cdn.example", "edge.cdn.example", 300s),
                                   support::cname_record("www.photo.example", "cdn.example", 300s),
                                   support::address_record("elsewhere.example", ip("192.0.2.66"), 30s)}));
  const auto answers = only<model::Answer>(scene.events());
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].client.address, pc.address);
  EXPECT_EQ(answers[0].client.mac, desk.from);
  EXPECT_EQ(answers[0].qname.text(), "www.photo.example");
  ASSERT_EQ(answers[0].chain.size(), 2U);
  EXPECT_EQ(answers[0].chain[1].text(), "edge.cdn.example");
  ASSERT_EQ(answers[0].addresses.size(), 1U);
  EXPECT_EQ(answers[0].addresses[0].address, ip("192.0.2.9"));
  EXPECT_EQ(answers[0].addresses[0].ttl, 30s);
}

TEST(Dns, AnswerSaysNothingOfTheOneWhoseMemoryItTakes) {
  Scene scene;
  std::vector<model::Event> events;
  for (int turn = 0; turn < 3; ++turn) {
    scene.udp(ten, resolver, pc,
              support::dns_response(7, "www.photo.example", DnsType::a, DnsCode::no_error,
                                    {support::cname_record("www.photo.example", "cdn.example", 300s),
                                     support::address_record("cdn.example", ip("192.0.2.9"), 30s)}));
    scene.events(events);
    ASSERT_EQ(events.size(), 1U);
    scene.udp(ten, resolver, pc,
              support::dns_response(8, "gone.example", DnsType::aaaa, DnsCode::name_error, {}));
    scene.events(events);
    ASSERT_EQ(events.size(), 1U);
    const auto& answer = std::get<model::Answer>(events.front());
    EXPECT_EQ(answer.qname.text(), "gone.example");
    EXPECT_EQ(answer.rcode, 3U);
    EXPECT_TRUE(answer.complete);
    EXPECT_THAT(answer.chain, IsEmpty());
    EXPECT_THAT(answer.addresses, IsEmpty());
    EXPECT_THAT(answer.bindings, IsEmpty());
  }
}

TEST(Dns, AnswerIsFirmOnlyWhereThatClientAskedJustThis) {
  Scene scene;
  const auto answer = [](std::uint16_t id, const char* name) {
    return support::dns_response(id, name, DnsType::a, DnsCode::no_error,
                                 {support::address_record(name, ip("192.0.2.9"), 30s)});
  };
  scene.udp(ten, pc, resolver, support::dns_query(7, "WWW.photo.example", DnsType::a));
  scene.udp(ten + 20ms, resolver, pc, answer(7, "www.photo.example"));
  scene.udp(ten + 21ms, resolver, pc, answer(8, "www.photo.example"));
  scene.udp(ten + 22ms, resolver, pc, answer(7, "www.other.example"));
  scene.udp(ten + 23ms, {ip("198.51.100.54"), 53}, pc, answer(7, "www.photo.example"));
  scene.udp(ten + 24ms, resolver, {pc.address, 50001}, answer(7, "www.photo.example"));
  scene.udp(ten + 2min, resolver, pc, answer(7, "www.photo.example"));
  std::vector<bool> firm;
  for (const auto& each : only<model::Answer>(scene.events()))
    firm.push_back(each.confirmation == model::Confirmation::acknowledged);
  EXPECT_EQ(firm, (std::vector<bool>{true, false, false, false, false, false}));
}

/// Whether an answer to `to` is firm when the question of that client came from `from`.
bool is_firm(const std::string& from, const std::string& to, Scene& scene) {
  support::Link out = desk;
  out.from = *net::MacAddress::parse(from);
  support::Link back = support::reversed(desk);
  back.to = *net::MacAddress::parse(to);
  scene.show(ten, support::udp_frame(out, pc, resolver, query("www.photo.example")));
  scene.show(ten + 5ms, support::udp_frame(back, resolver, pc, answer("www.photo.example")));
  const auto answers = only<model::Answer>(scene.events());
  return answers.at(0).confirmation == model::Confirmation::acknowledged;
}

TEST(Dns, AnswerThatGoesToAnotherDeviceThanAskedIsNotFirmAndIsCounted) {
  Scene scene;
  EXPECT_TRUE(is_firm("02:00:5e:10:00:07", "02:00:5e:10:00:07", scene));
  EXPECT_EQ(scene.tally("answer-elsewhere"), 0U);
  EXPECT_FALSE(is_firm("02:00:5e:10:00:66", "02:00:5e:10:00:07", scene)) << "a colleague asked in its name";
  EXPECT_EQ(scene.tally("answer-elsewhere"), 1U);
}

TEST(Dns, AnswerToAGroupOfRoutersIsFirmWhicheverOfThemPassedTheQuestionOn) {
  Scene scene;
  for (const char* shared : {"00:00:5e:00:01:0a", "00:00:5e:00:02:0a", "00:00:0c:07:ac:0a",
                             "00:00:0c:9f:f0:0a", "00:07:b4:00:01:02"})
    EXPECT_TRUE(is_firm("02:00:5e:10:00:fd", shared, scene)) << shared;
  EXPECT_EQ(scene.tally("answer-elsewhere"), 0U);
}

TEST(Dns, AnswerOnALinkWithoutAddressesIsFirm) {
  Observer observer(council(), {"tap0"});
  const auto show = [&](const net::Endpoint& from, const net::Endpoint& to, const Buffer& payload) {
    const Buffer ethernet = support::udp_frame(desk, from, to, payload);
    const Buffer packet(ethernet.begin() + 14, ethernet.end());
    net::Frame frame;
    frame.at = ten;
    frame.link = net::LinkType::raw;
    frame.bytes = packet;
    frame.wire_length = static_cast<std::uint32_t>(packet.size());
    observer.see(frame);
  };
  show(pc, resolver, query("www.photo.example"));
  show(resolver, pc, answer("www.photo.example"));
  const auto answers = only<model::Answer>(observer.drain());
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].confirmation, model::Confirmation::acknowledged);
}

TEST(Dns, QuestionsThatGaveWayToOthersAreCounted) {
  ObserverOptions options = council();
  options.memory_mib = 1;
  Scene scene(options);
  for (int i = 0; i < 5000; ++i) scene.udp(ten, pc, resolver, query(fmt::format("n{}.example", i)));
  const std::uint64_t evicted = scene.tally("evicted-question");
  EXPECT_GT(evicted, 4000U);
  EXPECT_LT(evicted, 5000U);
  for (int i = 0; i < 5000; ++i) scene.udp(ten + 60s, pc, resolver, query(fmt::format("m{}.example", i)));
  EXPECT_LT(scene.tally("evicted-question"), 2 * evicted + 100)
      << "those whose patience was over are no loss";
}

TEST(Dns, ChainThatRunsInACircleEnds) {
  Scene scene;
  scene.udp(ten, resolver, pc,
            support::dns_response(7, "a.example", DnsType::a, DnsCode::no_error,
                                  {support::cname_record("a.example", "b.example", 1s),
                                   support::cname_record("b.example", "a.example", 1s)}));
  EXPECT_EQ(only<model::Answer>(scene.events()).at(0).chain.size(), 2U);
}

TEST(Dns, MessageMadeToKeepUsBusySaysFewNames) {
  ByteWriter message;
  message.u16(7).u16(0x0100).u16(1000).u16(0).u32(0);
  for (int i = 0; i < 1000; ++i) message.u8(3).text(fmt::format("{:03}", i)).u8(0).u16(1).u16(1);
  Scene scene;
  scene.udp(ten, pc, resolver, message.view());
  EXPECT_LE(names(scene.events()).size(), 8U);
}

TEST(Dns, MalformedMessageIsCountedAndGivesNothing) {
  Scene scene;
  Buffer bad = query("www.photo.example");
  bad[12] = 0x40;
  scene.udp(ten, pc, resolver, bad);
  EXPECT_THAT(names(scene.events()), IsEmpty());
  EXPECT_EQ(scene.tally("dns-name"), 1U);
}

class DnsOverTcp : public testing::Test {
 protected:
  void SetUp() override { connection_.open(ten); }
  Scene scene_;
  Connection connection_{scene_, pc, resolver};
};

TEST_F(DnsOverTcp, MessagesSplitAnywhereAreReadInBothDirections) {
  const Buffer asked = on_stream({query("a.example"), query("b.example")});
  for (std::uint32_t i = 0; i < asked.size(); ++i) connection_.up(ten + 1s, i, Bytes(asked).subspan(i, 1));
  connection_.down(ten + 2s, 0, on_stream({answer("a.example"), answer("b.example")}), 0);
  const auto events = scene_.all();
  EXPECT_THAT(names(events), ElementsAre("dns-q a.example claimed", "dns-q b.example claimed"));
  EXPECT_EQ(only<model::Answer>(events).size(), 2U);
  EXPECT_THAT(only<model::FlowSecond>(events), IsEmpty());
}

TEST_F(DnsOverTcp, RetransmittedBytesCountOnceAndOrderDoesNotMatter) {
  const Buffer first = on_stream({query("a.example")});
  const Buffer second = on_stream({query("b.example")});
  connection_.up(ten + 1s, static_cast<std::uint32_t>(first.size()), second);
  connection_.up(ten + 2s, 0, first);
  connection_.up(ten + 3s, 0, first);
  connection_.up(ten + 4s, 0, on_stream({query("a.example"), query("b.example")}));
  EXPECT_THAT(names(scene_.all()), ElementsAre("dns-q a.example claimed", "dns-q b.example claimed"));
}

TEST_F(DnsOverTcp, AfterAHoleThePlaceIsFoundOnlyWhereItCanBeProven) {
  const Buffer lost = on_stream({query("lost.example")});
  const Buffer whole = on_stream({query("a.example"), query("b.example")});
  const auto after = static_cast<std::uint32_t>(lost.size());
  connection_.up(ten + 1s, after, whole);
  EXPECT_THAT(names(scene_.events()), IsEmpty());
  connection_.down(ten + 2s, 0, {}, after + static_cast<std::uint32_t>(whole.size()));
  EXPECT_THAT(names(scene_.events()), ElementsAre("dns-q a.example claimed", "dns-q b.example claimed"));
}

TEST_F(DnsOverTcp, SegmentFromTheMiddleOfAMessageGivesNothingAfterAHole) {
  const Buffer lost = on_stream({query("lost.example")});
  Buffer middle = on_stream({query("a.example"), query("b.example")});
  middle.erase(middle.begin(), middle.begin() + 5);
  const auto after = static_cast<std::uint32_t>(lost.size() + 5);
  connection_.up(ten + 1s, after, middle);
  connection_.down(ten + 2s, 0, {}, after + static_cast<std::uint32_t>(middle.size()));
  EXPECT_THAT(names(scene_.all()), IsEmpty());
}

TEST(Dns, ClientsOutsideGiveNothing) {
  Scene scene;
  scene.udp(ten, {ip("203.0.113.9"), 5000}, resolver, query("www.photo.example"));
  EXPECT_THAT(scene.events(), IsEmpty());
  EXPECT_EQ(scene.tally("outside-frame"), 1U);
}

}  // namespace
}  // namespace edgewatch::observe
