// Rows are on the disk at most a second after they are final (ENFORCEMENT R1), told by a clock of the test's.
#include "beat.hpp"

#include <random>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// Rounds of analysis: a wait for at most what is allowed, then some work. The longest time without a beat.
template <class Wait, class Work>
Beat::Time::duration longest_pause(const Wait& wait, const Work& work) {
  const Beat::Time start{};
  Beat beat(start);
  Beat::Time now = start;
  Beat::Time last = start;
  Beat::Time::duration longest{0};
  while (now < start + 10min) {
    now += wait(beat.patience(now)) + work();
    if (!beat.is_due(now)) continue;
    longest = std::max(longest, now - last);
    last = now;
  }
  return longest;
}

TEST(Beat, ComesWithinASecondWhereNothingComes) {
  const auto all_of_it = [](std::chrono::milliseconds patience) { return patience; };
  EXPECT_LE(longest_pause(all_of_it, [] { return 0ms; }), 1s);
  EXPECT_LE(longest_pause(all_of_it, [] { return 99ms; }), 1s);
}

TEST(Beat, ComesWithinASecondHoweverThingsCome) {
  std::mt19937 random(20261121);
  const auto up_to = [&](std::int64_t most) {
    return std::chrono::microseconds(std::uniform_int_distribution<std::int64_t>(0, most)(random));
  };
  const auto part_of_it = [&](std::chrono::milliseconds patience) { return up_to(patience.count() * 1000); };
  EXPECT_LE(longest_pause(part_of_it, [&] { return up_to(99'000); }), 1s);
}

TEST(Beat, IsDueAtOnceAndThenNotWithEachRound) {
  const Beat::Time start{};
  Beat beat(start);
  EXPECT_EQ(beat.patience(start), 0ms);
  EXPECT_TRUE(beat.is_due(start));
  EXPECT_EQ(beat.patience(start), 200ms);
  int beats = 0;
  for (Beat::Time now = start; now < start + 10s; now += 1ms) beats += beat.is_due(now) ? 1 : 0;
  EXPECT_EQ(beats, 11);
}

}  // namespace
}  // namespace edgewatch::runtime
