// people.csv, assignments.csv, catalogue and rules.toml: what is read, and every mistake with its place.
#include "workspace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> with(const std::string& file, const std::string& text) {
  Workspace workspace;
  small(workspace).file(file, text);
  return workspace.mistakes();
}
Configuration loaded(const std::string& file, const std::string& text) {
  Workspace workspace;
  small(workspace).file(file, text);
  auto result = workspace.load();
  EXPECT_TRUE(result) << (result ? "" : to_string(result.error().at(0)));
  return result ? std::move(result).value() : Configuration{};
}
Timestamp at(const char* text) { return parse_rfc3339(text).value(); }

TEST(PeopleFile, ACalendarIsOneOfTheMainFiles) {
  Workspace workspace;
  small(workspace)
      .file("edgewatch.toml", "inside = [\"10.20.0.0/16\"]\n[[calendar]]\nname = \"office\"\n")
      .file("people.csv", "person,display_name,department,groups,calendar\np17,A,B,,office\n");
  const auto result = workspace.load();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->people.at(0).calendar, "office");
}

TEST(PeopleFile, GroupsAndAccountsAreSeparatedBySemicolons) {
  const auto configuration = loaded(
      "people.csv",
      "person,display_name,department,groups,accounts,calendar,break_minutes\n"
      "p17,\"Seventeen, S.\",Highways,press; drivers,COUNCIL\\s17;s17@council.example,,45\np18,,,,,,\n");
  const identity::Person& person = configuration.people.at(0);
  EXPECT_EQ(person.display_name, "Seventeen, S.");
  EXPECT_THAT(person.groups, ElementsAre("press", "drivers"));
  EXPECT_THAT(person.accounts, ElementsAre("COUNCIL\\s17", "s17@council.example"));
  EXPECT_EQ(person.break_allowance, std::chrono::minutes(45));
  EXPECT_FALSE(configuration.people.at(1).break_allowance);
  EXPECT_THAT(configuration.policies.rules.groups.at(model::PersonId("p17")),
              ElementsAre("press", "drivers"));
}

TEST(PeopleFile, EveryMistakeHasItsLineAndColumn) {
  EXPECT_THAT(
      with("people.csv",
           "person,display_name,department,groups,accounts,calendar,break_minutes\n"
           "p17,A,D,,x,,\n"
           "p18,B,D,,X,nights,61\n"
           "p17,C,D,,,,\n"
           "device:1,E,D,,,,ten\n"),
      ElementsAre(
          "people.csv:3:10: 'X' stands already for p17 on line 2; give every id and account to one person",
          "people.csv:3:12: unknown calendar 'nights'; known here: default",
          "people.csv:3:19: '61' is not a break allowance; use minutes from 0 to 60, or leave it empty",
          "people.csv:4:1: 'p17' stands already for p17 on line 2; give every id and account to one person",
          "people.csv:5:1: 'device:1' is not a person's id; use letters, digits, '.', '_' and '-', as in "
          "p17; not a name",
          "people.csv:5:17: 'ten' is not a break allowance; use minutes from 0 to 60, or leave it empty"));
}

/// Only its owner reads it.
Workspace& with_names(Workspace& workspace, const std::string& people, const std::string& names) {
  small(workspace).file("people.csv", people).file("names.csv", names);
  std::filesystem::permissions(workspace.path("names.csv"), std::filesystem::perms::owner_read);
  return workspace;
}

TEST(NamesFile, SaysWhoStandsBehindAnId) {
  Workspace workspace;
  const auto configuration =
      with_names(workspace, "person,department,groups\np17,Highways,press\np18,Housing,\n",
                 "person,display_name,accounts\np17,Seventeen,COUNCIL\\s17;s17@council.example\n")
          .load();
  ASSERT_TRUE(configuration) << to_string(configuration.error().at(0));
  EXPECT_EQ(configuration->people.at(0).display_name, "Seventeen");
  EXPECT_THAT(configuration->people.at(0).accounts, ElementsAre("COUNCIL\\s17", "s17@council.example"));
  EXPECT_EQ(configuration->people.at(0).department, "Highways");
  EXPECT_EQ(configuration->people.at(1).display_name, "");
}

TEST(NamesFile, ChangesNoRuleBookByGoing) {
  Workspace workspace;
  with_names(workspace, "person,department,groups\np17,Highways,press\np18,Housing,\n",
             "person,display_name\np17,Seventeen\n");
  const auto with = workspace.load();
  std::filesystem::remove(workspace.path("names.csv"));
  const auto without = workspace.load();
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->policies.rules.revision, without->policies.rules.revision);
  EXPECT_EQ(without->people.at(0).display_name, "");
}

TEST(NamesFile, EveryMistakeHasItsLineAndColumn) {
  Workspace workspace;
  with_names(workspace,
             "person,display_name,department,groups\np17,Seventeen,Highways,\np18,,Housing,\np19,,Housing,\n",
             "person,display_name,accounts\n"
             "p17,A,\n"
             "p18,B,x\n"
             "p18,B,\n"
             "p19,C,X;p17\n"
             "p20,D,\n");
  EXPECT_THAT(
      workspace.mistakes(),
      ElementsAre("names.csv:2:1: people.csv names 'p17' too; take display_name and accounts out of "
                  "people.csv: one file says who stands behind an id",
                  "names.csv:4:1: 'p18' stands already on line 3; give everybody one line",
                  "names.csv:5:7: 'X' stands already for p18; give every id and account to one person",
                  "names.csv:5:7: 'p17' stands already for p17; give every id and account to one "
                  "person",
                  "names.csv:6:1: unknown person 'p20'; take the line out, or put the id into "
                  "people.csv: who has no id there needs no name here"));
}

TEST(NamesFile, IsRefusedWhereEverybodyMayReadIt) {
  Workspace workspace;
  small(workspace).file("names.csv", "person,display_name\n");
  std::filesystem::permissions(workspace.path("names.csv"), std::filesystem::perms(0644));
  EXPECT_THAT(
      workspace.mistakes(),
      ElementsAre("names.csv: everybody may read or change this file; take the rights of others away: "
                  "chmod o-rwx, and chgrp edgewatch"));
}

TEST(PeopleFile, AMissingColumnIsTheOnlyComplaint) {
  EXPECT_THAT(with("people.csv", "person,display_name,department\np17,A,D\n"),
              ElementsAre("people.csv:1:1: column 'groups' is missing; add it to the header"));
}

TEST(AssignmentsFile, ReadsAddressesAndDevicesWithTheirTimes) {
  const auto configuration = loaded("assignments.csv",
                                    "kind,value,person,from,to\n"
                                    "ip,10.20.1.17,p17,2026-01-05T08:00:00Z,2026-07-01T00:00:00+01:00\n"
                                    "mac,0200.5e10.0018,p18,,\n");
  ASSERT_EQ(configuration.assignments.size(), 2U);
  EXPECT_EQ(std::get<net::IpAddress>(configuration.assignments[0].key).to_string(), "10.20.1.17");
  EXPECT_EQ(configuration.assignments[0].valid,
            (model::Interval{at("2026-01-05T08:00:00Z"), at("2026-06-30T23:00:00Z")}));
  EXPECT_EQ(std::get<net::MacAddress>(configuration.assignments[1].key).to_string(), "02:00:5e:10:00:18");
  EXPECT_EQ(configuration.assignments[1].valid, model::Interval{});
}

TEST(AssignmentsFile, EveryMistakeHasItsLineAndColumn) {
  EXPECT_THAT(
      with("assignments.csv",
           "kind,value,person,from,to\n"
           "name,x,p17,,\n"
           "ip,10.20.1,p17,,\n"
           "mac,02:00,p17,,\n"
           "ip,10.20.1.17,p71,,\n"
           "ip,10.20.1.17,p17,yesterday,\n"
           "ip,10.20.1.17,p17,2026-02-01T00:00:00Z,2026-01-01T00:00:00Z\n"),
      ElementsAre(
          "assignments.csv:2:1: 'name' is not a kind of assignment; use ip or mac",
          "assignments.csv:3:4: '10.20.1' is not an IP address; write one address, as 10.20.1.17 or "
          "2001:db8::17",
          "assignments.csv:4:5: '02:00' is not a MAC address; write it as 02:00:5e:10:00:01",
          "assignments.csv:5:15: unknown person 'p71'; did you mean 'p17'?",
          "assignments.csv:6:19: 'yesterday' is not an RFC 3339 time; write it as 2026-11-17T09:00:00Z, or "
          "leave it empty",
          "assignments.csv:7:40: the assignment ends before it begins; put the later time under 'to'"));
}

TEST(AssignmentsFile, OneDeviceOfTwoPeopleAtOnceIsAMistakeAndInTurnIsNot) {
  EXPECT_THAT(
      with("assignments.csv",
           "kind,value,person,from,to\n"
           "mac,02:00:5e:10:00:17,p17,,2026-06-01T00:00:00Z\n"
           "mac,02-00-5e-10-00-17,p18,2026-05-01T00:00:00Z,\n"),
      ElementsAre("assignments.csv:3:5: '02-00-5e-10-00-17' belongs to p17 at the same time, by line 2; "
                  "end the one where the other begins; list a device of several people in neither"));
  EXPECT_THAT(with("assignments.csv",
                   "kind,value,person,from,to\n"
                   "mac,02:00:5e:10:00:17,p17,,2026-06-01T00:00:00Z\n"
                   "mac,02:00:5e:10:00:17,p18,2026-06-01T00:00:00Z,\n"),
              IsEmpty());
}

TEST(CatalogueFiles, AreReadByRoleWithTheirLines) {
  const auto configuration = loaded(
      "catalogue/b.toml",
      "[[service]]\nid = \"dates\"\nname = \"Dates\"\nfamily = \"D\"\ncategory = \"dating\"\nrecord = false\n"
      "[service.hosts]\ncore = [\n  # a comment\n  \"dates.example\",\n]\n");
  const auto found =
      configuration.policies.catalogue.classify(net::HostName::from_dotted("www.dates.example").value());
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->record);
  EXPECT_THAT(found->line, HasSubstr("catalogue/b.toml:10"));
  EXPECT_EQ(configuration.policies.catalogue.services().size(), 2U);
  EXPECT_EQ(configuration.policies.catalogue.revision().text().size(), 16U);
}

TEST(CatalogueFiles, AResolverMayListItsAddressesAndNobodyElse) {
  const std::string resolver =
      "[[service]]\nid = \"resolver\"\nname = \"R\"\nfamily = \"R\"\ncategory = \"doh\"\nrecord = false\n"
      "addresses = [\"192.0.2.53\", \"2001:db8::53\"]\n[service.hosts]\ncore = [\"dns.resolver.example\"]\n";
  const auto configuration = loaded("catalogue/b.toml", resolver);
  const auto& catalogue = configuration.policies.catalogue;
  EXPECT_TRUE(catalogue.is_resolver(net::IpAddress::parse("2001:db8::53").value()));
  EXPECT_FALSE(catalogue.is_resolver(net::IpAddress::parse("192.0.2.54").value()));

  std::string other = resolver;
  other.replace(other.find("\"doh\""), 5, "\"forum\"");
  EXPECT_THAT(with("catalogue/b.toml", other),
              ElementsAre(HasSubstr("catalogue/b.toml:7:14: service 'resolver' lists addresses"),
                          HasSubstr("catalogue/b.toml:7:28: service 'resolver' lists addresses")));
  std::string bad = resolver;
  bad.replace(bad.find("192.0.2.53"), 10, "192.0.2.0/24");
  EXPECT_THAT(with("catalogue/b.toml", bad),
              ElementsAre(HasSubstr("catalogue/b.toml:7:14: '192.0.2.0/24' is not an IP address")));
}

TEST(CatalogueFiles, NobodysPrivateLifeIsRecordedByAFileThatForgetsToSaySo) {
  const std::string file =
      "[[service]]\nid = \"dates\"\nname = \"Dates\"\nfamily = \"D\"\ncategory = \"dating\"\n"
      "[service.hosts]\ncore = [\"dates.example\"]\n";
  EXPECT_THAT(
      with("catalogue/b.toml", file),
      ElementsAre(AllOf(HasSubstr("catalogue/b.toml:1:1: service 'dates' would be recorded, and its category "
                                  "'dating' is none of those"),
                        HasSubstr("; add record = false: it may still be blocked and counted"))));
  std::string explicitly = file;
  explicitly.insert(explicitly.find("[service.hosts]"), "record = true\n");
  EXPECT_THAT(with("catalogue/b.toml", explicitly), ElementsAre(HasSubstr("add record = false")));
}

TEST(CatalogueFiles, EveryMistakeHasItsLineAndColumn) {
  EXPECT_THAT(
      with("catalogue/b.toml",
           "[[service]]\nid = \"Dates\"\nname = \"Dates\"\ncategory = \"dating\"\n"
           "record = false\n[service.hosts]\ncore = [\"https://dates.example/\", \"co.uk\"]\nembeds = "
           "[\"photos.example\"]\n"
           "content = [\"photos.example\"]\n"),
      ElementsAre(
          HasSubstr("catalogue/b.toml:7:9: 'https://dates.example/' is not a host name"),
          "catalogue/b.toml:8:1: unknown key 'embeds'; did you mean 'embed'?",
          HasSubstr("catalogue/b.toml:1:1: service id 'Dates' is not of the form"),
          HasSubstr("catalogue/b.toml:7:35: 'co.uk' is a public suffix"),
          HasSubstr("catalogue/b.toml:9:12: host 'photos.example' stands already at catalogue/a.toml:7")));
}

TEST(CatalogueFiles, ASyntaxErrorEndsThatFilesListOnly) {
  EXPECT_THAT(with("catalogue/b.toml", "[[service]\n"), ElementsAre(HasSubstr("catalogue/b.toml:1:")));
  Workspace workspace;
  small(workspace)
      .file("catalogue/b.toml", "x = \n")
      .file("catalogue/c.toml", "y = 1\n")
      .file("rules.toml", "z = 1\n");
  EXPECT_THAT(workspace.mistakes(), ElementsAre(HasSubstr("catalogue/b.toml:1:"),
                                                HasSubstr("catalogue/c.toml:1:1: unknown key 'y'"),
                                                HasSubstr("rules.toml:1:1: unknown key 'z'")));
}

TEST(RulesFile, ReadsARule) {
  const auto configuration = loaded(
      "rules.toml",
      "[[rule]]\nid = \"counter\"\naction = \"block\"\nclass = \"security\"\ncategories = [\"social\"]\n"
      "services = [\"photo-share\"]\nnames = [\"B\xC3\xBC"
      "cher.example\"]\npeople = [\"p18\"]\ngroups = [\"press\"]\n"
      "networks = [\"10.20.1.0/24\"]\nschedule = [\"mon-fri 09:00-12:30\"]\nreason = \"Desks\"\nfail = "
      "\"closed\"\n");
  const policy::Rule& rule = configuration.policies.rules.rules.at(0);
  EXPECT_EQ(rule.id.text(), "counter");
  EXPECT_EQ(rule.action, model::Verdict::block);
  EXPECT_EQ(rule.rule_class, model::RuleClass::security);
  EXPECT_EQ(rule.names.at(0).text(), "xn--bcher-kva.example");
  EXPECT_EQ(rule.people.at(0).text(), "p18");
  EXPECT_EQ(rule.networks.at(0).to_string(), "10.20.1.0/24");
  EXPECT_EQ(rule.schedule.size(), 1U);
  EXPECT_TRUE(rule.fail_closed);
  EXPECT_EQ(rule.line, 1U);
}

TEST(RulesFile, ReadsWithdrawalsAndAuthorisedUse) {
  const auto configuration = loaded("rules.toml",
                                    "[[withdrawal]]\nperson = \"p17\"\nservices = [\"photo-share\"]\nfrom = "
                                    "2026-07-01\nuntil = 2026-07-31\n"
                                    "case = \"HR-1\"\napproved_by = \"hr\"\n"
                                    "[[authorised_use]]\ngroup = \"press\"\nservices = "
                                    "[\"photo-share\"]\npurpose = \"the council's page\"\n"
                                    "account = \"@council\"\nfrom = 2026-11-01T09:00:00Z\nuntil = "
                                    "2026-12-01T09:00:00\nhours = [\"mon 08:00-18:00\"]\n"
                                    "approved_by = \"head\"\nreview_date = 2027-01-31\n");
  const auto& withdrawal = configuration.policies.rules.withdrawals.at(0);
  EXPECT_EQ(withdrawal.id.text(), "withdrawal:HR-1");
  EXPECT_EQ(withdrawal.valid, (model::Interval{at("2026-06-30T23:00:00Z"), at("2026-07-31T23:00:00Z")}))
      << "whole days of London's summer";
  const auto& use = configuration.policies.rules.authorised.at(0);
  EXPECT_EQ(use.id.text(), "authorised:1");
  EXPECT_EQ(use.group, "press");
  EXPECT_EQ(use.valid, (model::Interval{at("2026-11-01T09:00:00Z"), at("2026-12-01T09:00:00Z")}));
  EXPECT_EQ(use.review_date, parse_date("2027-01-31"));
}

TEST(RulesFile, UnknownReferencesAreMistakesWithTheNearestKnown) {
  EXPECT_THAT(
      with("rules.toml",
           "[[rule]]\nid = \"r\"\naction = \"block\"\ncategories = [\"socail\"]\nservices = "
           "[\"photoshare\"]\npeople = [\"p71\"]\n"
           "groups = [\"pres\"]\n[[withdrawal]]\nperson = \"nobody\"\nservices = [\"photo-share\"]\n"),
      ElementsAre("rules.toml:4:15: unknown category 'socail'; did you mean 'social'?",
                  "rules.toml:5:13: unknown service 'photoshare'; did you mean 'photo-share'?",
                  "rules.toml:6:11: unknown person 'p71'; did you mean 'p17'?",
                  "rules.toml:7:11: no person is in group 'pres'; did you mean 'press'?",
                  "rules.toml:9:10: unknown person 'nobody'; known here: p17, p18"));
}

TEST(RulesFile, EveryOtherMistakeHasItsLineAndColumn) {
  EXPECT_THAT(
      with("rules.toml",
           "[[rule]]\nid = \"r\"\naction = \"deny\"\nschedule = [\"mon 25:00-26:00\"]\nnames = [\"com\", "
           "\"*.bad.example\"]\n"
           "[[rule]]\nid = \"r\"\naction = \"block\"\nfail = \"maybe\"\nnetworks = [\"10.20.1.7/24\"]\n"
           "[[rule]]\naction = \"log\"\nnames = []\nreasn = \"x\"\n"),
      ElementsAre(
          "rules.toml:3:10: 'deny' is not a value of 'action'; use one of block, allow, log",
          "rules.toml:4:13: 'mon 25:00-26:00' is not a window of the week; "
          "write it as \"mon-fri 08:30-12:00\" or \"sat 22:00-02:00\", hours from 00:00 to 24:00, and \"not "
          "bank-holidays\" behind them where it leaves those out",
          "rules.toml:5:10: 'com' is a public suffix: it would take in every site below it; name the sites "
          "themselves",
          "rules.toml:5:17: '*.bad.example' is not a host name; write the bare name, as games.example; it "
          "stands for everything below it too",
          "rules.toml:6:1: rule 'r' matches nothing; add categories, services or names",
          "rules.toml:7:6: rule id 'r' stands already on line 1; give every rule an id of its own",
          "rules.toml:9:8: 'maybe' is not a value of 'fail'; use one of open, closed",
          "rules.toml:10:13: '10.20.1.7/24' has bits set beyond its length; did you mean '10.20.1.0/24'?",
          "rules.toml:11:1: 'id' is missing; add id = \"...\"; findings and reports call the rule by it",
          "rules.toml:13:9: 'names' is empty; leave the key out, or name at least one",
          "rules.toml:14:1: unknown key 'reasn'; did you mean 'reason'?"));
}

// A packet's queue is chosen before any name in it is known, by its address alone.
TEST(RulesFile, FailClosedIsForRulesThatSayForWhom) {
  EXPECT_THAT(
      with("rules.toml",
           "[[rule]]\nid = \"r\"\naction = \"block\"\nservices = [\"photo-share\"]\nfail = \"closed\"\n"
           "[[rule]]\nid = \"s\"\naction = \"block\"\nservices = [\"photo-share\"]\nfail = \"closed\"\n"
           "networks = [\"10.20.1.0/24\"]\n"
           "[[rule]]\nid = \"t\"\naction = \"allow\"\nservices = [\"photo-share\"]\nfail = \"closed\"\n"
           "people = [\"p17\"]\n"),
      ElementsAre("rules.toml:5:8: rule 'r' is for everybody and cannot fail closed: whom it holds back "
                  "is decided before any name is known; add people, groups or networks, or leave "
                  "'fail' out",
                  "rules.toml:16:8: rule 't' blocks nothing and cannot fail closed; leave 'fail' out"));
}

TEST(RulesFile, AuthorisedUseNeedsOneHolderServicesAndAnOrderOfDates) {
  EXPECT_THAT(
      with("rules.toml",
           "[[authorised_use]]\nperson = \"p17\"\ngroup = \"press\"\nservices = [\"photo-share\"]\nfrom = "
           "2026-12-01\nuntil = 2026-11-01\n"
           "[[authorised_use]]\nfrom = \"2026-12-01\"\n"),
      ElementsAre("rules.toml:1:1: an authorised use needs either a person or a group; write one of person = "
                  "\"...\" and group = \"...\"",
                  "rules.toml:6:9: this ends before it begins; put the later date under 'until'",
                  "rules.toml:7:1: an authorised use needs either a person or a group; write one of person = "
                  "\"...\" and group = \"...\"",
                  "rules.toml:7:1: 'services' is missing; name the services, as services = [\"facebook\"]",
                  HasSubstr("rules.toml:8:8: 'from' is not a date or date-time; write it without quotes")));
}

TEST(RulesFile, SaysNothingOfReferencesIntoFilesThatCouldNotBeRead) {
  Workspace workspace;
  small(workspace)
      .file("people.csv", "person;display_name\n")
      .file("catalogue/a.toml", "broken = \n")
      .file("rules.toml",
            "[[rule]]\nid = \"r\"\naction = \"block\"\nservices = [\"photo-share\"]\npeople = [\"p17\"]\n");
  for (const std::string& mistake : workspace.mistakes())
    EXPECT_THAT(mistake, ::testing::Not(HasSubstr("rules.toml")));
}

TEST(Load, TellsTheMistakesOfAllFilesInTheirOrder) {
  Workspace workspace;
  small(workspace)
      .file("edgewatch.toml", "inside = [\"10.20.0.0/16\"]\nx = 1\n")
      .file("people.csv", "person,display_name,department,groups\np17,A,B,\np 18,A,B,\n")
      .file("assignments.csv", "kind,value,person,from,to\nip,x,p17,,\n")
      .file("catalogue/b.toml", "y = 1\n")
      .file("rules.toml", "z = 1\n");
  EXPECT_THAT(workspace.mistakes(),
              ElementsAre(HasSubstr("edgewatch.toml:2:1"), HasSubstr("people.csv:3:1"),
                          HasSubstr("assignments.csv:2:4"), HasSubstr("catalogue/b.toml:1:1"),
                          HasSubstr("rules.toml:1:1")));
}

TEST(Load, RevisionsFollowTheFilesContents) {
  const auto first = loaded("rules.toml", "# a\n");
  const auto same = loaded("rules.toml", "# a\n");
  const auto other = loaded("rules.toml", "# b\n");
  EXPECT_EQ(first.policies.rules.revision, same.policies.rules.revision);
  EXPECT_NE(first.policies.rules.revision, other.policies.rules.revision);
  EXPECT_EQ(first.policies.catalogue.revision(), other.policies.catalogue.revision());
  EXPECT_EQ(first.policies.rules.revision.text().find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Load, AReloadReadsTheOtherFilesAgain) {
  Workspace workspace;
  small(workspace);
  const auto before = workspace.load();
  ASSERT_TRUE(before);
  workspace.file("rules.toml", "[[rule]]\nid = \"r\"\naction = \"log\"\ncategories = [\"social\"]\n");
  const auto after = reload(before->settings);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->policies.rules.rules.size(), 1U);
  workspace.file("rules.toml", "[[rule]]\n");
  EXPECT_FALSE(reload(before->settings));
}

}  // namespace
}  // namespace edgewatch::config
