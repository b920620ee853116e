// What the catalogue and published lists together say of a name.
#include "edgewatch/classify/classify.hpp"

#include "mapped.hpp"

#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }

Catalogue catalogue() {
  ServiceDefinition blogs{
      model::ServiceId("blogs"), "Blogs", "B", model::Category("blogs"), true, {}, "b.toml"};
  blogs.hosts = {{name("blogs.example"), model::Role::core, 7, 1}};
  return Catalogue::build({blogs}, model::Revision("c1")).value();
}

std::string lists(const std::vector<std::pair<std::string, std::vector<ListClaim>>>& names) {
  NameIndex::Room room{names.size(), 1000};
  ListSetBuilder builder(
      {{"malware", model::Category("malware"), 3}, {"adult", model::Category("adult"), 12}}, {5, 6}, room);
  std::uint32_t line = 10;
  for (const auto& [text, claims] : names) builder.add(text, claims, line++);
  return builder.file();
}

constexpr ListClaim malware{0};
constexpr ListClaim adult{1};

TEST(Classify, AListedNameHasCategoryListLineAndRevisionButNoServiceAndIsNeverKept) {
  const Mapped file(lists({{"photos.example", {adult}}}));
  const ListSet set = ListSet::over(file.bytes()).value();
  const auto found = classify(catalogue(), set, name("www.photos.example"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->service.empty());
  EXPECT_EQ(found->category.text(), "adult");
  EXPECT_EQ(found->role, model::Role::unknown);
  EXPECT_FALSE(found->record);
  EXPECT_EQ(found->line, "adult:10");
  EXPECT_EQ(found->matched.text(), "photos.example");
  EXPECT_EQ(found->revision, set.revision());
  EXPECT_EQ(found->lists, (std::vector<model::ListMatch>{
                              {"adult", model::Category("adult"), "photos.example", 10, set.revision()}}));
  EXPECT_FALSE(classify(catalogue(), set, name("elsewhere.example")));
}

TEST(Classify, AListTakesNoServiceFromTheCatalogueButAddsItsCategory) {
  const Mapped file(lists({{"www.blogs.example", {malware}}}));
  const ListSet set = ListSet::over(file.bytes()).value();
  const auto found = classify(catalogue(), set, name("www.blogs.example"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->service.text(), "blogs");
  EXPECT_EQ(found->category.text(), "blogs");
  EXPECT_EQ(found->role, model::Role::core);
  EXPECT_TRUE(found->record);
  EXPECT_EQ(found->line, "b.toml:7");
  EXPECT_EQ(found->revision.text(), "c1");
  ASSERT_EQ(found->lists.size(), 1U);
  EXPECT_EQ(found->lists[0].category.text(), "malware");
}

TEST(Classify, APageOfAServiceAmongSpecialCategoriesIsNotKeptAsUseOfIt) {
  const Mapped file(lists({{"p17.blogs.example", {malware, adult}}}));
  const ListSet set = ListSet::over(file.bytes()).value();
  EXPECT_FALSE(classify(catalogue(), set, name("p17.blogs.example"))->record);
  EXPECT_TRUE(classify(catalogue(), set, name("www.blogs.example"))->record);
}

TEST(Classify, APageOfAServiceOnAListOfWhateverElseIsNotKeptAsUseOfIt) {
  for (const auto& [category, kept] : std::vector<std::pair<const char*, bool>>{{"mental-health", false},
                                                                                {"lgbt", false},
                                                                                {"unheard-of", false},
                                                                                {"ads", true},
                                                                                {"social", true}}) {
    ListSetBuilder builder({{"theirs", model::Category(category), 1}}, {5, 6}, {1, 100});
    builder.add("p17.blogs.example", {{0}}, 1);
    const Mapped file(builder.file());
    const ListSet set = ListSet::over(file.bytes()).value();
    EXPECT_EQ(classify(catalogue(), set, name("p17.blogs.example"))->record, kept) << category;
  }
}

TEST(Classify, TheRevisionIsOfWhatTheListsSayAndNotOfTheFile) {
  const auto built = [](HashKey key, std::uint32_t line, std::uint32_t edition) {
    ListSetBuilder builder({{"adult", model::Category("adult"), edition}}, key, {1, 100});
    builder.add("photos.example", {{0}}, line);
    const Mapped file(builder.file());
    return ListSet::over(file.bytes())->revision();
  };
  EXPECT_EQ(built({1, 2}, 3, 4), built({8, 9}, 3, 4));
  EXPECT_NE(built({1, 2}, 3, 4), built({1, 2}, 5, 4));
  EXPECT_NE(built({1, 2}, 3, 4), built({1, 2}, 3, 5));
  EXPECT_EQ(built({1, 2}, 3, 4).text().size(), 16U);
}

}  // namespace
}  // namespace edgewatch::classify
