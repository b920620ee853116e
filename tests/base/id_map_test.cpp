// The map that says of each flow what is known of it, against the standard library's.
#include "edgewatch/base/id_map.hpp"

#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

namespace edgewatch {
namespace {

TEST(IdMap, HoldsWhatTheStandardMapHolds) {
  std::mt19937_64 random(20);
  IdMap<std::uint32_t> map;
  std::unordered_map<std::uint64_t, std::uint32_t> expected;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t id = random() % 3000 + 1;
    if (random() % 3 == 0) {
      map.erase(id);
      expected.erase(id);
    } else {
      const auto [value, is_new] = map.emplace(id);
      ASSERT_EQ(is_new, !expected.contains(id));
      *value = expected[id] = static_cast<std::uint32_t>(i);
    }
    ASSERT_EQ(map.size(), expected.size());
  }
  for (std::uint64_t id = 1; id <= 3000; ++id) {
    const auto known = expected.find(id);
    const std::uint32_t* found = map.find(id);
    ASSERT_EQ(found != nullptr, known != expected.end());
    if (found != nullptr) {
      EXPECT_EQ(*found, known->second);
    }
  }
}

TEST(IdMap, LetsGoOfWhatWasErased) {
  IdMap<std::shared_ptr<int>> map;
  const auto held = std::make_shared<int>(1);
  for (std::uint64_t id = 1; id <= 100; ++id) *map.emplace(id).first = held;
  EXPECT_EQ(held.use_count(), 101);
  for (std::uint64_t id = 1; id <= 100; ++id) map.erase(id);
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_TRUE(map.emplace(7).second);
  EXPECT_EQ(*map.find(7), nullptr);
}

}  // namespace
}  // namespace edgewatch
