#include "logon_rules.hpp"

#include "account_name.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Kind = model::TenancyEvent::Kind;
using Source = model::TenancyEvent::Source;
using Role = config::SyslogSender::Role;

const Timestamp nine = *parse_rfc3339("2026-11-17T09:00:00Z");
const net::IpAddress desk = *net::IpAddress::parse("10.20.1.17");
const net::IpAddress controller = *net::IpAddress::parse("10.20.2.3");

WindowsEvent event(int id, const std::string& type = "2") {
  WindowsEvent out;
  out.id = id;
  out.at = nine;
  out.computer = "desk-17.council.example";
  out.target_user_name = "p17";
  out.target_domain_name = "COUNCIL";
  out.target_logon_id = "0x5A1B2C";
  out.logon_type = type;
  return out;
}
WindowsEvent ticket(int id, const std::string& user = "p17", const std::string& domain = "COUNCIL") {
  WindowsEvent out = event(id, "");
  out.target_user_name = user;
  out.target_domain_name = domain;
  out.ip_address = "::ffff:10.20.1.17";
  out.status = "0x0";
  return out;
}

class Logons : public ::testing::Test {
 protected:
  LogonRules::Outcome judge(const WindowsEvent& given, Role role = Role::workstation, Timestamp at = nine) {
    return rules_.judge(given, role, role == Role::workstation ? desk : controller, at);
  }
  LogonRules rules_{{"svc-*", "council\\backup"},
                    {{"desk-17", *net::MacAddress::parse("02:00:5e:10:00:17")}}};
};

TEST_F(Logons, ConsoleLogonIsThePersonBehindTheSendersAddress) {
  for (const char* type : {"2", "10", "11", "12"}) {
    WindowsEvent given = event(4624, type);
    given.ip_address = "10.20.77.77";  // of a remote desktop's client: the session is here
    const auto outcome = judge(given);
    ASSERT_EQ(outcome.events.size(), 1U) << type;
    EXPECT_EQ(outcome.events[0].kind, Kind::logon);
    EXPECT_EQ(outcome.events[0].source, Source::windows);
    EXPECT_EQ(outcome.events[0].person, "COUNCIL\\p17");
    EXPECT_EQ(outcome.events[0].address, desk);
    EXPECT_EQ(outcome.events[0].session, "desk-17.council.example/0x5a1b2c");
  }
}

TEST_F(Logons, NetworkBatchAndServiceLogonsAreNobodySittingThere) {
  for (const char* type : {"0", "3", "4", "5", "8", "9", ""})
    EXPECT_EQ(judge(event(4624, type)).refusal, "logon type");
}

TEST_F(Logons, RunasIsNobodyNew) {
  WindowsEvent given = event(4624);
  given.logon_process = "seclogo";
  EXPECT_EQ(judge(given).refusal, "not at the console");
  given.logon_process = "User32 ";
  EXPECT_EQ(judge(given).events.size(), 1U);
}

TEST_F(Logons, MachinesServicesAndWindowsItselfAreNobody) {
  for (const auto& [user, domain] :
       std::vector<std::pair<const char*, const char*>>{{"DESK-17$", "COUNCIL"},
                                                        {"ANONYMOUS LOGON", "NT AUTHORITY"},
                                                        {"-", "-"},
                                                        {"", ""},
                                                        {"svc-print", "COUNCIL"},
                                                        {"Backup", "COUNCIL"},
                                                        {"DWM-2", "Window Manager"},
                                                        {"UMFD-1", "Font Driver Host"},
                                                        {"SYSTEM", "NT AUTHORITY"},
                                                        {"bad\nname", "COUNCIL"},
                                                        {"\xff\xfe", "COUNCIL"},
                                                        {"=cmd", ""}}) {
    WindowsEvent given = event(4624);
    given.target_user_name = user;
    given.target_domain_name = domain;
    const auto outcome = judge(given);
    EXPECT_TRUE(outcome.events.empty()) << user;
    EXPECT_NE(outcome.refusal, "") << user;
  }
}

TEST_F(Logons, UnlockByPasswordIsNoSessionOfItsOwn) {
  WindowsEvent given = event(4624, "7");
  given.target_logon_id = "0x999";
  const auto outcome = judge(given);
  ASSERT_EQ(outcome.events.size(), 1U);
  EXPECT_EQ(outcome.events[0].kind, Kind::unlock);
  EXPECT_EQ(outcome.events[0].session, "");
  WindowsEvent end = event(4634, "7");
  end.target_logon_id = "0x999";
  EXPECT_EQ(judge(end).refusal, "logon type")
      << "the session of the unlock ends at once, the person's goes on";
}

TEST_F(Logons, LockUnlockAndLogoffSpeakOfTheSessionWhereItBegan) {
  static_cast<void>(judge(event(4624)));
  EXPECT_EQ(judge(event(4800, "")).events.at(0).kind, Kind::lock);
  EXPECT_EQ(judge(event(4801, "")).events.at(0).kind, Kind::unlock);
  const auto moved =
      rules_.judge(event(4647, ""), Role::workstation, *net::IpAddress::parse("10.20.1.99"), nine);
  ASSERT_EQ(moved.events.size(), 1U);
  EXPECT_EQ(moved.events[0].kind, Kind::logoff);
  EXPECT_EQ(moved.events[0].address, desk) << "where it began";
}

TEST_F(Logons, EndOfAnUnknownSessionIsThePersonsOnlyWhereThePersonDidIt) {
  EXPECT_EQ(judge(event(4634)).refusal, "unknown session");
  const auto left = judge(event(4647, ""));
  ASSERT_EQ(left.events.size(), 1U);
  EXPECT_EQ(left.events[0].session, "");
  EXPECT_EQ(left.events[0].person, "COUNCIL\\p17");
}

TEST_F(Logons, TicketsNameTheClientsAddress) {
  for (const int id : {4768, 4769, 4770}) {
    LogonRules fresh{{}, {}};
    const auto outcome =
        fresh.judge(ticket(id, "p17@COUNCIL.EXAMPLE", "COUNCIL.EXAMPLE"), Role::dc, controller, nine);
    ASSERT_EQ(outcome.events.size(), 1U) << id;
    EXPECT_EQ(outcome.events[0].source, Source::dc);
    EXPECT_EQ(outcome.events[0].address, desk);
    EXPECT_EQ(outcome.events[0].person, "p17@COUNCIL.EXAMPLE");
  }
  EXPECT_EQ(judge(ticket(4768, "p17", "council.example"), Role::dc).events.at(0).person,
            "p17@council.example");
}

TEST_F(Logons, TicketsThatFailedOrAreTheControllersOwnSayNothing) {
  WindowsEvent failed = ticket(4768);
  failed.status = "0x12";
  EXPECT_EQ(judge(failed, Role::dc).refusal, "failed request");
  for (const char* address : {"::1", "127.0.0.1", "-", "", "fe80::1", "nonsense", "0.0.0.0"}) {
    WindowsEvent own = ticket(4768);
    own.ip_address = address;
    EXPECT_EQ(judge(own, Role::dc).refusal, "no address") << address;
  }
  EXPECT_EQ(judge(ticket(4769, "DESK-17$@COUNCIL.EXAMPLE"), Role::dc).refusal, "machine account");
}

TEST_F(Logons, TwoMachinesByTurnsAtOneAddressAreBehindANat) {
  const auto asks = [&](const char* machine, std::chrono::minutes after) {
    WindowsEvent given = ticket(4769, machine);
    given.at = nine + after;
    return judge(given, Role::dc, nine + after);
  };
  EXPECT_EQ(asks("DESK-17$@COUNCIL.EXAMPLE", 0min).refusal, "machine account");
  EXPECT_EQ(asks("desk-18$@COUNCIL.EXAMPLE", 10min).refusal, "machine account") << "the lease may have moved";
  const auto again = asks("desk-17$@council.example", 20min);
  ASSERT_EQ(again.events.size(), 1U);
  EXPECT_EQ(again.events[0].kind, Kind::shared);
  EXPECT_EQ(again.events[0].address, desk);
  EXPECT_EQ(again.events[0].valid.from, nine + 10min) << "since the second came";
  EXPECT_EQ(again.events[0].person, "");
}

TEST_F(Logons, AddressThatOneMachineHandsToAnotherIsNobodysNat) {
  const auto asks = [&](const char* machine, std::chrono::minutes after) {
    WindowsEvent given = ticket(4768, machine);
    given.at = nine + after;
    return judge(given, Role::dc, nine + after).refusal;
  };
  for (const int minute : {0, 5, 10})
    EXPECT_EQ(asks("DESK-17$", std::chrono::minutes(minute)), "machine account");
  for (const int minute : {20, 25, 30})
    EXPECT_EQ(asks("DESK-18$", std::chrono::minutes(minute)), "machine account");
  EXPECT_EQ(asks("DESK-19$", 40min), "machine account");
  EXPECT_EQ(asks("DESK-18$", 100min), "machine account") << "long after";
}

TEST_F(Logons, ControllerThatRepeatsItselfIsHeardOnceInFiveMinutes) {
  EXPECT_EQ(judge(ticket(4769), Role::dc).events.size(), 1U);
  EXPECT_EQ(judge(ticket(4769), Role::dc).refusal, "repeated");
  WindowsEvent later = ticket(4769);
  later.at = nine + 5min;
  EXPECT_EQ(judge(later, Role::dc, nine + 5min).events.size(), 1U);
}

TEST_F(Logons, NobodySpeaksOfWhatIsNotTheirs) {
  EXPECT_EQ(judge(ticket(4768), Role::workstation).refusal, "not its sender's to say");
  EXPECT_EQ(judge(event(4800), Role::dc).refusal, "not its sender's to say");
  WindowsEvent other = event(4688);
  EXPECT_EQ(judge(other).refusal, "not a logon event");
}

TEST_F(Logons, CollectorsWorkstationIsTheDeviceThatIsListed) {
  const auto known = judge(event(4624), Role::collector);
  ASSERT_EQ(known.events.size(), 1U);
  EXPECT_EQ(known.events[0].mac->to_string(), "02:00:5e:10:00:17");
  EXPECT_FALSE(known.events[0].address);
  WindowsEvent stranger = event(4624);
  stranger.computer = "desk-18.council.example";
  EXPECT_EQ(judge(stranger, Role::collector).refusal, "unknown computer");
  EXPECT_EQ(judge(ticket(4768), Role::collector).events.at(0).address, desk);
}

TEST_F(Logons, EventKeepsTheTimeItStatesAndSaysByWhoseClock) {
  const auto own = judge(event(4624), Role::workstation, nine + 1h).events.at(0);
  EXPECT_EQ(own.valid.from, nine) << "late or wrong: whoever hears all of its sender's events can tell";
  EXPECT_EQ(own.recorded_at, nine + 1h);
  EXPECT_EQ(own.sender, desk.to_string());
  EXPECT_EQ(judge(event(4624), Role::collector).events.at(0).sender, "desk-17.council.example");
  EXPECT_EQ(judge(ticket(4769), Role::dc).events.at(0).sender, controller.to_string());
}

TEST(SessionText, KeepsTwoIdsApart) {
  EXPECT_EQ(session_text("0x5a1b2c"), "0x5a1b2c");
  EXPECT_EQ(session_text("a b"), "a%20b");
  EXPECT_NE(session_text("a%20b"), session_text("a b"));
  EXPECT_EQ(session_text("a,\"\n"), "a%2C%22%0A");
}

}  // namespace
}  // namespace edgewatch::runtime
