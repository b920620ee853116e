#include "edgewatch/account/follower.hpp"

#include "story.hpp"

#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

Exchange fetched(double t, std::uint32_t down, model::FlowId flow = 1, model::Role role = model::Role::core) {
  Exchange exchange;
  exchange.at = at_ten(t);
  exchange.flow = flow;
  exchange.up = 500;
  exchange.down = down;
  exchange.role = role;
  return exchange;
}

bool follows(const std::vector<Exchange>& unlisted, double t) {
  PageBursts pages;
  for (const Exchange& exchange : unlisted) pages.add(exchange, Method{});
  return pages.lead(at_ten(t), {}, Method{});
}

TEST(PageBursts, ThirtyKilobytesOrThreeFlowsAreAPage) {
  EXPECT_TRUE(follows({fetched(0, 30'000)}, 1));
  EXPECT_FALSE(follows({fetched(0, 29'999)}, 1));
  EXPECT_TRUE(follows({fetched(0, 2'000, 1), fetched(0.5, 2'000, 2), fetched(1, 2'000, 3)}, 2));
  EXPECT_FALSE(follows({fetched(0, 2'000, 1), fetched(0.5, 2'000, 2), fetched(1, 2'000, 2)}, 2));
}

TEST(PageBursts, LeadForThreeSecondsAfterTheirEnd) {
  EXPECT_TRUE(follows({fetched(0, 30'000)}, 3));
  EXPECT_FALSE(follows({fetched(0, 30'000)}, 3.001));
}

TEST(PageBursts, DoNotLeadWhatBeganBeforeThemByAThousandthOfASecond) {
  EXPECT_FALSE(follows({fetched(0.101, 90'000)}, 0.1));
  EXPECT_TRUE(follows({fetched(0.099, 90'000)}, 0.1));
}

TEST(PageBursts, LeadForThirtySecondsAtMostHoweverLongTheyGoOn) {
  std::vector<Exchange> call;
  call.reserve(100);
  for (int k = 0; k < 100; ++k) call.push_back(fetched(k, 9'000));
  EXPECT_TRUE(follows(call, 30));
  EXPECT_FALSE(follows(call, 31));
}

TEST(PageBursts, SmallAnswersAreNoPartOfAPage) {
  EXPECT_FALSE(follows({fetched(0, 1'499, 1), fetched(0, 1'499, 2), fetched(0, 1'499, 3)}, 1));
}

TEST(PageBursts, BeginOncePerBurst) {
  PageBursts pages;
  for (const double t : {0.0, 1.5, 3.0, 9.0}) pages.add(fetched(t, 40'000), Method{});
  EXPECT_EQ(pages.begun(at_ten(0), at_ten(100), {}, Method{}),
            (std::vector<Timestamp>{at_ten(0), at_ten(9)}));
  EXPECT_EQ(pages.begun(at_ten(1), at_ten(9), {}, Method{}), std::vector<Timestamp>{});
}

TEST(OtherService, LeadsWithACoreHostAndThirtyKilobytes) {
  const Method method;
  EXPECT_TRUE(leads({fetched(0, 30'000)}, at_ten(2), method));
  EXPECT_FALSE(leads({fetched(0, 29'000)}, at_ten(2), method));
  EXPECT_FALSE(leads({fetched(0, 90'000, 1, model::Role::content)}, at_ten(2), method));
  EXPECT_FALSE(leads({fetched(0, 30'000)}, at_ten(3.5), method));
  EXPECT_FALSE(leads({fetched(2, 30'000)}, at_ten(2), method)) << "began together";
}

TEST(OtherService, LeadsByItsWholePageWhereItBegan) {
  const Method method;
  const std::deque<Exchange> page{fetched(0, 2'000), fetched(2, 9'000, 2, model::Role::content),
                                  fetched(4.5, 40'000, 2, model::Role::content)};
  EXPECT_TRUE(leads(page, at_ten(3), method)) << "the rest of the page comes later";
  EXPECT_FALSE(leads(page, at_ten(31), method));
  std::deque<Exchange> feed;
  for (int k = 0; k < 60; k += 2) feed.push_back(fetched(k, 40'000));
  EXPECT_TRUE(leads(feed, at_ten(29), method));
  EXPECT_FALSE(leads(feed, at_ten(45), method)) << "it began more than thirty seconds ago";
}

}  // namespace
}  // namespace edgewatch::account::testing
