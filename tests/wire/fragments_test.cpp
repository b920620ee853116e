#include "edgewatch/wire/fragments.hpp"

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace std::chrono_literals;
using Piece = std::vector<std::uint8_t>;

constexpr Timestamp noon{12h};

FragmentKey key(std::uint32_t id) {
  return {*net::IpAddress::parse("10.20.0.7"), *net::IpAddress::parse("192.0.2.1"), id, 17};
}
std::string refusal(const Result<std::optional<Bytes>, DecodeError>& result) {
  return result ? "(accepted)" : std::string(to_string(result.error().kind));
}

TEST(Fragments, RepeatedAndOverlappingPiecesThatAgreeAreFine) {
  Fragments fragments({1, 2});
  EXPECT_FALSE(*fragments.add(noon, key(1), 0, true, Piece(16, 7)));
  EXPECT_FALSE(*fragments.add(noon, key(1), 0, true, Piece(16, 7)));
  EXPECT_FALSE(*fragments.add(noon, key(1), 8, true, Piece(16, 7)));
  const auto whole = fragments.add(noon, key(1), 24, false, Piece(3, 7));
  ASSERT_TRUE(whole && *whole);
  EXPECT_EQ((**whole).size(), 27U);
  EXPECT_EQ(fragments.held(), 0U);
  EXPECT_EQ(fragments.sets(), 0U);
}

TEST(Fragments, SetWhosePiecesDisagreeIsRefusedAndStaysRefused) {
  Fragments fragments({1, 2});
  EXPECT_FALSE(*fragments.add(noon, key(1), 0, true, Piece(16, 7)));
  EXPECT_EQ(refusal(fragments.add(noon, key(1), 8, true, Piece(16, 8))), "ip-fragment-overlap");
  EXPECT_EQ(refusal(fragments.add(noon, key(1), 0, true, Piece(16, 7))), "ip-fragment-overlap");
  EXPECT_EQ(refusal(fragments.add(noon, key(1), 16, false, Piece(1, 7))), "ip-fragment-overlap");
  EXPECT_EQ(fragments.held(), 0U);
}

TEST(Fragments, TwoEndsThatDifferAreRefused) {
  Fragments fragments({1, 2});
  EXPECT_FALSE(*fragments.add(noon, key(1), 16, false, Piece(4, 7)));
  EXPECT_EQ(refusal(fragments.add(noon, key(1), 16, false, Piece(5, 7))), "ip-fragment-overlap");
  EXPECT_FALSE(*fragments.add(noon, key(2), 16, false, Piece(4, 7)));
  EXPECT_EQ(refusal(fragments.add(noon, key(2), 24, true, Piece(8, 7))), "ip-fragment-overlap");
}

TEST(Fragments, NothingGrowsBeyondTheLargestDatagram) {
  Fragments fragments({1, 2});
  EXPECT_EQ(refusal(fragments.add(noon, key(1), 65528, false, Piece(8, 7))), "ip-fragment-limit");
  EXPECT_EQ(refusal(fragments.add(noon, key(2), 0, true, Piece(7, 7))), "ip-fragment-limit");
  EXPECT_EQ(refusal(fragments.add(noon, key(3), 0, true, Piece())), "ip-fragment-limit");
}

TEST(Fragments, FirstFragmentsWithoutEndAreHeldWithinLimitsAndCounted) {
  FragmentLimits limits;
  limits.sets = 100;
  limits.bytes = 50000;
  Fragments fragments({1, 2}, limits);
  for (std::uint32_t id = 0; id < 1000; ++id) {
    EXPECT_FALSE(*fragments.add(noon, key(id), 0, true, Piece(1400, 7)));
    EXPECT_LE(fragments.held(), limits.bytes);
    EXPECT_LE(fragments.sets(), limits.sets);
  }
  EXPECT_EQ(fragments.evicted() + fragments.sets(), 1000U);
}

TEST(Fragments, WhatIsOldIsGivenUp) {
  Fragments fragments({1, 2});
  EXPECT_FALSE(*fragments.add(noon, key(1), 0, true, Piece(8, 7)));
  EXPECT_FALSE(*fragments.add(noon + 31s, key(2), 0, true, Piece(8, 7)));
  EXPECT_EQ(fragments.evicted(), 1U);
  EXPECT_FALSE(*fragments.add(noon + 31s, key(1), 8, false, Piece(8, 7)));
}

TEST(Fragments, KeysThatDifferInAnythingDoNotMix) {
  Fragments fragments({1, 2});
  FragmentKey other = key(1);
  other.protocol = 6;
  EXPECT_FALSE(*fragments.add(noon, key(1), 0, true, Piece(8, 7)));
  EXPECT_FALSE(*fragments.add(noon, other, 8, false, Piece(8, 7)));
  EXPECT_EQ(fragments.sets(), 2U);
}

}  // namespace
}  // namespace edgewatch::wire
