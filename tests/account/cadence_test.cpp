#include "edgewatch/account/cadence.hpp"

#include "story.hpp"

#include <algorithm>
#include <array>

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
  std::deque<Exchange> exchanges = polls({0, 30.4, 60, 90.3, 120});
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

/// Requests of a person on one host, at gaps as people leave.
std::deque<Exchange> asked_by_a_person(Dice& dice, double until, int least, int most) {
  constexpr std::array<double, 12> gaps{7, 13, 22, 9, 31, 5, 18, 44, 11, 27, 16, 38};
  std::deque<Exchange> out;
  double t = 3;
  while (t < until) {
    out.push_back(polls({t}, static_cast<std::uint32_t>(dice.between(least, most))).front());
    t += gaps.at(static_cast<std::size_t>(dice.between(0, 11))) + dice.fraction();
  }
  return out;
}

TEST(Judge, APollIsFoundAmongAPersonsRequestsOfAboutItsSize) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    Dice dice(seed);
    std::deque<Exchange> exchanges = asked_by_a_person(dice, 500, 1'500, 3'500);
    const auto asked = static_cast<std::ptrdiff_t>(exchanges.size());
    constexpr std::uint64_t poll = 7;  // told apart here, and not by the method
    for (int k = 0; k < 8; ++k) {
      if (k == 3) continue;  // the person asked in that very second: one request, and larger
      const auto size = static_cast<std::uint32_t>(dice.between(2'296, 2'304));
      exchanges.push_back(polls({13.0 + 61.0 * k + dice.fraction() / 2}, size).front());
      exchanges.back().flow = poll;
    }
    const auto is_earlier = [](const Exchange& a, const Exchange& b) { return a.at < b.at; };
    std::sort(exchanges.begin(), exchanges.end(), is_earlier);
    judge_cadence(exchanges, at_ten(100'000), {at_ten(100'000)}, {}, Method{});
    const auto machines = [&](bool polls) {
      return std::count_if(exchanges.begin(), exchanges.end(), [&](const Exchange& e) {
        return e.cadence == Cadence::machine && (e.flow == poll) == polls;
      });
    };
    EXPECT_EQ(machines(true), 7) << "seed " << seed;
    EXPECT_LE(machines(false) * 4, asked) << "seed " << seed;
  }
}

TEST(Judge, RequestsOfOneSizeAsAPersonMakesThemAreSeldomTakenForAMachines) {
  std::size_t asked = 0;
  std::ptrdiff_t taken = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    Dice dice(seed);
    std::deque<Exchange> exchanges = asked_by_a_person(dice, 900, 130, 133);
    judge_cadence(exchanges, at_ten(100'000), {at_ten(100'000)}, {}, Method{});
    asked += exchanges.size();
    taken += std::count_if(exchanges.begin(), exchanges.end(),
                           [](const Exchange& e) { return e.cadence == Cadence::machine; });
  }
  EXPECT_LE(taken * 10, static_cast<std::ptrdiff_t>(asked)) << taken << " of " << asked;
}

TEST(Judge, ATimerThatAsksForThingsOfAnySizeIsFoundByItsExactness) {
  Dice dice(3);
  std::deque<Exchange> exchanges;
  for (int k = 0; k < 12; ++k)
    exchanges.push_back(
        polls({5 + 15.01 * k + dice.fraction() / 20}, static_cast<std::uint32_t>(dice.between(900, 3'900)))
            .front());
  EXPECT_EQ(judged(exchanges), "mmmmmmmmmmmm");
  for (Exchange& exchange : exchanges) exchange.at += Duration(dice.between(0, 3'000'000));
  EXPECT_EQ(judged(exchanges), "------------");
}

/// Asked again when there was news, at whatever times, and after half a minute where there was none.
TEST(Judge, ALongPollIsToldByItsWaits) {
  const std::vector<double> asked{0,     11.3,  41.35, 71.42, 74.1,  104.13, 125.6, 131.9,
                                  161.9, 180.2, 199.3, 204.8, 212.1, 242.15, 250.7, 266.2};
  EXPECT_EQ(judged(polls(asked, 826)), std::string(asked.size(), 'm'));
  std::deque<Exchange> with_a_message = polls(asked, 826);
  with_a_message[9].up = 1'100;
  EXPECT_EQ(judged(with_a_message), "mmmmmmmmm-mmmmmm") << "what is said in between is not its";
}

TEST(Judge, SomebodyWhoOnceOrTwiceWaitsAsLongIsNoLongPoll) {
  const std::vector<double> asked{0,     11.3,  41.35, 71.42, 74.1,  108.2, 125.6, 131.9,
                                  165.9, 180.2, 199.3, 204.8, 212.1, 245.3, 250.7, 266.2};
  EXPECT_EQ(judged(polls(asked, 826)), std::string(asked.size(), '-'));
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
