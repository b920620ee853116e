#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::ElementsAre;
using Event = model::TenancyEvent;

const std::string header = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session\n";

std::vector<std::string> mistakes(const std::string& rows) {
  Workspace workspace;
  workspace.file("feed.csv", header + rows);
  const auto result = load_tenancy(workspace.path("feed.csv"));
  return result ? std::vector<std::string>{} : workspace.texts(result.error());
}

TEST(TenancyFeed, ReadsEveryColumn) {
  Workspace workspace;
  workspace.file("feed.csv",
                 header +
                     "2026-11-17T08:00:05Z,lease,10.20.1.17,02:00:5e:10:00:17,,2026-11-17T08:00:00Z,2026-11-"
                     "17T16:00:00Z,dhcp,\n"
                     "2026-11-17T09:00:00Z,logon,,02:00:5e:10:00:17,COUNCIL\\s17,,,windows,0x3e7\n");
  const auto result = load_tenancy(workspace.path("feed.csv"));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->size(), 2U);
  const Event& lease = (*result)[0];
  EXPECT_EQ(lease.kind, Event::Kind::lease);
  EXPECT_EQ(lease.source, Event::Source::dhcp);
  EXPECT_EQ(lease.address->to_string(), "10.20.1.17");
  EXPECT_EQ(format_rfc3339(lease.valid.from), "2026-11-17T08:00:00Z");
  EXPECT_EQ(format_rfc3339(lease.valid.to), "2026-11-17T16:00:00Z");
  const Event& logon = (*result)[1];
  EXPECT_EQ(logon.person, "COUNCIL\\s17");
  EXPECT_EQ(logon.session, "0x3e7");
  EXPECT_EQ(logon.valid.from, logon.recorded_at) << "an empty valid_from";
  EXPECT_EQ(logon.valid.to, Timestamp::max()) << "an empty valid_to is open-ended";
}

TEST(TenancyFeed, SaysByWhoseClockWhereItKnows) {
  Workspace workspace;
  Event logon;
  logon.recorded_at = *parse_rfc3339("2026-11-17T09:00:05Z");
  logon.valid.from = *parse_rfc3339("2026-11-17T09:00:00Z");
  logon.kind = Event::Kind::logon;
  logon.source = Event::Source::windows;
  logon.address = net::IpAddress::parse("10.20.1.17");
  logon.person = "p17";
  logon.sender = "desk-17.council.example";
  workspace.file("feed.csv", tenancy_header() + tenancy_row(logon));
  const auto result = load_tenancy(workspace.path("feed.csv"));
  ASSERT_TRUE(result);
  ASSERT_EQ(result->size(), 1U);
  EXPECT_EQ(result->front().sender, "desk-17.council.example");
}

TEST(TenancyFeed, EveryMistakeHasItsLineAndColumn) {
  EXPECT_THAT(mistakes("now,leese,10.20.1,02:00,,,,dhpc,\n"),
              ElementsAre("feed.csv:2:1: 'now' is not an RFC 3339 time; write it as 2026-11-17T09:00:00Z",
                          "feed.csv:2:5: 'leese' is not a kind of event; did you mean 'lease'?",
                          "feed.csv:2:11: '10.20.1' is not an IP address; write one address, as 10.20.1.17",
                          "feed.csv:2:19: '02:00' is not a MAC address; write it as 02:00:5e:10:00:01",
                          "feed.csv:2:28: 'dhpc' is not a source; did you mean 'dhcp'?"));
}

TEST(TenancyFeed, EachKindHasWhatItNeeds) {
  EXPECT_THAT(
      mistakes(
          "2026-11-17T09:00:00Z,lease,10.20.1.17,,,,,dhcp,\n"
          "2026-11-17T09:00:00Z,release,,02:00:5e:10:00:17,,,,dhcp,\n"
          "2026-11-17T09:00:00Z,logon,10.20.1.17,,,,,windows,\n"
          "2026-11-17T09:00:00Z,lock,,,p17,,,windows,\n"
          "2026-11-17T09:00:00Z,logoff,,,,,,windows,s1\n"
          "2026-11-17T09:00:00Z,logon,10.20.1.17,,p17,2026-11-17T09:00:00Z,2026-11-17T08:00:00Z,windows,\n"),
      ElementsAre(
          "feed.csv:2:22: a lease names an address and a MAC; fill both columns",
          "feed.csv:3:22: a release names an address; fill the column address",
          "feed.csv:4:40: a logon names a person; write the person's id or account",
          "feed.csv:5:22: this lock names neither address nor MAC; fill at least one of the two columns",
          "feed.csv:7:65: the event ends before it begins; put the later time under 'valid_to', or leave it "
          "empty"));
}

TEST(TenancyFeed, IsInOrderOfRecording) {
  EXPECT_THAT(
      mistakes("2026-11-17T09:00:00Z,shared,10.20.1.17,,,,,admin,\n2026-11-17T08:00:00Z,shared,10.20.1.18,,,,"
               ",admin,\n"),
      ElementsAre(
          "feed.csv:3:1: this was recorded before the line above it; keep the feed in order of recorded_at"));
}

TEST(TenancyFeed, ABrokenHeaderOrFileIsNamed) {
  Workspace workspace;
  workspace.file("feed.csv", "recorded_at,kind\n");
  const auto result = load_tenancy(workspace.path("feed.csv"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().size(), 7U) << "seven columns are missing";
  EXPECT_FALSE(load_tenancy(workspace.path("none.csv")));
}

}  // namespace
}  // namespace edgewatch::config
