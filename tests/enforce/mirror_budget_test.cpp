#include "edgewatch/enforce/mirror_budget.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using namespace std::chrono_literals;

net::IpAddress client(std::uint32_t number) { return net::IpAddress::v4(0x0a140000 + number); }

/// How many frames of so many a millisecond the client got, over so long.
int frames_of(MirrorBudget& budget, const net::IpAddress& who, int each, std::chrono::milliseconds from,
              std::chrono::milliseconds to) {
  int out = 0;
  for (auto now = from; now < to; now += 1ms) {
    for (int i = 0; i < each; ++i) out += budget.take(who, 1, now) == MayBeSent::yes ? 1 : 0;
  }
  return out;
}

TEST(MirrorBudget, WhoeverIsAloneHasAsGoodAsAll) {
  MirrorBudget budget;
  EXPECT_GE(frames_of(budget, client(1), 20, 0ms, 10s), 100'000);
}

TEST(MirrorBudget, AllTogetherHaveTenThousandASecondAndWhatWasSaved) {
  MirrorBudget budget;
  int sent = 0;
  for (auto now = 0ms; now < 3s; now += 1ms) {
    for (std::uint32_t who = 0; who < 30; ++who) sent += budget.take(client(who), 1, now) == MayBeSent::yes;
  }
  EXPECT_LE(sent, 40'000);
  EXPECT_GE(sent, 39'000);
}

TEST(MirrorBudget, OneFloodNeverTakesWhatIsKeptForOthers) {
  MirrorBudget budget;
  int others = 0;
  for (auto now = 0ms; now < 5s; now += 1ms) {
    for (int i = 0; i < 50; ++i) static_cast<void>(budget.take(client(1), 3, now));
    // Five colleagues, a thousand frames a second of each.
    for (std::uint32_t who = 2; who < 7; ++who) others += budget.take(client(who), 1, now) == MayBeSent::yes;
  }
  EXPECT_EQ(others, 25'000);
}

TEST(MirrorBudget, SaysWhetherAllOrOneHadTooMany) {
  MirrorBudget budget;
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(budget.take(client(1), 1, 1s), MayBeSent::yes);
  EXPECT_EQ(budget.take(client(1), 1, 1s), MayBeSent::over_share);
  for (std::uint32_t who = 2; who < 12; ++who)
    for (int i = 0; i < 500; ++i) ASSERT_EQ(budget.take(client(who), 1, 1s), MayBeSent::yes);
  EXPECT_EQ(budget.take(client(12), 1, 1s), MayBeSent::no);
}

}  // namespace
}  // namespace edgewatch::enforce
