// The words that our values print as. One table per enumeration; parsing walks the same table, so the two
// cannot differ.
#include "edgewatch/model/case.hpp"
#include "edgewatch/model/case_note.hpp"
#include "edgewatch/model/hold.hpp"
#include "edgewatch/model/sign.hpp"
#include "edgewatch/model/usage.hpp"

#include <array>
#include <string_view>

namespace edgewatch::model {
namespace {

constexpr std::array<std::string_view, 7> evidence_words{"none",      "dns-q",   "ech-outer", "dns-address",
                                                         "http-host", "tls-sni", "quic-sni"};
constexpr std::array<std::string_view, 10> bypass_words{
    "doh", "dot", "doq", "private-relay", "wireguard", "openvpn", "ike", "canary", "ddr", "tls-without-dns"};
constexpr std::array<std::string_view, 7> basis_words{"unknown", "conflict", "shared", "static",
                                                      "lease",   "radius",   "logon"};
constexpr std::array<std::string_view, 9> state_words{"held", "claimed", "seen",     "conflict", "locked",
                                                      "left", "expired", "stranger", "shared"};
constexpr std::array<std::string_view, 8> source_words{"dhcp",     "radius", "windows", "dc",
                                                       "kerberos", "ndp",    "static",  "admin"};
constexpr std::array<std::string_view, 4> identity_words{"none", "C", "B", "A"};
constexpr std::array<std::string_view, 10> role_words{"core",  "content", "media", "app",    "chat",
                                                      "embed", "push",    "ads",   "system", "unknown"};
constexpr std::array<std::string_view, 3> verdict_words{"allow", "block", "log"};
constexpr std::array<std::string_view, 2> purpose_words{"personal", "authorised"};
constexpr std::array<std::string_view, 3> class_words{"inappropriate", "policy", "security"};
constexpr std::array<std::string_view, 3> kind_words{"interactive", "playing", "concurrent"};
constexpr std::array<std::string_view, 3> grade_words{"weak", "moderate", "strong"};
constexpr std::array<std::string_view, 2> case_words{"excessive-time", "breach-of-rules"};
constexpr std::array<std::string_view, 8> note_words{
    "Person informed", "Person informed",       "Challenge",    "Notice given to staff",
    "Extent",          "Less intrusive option", "Consequences", "Safeguards"};
constexpr std::array<std::string_view, 3> ground_words{"case", "sar", "claim"};
constexpr std::array<std::string_view, 16> reason_words{
    "LED",    "CONT",     "MEDIA",    "HOLD_ONLY", "HANDOVER_CUT", "DNS_NAME", "LOSS",   "CLOCK",
    "BOUNCE", "FOLLOWER", "ISOLATED", "EMBEDDED",  "UNATTENDED",   "SHORT",    "SHARED", "CHAT"};

template <class Words, class Enum>
std::string word(const Words& words, Enum value) {
  return std::string(words.at(static_cast<std::size_t>(value)));
}

template <class Enum, class Words>
std::optional<Enum> value_of(const Words& words, const std::string& text) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(NameEvidence evidence) { return word(evidence_words, evidence); }
std::string to_string(BypassSign::Kind kind) { return word(bypass_words, kind); }
std::string to_string(Basis basis) { return word(basis_words, basis); }
std::string to_string(Binding::State state) { return word(state_words, state); }
std::string to_string(TenancyEvent::Source source) { return word(source_words, source); }
std::string in_words(TenancyEvent::Source source) {
  using Source = TenancyEvent::Source;
  switch (source) {
    case Source::dhcp:
      return "a DHCP server";
    case Source::radius:
      return "an access server (RADIUS)";
    case Source::windows:
      return "Windows on the machine";
    case Source::dc:
      return "a domain controller";
    case Source::kerberos:
      return "a Kerberos service ticket";
    case Source::ndp:
      return "the device's own frames";
    case Source::static_list:
      return "the list of assignments";
    case Source::admin:
      break;
  }
  return "an administrator";
}
std::string to_string(IdentityGrade grade) { return word(identity_words, grade); }
std::string to_string(Role role) { return word(role_words, role); }
std::optional<Role> parse_role(const std::string& text) { return value_of<Role>(role_words, text); }
std::string to_string(Verdict verdict) { return word(verdict_words, verdict); }
std::string to_string(Purpose purpose) { return word(purpose_words, purpose); }
std::optional<Purpose> parse_purpose(const std::string& text) {
  return value_of<Purpose>(purpose_words, text);
}
std::string to_string(RuleClass rule_class) { return word(class_words, rule_class); }
std::string to_string(Kind kind) { return word(kind_words, kind); }
std::optional<Kind> parse_kind(const std::string& text) { return value_of<Kind>(kind_words, text); }
std::string to_string(Grade grade) { return word(grade_words, grade); }
std::optional<Grade> parse_grade(const std::string& text) { return value_of<Grade>(grade_words, text); }
std::string to_string(CaseReason reason) { return word(case_words, reason); }
std::string to_string(CaseNote::Kind kind) { return word(note_words, kind); }
std::string to_string(Hold::Ground ground) { return word(ground_words, ground); }
std::optional<CaseReason> parse_case_reason(const std::string& text) {
  return value_of<CaseReason>(case_words, text);
}

std::string reason_names(Reasons reasons) {
  std::string out;
  for (std::size_t i = 0; i < reason_words.size(); ++i) {
    if ((reasons & (1U << i)) == 0) continue;
    if (!out.empty()) out += ',';
    out += reason_words[i];
  }
  return out;
}

}  // namespace edgewatch::model
