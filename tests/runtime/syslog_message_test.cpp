#include "syslog_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

const Timestamp near = *parse_rfc3339("2026-11-17T09:00:05Z");

TEST(Syslog, Rfc5424) {
  const auto message = parse_syslog(
      "<13>1 2026-11-17T09:00:00.5Z desk-17 Security 652 - [a@1 x=\"1\\\"]\"][NXLOG@14506 EventID=\"4624\"] "
      "\xEF\xBB\xBFtext",
      near);
  ASSERT_TRUE(message);
  EXPECT_EQ(*message->at, *parse_rfc3339("2026-11-17T09:00:00.5Z"));
  EXPECT_EQ(message->host, "desk-17");
  EXPECT_EQ(message->text, "text");
  EXPECT_EQ(structured_value(message->structured, "x"), "1\"]");
  EXPECT_EQ(structured_value(message->structured, "EventID"), "4624");
  EXPECT_EQ(structured_value(message->structured, "ID"), std::nullopt);
}

TEST(Syslog, Rfc5424ThatDoesNotHoldIsRefused) {
  for (const char* text :
       {"<13>1 ", "<13>1 yesterday host app - - - x", "<13>1 - host app - - [a x", "<13>1 - host"})
    EXPECT_FALSE(parse_syslog(text, near)) << text;
  EXPECT_TRUE(parse_syslog("<13>1 - host app - - -", near));
}

TEST(Syslog, Rfc3164) {
  const auto message = parse_syslog("<13>Nov 17 09:00:00 desk-17 Security[652]: text\n", near);
  ASSERT_TRUE(message);
  EXPECT_EQ(*message->at, *parse_rfc3339("2026-11-17T09:00:00Z"));
  EXPECT_EQ(message->host, "desk-17");
  EXPECT_EQ(message->text, "Security[652]: text");
  const auto iso = parse_syslog("<13>2026-11-17T09:00:00.25+00:00 desk-17 text", near);
  ASSERT_TRUE(iso);
  EXPECT_EQ(iso->host, "desk-17");
  EXPECT_TRUE(iso->at);
  const auto bare = parse_syslog("<13>only text here", near);
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->text, "only text here");
  EXPECT_FALSE(bare->at);
}

TEST(Syslog, WithoutAPriorityItIsNone) {
  for (const char* text : {"", "<", "<>", "<192>x", "<1234>x", "text", "<a>x"})
    EXPECT_FALSE(parse_syslog(text, near)) << text;
}

TEST(SyslogTime, TakesTheYearThatIsNearest) {
  const Timestamp new_year = *parse_rfc3339("2027-01-01T00:00:10Z");
  EXPECT_EQ(parse_bsd_time("Dec 31 23:59:58", new_year), parse_rfc3339("2026-12-31T23:59:58Z"));
  EXPECT_EQ(parse_bsd_time("Jan  1 00:00:01", *parse_rfc3339("2026-12-31T23:59:59Z")),
            parse_rfc3339("2027-01-01T00:00:01Z"));
  EXPECT_EQ(parse_bsd_time("Nov 17 09:00:00 2025", near), parse_rfc3339("2025-11-17T09:00:00Z"));
  EXPECT_FALSE(parse_bsd_time("Feb 30 09:00:00", near));
  EXPECT_FALSE(parse_bsd_time("Nov 17 25:00:00", near));
}

TEST(SyslogTime, IsLondons) {
  EXPECT_EQ(parse_london_time("2026-07-01 09:00:00", near), parse_rfc3339("2026-07-01T08:00:00Z"));
  // 01:30 comes twice on 25 October 2026.
  EXPECT_EQ(parse_london_time("2026-10-25 01:30:00", *parse_rfc3339("2026-10-25T00:31:00Z")),
            parse_rfc3339("2026-10-25T00:30:00Z"));
  EXPECT_EQ(parse_london_time("2026-10-25 01:30:00", *parse_rfc3339("2026-10-25T01:31:00Z")),
            parse_rfc3339("2026-10-25T01:30:00Z"));
  EXPECT_FALSE(parse_london_time("2026-07-01 09:00:00Z", near)) << "that has a zone";
}

std::vector<std::string> framed(const std::string& stream, std::size_t at_a_time) {
  SyslogFramer framer;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size(); at += at_a_time)
    EXPECT_TRUE(framer.add(std::string_view(stream).substr(at, at_a_time), out));
  return out;
}

TEST(SyslogFrames, AreTheSameHoweverTheBytesCome) {
  const std::string counted = "9 <13>a\nb c5 <1>de";
  const std::string lines = "<13>a\n<13>b c\n\n<14>d\n";
  for (const std::size_t at_a_time : {1U, 2U, 3U, 7U, 100U}) {
    EXPECT_THAT(framed(counted, at_a_time), ElementsAre("<13>a\nb c", "<1>de"));
    EXPECT_THAT(framed(lines, at_a_time), ElementsAre("<13>a", "<13>b c", "<14>d"));
  }
}

TEST(SyslogFrames, StreamThatLostThemIsClosed) {
  for (const std::string& stream : {std::string("99999999 x"), std::string("0 x"), std::string("12x4 y"),
                                    std::string("<") + std::string(SyslogFramer::longest_message + 1, 'a')}) {
    SyslogFramer framer;
    std::vector<std::string> out;
    EXPECT_FALSE(framer.add(stream, out)) << stream.substr(0, 20);
    EXPECT_TRUE(out.empty());
  }
}

}  // namespace
}  // namespace edgewatch::runtime
