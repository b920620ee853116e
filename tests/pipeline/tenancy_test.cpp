#include "edgewatch/pipeline/pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::pipeline {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Sign = model::IdentitySign;
using Event = model::TenancyEvent;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
const net::IpAddress desk = net::IpAddress::parse("10.20.1.17").value();
const net::MacAddress laptop = net::MacAddress::parse("02:00:5e:10:00:17").value();
const net::MacAddress other_laptop = net::MacAddress::parse("02:00:5e:10:00:18").value();
const net::MacAddress router = net::MacAddress::parse("02:00:5e:10:ff:01").value();
const net::IpAddress dhcp_server = net::IpAddress::parse("10.20.0.1").value();
const net::IpAddress access_point = net::IpAddress::parse("10.20.2.9").value();

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }

identity::Register people() {
  std::vector<identity::Person> all;
  for (const char* id : {"p17", "p18"}) {
    identity::Person person;
    person.id = model::PersonId(id);
    all.push_back(std::move(person));
  }
  return {all, {}, {.routers = {router}, .shared = {}}};
}

Policies policies() {
  auto catalogue = classify::Catalogue::build({{model::ServiceId("photo-share"),
                                                "Photo share",
                                                "Test",
                                                model::Category("social"),
                                                true,
                                                {{name("photo-share.example"), model::Role::core, 1}},
                                                "test.toml",
                                                1}},
                                              model::Revision("c1"));
  return {std::make_shared<const classify::Catalogue>(std::move(catalogue).value()),
          std::make_shared<const policy::RuleBook>()};
}

/// A sensor behind a router, so that only what is told leads from an address to somebody.
class Office {
 public:
  Office()
      : pipeline_(
            policies(), people(), account::Method{},
            Options{
                .hash_key = {}, .findings = false, .trust = {{*net::Network::parse("10.20.0.1")}, {}, {}}}) {}

  Office& tell(const Sign& sign) {
    pipeline_.consume(sign);
    return *this;
  }
  Office& tell(const Event& event) {
    pipeline_.consume(event);
    return *this;
  }
  /// Reading and clicking for that long.
  Office& browse(Timestamp from, std::chrono::seconds length, const net::MacAddress& mac = router) {
    const model::Client client{desk, mac, 0};
    model::Sighting sighting;
    sighting.at = from;
    sighting.flow = ++flow_;
    sighting.client = client;
    sighting.host = name("www.photo-share.example");
    sighting.evidence = model::NameEvidence::tls_server_name;
    sighting.confirmation = model::Confirmation::acknowledged;
    pipeline_.consume(sighting);
    pipeline_.consume(model::FlowSecond{from, flow_, client, 1500, 250'000});
    constexpr std::array gaps{7, 13, 22, 9, 31, 5, 18, 44, 11, 27};
    std::size_t i = 0;
    for (auto at = std::chrono::seconds(7); at < length;
         at += std::chrono::seconds(gaps.at(++i % gaps.size())))
      pipeline_.consume(model::FlowSecond{from + at, flow_, client,
                                          2100U + static_cast<std::uint32_t>(at.count() % 97) * 17U, 40'000});
    return *this;
  }
  Output end(Timestamp at) {
    pipeline_.consume(model::Tick{at});
    return pipeline_.drain();
  }
  Pipeline& operator*() { return pipeline_; }

 private:
  Pipeline pipeline_;
  model::FlowId flow_ = 0;
};

Event event(Event::Kind kind, Timestamp at, Timestamp recorded, const char* who = "") {
  Event out;
  out.kind = kind;
  out.valid.from = at;
  out.recorded_at = recorded;
  out.source = Event::Source::windows;
  out.mac = laptop;
  out.person = who;
  return out;
}
Event lease(Timestamp at) {
  Event out = event(Event::Kind::lease, at, at);
  out.address = desk;
  out.source = Event::Source::dhcp;
  return out;
}

/// Whole minutes of ten o'clock that stand under the subject.
std::vector<int> minutes_of(const Output& out, const std::string& subject) {
  std::vector<int> found;
  for (const auto& slice : out.slices) {
    const int minute = static_cast<int>((slice.minute - minute_of(ten)).count());
    if (slice.subject.text() == subject && (found.empty() || found.back() != minute)) found.push_back(minute);
  }
  return found;
}

TEST(Tenancy, SignsOnTheWireMakeAPersonOfAnAddress) {
  Office office;
  Sign lease_seen;
  lease_seen.at = ten - 1h;
  lease_seen.source = Sign::Source::dhcp;
  lease_seen.kind = Sign::Kind::lease;
  lease_seen.address = desk;
  lease_seen.mac = laptop;
  lease_seen.lifetime = 8h;
  lease_seen.server = dhcp_server;
  Sign session;
  session.at = ten - 50min;
  session.source = Sign::Source::radius;
  session.kind = Sign::Kind::session_start;
  session.mac = laptop;
  session.account = "p17";
  session.session = "s1";
  session.server = session.access_server = access_point;
  session.authentic = true;
  office.tell(lease_seen).tell(session).browse(ten, 3min);
  const Output out = office.end(ten + 1h);
  EXPECT_THAT(minutes_of(out, "p17"), ElementsAre(0, 1, 2, 3)) << "the last action holds a minute";
  ASSERT_FALSE(out.slices.empty());
  EXPECT_EQ(out.slices.front().weakest_identity, model::IdentityGrade::a);
  const auto by = std::find_if(out.bindings.begin(), out.bindings.end(), [&](const model::Binding& binding) {
    return binding.id() == out.slices.front().binding;
  });
  ASSERT_NE(by, out.bindings.end());
  EXPECT_EQ(by->value, "p17");
  EXPECT_EQ(by->source, Event::Source::radius);
}

TEST(Tenancy, SignsThatAnybodyCanForgeMakeNobodyOfIt) {
  Office office;
  Sign forged;
  forged.at = ten - 1h;
  forged.source = Sign::Source::radius;
  forged.kind = Sign::Kind::session_start;
  forged.mac = laptop;
  forged.address = desk;
  forged.account = "p17";
  forged.server = forged.access_server = access_point;
  office.tell(forged).browse(ten, 3min);
  const Output out = office.end(ten + 1h);
  EXPECT_THAT(minutes_of(out, "p17"), IsEmpty());
  EXPECT_THAT(out.bindings, IsEmpty());
}

TEST(Tenancy, WhoeverTakesAColleaguesAddressUsesNothingInTheirName) {
  Office office;
  Event logon = event(Event::Kind::logon, ten - 1h, ten - 1h, "p17");
  logon.mac.reset();
  logon.address = desk;
  office.tell(logon).browse(ten, 3min, laptop).browse(ten + 30min, 3min, other_laptop);
  const Output out = office.end(ten + 2h);
  EXPECT_THAT(minutes_of(out, "p17"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(minutes_of(out, "device:02:00:5e:10:00:18"), ElementsAre(30, 31, 32, 33));
}

TEST(Tenancy, MinuteIsSomebodysOnlyWhereTheyAreThereForTheWholeOfIt) {
  Office office;
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten + 90s, ten + 90s, "p17"));
  office.browse(ten, 210s).tell(event(Event::Kind::logoff, ten + 210s, ten + 210s, "p17"));
  office.browse(ten + 215s, 60s);
  const Output out = office.end(ten + 1h);
  EXPECT_THAT(minutes_of(out, "p17"), ElementsAre(2)) << "they came in minute 1 and left in minute 3";
  EXPECT_THAT(minutes_of(out, "device:" + laptop.to_string()), Contains(3));
  for (const auto& slice : out.slices)
    EXPECT_TRUE(slice.subject.person() || slice.grade == model::Grade::weak);
}

TEST(Tenancy, LeaseThatRanOutEndsTheHoldAtThatTimeThoughNobodySaidSo) {
  Office office;
  Event until = lease(ten - 1h);
  until.valid.to = ten + 3min;
  office.tell(until).tell(event(Event::Kind::logon, ten - 50min, ten - 50min, "p17")).browse(ten, 175s);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), ElementsAre(0, 1, 2))
      << "the last action is held a minute";
}

TEST(Tenancy, LeaseThatIsRenewedInTimeEndsNoHold) {
  Office office;
  Event until = lease(ten - 1h);
  until.valid.to = ten + 3min;
  Event renewed = lease(ten + 2min + 58s);
  office.tell(until)
      .tell(event(Event::Kind::logon, ten - 50min, ten - 50min, "p17"))
      .browse(ten, 175s)
      .tell(renewed);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), ElementsAre(0, 1, 2, 3));
}

TEST(Tenancy, WordOfADomainControllerHoldsNoUseBeyondItsTime) {
  Office office;
  Event until = lease(ten - 1h);
  until.valid.to = ten + 1h;  // half of it: the word holds for an hour
  Event ticket = event(Event::Kind::logon, ten - 57min, ten - 57min, "p17");
  ticket.source = Event::Source::dc;
  ticket.mac.reset();
  ticket.address = desk;
  office.tell(until).tell(ticket).browse(ten, 175s);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), ElementsAre(0, 1, 2));
}

TEST(Tenancy, LateEvidenceTakesMinutesThatAreStillOpenBeforeTheyAreTold) {
  Office office;
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten - 1h, ten - 1h, "p17"));
  office.browse(ten, 10min);
  // p17 had locked the screen at 10:05; the machine tells it eight minutes later.
  office.tell(event(Event::Kind::lock, ten + 5min, ten + 13min, "p17"));
  const Output out = office.end(ten + 1h);
  EXPECT_THAT(minutes_of(out, "p17"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(minutes_of(out, "device:02:00:5e:10:00:17"), ElementsAre(5, 6, 7, 8, 9, 10));
  for (const auto& slice : out.slices) {
    if (!slice.subject.person()) {
      EXPECT_EQ(slice.grade, model::Grade::weak);
      EXPECT_EQ(slice.lower_seconds, 0);
    }
  }
}

TEST(Tenancy, LateEvidenceAmendsWhatWasTold) {
  Office office;
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten - 1h, ten - 1h, "p17"));
  office.browse(ten, 10min);
  const Output told = office.end(ten + 40min);
  EXPECT_THAT(minutes_of(told, "p17"), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_THAT(told.amendments, IsEmpty());
  office.tell(event(Event::Kind::logon, ten + 5min, ten + 41min, "p18"));
  const Output out = office.end(ten + 42min);
  ASSERT_EQ(out.amendments.size(), 1U);
  EXPECT_EQ(out.amendments[0].person.text(), "p17");
  EXPECT_EQ(out.amendments[0].withdrawn.from, ten + 5min);
  const auto taken = [&](const model::UsageSlice& slice) { return is_amended(slice, out.amendments[0]); };
  EXPECT_EQ(std::count_if(told.slices.begin(), told.slices.end(), taken),
            std::count_if(told.slices.begin(), told.slices.end(),
                          [&](const auto& slice) { return slice.minute >= minute_of(ten + 5min); }));
}

TEST(Tenancy, SourceWhoseClockIsFarOffIsIgnoredAndSaid) {
  Office office;
  for (int i = 0; i < 5; ++i) {
    const Timestamp arrived = ten - 1h + std::chrono::minutes(i);
    office.tell(event(i % 2 == 0 ? Event::Kind::logon : Event::Kind::logoff, arrived + 1h, arrived, "p18"));
  }
  office.tell(lease(ten - 10min)).tell(event(Event::Kind::logon, ten + 55min, ten - 5min, "p17"));
  office.browse(ten, 3min);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), IsEmpty());
  const auto clocks = (*office).source_clocks();
  ASSERT_EQ(clocks.size(), 1U);
  EXPECT_EQ(clocks[0].source, "windows");
  EXPECT_EQ(clocks[0].off.size(), 1U);
}

/// Somebody at another machine, as an access server says.
Event elsewhere(Event::Kind kind, Timestamp at, Timestamp arrived, const char* sender) {
  Event out = event(kind, at, arrived, "p18");
  out.source = Event::Source::radius;
  out.address = net::IpAddress::parse("10.20.1.18").value();
  out.mac = other_laptop;
  out.sender = sender;
  return out;
}

TEST(Tenancy, AccessServerThatWasCutOffForAWhileIsBelieved) {
  Office office;
  const auto kind = [](int i) { return i % 2 == 0 ? Event::Kind::logon : Event::Kind::logoff; };
  for (int i = 0; i < 6; ++i) {
    const Timestamp at = ten - 60min + std::chrono::minutes(i);
    office.tell(elsewhere(kind(i), at, at, "10.20.2.9"));
  }
  // Its line was down from 09:06 to 09:40; then it told all that had happened.
  for (int i = 0; i < 30; ++i)
    office.tell(elsewhere(kind(i), ten - 54min + std::chrono::minutes(i), ten - 20min, "10.20.2.9"));
  for (int i = 0; i < 3; ++i) {
    Event logon = event(Event::Kind::logon, ten - 10min, ten - 10min, "p17");
    logon.source = Event::Source::radius;
    logon.address = desk;
    logon.sender = "10.20.2.9";
    logon.session = "10.20.2.9/" + std::to_string(i);
    office.tell(logon);
  }
  office.browse(ten, 3min);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), Contains(1));
}

TEST(Tenancy, WrongClockOfOneMachineSilencesNoOther) {
  Office office;
  for (int i = 0; i < 12; ++i) {
    const Timestamp arrived = ten - 50min + std::chrono::minutes(i);
    office.tell(elsewhere(i % 2 == 0 ? Event::Kind::logon : Event::Kind::logoff, arrived - 1h, arrived,
                          "10.20.2.10"));
  }
  office.tell(lease(ten - 10min));
  Event logon = event(Event::Kind::logon, ten - 5min, ten - 5min, "p17");
  logon.source = Event::Source::radius;
  logon.sender = "10.20.2.9";
  office.tell(logon).browse(ten, 3min);
  EXPECT_THAT(minutes_of(office.end(ten + 1h), "p17"), Contains(1));
}

TEST(Tenancy, LateLogonOfAMachineNotHeardBeforeHoldsFromWhenItCameAndEndsWhoWasThere) {
  Office office;
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten - 1h, ten - 1h, "p17"));
  office.browse(ten, 13min);
  // Either p18 sat down at 10:05 and the machine was slow to tell, or its clock is eight minutes behind.
  Event late = event(Event::Kind::logon, ten + 5min, ten + 13min, "p18");
  late.sender = "10.20.1.17";
  office.tell(late);
  office.browse(ten + 13min + 5s, 7min);
  const Output out = office.end(ten + 1h);
  EXPECT_THAT(minutes_of(out, "p17"), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(minutes_of(out, "p18"), ElementsAre(13, 14, 15, 16, 17, 18, 19, 20, 21));
}

TEST(Tenancy, NothingBeginsAfterItWasTold) {
  Office office;
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten - 1h + 2s, ten - 1h, "p17"));
  for (const auto& binding : office.end(ten).bindings) EXPECT_LE(binding.valid.from, ten - 1h);
}

/// p17 logs on; then the same source tells of another machine, six times, as much too late or too early.
void let_the_clock_be_off(Office& office, Duration late) {
  office.tell(lease(ten - 1h)).tell(event(Event::Kind::logon, ten - 1h, ten - 1h, "p17"));
  for (int i = 0; i < 6; ++i) {
    const Timestamp arrived = ten - 50min + std::chrono::minutes(i);
    Event other =
        event(i % 2 == 0 ? Event::Kind::logon : Event::Kind::logoff, arrived - late, arrived, "p18");
    other.address = net::IpAddress::parse("10.20.1.18").value();
    other.mac = other_laptop;
    office.tell(other);
  }
}

TEST(Tenancy, SourceWhoseClockIsFarOffIsBelievedThatSomebodyWent) {
  for (const Duration late : {Duration(30min), Duration(-30min)}) {
    for (const auto kind : {Event::Kind::logoff, Event::Kind::lock}) {
      Office office;
      let_the_clock_be_off(office, late);
      office.browse(ten, 10min);
      office.tell(event(kind, ten + 12min - late, ten + 12min, "p17"));
      office.browse(ten + 20min, 10min);
      for (const auto minute : minutes_of(office.end(ten + 1h), "p17")) EXPECT_LT(minute, 12) << late.count();
    }
  }
}

TEST(Tenancy, SourceWhoseClockIsFarOffIsBelievedThatSomebodyElseCame) {
  for (const Duration late : {Duration(30min), Duration(-30min)}) {
    Office office;
    let_the_clock_be_off(office, late);
    office.browse(ten, 10min);
    office.tell(event(Event::Kind::logon, ten + 12min - late, ten + 12min, "p18"));
    office.browse(ten + 20min, 10min);
    const Output out = office.end(ten + 1h);
    for (const auto minute : minutes_of(out, "p17")) EXPECT_LT(minute, 12) << late.count();
    EXPECT_THAT(minutes_of(out, "p18"), IsEmpty());
  }
}

TEST(Tenancy, SlowSourceNeverLengthensWhatSomebodyHeld) {
  Office office;
  office.tell(lease(ten - 1h));
  for (int i = 0; i < 6; ++i) {
    const Timestamp at = ten - 1h + std::chrono::minutes(i);
    office.tell(event(i % 2 == 0 ? Event::Kind::logon : Event::Kind::logoff, at, at + 90s, "p18"));
  }
  office.tell(event(Event::Kind::logon, ten, ten + 90s, "p17"));
  office.tell(event(Event::Kind::logoff, ten + 20min, ten + 20min + 90s, "p17"));
  std::vector<model::Interval> held;
  for (const auto& binding : office.end(ten + 22min).bindings) {
    if (binding.value == "p17" && binding.state == model::Binding::State::held) held.push_back(binding.valid);
  }
  ASSERT_FALSE(held.empty());
  EXPECT_EQ(held.back(), (model::Interval{ten + 90s, ten + 20min}));
}

}  // namespace
}  // namespace edgewatch::pipeline
