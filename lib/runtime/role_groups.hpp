// Roles are Unix groups (EVIDENCE 2): which, and who is in them. Reads the user database, so one thread (the
// control thread).
#pragma once

#include "edgewatch/evidence/roles.hpp"

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

/// A group a role; the timer has none.
[[nodiscard]] const std::array<std::pair<evidence::Role, std::string>, 3>& role_groups();

/// Accounts by group, local ones whose primary group it is too (a directory may have thousands); the daemon's
/// own user, which must be in all three to hand out the sockets, is left out. Of a group that does not exist
/// there is no entry.
using RoleMembers = std::map<std::string, std::set<std::string>>;
[[nodiscard]] RoleMembers role_members();

/// By the number of their primary group, as a file in the form of passwd(5) says; nothing of one that cannot
/// be read.
[[nodiscard]] std::multimap<unsigned, std::string> primary_members(const std::filesystem::path& accounts);

/// Those that nobody should be: in more than one.
[[nodiscard]] std::vector<std::string> in_two_roles(const RoleMembers& members);

}  // namespace edgewatch::runtime
