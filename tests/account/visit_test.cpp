#include "edgewatch/account/group.hpp"

#include "story.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using model::Reason;

// Stories are told in seconds with fractions: nothing depends on a loop's last step.
// NOLINTBEGIN(clang-analyzer-security.FloatLoopCounter)

Figures social(const Story& story) { return figures(account(story).slices, "social"); }

TEST(Group, ExchangesAtMostThreeSecondsApartAreOne) {
  std::deque<Exchange> exchanges;
  for (const double t : {0.0, 3.0, 6.0, 9.5}) {
    Exchange exchange;
    exchange.at = at_ten(t);
    exchange.up = 900;
    exchange.down = 5'000;
    exchanges.push_back(exchange);
  }
  const std::vector<Group> groups = groups_between(exchanges, at_ten(0), at_ten(100), Method{});
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].last, at_ten(6));
  EXPECT_EQ(groups[1].first, at_ten(9.5));
}

TEST(Group, BeaconsAndMachinesAreNoPartOfOne) {
  Exchange exchange;
  exchange.up = 3'000;
  exchange.down = 1'499;
  EXPECT_FALSE(is_human(exchange, Method{}));
  exchange.down = 1'500;
  EXPECT_TRUE(is_human(exchange, Method{}));
  exchange.cadence = Cadence::machine;
  EXPECT_FALSE(is_human(exchange, Method{}));
}

TEST(Visit, NeedsSomethingAfterThePageToCount) {
  EXPECT_EQ(social(Story().load(0).act(14)).interactive, 0) << "too soon to be a continuation";
  EXPECT_GT(social(Story().load(0).act(15)).interactive, 60);
  EXPECT_GT(social(Story().load(0).act(180).act(200)).interactive, 60);
  EXPECT_EQ(social(Story().load(0).act(181)).interactive, 0);
}

TEST(Visit, ContinuesInAnAppWithTwoLaterGroupsOfFiftyKilobytes) {
  const auto refresh = [](int later, int bytes) {
    Story story;
    story.ex(0, "api.photos.example", 900, 9'000);
    for (int k = 1; k <= later; ++k) story.ex(25 * k + k * k, "api.photos.example", 800 + 300 * k, bytes);
    return figures(account(story).slices, "photos");
  };
  EXPECT_EQ(refresh(1, 60'000).interactive, 0);
  EXPECT_GT(refresh(2, 30'000).interactive, 60);
  EXPECT_EQ(refresh(2, 20'000).interactive, 0);
}

TEST(Visit, ThatAFollowerOpenedNeedsThreeAndDoesNotCountTheFollower) {
  const auto story = [](int later) {
    Story s;
    s.news(0).ex(2, "www.social.example", 900, 200'000);
    // Each too small to lead.
    for (int k = 1; k <= later; ++k) s.ex(20 * k + k * k, "www.social.example", 1'500 + 900 * k, 20'000);
    return social(s);
  };
  EXPECT_EQ(story(2).interactive, 0);
  const Figures three = story(3);
  EXPECT_TRUE(three.has(Reason::follower));
  // From the first action after the follower, at 21 s, to a minute after the last, at 69 s.
  EXPECT_EQ(three.interactive, 69 + 60 - 21);
}

TEST(Visit, FollowersDoNotKeepAliveWhatWasOpenBefore) {
  Story with_widgets;
  with_widgets.load(0).act(20).act(45);
  Story without = with_widgets;
  int size = 900;
  for (const double t : {100.0, 131.0, 187.0, 204.0, 260.0}) {
    with_widgets.news(t).ex(t + 1.5, "www.social.example", size += 400, 120'000);
    without.news(t);
  }
  EXPECT_EQ(social(with_widgets).interactive, social(without).interactive);
}

TEST(Visit, IsConfirmedByNothingThatMayYetBecomeACadence) {
  Story story;
  story.load(0).act(8);
  for (int k = 1; k <= 3; ++k) story.ex(30 * k, "www.social.example", 6'900, 4'000);
  EXPECT_EQ(social(story).interactive, 0);
}

TEST(Visit, AnActionThatOnlyARisingCadenceSurroundsIsIsolated) {
  Story story;
  story.load(0).act(20).act(200);
  const Figures alone = social(story);
  for (int k = 1; k <= 3; ++k) story.ex(200 + 30 * k, "www.social.example", 6'900, 4'000);
  EXPECT_EQ(social(story).interactive, alone.interactive);
}

TEST(Visit, IsOverAfterFiveMinutesAndMustBeConfirmedAgain) {
  const Figures figures_before = social(Story().load(0).act(20).act(45));
  const Figures later = social(Story().load(0).act(20).act(45).act(400));
  EXPECT_EQ(later.interactive, figures_before.interactive);
}

TEST(Visit, LeftForAnotherPageMustBeConfirmedAgainAfterAMinute) {
  // A newspaper that shows posts of the service further down, two on each page, while nobody is there any
  // more.
  Story left;
  left.load(0).act(20).act(45);
  Story read = left;
  for (const double page : {80.0, 170.0, 260.0}) {
    read.news(page)
        .ex(page + 35, "www.social.example", 700, 17'000)
        .ex(page + 60, "www.social.example", 900, 15'000);
    left.news(page);
  }
  EXPECT_EQ(social(read).interactive, social(left).interactive);
  Story back = left;
  back.load(330).act(350).act(371);
  EXPECT_EQ(social(back).interactive, social(left).interactive + 372 + 60 - 330);
}

TEST(Visit, APageThatLooksForMoreAtOddTimesAndGetsLittleIsNobodys) {
  Story story;
  story.load(0).act(20).act(45);
  const int before = social(story).interactive;
  for (const double t : {130.0, 177.0, 251.0, 290.0}) story.ex(t, "www.social.example", 132, 4'800);
  EXPECT_EQ(social(story).interactive, before);
  EXPECT_TRUE(social(story).has(Reason::isolated));
}

TEST(Visit, WhatComesWithANewConnectionIsNoAnswer) {
  Story story;
  story.load(0).act(20).act(45);
  const int before = social(story).interactive;
  story.ex(110, "api.social.example", 2'400, 2'100);  // a beacon; settings and tickets came back
  EXPECT_EQ(social(story).interactive, before);
}

TEST(Visit, EndsWithALargePageThatCameAtOnceAfterItsLastAction) {
  Story story;
  story.load(0).act(20).act(45).news(47);
  EXPECT_EQ(social(story).interactive, 47);
  Story small;
  small.load(0).act(20).act(45);
  for (int i = 0; i < 4; ++i) small.ex(47, fmt::format("cdn{}.news.example", i), 400, 9'000);
  EXPECT_EQ(social(small).interactive, 46 + 60) << "which may be a part of its own page";
}

TEST(Visit, BrowserLaunchTrafficOfASystemHostLeadsNothing) {
  Story story;
  story.ex(0, "accounts.browser.example", 900, 150'000).load(0.5).acts(10, 100);
  EXPECT_GT(social(story).strong, 90);
  Story page;
  page.ex(0, "www.search.example", 900, 150'000).load(0.5).acts(10, 100);
  EXPECT_LT(social(page).interactive, social(story).interactive)
      << "an unlisted page at that moment does lead";
}

TEST(Visit, OrderInsideASecondIsThatOfTheStamps) {
  Story before;
  before.load(10.2).ex(10.4, "cdn.partner.example", 900, 150'000).acts(30, 100);
  Story after;
  after.ex(10.1, "cdn.partner.example", 900, 150'000).load(10.2).acts(30, 100);
  EXPECT_GT(social(before).interactive, social(after).interactive);
}

TEST(Visit, ABeaconNeitherOpensNorExtends) {
  Story story;
  story.load(0).act(20);
  const Figures plain = social(story);
  for (int k = 0; k < 30; ++k) story.ex(40 + 13 * k + k % 5, "www.social.example", 3'000 + 100 * k, 900);
  EXPECT_EQ(social(story).interactive, plain.interactive);
}

TEST(Visit, ACadenceWithinAVisitIsNotCreditedAndTheVisitIs) {
  Story story;
  story.load(0).acts(7, 300);
  const Figures plain = social(story);
  for (int k = 0; k < 60; ++k) story.ex(300 + 45 * k, "www.social.example", 2'500, 4'000);
  EXPECT_NEAR(social(story).interactive, plain.interactive, 5);
}

/// Twenty minutes on a site of somebody else, which takes its pictures from a host of a listed service: the
/// reader turns to something new at irregular gaps, and little or much of it comes from there.
Story pictures_elsewhere(const std::string& host, std::uint32_t seed) {
  Story story(seed);
  Dice& dice = story.dice;
  for (int begun = 0; begun < 1'200; begun += dice.between(4, 40)) {
    const double t = begun + dice.fraction();
    story.ex(t, "mail.work.example", dice.between(400, 2'500), dice.between(2'000, 25'000));
    const int pictures = dice.between(1, 6);
    for (int i = 0; i < pictures; ++i) {
      story.ex(t + 0.3 + dice.fraction(), host, dice.between(150, 900), dice.between(4'000, 140'000));
    }
  }
  return story;
}

class Pictures : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};
INSTANTIATE_TEST_SUITE_P(OfListedServices, Pictures,
                         ::testing::Values(std::pair("video", "images.video.example"),    // in webmail
                                           std::pair("blog", "images.blog.example"),      // in a news ticker
                                           std::pair("social", "images.social.example"),  // in a shop
                                           std::pair("photos", "images.photos.example")));  // in a job board

TEST_P(Pictures, LoadedForTwentyMinutesOnAnotherSiteAreNoUseOfTheirService) {
  const auto& [service, host] = GetParam();
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    const Output out = account(pictures_elsewhere(host, seed));
    EXPECT_TRUE(out.slices.empty()) << service << ", seed " << seed << ": " << row_text(out.slices.front());
    const bool is_told = std::any_of(out.exclusions.begin(), out.exclusions.end(), [](const auto& exclusion) {
      return exclusion.reason == "embedded" && exclusion.count > 20;
    });
    EXPECT_TRUE(is_told) << service << ", seed " << seed;
  }
}

TEST_P(Pictures, AreNoUseEvenWhereAWidgetOfTheServiceCameWithThePage) {
  const auto& [service, host] = GetParam();
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Story story = pictures_elsewhere(host, seed);
    const std::string widget =
        std::string(service) == "photos" ? "api.photos.example" : "www." + std::string(service) + ".example";
    for (const double t : {100.0, 500.0, 900.0}) story.news(t).ex(t + 2.5, widget, 900, 200'000);
    const Figures figures_of = figures(account(story).slices, service);
    EXPECT_EQ(figures_of.interactive, 0) << service << ", seed " << seed;
  }
}

TEST_P(Pictures, CountFromTheMomentThatTheServiceItselfIsUsed) {
  const auto& [service, host] = GetParam();
  const std::string own =
      std::string(service) == "photos" ? "api.photos.example" : "www." + std::string(service) + ".example";
  Story story;
  for (const double t : {0.0, 23.0, 41.0, 77.0}) story.ex(t, host, 300, 90'000);
  for (const double t : {100.0, 121.0}) story.ex(t, own, 1'500, 30'000);
  for (const double t : {150.0, 167.0}) story.ex(t, host, 300, 90'000);
  EXPECT_EQ(figures(account(story).slices, service).interactive, 167 + 60 - 100);
}

TEST_P(Pictures, AreNoUseEvenWhereOneWidgetOfTheServiceLoadsLate) {
  const auto& [service, host] = GetParam();
  const std::string own =
      std::string(service) == "photos" ? "api.photos.example" : "www." + std::string(service) + ".example";
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Story story = pictures_elsewhere(host, seed);
    story.ex(433.5, own, 2'000, 4'000);  // follows no page
    EXPECT_EQ(figures(account(story).slices, service).interactive, 0) << service << ", seed " << seed;
  }
}

TEST(Visit, ThatAFollowerOpenedCountsFromTheFirstActionOnTheServiceItself) {
  Story story;
  story.news(0).ex(2, "www.social.example", 900, 200'000);
  story.ex(24, "images.social.example", 300, 60'000).ex(43, "images.social.example", 300, 60'000);
  // Not confirmed by what comes after it: it takes the follower to open the visit.
  story.ex(70, "www.social.example", 2'400, 20'000);
  EXPECT_EQ(social(story).interactive, 60);
  EXPECT_EQ(social(story).weak, 0);
}

TEST(Visit, IsNotOpenedByAFollowerThatOnlyPicturesContinue) {
  Story story;
  story.news(0).ex(2, "www.social.example", 900, 200'000);
  for (const double t : {24.0, 43.0, 99.0, 150.0, 223.0, 251.0}) {
    story.ex(t, "images.social.example", 300, 60'000);
  }
  story.ex(240, "www.social.example", 2'400, 20'000);  // too late to continue what the follower began
  EXPECT_EQ(social(story).interactive, 0);
}

TEST(Visit, OfAChatIsNotOpenedByItsPictures) {
  Story story;
  // One message, which any request to that host could be, and large answers without one.
  story.ex(0, "web.chat.example", 400, 200);
  for (const double t : {22.0, 41.0, 77.0, 101.0}) story.ex(t, "web.chat.example", 120, 90'000);
  EXPECT_EQ(figures(account(story).slices, "chat").interactive, 0);
}

TEST(Video, WhatFetchesAMinuteAtATimePlaysToo) {
  Story story;
  story.video_load(0);
  for (int k = 0; k < 10; ++k) story.ex(6 + 80 * k, "chunks.video.example", 700, 900'000);
  EXPECT_EQ(figures(account(story).slices, "video").playing, 6 + 9 * 80 + 60);
}

/// A newspaper whose pages load what they embed when the reader gets there: a player, and posts of another
/// site, each some while after the page. Gives how long the reading took.
double read_news(Story& story, double begin, int articles, int posts) {
  Dice& dice = story.dice;
  double t = begin;
  for (int i = 0; i < articles; ++i) {
    story.news(t);
    double seen = t + dice.between(12, 40);
    story.ex(seen, "www.video.example", 900, i == 0 ? 500'000 : 60'000)
        .ex(seen + 1, "images.video.example", 160, 30'000);
    for (int k = 0; k < posts; ++k) {
      seen += dice.between(15, 30);
      story.ex(seen, "www.blog.example", 800, dice.between(9'000, 70'000))
          .ex(seen + 0.2, "images.blog.example", 250, 35'000);
    }
    t = seen + dice.between(10, 50);
  }
  return t;
}

TEST(Lazy, WhatNewsPagesLoadAsTheReaderGetsThereIsNoUse) {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    for (const int posts : {1, 2, 3}) {
      Story story(seed);
      read_news(story, 0, 12, posts);
      const Output out = account(story);
      EXPECT_EQ(figures(out.slices, "video").interactive, 0) << "seed " << seed;
      EXPECT_EQ(figures(out.slices, "blog").interactive, 0) << "seed " << seed << ", posts " << posts;
    }
  }
}

TEST(Lazy, WhatNewsPagesLoadDoesNotProlongTheVisitBefore) {
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Story story(seed);
    story.blog_load(0);
    for (double t = 11; t < 180; t += story.dice.between(5, 20)) story.blog_act(t);
    read_news(story, 185, 6, 1);
    EXPECT_LE(figures(account(story).slices, "blog").interactive, 190) << "seed " << seed;
  }
}

TEST(Lazy, APlayerThatIsStartedFurtherDownAPageIsEmbedded) {
  Story story;
  story.news(0).ex(33, "www.video.example", 900, 500'000).ex(34, "images.video.example", 160, 30'000);
  story.chunks(40, 300);
  const Figures video = figures(account(story).slices, "video");
  EXPECT_EQ(video.playing + video.interactive, 0);
  EXPECT_GT(video.weak_playing, 240);
  EXPECT_TRUE(video.has(Reason::embedded));
}

TEST(Lazy, AVisitFromAnotherSitesPageIsOneByThePicturesOfItsOwn) {
  const Figures after = social(Story().news(0).load(40).act(60));
  EXPECT_GT(after.strong, 60);
  EXPECT_EQ(after.strong, social(Story().load(40).act(60)).strong);
}

TEST(Lazy, AVisitWhileWorkLoadsPagesByTheSideIsStillSeen) {
  double counted = 0;
  for (std::uint32_t seed = 1; seed <= 25; ++seed) {
    Story story(seed);
    story.load(0).acts(7, 600);
    for (double t = 50; t < 600; t += story.dice.between(60, 180)) {
      for (int i = 0; i < 12; ++i)
        story.ex(t + i % 3, "s" + std::to_string(i % 4) + ".work.example", 500, 35'000);
    }
    counted += social(story).interactive;
  }
  EXPECT_GT(counted / 25, 480) << "of 600 s; the holds that work cut are lost";
}

TEST(Refresh, AtIrregularTimesIsWeakWhereNothingVaries) {
  Story story;
  story.load(0).acts(7, 120);
  const int there = social(story).interactive;
  double t = 125;
  for (int k = 0; k < 20; ++k, t += story.dice.between(20, 50))
    story.ex(t, "www.social.example", 900 + story.dice.between(0, 9), story.dice.between(1'500, 6'000));
  const Figures left_open = social(story);
  EXPECT_LE(left_open.interactive, there + 10);
  EXPECT_GT(left_open.weak, 400);
}

TEST(Video, TheNextOfAListIsPlayingAndNotAnAction) {
  Story story;
  story.video_load(0).chunks(3, 1'500);
  const Figures plain = figures(account(story).slices, "video");
  story.ex(400, "www.video.example", 1'800, 120'000).ex(401, "images.video.example", 200, 60'000);
  const Figures next = figures(account(story).slices, "video");
  EXPECT_EQ(next.interactive, plain.interactive);
  EXPECT_EQ(next.playing, plain.playing);
}

TEST(Video, TheNextWithinAnOpenVisitIsPlayingToo) {
  Story story;
  story.video_load(0).ex(20, "www.video.example", 2'100, 30'000).chunks(25, 600);
  const Figures plain = figures(account(story).slices, "video");
  ASSERT_GT(plain.strong, 60);
  story.ex(250, "www.video.example", 1'800, 120'000).ex(251, "images.video.example", 200, 60'000);
  const Figures next = figures(account(story).slices, "video");
  EXPECT_EQ(next.playing, plain.playing);
  EXPECT_EQ(next.weak, plain.weak);
}

TEST(Video, ThatStartsTheNextByItselfAllDayIsCountedForAnHour) {
  Story story;
  story.video_load(0).chunks(3, 4 * 3'600);
  for (int t = 371; t < 4 * 3'600; t += 360 + story.dice.between(0, 90)) {
    story.ex(t, "www.video.example", 1'200 + t / 10, 120'000).ex(t + 1, "images.video.example", 200, 60'000);
  }
  const Figures video = figures(account(story).slices, "video");
  EXPECT_LE(video.playing, 3'720);
  EXPECT_EQ(video.interactive, 0);
}

TEST(Video, IsChosenWhereAPageLedTheVisitEvenIfTheActionsLieFarApart) {
  Story story;
  story.video_load(0).ex(110, "www.video.example", 2'100, 30'000).chunks(130, 430);
  const Figures video = figures(account(story).slices, "video");
  EXPECT_EQ(video.interactive, 0);
  EXPECT_GT(video.playing, 280);
}

TEST(Video, GoesOnBeingChosenAfterAPauseHoweverOftenTheAccountantIsAsked) {
  Story story;
  story.video_load(0).chunks(3, 300).chunks(2'700, 3'300);
  Accountant asked;
  std::vector<model::UsageSlice> rows;
  const auto ask = [&](Timestamp now) {
    const Output out = asked.advance(now);
    rows.insert(rows.end(), out.slices.begin(), out.slices.end());
  };
  Timestamp now = at_ten();
  for (const Activity& activity : story.activities()) {
    for (; now < activity.at; now += std::chrono::minutes(1)) ask(now);
    asked.add(activity);
  }
  const Output rest = asked.finish();
  rows.insert(rows.end(), rest.slices.begin(), rest.slices.end());
  EXPECT_EQ(figures(rows, "video").playing, figures(account(story).slices, "video").playing);
  EXPECT_GT(figures(rows, "video").playing, 900);
}

TEST(Video, StoppedAtTheLastChunkIsNeverLongerInTheLowerFigure) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    Story story(seed);
    story.video_load(0).chunks(3, story.dice.between(60, 900));
    const double played = std::chrono::duration<double>(story.activities().back().at - at_ten()).count();
    const Figures video = figures(account(story).slices, "video");
    EXPECT_LE(video.lower, played) << "seed " << seed;
    EXPECT_GE(video.lower, played - 2) << "seed " << seed;
    EXPECT_GT(video.playing, played) << "the best estimate holds, seed " << seed;
  }
}

TEST(Video, OfAPageOfItsOwnCountsEvenWhereAnotherPageEndedJustBefore) {
  Story chosen;
  chosen.news(0).video_load(4).chunks(6, 600);  // eight pictures of the site: its own page
  EXPECT_GT(figures(account(chosen).slices, "video").playing, 500);
  EXPECT_EQ(figures(account(chosen).slices, "video").interactive, 0) << "a follower is never credited";

  Story embedded;  // as much, and one picture
  embedded.news(0).ex(4, "www.video.example", 900, 1'200'000).ex(5, "images.video.example", 200, 400'000);
  embedded.chunks(6, 600);
  EXPECT_EQ(figures(account(embedded).slices, "video").playing, 0);
}

TEST(Video, TwoChunksAreNoVideo) {
  Story story;
  story.load(0)
      .act(20)
      .ex(200, "chunks.video.example", 700, 1'000'000)
      .ex(220, "chunks.video.example", 700, 1'000'000);
  const Output out = account(story);
  EXPECT_EQ(figures(out.slices, "video").weak_playing, 0);
  story.ex(240, "chunks.video.example", 700, 1'000'000);
  // From the first to two gaps after the last.
  EXPECT_EQ(figures(account(story).slices, "video").weak_playing, 80);
}

TEST(Video, PlaysOnAfterTheLastChunkForAsLongAsThatLasts) {
  const auto playing = [](double gap, int together) {
    Story story;
    story.video_load(0);
    for (double t = 3; t <= 303; t += gap) {
      for (int i = 0; i < together; ++i) story.ex(t + i, "chunks.video.example", 700, 900'000);
    }
    return figures(account(story).slices, "video").playing;
  };
  EXPECT_NEAR(playing(10, 1), 303 + 10, 3);
  EXPECT_NEAR(playing(20, 3), 303 + 20, 5) << "three at a time, and nothing between";
  EXPECT_NEAR(playing(50, 3), 303 + 50, 5);
}

// NOLINTEND(clang-analyzer-security.FloatLoopCounter)

}  // namespace
}  // namespace edgewatch::account::testing
