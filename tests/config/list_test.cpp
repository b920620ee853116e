// Lists as their publishers write them: which names each line speaks of, and why the others speak of none.
#include "edgewatch/config/list.hpp"

#include "edgewatch/config/list_guard.hpp"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Each entry as `line name reach`, with ` excepted` where it is.
std::vector<std::string> entries(const ParsedList& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ListEntry entry = list[i];
    const char* reach = entry.reach == Reach::itself  ? " itself"
                        : entry.reach == Reach::below ? " below"
                                                      : " both";
    out.push_back(std::to_string(entry.place.line) + ' ' + std::string(entry.name) + reach +
                  (entry.verdict == ListVerdict::excepted ? " excepted" : ""));
  }
  return out;
}

/// Each refusal as `reason: lines`.
std::vector<std::string> refusals(const ParsedList& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < line_refusals; ++i) {
    const auto refusal = static_cast<LineRefusal>(i);
    if (list.refused(refusal).count == 0) continue;
    std::string text = std::string(to_string(refusal)) + ':';
    for (const ListPlace& place : list.refused(refusal).first) text += ' ' + std::to_string(place.line);
    out.push_back(text);
  }
  return out;
}

TEST(HostsList, ListsTheNamesThatItHidesAndNothingBelowThem) {
  const auto list =
      parse_list(ListFormat::hosts,
                 "# a title\r\n127.0.0.1 Localhost.\n::1 ip6-localhost ip6-loopback\n"
                 "0.0.0.0 ads.example track.example # why\n0.0.0.0\tTRACK.Example.\n"
                 "192.0.2.7 intranet.example\nads.example\n0.0.0.0 203.0.113.9\n0.0.0.0 *.x.example\n");
  EXPECT_THAT(entries(list),
              ElementsAre("4 ads.example itself", "4 track.example itself", "5 track.example itself"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 7", "not a name: 9", "address: 8", "other target: 6"));
}

TEST(DomainList, ListsANameAndEverythingBelowIt) {
  const auto list =
      parse_list(ListFormat::domains,
                 "# a title\nads.example\n.dots.example\n*.stars.example # all of them\nbücher.example\n"
                 "two words.example\nhttps://ads.example/x\n-.example..x\n198.51.100.0/24\n");
  EXPECT_THAT(entries(list), ElementsAre("2 ads.example both", "3 dots.example both", "4 stars.example both",
                                         "5 xn--bcher-kva.example both"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 6", "not a name: 8", "address: 9", "url: 7"));
}

TEST(DomainList, TheWholeWebIsNoEntry) {
  const auto list = parse_list(ListFormat::domains, "*\n.\n/\n*.\n");
  EXPECT_THAT(entries(list), IsEmpty());
  EXPECT_THAT(refusals(list), ElementsAre("everything: 1 2 3 4"));
  EXPECT_THAT(refusals(parse_list(ListFormat::adblock, "/\n||^\n||*^\n")), ElementsAre("everything: 1 2 3"));
  EXPECT_THAT(refusals(parse_list(ListFormat::rpz, "* CNAME .\n")), ElementsAre("everything: 1"));
  EXPECT_THAT(refusals(parse_list(ListFormat::dnsmasq, "address=/#/\n")), ElementsAre("everything: 1"));
}

TEST(DomainList, HalfALineIsNoLine) {
  const auto list = parse_list(ListFormat::domains, "photos.example\nphotos.example.co");
  EXPECT_THAT(entries(list), ElementsAre("1 photos.example both"));
  EXPECT_THAT(refusals(list), ElementsAre("unended: 2"));
}

TEST(DomainList, ALineBeyondAllBoundsIsPassedOverAndTheNextOneRead) {
  const auto list = parse_list(ListFormat::domains, std::string(5000, 'a') + "\nads.example\n");
  EXPECT_THAT(entries(list), ElementsAre("2 ads.example both"));
  EXPECT_THAT(refusals(list), ElementsAre("too long: 1"));
}

TEST(AdblockList, ListsWholeNamesWithTheirExceptionsAndCountsEveryOtherRule) {
  const auto list =
      parse_list(ListFormat::adblock,
                 "[Adblock Plus 2.0]\n! a "
                 "title\n||ads.example^\n@@||good.ads.example^|\n|only.example^\n||*.below.example^\n"
                 "||ads.example^$third-party\n||ads.example/banner.js\n||ads\nexample.com##.banner\n/"
                 "ad[0-9]+/\n-banner-\n"
                 "<title>Sign in</title>\n# also a comment\n||a*.example^\n||203.0.113.9^\n&adname=\n");
  EXPECT_THAT(entries(list), ElementsAre("3 ads.example both", "4 good.ads.example both excepted",
                                         "5 only.example itself", "6 below.example below"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 13", "address: 16", "url: 8 17", "regexp: 11",
                                          "keyword: 9 12 15", "cosmetic: 10", "modifier: 7"));
  EXPECT_DOUBLE_EQ(list.parse_rate(), 0.8);
}

TEST(AdblockList, AnExceptionLiftsEveryEntryThatItCovers) {
  auto list = parse_list(ListFormat::adblock,
                         "||ads.example.org^\n||a.b.c.example.org^\n||example.org^\n@@||example.org^\n"
                         "||example.net^\n|www.example.net^\n@@|example.net^\n"
                         "||example.com^\n||ads.example.com^\n@@||*.example.com^\n||notexample.org^\n");
  list.let_exceptions_win();
  EXPECT_THAT(entries(list),
              ElementsAre("4 example.org both excepted", "5 example.net both", "6 www.example.net itself",
                          "7 example.net itself excepted", "8 example.com both",
                          "10 example.com below excepted", "11 notexample.org both"));
  EXPECT_THAT(refusals(list), ElementsAre("excepted: 1 2 3 9"));
  list.sort();
  const auto listed = [&](const char* name) {
    return match(list, *net::HostName::from_dotted(name)).has_value();
  };
  EXPECT_FALSE(listed("x.ads.example.org"));
  EXPECT_FALSE(listed("example.net"));
  EXPECT_TRUE(listed("www.example.net"));
  EXPECT_TRUE(listed("example.com"));
  EXPECT_FALSE(listed("ads.example.com"));
}

TEST(RpzList, ReadsNamesOfTheZoneAndWhatIsDoneWithThem) {
  const auto list =
      parse_list(ListFormat::rpz,
                 "$TTL 30\n@ IN SOA rpz.example. hostmaster.example. (\n 2026111701 ; serial\n"
                 " 3600 600 86400 60 )\n  IN NS localhost.\nads.example CNAME .\n"
                 "*.ads.example 60 IN CNAME .\nnodata.example CNAME *.\ngood.ads.example IN CNAME "
                 "rpz-passthru.\nsearch.example CNAME safe.search.example.\nhole.example A 0.0.0.0\n"
                 "portal.example A 192.0.2.7\n24.0.2.0.192.rpz-ip CNAME .\ndrop.example CNAME "
                 "rpz-drop.\nodd.example WHAT .\n\"\n");
  EXPECT_THAT(entries(list), ElementsAre("6 ads.example itself", "7 ads.example below",
                                         "8 nodata.example itself", "9 good.ads.example itself excepted",
                                         "11 hole.example itself", "14 drop.example itself"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 15 16", "other target: 10 12", "other trigger: 13"));
}

TEST(ListFormats, NoNameIsATriggerOfAResponsePolicyZone) {
  // The mark of the byte order within a word is nothing in a name (RFC 3454, table B.1).
  for (const auto& [format, text] :
       {std::pair{ListFormat::domains, "8.0.0.0.10.rpz-ip\na.RPZ-CLIENT-IP.\n"},
        std::pair{ListFormat::hosts, "0.0.0.0 8.0.0.0.10.rpz-ip\n0.0.0.0 a.rpz-nsip\n"},
        std::pair{ListFormat::adblock, "||8.0.0.0.10.rpz-ip^\n||a.rpz-nsdname^\n"},
        std::pair{ListFormat::dnsmasq, "address=/8.0.0.0.10.rpz-ip/\nserver=/a.rpz-ip/\n"},
        std::pair{ListFormat::rpz, "8.0.0.0.10.rpz-ip CNAME .\n8.0.0.0.10.rpz-ip\xEF\xBB\xBF CNAME .\n"}}) {
    const auto list = parse_list(format, text);
    EXPECT_THAT(entries(list), IsEmpty()) << text;
    EXPECT_THAT(refusals(list), ElementsAre("other trigger: 1 2")) << text;
  }
}

TEST(RpzList, NamesAreThoseWithinTheZone) {
  const auto list = parse_list(ListFormat::rpz,
                               "$ORIGIN rpz.example.\n@ SOA a. b. 1 2 3 4 5\nads.example CNAME .\n"
                               "more.example.rpz.example. CNAME .\noutside.example. CNAME .\n$ORIGIN "
                               "net.rpz.example.\nads CNAME .\n\tA 0.0.0.0\n");
  EXPECT_THAT(entries(list), ElementsAre("3 ads.example itself", "4 more.example itself", "7 ads.net itself",
                                         "8 ads.net itself"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 5"));
}

TEST(RpzList, ARecordThatIsCutWithinItsParenthesesIsNone) {
  const auto list = parse_list(ListFormat::rpz, "ads.example CNAME .\nmore.example (\n CNAME\n");
  EXPECT_THAT(entries(list), ElementsAre("1 ads.example itself"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 2"));
}

TEST(DnsmasqList, ReadsAddressesAndServersOfNames) {
  const auto list =
      parse_list(ListFormat::dnsmasq,
                 "# a title\naddress=/ads.example/0.0.0.0\naddress=/a.example/b.example/\n"
                 "local=/c.example/\nserver=/good.ads.example/#\naddress=/d.example/#\nserver=/e.example/"
                 "192.0.2.53\naddress=/f.example/192.0.2.7\ncache-size=1000\n<html>\naddress=/\n"
                 "address=/.dot.example/::\n");
  EXPECT_THAT(entries(list),
              ElementsAre("2 ads.example both", "3 a.example both", "3 b.example both", "4 c.example both",
                          "5 good.ads.example both excepted", "6 d.example both", "12 dot.example both"));
  EXPECT_THAT(refusals(list), ElementsAre("malformed: 10 11", "other target: 7 8", "other directive: 9"));
}

TEST(V2flyList, ReadsRulesOfItsFileAndOfThoseItIncludes) {
  const std::vector<ListFile> files{
      {"community/data/social",
       "include:photos\ndomain:talk.example @ads\ninclude:lost\ntalks.example # bare\n"},
      {"community/data/photos",
       "full:www.photos.example\nregexp:^img[0-9]\nkeyword:photo\ninclude:social\n"}};
  const auto list = parse_list({ListFormat::v2fly, "social", {}}, files);
  ASSERT_TRUE(list);
  EXPECT_THAT(entries(*list),
              ElementsAre("1 www.photos.example itself", "2 talk.example both", "4 talks.example both"));
  EXPECT_EQ((*list)[0].place.file, 1);
  EXPECT_THAT(refusals(*list), ElementsAre("lost include: 4 3", "regexp: 2", "keyword: 3"));
}

TEST(V2flyList, AFileThatIsIncludedInVainIsToldByNameAndNothingElseOfAStranger) {
  const std::vector<ListFile> files{
      {"data/social", "include:photos\ninclude:lost\ninclude:\x1b]0;x\ninclude:\n"},
      {"data/photos", "photos.example\ninclude:social\n"}};
  const auto list = parse_list({ListFormat::v2fly, "social", {}}, files);
  ASSERT_TRUE(list);
  std::vector<std::string> told;
  for (const Problem& problem : remarks("s", *list)) told.push_back(to_string(problem));
  EXPECT_THAT(
      told,
      ElementsAre(::testing::StartsWith("s/data/photos:2: 'social' is included here, and is itself read"),
                  ::testing::StartsWith("s/data/social:2: 'lost' is included here, and no file of that "
                                        "name is there; "),
                  ::testing::StartsWith("s/data/social:3: a file is included here, and no file"),
                  ::testing::StartsWith("s/data/social:4: a file is included here, and no file")));
}

TEST(V2flyList, AttributesChooseAmongTheRules) {
  const std::vector<ListFile> files{{"data/all", "include:x @ads\ninclude:x @-ads @-cn\n"},
                                    {"data/x", "a.example @ads\nb.example\nc.example @ads @cn\n"}};
  const auto all = parse_list({ListFormat::v2fly, "all", {}}, files);
  EXPECT_THAT(entries(*all), ElementsAre("1 a.example both", "3 c.example both", "2 b.example both"));
  const auto chosen = parse_list({ListFormat::v2fly, "x", {"ads", "-cn"}}, files);
  EXPECT_THAT(entries(*chosen), ElementsAre("1 a.example both"));
}

TEST(V2flyList, ARuleMayBePutIntoAnotherList) {
  const std::vector<ListFile> files{
      {"data/photos",
       "a.example &social\nfull:b.example @ads &social &ads &social # both\nc.example &photos\n"
       "include:ads &social\nd.example &soc\ne.example &social"},
      {"data/social", "own.example\n"},
      {"data/ads", "include:social @ads\n"}};
  const auto social = parse_list({ListFormat::v2fly, "social", {}}, files);
  EXPECT_THAT(entries(*social), ElementsAre("1 a.example both", "2 b.example itself", "1 own.example both"))
      << "a line without its end may be cut";
  EXPECT_EQ((*social)[0].place.file, 0) << "it stands where it was written";
  EXPECT_THAT(refusals(*social), ::testing::IsEmpty());
  const auto chosen = parse_list({ListFormat::v2fly, "social", {"ads"}}, files);
  EXPECT_THAT(entries(*chosen), ElementsAre("2 b.example itself"));
  const auto ads = parse_list({ListFormat::v2fly, "ads", {}}, files);
  EXPECT_THAT(entries(*ads), ElementsAre("2 b.example itself", "2 b.example itself"))
      << "through the list it includes, and itself; sorting makes them one";
  const auto photos = parse_list({ListFormat::v2fly, "photos", {}}, files);
  EXPECT_THAT(entries(*photos),
              ElementsAre("1 a.example both", "2 b.example itself", "3 c.example both", "5 d.example both"))
      << "nothing twice that is its own";
}

TEST(V2flyList, APartThatIsNotThereIsNamed) {
  const auto list = parse_list({ListFormat::v2fly, "social", {}}, {{"data/a", ""}, {"data/b", ""}});
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error(), "the archive has no 'social'; say in 'part' what to read of it");
}

TEST(Ut1List, ReadsTheDomainsOfItsFolderAndCountsWhatIsNotANameAlone) {
  const auto list =
      parse_list({ListFormat::ut1, "adult", {}}, {{"blacklists/adult/domains", "a.example\n192.0.2.1\n"},
                                                  {"blacklists/adult/urls", "b.example/x\n"},
                                                  {"blacklists/adult/expressions", "(x|y)\n"}});
  ASSERT_TRUE(list);
  EXPECT_THAT(entries(*list), ElementsAre("1 a.example both"));
  EXPECT_THAT(refusals(*list), ElementsAre("address: 2", "url: 1", "regexp: 1"));
}

TEST(ListFormats, AnEntryPrintedAndReadAgainIsTheSame) {
  for (const auto format : {ListFormat::adblock, ListFormat::rpz}) {
    for (const auto verdict : {ListVerdict::listed, ListVerdict::excepted}) {
      for (const auto reach : {Reach::itself, Reach::below}) {
        const ListEntry entry{"ads.example", reach, verdict, {0, 1}};
        const auto again = parse_list(format, list_line(format, entry));
        ASSERT_EQ(again.size(), 1U) << list_line(format, entry);
        EXPECT_EQ(again[0], entry);
      }
    }
  }
}

/// As the words of `sort` have it, without any of its ways.
std::vector<ListEntry> sorted_plainly(const ParsedList& list) {
  std::map<std::pair<std::string_view, ListVerdict>, ListEntry> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ListEntry entry = list[i];
    const auto [at, is_new] = out.try_emplace({entry.name, entry.verdict}, entry);
    at->second.reach =
        static_cast<Reach>(static_cast<unsigned>(at->second.reach) | static_cast<unsigned>(entry.reach));
    if (entry.place.line < at->second.place.line) at->second.place = entry.place;
  }
  std::vector<ListEntry> values;
  for (const auto& one : out) values.push_back(one.second);
  return values;
}

TEST(ParsedList, SortsLikeAPlainSortWhateverTheNamesShare) {
  std::mt19937_64 random(5);
  // Few letters and long labels: names agree in their first bytes, in sixteen of them, in all.
  for (const std::size_t most_letters : {1, 3, 60}) {
    std::string text;
    for (std::uint32_t i = 0; i < 20000; ++i) {
      std::string name(random() % most_letters, 'a');
      for (std::size_t more = 1 + random() % 4; more > 0; --more) name += "ab-z"[random() % 2 * 3];
      if (random() % 3 == 0) name += "." + std::string(random() % 40 + 1, 'q') + "abcxyz"[random() % 6];
      text += std::string(random() % 5 == 0 ? "@@" : "") + (random() % 2 == 0 ? "||" : "|") + name + "^\n";
    }
    ParsedList list = parse_list(ListFormat::adblock, text);
    ASSERT_EQ(list.size(), 20000U);
    const ParsedList before = list;
    const auto expected = sorted_plainly(before);
    list.sort();
    ASSERT_EQ(list.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(list[i], expected[i]) << expected[i].name;
    const ParsedList once = list;
    list.sort();
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(list[i], once[i]);
  }
}

}  // namespace
}  // namespace edgewatch::config
