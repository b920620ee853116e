// The stories of TIME 6.3 that need neither identity, clock nor restart machinery, with their expected
// ranges.
#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using model::Reason;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;

auto within(int least, int most) { return AllOf(Ge(least), Le(most)); }

TEST(Scenario, S01TenActiveMinutesAreOneStrongVisit) {
  const Output out = account(Story().load(0).acts(7, 600));
  const Figures social = figures(out.slices, "social");
  EXPECT_THAT(social.interactive, within(590, 665));
  EXPECT_EQ(social.strong, social.interactive);
  EXPECT_EQ(social.weak, 0);
  EXPECT_TRUE(social.has(Reason::led));
  EXPECT_TRUE(social.has(Reason::cont));
  EXPECT_THAT(social.lower, Le(600));
}

TEST(Scenario, S02APageOpenedOnceIsABounceAndNotCounted) {
  const Figures social = figures(account(Story().load(0)).slices, "social");
  EXPECT_EQ(social.interactive, 0);
  EXPECT_THAT(social.weak, within(1, 65));
  EXPECT_TRUE(social.has(Reason::bounce));
}

TEST(Scenario, S03PixelsOnNewsPagesAreNoUse) {
  Story story;
  for (int k = 0; k < 10; ++k) story.news(45 * k).ex(45 * k + 1, "www.social.example", 900, 700);
  EXPECT_THAT(account(story).slices, IsEmpty());
}

TEST(Scenario, S04LikeButtonsOnNewsPagesAreNoUse) {
  Story story;
  for (int k = 0; k < 10; ++k) {
    story.news(45 * k).ex(45 * k + 1.5, "www.social.example", 1'200, 120'000);
    for (int i = 0; i < 4; ++i) story.ex(45 * k + 3, "static.social.example", 200, 20'000);
  }
  EXPECT_THAT(account(story).slices, IsEmpty());
}

Story embedded_video() {
  Story story;
  story.news(0).ex(1.5, "www.video.example", 900, 900'000);
  for (int k = 1; k < 10; ++k) story.ex(1.5 + 30 * k, "www.video.example", 1'100, 300);
  return story;
}

TEST(Scenario, S05AnEmbeddedPlayerThatDoesNotPlayIsNoUse) {
  EXPECT_THAT(account(embedded_video()).slices, IsEmpty());
}

TEST(Scenario, S06AnEmbeddedVideoThatPlaysIsWeakAndSaysWhy) {
  Story story = embedded_video();
  for (int t = 20; t < 200; t += 8) story.ex(t, "chunks.video.example", 700, 1'000'000);
  const Figures video = figures(account(story).slices, "video");
  EXPECT_EQ(video.interactive, 0);
  EXPECT_EQ(video.playing, 0);
  EXPECT_THAT(video.weak_playing, within(170, 250));
  EXPECT_TRUE(video.has(Reason::embedded));
}

TEST(Scenario, S07ATabLeftOpenStopsCountingWhenThePersonStops) {
  Story story;
  story.load(0).acts(7, 120);
  for (int k = 0; k < 180; ++k) {
    story.ex(180 + 60 * k + story.dice.between(-1, 1), "www.social.example",
             2'500 + story.dice.between(-60, 60), 4'000);
  }
  for (int k = 0; k < 1'080; ++k) story.ex(10 * k, "push.social.example", 40, 40);
  EXPECT_THAT(figures(account(story).slices, "social").interactive, within(110, 190));
}

TEST(Scenario, S08EightHoursOfPollingAreNoUse) {
  Story story;
  double t = 0;
  for (int k = 0; k < 960; ++k, t += 30 + story.dice.between(-1, 1)) {
    story.ex(t, "www.social.example", 2'500 + story.dice.between(-75, 75), 3'000);
  }
  EXPECT_EQ(figures(account(story).slices, "social").interactive, 0);
}

TEST(Scenario, S09KeepAliveAndPushesGiveNoRow) {
  Story story;
  for (int k = 0; k < 2'880; ++k) story.ex(10 * k, "push.social.example", 40, 40);
  for (int k = 0; k < 60; ++k) story.ex(story.dice.between(0, 28'000), "push.social.example", 35, 1'800);
  EXPECT_THAT(account(story).slices, IsEmpty());
}

TEST(Scenario, S11APreviewOnASearchPageIsNoUse) {
  EXPECT_EQ(figures(account(Story().news(0).ex(2, "www.social.example", 900, 200'000)).slices, "social")
                .interactive,
            0);
}

TEST(Scenario, S12TwoServicesByTurnsShareTheClock) {
  Story story;
  story.load(0).blog_load(20);
  for (int k = 2; k < 60; ++k) {
    const double t = 20 * k + story.dice.between(0, 5);
    if (k % 2 == 0) {
      story.act(t);
    } else {
      story.blog_act(t);
    }
  }
  const Output out = account(story);
  const int social = figures(out.slices, "social").interactive;
  const int blog = figures(out.slices, "blog").interactive;
  EXPECT_THAT(social, within(500, 700));
  EXPECT_THAT(blog, within(500, 700));
  EXPECT_THAT(social + blog, within(1'140, 1'265));
}

TEST(Scenario, S13VideoBesideAFeedOnAnotherDeviceIsNotAddedToIt) {
  Story computer(1);
  computer.load(0).acts(7, 1'800);
  Story phone(2, "p17", "00:00:5e:00:53:02");
  phone.video_load(0).chunks(3, 1'800);
  std::vector<Activity> both = computer.activities();
  for (const Activity& activity : phone.activities()) both.push_back(activity);
  const Output out = account(in_order(both));
  const Figures social = figures(out.slices, "social");
  const Figures video = figures(out.slices, "video");
  EXPECT_THAT(social.interactive, within(1'750, 1'865));
  EXPECT_GE(video.concurrent, 1'600);
  EXPECT_LE(social.interactive + video.interactive + video.playing + video.weak, 1'865);
}

TEST(Scenario, S14AVideoChosenAndWatchedIsPlaying) {
  const Figures video = figures(account(Story().video_load(0).chunks(3, 1'200)).slices, "video");
  EXPECT_LE(video.interactive, 150);
  EXPECT_THAT(video.playing, within(1'100, 1'290));
  EXPECT_LE(video.lower, 1'215);
}

TEST(Scenario, S15VideoLeftPlayingIsCountedForAnHourAtMost) {
  const Figures video = figures(account(Story().video_load(0).chunks(3, 4 * 3'600)).slices, "video");
  EXPECT_THAT(video.playing, within(3'500, 3'720));
  EXPECT_GE(video.weak_playing, 3 * 3'600 - 120);
  EXPECT_TRUE(video.has(Reason::unattended));
  EXPECT_FALSE(video.has(Reason::embedded));
}

TEST(Scenario, S16TurningToWorkEndsTheHold) {
  Story story;
  story.load(0).acts(7, 296).act(300);
  for (int i = 0; i < 12; ++i)
    story.ex(310 + i % 3, "s" + std::to_string(i % 4) + ".work.example", 500, 35'000);
  const Figures social = figures(account(story).slices, "social");
  EXPECT_THAT(social.interactive, within(295, 312));
  EXPECT_TRUE(social.has(Reason::handover_cut));
}

TEST(Scenario, S17ActionsFarApartAreWeakAndTheGapsAreNothing) {
  const Figures social = figures(account(Story(5).load(0).act(20).act(170).act(320)).slices, "social");
  EXPECT_THAT(social.interactive, within(75, 85));
  EXPECT_THAT(social.weak, within(115, 125));
  EXPECT_TRUE(social.has(Reason::isolated));
}

TEST(Scenario, S33AnAppThatRefreshesInThePocketIsNoUse) {
  Story story;
  for (int t = 0; t < 28'800; t += story.dice.between(720, 2'700)) {
    const int exchanges = story.dice.between(2, 7);
    for (int i = 0; i < exchanges; ++i) {
      story.ex(t + story.dice.between(0, 14), "api.social.example", story.dice.between(800, 3'000),
               story.dice.between(3'000, 60'000));
    }
  }
  EXPECT_EQ(figures(account(story).slices, "social").interactive, 0);
}

TEST(Scenario, S33AnAppThatRefreshesBesideATabThatPollsSlowlyIsNoUse) {
  Story story;
  for (int t = 0; t < 8 * 3'600; t += 300) story.ex(t, "www.social.example", 2'500, 5'000);
  for (int t = 20; t < 8 * 3'600; t += 1'100 + story.dice.between(0, 400)) {
    for (int second = 0; second <= 16; second += 4) story.ex(t + second, "api.social.example", 1'500, 40'000);
  }
  EXPECT_EQ(figures(account(story).slices, "social").interactive, 0);
}

TEST(Scenario, S34AnAppInUseIsModerate) {
  Story story;
  for (int t = 0; t < 600; t += story.dice.between(4, 20)) {
    story.ex(t, "api.photos.example", story.dice.between(800, 3'000), story.dice.between(5'000, 60'000));
    story.ex(t + 1, "images.photos.example", 200, 80'000);
  }
  const Figures photos = figures(account(story).slices, "photos");
  EXPECT_THAT(photos.interactive, within(540, 665));
  EXPECT_EQ(photos.strong, 0);
}

TEST(Scenario, S35AVisitFromASearchPageIsNotAFollower) {
  Story story;
  story.ex(0, "www.search.example", 900, 90'000).ex(6, "www.search.example", 700, 2'000);
  EXPECT_THAT(figures(account(story.load(6).acts(13, 186)).slices, "social").interactive, within(120, 245));
}

TEST(Scenario, S37TypingInAChatIsUse) {
  Story story;
  for (int t = 0; t < 600; t += story.dice.between(3, 25)) {
    story.ex(t, "web.chat.example", story.dice.between(180, 900), story.dice.between(60, 300));
  }
  const Figures chat = figures(account(story).slices, "chat");
  EXPECT_THAT(chat.interactive, within(480, 665));
  EXPECT_EQ(chat.strong, 0);
  EXPECT_TRUE(chat.has(Reason::chat));
}

TEST(Scenario, S37MessagesThatComeInAreNoUse) {
  Story story;
  for (int k = 0; k < 960; ++k) story.ex(30 * k, "web.chat.example", 40, 40);
  for (int k = 0; k < 200; ++k)
    story.ex(story.dice.between(0, 28'000), "web.chat.example", 45, story.dice.between(100, 3'000));
  EXPECT_THAT(account(story).slices, IsEmpty());
}

}  // namespace
}  // namespace edgewatch::account::testing
