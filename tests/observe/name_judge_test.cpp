#include "edgewatch/observe/name_judge.hpp"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using namespace std::chrono_literals;
using model::Hidden;
using model::NameEvidence;
using testing::ElementsAre;
using testing::IsEmpty;
using Preceded = Judgement::Preceded;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
constexpr std::uint16_t a = 1;
constexpr std::uint16_t svcb = 64;
constexpr std::uint16_t https = 65;

net::IpAddress ip(std::string_view text) { return net::IpAddress::parse(text).value(); }
net::HostName name(std::string_view text) { return net::HostName::from_dotted(text).value(); }
model::Client client(std::string_view address) { return {ip(address), {}, 0}; }

const model::Client desk = client("10.20.0.7");
const model::Client other_desk = client("10.20.0.8");

model::Answer answer(const char* qname, std::uint16_t qtype, Timestamp at = ten,
                     const model::Client& who = desk) {
  model::Answer out;
  out.at = at;
  out.client = who;
  out.confirmation = model::Confirmation::acknowledged;
  out.qname = name(qname);
  out.qtype = qtype;
  return out;
}
model::Answer address(const char* qname, std::string_view of, std::chrono::seconds ttl = 300s,
                      Timestamp at = ten, const model::Client& who = desk) {
  model::Answer out = answer(qname, a, at, who);
  out.addresses.push_back({ip(of), ttl});
  return out;
}
model::Answer with_ech(const char* qname, const char* public_name, Timestamp at = ten,
                       std::chrono::seconds ttl = 300s) {
  model::Answer out = answer(qname, https, at);
  out.bindings.push_back({1, net::HostName(), true, public_name, ttl});
  return out;
}
model::Answer without_ech(const char* qname, Timestamp at = ten, std::chrono::seconds ttl = 300s) {
  model::Answer out = answer(qname, https, at);
  out.bindings.push_back({1, net::HostName(), false, "", ttl});
  return out;
}

model::Sighting hello(const char* host, Hidden hidden = Hidden::ech, Timestamp at = ten + 1s) {
  model::Sighting out;
  out.at = at;
  out.flow = 1;
  out.client = desk;
  out.host = name(host);
  out.evidence = NameEvidence::tls_server_name;
  out.confirmation = model::Confirmation::acknowledged;
  out.hidden = hidden;
  out.server = {ip("192.0.2.1"), 443};
  return out;
}
model::Sighting nameless(std::string_view server = "192.0.2.1", Timestamp at = ten + 1s) {
  model::Sighting out = hello("unused.example", Hidden::no, at);
  out.host = net::HostName();
  out.evidence = NameEvidence::none;
  out.server = {ip(server), 443};
  return out;
}

struct Said {
  NameEvidence evidence;
  std::string host;
  bool operator==(const Said&) const = default;
};
Said said(const Judgement& judged) { return {judged.sighting.evidence, judged.sighting.host.text()}; }
void PrintTo(const Said& said, std::ostream* out) {
  *out << model::to_string(said.evidence) << ' ' << said.host;
}

TEST(Ech, TheNameOfAnAnswersConfigurationIsNeverTheSite) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example"));
  EXPECT_EQ(said(judge.judge(hello("cover.example"))),
            (Said{NameEvidence::outer_name_only, "cover.example"}));
}

TEST(Ech, TheSiteBehindAnOuterNameIsWhatTheClientWasAnsweredAlone) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example"));
  judge.learn(address("photo.example", "192.0.2.1"));
  EXPECT_EQ(said(judge.judge(hello("cover.example"))),
            (Said{NameEvidence::dns_answer_address, "photo.example"}));
  judge.learn(address("cards.example", "192.0.2.1"));
  const Judgement both = judge.judge(hello("cover.example"));
  EXPECT_EQ(said(both), (Said{NameEvidence::outer_name_only, "cover.example"}));
  EXPECT_THAT(both.candidates, ElementsAre(name("cards.example"), name("photo.example")));
}

TEST(Ech, TheOuterNameItselfIsNotTheSiteEvenIfItWasLookedUp) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example"));
  judge.learn(address("cover.example", "192.0.2.1"));
  EXPECT_EQ(said(judge.judge(hello("cover.example"))),
            (Said{NameEvidence::outer_name_only, "cover.example"}));
}

TEST(Ech, GreaseHidesNoTrueNameWhereTheClientsOwnAnswerHasNone) {
  NameJudge judge;
  judge.learn(without_ech("photo.example"));
  const Judgement judged = judge.judge(hello("photo.example"));
  EXPECT_EQ(said(judged), (Said{NameEvidence::tls_server_name, "photo.example"}));
  EXPECT_EQ(judged.sighting.hidden, Hidden::no) << "as firm as any";
}

TEST(Ech, AnAnswerThatThereIsNoRecordSaysTheSame) {
  NameJudge judge;
  judge.learn(answer("photo.example", https));
  EXPECT_EQ(judge.judge(hello("photo.example")).sighting.hidden, Hidden::no);
  EXPECT_EQ(judge.judge(hello("photo.example", Hidden::ech, ten + 30min)).sighting.hidden, Hidden::ech)
      << "but not for ever";
}

TEST(Ech, NoAnswerSeenLeavesTheNameInDoubt) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1"));
  judge.learn(without_ech("news.example"));
  const Judgement judged = judge.judge(hello("photo.example"));
  EXPECT_EQ(said(judged), (Said{NameEvidence::tls_server_name, "photo.example"}));
  EXPECT_EQ(judged.sighting.hidden, Hidden::ech);
}

TEST(Ech, AnswersThatFailedOrWereCutOrPointElsewhereTellNothing) {
  NameJudge judge;
  model::Answer failed = answer("photo.example", https);
  failed.rcode = 2;
  judge.learn(failed);
  model::Answer cut = answer("photo.example", https);
  cut.complete = false;
  judge.learn(cut);
  model::Answer alias = answer("photo.example", https);
  alias.bindings.push_back({0, name("pool.example"), false, "", 300s});
  judge.learn(alias);
  model::Answer unreadable = answer("cards.example", https);
  unreadable.bindings.push_back({1, net::HostName(), true, "", 300s});
  judge.learn(unreadable);
  EXPECT_EQ(judge.judge(hello("photo.example")).sighting.hidden, Hidden::ech);
  EXPECT_EQ(judge.judge(hello("cards.example")).sighting.hidden, Hidden::ech);
}

TEST(Ech, ASiteWhoseConfigurationHasAnotherPublicNameIsItselfWhenItsOwnNameIsReadable) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example"));
  EXPECT_EQ(judge.judge(hello("photo.example")).sighting.hidden, Hidden::no);
}

TEST(Ech, AnotherClientsAnswersSayNothingAboutThisOne) {
  NameJudge judge;
  model::Answer theirs = with_ech("photo.example", "cover.example");
  theirs.client = other_desk;
  judge.learn(theirs);
  model::Answer clear = without_ech("news.example");
  clear.client = other_desk;
  judge.learn(clear);
  EXPECT_EQ(said(judge.judge(hello("cover.example"))),
            (Said{NameEvidence::tls_server_name, "cover.example"}));
  EXPECT_EQ(judge.judge(hello("news.example")).sighting.hidden, Hidden::ech);
}

TEST(Ech, AnAnswerIsForItsTimeToLiveAndAMinute) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example", ten, 300s));
  EXPECT_EQ(judge.judge(hello("cover.example", Hidden::ech, ten + 360s)).sighting.evidence,
            NameEvidence::outer_name_only);
  EXPECT_EQ(judge.judge(hello("cover.example", Hidden::ech, ten + 361s)).sighting.evidence,
            NameEvidence::tls_server_name);
}

TEST(Ech, AListedOuterNameNeedsNoAnswer) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1"));
  EXPECT_EQ(said(judge.judge(hello("cover.example"), ListedAsOuter::yes)),
            (Said{NameEvidence::dns_answer_address, "photo.example"}));
}

TEST(Ech, AHelloThatHidesNothingIsNotJudged) {
  NameJudge judge;
  judge.learn(with_ech("photo.example", "cover.example"));
  EXPECT_EQ(said(judge.judge(hello("cover.example", Hidden::no))),
            (Said{NameEvidence::tls_server_name, "cover.example"}));
}

TEST(Esni, GetsTheNameThatTheClientsOwnAnswersLeave) {
  NameJudge judge;
  model::Sighting esni = nameless();
  esni.hidden = Hidden::esni;
  EXPECT_EQ(said(judge.judge(esni)), (Said{NameEvidence::none, "."}));
  judge.learn(address("photo.example", "192.0.2.1"));
  EXPECT_EQ(said(judge.judge(esni)), (Said{NameEvidence::dns_answer_address, "photo.example"}));
}

TEST(Esni, ANameThatStandsBesideAnEncryptedOneIsAnOuterOne) {
  NameJudge judge;
  EXPECT_EQ(said(judge.judge(hello("cover.example", Hidden::esni))),
            (Said{NameEvidence::outer_name_only, "cover.example"}));
}

TEST(Nameless, AFlowIsCalledWhatTheClientAskedForAndNotWhatItIsAnAliasOf) {
  NameJudge judge;
  model::Answer chained = address("www.photo.example", "192.0.2.1");
  chained.chain = {name("photo.cdn.example"), name("edge7.cdn.example")};
  judge.learn(chained);
  EXPECT_EQ(said(judge.judge(nameless())), (Said{NameEvidence::dns_answer_address, "www.photo.example"}));
}

TEST(Nameless, TheTargetOfAnHttpsRecordIsAnotherWordForTheNameThatWasAskedFor) {
  for (const std::uint16_t type : {https, svcb}) {
    NameJudge judge;
    model::Answer alias = answer("photo.example", type);
    alias.bindings.push_back({0, name("pool.host.example"), false, "", 300s});
    judge.learn(alias);
    model::Answer service = answer("pool.host.example", type);
    service.bindings.push_back({1, name("edge.host.example"), false, "", 300s});
    judge.learn(service);
    judge.learn(address("edge.host.example", "192.0.2.1"));
    EXPECT_EQ(said(judge.judge(nameless())), (Said{NameEvidence::dns_answer_address, "photo.example"}));
  }
}

TEST(Nameless, RecordsThatPointAtEachOtherEnd) {
  NameJudge judge;
  model::Answer there = answer("photo.example", https);
  there.bindings.push_back({0, name("pool.example"), false, "", 300s});
  judge.learn(there);
  model::Answer back = answer("pool.example", https);
  back.bindings.push_back({0, name("photo.example"), false, "", 300s});
  judge.learn(back);
  judge.learn(address("pool.example", "192.0.2.1"));
  EXPECT_EQ(judge.judge(nameless()).candidates.size(), 1U);
}

TEST(Nameless, TwoNamesForOneAddressAreToldAndNeitherIsTaken) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1"));
  judge.learn(address("cards.example", "192.0.2.1"));
  const Judgement judged = judge.judge(nameless());
  EXPECT_EQ(said(judged), (Said{NameEvidence::none, "."}));
  EXPECT_THAT(judged.candidates, ElementsAre(name("cards.example"), name("photo.example")));
}

TEST(Nameless, ANameIsNotTakenFromSomebodyElsesAnswerOrForAnotherAddress) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1", 300s, ten, other_desk));
  judge.learn(address("cards.example", "192.0.2.2"));
  EXPECT_THAT(judge.judge(nameless()).candidates, IsEmpty());
}

TEST(Nameless, AnAnswerIsForItsTimeToLiveAndAMinute) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1", 30s));
  EXPECT_THAT(judge.judge(nameless("192.0.2.1", ten + 90s)).candidates, ElementsAre(name("photo.example")));
  EXPECT_THAT(judge.judge(nameless("192.0.2.1", ten + 91s)).candidates, IsEmpty());
  judge.learn(address("cards.example", "192.0.2.2", 86400s));
  EXPECT_THAT(judge.judge(nameless("192.0.2.2", ten + 1h + 60s)).candidates,
              ElementsAre(name("cards.example")));
  EXPECT_THAT(judge.judge(nameless("192.0.2.2", ten + 1h + 61s)).candidates, IsEmpty())
      << "a zone cannot make us remember longer";
}

TEST(Nameless, AResolversRefusalGivesNoName) {
  NameJudge judge;
  for (const char* nowhere : {"0.0.0.0", "127.0.0.1", "::", "::1", "255.255.255.255"}) {
    judge.learn(address("photo.example", nowhere));
    EXPECT_THAT(judge.judge(nameless(nowhere)).candidates, IsEmpty()) << nowhere;
  }
  model::Answer refused = address("photo.example", "192.0.2.1");
  refused.rcode = 3;
  judge.learn(refused);
  EXPECT_THAT(judge.judge(nameless()).candidates, IsEmpty());
}

TEST(Nameless, ManyNamesOfOneAddressStayManyWhenMostOfThemAreOver) {
  NameJudge judge;
  for (int i = 0; i < 8; ++i) judge.learn(address(fmt::format("s{}.example", i).c_str(), "192.0.2.1", 0s));
  judge.learn(address("photo.example", "192.0.2.1", 600s));
  judge.learn(address("cards.example", "192.0.2.1", 600s));
  judge.learn(address("news.example", "192.0.2.1", 600s, ten + 200s));
  const Judgement judged = judge.judge(nameless("192.0.2.1", ten + 300s));
  EXPECT_EQ(judged.sighting.evidence, NameEvidence::none);
  EXPECT_TRUE(judged.more_candidates);
}

TEST(Nameless, ANewHolderOfTheAddressDoesNotInheritTheAnswers) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1"));
  judge.forget(desk.address);
  EXPECT_THAT(judge.judge(nameless()).candidates, IsEmpty());
}

TEST(TlsWithoutDns, IsSaidOfAClientThatHasBeenWatchedForAWhile) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1", 30s));
  EXPECT_EQ(judge.judge(hello("cards.example", Hidden::no, ten + 5min)).preceded, Preceded::yes);
  model::Sighting elsewhere = hello("cards.example", Hidden::no, ten + 5min);
  elsewhere.server.address = ip("192.0.2.99");
  EXPECT_EQ(judge.judge(elsewhere).preceded, Preceded::unknown);
  elsewhere.at = ten + 10min;
  EXPECT_EQ(judge.judge(elsewhere).preceded, Preceded::no);
  EXPECT_EQ(judge.judge(hello("photo.example", Hidden::no, ten + 10min)).preceded, Preceded::yes)
      << "an answer that is over came before all the same";
}

TEST(TlsWithoutDns, IsNotSaidOfWhatIsNoTls) {
  NameJudge judge;
  judge.learn(address("photo.example", "192.0.2.1"));
  model::Sighting plain = hello("cards.example", Hidden::no, ten + 1h);
  plain.evidence = NameEvidence::http_host;
  EXPECT_EQ(judge.judge(plain).preceded, Preceded::unknown);
}

std::uint64_t evicted(const NameJudge& judge, const std::string& what) {
  for (const Tally& tally : judge.tallies()) {
    if (tally.name == what) return tally.count;
  }
  return 0;
}

model::Answer somewhere(const std::string& qname, std::uint32_t place, Timestamp at) {
  model::Answer out = answer(qname.c_str(), a, at);
  out.addresses.push_back({net::IpAddress::v4(0xc6336400U + place), 300s});
  return out;
}

TEST(Bounds, AMillionRandomSubdomainsOfOneClientPushOutItsOwnAnswersAlone) {
  NameJudgeOptions options;
  options.memory_bytes = std::size_t{2} << 20U;
  NameJudge judge(options);
  judge.learn(address("photo.example", "192.0.2.1", 3600s, ten, other_desk));
  judge.learn(address("photo.example", "192.0.2.1", 3600s));
  std::size_t most = 0;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    // Half of them at one address, as a wildcard record gives it.
    judge.learn(somewhere(fmt::format("r{:x}.random.example", i * 2654435761U), i % 2 == 0 ? 0 : i,
                          ten + std::chrono::milliseconds(i)));
    if (i % 1000 == 0) most = std::max(most, judge.held());
  }
  EXPECT_LE(most, options.memory_bytes);
  EXPECT_GT(evicted(judge, "evicted-answer"), 400'000U);
  model::Sighting flow = nameless("192.0.2.1", ten + 1000s);
  EXPECT_EQ(judge.judge(flow).sighting.evidence, NameEvidence::none) << "what it forgot may have said more";
  flow.client = other_desk;
  EXPECT_EQ(said(judge.judge(flow)), (Said{NameEvidence::dns_answer_address, "photo.example"}));
}

TEST(Bounds, AfterAnEvictionNoNameIsUniqueUntilWhatWasForgottenIsOver) {
  NameJudgeOptions options;
  options.memory_bytes = 1;  // the least there is
  NameJudge judge(options);
  judge.learn(address("photo.example", "192.0.2.1", 600s));
  for (std::uint32_t i = 0; i < 1000; ++i) judge.learn(somewhere(fmt::format("r{}.example", i), i, ten + 1s));
  judge.learn(address("cards.example", "192.0.2.1", 1800s, ten + 2s));
  EXPECT_TRUE(judge.judge(nameless("192.0.2.1", ten + 5min)).more_candidates);
  EXPECT_EQ(said(judge.judge(nameless("192.0.2.1", ten + 12min))),
            (Said{NameEvidence::dns_answer_address, "cards.example"}));
}

TEST(Bounds, AHundredThousandClientsStayWithinTheMemory) {
  NameJudgeOptions options;
  options.memory_bytes = std::size_t{4} << 20U;
  NameJudge judge(options);
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const model::Client who{net::IpAddress::v4(0x0a000000U + i), {}, 0};
    judge.learn(address("photo.example", "192.0.2.1", 300s, ten + std::chrono::milliseconds(i), who));
    judge.learn(address(fmt::format("h{}.example", i).c_str(), "192.0.2.2", 300s,
                        ten + std::chrono::milliseconds(i), who));
    ASSERT_LE(judge.held(), options.memory_bytes);
  }
  EXPECT_GT(evicted(judge, "evicted-client"), 0U);
  model::Sighting last = nameless("192.0.2.1", ten + 101s);
  last.client.address = net::IpAddress::v4(0x0a000000U + 99'999);
  EXPECT_EQ(judge.judge(last).candidates.size(), 1U);
}

TEST(Bounds, OneAnswerCannotFillTheMemory) {
  NameJudge judge;
  model::Answer huge = answer("photo.example", a);
  for (std::uint32_t i = 0; i < 5000; ++i)
    huge.addresses.push_back({net::IpAddress::v4(0xc0000200U + i), 300s});
  const std::size_t before = judge.held();
  judge.learn(huge);
  EXPECT_LT(judge.held() - before, 32768U);
}

TEST(Order, TheSameAnswersGiveTheSameJudgementsUnderAnyHashKey) {
  const auto told = [](HashKey key) {
    NameJudge judge(NameJudgeOptions{std::size_t{1} << 16U, key});
    std::string out;
    for (int i = 0; i < 4000; ++i) {
      const Timestamp at = ten + std::chrono::seconds(i);
      judge.learn(address(fmt::format("s{}.example", i % 37).c_str(), fmt::format("192.0.2.{}", i % 23),
                          std::chrono::seconds(i % 50), at));
      const Judgement judged = judge.judge(nameless(fmt::format("192.0.2.{}", i % 19), at));
      out += judged.sighting.host.text() + fmt::format(" {}\n", judged.candidates.size());
    }
    return out;
  };
  EXPECT_EQ(told({1, 2}), told({3, 4}));
}

}  // namespace
}  // namespace edgewatch::observe
