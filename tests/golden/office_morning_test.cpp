#include "support/office_morning.hpp"

#include "edgewatch/base/text.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using testing::HasSubstr;

CivilDate tuesday() { return parse_date("2026-11-17").value(); }

TEST(OfficeMorning, TheSameDateAndSeedGiveTheSameBytesAndASmallFile) {
  const auto first = support::office_morning(tuesday(), 1).record().pcap();
  EXPECT_LT(first.size(), 25'000'000U);
  EXPECT_TRUE(first == support::office_morning(tuesday(), 1).record().pcap());
}

TEST(OfficeMorning, RunsFromHalfPastEightToHalfPastTwelveInSummerTimeToo) {
  const support::OfficeMorning morning = support::office_morning(parse_date("2026-07-14").value(), 2);
  const Timestamp begin = parse_rfc3339("2026-07-14T07:30:00Z").value();
  const support::Recording recording = morning.record();
  ASSERT_FALSE(recording.empty());
  EXPECT_EQ(recording.frame(0).at, begin);
  EXPECT_LT(recording.frame(recording.size() - 1).at,
            begin + std::chrono::hours(4) + std::chrono::seconds(5));
  for (const support::TrueUse& use : morning.truth) {
    if (use.span.from == use.span.to) continue;
    EXPECT_GE(use.span.from, begin);
    EXPECT_LE(use.span.to, begin + std::chrono::hours(4));
  }
}

TEST(OfficeMorning, NobodyUsesTwoThingsAtOnceByHandAndTheTablesAddUp) {
  const support::OfficeMorning morning = support::office_morning(tuesday(), 1);
  std::map<std::string, std::vector<support::Span>> by_person;
  for (const support::TrueUse& use : morning.truth)
    if (use.kind == "interactive" && use.span.from != use.span.to) by_person[use.person].push_back(use.span);
  for (auto& [person, spans] : by_person) {
    std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
    for (std::size_t i = 1; i < spans.size(); ++i) EXPECT_GE(spans[i].from, spans[i - 1].to) << person;
  }
  const std::string truth = support::truth_table(morning.truth);
  EXPECT_THAT(truth, HasSubstr("p02\tfacebook\tinteractive\t0\tpersonal\t0\n"));
  EXPECT_THAT(truth, HasSubstr("p03\tfacebook\tinteractive\t125\tpersonal\t1\n"));
  EXPECT_THAT(truth, HasSubstr("p04\tyoutube\tplaying\t2100\tpersonal\t1\n"));
  EXPECT_THAT(truth, HasSubstr("p07\tx\tinteractive\t1150\tauthorised\t1\n"));
  EXPECT_THAT(
      support::visit_table(morning.truth),
      HasSubstr("p03\tfacebook\tinteractive\t2026-11-17T08:52:00Z\t2026-11-17T08:54:05Z\tpersonal\n"));
}

TEST(OfficeMorning, EveryFrameIsOfAMachineOfTheMorning) {
  const support::Recording recording = support::office_morning(tuesday(), 1).record();
  std::map<std::string, std::size_t> frames;
  for (const support::OfficeMember& who : support::office_members()) frames[who.machine.mac.to_string()] = 0;
  frames[support::office_guest().mac.to_string()] = 0;
  for (const net::Frame& frame : recording.frames()) {
    const auto to = net::MacAddress::from_bytes(frame.bytes.first(6)).value().to_string();
    const auto from = net::MacAddress::from_bytes(frame.bytes.subspan(6, 6)).value().to_string();
    ASSERT_TRUE(frames.contains(to) != frames.contains(from)) << from << " to " << to;
    ++frames[frames.contains(to) ? to : from];
  }
  for (const auto& [mac, count] : frames) EXPECT_GT(count, 1000U) << mac;
}

}  // namespace
}  // namespace edgewatch::golden
