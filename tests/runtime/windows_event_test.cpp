#include "windows_event.hpp"

#include "edgewatch/base/text.hpp"

#include "windows_forms.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

const Timestamp nine = *parse_rfc3339("2026-11-17T09:00:00Z");

std::optional<WindowsEvent> read(const std::string& message) {
  const auto syslog = parse_syslog(message, nine);
  EXPECT_TRUE(syslog);
  return syslog ? parse_windows_event(*syslog, nine) : std::nullopt;
}

TEST(WindowsEvent, SaysTheSameInEveryForm) {
  for (const auto& [name, message] : forms) {
    const auto event = read(message);
    ASSERT_TRUE(event) << name;
    EXPECT_EQ(event->id, 4624) << name;
    EXPECT_EQ(event->at, nine) << name;
    EXPECT_EQ(event->computer, "desk-17.council.example") << name;
    EXPECT_EQ(event->target_user_name, "p17") << name;
    EXPECT_EQ(event->target_domain_name, "COUNCIL") << name;
    EXPECT_EQ(ascii_lower(event->target_logon_id), "0x5a1b2c") << name;
    EXPECT_EQ(event->logon_type, "2") << name;
    EXPECT_EQ(event->logon_process, "User32") << name;
    EXPECT_EQ(event->ip_address, "127.0.0.1") << name;
    EXPECT_EQ(event->status, "") << name;
  }
}

TEST(WindowsEvent, WordsOfTheOthersAreReadToo) {
  const auto locked = parse_event_text(
      "The workstation was locked.  Subject:   Security ID:  S-1-5-21-1-2-3-1117   Account Name:  p17   "
      "Account "
      "Domain:  COUNCIL   Logon ID:  0x5A1B2C   Session ID: 1");
  ASSERT_TRUE(locked);
  EXPECT_EQ(locked->id, 4800);
  EXPECT_EQ(locked->target_user_name, "p17");
  EXPECT_EQ(locked->target_logon_id, "0x5A1B2C");

  const auto off = parse_event_text(
      "User initiated logoff:  Subject:   Security ID:  S-1-5-21-1   Account Name:  p17   Account Domain:  "
      "COUNCIL   Logon ID:  0x5A1B2C    This event is generated when a logoff is initiated.");
  ASSERT_TRUE(off);
  EXPECT_EQ(off->id, 4647);
  EXPECT_EQ(off->target_logon_id, "0x5A1B2C");

  const auto ticket = parse_event_text(
      "A Kerberos authentication ticket (TGT) was requested.  Account Information:   Account Name:  p17   "
      "Supplied Realm Name: COUNCIL   User ID:   S-1-5-21-1  Service Information:   Service Name:  krbtgt   "
      "Service ID:  S-1-5-21-2  Network Information:   Client Address:  ::ffff:10.20.1.17   Client Port:  "
      "50000  "
      "Additional Information:   Ticket Options:  0x40810010   Result Code:  0x0   Ticket Encryption Type: "
      "0x12   "
      "Pre-Authentication Type: 2");
  ASSERT_TRUE(ticket);
  EXPECT_EQ(ticket->id, 4768);
  EXPECT_EQ(ticket->target_user_name, "p17");
  EXPECT_EQ(ticket->target_domain_name, "COUNCIL");
  EXPECT_EQ(ticket->ip_address, "::ffff:10.20.1.17");
  EXPECT_EQ(ticket->status, "0x0");
}

TEST(WindowsEvent, SubjectOfALogonIsNotWhoLoggedOn) {
  std::string without = logon_words;
  without.erase(without.find("New Logon:"),
                without.find("Process Information:") - without.find("New Logon:"));
  const auto event = parse_event_text(without);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->target_user_name, "");
}

TEST(WindowsEvent, ThatContradictsItselfIsNone) {
  EXPECT_FALSE(
      parse_event_json(R"({"EventID":4624,"TargetUserName":"p17","x":{"TargetUserName":"p18"}})", nine));
  EXPECT_FALSE(parse_event_json(R"({"EventID":4624,"event_id":4634})", nine));
  EXPECT_FALSE(
      parse_event_xml("<Event><EventID>4624</EventID><Data Name='TargetUserName'>p17</Data>"
                      "<Data Name='TargetUserName'>p18</Data></Event>"));
}

TEST(WindowsEvent, BrokenIsNone) {
  EXPECT_FALSE(parse_event_json(R"({"EventID":4624)", nine));
  EXPECT_FALSE(parse_event_json(std::string(100000, '['), nine));
  EXPECT_FALSE(parse_event_json(R"({"TargetUserName":"p17"})", nine)) << "no id";
  EXPECT_FALSE(parse_event_xml("<Event><EventID>4624</EventID><Data Name='x"));
  EXPECT_FALSE(parse_event_xml("<!DOCTYPE x [<!ENTITY a 'b'>]><Event><EventID>4624</EventID></Event>"));
  EXPECT_FALSE(parse_event_snare("MSWinEventLog\t1\tSecurity", nine));
  EXPECT_FALSE(parse_event_text("The quick brown fox"));
}

}  // namespace
}  // namespace edgewatch::runtime
