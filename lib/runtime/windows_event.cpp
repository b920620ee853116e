#include "windows_event.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace edgewatch::runtime {
namespace {

constexpr std::array<int, 8> logon_events{4624, 4634, 4647, 4800, 4801, 4768, 4769, 4770};

constexpr std::array<std::pair<std::string_view, std::string WindowsEvent::*>, 13> texts{{
    {"TargetUserName", &WindowsEvent::target_user_name},
    {"TargetDomainName", &WindowsEvent::target_domain_name},
    {"TargetUserSid", &WindowsEvent::target_user_sid},
    {"TargetSid", &WindowsEvent::target_user_sid},  // of the ticket events
    {"TargetLogonId", &WindowsEvent::target_logon_id},
    {"LogonType", &WindowsEvent::logon_type},
    {"LogonProcessName", &WindowsEvent::logon_process},
    {"IpAddress", &WindowsEvent::ip_address},
    {"Status", &WindowsEvent::status},
    {"Computer", &WindowsEvent::computer},
    {"computer_name", &WindowsEvent::computer},  // Winlogbeat
    {"ComputerName", &WindowsEvent::computer},
    {"Hostname", &WindowsEvent::computer},  // NXLog
}};

/// Takes every scalar of a JSON text by its own key, however deep it lies: NXLog has them flat, Winlogbeat
/// under `winlog.event_data`. Two that differ contradict each other.
class JsonFields : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit JsonFields(WindowsFields& fields) : fields_(fields) {}
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t value) override { return take(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return take(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& value) override { return take(value); }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return ++depth_ <= deepest; }
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return ++depth_ <= deepest; }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  static constexpr int deepest = 16;
  bool take(std::string_view value) {
    fields_.take(key_, value);
    return true;
  }
  bool close() {
    --depth_;
    key_.clear();
    return true;
  }
  WindowsFields& fields_;
  std::string key_;
  int depth_ = 0;
};

}  // namespace

bool is_logon_event(int id) { return std::ranges::find(logon_events, id) != logon_events.end(); }

void WindowsFields::set(std::string WindowsEvent::*field, std::string_view value) {
  value = trim(value);
  if (value.empty() || value == "-") return;
  std::string& kept = event_.*field;
  if (!kept.empty() && kept != value) contradicts_ = true;
  kept = value;
}

void WindowsFields::set_time(std::optional<Timestamp> at) {
  if (!at) return;
  if (event_.at && *event_.at != *at) contradicts_ = true;
  event_.at = at;
}

void WindowsFields::take(std::string_view name, std::string_view value) {
  if (name == "EventID" || name == "event_id" || name == "EventId") {
    int id = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), id);
    if (error != std::errc() || end != value.data() + value.size()) return;
    if (event_.id != 0 && event_.id != id) contradicts_ = true;
    event_.id = id;
  } else if (name == "@timestamp" || name == "SystemTime") {
    set_time(parse_rfc3339(value));
  } else if (name == "EventTime") {
    // NXLog's own form has no zone.
    const auto zoned = parse_rfc3339(value);
    set_time(zoned ? zoned : parse_london_time(value, near_));
  } else {
    const auto found = std::ranges::find(texts, name, &decltype(texts)::value_type::first);
    if (found != texts.end()) set(found->second, value);
  }
}

std::optional<WindowsEvent> WindowsFields::event() const {
  if (event_.id == 0 || contradicts_) return std::nullopt;
  return event_;
}

std::optional<WindowsEvent> parse_event_json(std::string_view text, Timestamp near) {
  WindowsFields fields(near);
  JsonFields reader(fields);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) return std::nullopt;
  return fields.event();
}

std::optional<WindowsEvent> parse_windows_event(const SyslogMessage& message, Timestamp near) {
  constexpr std::string_view cee = "@cee:";
  constexpr std::size_t longest_tag = 300;
  std::string_view text = trim(message.text);
  if (const std::size_t cookie = text.find(cee); cookie < longest_tag)
    text = trim(text.substr(cookie + cee.size()));
  // A tag of RFC 3164 may stand before what matters.
  const std::size_t brace = text.find('{');
  const std::size_t markup = text.find("<Event");
  std::optional<WindowsEvent> out;
  if (structured_value(message.structured, "EventID")) {
    WindowsFields fields(near);
    fields.take("EventID", *structured_value(message.structured, "EventID"));
    for (const auto& [name, field] : texts) {
      if (const auto value = structured_value(message.structured, name)) fields.take(name, *value);
    }
    if (const auto value = structured_value(message.structured, "EventTime"))
      fields.take("EventTime", *value);
    out = fields.event();
  } else if (text.find("MSWinEventLog") < longest_tag) {
    out = parse_event_snare(text.substr(text.find("MSWinEventLog")), near);
  } else if (markup < longest_tag) {
    out = parse_event_xml(text.substr(markup));
  } else if (brace < longest_tag && text.ends_with('}')) {
    out = parse_event_json(text.substr(brace), near);
  } else {
    out = parse_event_text(text);
  }
  if (!out) return std::nullopt;
  if (!out->at) out->at = message.at;
  if (out->computer.empty() && message.host != "-") out->computer = message.host;
  return out;
}

}  // namespace edgewatch::runtime
