// Long lists of names in TOML files: read as short ones are, with every place.
#include "workspace.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t names = 300;
constexpr std::size_t lines_before = 7;

/// A catalogue file whose list has a name a line from line 8 on; line `odd` (from 1) is written as given.
std::string catalogue_file(std::size_t odd, const std::string& written, const std::string& after = "") {
  std::string out =
      "[[service]]\nid = \"dates\"\nname = \"Dates\"\nfamily = \"D\"\ncategory = \"forum\"\n"
      "[service.hosts]\ncore = [  # a list\n";
  for (std::size_t i = 0; i < names; ++i) {
    const std::size_t line = lines_before + 1 + i;
    out += line == odd ? written + "\n" : fmt::format("  \"n{}.example\",\n", line);
  }
  return out + "]  # its end\n" + after;
}

std::vector<std::string> mistakes(const std::string& text) {
  Workspace workspace;
  small(workspace).file("catalogue/b.toml", text);
  return workspace.mistakes();
}

TEST(LongLists, EachNameKeepsItsLine) {
  Workspace workspace;
  small(workspace).file("catalogue/b.toml", catalogue_file(100, "# \"n100.example\", is gone",
                                                           "embed = [\"n9.dates.example\"]\n"));
  const auto result = workspace.load();
  ASSERT_TRUE(result);
  const auto line_of = [&](const char* name) {
    const auto found = result->policies.catalogue.classify(net::HostName::from_dotted(name).value());
    return found ? found->line : "none";
  };
  EXPECT_THAT(line_of("www.n8.example"), HasSubstr("catalogue/b.toml:8"));
  EXPECT_THAT(line_of("n307.example"), HasSubstr("catalogue/b.toml:307"));
  EXPECT_EQ(line_of("n100.example"), "none");
  EXPECT_THAT(line_of("n9.dates.example"), HasSubstr("catalogue/b.toml:309"));
}

TEST(LongLists, AMistakeInOneAndBehindItHasItsLineAndColumn) {
  EXPECT_THAT(mistakes(catalogue_file(250, "  \"https://dates.example/\",", "embeds = [\"x.example\"]\n")),
              ElementsAre(HasSubstr("catalogue/b.toml:250:3: 'https://dates.example/' is not a host name"),
                          HasSubstr("catalogue/b.toml:309:1: unknown key 'embeds'")));
}

TEST(LongLists, WhatIsNotTomlIsRefusedWhereItStands) {
  EXPECT_THAT(mistakes(catalogue_file(250, "  \"n250.example\"")),
              ElementsAre(HasSubstr("catalogue/b.toml:25")));
  EXPECT_THAT(mistakes(catalogue_file(250, "  \"n250.example\",,")),
              ElementsAre(HasSubstr("catalogue/b.toml:250:")));
  EXPECT_THAT(mistakes(catalogue_file(250, "  \"n250\\.example\",")),
              ElementsAre(HasSubstr("catalogue/b.toml:250:")));
}

TEST(LongLists, NamesThatAreNotPlainAreReadAllTheSame) {
  Workspace workspace;
  small(workspace).file("catalogue/b.toml",
                        catalogue_file(250, "  'n250.example', \"b\\u00fccher.example\","));
  const auto result = workspace.load();
  ASSERT_TRUE(result);
  for (const char* name : {"n249.example", "n250.example", "xn--bcher-kva.example", "n251.example"})
    EXPECT_TRUE(result->policies.catalogue.classify(net::HostName::from_dotted(name).value())) << name;
}

TEST(LongLists, AStringOfSeveralLinesIsNotTakenForOne) {
  std::string list = "core = [\n";
  for (std::size_t i = 0; i < names; ++i) list += fmt::format("'n{}.example',\n", i);
  const auto found =
      mistakes("[[service]]\nid = \"dates\"\nfamily = \"D\"\ncategory = \"forum\"\nname = \"\"\"\n" + list +
               "]\n\"\"\"\n[service.hosts]\ncore = [\"dates.example\"]\n");
  EXPECT_THAT(found, ElementsAre());
}

}  // namespace
}  // namespace edgewatch::config
