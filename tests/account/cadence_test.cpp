#include "edgewatch/account/cadence.hpp"

#include "story.hpp"

#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

std::vector<Timestamp> moments(const std::vector<double>& seconds) {
  std::vector<Timestamp> out;
  out.reserve(seconds.size());
  for (const double t : seconds) out.push_back(at_ten(t));
  return out;
}

bool is_machine(const std::vector<double>& seconds) {
  return is_cadence(moments(seconds), Missing::none, Method{});
}

TEST(Cadence, EvenGapsAreAMachines) {
  EXPECT_TRUE(is_machine({0, 30, 60, 91, 120}));
  EXPECT_TRUE(is_machine({0, 43, 91, 133, 180}));
}

TEST(Cadence, AHumansGapsAreNot) { EXPECT_FALSE(is_machine({0, 7, 20, 42, 51})); }

TEST(Cadence, GapsUnderEightSecondsAreNotJudged) {
  EXPECT_FALSE(is_machine({0, 7, 14, 21, 28}));
  EXPECT_TRUE(is_machine({0, 8, 16, 24, 32}));
}

TEST(Cadence, WholeMinutesAreAMachinesEvenUnevenly) {
  EXPECT_TRUE(is_machine({0, 60, 180, 241, 420}));
  EXPECT_FALSE(is_machine({0, 60, 180, 245, 420}));
}

TEST(Cadence, AGapMayBeAMultipleOnlyWhereARequestMayBeLost) {
  const auto gapped = moments({0, 30, 90, 120});
  EXPECT_FALSE(is_cadence(gapped, Missing::none, Method{}));
  EXPECT_TRUE(is_cadence(gapped, Missing::possible, Method{}));
}

std::deque<Exchange> polls(const std::vector<double>& seconds, std::uint32_t up = 2'500,
                           std::uint64_t host = 1) {
  std::deque<Exchange> out;
  for (const double t : seconds) {
    Exchange exchange;
    exchange.at = at_ten(t);
    exchange.up = up;
    exchange.host_key = host;
    out.push_back(exchange);
  }
  return out;
}

std::string verdicts(const std::deque<Exchange>& exchanges) {
  std::string out;
  for (const Exchange& exchange : exchanges) out += "?-om"[static_cast<std::size_t>(exchange.cadence)];
  return out;
}

std::string judged(std::deque<Exchange> exchanges, double end = 100'000, const Coverage& coverage = {}) {
  judge_cadence(exchanges, at_ten(100'000), {at_ten(end)}, coverage, Method{});
  return verdicts(exchanges);
}

TEST(Judge, FiveAlikeAndEvenAreMachinesAndFourAreNot) {
  EXPECT_EQ(judged(polls({0, 30, 60, 90, 120})), "mmmmm");
  EXPECT_EQ(judged(polls({0, 30, 60, 90})), "----");
}

TEST(Judge, AnotherSizeOrHostIsNoPartOfARun) {
  std::deque<Exchange> exchanges = polls({0, 30, 60, 90, 120});
  exchanges[2].up = 2'900;  // 16 % more
  EXPECT_EQ(judged(exchanges), "-----");
  exchanges[2].up = 2'800;
  EXPECT_EQ(judged(exchanges), "mmmmm");
  exchanges[2].host_key = 2;
  EXPECT_EQ(judged(exchanges), "-----");
}

TEST(Judge, TwoTabsThatPollTheSameHostAreToldApartByTheirSizes) {
  std::deque<Exchange> exchanges = polls({0, 11, 30, 41, 60, 71, 90, 101, 120, 131});
  for (std::size_t i = 1; i < exchanges.size(); i += 2) exchanges[i].up = 2'850;
  EXPECT_EQ(judged(exchanges), "mmmmmmmmmm");
}

TEST(Judge, RequestsThatComeTogetherCountAsOne) {
  EXPECT_EQ(judged(polls({0, 1, 30, 60, 61, 90, 120})), "mmmmmmm");
}

TEST(Judge, LooksNoFurtherAheadThanItMay) {
  // Five in 800 s: the first would have to wait for 800 s, the others for at most 600 s.
  EXPECT_EQ(judged(polls({0, 200, 400, 600, 800})), "-mmmm");
}

TEST(Judge, WhatWasJudgedStaysAndWhatIsLaterWaits) {
  std::deque<Exchange> exchanges = polls({0, 30, 60, 90, 120});
  judge_cadence(exchanges, at_ten(61), {}, {}, Method{});
  EXPECT_EQ(verdicts(exchanges), "mmm??");
}

TEST(Judge, WhereRequestsMayBeLostFourAreEnough) {
  Coverage coverage;
  coverage.lost(minute_of(at_ten(60)), 0, 95, 5);
  EXPECT_EQ(judged(polls({0, 30, 90, 120}), 100'000, coverage), "mmmm");
  EXPECT_EQ(judged(polls({0, 61, 91, 151}), 100'000, coverage), "mmmm") << "two of three gaps miss one";
  EXPECT_EQ(judged(polls({0, 30, 90, 120})), "----");
}

TEST(Judge, AnEvenRunThatTheEndCutsIsLeftOpen) {
  EXPECT_EQ(judged(polls({0, 30, 60}), 80), "ooo");
  EXPECT_EQ(judged(polls({0, 30, 60}), 110), "---") << "the fourth is overdue";
  EXPECT_EQ(judged(polls({0, 30}), 40), "--");
}

TEST(Judge, ChunksOfVideoAreNeverJudgedMachines) {
  std::deque<Exchange> exchanges = polls({0, 30, 60, 90, 120});
  for (Exchange& exchange : exchanges) exchange.role = model::Role::media;
  EXPECT_EQ(judged(exchanges), "-----");
}

}  // namespace
}  // namespace edgewatch::account::testing
