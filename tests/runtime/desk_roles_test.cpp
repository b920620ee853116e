#include "edgewatch/config/configuration.hpp"

#include "desk.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using evidence::Permission;
using evidence::Role;

/// A desk over an empty ledger in a folder that goes away, asked as its sockets are.
class DeskRoles : public ::testing::Test {
 public:
  ~DeskRoles() override { std::filesystem::remove_all(folder_); }

  std::shared_ptr<const config::Configuration> configuration() const {
    std::ofstream(folder_ / "edgewatch.toml")
        << "inside = [\"10.20.0.0/16\"]\n[storage]\nledger = \"sqlite:ledger.db\"\n[runtime]\nsockets = "
           "\"sockets\"\n";
    auto loaded = config::load(folder_ / "edgewatch.toml");
    EXPECT_TRUE(loaded.has_value());
    return std::make_shared<const config::Configuration>(std::move(loaded).value());
  }

  /// As somebody of the role's group would; the timer is the daemon's own user.
  Response ask(Role role, const std::string& words) {
    Request request{words, {}, {}};
    if (words == "blocks --by person") request = {"blocks", {{"by", "person"}}, {}};
    if (words == "purge --dry-run") request = {"purge", {{"dry-run", "yes"}}, {}};
    if (words == "sar") {  // which needs a record of its own
      request.options = {{"reference", "SAR-1"},
                         {"received", "2026-11-17"},
                         {"identity-checked", "staff card"},
                         {"approved-by", "DPO"}};
    }
    request.options["person"] = "p17";
    return at(role, {.uid = ::geteuid(), .user = "somebody", .groups = {"edgewatch-" + to_string(role)}},
              request);
  }
  Response at(Role role, const Peer& peer, const Request& request) {
    return desk_.endpoints().at(static_cast<std::size_t>(role)).handler(peer, request);
  }

  void tell(const std::function<void(HealthReport&)>& change) { health_.update(change); }

  /// Of the chain; another connection to it, as the auditor's program would be.
  std::vector<evidence::AuditEntry> entries() const {
    return evidence::AuditLog(folder_ / "audit.db").entries();
  }

 private:
  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "edgewatch-test-XXXXXX").string();
    return ::mkdtemp(name.data());
  }
  std::filesystem::path folder_ = make_folder();
  Health health_;
  classify::SeenNames seen_names_{{1, 2}, 16};
  Desk desk_{configuration(), health_, seen_names_};
};

/// An address or a computer's name may lead to a person.
TEST_F(DeskRoles, IctAloneIsToldWhoseClockIsOff) {
  tell([](HealthReport& report) {
    report.alarms["clock of windows"] = "off by 90 s";
    report.clocks_off = {"10.20.1.9"};
  });
  for (const Role role : {Role::ict, Role::hr, Role::auditor}) {
    const std::string status = ask(role, "status").output;
    EXPECT_NE(status.find("off by 90 s"), std::string::npos) << to_string(role);
    EXPECT_EQ(status.find("10.20.1.9") != std::string::npos, role == Role::ict) << to_string(role);
    EXPECT_EQ(ask(role, "doctor").output.find("10.20.1.9"), std::string::npos) << to_string(role);
  }
}

TEST_F(DeskRoles, EveryCommandThatARoleMayNotGiveIsRefusedAndAudited) {
  int refusals = 0;
  for (const auto& [words, action] : Desk::commands()) {
    for (const Role role : evidence::all_roles) {
      const std::size_t before = entries().size();
      const Response response = ask(role, words);
      const std::string what = to_string(role) + ": " + words;
      if (evidence::permission(role, action) == Permission::yes) {
        EXPECT_NE(response.exit_code, 77) << what << ": " << response.error;
        continue;
      }
      if (action == Action::audit_show && role == Role::hr)
        continue;  // of their own cases, of which there is none
      EXPECT_NE(response.exit_code, 0) << what;
      EXPECT_EQ(response.output, "") << what;
      if (evidence::permitted(role, action)) continue;
      ++refusals;
      EXPECT_EQ(response.exit_code, 77) << what;
      const auto after = entries();
      ASSERT_EQ(after.size(), before + 1) << what;
      EXPECT_EQ(after.back().action, to_string(action)) << what;
      EXPECT_EQ(after.back().role, to_string(role)) << what;
      EXPECT_EQ(after.back().outcome, "refused") << what;
      EXPECT_EQ(after.back().uid, ::geteuid()) << what;
      EXPECT_EQ(after.back().detail->person, model::PersonId("p17")) << what;
    }
  }
  EXPECT_GT(refusals, 50);
}

TEST_F(DeskRoles, EveryActionOfTheTableHasACommandThatAsksForIt) {
  const auto commands = Desk::commands();
  for (const Action action : evidence::all_actions) {
    const bool asked = std::ranges::any_of(commands, [&](const auto& each) { return each.second == action; });
    const bool nobodys = action == Action::amendment || action == Action::seal_day;
    EXPECT_EQ(asked, !nobodys) << to_string(action);
  }
}

TEST_F(DeskRoles, WhoIsInNoGroupIsRefusedOnEverySocketAndAudited) {
  for (const Role role : {Role::ict, Role::hr, Role::auditor}) {
    const Response response =
        at(role, {.uid = 4242, .user = "stranger", .groups = {"users"}}, {"status", {}, {}});
    EXPECT_EQ(response.exit_code, 77);
    EXPECT_EQ(entries().back().outcome, "refused");
    EXPECT_EQ(entries().back().uid, 4242U);
  }
  EXPECT_EQ(at(Role::timer, {.uid = 4242, .user = "stranger", .groups = {}}, {"purge", {}, {}}).exit_code,
            77);
  EXPECT_EQ(entries().back().outcome, "refused");
}

}  // namespace
}  // namespace edgewatch::runtime
