#include "edgewatch/config/check.hpp"

#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

/// A configuration with this `[identity]`, and the file radius.secret beside it.
Workspace& with_secret(Workspace& workspace, const std::string& clients,
                       const std::string& secret = "s3cret\n", std::filesystem::perms rights = owner) {
  small(workspace)
      .file("edgewatch.toml", "inside = [\"10.20.0.0/16\"]\n[identity]\nradius_clients = [" + clients + "]\n")
      .file("radius.secret", secret);
  std::filesystem::permissions(workspace.path("radius.secret"), rights);
  return workspace;
}
const std::string one = R"({ address = "10.20.2.9", secret_file = "radius.secret" })";

TEST(RadiusClients, AnotherSecretAfterTheStartIsSaidToWaitAndIsNotShown) {
  Workspace workspace;
  const auto started = with_secret(workspace, one).load();
  ASSERT_TRUE(started);
  EXPECT_THAT(changed_since_start(started->settings), testing::IsEmpty());
  with_secret(workspace, one, "another\n");
  const Problems told = changed_since_start(started->settings);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(to_string(told[0]), AllOf(HasSubstr("is in force: identity.radius_clients;"),
                                        Not(HasSubstr("another")), Not(HasSubstr("s3cret"))));
}

TEST(RadiusClients, SecretComesFromItsFileWithoutTheLinesEnd) {
  Workspace workspace;
  const auto loaded = with_secret(workspace, one).load();
  ASSERT_TRUE(loaded) << to_string(loaded.error().at(0));
  ASSERT_EQ(loaded->settings.radius_clients.size(), 1U);
  EXPECT_EQ(loaded->settings.radius_clients[0].address.to_string(), "10.20.2.9");
  EXPECT_EQ(loaded->settings.radius_clients[0].secret, "s3cret");
}

TEST(RadiusClients, SecretIsNeverDescribed) {
  Workspace workspace;
  const auto loaded = with_secret(workspace, one).load();
  ASSERT_TRUE(loaded);
  EXPECT_THAT(describe(loaded->settings),
              AllOf(HasSubstr("identity.radius_clients = 10.20.2.9\n"), Not(HasSubstr("s3cret"))));
}

TEST(RadiusClients, FileThatEverybodyMayReadIsRefusedWithoutSayingWhatIsInIt) {
  Workspace workspace;
  const auto mistakes =
      with_secret(workspace, one, "s3cret\n", owner | std::filesystem::perms::others_read).mistakes();
  EXPECT_THAT(mistakes, ElementsAre(HasSubstr("everybody may read or change 'radius.secret'")));
  EXPECT_THAT(mistakes, Each(Not(HasSubstr("s3cret"))));
}

TEST(RadiusClients, FileThatIsMissingOrEmptyIsRefused) {
  Workspace missing;
  EXPECT_THAT(
      with_secret(missing, R"({ address = "10.20.2.9", secret_file = "none" })").mistakes(),
      ElementsAre(AllOf(HasSubstr("edgewatch.toml:3:"), HasSubstr("'none' is no file that can be read"))));
  Workspace empty;
  EXPECT_THAT(with_secret(empty, one, "\n").mistakes(),
              ElementsAre(HasSubstr("'radius.secret' holds no secret")));
}

TEST(RadiusClients, EachHasAnAddressOfItsOwn) {
  Workspace twice;
  EXPECT_THAT(with_secret(twice, one + ", " + one).mistakes(),
              ElementsAre(HasSubstr("'10.20.2.9' stands twice")));
  Workspace network;
  EXPECT_THAT(
      with_secret(network, R"({ address = "10.20.2.0/24", secret_file = "radius.secret" })").mistakes(),
      ElementsAre(HasSubstr("'10.20.2.0/24' is not an address")));
  Workspace nameless;
  EXPECT_THAT(with_secret(nameless, R"({ secret_file = "radius.secret" })").mistakes(),
              ElementsAre(HasSubstr("'address' is missing")));
}

}  // namespace
}  // namespace edgewatch::config
