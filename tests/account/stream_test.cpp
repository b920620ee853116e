#include "story.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using model::Reason;

Figures video(const Story& story) { return figures(account(story).slices, "video"); }

/// Somebody chose it, and it plays: a page of its own, then whole tracks, each as long as the time to the
/// next.
Story radio(int tracks, double length, int bytes_a_second) {
  Story story;
  story.video_load(0);
  for (int k = 0; k < tracks; ++k) {
    story.ex(6 + length * k, "chunks.video.example", 700, static_cast<int>(length) * bytes_a_second);
  }
  return story;
}

TEST(Stream, AWholeTrackAtATimePlaysForItsLength) {
  // A minute of the last: nobody saw that it played on.
  EXPECT_NEAR(video(radio(6, 150, 16'000)).playing, 6 + 5 * 150 + 60, 3);
  EXPECT_NEAR(video(radio(6, 150, 16'000)).lower, 6 + 5 * 150, 10) << "the lower figure ends with the last";
}

TEST(Stream, SmallPiecesOfSoundPlayToo) {
  EXPECT_NEAR(video(radio(60, 10, 6'000)).playing, 6 + 60 * 10, 3) << "each less than a chunk of video";
}

TEST(Stream, OneAnswerThatPlaysAsItComes) {
  Story story;
  story.video_load(0).ex(6, "chunks.video.example", 700, 300'000);
  for (int t = 8; t < 600; ++t) story.ex(t, "chunks.video.example", 0, 16'000);
  EXPECT_NEAR(video(story).playing, 600, 10);
}

TEST(Stream, ADownloadDoesNotPlay) {
  Story story;
  story.video_load(0).ex(6, "chunks.video.example", 700, 900'000);
  for (int t = 8; t < 600; ++t) story.ex(t, "chunks.video.example", 0, 400'000);
  EXPECT_EQ(video(story).playing, 0);
}

TEST(Stream, WhatIsFetchedAheadNowAndThenDoesNotPlay) {
  Story story;
  story.video_load(0);
  int size = 0;
  for (const double t : {40.0, 190.0, 215.0, 400.0, 560.0}) {
    story.ex(t, "chunks.video.example", 700, size += 150'000);
  }
  EXPECT_EQ(video(story).playing, 0);
}

TEST(Stream, APauseIsNotPlayed) {
  Story story = radio(3, 150, 16'000);
  story.ex(6 + 2 * 150 + 190, "chunks.video.example", 700, 150 * 16'000);
  const int whole = video(radio(4, 150, 16'000)).playing;
  EXPECT_LE(video(story).playing, whole + 40) << "the third track lasted 150 s and the fourth came after 190";
  Story longer = radio(3, 150, 16'000);
  longer.ex(6 + 2 * 150 + 230, "chunks.video.example", 700, 150 * 16'000);
  EXPECT_LE(video(longer).playing, 6 + 2 * 150 + 2 * 60);
}

TEST(Stream, AVideoThatWasStoppedForAWhileDidNotPlayThen) {
  Story story;
  story.video_load(0);
  const auto pieces = [&](int from, int to) {
    for (int t = from; t < to; t += 6) story.ex(t, "chunks.video.example", 700, 800'000);
  };
  for (int i = 0; i < 5; ++i)
    story.ex(3 + i / 2.0, "chunks.video.example", 700, 800'000);  // half a minute ahead
  pieces(9, 183);
  pieces(282, 450);
  EXPECT_NEAR(video(story).playing, 183 + (450 - 282), 12);
}

TEST(Stream, ThatNobodyChoseIsWeak) {
  Story story;
  story.news(0);
  for (int k = 0; k < 6; ++k) story.ex(6 + 150 * k, "chunks.video.example", 700, 150 * 16'000);
  EXPECT_EQ(video(story).playing, 0);
  EXPECT_TRUE(video(story).has(Reason::embedded));
}

TEST(Stream, TheNextTracksPageIsNoChoice) {
  Story story;
  story.video_load(0);
  // Every three minutes the page shows what comes next: more than an hour after the choice it is unattended.
  for (int k = 0; k < 40; ++k) {
    const double t = 6 + 150 * k;
    if (k > 0)
      story.ex(t - 0.5, "www.video.example", 900, 60'000).ex(t, "images.video.example", 700, 160'000);
    story.ex(t, "chunks.video.example", 700, 150 * 16'000);
  }
  EXPECT_LE(video(story).playing, 3'600 + 210);
  EXPECT_TRUE(video(story).has(Reason::unattended));
}

}  // namespace
}  // namespace edgewatch::account::testing
