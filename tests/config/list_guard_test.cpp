// A list update at three in the morning that nobody looks at: what must never become active.
#include "edgewatch/config/list_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

ParsedList sorted(std::string_view text, ListFormat format = ListFormat::domains) {
  ParsedList list = parse_list(format, text);
  list.sort();
  return list;
}

/// Names n<first>.example to n<last>.example.
std::string names(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += "n" + std::to_string(i) + ".example\n";
  return text;
}

std::vector<std::string> reasons(const ParsedList& list, const ListPast& past = {},
                                 const ListGuards& guards = {},
                                 ChangeGuard change_guard = ChangeGuard::held) {
  std::vector<std::string> out;
  for (const Problem& problem : judge("adult", list, guards, past, change_guard))
    out.push_back(to_string(problem));
  return out;
}

TEST(ListGuard, AGoodListIsTaken) { EXPECT_THAT(reasons(sorted(names(1, 100))), IsEmpty()); }

TEST(ListGuard, AListWithoutANameIsRefused) {
  for (const char* text : {"", "# only\n# comments\n", "\n\n"}) {
    EXPECT_THAT(reasons(sorted(text)), ElementsAre("adult: the list is empty; at least 1 are asked for"));
  }
}

TEST(ListGuard, TheWholeWebAndItsSuffixesAreRefusedByLine) {
  for (const char* line : {"*", ".", "/"}) {
    EXPECT_THAT(reasons(sorted(names(1, 100) + line + '\n')),
                ElementsAre(StartsWith("adult:101: this line would list the whole web")));
  }
  EXPECT_THAT(reasons(sorted(names(1, 5) + "co.uk\n" + names(6, 9))),
              ElementsAre(StartsWith("adult:6: under 'co.uk' anybody may have a name")));
  EXPECT_THAT(reasons(sorted("com\n", ListFormat::domains)),
              ElementsAre(StartsWith("adult:1: below 'com' are protected names")));
  EXPECT_THAT(reasons(sorted("0.0.0.0 org\n", ListFormat::hosts)),
              ElementsAre(StartsWith("adult:1: under 'org' anybody may have a name")));
}

TEST(ListGuard, ProtectedNamesAreRefusedByLine) {
  EXPECT_THAT(
      reasons(sorted("a.example\nwww.council.gov.uk\n")),
      ElementsAre(
          "adult:2: 'www.council.gov.uk' is of the protected 'gov.uk'; if the list is good otherwise, "
          "name it in 'without'"));
  EXPECT_THAT(reasons(sorted("microsoft.com\n")),
              ElementsAre(StartsWith("adult:1: 'microsoft.com' is protected")));
  EXPECT_THAT(reasons(sorted("digicert.com\n")),
              ElementsAre(StartsWith("adult:1: below 'digicert.com' are protected names")));
}

TEST(ListGuard, TheHostsThatMachinesReallyAskForUpdatesAndCertificatesAreProtected) {
  for (const char* name : {"ctldl.windowsupdate.com",
                           "au.download.windowsupdate.com",
                           "sls.update.microsoft.com",
                           "fe2cr.update.microsoft.com",
                           "fe3.delivery.mp.microsoft.com",
                           "definitionupdates.microsoft.com",
                           "gb.archive.ubuntu.com",
                           "uk.pool.ntp.org",
                           "r10.o.lencr.org",
                           "r11.c.lencr.org",
                           "o.pki.goog",
                           "ocsp.godaddy.com",
                           "ocsp.sca1b.amazontrust.com",
                           "crl.r2m01.amazontrust.com",
                           "ocsp.verisign.com",
                           "s.symcb.com",
                           "commercial.ocsp.identrust.com",
                           "status.geotrust.com",
                           "login.live.com",
                           "login.windows.net",
                           "device.login.microsoftonline.com",
                           "pypi.org",
                           "dns.cloudflare.com",
                           "security.cloudflare-dns.com",
                           "dns9.quad9.net"}) {
    EXPECT_THAT(reasons(sorted(std::string(name) + '\n')), SizeIs(1)) << name;
    EXPECT_THAT(reasons(sorted("0.0.0.0 " + std::string(name) + '\n', ListFormat::hosts)), SizeIs(1)) << name;
  }
  for (const char* name : {"amazontrust.com", "live.com", "godaddy.com"})
    EXPECT_THAT(reasons(sorted(std::string(name) + '\n')), SizeIs(1)) << name;
}

TEST(ListGuard, AnAdvertisementBelowAProtectedHostMayBeListedAndAnExceptionHidesNothing) {
  EXPECT_THAT(reasons(sorted("ads.google.com\nbat.microsoft.com\n")), IsEmpty());
  EXPECT_THAT(reasons(sorted("@@||gov.uk^\n||ads.example^\n", ListFormat::adblock)), IsEmpty());
  EXPECT_THAT(reasons(sorted("0.0.0.0 digicert.com\n", ListFormat::hosts)), IsEmpty());
}

TEST(ListGuard, ResolversMayStandOnlyOnListsAgainstWaysRoundTheFilter) {
  ListGuards guards;
  const ParsedList list = sorted("a.example\ndns.quad9.net\nprofile.dns.nextdns.io\n");
  EXPECT_THAT(reasons(list, {}, guards),
              ElementsAre(StartsWith("adult:2: 'dns.quad9.net' is protected"),
                          StartsWith("adult:3: 'profile.dns.nextdns.io' is of the protected")));
  guards.resolvers = Resolvers::may_be_listed;
  EXPECT_THAT(reasons(list, {}, guards), IsEmpty());
}

TEST(ListGuard, TheCouncilsOwnNamesAreProtectedWithAllAroundThem) {
  ListGuards guards;
  guards.own = {*net::HostName::from_user("intranet.council.example")};
  for (const char* name : {"intranet.council.example", "mail.intranet.council.example", "council.example"}) {
    EXPECT_THAT(reasons(sorted(std::string(name) + '\n'), {}, guards), SizeIs(1)) << name;
  }
  EXPECT_THAT(reasons(sorted("other.council.example\n"), {}, guards), IsEmpty());
}

TEST(ListGuard, WhatIsNamedInWithoutIsLeftOutFirst) {
  ParsedList list = sorted("a.example\ngoogle.com\nsub.google.com\n");
  list.leave_out({*net::HostName::from_user("google.com")});
  EXPECT_THAT(reasons(list), IsEmpty());
  EXPECT_EQ(list.size(), 2U);
}

TEST(ListGuard, AListThatCannotBeReadIsRefusedWithItsLines) {
  EXPECT_THAT(reasons(sorted(names(1, 97) + "404: Not Found\n-\na..b\n")),
              ElementsAre(StartsWith("adult: only 97.0 % of the lines could be read, fewer than 98.0 %"),
                          "adult:98: malformed", "adult:99: not a name", "adult:100: not a name"));
  EXPECT_THAT(reasons(sorted(names(1, 98) + "-\na..b\n")), IsEmpty());
}

TEST(ListGuard, ManyFaultsOfAKindAreCountedAfterTheFirst) {
  std::string text;
  for (int i = 0; i < 25; ++i) text += "a" + std::to_string(i) + ".gov.uk\n";
  EXPECT_THAT(reasons(sorted(text)),
              AllOf(SizeIs(11), Contains("adult: 15 more lines hide protected names")));
}

TEST(ListGuard, AListThatBecameAnotherIsRefusedThoughItHasAsManyNames) {
  const ParsedList active = sorted(names(1, 100));
  EXPECT_THAT(reasons(sorted(names(1, 120)), {&active, nullptr, {}}), IsEmpty());
  EXPECT_THAT(reasons(sorted(names(21, 120)), {&active, nullptr, {}}), IsEmpty());
  for (const auto& list : {sorted(names(1, 121)), sorted(names(22, 100)), sorted(names(22, 121))}) {
    EXPECT_THAT(reasons(list, {&active, nullptr, {}}), ElementsAre(HasSubstr("of 100 in the active list")));
  }
}

TEST(ListGuard, WhatCameAtOnceIsToldOnce) {
  const ParsedList before = sorted(names(1, 100));
  EXPECT_THAT(
      reasons(sorted(names(1, 200)), {&before, &before, 100}),
      ElementsAre(HasSubstr("100 names came and 0 went, of 100 in the active list; 20 % are the bound")));
  ListGuards guards;
  guards.most_change = 2;
  EXPECT_THAT(reasons(sorted(names(1, 200)), {&before, &before, 100}, guards),
              ElementsAre(HasSubstr("in the active list; 40 % are the bound")))
      << "it is the oldest that is kept as well";
}

TEST(ListGuard, AListThatCreepsIsRefusedByItsPast) {
  const ParsedList active = sorted(names(1, 135));
  const ParsedList oldest = sorted(names(1, 100));
  EXPECT_THAT(reasons(sorted(names(1, 140)), {&active, &oldest, 100}), IsEmpty());
  EXPECT_THAT(reasons(sorted(names(1, 150)), {&active, &oldest, 120}),
              ElementsAre(HasSubstr("50 names came and 0 went, of 100 in the oldest edition kept")));
  EXPECT_THAT(reasons(sorted(names(1, 150)), {&active, nullptr, 100}),
              ElementsAre(HasSubstr("150 entries, 100 at the baseline of 30 days")));
}

TEST(ListGuard, AnOperatorMayLetAChangeThroughAndNothingElse) {
  const ParsedList active = sorted(names(1, 10));
  EXPECT_THAT(reasons(sorted(names(1, 1000)), {&active, &active, 10}, {}, ChangeGuard::waived), IsEmpty());
  EXPECT_THAT(reasons(sorted(names(1, 1000) + "gov.uk\n"), {&active, &active, 10}, {}, ChangeGuard::waived),
              SizeIs(1));
}

TEST(ListGuard, APageIsTold) {
  EXPECT_TRUE(is_page("\xEF\xBB\xBF\r\n <!DOCTYPE html><title>Sign in</title>"));
  EXPECT_TRUE(is_page("<html>"));
  EXPECT_FALSE(is_page("# <html>\nads.example\n"));
  EXPECT_FALSE(is_page(""));
}

TEST(SortedList, HasEachNameOnceWithTheFirstLineAndAllItReaches) {
  const ParsedList list = sorted(
      "b.example CNAME .\n*.a.example CNAME .\na.example CNAME .\na.example CNAME "
      "rpz-passthru.\nb.example CNAME .\n",
      ListFormat::rpz);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0], (ListEntry{"a.example", Reach::both, ListVerdict::listed, {0, 2}}));
  EXPECT_EQ(list[1], (ListEntry{"a.example", Reach::itself, ListVerdict::excepted, {0, 4}}));
  EXPECT_EQ(list[2], (ListEntry{"b.example", Reach::itself, ListVerdict::listed, {0, 1}}));
}

TEST(SortedList, TheLongestEntryThatReachesANameDecidesAndAnExceptionBeforeAListing) {
  const ParsedList list = sorted(
      "||ads.example^\n@@||good.ads.example^\n||bad.good.ads.example^\n|only.example^\n"
      "||*.below.example^\n||both.example^\n@@||both.example^\n",
      ListFormat::adblock);
  const auto line = [&](const char* name) {
    const auto entry = match(list, *net::HostName::from_user(name));
    return entry ? entry->place.line : 0;
  };
  EXPECT_EQ(line("ads.example"), 1U);
  EXPECT_EQ(line("x.y.ads.example"), 1U);
  EXPECT_EQ(line("badads.example"), 0U);
  EXPECT_EQ(line("x.good.ads.example"), 0U);
  EXPECT_EQ(line("x.bad.good.ads.example"), 3U);
  EXPECT_EQ(line("only.example"), 4U);
  EXPECT_EQ(line("x.only.example"), 0U);
  EXPECT_EQ(line("below.example"), 0U);
  EXPECT_EQ(line("x.below.example"), 5U);
  EXPECT_EQ(line("both.example"), 0U);
}

}  // namespace
}  // namespace edgewatch::config
