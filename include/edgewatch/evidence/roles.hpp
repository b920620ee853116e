// Who may do what (EVIDENCE 2), as one table. Owned values and pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace edgewatch::evidence {

/// From Unix groups alone, never from what a client says. Root has none unless it is in a group. `timer` is
/// nobody: the daily purge, on a socket that only the daemon's own user can open.
enum class Role : std::uint8_t { ict, hr, auditor, timer };
/// `ict`, `hr`, `auditor`, `timer`.
[[nodiscard]] std::string to_string(Role role);

/// What can be asked of the daemon.
enum class Action : std::uint8_t {
  status,
  classify,
  export_zone,
  case_open,
  case_close,
  case_list,
  report,
  purge,
  purge_dry_run,
  audit_show,
  audit_verify,
  who,        ///< explain whose an address was
  amendment,  ///< late evidence took minutes from somebody: the daemon's own entry, nobody asks for it
  rules,
  why,  ///< explain a decision: identity and rules, never use
  check,
  withdraw_add,
  withdraw_lift,
  withdraw_list,
  authorise_add,
  authorise_review,
  authorise_list,
  hold_add,
  hold_release,
  hold_list,
  certificate,  ///< `certificate list` and `certificate show`
  backup,
  blocks,
  blocks_by_person,
  case_notify,
  case_show,
  challenge_add,
  challenge_list,
  audit_head,
  audit_key,  ///< the public half; also the daemon's own entry where it made one
  seal_day,   ///< a closed day's root: the daemon's own entry, nobody asks for it
  disclose,
  case_unlock,
  sar,  ///< everything held about a person, for that person
  statistics,
  notice,
  dpia,
  doctor,  ///< what is well, odd or wrong in the installation; names nobody
};
/// The command's own words: `case open`, `export rpz`.
[[nodiscard]] std::string to_string(Action action);

inline constexpr std::array all_roles{Role::ict, Role::hr, Role::auditor, Role::timer};
inline constexpr std::array all_actions{
    Action::status,           Action::classify,       Action::export_zone,   Action::case_open,
    Action::case_close,       Action::case_list,      Action::report,        Action::purge,
    Action::purge_dry_run,    Action::audit_show,     Action::audit_verify,  Action::who,
    Action::amendment,        Action::rules,          Action::why,           Action::check,
    Action::withdraw_add,     Action::withdraw_lift,  Action::withdraw_list, Action::authorise_add,
    Action::authorise_review, Action::authorise_list, Action::hold_add,      Action::hold_release,
    Action::hold_list,        Action::certificate,    Action::backup,        Action::blocks,
    Action::blocks_by_person, Action::case_notify,    Action::case_show,     Action::challenge_add,
    Action::challenge_list,   Action::audit_head,     Action::audit_key,     Action::seal_day,
    Action::disclose,         Action::case_unlock,    Action::sar,           Action::statistics,
    Action::notice,           Action::dpia,           Action::doctor};

enum class Permission : std::uint8_t {
  no,
  in_case,  ///< only within a case: `report`, `disclose`, `who`, `why` and `blocks --by person` in an open
            ///< one that names the person and the dates, `audit show` in one that the officer opened,
            ///< `withdraw list` of one that is named
  yes,
};
[[nodiscard]] Permission permission(Role role, Action action);
/// Whether that role may do it at all.
[[nodiscard]] bool permitted(Role role, Action action);

/// Who asks, as the socket's peer credentials say.
struct Officer {
  std::uint32_t uid = 0;
  std::string name;  ///< of the Unix account
  Role role = Role::ict;
};

/// Why not, and what to do about it. `exit_code` is CONTRACT's: 64 for what was asked wrongly, 77 for what is
/// not permitted.
struct Refusal {
  int exit_code = 77;
  std::string sentence;  ///< neutral for a terminal
};

}  // namespace edgewatch::evidence
