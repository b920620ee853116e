// What a name that may be hidden comes to: which service gets time, how firmly, and in which column a flow
// stands.
#include "edgewatch/pipeline/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::pipeline {
namespace {

using namespace std::chrono_literals;
using model::Hidden;
using model::NameEvidence;
using testing::IsEmpty;
using testing::Not;
using Sign = model::BypassSign::Kind;

const Timestamp morning = parse_rfc3339("2026-11-17T10:00:00Z").value();

net::IpAddress ip(const char* text) { return net::IpAddress::parse(text).value(); }
net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }

const model::Client p17{ip("10.20.1.17"), net::MacAddress::parse("02:00:5e:10:00:17").value(), 0};
const net::Endpoint server{ip("192.0.2.1"), 443};

classify::ServiceDefinition service(const char* id, const char* category,
                                    std::vector<classify::HostEntry> hosts) {
  classify::ServiceDefinition out;
  out.id = model::ServiceId(id);
  out.name = id;
  out.category = model::Category(category);
  out.record = std::string(category) != "doh" && std::string(category) != "ech";
  out.hosts = std::move(hosts);
  return out;
}
classify::HostEntry host(const char* text, model::Role role = model::Role::core) {
  return {name(text), role, 1};
}

Policies policies(const policy::RuleBook& book = {}) {
  auto resolver = service("doh-test", "doh", {host("dns.resolver.example")});
  resolver.addresses.push_back({ip("192.0.2.53"), 1});
  auto catalogue = classify::Catalogue::build(
      {service("photo-share", "social",
               {host("photo.example"), host("pictures.example", model::Role::content)}),
       service("micro-blog", "social", {host("blog.example")}),
       service("outer", "ech", {host("cover.example")}),
       service("icloud-private-relay", "vpn", {host("mask.icloud.com")}), std::move(resolver)},
      model::Revision("c1"));
  return {std::make_shared<const classify::Catalogue>(std::move(catalogue).value()),
          std::make_shared<const policy::RuleBook>(book)};
}

identity::Register people() {
  identity::Person p;
  p.id = model::PersonId("p17");
  identity::Person quiet;
  quiet.id = model::PersonId("p19");
  quiet.groups = {"not-monitored"};
  identity::Assignment his;
  his.key = *p17.mac;
  his.person = p.id;
  identity::Assignment theirs;
  theirs.key = net::MacAddress::parse("02:00:5e:10:00:19").value();
  theirs.person = quiet.id;
  return {{p, quiet}, {his, theirs}};
}

Options options(bool blocks_are_enforced) {
  Options out{{}, true};
  out.blocks_are_enforced = blocks_are_enforced;
  return out;
}

class Day {
 public:
  explicit Day(const policy::RuleBook& book = {}, bool blocks_are_enforced = false)
      : pipeline_(policies(book), people(), account::Method{}, options(blocks_are_enforced)) {
    model::TenancyEvent logon;  // so that identity is firm, and it is the name that decides
    logon.recorded_at = morning - 1h;
    logon.kind = model::TenancyEvent::Kind::logon;
    logon.mac = p17.mac;
    logon.person = "p17";
    logon.valid.from = logon.recorded_at;
    logon.source = model::TenancyEvent::Source::windows;
    pipeline_.consume(logon);
  }

  model::Answer answer(const char* qname, std::uint16_t qtype) {
    model::Answer out;
    out.at = morning - 1s;
    out.client = p17;
    out.confirmation = model::Confirmation::acknowledged;
    out.qname = name(qname);
    out.qtype = qtype;
    return out;
  }
  void given(const char* qname, const char* address = "192.0.2.1") {
    model::Answer out = answer(qname, 1);
    out.addresses.push_back({ip(address), 300s});
    pipeline_.consume(out);
  }
  void given_ech(const char* qname, const char* public_name) {
    model::Answer out = answer(qname, 65);
    out.bindings.push_back({1, net::HostName(), true, public_name, 300s});
    pipeline_.consume(out);
  }
  void told_there_is_no_record(const char* qname) { pipeline_.consume(answer(qname, 65)); }

  model::Sighting flow(const char* sni, Hidden hidden, model::FlowId id = 1, Timestamp at = morning) {
    model::Sighting out;
    out.at = at;
    out.flow = id;
    out.client = p17;
    out.server = server;
    if (*sni != '\0') {
      out.host = name(sni);
      out.evidence = NameEvidence::tls_server_name;
    }
    out.confirmation = model::Confirmation::acknowledged;
    out.hidden = hidden;
    return out;
  }
  /// A flow and then something at irregular gaps for three minutes: a visit by any reading of the method.
  void browse(const model::Sighting& opened) {
    pipeline_.consume(opened);
    pipeline_.consume(model::FlowSecond{opened.at, opened.flow, opened.client, 1500, 250'000});
    for (const auto gap : {9s, 23s, 31s, 52s, 58s, 85s, 96s, 127s, 139s, 171s}) {
      pipeline_.consume(model::FlowSecond{opened.at + gap, opened.flow, opened.client,
                                          2100U + static_cast<std::uint32_t>(gap.count()) * 17U, 40'000});
    }
  }
  void consume(const model::Event& event) { pipeline_.consume(event); }
  model::Coverage row(std::uint64_t named, std::uint64_t other) {
    model::Coverage out;
    out.interval = {morning, morning + 1min};
    out.named = named;
    out.unnamed_other = other;
    pipeline_.consume(out);
    const Output so_far = pipeline_.drain();
    findings_.insert(findings_.end(), so_far.findings.begin(), so_far.findings.end());
    return so_far.coverage.back();
  }
  Output end() {
    pipeline_.consume(model::Tick{morning + 2h});
    pipeline_.finish();
    Output out = pipeline_.drain();
    out.findings.insert(out.findings.begin(), findings_.begin(), findings_.end());
    return out;
  }

 private:
  Pipeline pipeline_;
  std::vector<model::Finding> findings_;  ///< of before the last row
};

struct Time {
  int strong = 0;
  int moderate = 0;
  model::Reasons reasons = 0;
  NameEvidence weakest = NameEvidence::quic_server_name;
};
Time time_on(const Output& out, const char* service) {
  Time time;
  for (const auto& slice : out.slices) {
    if (slice.service.text() != service) continue;
    if (slice.grade == model::Grade::strong) time.strong += slice.seconds;
    if (slice.grade == model::Grade::moderate) time.moderate += slice.seconds;
    time.reasons |= slice.reasons;
    time.weakest = std::min(time.weakest, slice.weakest_name);
  }
  return time;
}

TEST(HiddenNames, GreaseWithAnAnswerThatThereIsNoConfigurationIsAsFirmAsAny) {
  Day day;
  day.told_there_is_no_record("photo.example");
  day.browse(day.flow("photo.example", Hidden::ech));
  const Time time = time_on(day.end(), "photo-share");
  EXPECT_GE(time.strong, 150);
  EXPECT_EQ(time.reasons & model::bit(model::Reason::dns_name), 0);
}

TEST(HiddenNames, GreaseWithoutAnyAnswerIsModerateAtMostAndSaysWhy) {
  Day day;
  day.browse(day.flow("photo.example", Hidden::ech));
  const Time time = time_on(day.end(), "photo-share");
  EXPECT_EQ(time.strong, 0);
  EXPECT_GE(time.moderate, 150);
  EXPECT_NE(time.reasons & model::bit(model::Reason::dns_name), 0);
  EXPECT_EQ(time.weakest, NameEvidence::tls_server_name);
}

TEST(HiddenNames, TheOuterNamesServiceGetsNothing) {
  Day day;
  day.given_ech("news.example", "photo.example");  // of all names, that of a service
  day.browse(day.flow("photo.example", Hidden::ech));
  EXPECT_EQ(day.row(1, 0).unnamed_ech, 1U);
  const Output out = day.end();
  EXPECT_THAT(out.slices, IsEmpty());
  EXPECT_THAT(out.findings, IsEmpty());
}

TEST(HiddenNames, TheSiteInsideIsModerateWhereDnsGaveTheAddressForItAlone) {  // TIME 6.3, S32
  Day day;
  day.given_ech("blog.example", "cover.example");
  day.given("blog.example");
  day.browse(day.flow("cover.example", Hidden::ech));
  const model::Coverage row = day.row(1, 0);
  EXPECT_EQ(row.named, 1U);
  EXPECT_EQ(row.unnamed_ech, 0U);
  const Time time = time_on(day.end(), "micro-blog");
  EXPECT_EQ(time.strong, 0);
  EXPECT_GE(time.moderate, 150);
  EXPECT_EQ(time.weakest, NameEvidence::dns_answer_address);
}

TEST(HiddenNames, NoServiceGetsTimeWhereDnsGaveTheAddressForTwo) {  // TIME 6.3, S32
  Day day;
  day.given_ech("blog.example", "cover.example");
  day.given("blog.example");
  day.given("photo.example");
  day.browse(day.flow("cover.example", Hidden::ech));
  const model::Coverage row = day.row(1, 0);
  EXPECT_EQ(row.unnamed_ech, 1U);
  EXPECT_EQ(row.ambiguous, 1U);
  EXPECT_THAT(day.end().slices, IsEmpty());
}

TEST(HiddenNames, AListedOuterNameIsOneWithoutAnyAnswer) {
  Day day;
  day.given("blog.example");
  day.browse(day.flow("cover.example", Hidden::ech));
  EXPECT_GE(time_on(day.end(), "micro-blog").moderate, 150);
}

TEST(HiddenNames, EsniIsNamedByTheClientsDnsOrStandsAmongTheHidden) {
  Day unknown;
  unknown.browse(unknown.flow("", Hidden::esni));
  EXPECT_EQ(unknown.row(0, 1).unnamed_ech, 1U);
  EXPECT_THAT(unknown.end().slices, IsEmpty());
  Day known;
  known.given("blog.example");
  known.browse(known.flow("", Hidden::esni));
  EXPECT_GE(time_on(known.end(), "micro-blog").moderate, 150);
}

TEST(NamelessFlows, NamesOfOneServiceAreOneServiceInTheRoleThatClaimsLeast) {
  Day day;
  day.given("photo.example");
  day.given("pictures.example");
  day.browse(day.flow("", Hidden::no));
  day.given("www.photo.example", "192.0.2.2");
  model::Sighting other = day.flow("", Hidden::no, 2);
  other.server.address = ip("192.0.2.2");
  day.consume(other);
  EXPECT_EQ(day.row(0, 2).named, 2U);
  Output out = day.end();
  std::erase_if(out.findings,
                [](const auto& finding) { return finding.evidence == NameEvidence::dns_question; });
  ASSERT_EQ(out.findings.size(), 2U);
  EXPECT_EQ(out.findings[0].name, name("pictures.example"));
  EXPECT_EQ(out.findings[0].evidence, NameEvidence::dns_answer_address);
  EXPECT_EQ(out.findings[1].name, name("www.photo.example"));
  EXPECT_EQ(time_on(out, "photo-share").strong + time_on(out, "photo-share").moderate, 0)
      << "pictures alone open no visit";
}

TEST(NamelessFlows, OneWhoseBeginningNobodySawIsNotNamedByWhatWasAskedSince) {
  Day day;
  day.given("photo.example");
  model::Sighting open_before = day.flow("", Hidden::no, 1);
  open_before.begun = false;
  day.consume(open_before);
  const Output out = day.end();
  EXPECT_TRUE(std::ranges::none_of(out.findings, [](const auto& finding) {
    return finding.evidence == NameEvidence::dns_answer_address;
  }));
}

TEST(BlockedNames, OnlyNamesThatStoodInTheClearAreAttempts) {
  policy::RuleBook book;
  policy::Rule rule;
  rule.id = model::RuleId("no-photos");
  rule.action = model::Verdict::block;
  rule.rule_class = model::RuleClass::inappropriate;
  rule.services = {model::ServiceId("photo-share")};
  book.rules = {rule};
  const auto attempts = [&book](auto happen) {
    Day day(book);
    happen(day);
    std::uint32_t sum = 0;
    for (const model::BlockCount& block : day.end().blocks) sum += block.attempts;
    return sum;
  };
  EXPECT_EQ(attempts([](Day& day) { day.consume(day.flow("photo.example", Hidden::no)); }), 1U);
  EXPECT_EQ(attempts([](Day& day) { day.consume(day.flow("photo.example", Hidden::ech)); }), 0U)
      << "it may hide another";
  EXPECT_EQ(attempts([](Day& day) {
              day.given_ech("council.example", "photo.example");
              day.consume(day.flow("photo.example", Hidden::ech));
            }),
            0U)
      << "an outer name";
  EXPECT_EQ(attempts([](Day& day) {
              day.given("photo.example");
              day.consume(day.flow("", Hidden::no));
            }),
            0U)
      << "a name from the DNS answer";
}

TEST(BlockedNames, WhatDoesNotGetThroughIsNoUseHoweverMuchIsSaidAboutIt) {
  policy::RuleBook book;
  policy::Rule rule;
  rule.id = model::RuleId("no-photos");
  rule.action = model::Verdict::block;
  rule.services = {model::ServiceId("photo-share")};
  book.rules = {rule};
  const auto seconds = [&book](const char* site, bool enforced) {
    Day day(book, enforced);
    day.browse(day.flow(site, Hidden::no));
    const Output out = day.end();
    return time_on(out, "photo-share").strong + time_on(out, "micro-blog").strong;
  };
  EXPECT_GT(seconds("photo.example", false), 0) << "told and not held back: it was used";
  EXPECT_EQ(seconds("photo.example", true), 0) << "our own page, and what a browser tries again";
  EXPECT_GT(seconds("blog.example", true), 0);
}

TEST(NamelessFlows, AListedAndAnUnlistedNameOfOneAddressLeaveItUnnamed) {
  Day day;
  day.given("photo.example");
  day.given("council.example");
  day.browse(day.flow("", Hidden::no));
  const model::Coverage row = day.row(0, 1);
  EXPECT_EQ(row.unnamed_other, 1U);
  EXPECT_EQ(row.ambiguous, 1U);
  EXPECT_THAT(day.end().slices, IsEmpty());
}

TEST(NamelessFlows, OneNameAndOthersThatAreNotKnownLeaveItAmbiguous) {
  Day day;
  day.given("photo.example");
  day.given("not!a!host.example");  // names like this are never candidates
  day.consume(day.flow("", Hidden::no));
  const model::Coverage row = day.row(0, 1);
  EXPECT_EQ(row.unnamed_other, 1U);
  EXPECT_EQ(row.ambiguous, 1U);
}

TEST(NamelessFlows, AnAddressThatNoAnswerGaveIsNotAmbiguous) {
  Day day;
  day.consume(day.flow("", Hidden::no));
  EXPECT_EQ(day.row(0, 1).ambiguous, 0U);
}

TEST(NamelessFlows, AnOuterNameThatTheClientAskedForTooLeavesTheOneInsideAmbiguous) {
  Day day;
  day.given("cover.example");
  day.given("blog.example");
  day.consume(day.flow("cover.example", Hidden::ech));
  const model::Coverage row = day.row(1, 0);
  EXPECT_EQ(row.unnamed_ech, 1U);
  EXPECT_EQ(row.ambiguous, 1U);
}

/// Whether a flow without a name is called by an answer that was given before something happened.
bool is_named_after(auto happen) {
  Day day;
  day.given("photo.example");
  happen(day);
  day.consume(day.flow("", Hidden::no));
  return std::ranges::any_of(day.end().findings, [](const auto& finding) {
    return finding.evidence == NameEvidence::dns_answer_address;
  });
}

const net::MacAddress another = net::MacAddress::parse("02:00:5e:10:00:aa").value();

model::TenancyEvent told(model::TenancyEvent::Kind kind, Timestamp at, const net::MacAddress& mac) {
  model::TenancyEvent out;
  out.recorded_at = out.valid.from = at;
  out.kind = kind;
  out.address = p17.address;
  out.mac = mac;
  out.source = model::TenancyEvent::Source::dhcp;
  return out;
}

model::IdentitySign sign(model::IdentitySign::Kind kind, Timestamp at, const net::MacAddress& mac) {
  model::IdentitySign out;
  out.at = at;
  out.source = model::IdentitySign::Source::dhcp;
  out.kind = kind;
  out.address = p17.address;
  out.mac = mac;
  return out;
}

TEST(NamelessFlows, AnAddressThatWasHandedOverBringsNoAnswersAlong) {
  using Told = model::TenancyEvent::Kind;
  using Seen = model::IdentitySign::Kind;
  const Timestamp just_now = morning - 500ms;
  EXPECT_TRUE(is_named_after([](Day&) {}));
  EXPECT_FALSE(is_named_after([&](Day& day) { day.consume(told(Told::release, just_now, *p17.mac)); }));
  EXPECT_FALSE(is_named_after([&](Day& day) { day.consume(told(Told::lease, just_now, another)); }));
  EXPECT_FALSE(is_named_after([&](Day& day) { day.consume(sign(Seen::release, just_now, *p17.mac)); }));
  EXPECT_FALSE(is_named_after([&](Day& day) { day.consume(sign(Seen::lease, just_now, another)); }));
  EXPECT_FALSE(is_named_after([&](Day& day) { day.consume(sign(Seen::neighbour, just_now, another)); }));
}

TEST(NamelessFlows, AMachinesFirstArpAfterItsQuestionsTakesNoneOfItsAnswers) {
  using Seen = model::IdentitySign::Kind;
  EXPECT_TRUE(
      is_named_after([&](Day& day) { day.consume(sign(Seen::neighbour, morning - 500ms, *p17.mac)); }));
}

TEST(NamelessFlows, AnAddressThatWasLetAgainAfterItsLeaseRanOutBringsNoAnswersAlong) {
  using Told = model::TenancyEvent::Kind;
  Day day;
  model::TenancyEvent before = told(Told::lease, morning - 1h, *p17.mac);
  before.valid.to = morning - 900ms;
  day.consume(before);
  day.given("photo.example");
  day.consume(told(Told::lease, morning - 500ms, another));
  day.browse(day.flow("", Hidden::no));
  EXPECT_THAT(day.end().slices, IsEmpty());
}

TEST(NamelessFlows, TheSameMachineKeepsItsAnswersWhoeverSitsAtIt) {
  using Told = model::TenancyEvent::Kind;
  using Seen = model::IdentitySign::Kind;
  Day day;
  day.consume(told(Told::lease, morning - 1h, *p17.mac));
  day.given("photo.example");
  day.consume(told(Told::lease, morning - 600ms, *p17.mac));
  day.consume(sign(Seen::neighbour, morning - 500ms, *p17.mac));
  model::TenancyEvent logon = told(Told::logon, morning - 400ms, *p17.mac);
  logon.person = "p18";
  day.consume(logon);
  day.consume(day.flow("", Hidden::no));
  EXPECT_EQ(day.row(0, 1).named, 1U);
}

TEST(NamelessFlows, NothingOfSomebodyWhoIsNotMonitoredIsRemembered) {
  using Told = model::TenancyEvent::Kind;
  for (const bool names_address : {true, false}) {
    Day day;
    day.consume(told(Told::lease, morning - 1h, *p17.mac));
    day.given("photo.example");
    model::TenancyEvent logon = told(Told::logon, morning - 10s, *p17.mac);  // told late
    logon.recorded_at = morning - 600ms;
    logon.person = "p19";
    logon.source = model::TenancyEvent::Source::windows;
    if (!names_address) logon.address.reset();
    day.consume(logon);
    day.consume(model::FlowSecond{morning - 500ms, 7, p17, 100, 100});
    model::TenancyEvent back = told(Told::logon, morning - 400ms, *p17.mac);
    back.person = "p17";
    back.source = model::TenancyEvent::Source::windows;
    day.consume(back);
    day.consume(day.flow("", Hidden::no));
    const model::Coverage row = day.row(0, 1);
    EXPECT_EQ(row.named, 0U);
    EXPECT_EQ(row.unnamed_other, 1U);
  }
}

TEST(BypassSigns, ResolversAreKnownByNameByPortAndByAddress) {
  Day day;
  day.consume(day.flow("dns.resolver.example", Hidden::no, 1));
  model::Sighting by_port = day.flow("anything.example", Hidden::no, 2);
  by_port.server.port = 853;
  day.consume(by_port);
  by_port.flow = 3;
  by_port.evidence = NameEvidence::quic_server_name;
  day.consume(by_port);
  model::Sighting by_address = day.flow("", Hidden::no, 4);
  by_address.server.address = ip("192.0.2.53");
  day.consume(by_address);
  model::Sighting a_site_there = day.flow("news.example", Hidden::no, 5);
  a_site_there.server.address = ip("192.0.2.53");
  day.consume(a_site_there);
  const model::Coverage row = day.row(4, 1);
  EXPECT_EQ(row.of(Sign::doh), 2U);
  EXPECT_EQ(row.of(Sign::dot), 1U);
  EXPECT_EQ(row.of(Sign::doq), 1U);
  EXPECT_EQ(row.unnamed_doh, 4U);
  EXPECT_EQ(row.named, 1U);
  EXPECT_EQ(row.unnamed_other, 0U);
}

TEST(BypassSigns, PrivateRelayIsATunnelAndItsNamesInQuestionsAreCanaries) {
  Day day;
  day.consume(day.flow("mask.icloud.com", Hidden::no, 1));
  for (const char* asked : {"mask.icloud.com", "mask-h2.icloud.com", "use-application-dns.net",
                            "_dns.resolver.arpa", "sub.use-application-dns.net"}) {
    model::Answer question = day.answer(asked, 1);
    question.at = morning;
    day.consume(question);
  }
  const model::Coverage row = day.row(1, 0);
  EXPECT_EQ(row.of(Sign::private_relay), 1U);
  EXPECT_EQ(row.unnamed_tunnel, 1U);
  EXPECT_EQ(row.named, 0U);
  EXPECT_EQ(row.of(Sign::canary), 3U);
  EXPECT_EQ(row.of(Sign::ddr), 1U);
}

TEST(BypassSigns, WhatPassesInATunnelIsNobodysUse) {
  for (const bool sign_first : {true, false}) {
    Day day;
    day.given("photo.example");
    model::BypassSign sign;
    sign.at = morning;
    sign.flow = 1;
    sign.client = p17;
    sign.server = server;
    sign.kind = Sign::openvpn;
    if (sign_first) day.consume(sign);
    day.consume(day.flow("", Hidden::no));
    if (!sign_first) day.consume(sign);
    for (int i = 0; i < 20; ++i)
      day.consume(model::FlowSecond{morning + std::chrono::seconds(7 * i + i % 3), 1, p17, 2000, 50'000});
    const model::Coverage row = day.row(0, 1);
    EXPECT_EQ(row.unnamed_tunnel, 1U);
    EXPECT_EQ(row.of(Sign::openvpn), 1U);
    EXPECT_EQ(row.unnamed_other + row.named, 0U);
    EXPECT_THAT(day.end().slices, IsEmpty());
  }
}

TEST(BypassSigns, OfSomebodyWhoIsNotMonitoredAreNotCounted) {
  Day day;
  model::BypassSign sign;
  sign.at = morning;
  sign.client = {ip("10.20.1.19"), net::MacAddress::parse("02:00:5e:10:00:19").value(), 0};
  sign.kind = Sign::wireguard;
  day.consume(sign);
  model::Answer canary;
  canary.at = morning;
  canary.client = sign.client;
  canary.confirmation = model::Confirmation::acknowledged;
  canary.qname = name("use-application-dns.net");
  day.consume(canary);
  const model::Coverage row = day.row(0, 0);
  EXPECT_EQ(row.of(Sign::wireguard) + row.of(Sign::canary), 0U);
}

TEST(BypassSigns, TlsToAddressesThatNoAnswerGaveIsMeasuredAgainstTheRest) {
  Day day;
  day.given("photo.example");
  day.consume(day.flow("photo.example", Hidden::no, 1, morning + 15min));
  model::Sighting elsewhere = day.flow("news.example", Hidden::no, 2, morning + 15min);
  elsewhere.server.address = ip("192.0.2.99");
  day.consume(elsewhere);
  const model::Coverage row = day.row(2, 0);
  EXPECT_EQ(row.tls_with_dns, 1U);
  EXPECT_EQ(row.of(Sign::tls_without_dns), 1U);
  EXPECT_EQ(row.named, 2U) << "a name is a name";
}

TEST(HiddenNames, TicksNeverChangeAnAnswer) {
  const auto rows = [](bool ticking) {
    Day day;
    day.given_ech("blog.example", "cover.example");
    day.given("blog.example");
    const model::Sighting opened = day.flow("cover.example", Hidden::ech, 1, morning + 4min);
    if (ticking) {
      for (Timestamp at = morning; at < opened.at; at += 1s) day.consume(model::Tick{at});
    }
    day.browse(opened);
    std::vector<std::string> out;
    for (const auto& s : day.end().slices)
      out.push_back(s.service.text() + format_minute(s.minute) + std::to_string(s.seconds) +
                    to_string(s.grade));
    return out;
  };
  EXPECT_THAT(rows(true), Not(IsEmpty()));
  EXPECT_EQ(rows(true), rows(false));
}

}  // namespace
}  // namespace edgewatch::pipeline
