// Where a person goes who leaves a service without a page of another site to show for it.
#include "edgewatch/account/elsewhere.hpp"

#include "story.hpp"

#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using model::Reason;

Figures social(const Story& story) { return figures(account(story).slices, "social"); }

/// A minute of a feed; the last action is at 60 s.
Story a_minute() { return Story().load(0).act(14).act(31).act(47).act(60); }

/// Requests to a page of work that was open before, from `t` on.
Story& type(Story& story, double t, int times, double gap) {
  for (int i = 0; i < times; ++i)
    story.ex(t + gap * i, "office.work.example", 1'100 + story.dice.between(0, 2'000), 700);
  return story;
}

TEST(Elsewhere, AHoldEndsWhereThePersonGoesOnAtAPageThatWasOpenBefore) {
  Story story = a_minute();
  EXPECT_EQ(social(story).interactive, 61 + 60) << "the pictures of the last action come a second later";
  type(story, 66, 6, 4);
  const Figures figures = social(story);
  EXPECT_EQ(figures.interactive, 66);
  EXPECT_TRUE(figures.has(Reason::handover_cut));
}

TEST(Elsewhere, AHoldEndsWhereThePageThatCameAtOnceIsTheOneThatGoesOn) {
  Story story = a_minute();
  for (int i = 0; i < 4; ++i) story.ex(61.6 + i % 2, "s" + std::to_string(i) + ".mail.example", 500, 60'000);
  EXPECT_EQ(social(story).interactive, 61 + 60) << "it seems to belong to the last action";
  for (const double t : {74.0, 88.0, 109.0}) story.ex(t, "s0.mail.example", 600, 9'000);
  EXPECT_LE(social(story).interactive, 63);
}

TEST(Elsewhere, NothingEndsWhileTheServiceIsUsed) {
  Story story = a_minute();
  story.act(110);
  const int alone = social(story).interactive;
  type(story, 66, 6, 4);
  EXPECT_EQ(social(story).interactive, alone) << "the person came back within the hold";
}

TEST(Elsewhere, OneRequestOrTwoEndNothing) {
  Story story = a_minute();
  type(story, 66, 2, 9);
  EXPECT_EQ(social(story).interactive, 61 + 60);
}

TEST(Elsewhere, WhatCountsTheReadersOfThePageIsNoPerson) {
  Story story = a_minute();
  const int alone = social(story).interactive;
  story.ex(0.3, "ping.count.example", 705, 340);
  for (const double t : {14.1, 31.2, 47.1, 60.1}) story.ex(t, "ping.count.example", 329, 167);
  for (const double t : {75.1, 90.1, 105.1, 120.1}) story.ex(t, "ping.count.example", 369, 206);
  EXPECT_EQ(social(story).interactive, alone) << "told of the last action at once, and in one size since";
}

TEST(Elsewhere, WhoPlaysAVideoSomewhereElseIsThere) {
  Story story = a_minute();
  story.video_load(66).chunks(68, 300);
  const Output out = account(story);
  EXPECT_EQ(figures(out.slices, "social").interactive, 66);
  EXPECT_NEAR(figures(out.slices, "video").playing, 300 - 66, 12);
}

TEST(Elsewhere, AMachineThatAskedEvenlyBeforeIsNoPerson) {
  Story story = a_minute();
  for (int i = 0; i < 30; ++i) story.ex(5 + 15 * i, "status.work.example", 400, 900);
  EXPECT_EQ(social(story).interactive, 61 + 60);
}

}  // namespace
}  // namespace edgewatch::account::testing
