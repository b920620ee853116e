// One logon of the person p17 at desk-17, as each forwarder writes it. Written by hand after the documents
// that lib/runtime/README.md names.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

inline const std::string logon_words =
    "An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-5-18\r\n"
    "\tAccount Name:\t\tDESK-17$\r\n\tAccount Domain:\t\tCOUNCIL\r\n\tLogon ID:\t\t0x3E7\r\n\r\n"
    "Logon Information:\r\n\tLogon Type:\t\t2\r\n\tRestricted Admin Mode:\t-\r\n\tVirtual Account:\t\tNo\r\n"
    "\tElevated Token:\t\tNo\r\n\r\nImpersonation Level:\t\tImpersonation\r\n\r\nNew Logon:\r\n"
    "\tSecurity ID:\t\tS-1-5-21-1-2-3-1117\r\n\tAccount Name:\t\tp17\r\n\tAccount Domain:\t\tCOUNCIL\r\n"
    "\tLogon ID:\t\t0x5A1B2C\r\n\tLinked Logon ID:\t\t0x0\r\n\tNetwork Account Name:\t-\r\n"
    "\tNetwork Account Domain:\t-\r\n\tLogon GUID:\t\t{00000000-0000-0000-0000-000000000000}\r\n\r\n"
    "Process Information:\r\n\tProcess ID:\t\t0x290\r\n\tProcess "
    "Name:\t\tC:\\Windows\\System32\\svchost.exe\r\n\r\n"
    "Network Information:\r\n\tWorkstation Name:\tDESK-17\r\n\tSource Network Address:\t127.0.0.1\r\n"
    "\tSource Port:\t\t0\r\n\r\nDetailed Authentication Information:\r\n\tLogon Process:\t\tUser32 \r\n"
    "\tAuthentication Package:\tNegotiate\r\n\tTransited Services:\t-\r\n\tPackage Name (NTLM only):\t-\r\n"
    "\tKey Length:\t\t0\r\n\r\nThis event is generated when a logon session is created.";

inline std::string with_spaces(const std::string& words) {
  std::string out;
  for (const char c : words) out += c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
  return out;
}
inline std::string with_marks(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\t' ? std::string("#011") : std::string(1, c);
  return out;
}

inline const std::string snare =
    "MSWinEventLog\t1\tSecurity\t4234\tTue Nov 17 09:00:00 2026\t4624\tMicrosoft-Windows-Security-Auditing\t"
    "COUNCIL\\p17\tN/A\tSuccess Audit\tdesk-17.council.example\tLogon\t\t" +
    with_spaces(logon_words) + "\t98765";
inline const std::string flat_json =
    R"({"EventTime":"2026-11-17 09:00:00","Hostname":"desk-17.council.example","EventType":"AUDIT_SUCCESS","EventID":4624,)"
    R"("SourceName":"Microsoft-Windows-Security-Auditing","Message":"An account was successfully logged on.",)"
    R"("SubjectUserName":"DESK-17$","SubjectLogonId":"0x3e7","TargetUserSid":"S-1-5-21-1-2-3-1117","TargetUserName":"p17",)"
    R"("TargetDomainName":"COUNCIL","TargetLogonId":"0x5a1b2c","LogonType":"2","LogonProcessName":"User32 ",)"
    R"("IpAddress":"127.0.0.1","Status":"-"})";
inline const std::string beat_json =
    R"({"@timestamp":"2026-11-17T09:00:00.000Z","event":{"code":"4624","outcome":"success"},"host":{"name":"collector"},)"
    R"("winlog":{"channel":"Security","computer_name":"desk-17.council.example","event_id":"4624","event_data":{)"
    R"("TargetUserName":"p17","TargetDomainName":"COUNCIL","TargetUserSid":"S-1-5-21-1-2-3-1117",)"
    R"("TargetLogonId":"0x5a1b2c","LogonType":"2","LogonProcessName":"User32 ","IpAddress":"127.0.0.1"}},"message":"..."})";
inline const std::string xml =
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
    "Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-A5BA-3E3B0328C30D}'/>"
    "<EventID>4624</EventID><Version>2</Version><TimeCreated SystemTime='2026-11-17T09:00:00.0000000Z'/>"
    "<Channel>Security</Channel><Computer>desk-17.council.example</Computer><Security/></System><EventData>"
    "<Data Name='SubjectUserName'>DESK-17$</Data><Data Name='TargetUserSid'>S-1-5-21-1-2-3-1117</Data>"
    "<Data Name='TargetUserName'>p17</Data><Data Name='TargetDomainName'>COUNCIL</Data>"
    "<Data Name='TargetLogonId'>0x5a1b2c</Data><Data Name='LogonType'>2</Data>"
    "<Data Name='LogonProcessName'>User32 </Data><Data Name='IpAddress'>127.0.0.1</Data></EventData></Event>";
inline const std::string structured =
    "[NXLOG@14506 Keywords=\"-9214364837600034816\" EventType=\"AUDIT_SUCCESS\" EventID=\"4624\" "
    "SubjectUserName=\"DESK-17$\" TargetUserSid=\"S-1-5-21-1-2-3-1117\" TargetUserName=\"p17\" "
    "TargetDomainName=\"COUNCIL\" TargetLogonId=\"0x5a1b2c\" LogonType=\"2\" LogonProcessName=\"User32 \" "
    "IpAddress=\"127.0.0.1\"]";

/// Whole syslog messages, by what makes them.
inline const std::vector<std::pair<std::string, std::string>> forms{
    {"NXLog, JSON in RFC 5424",
     "<14>1 2026-11-17T09:00:00Z desk-17.council.example Security 652 - - " + flat_json},
    {"NXLog, JSON in RFC 3164",
     "<14>Nov 17 09:00:00 desk-17.council.example Microsoft-Windows-Security-Auditing[652]: " + flat_json},
    {"NXLog, structured data", "<14>1 2026-11-17T09:00:00Z desk-17.council.example Security 652 - " +
                                   structured + " An account was successfully logged on."},
    {"NXLog, words in RFC 3164",
     "<14>Nov 17 09:00:00 desk-17.council.example Microsoft-Windows-Security-Auditing[652]: " +
         with_spaces(logon_words)},
    {"words with line ends in RFC 5424",
     "<14>1 2026-11-17T09:00:00Z desk-17.council.example Security - - - " + logon_words},
    {"words with tabs that a relay marked",
     "<14>Nov 17 09:00:00 desk-17.council.example Security: " + with_marks(logon_words)},
    {"Snare", "<13>Nov 17 09:00:00 desk-17.council.example " + snare},
    {"Snare with tabs that a relay marked",
     "<13>Nov 17 09:00:00 desk-17.council.example " + with_marks(snare)},
    {"Snare in RFC 5424", "<13>1 2026-11-17T09:00:00Z desk-17.council.example - - - - " + snare},
    {"Winlogbeat", "<13>1 2026-11-17T09:00:00Z collector winlogbeat - - - " + beat_json},
    {"JSON behind a cookie", "<13>Nov 17 09:00:00 collector evt: @cee: " + beat_json},
    {"XML in RFC 5424", "<13>1 2026-11-17T09:00:00Z collector EventLog - - - " + xml},
    {"XML in RFC 3164", "<13>Nov 17 09:00:00 collector EventLog: " + xml},
};

}  // namespace edgewatch::runtime
