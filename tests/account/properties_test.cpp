// What holds for every input: no second twice, no answer that depends on when one asks, less seen never more
// counted.
#include "story.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::account::testing {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

/// Anything a device can do, in no sensible order.
Story noise(std::uint32_t seed, const std::string& device, double hours) {
  Story story(seed, "p17", device);
  Dice& dice = story.dice;
  const int end = static_cast<int>(hours * 3'600);
  for (int t = dice.between(0, 300); t < end; t += dice.between(1, 500)) {
    switch (dice.between(0, 11)) {
      case 0:
        story.load(t);
        break;
      case 1:
        story.blog_load(t);
        break;
      case 2:
        story.acts(t, t + dice.between(1, 400));
        break;
      case 3:
        story.news(t);
        break;
      case 4:
        story.news(t).ex(t + 1.5, "www.social.example", 1'200, 120'000);
        break;
      case 5:
        story.video_load(t).chunks(t + 3, t + dice.between(20, 900));
        break;
      case 6:
        for (int k = 0; k < 8; ++k)
          story.ex(t + 60 * k + dice.between(-1, 1), "www.social.example", 2'500 + dice.between(-60, 60),
                   4'000);
        break;
      case 7:
        for (int k = 0; k < 7; ++k) story.ex(t + 150 * k, "www.blog.example", 700, 9'000);
        break;
      case 8:
        for (int k = 0; k < 9; ++k)
          story.ex(t + k * dice.between(3, 20), "web.chat.example", dice.between(180, 900), 200);
        break;
      case 9:
        story.blog_act(t).act(t + 0.4);
        break;
      case 10:
        for (int k = 0; k < 40; ++k) story.ex(t + k * 1.3, "call.meeting.example", 900, 9'000);
        break;
      default:
        story.ex(t, "api.photos.example", 900, 60'000).ex(t + 17, "api.photos.example", 1'300, 60'000);
        break;
    }
  }
  return story;
}

std::vector<Activity> noisy_day(std::uint32_t seed, double hours = 3) {
  std::vector<Activity> all = noise(seed, "00:00:5e:00:53:01", hours).activities();
  for (const Activity& activity : noise(seed + 1'000, "00:00:5e:00:53:02", hours).activities())
    all.push_back(activity);
  return in_order(std::move(all));
}

void append(Rows& rows, const Output& output) {
  std::transform(output.slices.begin(), output.slices.end(), std::back_inserter(rows), row_text);
}

std::map<std::string, std::uint32_t> sums(const std::vector<Output>& outputs) {
  std::map<std::string, std::uint32_t> sums;
  for (const Output& output : outputs) {
    for (const model::Exclusion& e : output.exclusions) sums[e.reason] += e.count;
  }
  return sums;
}

class Noise : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Noise, ::testing::Range(1U, 9U));

TEST_P(Noise, RowsDoNotDependOnWhenTheAccountantIsAsked) {
  const std::vector<Activity> day = noisy_day(GetParam());
  Accountant never;
  Accountant often;
  Accountant rarely;
  Rows often_rows;
  Rows rarely_rows;
  Rows never_rows;
  std::vector<Output> often_outputs;
  Dice dice(GetParam());
  for (const Activity& activity : day) {
    never.add(activity);
    often_outputs.push_back(often.advance(activity.at));
    append(often_rows, often_outputs.back());
    often.add(activity);
    if (dice.between(0, 300) == 0) append(rarely_rows, rarely.advance(activity.at));
    rarely.add(activity);
  }
  const Output all = never.finish();
  append(never_rows, all);
  often_outputs.push_back(often.finish());
  append(often_rows, often_outputs.back());
  append(rarely_rows, rarely.finish());
  ASSERT_GT(never_rows.size(), 20U);
  EXPECT_EQ(often_rows, never_rows);
  EXPECT_EQ(rarely_rows, never_rows);
  EXPECT_EQ(sums(often_outputs), sums({all}));
}

TEST_P(Noise, AFinalMinuteNeedsNothingThatComesLater) {
  const std::vector<Activity> day = noisy_day(GetParam());
  const Output whole = account(day);
  std::size_t compared = 0;
  Dice dice(GetParam());
  for (int cut = 0; cut < 6; ++cut) {
    const Timestamp now = at_ten(dice.between(1'000, 11'000)) + 1us;
    Accountant accountant;
    for (const Activity& activity : day) {
      if (activity.at < now) accountant.add(activity);
    }
    Rows rows;
    append(rows, accountant.advance(now));
    Rows expected;
    for (const model::UsageSlice& slice : whole.slices) {
      if (slice.minute < minute_of(now - 15min)) expected.push_back(row_text(slice));
    }
    EXPECT_EQ(rows, expected) << "asked at " << format_rfc3339(now);
    compared += rows.size();
  }
  EXPECT_GT(compared, 20U);
}

TEST_P(Noise, TheSecondsOfOnePersonNeverExceedTheClock) {
  std::map<UtcMinute, int> owned;
  std::set<std::tuple<UtcMinute, std::string, model::Kind, model::Grade, model::Purpose>> keys;
  for (const model::UsageSlice& slice : account(noisy_day(GetParam())).slices) {
    EXPECT_GE(slice.seconds, 1);
    EXPECT_LE(slice.seconds, 60);
    EXPECT_LE(slice.lower_seconds, slice.seconds);
    if (slice.grade == model::Grade::weak || slice.kind == model::Kind::concurrent) {
      EXPECT_EQ(slice.lower_seconds, 0);
    }
    if (slice.kind != model::Kind::concurrent) owned[slice.minute] += slice.seconds;
    EXPECT_TRUE(
        keys.emplace(slice.minute, slice.service.text(), slice.kind, slice.grade, slice.purpose).second)
        << "twice: " << row_text(slice);
  }
  for (const auto& [minute, seconds] : owned) EXPECT_LE(seconds, 60) << format_minute(minute);
}

TEST_P(Noise, RowsComeInTheByteOrderOfTheirKeys) {
  const Output out = account(noisy_day(GetParam()));
  const auto key = [](const model::UsageSlice& s) {
    return std::tuple(format_minute(s.minute), s.subject.text(), s.service.text(), model::to_string(s.kind),
                      model::to_string(s.grade), model::to_string(s.purpose));
  };
  EXPECT_TRUE(std::is_sorted(out.slices.begin(), out.slices.end(),
                             [&](const auto& a, const auto& b) { return key(a) < key(b); }));
}

TEST_P(Noise, TheOrderInWhichFlowsOfASecondArriveChangesNothing) {
  std::vector<Activity> day = noisy_day(GetParam(), 1);
  Rows expected;
  append(expected, account(day));
  // Whole seconds arrive turned round; each flow keeps its order, since it has one activity in a second.
  std::stable_sort(day.begin(), day.end(), [](const Activity& a, const Activity& b) {
    const auto second = [](const Activity& x) { return std::chrono::floor<std::chrono::seconds>(x.at); };
    return second(a) != second(b) ? second(a) < second(b) : a.flow > b.flow;
  });
  Rows turned;
  append(turned, account(day));
  EXPECT_EQ(turned, expected);
}

int counted(const Output& output) {
  int seconds = 0;
  for (const model::UsageSlice& slice : output.slices) {
    if (slice.grade > model::Grade::weak && slice.kind != model::Kind::concurrent) seconds += slice.seconds;
  }
  return seconds;
}

Story sensible_morning(std::uint32_t seed) {
  Story story(seed);
  Dice& dice = story.dice;
  for (int t = 0; t < 10'000; t += dice.between(20, 60))
    story.ex(t, "mail.work.example", dice.between(800, 2'500), dice.between(2'000, 60'000));
  story.load(600).acts(607, 600 + dice.between(200, 600));
  for (int k = 0; k < 100; ++k)
    story.ex(1'300 + 60 * k + dice.between(-1, 1), "www.social.example", 2'500 + dice.between(-60, 60),
             4'000);
  for (int k = 0; k < 6; ++k)
    story.news(3'000 + 70 * k + dice.between(0, 20))
        .ex(3'002 + 70 * k + dice.between(0, 20), "www.blog.example", 1'200, 120'000);
  story.video_load(5'000).chunks(5'003, 5'900);
  story.blog_load(7'000);
  for (int t = 7'010; t < 7'600; t += dice.between(4, 40)) story.blog_act(t);
  return story;
}

TEST(Loss, DroppingOneSecondInTwentyNeverAddsMoreThanTwoPercent) {
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    const std::vector<Activity> morning = sensible_morning(seed).activities();
    const int whole = counted(account(morning));
    ASSERT_GT(whole, 500);
    for (std::uint32_t drop = 0; drop < 8; ++drop) {
      Dice dice(100 * seed + drop);
      Accountant accountant;
      std::map<UtcMinute, std::pair<std::uint64_t, std::uint64_t>> counts;  // seen, lost
      for (const Activity& activity : morning) {
        constexpr double share = 0.05;
        const bool lost = dice.fraction() < share;
        auto& [seen, missed] = counts[minute_of(activity.at)];
        ++(lost ? missed : seen);
        if (!lost) accountant.add(activity);
      }
      for (const auto& [minute, count] : counts) accountant.loss(minute, 0, count.first, count.second);
      EXPECT_LE(counted(accountant.finish()), whole + whole / 50) << "seed " << seed << " drop " << drop;
    }
  }
}

TEST(Rows, NoActivityGivesNone) {
  Accountant accountant;
  EXPECT_TRUE(accountant.advance(at_ten(3'600)).slices.empty());
  EXPECT_TRUE(accountant.finish().slices.empty());
}

}  // namespace
}  // namespace edgewatch::account::testing
