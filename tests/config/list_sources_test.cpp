// lists.toml, and an accepted list as it is kept.
#include "edgewatch/config/list_sources.hpp"

#include "edgewatch/config/list_edition.hpp"

#include "workspace.hpp"

#include <algorithm>
#include <array>

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
  workspace.file(
      "lists.toml",
      "protected = [\"not a name\"]\n[[list]]\nname = \"Adult\"\ncategory = \"adult\"\nformat = "
      "\"csv\"\nurl = "
      "\"http://lists.example/x\"\n[[list]]\nname = \"own\"\nformat = \"domains\"\nsha256 = "
      "\"12\"\nsignature = \"https://lists.example/x.minisig\"\nodd = 1\n[[list]]\nname = "
      "\"signed\"\ncategory = \"social\"\nformat = \"domains\"\nfile = \"x\"\npublic_key = \"RW\"\n");
  const auto read = load_lists(workspace.path("lists.toml"));
  ASSERT_FALSE(read);
  EXPECT_THAT(workspace.texts(read.error()),
              ElementsAre(HasSubstr("lists.toml:1:"), HasSubstr(":3:8: name 'Adult' is not of small letters"),
                          HasSubstr(":5:"), HasSubstr(":6:7: 'url' is not an https URL"),
                          HasSubstr("'category'"), HasSubstr("a list comes from one place"),
                          HasSubstr("'sha256' is not 64"), HasSubstr("a signature says nothing"),
                          HasSubstr("odd"), HasSubstr("'public_key' is not one of minisign")));
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

TEST(ListEdition, SaysWhichLineIsDamagedWhereThatCanBeSeen) {
  std::string text =
      edition_text(parse_list(ListFormat::domains, "ads.example\nmore.example\nzoo.example\n"));
  const auto said_of = [](std::string damaged, const std::string& from, const std::string& to) {
    damaged.replace(damaged.find(from), from.size(), to);
    return read_edition(damaged).error();
  };
  const std::string sum = "it is damaged: its sum is another";
  EXPECT_EQ(said_of(text, "more.example", "more example"), sum + ", and line 5 holds what no list holds");
  EXPECT_EQ(said_of(text, "more.example", "aaaa.example"), sum + ", and line 5 holds what no list holds");
  EXPECT_EQ(said_of(text, "more.example", "pore.example"), sum);
}

TEST(ListSetFile, SaysOfEveryNameWhatTheListsSay) {
  ParsedList ads =
      parse_list(ListFormat::adblock, "||ads.example^\n@@||good.ads.example^\n||*.below.example^\n");
  ParsedList hosts = parse_list(ListFormat::hosts,
                                "0.0.0.0 www.ads.example\n0.0.0.0 good.ads.example\n0.0.0.0 own.example\n");
  ads.sort();
  hosts.sort();
  std::string text;
  write_list_set({{{"ads", model::Category("ads"), 3}, &ads}, {{"hosts", model::Category("ads"), 1}, &hosts}},
                 {1, 2}, [&](std::string_view piece) { text += piece; });
  struct alignas(64) Block {
    std::array<char, 64> bytes;
  };
  std::vector<Block> memory(text.size() / sizeof(Block) + 1);
  std::copy(text.begin(), text.end(), memory[0].bytes.begin());
  const auto set =
      classify::ListSet::over({reinterpret_cast<const std::uint8_t*>(memory.data()), text.size()});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 5U);
  for (const char* word :
       {"ads.example", "www.ads.example", "x.www.ads.example", "good.ads.example", "x.good.ads.example",
        "below.example", "x.below.example", "own.example", "x.own.example", "elsewhere.example"}) {
    const auto name = *net::HostName::from_user(word);
    std::vector<bool> got(2);
    for (const auto& match : set->match(name)) got[match.list] = true;
    EXPECT_EQ(got, (std::vector<bool>{match(ads, name).has_value(), match(hosts, name).has_value()})) << word;
  }
}

}  // namespace
}  // namespace edgewatch::config
