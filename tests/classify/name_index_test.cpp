#include "edgewatch/classify/name_index.hpp"

#include "mapped.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }

/// Each name with its place in the list as value.
NameIndex listed(const std::vector<std::string>& names, HashKey key = {1, 2}) {
  NameIndex::Room room;
  for (const std::string& text : names) room.characters += text.size();
  room.names = names.size();
  NameIndex index(key, room);
  for (std::uint32_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(index.add(name(names[i]), {i, i + 1}), std::nullopt);
  return index;
}

/// What is found, or `none`.
std::string found(const NameIndex& index, const std::string& text) {
  const auto hit = index.find(name(text));
  return hit ? std::string(hit->name) : "none";
}

TEST(NameIndex, GivesTheLongestListedNameAtOrAbove) {
  const NameIndex index = listed({"photos.example", "eu.push.photos.example"});
  EXPECT_EQ(found(index, "photos.example"), "photos.example");
  EXPECT_EQ(found(index, "push.photos.example"), "photos.example");
  EXPECT_EQ(found(index, "a.eu.push.photos.example"), "eu.push.photos.example");
  EXPECT_EQ(found(index, "myphotos.example"), "none");
  EXPECT_EQ(found(index, "example"), "none");
  EXPECT_EQ(index.find(net::HostName()), std::nullopt);
  EXPECT_EQ(NameIndex().find(name("photos.example")), std::nullopt);
}

TEST(NameIndex, ANameWithAnOddByteIsBelowNone) {
  const NameIndex index = listed({"photos.example"});
  EXPECT_EQ(found(index, "a\\b.photos.example"), "none");
  EXPECT_EQ(found(index, "*.photos.example"), "none");
}

TEST(NameIndex, ANameThatIsListedKeepsItsFirstValue) {
  NameIndex twice({1, 2}, {2, 64});
  EXPECT_EQ(twice.add(name("photos.example"), {7, 300}), std::nullopt);
  EXPECT_EQ(twice.add(name("photos.example"), {8, 301}), (NameIndex::Entry{7, 300}));
  EXPECT_EQ(twice.find(name("www.photos.example"))->entry, (NameIndex::Entry{7, 300}));
  EXPECT_EQ(twice.size(), 1U);
}

TEST(NameIndex, LongNamesAndManyLabelsAreNamesLikeOthers) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  std::string deepest = "a";
  for (int i = 1; i < 127; ++i) deepest += ".a";
  const NameIndex index = listed({longest, deepest, "a.a.a"});
  EXPECT_EQ(found(index, longest), longest);
  EXPECT_EQ(found(index, deepest), deepest);
  EXPECT_EQ(found(index, deepest.substr(2)), "a.a.a");
}

/// The names of lists share endings, and those that are asked share them too.
class Invented {
 public:
  std::string next() {
    std::string text = label();
    for (std::size_t labels = 1 + random_() % 4; labels > 0; --labels) text += "." + label();
    return text;
  }

 private:
  std::string label() {
    std::string out;
    for (std::size_t letters = 1 + random_() % 3; letters > 0; --letters)
      out += static_cast<char>('a' + random_() % 4);
    return out;
  }
  std::mt19937 random_{5};
};

TEST(NameIndex, AgreesWithANaiveSearchOnAMillionNames) {
  Invented names;
  std::map<std::string, NameIndex::Entry> naive;
  NameIndex index({3, 4}, {20000, 400000});
  for (std::uint32_t i = 0; i < 20000; ++i) {
    const std::string text = names.next();
    const NameIndex::Entry entry{i, 4000000000U + i};
    const auto [known, is_new] = naive.try_emplace(text, entry);
    EXPECT_EQ(index.add(name(text), entry), is_new ? std::nullopt : std::optional(known->second));
  }
  EXPECT_EQ(index.size(), naive.size());
  std::size_t wrong = 0;
  std::size_t hits = 0;
  for (int i = 0; i < 1000000; ++i) {
    const std::string text = names.next();
    auto expected = naive.end();
    for (std::string_view rest = text; expected == naive.end() && !rest.empty();) {
      expected = naive.find(std::string(rest));
      const std::size_t dot = rest.find('.');
      rest = dot == std::string_view::npos ? "" : rest.substr(dot + 1);
    }
    const auto hit = index.find(name(text));
    hits += hit ? 1 : 0;
    if (expected == naive.end() ? hit.has_value()
                                : (!hit || hit->name != expected->first || hit->entry != expected->second))
      ++wrong;
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(hits, 100000U);
  EXPECT_LT(hits, 900000U);
}

TEST(NameIndex, ManyNewNamesAreAllFoundOnceTheyHaveSettled) {
  constexpr std::uint32_t names = 300000;  // more than wait in all parts together
  const auto listed = [](std::uint32_t i) { return "n" + std::to_string(i) + ".example"; };
  NameIndex index({3, 4}, {names, std::size_t{names} * 15});
  for (std::uint32_t i = 0; i < names; ++i) index.add_new(listed(i), {i % 5, i});
  index.settle();
  ASSERT_EQ(index.size(), names);
  for (std::uint32_t i = 0; i < names; ++i) {
    const auto hit = index.find(name("www." + listed(i)));
    ASSERT_TRUE(hit && hit->name == listed(i) && hit->entry == (NameIndex::Entry{i % 5, i})) << listed(i);
  }
  EXPECT_FALSE(index.find(name(listed(names))));
}

TEST(NameIndex, TheKeyDecidesWhereNamesStandAndNeverWhatIsFound) {
  const std::vector<std::string> names = {"photos.example", "music.example", "a.b.example"};
  for (const HashKey key : {HashKey{}, HashKey{5, 6}, random_hash_key()}) {
    const NameIndex index = listed(names, key);
    for (const std::string& text : names) EXPECT_EQ(found(index, "www." + text), text);
    EXPECT_EQ(found(index, "b.example"), "none");
  }
}

TEST(NameIndex, StaysWithinThirtyTwoBytesAName) {
  NameIndex index({1, 2}, {100000, 1700000});
  for (std::uint32_t i = 0; i < 100000; ++i) {
    std::string digits = std::to_string(i);
    digits.insert(0, 8 - digits.size(), '0');
    ASSERT_EQ(index.add(name("s" + digits + ".example"), {3, i}), std::nullopt);
  }
  EXPECT_LE(index.bytes() / index.size(), 32U);
}

TEST(NameIndex, RecordsStandInTheOrderTheyWereAdded) {
  const std::vector<std::string> names = {"photos.example", "music.example", "a.b.example"};
  const NameIndex index = listed(names);
  std::vector<std::string> records;
  for (std::uint32_t at = NameIndex::begin(); at != index.end(); at = index.after(at))
    records.emplace_back(index.at(at).name);
  EXPECT_EQ(records, names);
}

TEST(NameTable, FindsInAFileWhatTheIndexFindsThatWroteIt) {
  Invented invented;
  NameIndex index({3, 4}, {500, 500 * 24});
  for (std::uint32_t i = 0; i < 500; ++i) index.add(name(invented.next()), {i, i * 3});
  const Mapped file(index.image());
  const auto table = NameTable::over(file.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->size(), index.size());
  for (int i = 0; i < 20000; ++i) {
    const auto asked = name(invented.next());
    const auto expected = index.find(asked);
    const auto hit = table->find(asked);
    ASSERT_EQ(hit.has_value(), expected.has_value()) << asked.text();
    if (!hit) continue;
    ASSERT_EQ(hit->name, expected->name);
    ASSERT_EQ(hit->entry, expected->entry);
  }
}

TEST(NameTable, AnIndexOfNoNameIsAFileToo) {
  const Mapped file(NameIndex().image());
  const auto table = NameTable::over(file.bytes());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->find(name("photos.example")), std::nullopt);
  EXPECT_EQ(NameTable().find(name("photos.example")), std::nullopt);
}

TEST(NameTable, ADamagedFileIsNone) {
  const std::string whole = listed({"photos.example", "eu.push.photos.example"}).image();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(NameTable::over(Mapped(damaged).bytes())) << at;
    EXPECT_FALSE(NameTable::over(Mapped(whole.substr(0, at)).bytes())) << at;
  }
  EXPECT_FALSE(NameTable::over(Mapped(whole + '\0').bytes()));
}

}  // namespace
}  // namespace edgewatch::classify
