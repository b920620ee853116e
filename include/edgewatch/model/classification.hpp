// Which service a name belongs to and what policy says of it. Owned values; any thread.
#pragma once

#include "edgewatch/model/ids.hpp"
#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::model {

/// What a host of a service is for (TIME 2.2); of a name that no service lists it is unknown.
enum class Role : std::uint8_t { core, content, media, app, chat, embed, push, ads, system, unknown };
[[nodiscard]] std::string to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(const std::string& text);

/// A list that others publish lists the name.
struct ListMatch {
  std::string list;
  Category category;
  std::string entry;       ///< the listed name that it is or lies below
  std::uint32_t line = 0;  ///< of the entry; 0 where only another list's line for that name is known
  Revision revision;       ///< of the set of lists
  bool operator==(const ListMatch&) const = default;
};

struct Classification {
  ServiceId service;         ///< empty: no service lists the name, only published lists do
  std::string service_name;  ///< for people: "Facebook"
  std::string family;
  Category category;
  Role role = Role::core;
  bool record = true;     ///< false: may be blocked and counted, never stored as a person's use
  net::HostName matched;  ///< the host that matched, or the entry of the first list
  std::string line;       ///< `file:line` of that host, or `list:line`
  Revision revision;      ///< of the catalogue, or of the set of lists
  /// Where several list the name, the longest entry first.
  std::vector<ListMatch> lists{};
};

enum class Verdict : std::uint8_t { allow, block, log };
[[nodiscard]] std::string to_string(Verdict verdict);
enum class Purpose : std::uint8_t { personal, authorised };
[[nodiscard]] std::string to_string(Purpose purpose);
enum class RuleClass : std::uint8_t { inappropriate, policy, security };
[[nodiscard]] std::string to_string(RuleClass rule_class);

struct Decision {
  Verdict verdict = Verdict::allow;  // Policy: open by default.
  Purpose purpose = Purpose::personal;
  std::optional<RuleId> rule;  ///< the rule or authorisation that decided; none for the default
  RuleClass rule_class = RuleClass::policy;
  Revision revision;  ///< of the rule book
};

}  // namespace edgewatch::model
