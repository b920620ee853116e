#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Workspace& with_identity(Workspace& workspace, const std::string& lines) {
  small(workspace)
      .file("edgewatch.toml",
            "inside = [\"10.20.0.0/16\"]\n[storage]\nledger = \"sqlite:ledger.db\"\n[identity]\n" + lines)
      .file("radius.secret", "s3cret\n")
      .file("server.crt", "x")
      .file("server.key", "x")
      .file("ca.crt", "x")
      .file("computers.csv", "computer,mac\nDESK-17,02:00:5e:10:00:17\n");
  std::filesystem::permissions(workspace.path("radius.secret"), std::filesystem::perms::owner_read);
  return workspace;
}
std::vector<std::string> mistakes(const std::string& lines) {
  Workspace workspace;
  return with_identity(workspace, lines).mistakes();
}

TEST(IdentitySources, AreAllRead) {
  Workspace workspace;
  const auto loaded =
      with_identity(workspace,
                    "sources = [{ format = \"kea\", file = \"kea.csv\" }, { format = \"isc\", file = "
                    "\"/var/lib/dhcp/dhcpd.leases\" }]\n"
                    "radius_clients = [{ address = \"10.20.2.9\", secret_file = \"radius.secret\" }]\n"
                    "radius_listen = \"10.20.2.5:1813\"\n"
                    "syslog_listeners = [{ transport = \"udp\", listen = \"[2001:db8:20::5]:514\" },\n"
                    "  { transport = \"tls\", listen = \"10.20.2.5:6514\", certificate = \"server.crt\", key "
                    "= \"server.key\", authority = \"ca.crt\" }]\n"
                    "syslog_senders = [{ from = \"10.20.3.0/24\", role = \"workstation\" }, { from = "
                    "\"10.20.2.3\", role = \"dc\" }]\n"
                    "service_accounts = [\"svc-*\"]\ncomputers = \"computers.csv\"\n")
          .load();
  ASSERT_TRUE(loaded) << to_string(loaded.error().at(0));
  const IdentitySources& sources = loaded->settings.identity;
  ASSERT_THAT(sources.lease_files, SizeIs(2));
  EXPECT_EQ(sources.lease_files[0].file, workspace.path("kea.csv"));
  EXPECT_EQ(sources.lease_files[1].format, LeaseFile::Format::isc);
  EXPECT_EQ(sources.radius_listen->port, 1813);
  ASSERT_THAT(sources.syslog_listeners, SizeIs(2));
  EXPECT_EQ(sources.syslog_listeners[0].at.address.to_string(), "2001:db8:20::5");
  EXPECT_EQ(sources.syslog_listeners[1].authority, workspace.path("ca.crt"));
  EXPECT_EQ(sources.syslog_senders[1].role, SyslogSender::Role::dc);
  EXPECT_THAT(sources.service_accounts, ElementsAre("svc-*"));
  EXPECT_EQ(*sources.spool, workspace.path("identity.csv")) << "beside the ledger";
  ASSERT_THAT(loaded->computers, SizeIs(1));
  EXPECT_EQ(loaded->computers[0].name, "desk-17");
  EXPECT_THAT(describe(loaded->settings), HasSubstr("identity.radius_listen = 10.20.2.5 port 1813\n"));
}

TEST(IdentitySources, NoneIsTheDefaultAndALedgerInMemoryHasNoSpool) {
  Workspace workspace;
  const auto loaded =
      small(workspace)
          .file("edgewatch.toml",
                "inside = [\"10.20.0.0/16\"]\n[storage]\nledger = \"sqlite::memory:\"\n[identity]\n")
          .load();
  ASSERT_TRUE(loaded);
  EXPECT_FALSE(loaded->settings.identity.any());
  EXPECT_FALSE(loaded->settings.identity.spool);
}

TEST(IdentitySources, EveryMistakeIsToldWithItsPlaceAndWhatToDo) {
  EXPECT_THAT(mistakes("sources = [{ format = \"ics\", file = \"a\" }]\n"),
              ElementsAre(AllOf(HasSubstr("edgewatch.toml:5:"), HasSubstr("isc"))));
  EXPECT_THAT(mistakes("sources = [{ format = \"isc\" }]\n"), Contains(HasSubstr("name the lease file")));
  EXPECT_THAT(
      mistakes("sources = [{ format = \"isc\", file = \"a\" }, { format = \"kea\", file = \"a\" }]\n"),
      ElementsAre(HasSubstr("lease file 'a' stands twice")));
  EXPECT_THAT(mistakes("radius_listen = \"10.20.2.5\"\n"),
              Contains(HasSubstr("is not an address and a port")));
  EXPECT_THAT(mistakes("radius_listen = \"10.20.2.5:1813\"\n"),
              ElementsAre(HasSubstr("no access server is listed")));
  EXPECT_THAT(mistakes("syslog_listeners = [{ transport = \"udp\", listen = \"10.20.2.5:514\" }]\n"),
              ElementsAre(HasSubstr("no sender is listed")));
  const std::string senders = "syslog_senders = [{ from = \"10.20.2.3\", role = \"dc\" }]\n";
  EXPECT_THAT(mistakes("syslog_listeners = [{ transport = \"tls\", listen = \"10.20.2.5:6514\", certificate "
                       "= \"none\", key = "
                       "\"server.key\" }]\n" +
                       senders),
              ElementsAre(HasSubstr("'authority' is missing"), HasSubstr("cannot be read")));
  EXPECT_THAT(mistakes("syslog_listeners = [{ transport = \"udp\", listen = \"10.20.2.5:0\" }]\n" + senders),
              ElementsAre(HasSubstr("is not an address and a port")));
  EXPECT_THAT(mistakes("syslog_senders = [{ from = \"10.20.2.3/8\", role = \"dc\" }]\n"), SizeIs(1));
  EXPECT_THAT(mistakes("service_accounts = [\"*\", \"a*b\"]\n"), SizeIs(2));
  EXPECT_THAT(mistakes("computers = \"none.csv\"\n"), SizeIs(1));
}

TEST(IdentitySources, ComputersAreListedOnceWithTheirMac) {
  Workspace workspace;
  with_identity(workspace, "computers = \"computers.csv\"\n")
      .file("computers.csv",
            "computer,mac\nDESK-17,02:00:5e:10:00:17\ndesk-17,02:00:5e:10:00:18\ndesk-18,nonsense\n");
  EXPECT_THAT(workspace.mistakes(),
              ElementsAre(HasSubstr("computers.csv:3:1: computer 'desk-17' is empty or stands twice"),
                          HasSubstr("computers.csv:4:9: 'nonsense' is not a MAC address")));
}

}  // namespace
}  // namespace edgewatch::config
