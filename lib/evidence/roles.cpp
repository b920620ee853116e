#include "edgewatch/evidence/roles.hpp"

#include <string_view>

namespace edgewatch::evidence {
namespace {

constexpr Permission no = Permission::no;
constexpr Permission yes = Permission::yes;
constexpr Permission in_case = Permission::in_case;

struct Line {
  Action action;
  std::string_view words;
  Permission ict;
  Permission hr;
  Permission auditor;
  Permission timer;
};

// EVIDENCE 2. ICT never sees a person's use; HR never without a case; the auditor sees that it was looked at,
// not what was seen.
constexpr std::array<Line, all_actions.size()> table{{
    {Action::status, "status", yes, yes, yes, no},
    {Action::classify, "classify", yes, no, yes, no},
    {Action::export_zone, "export rpz", yes, no, yes, no},
    {Action::case_open, "case open", no, yes, no, no},
    {Action::case_close, "case close", no, yes, no, no},
    {Action::case_list, "case list", no, yes, no, no},
    {Action::report, "report", no, in_case, no, no},
    {Action::purge, "purge", no, no, no, yes},
    {Action::purge_dry_run, "purge --dry-run", yes, no, no, yes},
    {Action::audit_show, "audit show", no, in_case, yes, no},
    {Action::audit_verify, "audit verify", no, no, yes, no},
    {Action::who, "who", yes, in_case, no, no},
    {Action::amendment, "amendment", no, no, no, no},
    {Action::rules, "rules", yes, no, yes, no},
    {Action::why, "why", yes, in_case, no, no},
    {Action::check, "check", yes, no, yes, no},
    // HR asks for a withdrawal in a case, by its reference; ICT enters it, with who approved it.
    {Action::withdraw_add, "withdraw add", yes, no, no, no},
    {Action::withdraw_lift, "withdraw lift", yes, no, no, no},
    {Action::withdraw_list, "withdraw list", yes, in_case, yes, no},
    {Action::authorise_add, "authorise add", yes, no, no, no},
    {Action::authorise_review, "authorise review", yes, no, no, no},
    {Action::authorise_list, "authorise list", yes, no, yes, no},
    {Action::hold_add, "hold add", no, yes, no, no},
    {Action::hold_release, "hold release", no, yes, no, no},
    {Action::hold_list, "hold list", no, yes, yes, no},
    {Action::certificate, "certificate", no, no, yes, no},
    {Action::backup, "backup", yes, no, no, no},
    {Action::blocks, "blocks", yes, no, yes, no},
    // Of rules of class `inappropriate` alone: the duty that the policy gives to ICT.
    {Action::blocks_by_person, "blocks --by person", yes, in_case, no, no},
    {Action::case_notify, "case notify", no, yes, no, no},
    {Action::case_show, "case show", no, yes, no, no},
    {Action::challenge_add, "challenge add", no, yes, no, no},
    {Action::challenge_list, "challenge list", no, yes, yes, no},
    {Action::audit_head, "audit head", no, no, yes, no},
    {Action::audit_key, "audit key", no, no, yes, no},
    {Action::seal_day, "seal day", no, no, no, no},
    {Action::disclose, "disclose", no, in_case, no, no},
    {Action::case_unlock, "case unlock", no, yes, no, no},
    {Action::sar, "sar", no, yes, no, no},
    {Action::statistics, "statistics", yes, yes, yes, no},
    {Action::notice, "notice", no, no, yes, no},
    {Action::dpia, "dpia", no, no, yes, no},
    {Action::doctor, "doctor", yes, yes, yes, no},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table.at(i).action != all_actions.at(i) || static_cast<std::size_t>(table.at(i).action) != i)
      return false;
  }
  return true;
}
static_assert(in_order(), "the table is read by the action's number");

}  // namespace

std::string to_string(Role role) {
  constexpr std::array<std::string_view, all_roles.size()> words{"ict", "hr", "auditor", "timer"};
  return std::string(words.at(static_cast<std::size_t>(role)));
}

std::string to_string(Action action) { return std::string(table.at(static_cast<std::size_t>(action)).words); }

Permission permission(Role role, Action action) {
  const Line& line = table.at(static_cast<std::size_t>(action));
  switch (role) {
    case Role::ict:
      return line.ict;
    case Role::hr:
      return line.hr;
    case Role::auditor:
      return line.auditor;
    case Role::timer:
      return line.timer;
  }
  return no;
}

bool permitted(Role role, Action action) { return permission(role, action) != no; }

}  // namespace edgewatch::evidence
