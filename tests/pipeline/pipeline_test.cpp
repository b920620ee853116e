#include "edgewatch/pipeline/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Timestamp morning = parse_rfc3339("2026-11-17T10:00:00Z").value();

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }
net::MacAddress mac(const char* text) { return net::MacAddress::parse(text).value(); }
model::Client client(const char* address, const char* its_mac) {
  return {net::IpAddress::parse(address).value(), mac(its_mac), 0};
}

const model::Client p17 = client("10.20.1.17", "02:00:5e:10:00:17");
const model::Client p18 = client("10.20.1.18", "02:00:5e:10:00:18");
const model::Client nobody_watched = client("10.20.1.19", "02:00:5e:10:00:19");

classify::ServiceDefinition service(const char* id, const char* category, const char* host,
                                    bool record = true) {
  return {model::ServiceId(id),
          id,
          "Test",
          model::Category(category),
          record,
          {{name(host), model::Role::core, 1}},
          "test.toml",
          1};
}

Policies policies() {
  auto catalogue = classify::Catalogue::build(
      {service("photo-share", "social", "photo-share.example"), service("cards", "gaming", "cards.example"),
       service("match", "dating", "match.example", false)},
      model::Revision("c1"));
  policy::RuleBook book;
  book.revision = model::Revision("r1");
  policy::Rule cards;
  cards.id = model::RuleId("no-cards");
  cards.categories = {model::Category("gaming")};
  policy::Rule bad;
  bad.id = model::RuleId("bad");
  bad.rule_class = model::RuleClass::inappropriate;
  bad.names = {name("bad.example")};
  book.rules = {cards, bad};
  policy::AuthorisedUse press;
  press.person = model::PersonId("p18");
  press.services = {model::ServiceId("photo-share")};
  book.authorised = {press};
  return {std::make_shared<const classify::Catalogue>(std::move(catalogue).value()),
          std::make_shared<const policy::RuleBook>(book)};
}

identity::Register people() {
  const auto person = [](const char* id, std::vector<std::string> groups) {
    identity::Person p;
    p.id = model::PersonId(id);
    p.groups = std::move(groups);
    return p;
  };
  const auto holds = [](const char* id, const model::Client& machine) {
    identity::Assignment a;
    a.key = *machine.mac;
    a.person = model::PersonId(id);
    return a;
  };
  return {{person("p17", {}), person("p18", {}), person("p19", {"not-monitored"})},
          {holds("p17", p17), holds("p18", p18), holds("p19", nobody_watched)}};
}

class Morning {
 public:
  Morning() : pipeline_(policies(), people(), account::Method{}, Options{{}, true}) {}

  void see(const model::Client& who, const char* host, Timestamp at, model::FlowId flow,
           model::Confirmation confirmation = model::Confirmation::acknowledged) {
    model::Sighting sighting;
    sighting.at = at;
    sighting.flow = flow;
    sighting.client = who;
    sighting.host = name(host);
    sighting.evidence = model::NameEvidence::tls_server_name;
    sighting.confirmation = confirmation;
    pipeline_.consume(sighting);
  }
  /// A page, then something at irregular gaps for three minutes: a visit by any reading of the method.
  void browse(const model::Client& who, const char* host, Timestamp at, model::FlowId flow) {
    see(who, host, at, flow);
    pipeline_.consume(model::FlowSecond{at, flow, who, 1500, 250'000});
    for (const auto gap : {9s, 23s, 31s, 52s, 58s, 85s, 96s, 127s, 139s, 171s}) {
      pipeline_.consume(model::FlowSecond{at + gap, flow, who,
                                          2100U + static_cast<std::uint32_t>(gap.count()) * 17U, 40'000});
    }
  }
  void answer(const model::Client& who, const char* host, Timestamp at, std::uint16_t qtype,
              std::uint8_t rcode) {
    model::Answer answer;
    answer.confirmation = model::Confirmation::acknowledged;
    answer.at = at;
    answer.client = who;
    answer.qname = name(host);
    answer.qtype = qtype;
    answer.rcode = rcode;
    pipeline_.consume(answer);
  }
  Output end() {
    // Past the lag, so that nothing is left to the look-ahead.
    pipeline_.consume(model::Tick{morning + 2h});
    pipeline_.finish();
    return pipeline_.drain();
  }
  Pipeline& operator*() { return pipeline_; }

 private:
  Pipeline pipeline_;
};

int seconds_of(const Output& out, model::Grade grade) {
  int sum = 0;
  for (const auto& slice : out.slices) sum += slice.grade == grade ? slice.seconds : 0;
  return sum;
}

TEST(Pipeline, CoverageRowGivenAgainTakesThePlaceOfTheFormer) {
  const auto strong_seconds = [](bool given_twice) {
    Morning run;
    model::TenancyEvent logon;  // else identity alone would keep it from being strong
    logon.recorded_at = logon.valid.from = morning - 1h;
    logon.kind = model::TenancyEvent::Kind::logon;
    logon.mac = p17.mac;
    logon.person = "p17";
    logon.source = model::TenancyEvent::Source::windows;
    (*run).consume(logon);
    run.browse(p17, "www.photo-share.example", morning, 1);
    for (int minute = 0; minute < 6; ++minute) {
      model::Coverage row;
      row.source = "eno2";
      row.interval = {morning + std::chrono::minutes(minute), morning + std::chrono::minutes(minute + 1)};
      row.lost_in_kernel = 15;
      row.seen = 100;  // of one thread; the others' packets come late
      if (given_twice) (*run).consume(row);
      row.seen = 2000;
      (*run).consume(row);
    }
    return seconds_of(run.end(), model::Grade::strong);
  };
  EXPECT_GE(strong_seconds(false), 150) << "less than one in a hundred was lost";
  EXPECT_EQ(strong_seconds(true), strong_seconds(false));
}

TEST(Pipeline, WhatWasLostInAMinuteIsNotForgottenWhenTheClockGoesThroughItAgain) {
  Morning run;
  run.browse(p17, "www.photo-share.example", morning, 1);
  for (int minute = 0; minute < 6; ++minute) {
    model::Coverage row;
    row.source = "eno2";
    row.interval = {morning + std::chrono::minutes(minute), morning + std::chrono::minutes(minute + 1)};
    row.seen = 100;
    row.lost_in_kernel = 50;
    (*run).consume(row);
    row.interval.from += std::chrono::microseconds(1);
    row.lost_in_kernel = 0;
    (*run).consume(row);
  }
  const Output out = run.end();
  EXPECT_EQ(seconds_of(out, model::Grade::strong) + seconds_of(out, model::Grade::moderate), 0);
}

TEST(Pipeline, GivesAPersonsTimeOnAListedService) {
  Morning run;
  run.browse(p17, "www.photo-share.example", morning, 1);
  const Output out = run.end();
  ASSERT_THAT(out.slices, testing::Not(IsEmpty()));
  int seconds = 0;
  for (const auto& slice : out.slices) {
    EXPECT_EQ(slice.subject.text(), "p17");
    EXPECT_EQ(slice.service.text(), "photo-share");
    EXPECT_EQ(slice.purpose, model::Purpose::personal);
    EXPECT_EQ(slice.catalogue.text(), "c1");
    EXPECT_EQ(slice.rule_book.text(), "r1");
    if (slice.grade != model::Grade::weak) seconds += slice.seconds;
  }
  EXPECT_GE(seconds, 150);
  EXPECT_LE(seconds, 240);
}

TEST(Pipeline, DropsAnUnlistedSiteAndSaysNothingOfIt) {
  Morning run;
  run.browse(p17, "news.example", morning, 1);
  const Output out = run.end();
  EXPECT_THAT(out.slices, IsEmpty());
  EXPECT_THAT(out.findings, IsEmpty());
  EXPECT_THAT((*run).service_counts(), IsEmpty());
}

TEST(Pipeline, BelievesNoNameThatNobodyAcknowledged) {
  Morning run;
  run.see(p17, "cards.example", morning, 1, model::Confirmation::claimed);
  const Output out = run.end();
  EXPECT_THAT(out.findings, IsEmpty());
  EXPECT_THAT(out.blocks, IsEmpty());
}

TEST(Pipeline, SaysNothingOfAnybodyWhoIsNotMonitored) {
  Morning run;
  run.browse(nobody_watched, "www.photo-share.example", morning, 1);
  run.see(nobody_watched, "cards.example", morning, 2);
  run.answer(nobody_watched, "bad.example", morning, 1, 3);
  Output out = run.end();
  for (const auto& binding : out.bindings) {
    EXPECT_NE(binding.value, "p19");
    EXPECT_NE(binding.key, nobody_watched.mac->to_string());
  }
  out.bindings.clear();  // those of the others
  EXPECT_TRUE(out.empty());
}

TEST(Pipeline, MarksAuthorisedUseOfThatPersonAlone) {
  Morning run;
  run.browse(p18, "www.photo-share.example", morning, 1);
  run.browse(p17, "www.photo-share.example", morning + 5s, 2);
  for (const auto& slice : run.end().slices) {
    EXPECT_EQ(slice.purpose,
              slice.subject.text() == "p18" ? model::Purpose::authorised : model::Purpose::personal);
  }
}

model::TenancyEvent tenancy(model::TenancyEvent::Kind kind, Timestamp at) {
  model::TenancyEvent event;
  event.kind = kind;
  event.recorded_at = event.valid.from = at;
  event.source = model::TenancyEvent::Source::windows;
  return event;
}

/// The last minute that stands under p17, who browsed until 171 s after nine.
UtcMinute last_minute_of_p17(const model::TenancyEvent& change) {
  using Kind = model::TenancyEvent::Kind;
  Morning run;
  model::TenancyEvent lease = tenancy(Kind::lease, morning - 1h);
  lease.address = p17.address;
  lease.mac = p17.mac;
  (*run).consume(lease);
  model::TenancyEvent logon = tenancy(Kind::logon, morning - 1h);
  logon.mac = p17.mac;
  logon.person = "p17";
  logon.session = "0x3e7";
  (*run).consume(logon);
  run.browse(p17, "www.photo-share.example", morning, 1);
  (*run).consume(change);
  UtcMinute last{};
  for (const auto& slice : run.end().slices) {
    if (slice.subject.text() == "p17") last = std::max(last, slice.minute);
  }
  return last;
}

TEST(Pipeline, CreditsNobodyAfterTheyLeftHoweverThatIsTold) {
  using Kind = model::TenancyEvent::Kind;
  const Timestamp left = morning + 180s;  // nine seconds after the last action
  EXPECT_EQ(last_minute_of_p17(tenancy(Kind::shared, left)), minute_of(left)) << "nothing that tells of p17";
  model::TenancyEvent lock = tenancy(Kind::lock, left);
  lock.mac = p17.mac;
  EXPECT_LT(last_minute_of_p17(lock), minute_of(left)) << "the machine is named, but no address";
  model::TenancyEvent logoff = tenancy(Kind::logoff, left);
  logoff.session = "0x3e7";
  EXPECT_LT(last_minute_of_p17(logoff), minute_of(left)) << "nothing but the session is named";
  model::TenancyEvent lease = tenancy(Kind::lease, left);
  lease.address = p17.address;
  lease.mac = net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x99});
  EXPECT_LT(last_minute_of_p17(lease), minute_of(left)) << "the address went to another machine";
}

TEST(Pipeline, NeverStoresAServiceThatMustNotBeRecorded) {
  Morning run;
  run.browse(p17, "www.match.example", morning, 1);
  const Output out = run.end();
  EXPECT_THAT(out.slices, IsEmpty());
}

TEST(Pipeline, CountsAttemptsByMinuteAndKeepsOfEachClassWhatItMay) {
  Morning run;
  for (model::FlowId flow = 1; flow <= 3; ++flow)
    run.see(p17, "www.cards.example", morning + std::chrono::seconds(flow), flow);
  run.see(p17, "www.bad.example", morning + 5s, 9);
  const Output out = run.end();
  ASSERT_THAT(out.blocks, SizeIs(2));
  const auto& bad = out.blocks.front();  // in order of service, and this one has none
  EXPECT_EQ(bad.rule.text(), "bad");
  EXPECT_EQ(bad.person, model::PersonId("p17"));
  EXPECT_FALSE(bad.service || bad.category || bad.name);
  const auto& cards = out.blocks.back();
  EXPECT_EQ(cards.attempts, 3U);
  EXPECT_EQ(cards.service, model::ServiceId("cards"));
  EXPECT_EQ(cards.mechanism, "observed");
}

TEST(Pipeline, TakesTheQuestionsOfOneClickForOneAttempt) {
  Morning run;
  for (const std::uint16_t qtype : std::initializer_list<std::uint16_t>{1, 28, 65})
    run.answer(p17, "bad.example", morning, qtype, 3);
  run.answer(p17, "bad.example", morning + 30s, 1, 3);
  run.answer(p17, "bad.example", morning + 40s, 1, 0);  // answered: the connection would be the attempt
  const Output out = run.end();
  ASSERT_THAT(out.blocks, SizeIs(1));
  EXPECT_EQ(out.blocks.front().attempts, 2U);
  EXPECT_EQ(out.blocks.front().mechanism, "resolver");
}

TEST(Pipeline, TicksNeverChangeAnAnswer) {
  Morning still;
  still.browse(p17, "www.photo-share.example", morning, 1);
  Morning ticking;
  ticking.see(p17, "www.photo-share.example", morning, 1);
  (*ticking).consume(model::FlowSecond{morning, 1, p17, 1500, 250'000});
  Duration last = 0s;
  for (const auto gap : {9s, 23s, 31s, 52s, 58s, 85s, 96s, 127s, 139s, 171s}) {
    for (Duration t = last; t < gap; t += 1s) (*ticking).consume(model::Tick{morning + t});
    last = gap;
    (*ticking).consume(model::FlowSecond{morning + gap, 1, p17,
                                         2100U + static_cast<std::uint32_t>(gap.count()) * 17U, 40'000});
  }
  const auto rows = [](Morning& run) {
    std::vector<std::string> out;
    for (const auto& s : run.end().slices) {
      out.push_back(s.service.text() + format_minute(s.minute) + std::to_string(s.seconds) +
                    to_string(s.grade) + model::reason_names(s.reasons));
    }
    return out;
  };
  EXPECT_EQ(rows(still), rows(ticking));
}

TEST(Pipeline, SwapsItsPoliciesBetweenTwoEvents) {
  Morning run;
  run.see(p17, "www.cards.example", morning, 1);
  Policies open = policies();
  open.rules = std::make_shared<const policy::RuleBook>();
  (*run).swap(open);
  run.see(p17, "www.cards.example", morning + 1s, 2);
  const Output out = run.end();
  ASSERT_THAT(out.findings, SizeIs(2));
  EXPECT_EQ(out.findings.front().decision.verdict, model::Verdict::block);
  EXPECT_EQ(out.findings.back().decision.verdict, model::Verdict::allow);
}

TEST(Pipeline, ConfirmsAssignmentsOnEachDayThatIsWatched) {
  Morning run;
  (*run).consume(model::Tick{morning});
  (*run).consume(model::Tick{morning + 3h});
  (*run).consume(model::Tick{morning + 24h});
  std::vector<Timestamp> recorded;
  for (const auto& binding : (*run).drain().bindings) {
    if (binding.value == "p17") recorded.push_back(binding.recorded_at);
  }
  EXPECT_THAT(recorded, ElementsAre(morning, morning + 24h));
}

TEST(Pipeline, TakesNewPeopleAndTellsWhatWasInForceUntilThen) {
  Morning run;
  run.see(p17, "www.photo-share.example", morning, 1);
  identity::Person quiet;
  quiet.id = model::PersonId("p17");
  quiet.groups = {"not-monitored"};
  identity::Assignment his;
  his.key = *p17.mac;
  his.person = quiet.id;
  (*run).replace_people({quiet}, {his}, morning + 1h);
  run.browse(p17, "www.photo-share.example", morning + 2h, 2);
  const Output out = run.end();
  EXPECT_THAT(out.slices, IsEmpty());
  EXPECT_THAT(out.findings, SizeIs(1));  // the one before
  std::vector<Timestamp> ends;
  for (const auto& binding : out.bindings) {
    if (binding.value == "p17") ends.push_back(binding.valid.to);
  }
  EXPECT_THAT(ends, ElementsAre(Timestamp::max(), morning + 1h));
}

TEST(Pipeline, MeasuresNoDurationAcrossAStepOfTheClockWhoeverTellsOfItFirst) {
  // A page that is opened and left, whose polls are parted by the step.
  for (const Duration step : {Duration(1h), Duration(-20min), Duration(-50s)}) {
    for (const bool announced_first : {true, false}) {
      Morning run;
      run.see(p17, "www.photo-share.example", morning, 1);
      (*run).consume(model::FlowSecond{morning, 1, p17, 1500, 250'000});
      for (const auto gap : {60s, 120s, 180s})
        (*run).consume(model::FlowSecond{morning + gap, 1, p17, 2500, 4'000});
      const model::ClockStep told{morning + 200s + step, step};
      if (announced_first) (*run).consume(told);
      for (auto gap = 240s; gap < 3600s; gap += 60s) {
        (*run).consume(model::FlowSecond{morning + gap + step, 1, p17, 2500, 4'000, step});
        if (gap == 240s && !announced_first) (*run).consume(told);
      }
      for (const auto& slice : run.end().slices) EXPECT_EQ(slice.grade, model::Grade::weak);
    }
  }
}

TEST(Pipeline, PassesOnEveryClockStep) {
  Morning run;
  (*run).consume(model::ClockStep{morning, 3600s});
  EXPECT_THAT(run.end().clock_steps, SizeIs(1));
}

}  // namespace
}  // namespace edgewatch::pipeline
