#include "edgewatch/evidence/roles.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

std::string word(Permission permission) {
  return permission == Permission::no ? "no" : permission == Permission::yes ? "yes" : "in case";
}

TEST(Roles, AreAsEvidenceTwoSaysForEveryAction) {
  struct Line {
    Action action;
    const char* name;
    const char* ict;
    const char* hr;
    const char* auditor;
    const char* timer;
  };
  const std::vector<Line> expected = {
      {Action::status, "status", "yes", "yes", "yes", "no"},
      {Action::classify, "classify", "yes", "no", "yes", "no"},
      {Action::export_zone, "export rpz", "yes", "no", "yes", "no"},
      {Action::case_open, "case open", "no", "yes", "no", "no"},
      {Action::case_close, "case close", "no", "yes", "no", "no"},
      {Action::case_list, "case list", "no", "yes", "no", "no"},
      {Action::report, "report", "no", "in case", "no", "no"},
      {Action::purge, "purge", "no", "no", "no", "yes"},
      {Action::purge_dry_run, "purge --dry-run", "yes", "no", "no", "yes"},
      {Action::audit_show, "audit show", "no", "in case", "yes", "no"},
      {Action::audit_verify, "audit verify", "no", "no", "yes", "no"},
      {Action::who, "who", "yes", "in case", "no", "no"},
      {Action::amendment, "amendment", "no", "no", "no", "no"},
      {Action::rules, "rules", "yes", "no", "yes", "no"},
      {Action::why, "why", "yes", "in case", "no", "no"},
      {Action::check, "check", "yes", "no", "yes", "no"},
      {Action::withdraw_add, "withdraw add", "yes", "no", "no", "no"},
      {Action::withdraw_lift, "withdraw lift", "yes", "no", "no", "no"},
      {Action::withdraw_list, "withdraw list", "yes", "in case", "yes", "no"},
      {Action::authorise_add, "authorise add", "yes", "no", "no", "no"},
      {Action::authorise_review, "authorise review", "yes", "no", "no", "no"},
      {Action::authorise_list, "authorise list", "yes", "no", "yes", "no"},
      {Action::hold_add, "hold add", "no", "yes", "no", "no"},
      {Action::hold_release, "hold release", "no", "yes", "no", "no"},
      {Action::hold_list, "hold list", "no", "yes", "yes", "no"},
      {Action::certificate, "certificate", "no", "no", "yes", "no"},
      {Action::backup, "backup", "yes", "no", "no", "no"},
      {Action::blocks, "blocks", "yes", "no", "yes", "no"},
      {Action::blocks_by_person, "blocks --by person", "yes", "in case", "no", "no"},
      {Action::case_notify, "case notify", "no", "yes", "no", "no"},
      {Action::case_show, "case show", "no", "yes", "no", "no"},
      {Action::challenge_add, "challenge add", "no", "yes", "no", "no"},
      {Action::challenge_list, "challenge list", "no", "yes", "yes", "no"},
  };
  ASSERT_EQ(expected.size(), all_actions.size());
  for (const Line& line : expected) {
    EXPECT_EQ(to_string(line.action), line.name);
    EXPECT_EQ(word(permission(Role::ict, line.action)), line.ict) << line.name;
    EXPECT_EQ(word(permission(Role::hr, line.action)), line.hr) << line.name;
    EXPECT_EQ(word(permission(Role::auditor, line.action)), line.auditor) << line.name;
    EXPECT_EQ(word(permission(Role::timer, line.action)), line.timer) << line.name;
    for (const Role role : all_roles)
      EXPECT_EQ(permitted(role, line.action), permission(role, line.action) != Permission::no);
  }
}

TEST(Roles, AreCalledAsTheirUnixGroupsEnd) {
  EXPECT_EQ(to_string(Role::ict), "ict");
  EXPECT_EQ(to_string(Role::hr), "hr");
  EXPECT_EQ(to_string(Role::auditor), "auditor");
}

}  // namespace
}  // namespace edgewatch::evidence
