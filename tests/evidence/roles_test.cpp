#include "edgewatch/evidence/roles.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

/// The table of EVIDENCE 2, as its text stands.
struct Line {
  const char* what;
  const char* ict;
  const char* hr;
  const char* auditor;
};
constexpr std::array evidence_two{
    Line{"health, coverage, lists, rules, rehearse, export zones, blocks by rule (no person)", "yes", "no",
         "read"},
    Line{"blocks of class \"inappropriate\" with person", "yes (the ICT duty in the policy), audited",
         "in a case", "in audit"},
    Line{"a person's usage", "**no**", "only in an open case that names the person and the period",
         "no (sees *that* it was looked at)"},
    Line{"withdraw access, authorise work use", "enters, approver named", "requests in a case", "read"},
    Line{"holds, disclosure, challenge", "no", "yes, with authoriser", "read"},
    Line{"purge, certificate", "runs by timer; ICT may start a dry run", "no", "read"},
    Line{"audit chain, DPIA print, notice", "no", "own case", "yes"},
    Line{"`why`, `who` for a named person or address", "yes, audited, rules and identity only, never usage",
         "in a case", "sees that it was asked"},
    Line{"`live`, `statistics`, `status`, `doctor` (no person)", "yes", "yes", "yes"},
    Line{"subject access, backup", "backup", "subject access", "read"},
};

/// In which line an action stands, and what it is there: what the words of the line mean depends on that.
enum class Nature : std::uint8_t { acts, reads, dry_run, own };
struct Place {
  std::size_t line;
  Nature nature;
  const char* word = "";  ///< of a line whose cells name what they allow
};
const std::map<Action, Place> places{
    {Action::classify, {0, Nature::reads}},
    {Action::export_zone, {0, Nature::reads}},
    {Action::rules, {0, Nature::reads}},
    {Action::check, {0, Nature::reads}},
    {Action::blocks, {0, Nature::reads}},
    {Action::blocks_by_person, {1, Nature::acts}},
    {Action::report, {2, Nature::acts}},
    {Action::withdraw_add, {3, Nature::acts}},
    {Action::withdraw_lift, {3, Nature::acts}},
    {Action::withdraw_list, {3, Nature::reads}},
    {Action::authorise_add, {3, Nature::acts}},
    {Action::authorise_review, {3, Nature::acts}},
    {Action::authorise_list, {3, Nature::reads}},
    {Action::hold_add, {4, Nature::acts}},
    {Action::hold_release, {4, Nature::acts}},
    {Action::hold_list, {4, Nature::reads}},
    {Action::disclose, {4, Nature::acts}},
    {Action::challenge_add, {4, Nature::acts}},
    {Action::challenge_list, {4, Nature::reads}},
    {Action::purge, {5, Nature::acts}},
    {Action::purge_dry_run, {5, Nature::dry_run}},
    {Action::certificate, {5, Nature::reads}},
    {Action::audit_show, {6, Nature::own}},
    {Action::audit_verify, {6, Nature::acts}},
    {Action::audit_head, {6, Nature::acts}},
    {Action::audit_key, {6, Nature::acts}},
    {Action::why, {7, Nature::acts}},
    {Action::who, {7, Nature::acts}},
    {Action::status, {8, Nature::reads}},
    {Action::doctor, {8, Nature::reads}},
    {Action::backup, {9, Nature::acts, "backup"}},
    {Action::statistics, {8, Nature::reads}},
    {Action::notice, {6, Nature::acts}},
    {Action::dpia, {6, Nature::acts}},
    {Action::sar, {9, Nature::acts, "subject access"}},
};

/// Cases are HR's (CONTRACT), and the table says of them no more than that what is in one is HR's to ask.
constexpr std::array cases{Action::case_open, Action::case_close,  Action::case_list,
                           Action::case_show, Action::case_notify, Action::case_unlock};

bool begins(const std::string& text, const std::string& with) { return text.starts_with(with); }

Permission meaning(const std::string& cell, const Place& place) {
  const bool acts = place.nature != Nature::reads;
  if (*place.word != '\0') return cell == place.word ? Permission::yes : Permission::no;
  if (begins(cell, "yes") || begins(cell, "enters")) return Permission::yes;
  if (cell == "in a case" || begins(cell, "only in an open case")) return Permission::in_case;
  if (cell == "requests in a case") return acts ? Permission::no : Permission::in_case;
  if (cell == "own case") return place.nature == Nature::own ? Permission::in_case : Permission::no;
  if (cell == "read") return acts ? Permission::no : Permission::yes;
  if (begins(cell, "runs by timer"))
    return place.nature == Nature::dry_run ? Permission::yes : Permission::no;
  for (const char* none : {"no", "**no**", "in audit", "sees that"}) {
    if (begins(cell, none)) return Permission::no;
  }
  ADD_FAILURE() << "nobody knows what the cell means: " << cell;
  return Permission::no;
}

/// The daemon's own entries, which nobody asks for.
constexpr std::array nobodys{Action::amendment, Action::seal_day};

/// Where the program is stricter than the line: an authorisation has no case that HR could name, and a
/// disclosure is of one.
const std::map<std::pair<Action, Role>, Permission> stricter{
    {{Action::authorise_list, Role::hr}, Permission::no},
    {{Action::disclose, Role::hr}, Permission::in_case},
};

Permission expected(Action action, Role role) {
  if (role == Role::timer)
    return action == Action::purge || action == Action::purge_dry_run ? Permission::yes : Permission::no;
  if (std::ranges::find(cases, action) != cases.end())
    return role == Role::hr ? Permission::yes : Permission::no;
  if (std::ranges::find(nobodys, action) != nobodys.end()) return Permission::no;
  const auto exception = stricter.find({action, role});
  if (exception != stricter.end()) return exception->second;
  const Place& place = places.at(action);
  const Line& line = evidence_two.at(place.line);
  return meaning(role == Role::ict ? line.ict : role == Role::hr ? line.hr : line.auditor, place);
}

std::string word(Permission permission) {
  return permission == Permission::no ? "no" : permission == Permission::yes ? "yes" : "in case";
}

TEST(Roles, MayDoWhatEvidenceTwoSaysOfEachActionAndNothingElse) {
  for (const Action action : all_actions) {
    const bool placed = places.contains(action) || std::ranges::find(cases, action) != cases.end() ||
                        std::ranges::find(nobodys, action) != nobodys.end();
    ASSERT_TRUE(placed) << to_string(action) << " stands in no line of the table";
    for (const Role role : all_roles) {
      EXPECT_EQ(word(permission(role, action)), word(expected(action, role)))
          << to_string(role) << ": " << to_string(action);
      EXPECT_EQ(permitted(role, action), permission(role, action) != Permission::no);
    }
  }
}

TEST(Roles, AnExceptionFromTheTableIsStricterThanIt) {
  for (const auto& [which, permission] : stricter) {
    const Place& place = places.at(which.first);
    const Line& line = evidence_two.at(place.line);
    EXPECT_LT(permission, meaning(which.second == Role::hr ? line.hr : line.auditor, place));
  }
}

TEST(Roles, ActionsAreCalledAsTheirCommands) {
  std::vector<std::string> words;
  for (const Action action : all_actions) words.push_back(to_string(action));
  std::ranges::sort(words);
  EXPECT_EQ(std::ranges::adjacent_find(words), words.end());
  EXPECT_EQ(to_string(Action::purge_dry_run), "purge --dry-run");
  EXPECT_EQ(to_string(Action::case_unlock), "case unlock");
}

TEST(Roles, AreCalledAsTheirUnixGroupsEnd) {
  EXPECT_EQ(to_string(Role::ict), "ict");
  EXPECT_EQ(to_string(Role::hr), "hr");
  EXPECT_EQ(to_string(Role::auditor), "auditor");
}

}  // namespace
}  // namespace edgewatch::evidence
