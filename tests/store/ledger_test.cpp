#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ARCHITECTURE D5, law: nobody but evidence::Authorities can make the value that the reads ask for.
static_assert(!std::is_default_constructible_v<model::CaseAuthority>);
static_assert(
    !std::is_constructible_v<model::CaseAuthority, model::CaseReference, model::PersonId, model::DateRange>);
static_assert(!std::is_aggregate_v<model::CaseAuthority>);

// The numbers of these enumerators are the file's format: a new one goes at the end.
static_assert(static_cast<int>(model::Kind::playing) == 1 && static_cast<int>(model::Kind::concurrent) == 2);
static_assert(static_cast<int>(model::Grade::moderate) == 1 && static_cast<int>(model::Grade::strong) == 2);
static_assert(static_cast<int>(model::Purpose::authorised) == 1 &&
              static_cast<int>(model::RuleClass::security) == 2);
static_assert(static_cast<int>(model::NameEvidence::quic_server_name) == 6 &&
              static_cast<int>(model::IdentityGrade::a) == 3);
static_assert(static_cast<int>(model::Basis::logon) == 6 &&
              static_cast<int>(model::CaseReason::breach_of_rules) == 1);

std::vector<int> seconds_of(const std::vector<model::UsageSlice>& slices) {
  std::vector<int> seconds;
  seconds.reserve(slices.size());
  for (const auto& slice : slices) seconds.push_back(slice.seconds);
  return seconds;
}

const model::DateRange november = dates("2026-11-01", "2026-11-30");

TEST(Ledger, GivesBackASliceAsItWasWritten) {
  Ledger ledger(":memory:");
  model::UsageSlice written = slice("p17", "photo-share", "2026-11-17T10:05Z", 42);
  written.kind = model::Kind::playing;
  written.grade = model::Grade::moderate;
  written.purpose = model::Purpose::authorised;
  ledger.write({written});
  const auto read = ledger.usage(authority("p17"), november);
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(all_of(read[0]), all_of(written));
}

TEST(Ledger, WritingTheSameMinuteAgainChangesNothing) {
  Ledger ledger(":memory:");
  const std::vector slices = {slice("p17", "photo-share", "2026-11-17T10:05Z", 42),
                              slice("p17", "micro-blog", "2026-11-17T10:05Z", 10)};
  ledger.write(slices);
  ledger.write(slices);
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), november)), ElementsAre(10, 42));
}

TEST(Ledger, TheLargerOfTwoTellingsOfAMinuteStandsInEitherOrder) {
  Ledger up(":memory:");
  up.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 20)});
  up.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 35)});
  EXPECT_THAT(seconds_of(up.usage(authority("p17"), november)), ElementsAre(35));
  Ledger down(":memory:");
  down.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 35)});
  down.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 20)});
  EXPECT_THAT(seconds_of(down.usage(authority("p17"), november)), ElementsAre(35));
}

TEST(Ledger, ASubjectsSecondsOfOneMinuteNeverPassSixty) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 40)});
  model::UsageSlice playing = slice("p17", "video", "2026-11-17T10:05Z", 50);
  playing.kind = model::Kind::playing;
  ledger.write({playing, slice("p17", "wiki", "2026-11-17T10:05Z", 30)});
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), november)), ElementsAre(40, 20));
}

TEST(Ledger, ConcurrentPlayingIsNotPartOfTheSixty) {
  Ledger ledger(":memory:");
  model::UsageSlice beside = slice("p17", "video", "2026-11-17T10:05Z", 60);
  beside.kind = model::Kind::concurrent;
  ledger.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 60), beside});
  const auto read = ledger.usage(authority("p17"), november);
  EXPECT_THAT(seconds_of(read), ElementsAre(60, 60));
  EXPECT_EQ(read[1].lower_seconds, 0);
}

TEST(Ledger, TwoPeopleAndTwoMinutesDoNotShareTheSixty) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 60),
                slice("p18", "video", "2026-11-17T10:05Z", 60),
                slice("p17", "video", "2026-11-17T10:06Z", 60)});
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), november)), ElementsAre(60, 60));
  EXPECT_THAT(seconds_of(ledger.usage(authority("p18"), november)), ElementsAre(60));
}

TEST(Ledger, WeakTimeHasNoLowerFigure) {
  Ledger ledger(":memory:");
  model::UsageSlice weak = slice("p17", "video", "2026-11-17T10:05Z", 60);
  weak.grade = model::Grade::weak;
  ledger.write({weak});
  EXPECT_EQ(ledger.usage(authority("p17"), november).at(0).lower_seconds, 0);
}

TEST(Ledger, AVisitToASiteThatIsNoServiceCannotBeWritten) {
  Ledger ledger(":memory:");
  EXPECT_THROW(ledger.write({slice("p17", "www.unlisted.example", "2026-11-17T10:05Z", 42)}), StoreError);
  EXPECT_THROW(ledger.write({slice("p17", "", "2026-11-17T10:05Z", 42)}), StoreError);
  EXPECT_EQ(ledger.status().usage_rows, 0U);
}

TEST(Ledger, AFailedWriteLeavesNothingOfItsBatch) {
  Ledger ledger(":memory:");
  EXPECT_THROW(ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 42),
                             slice("p17", "not.a.service", "2026-11-17T10:06Z", 42)}),
               StoreError);
  EXPECT_EQ(ledger.status().usage_rows, 0U);
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 42)});
  EXPECT_EQ(ledger.status().usage_rows, 1U);
}

TEST(Ledger, AnAuthorityReadsThatPersonAlone) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 1), slice("p18", "video", "2026-11-17T10:05Z", 2),
                slice("device:02:00:5e:10:00:01", "video", "2026-11-17T10:05Z", 3),
                slice("unattributed", "video", "2026-11-17T10:05Z", 4)});
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), november)), ElementsAre(1));
  EXPECT_THAT(ledger.usage(authority("p19"), november), IsEmpty());
}

TEST(Ledger, AnAuthorityReadsItsOwnDatesAlone) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-11-16T10:05Z", 1), slice("p17", "video", "2026-11-17T10:05Z", 2),
                slice("p17", "video", "2026-11-18T10:05Z", 3)});
  const auto narrow = authority("p17", "2026-11-17", "2026-11-17");
  EXPECT_THAT(seconds_of(ledger.usage(narrow, november)), ElementsAre(2));
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), dates("2026-11-17", "2026-11-18"))),
              ElementsAre(2, 3));
  EXPECT_THAT(ledger.usage(narrow, dates("2026-11-18", "2026-11-30")), IsEmpty());
}

TEST(Ledger, DatesAreThoseOfLondonInSummer) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-07-13T22:59Z", 1), slice("p17", "video", "2026-07-13T23:00Z", 2),
                slice("p17", "video", "2026-07-14T22:59Z", 3),
                slice("p17", "video", "2026-07-14T23:00Z", 4)});
  EXPECT_THAT(seconds_of(ledger.usage(authority("p17"), dates("2026-07-14", "2026-07-14"))),
              ElementsAre(2, 3));
}

TEST(Ledger, ExclusionsStandOncePerRunAndAddUpOverRuns) {
  Ledger ledger(":memory:");
  const CivilDate day = date("2026-11-17");
  const Timestamp first = parse_rfc3339("2026-11-17T08:00:00Z").value();
  const Timestamp second = parse_rfc3339("2026-11-17T12:00:00Z").value();
  ledger.write(std::vector<model::Exclusion>{{person("p17"), day, "embedded", 3},
                                             {person("p17"), day, "push", 1},
                                             {person("p18"), day, "push", 9}},
               first);
  ledger.write(std::vector<model::Exclusion>{{person("p17"), day, "embedded", 4}}, first);
  ledger.write(std::vector<model::Exclusion>{{person("p17"), day, "embedded", 4}}, first);
  ledger.write(std::vector<model::Exclusion>{{person("p17"), day, "embedded", 1}}, second);
  const auto read = ledger.exclusions(authority("p17"), november);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].reason, "embedded");
  EXPECT_EQ(read[0].count, 5U);
  EXPECT_EQ(read[1].count, 1U);
  EXPECT_THAT(ledger.exclusions(authority("p17", "2026-11-18", "2026-11-18"), november), IsEmpty());
}

model::BlockCount block(model::RuleClass rule_class, const std::string& address, std::uint32_t attempts) {
  model::BlockCount block;
  block.minute = minute("2026-11-17T10:05Z");
  block.client.address = *net::IpAddress::parse(address);
  block.person = model::PersonId("p17");
  block.name = net::HostName::from_user("hidden.example");
  block.service = model::ServiceId("micro-blog");
  block.category = model::Category("social");
  block.rule = model::RuleId("r-1");
  block.rule_class = rule_class;
  block.mechanism = "observed";
  block.attempts = attempts;
  return block;
}

TEST(Ledger, BlocksOfClassInappropriateKeepThePersonAndNeitherNameNorService) {
  const Folder folder;
  {
    Ledger ledger(folder / "ledger.db");
    ledger.write(std::vector{block(model::RuleClass::inappropriate, "10.20.0.7", 2)});
    const auto told = ledger.blocks(november);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].attempts, 2U);
    EXPECT_EQ(told[0].service, std::nullopt);
    EXPECT_THAT(ledger.blocks_by_person(november),
                ElementsAre(PersonBlocks{model::PersonId("p17"), model::RuleId("r-1"), "observed", 2,
                                         minute("2026-11-17T10:05Z"), minute("2026-11-17T10:05Z")}));
  }
  EXPECT_THAT(folder.files_with("p17"), ElementsAre("ledger.db"));
  for (const char* forbidden : {"hidden.example", "micro-blog", "10.20.0.7"})
    EXPECT_THAT(folder.files_with(forbidden), IsEmpty()) << forbidden;
}

TEST(Ledger, BlocksOfOtherClassesKeepTheServiceAndNoPersonNorClient) {
  const Folder folder;
  {
    Ledger ledger(folder / "ledger.db");
    ledger.write(std::vector{block(model::RuleClass::policy, "10.20.0.7", 2),
                             block(model::RuleClass::policy, "10.20.0.8", 3)});
    const auto told = ledger.blocks(november);
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0],
              (BlockRecord{minute("2026-11-17T10:05Z"), model::RuleId("r-1"), model::RuleClass::policy,
                           model::ServiceId("micro-blog"), "observed", 5}));
  }
  EXPECT_THAT(folder.files_with("micro-blog"), ElementsAre("ledger.db"));
  for (const char* forbidden : {"hidden.example", "p17", "10.20.0"})
    EXPECT_THAT(folder.files_with(forbidden), IsEmpty()) << forbidden;
}

TEST(Ledger, BlocksOfAMinuteToldAgainAreNotAddedUp) {
  Ledger ledger(":memory:");
  ledger.write(std::vector{block(model::RuleClass::policy, "10.20.0.7", 2)});
  ledger.write(std::vector{block(model::RuleClass::policy, "10.20.0.7", 2)});
  EXPECT_EQ(ledger.blocks(november).at(0).attempts, 2U);
}

TEST(Ledger, CoverageComesBackWhereItTouchesThePeriod) {
  Ledger ledger(":memory:");
  model::Coverage watched;
  watched.source = "eth0";
  watched.interval = {at("2026-11-17T10:05:00Z"), at("2026-11-17T10:06:00Z")};
  watched.seen = 1000;
  watched.lost_in_kernel = 7;
  watched.unnamed_ech = 3;
  for (std::size_t i = 0; i < watched.signs.size(); ++i) watched.signs.at(i) = 100 + i;
  watched.tls_with_dns = 21;
  watched.ambiguous = 4;
  model::Coverage gap;
  gap.source = "edgewatchd";
  gap.interval = {at("2026-11-17T23:50:00Z"), at("2026-11-18T00:10:00Z")};
  gap.state = model::Coverage::State::gap;
  ledger.write(std::vector{watched, gap});
  ledger.write(std::vector{watched, gap});
  const auto read = ledger.coverage(dates("2026-11-17", "2026-11-17"));
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].lost_in_kernel, 7U);
  EXPECT_EQ(read[0].unnamed_ech, 3U);
  EXPECT_EQ(read[0].signs, watched.signs);
  EXPECT_EQ(read[0].tls_with_dns, 21U);
  EXPECT_EQ(read[0].ambiguous, 4U);
  EXPECT_TRUE(read[0].causes_measured);
  EXPECT_EQ(read[1].state, model::Coverage::State::gap);
  EXPECT_THAT(ledger.coverage(dates("2026-11-18", "2026-11-18")), SizeIs(1));
}

model::Binding binding(model::Binding::Layer layer, const std::string& key, const std::string& value,
                       const std::string& from, const std::string& to) {
  return {layer, key, value, {at(from), at(to)}, at(from), model::Basis::lease};
}

TEST(Ledger, BindingsAreThePersonsOwnAndTheirDevicesCutToThePeriod) {
  using Layer = model::Binding::Layer;
  Ledger ledger(":memory:");
  ledger.write(std::vector{
      binding(Layer::device_to_person, "02:00:5e:10:00:01", "p17", "2026-11-16T08:00:00Z",
              "2026-11-17T12:00:00Z"),
      binding(Layer::device_to_person, "02:00:5e:10:00:01", "p18", "2026-11-17T12:00:00Z",
              "2026-11-17T18:00:00Z"),
      binding(Layer::address_to_device, "10.20.0.7", "02:00:5e:10:00:01", "2026-11-17T07:00:00Z",
              "2026-11-17T18:00:00Z"),
  });
  const auto read = ledger.bindings(authority("p17", "2026-11-17", "2026-11-17"), november);
  ASSERT_THAT(read, SizeIs(2));
  EXPECT_EQ(read[0].valid, (model::Interval{at("2026-11-17T00:00:00Z"), at("2026-11-17T12:00:00Z")}));
  EXPECT_EQ(read[1].key, "10.20.0.7");
  EXPECT_EQ(read[1].valid, (model::Interval{at("2026-11-17T07:00:00Z"), at("2026-11-17T12:00:00Z")}));
}

TEST(Ledger, ABindingToldAgainIsClosedByTheLaterRecord) {
  Ledger ledger(":memory:");
  auto open = binding(model::Binding::Layer::device_to_person, "02:00:5e:10:00:01", "p17",
                      "2026-11-17T08:00:00Z", "2026-11-17T20:00:00Z");
  auto closed = open;
  closed.valid.to = at("2026-11-17T09:00:00Z");
  closed.recorded_at = at("2026-11-17T09:00:00Z");
  ledger.write(std::vector{open});
  ledger.write(std::vector{closed});
  ledger.write(std::vector{open});
  const auto read = ledger.bindings(authority("p17"), november);
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].valid.to, at("2026-11-17T09:00:00Z"));
}

TEST(Ledger, RemembersMethodsAndRevisionsWithTheTimeTheyWereSeen) {
  Ledger ledger(":memory:");
  ledger.write_method("1", R"({"hold_s":60})", at("2026-11-17T10:00:00Z"));
  ledger.write_method("1", R"({"hold_s":60})", at("2026-11-18T10:00:00Z"));
  ledger.write_revision("catalogue", model::Revision("c1"), "services: 40", at("2026-11-17T10:00:00Z"));
  ledger.write_revision("catalogue", model::Revision("c1"), "services: 40", at("2026-11-18T10:00:00Z"));
  EXPECT_THAT(ledger.methods(),
              ElementsAre(MethodRecord{"1", R"({"hold_s":60})", at("2026-11-17T10:00:00Z")}));
  EXPECT_THAT(ledger.revisions(),
              ElementsAre(RevisionRecord{"catalogue", model::Revision("c1"), "services: 40",
                                         at("2026-11-17T10:00:00Z"), at("2026-11-18T10:00:00Z")}));
}

TEST(Ledger, SaysWhatWasInForceAtAMomentThoughItCameBackLater) {
  Ledger ledger(":memory:");
  const auto put = [&](const char* revision, const char* when) {
    ledger.put_in_force("lists", model::Revision(revision), at(when));
  };
  put("one", "2026-11-17T10:00:00Z");
  put("one", "2026-11-17T11:00:00Z");  // a restart
  put("two", "2026-11-17T12:00:00.250Z");
  put("one", "2026-11-17T13:00:00Z");
  put("", "2026-11-17T14:00:00Z");
  ledger.put_in_force("rule_book", model::Revision("r1"), at("2026-11-17T09:00:00Z"));
  const auto then = [&](const char* when) { return ledger.in_force("lists", at(when)); };
  EXPECT_EQ(then("2026-11-17T09:59:59Z"), std::nullopt);
  EXPECT_EQ(then("2026-11-17T12:00:00Z"), model::Revision("one"));
  EXPECT_EQ(then("2026-11-17T12:00:00.250Z"), model::Revision("two"));
  EXPECT_EQ(then("2026-11-17T13:30:00Z"), model::Revision("one"));
  EXPECT_EQ(then("2026-11-18T00:00:00Z"), model::Revision());
}

TEST(Ledger, WhatPassedTheGatewayComesBackNewestFirstAndGoesWithTheYear) {
  Ledger ledger(":memory:");
  const model::GatewayGap one{{at("2026-11-17T10:00:00Z"), at("2026-11-17T10:00:05Z")}, 500, 40};
  const model::GatewayGap two{{at("2026-11-18T10:00:00Z"), at("2026-11-18T10:00:01Z")}, 9, 9};
  const model::GatewayGap uncounted{{at("2026-11-16T10:00:00Z"), at("2026-11-16T10:00:01Z")}, 0, 0};
  ledger.write(std::vector{one, two, uncounted});
  ledger.write(std::vector{one});
  EXPECT_THAT(ledger.gateway_gaps(5), ElementsAre(two, one, uncounted));
  EXPECT_THAT(ledger.gateway_gaps(1), ElementsAre(two));
  static_cast<void>(ledger.purge(date("2026-11-17"), PurgeMode::remove));
  EXPECT_THAT(ledger.gateway_gaps(5), ElementsAre(two));
}

TEST(Ledger, ClockStepsStandInOrder) {
  Ledger ledger(":memory:");
  ledger.write_clock_step(at("2026-11-17T10:05:00Z"), std::chrono::hours(1));
  ledger.write_clock_step(at("2026-11-17T10:05:00Z"), std::chrono::hours(1));
  const auto read = ledger.clock_steps(november);
  ASSERT_THAT(read, SizeIs(1));
  EXPECT_EQ(read[0].at, at("2026-11-17T10:05:00Z"));
  EXPECT_EQ(read[0].step, std::chrono::hours(1));
}

TEST(Ledger, StatusNamesTheNewestMinuteAndTheLastHeartbeat) {
  Ledger ledger(":memory:");
  EXPECT_EQ(ledger.status().newest_minute, std::nullopt);
  EXPECT_EQ(ledger.status().last_heartbeat, std::nullopt);
  ledger.write(
      {slice("p17", "video", "2026-11-17T10:05Z", 1), slice("p18", "video", "2026-11-17T10:07Z", 1)});
  ledger.heartbeat(at("2026-11-17T10:22:00Z"));
  const Status status = ledger.status();
  EXPECT_EQ(status.usage_rows, 2U);
  EXPECT_EQ(status.newest_minute, minute("2026-11-17T10:07Z"));
  EXPECT_EQ(status.last_heartbeat, at("2026-11-17T10:22:00Z"));
}

TEST(Ledger, ACaseComesBackAsItWasOpenedAndClosesOnce) {
  Ledger ledger(":memory:");
  ledger.open_case(open_case("HR-2026-014", "p17"));
  ledger.open_case(open_case("HR-2026-002", "p18"));
  EXPECT_THROW(ledger.open_case(open_case("HR-2026-002", "p19")), StoreError);
  ledger.close_case(model::CaseReference("HR-2026-014"), at("2026-11-21T09:00:00Z"));
  ledger.close_case(model::CaseReference("HR-2026-014"), at("2026-12-21T09:00:00Z"));
  const auto found = ledger.find_case(model::CaseReference("HR-2026-014"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->person, model::PersonId("p17"));
  EXPECT_EQ(found->period, dates("2026-11-01", "2026-11-20"));
  EXPECT_EQ(found->closed_at, at("2026-11-21T09:00:00Z"));
  EXPECT_EQ(ledger.find_case(model::CaseReference("HR-2026-999")), std::nullopt);
  ASSERT_THAT(ledger.cases(), SizeIs(2));
  EXPECT_EQ(ledger.cases()[0].reference, model::CaseReference("HR-2026-002"));
}

}  // namespace
}  // namespace edgewatch::store
