// lists.toml, and an accepted list as it is kept.
#include "edgewatch/config/list_sources.hpp"

#include "edgewatch/config/list_edition.hpp"

#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ListSources, AListHasItsPlaceAndItsBounds) {
  Workspace workspace;
  workspace.file(
      "lists.toml",
      "folder = \"kept\"\nprotected = [\"council.example\"]\n[[list]]\nname = \"adult\"\ncategory = "
      "\"adult\"\nformat = \"ut1\"\npart = \"adult\"\nurl = \"https://lists.example/adult.tar.gz\"\nchange = "
      "35\nwithout = [\"good.example\"]\ntimeout = 5\n[[list]]\nname = \"own\"\ncategory = "
      "\"social\"\nformat "
      "= \"domains\"\nfile = \"own.txt\"\n");
  const auto read = load_lists(workspace.path("lists.toml"));
  ASSERT_TRUE(read) << to_string(read.error().front());
  EXPECT_EQ(read->folder, workspace.path("kept"));
  ASSERT_EQ(read->lists.size(), 2U);
  EXPECT_EQ(read->lists[0].shape.format, ListFormat::ut1);
  EXPECT_DOUBLE_EQ(read->lists[0].guards.most_change, 0.35);
  EXPECT_EQ(read->lists[0].timeout, std::chrono::seconds(5));
  EXPECT_EQ(read->lists[0].without.front().text(), "good.example");
  EXPECT_EQ(read->lists[1].file, workspace.path("own.txt"));
  EXPECT_EQ(read->lists[1].guards.own.front().text(), "council.example");
}

TEST(ListSources, EveryMistakeIsToldAtOnce) {
  Workspace workspace;
  workspace.file("lists.toml",
                 "protected = [\"not a name\"]\n[[list]]\nname = \"Adult\"\ncategory = \"adult\"\nformat = "
                 "\"csv\"\nurl = "
                 "\"http://lists.example/x\"\n[[list]]\nname = \"own\"\nformat = \"domains\"\nsha256 = "
                 "\"12\"\nodd = 1\n");
  const auto read = load_lists(workspace.path("lists.toml"));
  ASSERT_FALSE(read);
  EXPECT_THAT(workspace.texts(read.error()),
              ElementsAre(HasSubstr("lists.toml:1:"), HasSubstr(":3:8: name 'Adult' is not of small letters"),
                          HasSubstr(":5:"), HasSubstr(":6:7: 'url' is not an https URL"),
                          HasSubstr("'category'"), HasSubstr("a list comes from one place"),
                          HasSubstr("'sha256' is not 64"), HasSubstr("odd")));
}

TEST(ListEdition, IsTheListAgain) {
  ParsedList list =
      parse_list(ListFormat::adblock, "||ads.example^\n@@||good.ads.example^\n|x.example^\n||*.y.example^\n");
  list.sort();
  const std::string text = edition_text(list);
  const auto again = read_edition(text);
  ASSERT_TRUE(again) << again.error();
  ASSERT_EQ(again->size(), list.size());
  for (std::size_t i = 0; i < list.size(); ++i) EXPECT_EQ((*again)[i], list[i]);
  EXPECT_EQ(edition_text(*again), text);
}

TEST(ListEdition, ADamagedOneIsNone) {
  const std::string text = edition_text(parse_list(ListFormat::domains, "ads.example\nmore.example\n"));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(read_edition(damaged)) << at;
    EXPECT_FALSE(read_edition(text.substr(0, at))) << at;
  }
}

}  // namespace
}  // namespace edgewatch::config
