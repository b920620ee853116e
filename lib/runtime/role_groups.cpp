#include "role_groups.hpp"

#include <cstdio>
#include <memory>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace edgewatch::runtime {

using evidence::Role;

const std::array<std::pair<Role, std::string>, 3>& role_groups() {
  static const std::array<std::pair<Role, std::string>, 3> groups{
      {{Role::ict, "edgewatch-ict"}, {Role::hr, "edgewatch-hr"}, {Role::auditor, "edgewatch-auditor"}}};
  return groups;
}

RoleMembers role_members() {
  RoleMembers out;
  std::map<gid_t, std::string> numbers;
  for (const auto& [role, name] : role_groups()) {
    const group* entry = getgrnam(name.c_str());
    if (entry == nullptr) continue;
    numbers.emplace(entry->gr_gid, name);
    std::set<std::string>& members = out[name];
    for (char** member = entry->gr_mem; *member != nullptr; ++member) members.insert(*member);
  }
  for (const auto& [number, account] : primary_members("/etc/passwd")) {
    if (const auto group = numbers.find(number); group != numbers.end()) out[group->second].insert(account);
  }
  const passwd* own = getpwuid(::geteuid());
  for (auto& [name, members] : out) {
    members.erase("edgewatch");  // the installed one's, also where another runs beside it
    if (own != nullptr) members.erase(own->pw_name);
  }
  return out;
}

std::multimap<unsigned, std::string> primary_members(const std::filesystem::path& accounts) {
  std::multimap<unsigned, std::string> out;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(accounts.c_str(), "re"),
                                                             [](std::FILE* f) { return std::fclose(f); });
  if (!file) return out;
  while (const passwd* account = fgetpwent(file.get())) out.emplace(account->pw_gid, account->pw_name);
  return out;
}

std::vector<std::string> in_two_roles(const RoleMembers& members) {
  std::map<std::string, int> roles;
  for (const auto& [group, accounts] : members) {
    for (const std::string& account : accounts) ++roles[account];
  }
  std::vector<std::string> out;
  for (const auto& [account, count] : roles) {
    if (count > 1) out.push_back(account);
  }
  return out;
}

}  // namespace edgewatch::runtime
