// The forms of a Windows event that are no JSON: its XML, and its English words, bare or in Snare's columns.
#include "edgewatch/base/text.hpp"

#include "windows_event.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace edgewatch::runtime {
namespace {

/// The five entities of XML and numeric ones up to U+007F; nothing for others: what we need is plain.
std::optional<std::string> unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> entities{
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}};
  constexpr int last_plain = 0x7f;
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '&') {
      out += text[at];
      continue;
    }
    const std::size_t end = text.find(';', at);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view name = text.substr(at + 1, end - at - 1);
    const auto known = std::ranges::find(entities, name, &decltype(entities)::value_type::first);
    if (known != entities.end()) {
      out += known->second;
    } else {
      const bool hex = name.starts_with("#x");
      const std::string_view digits = name.substr(std::min<std::size_t>(hex ? 2 : 1, name.size()));
      int code = 0;
      const auto [stop, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
      if (!name.starts_with('#') || error != std::errc() || stop != digits.data() + digits.size() ||
          code < 1 || code > last_plain)
        return std::nullopt;
      out += static_cast<char>(code);
    }
    at = end;
  }
  return out;
}

/// The value of an attribute in a start tag's text, as written; quotes of either kind.
std::optional<std::string_view> attribute(std::string_view tag, std::string_view name) {
  for (std::size_t at = tag.find(name); at != std::string_view::npos; at = tag.find(name, at + 1)) {
    const std::string_view rest = tag.substr(at + name.size());
    const bool begins = at > 0 && (tag[at - 1] == ' ' || tag[at - 1] == '\t' || tag[at - 1] == '\n');
    if (!begins || rest.size() < 2 || rest[0] != '=' || (rest[1] != '"' && rest[1] != '\'')) continue;
    const std::size_t end = rest.find(rest[1], 2);
    if (end == std::string_view::npos) return std::nullopt;
    return rest.substr(2, end - 2);
  }
  return std::nullopt;
}

/// What an event begins with says which it is, where no number does.
int id_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, int>, 8> beginnings{
      {{"An account was successfully logged on.", 4624},
       {"An account was logged off.", 4634},
       {"User initiated logoff:", 4647},
       {"The workstation was locked.", 4800},
       {"The workstation was unlocked.", 4801},
       {"A Kerberos authentication ticket (TGT) was requested.", 4768},
       {"A Kerberos service ticket was requested.", 4769},
       {"A Kerberos service ticket was renewed.", 4770}}};
  std::size_t first = std::string_view::npos;
  int id = 0;
  for (const auto& [words, number] : beginnings) {
    if (const std::size_t at = text.find(words); at < first) {
      first = at;
      id = number;
    }
  }
  return id;
}

struct Label {
  std::string_view words;
  std::string_view field;  ///< of EventData; empty: a section, or nothing that we need
  bool is_section = false;
};
/// Every label after which a value ends, longest first where one begins another.
constexpr std::array<Label, 54> labels{{
    {"Detailed Authentication Information:", "", true},
    {"Additional Information:", "", true},
    {"Certificate Information:", "", true},
    {"Network Information:", "", true},
    {"Process Information:", "", true},
    {"Account Information:", "", true},
    {"Service Information:", "", true},
    {"Logon Information:", "", true},
    {"New Logon:", "", true},
    {"Subject:", "", true},
    {"Supplied Realm Name:", "TargetDomainName"},
    {"Network Account Name:", ""},
    {"Network Account Domain:", ""},
    {"Account Name:", "TargetUserName"},
    {"Account Domain:", "TargetDomainName"},
    {"Security ID:", "TargetUserSid"},
    {"User ID:", ""},
    {"Linked Logon ID:", ""},
    {"Logon ID:", "TargetLogonId"},
    {"Logon GUID:", ""},
    {"Logon Type:", "LogonType"},
    {"Logon Process:", "LogonProcessName"},
    {"Source Network Address:", "IpAddress"},
    {"Client Address:", "IpAddress"},
    {"Source Port:", ""},
    {"Client Port:", ""},
    {"Result Code:", "Status"},
    {"Failure Code:", "Status"},
    {"Restricted Admin Mode:", ""},
    {"Remote Credential Guard:", ""},
    {"Virtual Account:", ""},
    {"Elevated Token:", ""},
    {"Impersonation Level:", ""},
    {"Process ID:", ""},
    {"Process Name:", ""},
    {"Workstation Name:", ""},
    {"Authentication Package:", ""},
    {"Transited Services:", ""},
    {"Package Name (NTLM only):", ""},
    {"Key Length:", ""},
    {"Service Name:", ""},
    {"Service ID:", ""},
    {"Ticket Options:", ""},
    {"Ticket Encryption Type:", ""},
    {"Pre-Authentication Type:", ""},
    {"Certificate Issuer Name:", ""},
    {"Certificate Serial Number:", ""},
    {"Certificate Thumbprint:", ""},
    {"Session ID:", ""},
    {"MSDS-SupportedEncryptionTypes:", ""},
    {"Available Keys:", ""},
    {"This event is generated", "", true},
    {"Logon Account:", ""},
    {"Response ticket hash:", ""},
}};

/// The label that begins here; null where none does.
const Label* label_at(std::string_view text) {
  const auto* const found =
      std::ranges::find_if(labels, [&](const Label& label) { return text.starts_with(label.words); });
  return found == labels.end() ? nullptr : found;
}

/// Whether the section is the one that says whose session or ticket it is: the subject of a 4624 is who let
/// somebody in, mostly the machine itself.
bool is_about_the_holder(int id, std::string_view section, std::string_view field) {
  const bool of_anybody =
      field == "LogonType" || field == "LogonProcessName" || field == "IpAddress" || field == "Status";
  if (of_anybody) return true;
  if (id == 4624) return section == "New Logon:";
  if (id == 4768 || id == 4769 || id == 4770) return section == "Account Information:";
  return section == "Subject:" || section.empty();  // 4647 begins with it
}

/// Tabs that a relay made visible (rsyslog's `#011`, syslog-ng's `\t`) and all white space as spaces, so that
/// a label is always the same words.
std::string flattened(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("#011")) {
      out += ' ';
      at += 3;
    } else {
      const char c = text[at];
      out += c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    }
  }
  return out;
}

void read_words(std::string_view text, int id, WindowsFields& fields) {
  std::string_view section;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || text[at - 1] == ' ';
    const Label* label = begins ? label_at(text.substr(at)) : nullptr;
    if (label == nullptr) {
      ++at;
      continue;
    }
    at += label->words.size();
    if (label->is_section) section = label->words;
    if (label->field.empty()) continue;
    std::size_t end = at;
    while (end < text.size() && (text[end - 1] != ' ' || label_at(text.substr(end)) == nullptr)) ++end;
    // Two spaces end a value too: what follows is some label that we do not know.
    std::string_view value = trim(text.substr(at, end - at));
    value = value.substr(0, value.find("  "));
    if (is_about_the_holder(id, section, label->field)) fields.take(label->field, value);
    at = end;
  }
}

}  // namespace

std::optional<WindowsEvent> parse_event_text(std::string_view text) {
  const std::string flat = flattened(text);
  const int id = id_of(flat);
  if (id == 0) return std::nullopt;
  WindowsFields fields{Timestamp{}};
  fields.take("EventID", std::to_string(id));
  read_words(flat, id, fields);
  return fields.event();
}

/// MSWinEventLog, criticality, log, counter, time, event id, source, user, SID type, event type, computer,
/// category, data, the event's words, and another counter, parted by tabs.
std::optional<WindowsEvent> parse_event_snare(std::string_view text, Timestamp near) {
  enum : std::size_t { time = 4, id = 5, computer = 10, fewest = 13 };
  std::string parted(text);
  for (std::size_t at = parted.find("#011"); at != std::string::npos; at = parted.find("#011", at))
    parted.replace(at, 4, "\t");
  const auto columns = split(parted, '\t');
  if (columns.size() < fewest) return std::nullopt;
  WindowsFields fields(near);
  fields.take("EventID", columns[id]);
  fields.take("Computer", columns[computer]);
  const auto named = fields.event();
  if (!named) return std::nullopt;
  // The words are the longest column from here on; they keep no tabs.
  const auto words = std::ranges::max_element(columns.begin() + fewest - 1, columns.end(), {},
                                              [](std::string_view column) { return column.size(); });
  read_words(flattened(*words), named->id, fields);
  auto out = fields.event();
  // `Tue Nov 17 09:00:00 2026`, by the computer's own clock.
  if (out && columns[time].size() > 4) out->at = parse_bsd_time(columns[time].substr(4), near);
  return out;
}

std::optional<WindowsEvent> parse_event_xml(std::string_view text) {
  WindowsFields fields{Timestamp{}};
  for (std::size_t open = text.find('<'); open != std::string_view::npos; open = text.find('<', open + 1)) {
    const std::size_t close = text.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view tag = text.substr(open + 1, close - open - 1);
    if (tag.starts_with('!') || tag.starts_with("?xml-")) return std::nullopt;  // no Windows event has these
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    if (name == "TimeCreated") {
      if (const auto at = attribute(tag, "SystemTime")) fields.take("SystemTime", *at);
    }
    if (tag.ends_with('/') || (name != "EventID" && name != "Computer" && name != "Data")) continue;
    const std::size_t end = text.find('<', close);
    if (end == std::string_view::npos) return std::nullopt;
    const auto value = unescape(text.substr(close + 1, end - close - 1));
    if (!value) continue;
    const auto key = name == "Data" ? attribute(tag, "Name") : std::optional(name);
    if (key) fields.take(*key, *value);
  }
  return fields.event();
}

}  // namespace edgewatch::runtime
