#include "edgewatch/classify/list_set.hpp"

#include "mapped.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }

/// Each name with what is said of it and a line.
struct Said {
  std::vector<ListClaim> claims;
  std::uint32_t line = 0;
  bool operator==(const Said&) const = default;
};
using Names = std::map<std::string, Said>;

std::string file_of(const Names& names) {
  NameIndex::Room room{names.size(), 0};
  for (const auto& entry : names) room.characters += entry.first.size();
  ListSetBuilder builder({{"ads", model::Category("ads"), 7}, {"adult", model::Category("adult"), 12}},
                         {5, 6}, room);
  for (const auto& [text, said] : names) builder.add(text, said.claims, said.line);
  return builder.file();
}

constexpr auto listed = ListVerdict::listed;
constexpr auto excepted = ListVerdict::excepted;

TEST(ListSet, SaysWhichListsListANameAndByWhichEntry) {
  const Mapped file(file_of({{"photos.example", {{{0, Reach::both, listed}, {1, Reach::both, listed}}, 3}},
                             {"good.photos.example", {{{0, Reach::both, excepted}}, 4}},
                             {"only.example", {{{1, Reach::itself, listed}}, 5}},
                             {"below.example", {{{1, Reach::below, listed}}, 6}}}));
  const auto set = ListSet::over(file.bytes());
  ASSERT_TRUE(set);
  EXPECT_EQ(set->lists(), (std::vector<ListSet::List>{{"ads", model::Category("ads"), 7},
                                                      {"adult", model::Category("adult"), 12}}));
  using Matches = ListSet::Matches;
  EXPECT_EQ(set->match(name("www.photos.example")),
            (Matches{{0, "photos.example", 3}, {1, "photos.example", 0}}));
  EXPECT_EQ(set->match(name("x.good.photos.example")), (Matches{{1, "photos.example", 0}}));
  EXPECT_EQ(set->match(name("only.example")), (Matches{{1, "only.example", 5}}));
  EXPECT_EQ(set->match(name("www.only.example")), Matches{});
  EXPECT_EQ(set->match(name("below.example")), Matches{});
  EXPECT_EQ(set->match(name("www.below.example")), (Matches{{1, "below.example", 6}}));
  EXPECT_EQ(set->match(name("elsewhere.example")), Matches{});
  EXPECT_EQ(ListSet().match(name("photos.example")), Matches{});
}

/// Everything that a set holds, as it would be put together.
Names all_of(const ListSet& set) {
  Names out;
  std::string before;
  set.for_each([&](const ListSet::Entry& entry) {
    EXPECT_LT(before, entry.name);
    before = entry.name;
    out[before] = {{entry.claims.begin(), entry.claims.end()}, entry.line};
  });
  return out;
}

TEST(ListSet, TellsEveryNameInOrderWithWhatEachListSaysOfIt) {
  const Names names{
      {"photos.example", {{{1, Reach::itself, excepted}, {0, Reach::both, listed}}, 3}},
      {"a.photos.example", {{{0, Reach::both, excepted}}, 4}},
      {"only.example", {{{1, Reach::itself, listed}}, 5}},
      {std::string(60, 'x') + ".below.example", {{{1, Reach::below, listed}}, 1U << 30U}},
  };
  const Mapped file(file_of(names));
  EXPECT_EQ(all_of(ListSet::over(file.bytes()).value()), names);
  EXPECT_EQ(all_of(ListSet()), Names{});
}

TEST(ListSet, ADamagedFileIsNone) {
  const std::string whole = file_of({{"photos.example", {{{0, Reach::both, listed}}, 3}}});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(ListSet::over(Mapped(damaged).bytes())) << at;
    EXPECT_FALSE(ListSet::over(Mapped(whole.substr(0, at)).bytes())) << at;
  }
}

TEST(ListSet, ItsBeginningSaysOfWhichListsItIs) {
  const std::string whole = file_of({{"photos.example", {{{0, Reach::both, listed}}, 3}}});
  const auto lists = ListSet::over(Mapped(whole).bytes())->lists();
  const std::size_t head = whole.find("sum\t") + 4 + 32 + 1;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto said = ListSet::said_by(std::string_view(whole).substr(0, length));
    EXPECT_EQ(said.has_value(), length >= head) << length;
    if (said) {
      EXPECT_EQ(*said, lists);
    }
  }
}

/// Of two lists, as their words are defined: of each the longest entry that reaches the name.
std::vector<bool> naive(const Names& names, const std::string& asked) {
  std::vector<bool> out(2);
  std::vector<bool> decided(2);
  for (std::size_t at = 0; at != std::string::npos;
       at = asked.find('.', at) == std::string::npos ? std::string::npos : asked.find('.', at) + 1) {
    const auto found = names.find(asked.substr(at));
    if (found == names.end()) continue;
    for (const ListVerdict verdict : {excepted, listed}) {
      for (const ListClaim& claim : found->second.claims) {
        const auto needed = at == 0 ? Reach::itself : Reach::below;
        const bool reached = claim.reach == Reach::both || claim.reach == needed;
        if (claim.verdict != verdict || !reached || decided[claim.list]) continue;
        decided[claim.list] = true;
        out[claim.list] = verdict == listed;
      }
    }
  }
  return out;
}

bool as_told(const ListClaim& a, const ListClaim& b) {
  return a.verdict != b.verdict ? a.verdict == excepted : a < b;
}

TEST(ListSet, AgreesWithANaiveSearchOnAMillionRandomNames) {
  std::mt19937_64 random(7);
  const auto invented = [&random] {
    std::string text;
    for (std::size_t labels = 1 + random() % 4; labels > 0; --labels) {
      if (!text.empty()) text += '.';
      text += static_cast<char>('a' + random() % 4);
    }
    return text;
  };
  for (int round = 0; round < 20; ++round) {
    Names names;
    for (int i = 0; i < 100; ++i) {
      Said said{{}, static_cast<std::uint32_t>(random() % 100000)};
      for (std::uint8_t list = 0; list < 2; ++list) {
        for (const ListVerdict verdict : {listed, excepted}) {
          if (random() % 3 == 0) said.claims.push_back({list, static_cast<Reach>(1 + random() % 3), verdict});
        }
      }
      if (!said.claims.empty()) names[invented()] = said;
    }
    const Mapped file(file_of(names));
    const auto set = ListSet::over(file.bytes());
    ASSERT_TRUE(set);
    for (auto& entry : names) std::sort(entry.second.claims.begin(), entry.second.claims.end(), as_told);
    ASSERT_EQ(all_of(*set), names);
    for (int i = 0; i < 50000; ++i) {
      const std::string asked = invented();
      std::vector<bool> got(2);
      for (const ListSet::Match& match : set->match(name(asked))) got[match.list] = true;
      ASSERT_EQ(got, naive(names, asked)) << asked;
    }
  }
}

}  // namespace
}  // namespace edgewatch::classify
