#include "edgewatch/account/ownership.hpp"

#include "story.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using model::Grade;
using model::Kind;

Credit credit(double t, const std::string& service, Kind kind = Kind::interactive,
              Grade grade = Grade::strong, std::uint32_t bytes = 0) {
  Provenance provenance;
  provenance.service = model::ServiceId(service);
  Exchange exchange;
  exchange.at = at_ten(t);
  exchange.down = bytes;
  exchange.provenance = std::make_shared<const Provenance>(provenance);
  return credit_for(exchange, kind, grade, 0, Method{});
}

struct Totals {
  int owned = 0;
  int lower = 0;
  int concurrent = 0;
  int weak = 0;
};

std::map<std::string, Totals> totals(std::vector<Credit> credits) {
  std::sort(credits.begin(), credits.end(), claims_before);
  std::map<std::string, Totals> out;
  for (const Claim& claim : settle(credits, second_of(at_ten(-100)), second_of(at_ten(1'000)), Method{})) {
    Totals& t = out[claim.provenance->service.text()];
    (claim.kind == Kind::concurrent ? t.concurrent : t.owned) += 1;
    if (claim.lower) ++t.lower;
    if (claim.grade == Grade::weak) ++t.weak;
  }
  return out;
}

TEST(Ownership, ACreditHoldsSixtySecondsAndFifteenInTheLowerFigure) {
  auto out = totals({credit(0.7, "social")});
  EXPECT_EQ(out["social"].owned, 60);
  EXPECT_EQ(out["social"].lower, 15);
}

TEST(Ownership, TheLastInteractionWins) {
  auto out = totals({credit(0, "social"), credit(20, "blog"), credit(30, "social")});
  EXPECT_EQ(out["social"].owned, 20 + 60);
  EXPECT_EQ(out["blog"].owned, 10);
}

TEST(Ownership, TheLastInteractionWinsEvenWhereItIsWeak) {
  auto out = totals({credit(0, "social"), credit(10, "blog", Kind::interactive, Grade::weak)});
  EXPECT_EQ(out["social"].owned, 10);
  EXPECT_EQ(out["blog"].owned, 60);
  EXPECT_EQ(out["blog"].weak, 60);
  EXPECT_EQ(out["blog"].lower, 0);
}

TEST(Ownership, AtTheSameInstantTheLargerAnswerWins) {
  auto out = totals({credit(5, "social", Kind::interactive, Grade::strong, 9'000),
                     credit(5, "blog", Kind::interactive, Grade::strong, 10'000)});
  EXPECT_EQ(out["blog"].owned, 60);
  EXPECT_EQ(out.count("social"), 0U);
}

TEST(Ownership, InsideASecondTheLaterStampOwnsIt) {
  auto out = totals({credit(5.8, "social"), credit(5.2, "blog")});
  EXPECT_EQ(out["social"].owned, 60);
  EXPECT_EQ(out.count("blog"), 0U);
}

TEST(Ownership, VideoNeverDisplacesAnInteractionAndIsKeptBesideIt) {
  auto out = totals({credit(0, "social"), credit(10, "video", Kind::playing, Grade::moderate)});
  EXPECT_EQ(out["social"].owned, 60);
  EXPECT_EQ(out["video"].concurrent, 50);
  EXPECT_EQ(out["video"].owned, 10);
}

TEST(Ownership, VideoOfTheOwnersOwnServiceIsNotKeptBesideIt) {
  auto out = totals({credit(0, "video"), credit(0, "video", Kind::playing, Grade::moderate)});
  EXPECT_EQ(out["video"].owned, 60);
  EXPECT_EQ(out["video"].concurrent, 0);
}

TEST(Ownership, VideoThatCountsIsNotDisplacedByADoubtfulActionOfItsOwnService) {
  auto out = totals({credit(0, "video", Kind::playing, Grade::moderate),
                     credit(10, "video", Kind::interactive, Grade::weak)});
  EXPECT_EQ(out["video"].owned, 70);
  EXPECT_EQ(out["video"].weak, 10);
}

TEST(Ownership, VideoThatCountsIsNotDisplacedByADoubtfulActionOfAnotherService) {
  auto out = totals({credit(0, "video", Kind::playing, Grade::moderate),
                     credit(10, "chat", Kind::interactive, Grade::weak)});
  EXPECT_EQ(out["video"].owned, 60);
  EXPECT_EQ(out["chat"].owned, 10) << "where the video is over";
}

TEST(Ownership, OfTwoVideosOneOwnsAndCountedComesFirst) {
  auto out = totals(
      {credit(0, "video", Kind::playing, Grade::weak), credit(0, "films", Kind::playing, Grade::moderate)});
  EXPECT_EQ(out["films"].owned, 60);
  EXPECT_EQ(out["video"].concurrent, 60);
}

TEST(Ownership, AWeakCreditDoesNotLowerAStrongerOneOfItsService) {
  auto out = totals({credit(0, "social"), credit(10, "social", Kind::interactive, Grade::weak)});
  EXPECT_EQ(out["social"].owned, 70);
  EXPECT_EQ(out["social"].weak, 10);
}

TEST(Ownership, TheLowerFigureOfVideoRunsBetweenChunksAndEndsWithTheLast) {
  auto out = totals({credit(0, "video", Kind::playing, Grade::moderate),
                     credit(50, "video", Kind::playing, Grade::moderate)});
  EXPECT_EQ(out["video"].owned, 110);
  EXPECT_EQ(out["video"].lower, 50);
}

TEST(Ownership, TheLowerFigureOfVideoDoesNotBridgeAPauseLongerThanItsHold) {
  auto out = totals({credit(0, "video", Kind::playing, Grade::moderate),
                     credit(20, "video", Kind::playing, Grade::moderate),
                     credit(81, "video", Kind::playing, Grade::moderate),
                     credit(101, "video", Kind::playing, Grade::moderate)});
  EXPECT_EQ(out["video"].lower, 20 + 20);
}

TEST(Ownership, ACutCreditEndsInTheSecondOfTheCut) {
  Credit held = credit(10.9, "social");
  cut(held, at_ten(25.4), CutCause::handover);
  EXPECT_EQ(held.end - held.first(), 15);
  EXPECT_TRUE(held.handed_over);
  Credit instant = credit(10.1, "social");
  cut(instant, at_ten(10.6), CutCause::other);
  EXPECT_EQ(instant.end - instant.first(), 1) << "the second of the exchange itself stays";
}

std::vector<Claim> claims(UnixSecond from, UnixSecond to) {
  std::vector<Claim> out;
  const Credit any = credit(0, "social");
  for (UnixSecond s = from; s < to; ++s) {
    Claim claim;
    claim.second = s;
    claim.grade = Grade::strong;
    claim.lower = true;
    claim.provenance = any.provenance;
    out.push_back(claim);
  }
  return out;
}

TEST(VisitLengths, UnderThirtySecondsIsWeak) {
  std::vector<Claim> brief = claims(1'000, 1'029);
  VisitLengths().apply(brief, 5'000, Method{});
  EXPECT_EQ(brief.back().grade, Grade::weak);
  EXPECT_FALSE(brief.back().lower);
  EXPECT_EQ(brief.back().reasons, model::bit(model::Reason::short_visit));
  std::vector<Claim> enough = claims(1'000, 1'030);
  VisitLengths().apply(enough, 5'000, Method{});
  EXPECT_EQ(enough.front().grade, Grade::strong);
}

TEST(VisitLengths, RememberAVisitAcrossCallsAndForgetItAfterAGap) {
  const Method method;
  VisitLengths lengths;
  std::vector<Claim> first = claims(1'000, 1'040);
  lengths.apply(first, 1'040, method);
  lengths.forget_before(1'300, method);
  std::vector<Claim> soon = claims(1'300, 1'310);
  lengths.apply(soon, 1'310, method);
  EXPECT_EQ(soon.front().grade, Grade::strong);
  std::vector<Claim> late = claims(1'700, 1'710);
  lengths.apply(late, 1'710, method);
  EXPECT_EQ(late.front().grade, Grade::weak);
}

}  // namespace
}  // namespace edgewatch::account::testing
