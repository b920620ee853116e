// A syslog stream cut into messages, each message, and the Windows event in it.
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/configuration.hpp"

#include "laws.hpp"
#include "logon_rules.hpp"
#include "syslog_message.hpp"
#include "windows_event.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace edgewatch;
using fuzz::law;
using namespace edgewatch::runtime;

namespace {

const Timestamp near{std::chrono::seconds(1794906005)};

std::vector<std::string> framed(std::string_view stream, std::size_t at_a_time, bool& sound) {
  SyslogFramer framer;
  std::vector<std::string> out;
  sound = true;
  for (std::size_t at = 0; sound && at < stream.size(); at += at_a_time)
    sound = framer.add(stream.substr(at, at_a_time), out);
  return out;
}

void check_frames(std::string_view stream) {
  bool sound = true;
  const auto whole = framed(stream, stream.size() + 1, sound);
  for (const std::size_t at_a_time : {std::size_t{1}, stream.size() / 3 + 1}) {
    bool again = true;
    law(framed(stream, at_a_time, again) == whole && again == sound,
        "messages are the same however bytes come");
  }
  std::size_t bytes = 0;
  for (const std::string& message : whole) bytes += message.size();
  law(bytes <= stream.size(), "a stream holds its messages");
}

void check_outcome(const LogonRules::Outcome& outcome) {
  law(outcome.events.empty() != outcome.refusal.empty(), "taken or refused");
  for (const auto& event : outcome.events) {
    if (event.kind == model::TenancyEvent::Kind::shared) {
      law(event.person.empty() && event.address, "a shared address is nobody's");
      continue;
    }
    law(!event.person.empty() && event.person.size() <= 256, "a logon names somebody");
    law(terminal_text(event.person) == event.person, "a name is plain text");
    law(event.address || event.mac, "a logon is somewhere");
    law(!event.sender.empty() && event.sender != event.our_clock, "its sender's clock said when");
    law(csv_cell(event.sender) == event.sender, "a sender comes out of the spool as it went in");
    const std::string row = config::tenancy_row(event);
    law(row.find('\n') == row.size() - 1, "a row is one line");
    law(csv_cell(event.session).find('\'') != 0, "a session comes out of the spool as it went in");
  }
}

void check_message(std::string_view text) {
  const auto message = parse_syslog(text, near);
  if (!message) return;
  law(message->text.size() <= text.size() && message->structured.size() <= text.size(), "views lie within");
  const auto event = parse_windows_event(*message, near);
  if (!event) return;
  law(event->id != 0, "an event has an id");
  using Role = config::SyslogSender::Role;
  for (const Role role : {Role::workstation, Role::dc, Role::collector}) {
    LogonRules rules({"svc-*"}, {{"desk-17", *net::MacAddress::parse("02:00:5e:10:00:17")}});
    check_outcome(rules.judge(*event, role, net::IpAddress::v4(0x0a140111), near));
    if (event->target_user_name.ends_with('$'))
      law(rules.judge(*event, role, net::IpAddress::v4(0x0a140111), near).events.empty(),
          "a machine is nobody");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  const std::string_view text(reinterpret_cast<const char*>(input.bytes().data()), size);
  check_frames(text);
  check_message(text);
  for (const auto at : fuzz::cuts(input.bytes())) {
    const fuzz::Exact cut(input.bytes().first(at));
    check_message({reinterpret_cast<const char*>(cut.bytes().data()), at});
  }
  return 0;
}
