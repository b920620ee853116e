// Which service a name belongs to and what policy says of it. Owned values; any thread.
#pragma once

#include "edgewatch/model/ids.hpp"
#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::model {

/// What a host of a service is for (TIME 2.2).
enum class Role : std::uint8_t { core, content, media, app, chat, embed, push, ads, system };
[[nodiscard]] std::string to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(const std::string& text);

struct Classification {
  ServiceId service;
  std::string service_name;  ///< for people: "Facebook"
  std::string family;
  Category category;
  Role role = Role::core;
  bool record = true;     ///< false: may be blocked and counted, never stored as a person's use
  net::HostName matched;  ///< the catalogue's host that matched
  std::string line;       ///< `file:line` of that host
  Revision revision;
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
