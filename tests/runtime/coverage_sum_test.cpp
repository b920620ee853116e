#include "coverage_sum.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp noon{std::chrono::seconds(1763380800)};
const CoverageSum::Moment start{};

model::Coverage row(const std::string& source, Timestamp from, std::uint64_t seen, std::uint64_t lost) {
  model::Coverage out;
  out.source = source;
  out.interval = {from, from + 1min};
  out.seen = seen;
  out.lost_in_kernel = lost;
  out.lost_in_queue = 1;
  out.refused = 2;
  out.named = 3;
  out.unnamed_ech = 4;
  out.unnamed_doh = 5;
  out.unnamed_tunnel = 6;
  out.unnamed_other = 7;
  return out;
}

TEST(CoverageSum, RowsOfTheThreadsOfAnInterfaceAreOneRow) {
  CoverageSum sum(2);
  sum.add(row("eno2", noon, 100, 10), start);
  EXPECT_TRUE(sum.due(start).empty());
  sum.add(row("eno2", noon, 23, 4), start);
  const auto rows = sum.due(start);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, "eno2");
  EXPECT_EQ(rows[0].interval.from, noon);
  EXPECT_EQ(rows[0].seen, 123U);
  EXPECT_EQ(rows[0].lost_in_kernel, 14U);
  EXPECT_EQ(rows[0].lost_in_queue, 2U);
  EXPECT_EQ(rows[0].refused, 4U);
  EXPECT_EQ(rows[0].named, 6U);
  EXPECT_EQ(rows[0].unnamed_ech, 8U);
  EXPECT_EQ(rows[0].unnamed_doh, 10U);
  EXPECT_EQ(rows[0].unnamed_tunnel, 12U);
  EXPECT_EQ(rows[0].unnamed_other, 14U);
  EXPECT_TRUE(sum.due(start + 1h).empty());
}

TEST(CoverageSum, InterfacesAndMinutesAreKeptApart) {
  CoverageSum sum(2);
  sum.add(row("eno2", noon, 1, 0), start);
  sum.add(row("eno3", noon, 2, 0), start);
  sum.add(row("eno2", noon + 1min, 3, 0), start);
  EXPECT_TRUE(sum.due(start).empty());
  EXPECT_EQ(sum.finish().size(), 3U);
  EXPECT_TRUE(sum.finish().empty());
}

TEST(CoverageSum, OneThreadIsNotWaitedFor) {
  CoverageSum sum(1);
  sum.add(row("eno2", noon, 1, 0), start);
  EXPECT_EQ(sum.due(start).size(), 1U);
}

TEST(CoverageSum, ThreadWithoutARowIsWaitedForThreeSeconds) {
  CoverageSum sum(2);
  sum.add(row("eno2", noon, 100, 0), start);
  EXPECT_TRUE(sum.due(start + 2999ms).empty());
  EXPECT_EQ(sum.due(start + 3s).size(), 1U);
}

TEST(CoverageSum, RowThatComesLateIsAddedAndTheSumGivenAgain) {
  CoverageSum sum(2);
  sum.add(row("eno2", noon, 100, 0), start);
  ASSERT_EQ(sum.due(start + 3s).size(), 1U);
  sum.add(row("eno2", noon, 5, 0), start + 20s);
  const auto again = sum.due(start + 20s);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].seen, 105U);
}

TEST(CoverageSum, RemembersABoundedNumberOfMinutes) {
  CoverageSum sum(1);
  for (int i = 0; i < 2000; ++i) {
    sum.add(row("eno2", noon + std::chrono::minutes(i), 1, 0), start);
    static_cast<void>(sum.due(start));
  }
  sum.add(row("eno2", noon, 5, 0), start);  // forgotten: a sum of its own
  ASSERT_EQ(sum.finish().front().seen, 5U);
}

}  // namespace
}  // namespace edgewatch::runtime
