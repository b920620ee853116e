#include "edgewatch/account/accountant.hpp"

#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using namespace std::chrono_literals;
using model::Grade;
using model::IdentityGrade;
using model::NameEvidence;
using model::Reason;

Story use() { return std::move(Story().load(0).acts(7, 600)); }

Figures social(const Output& output, const std::string& subject = "p17") {
  return figures(output.slices, "social", subject);
}

void add(Accountant& accountant, const Story& story, double shift = 0, double from = -1e9, double to = 1e9) {
  for (Activity activity : story.activities()) {
    if (activity.at < at_ten(from) || activity.at >= at_ten(to)) continue;
    activity.at += Duration(static_cast<std::int64_t>(shift * 1e6));
    accountant.add(activity);
  }
}

TEST(Grade, IsNoBetterThanTheIdentity) {
  const auto with = [](IdentityGrade grade) {
    Story story;
    story.identity = grade;
    return social(account(story.load(0).acts(7, 600)));
  };
  EXPECT_GT(with(IdentityGrade::a).strong, 590);
  EXPECT_GT(with(IdentityGrade::b).interactive, 590);
  EXPECT_EQ(with(IdentityGrade::b).strong, 0);
  EXPECT_EQ(with(IdentityGrade::c).interactive, 0);
  EXPECT_TRUE(with(IdentityGrade::c).has(Reason::shared));
  EXPECT_EQ(with(IdentityGrade::c).lower, 0);
  EXPECT_EQ(with(IdentityGrade::none).interactive, 0);
}

TEST(Grade, IsNoBetterThanTheName) {
  Story story;
  story.evidence = NameEvidence::dns_answer_address;
  const Figures figures = social(account(story.load(0).acts(7, 600)));
  EXPECT_EQ(figures.strong, 0);
  EXPECT_GT(figures.interactive, 590);
  EXPECT_TRUE(figures.has(Reason::dns_name));
}

TEST(Grade, IsModerateWhereTheHelloMayHideAnotherName) {
  Story story;
  story.name_in_doubt = true;
  const Figures figures = social(account(story.load(0).acts(7, 600)));
  EXPECT_EQ(figures.strong, 0);
  EXPECT_GT(figures.interactive, 590);
  EXPECT_TRUE(figures.has(Reason::dns_name));
}

TEST(Grade, FallsWithLossAndNeverRises) {
  const auto with_loss = [](std::uint64_t lost) {
    Accountant accountant;
    add(accountant, use());
    for (int minute = 0; minute < 12; ++minute) accountant.loss(minute_of(at_ten(60 * minute)), 0, 100, lost);
    return social(accountant.finish());
  };
  EXPECT_EQ(with_loss(1).strong, with_loss(0).strong);
  EXPECT_EQ(with_loss(5).strong, 0);
  EXPECT_GT(with_loss(5).interactive, 250);
  EXPECT_LE(with_loss(5).interactive, with_loss(0).interactive);
  EXPECT_TRUE(with_loss(5).has(Reason::loss));
  EXPECT_EQ(with_loss(25).interactive, 0);
}

TEST(Grade, OfAHoldThatRunsIntoTheNextMinuteIsNoFirmerThanThatOfItsAction) {
  Accountant accountant;
  add(accountant, use());  // until 10:10, and its last hold is alone in that minute
  for (int minute = 0; minute < 10; ++minute) accountant.loss(minute_of(at_ten(60 * minute)), 0, 100, 25);
  EXPECT_EQ(social(accountant.finish()).interactive, 0);
}

TEST(Purpose, OfAHoldIsThatOfTheMinuteItRunsInto) {
  std::vector<Activity> activities = Story().load(0).acts(7, 115).activities();
  for (Activity& activity : activities) {
    activity.purpose = model::Purpose::authorised;
    if (activity.at >= at_ten(60)) activity.purpose_next_minute = model::Purpose::personal;
  }
  for (const model::UsageSlice& slice : account(activities).slices) {
    const bool authorised = slice.minute < minute_of(at_ten(120));
    EXPECT_EQ(slice.purpose, authorised ? model::Purpose::authorised : model::Purpose::personal)
        << row_text(slice);
  }
}

TEST(Loss,
     AnActionIsHeldForAShorterTimeInAMinuteWithLoss) {  // the page that ended the hold may be what was lost
  const auto isolated_act = [](std::uint64_t lost_later) {
    Story story;
    story.load(0).acts(7, 100).act(110);
    Accountant accountant;
    add(accountant, story);
    accountant.loss(minute_of(at_ten(120)), 0, 100, lost_later);
    return social(accountant.finish()).interactive;
  };
  EXPECT_EQ(isolated_act(0), 171);
  EXPECT_EQ(isolated_act(1), 171);
  EXPECT_EQ(isolated_act(5), 126);
}

TEST(Loss, WhatIsLeftOfAPageEndsAHold) {
  const auto with_rest_of_a_page = [](std::uint64_t lost) {
    Story story;
    story.load(0).acts(7, 100).act(110).ex(122, "www.gazette.example", 700, 9'000);
    Accountant accountant;
    add(accountant, story);
    accountant.loss(minute_of(at_ten(122)), 0, 100, lost);
    return social(accountant.finish()).interactive;
  };
  EXPECT_EQ(with_rest_of_a_page(0), 171);
  EXPECT_EQ(with_rest_of_a_page(5), 122);
}

TEST(Purpose, SplitsTheRowsOfAMinute) {
  Story story;
  story.load(0).acts(7, 300);
  story.purpose = model::Purpose::authorised;
  story.acts(310, 600);
  int authorised = 0;
  int personal = 0;
  for (const model::UsageSlice& slice : account(story).slices) {
    (slice.purpose == model::Purpose::authorised ? authorised : personal) += slice.seconds;
  }
  EXPECT_NEAR(personal, 310, 5);
  EXPECT_NEAR(authorised, 350, 30);
}

TEST(Slice, CarriesWhatItRestsOn) {
  std::vector<Activity> activities = use().activities();
  for (Activity& activity : activities) {
    activity.catalogue = model::Revision("c0ffee");
    activity.rule_book = model::Revision("beef");
  }
  const Output out = account(activities);
  ASSERT_FALSE(out.slices.empty());
  const model::UsageSlice& slice = out.slices.front();
  EXPECT_EQ(slice.catalogue, model::Revision("c0ffee"));
  EXPECT_EQ(slice.rule_book, model::Revision("beef"));
  EXPECT_EQ(slice.category, model::Category("social"));
  EXPECT_EQ(slice.method, Method{}.version);
  EXPECT_EQ(slice.weakest_name, NameEvidence::tls_server_name);
  EXPECT_EQ(slice.weakest_identity, IdentityGrade::a);
}

TEST(Slice, SaysWhereAMinuteIsNothingButHold) {
  const Output out = account(Story().load(0).act(20).act(55));
  ASSERT_EQ(out.slices.size(), 2U);
  EXPECT_EQ(out.slices[0].reasons & model::bit(Reason::hold_only), 0);
  EXPECT_NE(out.slices[1].reasons & model::bit(Reason::hold_only), 0);
}

TEST(Advance, GivesAMinuteFifteenMinutesAfterItsEnd) {
  Accountant accountant;
  add(accountant, use());
  EXPECT_TRUE(accountant.advance(at_ten(15 * 60 + 59)).slices.empty());
  const Output first = accountant.advance(at_ten(16 * 60));
  ASSERT_EQ(first.slices.size(), 1U);
  EXPECT_EQ(first.slices[0].minute, minute_of(at_ten()));
  EXPECT_TRUE(accountant.advance(at_ten(16 * 60)).slices.empty()) << "given once";
}

TEST(Advance, WhatIsOlderThanFinalIsCountedAndDropped) {
  Accountant accountant;
  (void)accountant.advance(at_ten(3'600));
  add(accountant, use());
  EXPECT_EQ(accountant.dropped().late, use().activities().size());
  EXPECT_TRUE(accountant.finish().slices.empty());
}

TEST(Advance, AStampOutsideTheCalendarIsDroppedAndMovesNothing) {
  Accountant accountant;
  Activity wild = use().activities().front();
  wild.at = Timestamp::max();
  accountant.add(wild);
  EXPECT_EQ(accountant.dropped().late, 1U);
  EXPECT_TRUE(accountant.advance(Timestamp::max()).slices.empty());
  EXPECT_TRUE(accountant.advance(Timestamp::min()).slices.empty());
  add(accountant, use());
  EXPECT_GT(social(accountant.finish()).strong, 590);
}

TEST(Finish, LeavesAConfirmedVisitAsItIs) {
  // S01 and nothing after it.
  EXPECT_GT(social(account(use())).strong, 590);
}

TEST(Finish, CountsNothingThatMayYetBecomeACadence) {
  Story story;
  story.load(0).acts(7, 120);
  const Figures before = social(account(story));
  for (int k = 0; k < 3; ++k) story.ex(150 + 30 * k, "www.social.example", 6'900, 4'000);
  EXPECT_LE(social(account(story)).interactive, before.interactive + 1);
}

TEST(Finish, CreditsNothingAfterWatchingStopped) {
  Accountant accountant;
  add(accountant, use());
  const int at_stop = social(accountant.finish(at_ten(605))).interactive;
  EXPECT_LE(at_stop, 605);
  EXPECT_GT(at_stop, 590);
}

TEST(Finish, APollThatStandsAloneMayBeTheFirstOfManyWhereWatchingStopped) {
  Story story;
  story.load(0).acts(7, 100).act(110).ex(170, "www.social.example", 2'500, 4'000);
  const int without = social(account(Story().load(0).acts(7, 100).act(110))).interactive;
  const auto stopped_at = [&](double t) {
    Accountant accountant;
    add(accountant, story);
    return social(accountant.finish(at_ten(t))).interactive;
  };
  EXPECT_EQ(stopped_at(200), without);
  EXPECT_EQ(stopped_at(420), without + 59) << "the next one is overdue";
}

TEST(ClockStep, ClosesHoldsAndCapsBothMinutes) {
  // S21: an hour forward in the middle of ten minutes' use.
  Accountant accountant;
  const Story story = use();
  add(accountant, story, 0, 0, 310);
  accountant.clock_step(at_ten(310 + 3'600), 3'600s);
  add(accountant, story, 3'600, 310, 700);
  const Output out = accountant.finish();
  EXPECT_GE(social(out).interactive, 590);
  EXPECT_LE(social(out).interactive, 665);
  int before = 0;
  int capped = 0;
  for (const model::UsageSlice& slice : out.slices) {
    if (slice.minute < at_ten(3'600)) before += slice.seconds;
    if (slice.minute != minute_of(at_ten(310)) && slice.minute != minute_of(at_ten(3'910))) continue;
    ++capped;
    EXPECT_LE(slice.grade, Grade::moderate);
    EXPECT_NE(slice.reasons & model::bit(Reason::clock), 0);
  }
  EXPECT_LE(before, 310);
  EXPECT_GE(capped, 2);
}

TEST(ClockStep, BackwardNeverMakesMoreThanTheClockSaw) {
  // S22: two minutes back in mid-use.
  Accountant accountant;
  const Story story = use();
  add(accountant, story, 0, 0, 300);
  accountant.clock_step(at_ten(180), -120s);
  add(accountant, story, -120, 300, 700);
  const Output out = accountant.finish();
  for (const model::UsageSlice& slice : out.slices) EXPECT_LE(slice.seconds, 60);
  EXPECT_LE(social(out).interactive, 600 + 60);
}

TEST(Tenancy, ALockEndsTheHoldAtItsMoment) {
  Accountant accountant;
  add(accountant, use(), 0, 0, 300);
  accountant.tenancy_ended(model::Subject::of_person(model::PersonId("p17")), "00:00:5e:00:53:01",
                           at_ten(300));
  EXPECT_LE(social(accountant.finish()).interactive, 300);
}

TEST(Tenancy, AnotherPersonOnTheDeviceEndsTheHoldOfTheFirst) {
  Accountant accountant;
  add(accountant, use(), 0, 0, 300);
  Story next(2, "p18");
  next.load(305).acts(312, 500);
  add(accountant, next);
  const Output out = accountant.finish();
  EXPECT_LE(social(out).interactive, 305);
  EXPECT_GT(social(out, "p18").interactive, 180);
}

TEST(Unattributed, SharesOneClockAndIsWeak) {
  Accountant accountant;
  for (std::uint32_t device = 1; device <= 5; ++device) {
    Story story(device, "unattributed", "203.0.113." + std::to_string(device));
    story.identity = IdentityGrade::none;
    add(accountant, story.load(0).acts(7, 600));
  }
  std::map<UtcMinute, int> seconds;
  for (const model::UsageSlice& slice : accountant.finish().slices) {
    EXPECT_EQ(slice.subject.text(), "unattributed");
    EXPECT_EQ(slice.grade, Grade::weak);
    seconds[slice.minute] += slice.seconds;
  }
  ASSERT_FALSE(seconds.empty());
  for (const auto& [minute, sum] : seconds) EXPECT_LE(sum, 60);
}

TEST(Midnight, NeedsNoRule) {
  // S18, with midnight where ten o'clock is.
  Accountant accountant;
  add(accountant, Story().load(-300).acts(-293, 600), 14 * 3'600);
  int before = 0;
  int after = 0;
  const Timestamp midnight = at_ten(14 * 3'600);
  for (const model::UsageSlice& slice : accountant.finish().slices)
    (slice.minute < midnight ? before : after) += slice.seconds;
  EXPECT_NEAR(before, 300, 5);
  EXPECT_GE(after, 600);
  EXPECT_LE(after, 665);
}

TEST(Exclusions, CountContactsOfPersonsByDayAndReason) {
  Story story;
  for (int k = 0; k < 4; ++k) {
    const double t = 50 * k + 3 * k * k;
    story.news(t)
        .ex(t + 1, "widget.social.example", 400, 90'000)
        .ex(t + 2, "www.social.example", 1'200, 120'000);
  }
  for (int k = 0; k < 7; ++k) story.ex(1'000 + 30 * k, "push.social.example", 40, 40);
  for (int k = 0; k < 6; ++k) story.ex(2'000 + 60 * k, "www.social.example", 2'500, 4'000);
  story.ex(4'000, "api.photos.example", 900, 9'000);
  const Output out = account(story);
  EXPECT_TRUE(out.slices.empty());
  std::map<std::string, std::uint32_t> counts;
  for (const model::Exclusion& exclusion : out.exclusions) {
    EXPECT_EQ(exclusion.subject.text(), "p17");
    EXPECT_EQ(format_date(exclusion.utc_day), "2026-11-17");
    counts[exclusion.reason] = exclusion.count;
  }
  EXPECT_EQ(counts,
            (std::map<std::string, std::uint32_t>{
                {"background", 6}, {"embedded", 4}, {"follower", 4}, {"no-continuation", 1}, {"push", 7}}));
}

TEST(Memory, IsBoundedAndWhatIsOverMakesItsMinutesWeak) {
  Method method;
  method.max_exchanges = 40;
  Accountant accountant(method);
  add(accountant, use());
  EXPECT_GT(accountant.dropped().no_room, 0U);
  const Output out = accountant.finish();
  const bool said = std::any_of(out.slices.begin(), out.slices.end(), [](const model::UsageSlice& slice) {
    return slice.grade == Grade::weak && (slice.reasons & model::bit(Reason::loss)) != 0;
  });
  EXPECT_TRUE(said);
  EXPECT_LT(social(out).interactive, 500);
}

TEST(Method, LooksNoFurtherThanTheLag) { EXPECT_LE(Method{}.look_ahead(), Method{}.lag); }

TEST(Method, IsWrittenInOneFixedOrder) {
  Method method;
  method.version = "a\"b";
  const std::string json = method.to_json();
  EXPECT_EQ(json.rfind(
                R"({"version":"a\"b","request_bytes":100,"answer_bytes":1500,"answer_bytes_first":3000,)", 0),
            0U)
      << json;
  EXPECT_NE(
      json.find(
          R"("hold_s":60,"hold_lower_s":15,"hold_lossy_s":15,"hold_lower_lossy_s":8,"hold_media_s":60,)"),
      std::string::npos);
  EXPECT_EQ(json.back(), '}');
}

}  // namespace
}  // namespace edgewatch::account::testing
