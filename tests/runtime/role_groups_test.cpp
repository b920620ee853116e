#include "role_groups.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(RoleGroups, NobodyShouldBeInTwo) {
  EXPECT_THAT(in_two_roles({{"edgewatch-hr", {"ann", "ben"}}, {"edgewatch-ict", {"ben", "cat"}}}),
              ElementsAre("ben"));
  EXPECT_THAT(in_two_roles({{"edgewatch-hr", {"ann"}}, {"edgewatch-ict", {"cat"}}}), IsEmpty());
}

TEST(RoleGroups, PrimaryGroupsCount) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "passwd";
  std::ofstream(file)
      << "ann:x:1001:700:Ann:/home/ann:/bin/sh\nnot a line of such a file\nben:x:1002:701::/:/bin/sh\n";
  EXPECT_THAT(primary_members(file), ElementsAre(Pair(700U, "ann"), Pair(701U, "ben")));
  std::filesystem::remove(file);
  EXPECT_THAT(primary_members(file), IsEmpty());
}

}  // namespace
}  // namespace edgewatch::runtime
