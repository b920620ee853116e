// Windows security events as syslog forwarders write them (README: which, and where each is documented), as
// the few fields that say who sat where. Pure functions; any thread. What is read may name people: nothing of
// it belongs in a log.
#pragma once

#include "edgewatch/base/time.hpp"

#include "syslog_message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::runtime {

/// Fields are named as in the event's own XML (EventData). Empty: not said.
struct WindowsEvent {
  int id = 0;
  std::optional<Timestamp> at;
  std::string computer;
  std::string target_user_name, target_domain_name, target_user_sid, target_logon_id;
  std::string logon_type, logon_process, ip_address, status;
  bool operator==(const WindowsEvent&) const = default;
};

/// Whether the event tells of logons: 4624, 4634, 4647, 4800, 4801, 4768, 4769, 4770.
[[nodiscard]] bool is_logon_event(int id);

/// The event in a message; nothing where there is none, or where it says one thing in two ways.
[[nodiscard]] std::optional<WindowsEvent> parse_windows_event(const SyslogMessage& message, Timestamp near);

/// The forms, for parse_windows_event alone and its tests.
[[nodiscard]] std::optional<WindowsEvent> parse_event_json(std::string_view text, Timestamp near);
[[nodiscard]] std::optional<WindowsEvent> parse_event_xml(std::string_view text);
[[nodiscard]] std::optional<WindowsEvent> parse_event_snare(std::string_view text, Timestamp near);
/// The event as Windows words it in English, without its id: `An account was successfully logged on. ...`.
[[nodiscard]] std::optional<WindowsEvent> parse_event_text(std::string_view text);

/// Gathers fields by name, and notices when one is said twice and differently. Names that no forwarder uses
/// for what we need are passed over.
class WindowsFields {
 public:
  explicit WindowsFields(Timestamp near) : near_(near) {}
  void take(std::string_view name, std::string_view value);
  /// The event; nothing without an id, or with a contradiction.
  [[nodiscard]] std::optional<WindowsEvent> event() const;

 private:
  void set(std::string WindowsEvent::*field, std::string_view value);
  void set_time(std::optional<Timestamp> at);

  Timestamp near_;
  WindowsEvent event_;
  bool contradicts_ = false;
};

}  // namespace edgewatch::runtime
