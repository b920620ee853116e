// Roles are Unix groups (EVIDENCE 2): which, and who is in them. Reads the user database, so one thread (the
// control thread).
#pragma once

#include "edgewatch/evidence/roles.hpp"

#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

/// A group a role; the timer has none.
[[nodiscard]] const std::array<std::pair<evidence::Role, std::string>, 3>& role_groups();

/// Accounts by group, those whose primary group it is too; the daemon's own user, which must be in all three
/// to hand out the sockets, is left out. Of a group that does not exist there is no entry. Directories that
/// do not list their accounts (sssd without `enumerate`) tell of primary groups only what is local.
using RoleMembers = std::map<std::string, std::set<std::string>>;
[[nodiscard]] RoleMembers role_members();

/// Those that nobody should be: in more than one.
[[nodiscard]] std::vector<std::string> in_two_roles(const RoleMembers& members);

}  // namespace edgewatch::runtime
