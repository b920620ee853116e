#include "edgewatch/account/exchange.hpp"

#include "story.hpp"

#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

Exchange second(double t, model::FlowId flow, std::uint32_t up, std::uint32_t down) {
  Exchange exchange;
  exchange.at = at_ten(t);
  exchange.flow = flow;
  exchange.up = up;
  exchange.down = down;
  return exchange;
}

TEST(Exchange, TakesWhatComesBackWithinFiveSeconds) {
  const Method method;
  ExchangeLog log;
  EXPECT_EQ(log.add(second(0, 1, 500, 1'000), method), ExchangeLog::Added::request);
  EXPECT_EQ(log.add(second(2, 1, 0, 20'000), method), ExchangeLog::Added::answer);
  EXPECT_EQ(log.add(second(5, 1, 40, 300), method), ExchangeLog::Added::orphan);
  EXPECT_EQ(log.add(second(5.5, 1, 0, 7'000), method), ExchangeLog::Added::orphan);
  ASSERT_EQ(log.all().size(), 1U);
  EXPECT_EQ(log.all()[0].down, 21'300U);
}

TEST(Exchange, EndsWhereTheNextRequestOfTheFlowBegins) {
  const Method method;
  ExchangeLog log;
  (void)log.add(second(0, 1, 500, 1'000), method);
  (void)log.add(second(2, 1, 100, 2'000), method);
  (void)log.add(second(3, 1, 0, 4'000), method);
  (void)log.add(second(3, 2, 0, 8'000), method);  // another flow, which asked nothing
  ASSERT_EQ(log.all().size(), 2U);
  EXPECT_EQ(log.all()[0].down, 1'000U);
  EXPECT_EQ(log.all()[1].down, 6'000U);
}

TEST(Exchange, KeepAliveIsNone) {
  ExchangeLog log;
  EXPECT_EQ(log.add(second(0, 1, 99, 90'000), Method{}), ExchangeLog::Added::orphan);
  EXPECT_TRUE(log.all().empty());
}

TEST(Exchange, StaysInOrderOfTimeWhenFlowsArriveOutOfIt) {
  const Method method;
  ExchangeLog log;
  (void)log.add(second(2, 1, 500, 0), method);
  (void)log.add(second(1, 2, 600, 0), method);
  (void)log.add(second(1.5, 2, 0, 9'000), method);
  ASSERT_EQ(log.all().size(), 2U);
  EXPECT_EQ(log.all()[0].up, 600U);
  EXPECT_EQ(log.all()[0].down, 9'000U);
}

TEST(Exchange, IsRefusedWhereThereIsNoRoom) {
  Method method;
  method.max_exchanges = 2;
  ExchangeLog log;
  (void)log.add(second(0, 1, 500, 0), method);
  (void)log.add(second(1, 1, 500, 0), method);
  EXPECT_EQ(log.add(second(2, 1, 500, 0), method), ExchangeLog::Added::full);
  log.forget_before(at_ten(1));
  EXPECT_EQ(log.add(second(3, 1, 500, 0), method), ExchangeLog::Added::request);
}

TEST(Exchange, AnswerBytesStopAtTheLargestCount) {
  const Method method;
  ExchangeLog log;
  (void)log.add(second(0, 1, 500, 4'000'000'000U), method);
  (void)log.add(second(1, 1, 0, 4'000'000'000U), method);
  EXPECT_EQ(log.all()[0].down, 4'294'967'295U);
}

}  // namespace
}  // namespace edgewatch::account::testing
