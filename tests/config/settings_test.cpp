#include "edgewatch/base/text.hpp"
#include "edgewatch/config/check.hpp"

#include "support/source_folder.hpp"
#include "workspace.hpp"

#include <algorithm>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Mistakes of a main file; the other files are sound.
std::vector<std::string> mistakes(const std::string& toml) {
  Workspace workspace;
  small(workspace).file("edgewatch.toml", toml);
  return workspace.mistakes();
}
const std::string inside = "inside = [\"10.20.0.0/16\"]\n";

TEST(Settings, EverythingHasADefaultButInside) {
  Workspace workspace;
  workspace.file("edgewatch.toml", inside);
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded) << to_string(loaded.error().at(0));
  EXPECT_EQ(loaded->settings.inside.at(0).to_string(), "10.20.0.0/16");
  EXPECT_EQ(loaded->settings.people, workspace.path("people.csv"));
  EXPECT_EQ(loaded->settings.ledger, "/var/lib/edgewatch/ledger.db");
  EXPECT_EQ(loaded->settings.socket_folder, "/run/edgewatch");
  EXPECT_EQ(loaded->settings.retention_years, 1);
  EXPECT_EQ(loaded->settings.enforcement_mode, "observe");
  ASSERT_EQ(loaded->settings.calendars.size(), 1U);
  EXPECT_EQ(loaded->settings.calendars[0].hours, (std::vector{parse_window("mon-fri 08:30-17:00").value()}));
  EXPECT_TRUE(loaded->people.empty());
  EXPECT_TRUE(loaded->policies.rules.rules.empty());
}

TEST(Settings, InsideMustBeThereAndNameANetwork) {
  EXPECT_THAT(mistakes(""), ElementsAre("edgewatch.toml:1:1: 'inside' is missing; name the council's "
                                        "networks, as inside = [\"10.20.0.0/16\"]"));
  EXPECT_THAT(mistakes("\ninside = []\n"),
              ElementsAre("edgewatch.toml:2:10: 'inside' is empty, so nobody could be a client; name the "
                          "council's networks, as inside = [\"10.20.0.0/16\"]"));
  EXPECT_THAT(
      mistakes("inside = \"10.20.0.0/16\"\n"),
      ElementsAre(
          "edgewatch.toml:1:10: 'inside' is of the wrong type; write it as inside = [\"...\", \"...\"]"));
}

TEST(Settings, ANetworkWithHostBitsIsRefusedWithTheOneMeant) {
  EXPECT_THAT(
      mistakes("inside = [\"10.20.0.0/16\",\n  \"10.20.3.4/24\"]\n"),
      ElementsAre(
          "edgewatch.toml:2:3: '10.20.3.4/24' has bits set beyond its length; did you mean '10.20.3.0/24'?"));
  EXPECT_THAT(mistakes(inside + "exclude = [\"2001:db8:20:1::/48\"]\n"),
              ElementsAre("edgewatch.toml:2:12: '2001:db8:20:1::/48' has bits set beyond its length; did you "
                          "mean '2001:db8:20::/48'?"));
  EXPECT_THAT(
      mistakes("inside = [\"10.20.0.0/33\", \"council\"]\n"),
      ElementsAre(
          "edgewatch.toml:1:11: '10.20.0.0/33' is not a network; the length after the slash is a number from "
          "0 to 32",
          "edgewatch.toml:1:27: 'council' is not a network; write it as 10.20.0.0/16 or 2001:db8:20::/48"));
}

TEST(Settings, AnUnknownKeyIsAMistakeWithTheNearestKnown) {
  EXPECT_THAT(mistakes(inside + "exclued = []\n"),
              ElementsAre("edgewatch.toml:2:1: unknown key 'exclued'; did you mean 'exclude'?"));
  EXPECT_THAT(mistakes(inside + "[capture]\n  interface = [\"eno2\"]\n"),
              ElementsAre("edgewatch.toml:3:3: unknown key 'interface'; did you mean 'interfaces'?"));
  EXPECT_THAT(mistakes(inside + "[retenton]\nyears = 1\n"),
              ElementsAre("edgewatch.toml:2:2: unknown key 'retenton'; did you mean 'retention'?"));
  EXPECT_THAT(mistakes(inside + "[sensor]\nzzzzzzzz = 1\n"),
              ElementsAre("edgewatch.toml:3:1: unknown key 'zzzzzzzz'; known here: memory_mib"));
}

TEST(Settings, ASyntaxErrorEndsThisFilesListWithItsPlace) {
  EXPECT_THAT(
      mistakes(inside + "people = \n"),
      ElementsAre("edgewatch.toml:2:10: not valid TOML: Error while parsing key-value pair: expected value, "
                  "saw '\\n'; "
                  "mend the TOML; nothing below this was read"));
  EXPECT_THAT(mistakes(inside + inside), ElementsAre(HasSubstr("edgewatch.toml:2:")));
}

TEST(Settings, NumbersHaveBounds) {
  EXPECT_THAT(mistakes(inside + "[retention]\nyears = 0\n"),
              ElementsAre("edgewatch.toml:3:9: 'years' is 0; use a number from 1 to 7"));
  EXPECT_THAT(mistakes(inside + "[capture]\nsnap_length = 60\nthreads = \"2\"\n"),
              ElementsAre("edgewatch.toml:3:15: 'snap_length' is 60; use a number from 256 to 262144",
                          "edgewatch.toml:4:11: 'threads' is of the wrong type; write it as threads = 1"));
  EXPECT_THAT(mistakes(inside + "[retention]\nyears = 1.5\n"),
              ElementsAre(HasSubstr("edgewatch.toml:3:9: 'years' is of the wrong type")));
}

TEST(Settings, ThreadsOfAllInterfacesTogetherHaveABound) {
  std::string names;
  for (int i = 0; i < 4; ++i) names += "\"eno" + std::to_string(i) + "\", ";
  EXPECT_THAT(
      mistakes(inside + "[capture]\ninterfaces = [" + names + "]\nthreads = 64\n"),
      ElementsAre("edgewatch.toml:4:11: 4 interfaces of 64 threads each are more than 255 threads; lower "
                  "'threads'; as many as the machine has processors is enough"));
}

TEST(Settings, AGatewayAccountsWhatItLetsThrough) {
  const std::string gateway = "[enforcement]\nmode = \"gateway\"\nquic = \"block\"\n";
  EXPECT_THAT(
      mistakes(inside + gateway),
      ElementsAre("edgewatch.toml:3:8: a gateway that captures nothing could not account what it lets "
                  "through; name the interface towards the clients in [capture] interfaces"));
  EXPECT_THAT(mistakes(inside + "[capture]\ninterfaces = [\"eno1\"]\n" + gateway), IsEmpty());
}

TEST(Settings, PeopleAreNamedInTheFileOfEventsOrNowhere) {
  const std::string named = "[enforcement]\nevents_name_people = true\n";
  EXPECT_THAT(
      mistakes(inside + named),
      ElementsAre("edgewatch.toml:3:22: people are named in events_file and nowhere else, and there is "
                  "none; add events_file = \"...\", or leave people unnamed"));
  EXPECT_THAT(mistakes(inside + named + "events_file = \"blocks.jsonl\"\n"), IsEmpty());
}

TEST(Settings, TheBlockPageGivesItsOwnWordsOrElseThoseOfTheCouncil) {
  Workspace workspace;
  const std::string council =
      "[governance]\ncontroller = \"Example Council\"\nnotice = \"https://intranet.example/notice\"\n";
  const auto words = [&](const std::string& enforcement) {
    workspace.file("edgewatch.toml", inside + enforcement + council);
    const auto loaded = workspace.load();
    const BlockPageWords page = block_page_words(loaded.value().settings);
    return std::string(page.contact) + "; " + std::string(page.appeal);
  };
  EXPECT_EQ(words(""), "Example Council; https://intranet.example/notice");
  EXPECT_EQ(words("[enforcement]\npage_contact = \"ICT desk\"\n"),
            "ICT desk; https://intranet.example/notice");
  EXPECT_EQ(words("[enforcement]\npage_contact = \"ICT desk\"\npage_appeal = \"Ask <your head>\"\n"),
            "ICT desk; Ask <your head>");
}

TEST(Settings, OfEndsThatAreTheCouncilsOwnEachIsANetwork) {
  EXPECT_THAT(mistakes(inside + "[enforcement]\nown_ends = [\"203.0.113.7\", \"2001:db8::/129\"]\n"),
              ElementsAre(HasSubstr("edgewatch.toml:3:28: ")));
}

TEST(Settings, OfZonesNameAFolderAndACommandByItsWholePath) {
  EXPECT_THAT(mistakes(inside + "[enforcement]\nzones_reload = [\"/usr/sbin/rndc\", \"reload\"]\n"),
              ElementsAre(HasSubstr("'zones_reload' without 'zones'")));
  EXPECT_THAT(mistakes(inside + "[enforcement]\nzones = \"z\"\nzones_reload = [\"rndc\"]\n"),
              ElementsAre(HasSubstr("not named by its whole path")));
  EXPECT_THAT(mistakes(inside + "[enforcement]\nzones = 'a\"b'\n"),
              ElementsAre(HasSubstr("'zones' cannot stand in a resolver's configuration")));
  EXPECT_THAT(mistakes(inside + "[enforcement]\nzones = \"z\"\nzones_bind_view = \"\"\n"),
              ElementsAre(HasSubstr("'zones_bind_view' is empty")));
}

TEST(Settings, AMirrorSaysWhatItCannotDo) {
  const std::string capture = "[capture]\ninterfaces = [\"eth1\"]\n";
  const std::string mirror = "[enforcement]\nmode = \"mirror\"\n";
  const std::string inject = "inject = \"eth2\"\n";
  EXPECT_THAT(mistakes(inside + capture + mirror + inject), IsEmpty());
  EXPECT_THAT(mistakes(inside + capture + mirror), ElementsAre(HasSubstr("without 'inject'")));
  EXPECT_THAT(mistakes(inside + mirror + inject), ElementsAre(HasSubstr("one interface")));
  EXPECT_THAT(mistakes(inside + "[capture]\ninterfaces = [\"eth0\", \"eth1\"]\n" + mirror + inject),
              ElementsAre(HasSubstr("one interface")));
  EXPECT_THAT(mistakes(inside + capture + mirror + inject + "quic = \"block\"\non_unparsable = \"block\"\n"),
              ElementsAre("edgewatch.toml:7:8: QUIC cannot be reset from a mirror port; have the firewall "
                          "reject UDP port 443, so that browsers fall back to TCP",
                          HasSubstr("by its name or not at all")));
}

TEST(Settings, WhatThisVersionCannotDoIsSaid) {
  EXPECT_THAT(
      mistakes(inside + "[enforcement]\nmode = \"off\"\n"),
      ElementsAre("edgewatch.toml:3:8: 'off' is not a value of 'mode'; use one of observe, gateway, mirror"));
}

TEST(Settings, TheLedgerIsSqliteAndRelativeToTheFile) {
  Workspace workspace;
  small(workspace).file(
      "edgewatch.toml",
      inside + "[storage]\nledger = \"sqlite:state/ledger.db\"\n[runtime]\nsockets = \"sockets\"\n");
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.ledger, workspace.path("state/ledger.db"));
  EXPECT_EQ(loaded->settings.socket_folder, workspace.path("sockets"));
  EXPECT_THAT(mistakes(inside + "[storage]\nledger = \"oracle:x\"\n"),
              ElementsAre(HasSubstr("edgewatch.toml:3:10: 'oracle:x' is not a ledger")));
}

TEST(Settings, IdentityKnowsRoutersAndSharedAddresses) {
  Workspace workspace;
  small(workspace).file(
      "edgewatch.toml",
      inside + "[identity]\nshared = [\"10.20.9.0/24\"]\nrouters = [\"02:00:5e:10:ff:01\"]\n");
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.topology.shared.size(), 1U);
  EXPECT_EQ(loaded->settings.topology.routers.at(0).to_string(), "02:00:5e:10:ff:01");
  EXPECT_THAT(mistakes(inside + "[identity]\nrouters = [\"router\"]\n"),
              ElementsAre(HasSubstr("edgewatch.toml:3:12: 'router' is not a MAC address")));
}

TEST(Settings, NoWordOnTheWireIsBelievedThatIsNotListed) {
  Workspace workspace;
  small(workspace).file("edgewatch.toml", inside);
  const auto usual = workspace.load();
  ASSERT_TRUE(usual);
  EXPECT_TRUE(usual->settings.trust.dhcp_servers.empty());
  EXPECT_TRUE(usual->settings.trust.kerberos_servers.empty());
  EXPECT_EQ(usual->settings.trust.neighbours, identity::Trust::Neighbours::cut);
  small(workspace).file("edgewatch.toml",
                        inside +
                            "[identity]\ndhcp_servers = [\"10.20.0.1\"]\nkerberos_servers = "
                            "[\"10.20.0.5\", \"10.20.0.6\"]\nneighbours = \"bind\"\n");
  const auto listed = workspace.load();
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->settings.trust.dhcp_servers.size(), 1U);
  EXPECT_EQ(listed->settings.trust.kerberos_servers.size(), 2U);
  EXPECT_EQ(listed->settings.trust.neighbours, identity::Trust::Neighbours::bind);
  EXPECT_THAT(mistakes(inside + "[identity]\nneighbours = \"believe\"\n"),
              ElementsAre(HasSubstr("'believe' is not a value of 'neighbours'; use one of cut, bind")));
}

TEST(Settings, CalendarsHaveHoursLunchAndHolidays) {
  Workspace workspace;
  small(workspace).file(
      "edgewatch.toml",
      inside +
          "[[calendar]]\nname = \"office\"\nhours = [\"mon-thu 08:30-17:00\", \"fri 08:30-16:30\"]\n"
          "lunch = \"12:30-13:30\"\nbank_holidays = [2026-12-25]\n[[calendar]]\nname = \"flexitime\"\nhours "
          "= []\n");
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->settings.calendars.size(), 2U);
  EXPECT_EQ(loaded->settings.calendars[0].hours.size(), 2U);
  EXPECT_EQ(loaded->settings.calendars[0].lunch_from_minute, 12 * 60 + 30);
  EXPECT_EQ(loaded->settings.calendars[0].days_off, (std::vector{parse_date("2026-12-25").value()}));
  EXPECT_TRUE(loaded->settings.calendars[1].hours.empty());
  EXPECT_THAT(
      describe(loaded->settings),
      HasSubstr("calendar = office: mon-thu 08:30-17:00, fri 08:30-16:30, lunch 12:30-13:30, days off "
                "besides bank holidays: 1\ncalendar = flexitime: flexitime, lunch 12:00-14:00"));
}

TEST(Settings, ACalendarsMistakesAreAllTold) {
  EXPECT_THAT(
      mistakes(inside + "[[calendar]]\nhours = [\"mon 25:00-26:00\"]\nlunch = \"noon\"\nbank_holidays = "
                        "[\"2026-12-25\"]\n"),
      ElementsAre(HasSubstr("edgewatch.toml:2:1: 'name' is missing"),
                  HasSubstr("edgewatch.toml:3:10: 'mon 25:00-26:00' is not a window of the week"),
                  HasSubstr("edgewatch.toml:4:9: 'noon' is not a lunch window"),
                  HasSubstr("edgewatch.toml:5:18: 'bank_holidays' holds something that is not a date")));
}

TEST(Settings, GovernanceAndRolesAreRead) {
  Workspace workspace;
  small(workspace).file(
      "edgewatch.toml",
      inside +
          "[roles]\ncombined = true\n[governance]\ncontroller = \"Example Council\"\npurpose = \"p\"\n"
          "notice = \"n\"\ndpia_reference = \"D-1\"\n[cases]\ncovert = true\n");
  const auto loaded = workspace.load();
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->settings.covert_cases);
  EXPECT_FALSE(config::Settings().covert_cases);
  EXPECT_TRUE(loaded->settings.roles_combined);
  EXPECT_EQ(loaded->settings.governance.controller, "Example Council");
  EXPECT_EQ(loaded->settings.governance.dpia_reference, "D-1");
  EXPECT_THAT(describe(loaded->settings), HasSubstr("governance.controller = Example Council\n"));
  EXPECT_THAT(describe(loaded->settings), HasSubstr("inside = 10.20.0.0/16\n"));
}

TEST(Settings, EveryKeyIsExplainedInTheConfigurationToBeginFrom) {
  std::ifstream stream(support::source_folder() / "etc/edgewatch.toml");
  const std::string shown{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_THAT(shown, HasSubstr("inside = "));
  const auto has = [](const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  };
  const std::string unheard = "zzzzzzzzzzzzzzzzzzzz = 1\n";
  for (const std::string table : {"", "[capture]", "[sensor]", "[identity]", "[storage]", "[retention]",
                                  "[enforcement]", "[[calendar]]", "[roles]", "[governance]", "[runtime]"}) {
    const auto told =
        table.empty() ? mistakes(unheard + inside) : mistakes(inside + table + "\nname = \"n\"\n" + unheard);
    const std::string known = "known here: ";
    const auto list = std::ranges::find_if(told, [&](const auto& m) { return has(m, known); });
    ASSERT_NE(list, told.end()) << table;
    const std::size_t at = shown.find(table.empty() ? "inside" : "\n" + table);
    ASSERT_NE(at, std::string::npos) << table;
    const std::string part = table.empty() ? shown : shown.substr(at, shown.find("\n[", at + 1) - at);
    for (const auto key : split(std::string_view(*list).substr(list->find(known) + known.size()), ' ')) {
      const std::string name(key.substr(0, key.find_last_not_of(',') + 1));
      EXPECT_TRUE(has(part, "\n" + name + " = ") || has(part, "\n# " + name + " = ") ||
                  has(part, "[" + name + "]"))
          << table << " " << name;
    }
  }
}

TEST(Settings, AFileThatIsNamedMustBeThere) {
  Workspace workspace;
  workspace.file(
      "edgewatch.toml",
      inside + "people = \"who.csv\"\nassignments = \"a.csv\"\nrules = \"r.toml\"\ncatalogue = \"c\"\n");
  EXPECT_THAT(workspace.mistakes(),
              ElementsAre("who.csv: no such file; create it, or mend its path in edgewatch.toml",
                          "a.csv: no such file; create it, or mend its path in edgewatch.toml",
                          "c: no such catalogue folder; mend 'catalogue' in edgewatch.toml",
                          "r.toml: no such file; create it, or mend its path in edgewatch.toml"));
}

TEST(Settings, AMissingMainFileIsNamed) {
  Workspace workspace;
  EXPECT_THAT(workspace.mistakes(), ElementsAre(HasSubstr("edgewatch.toml: no such file")));
}

TEST(Settings, MistakesInListsAreToldWithAllOthers) {
  Workspace workspace;
  small(workspace).file("edgewatch.toml", inside + "lists = \"lists.toml\"\n");
  EXPECT_THAT(workspace.mistakes(), IsEmpty());
  workspace.file("lists.toml", "# none yet\n");
  EXPECT_THAT(workspace.mistakes(), IsEmpty());
  // Of the categories that it would have brought nothing is said.
  workspace.file("rules.toml", "[[rule]]\nid = \"a\"\naction = \"block\"\ncategories = [\"malware\"]\n");
  workspace.file("lists.toml", "[[list]]\nname = \"x\"\n");
  EXPECT_THAT(workspace.mistakes(), ElementsAre(HasSubstr("lists.toml:1:1: 'category' is missing"),
                                                HasSubstr("lists.toml:1:1: 'format' is missing"),
                                                HasSubstr("lists.toml:2:8: a list comes from one place")));
}

TEST(Settings, TextThatIsNotUtf8IsRefusedWithItsPlace) {
  EXPECT_THAT(mistakes(inside + "# caf\xE9\n"),
              ElementsAre("edgewatch.toml:2:6: the text is not UTF-8; save the file as UTF-8"));
  EXPECT_THAT(mistakes(inside + std::string("a\0b", 3)),
              ElementsAre("edgewatch.toml:2:2: the file holds a zero byte; save it as plain text"));
}

TEST(Settings, WhateverIsChangedAfterTheStartIsNamed) {
  Workspace workspace;
  small(workspace);
  const auto started = workspace.load();
  ASSERT_TRUE(started);
  const auto told = [&](const std::string& text) {
    workspace.file("edgewatch.toml", text);
    std::string out;
    for (const Problem& problem : changed_since_start(started->settings)) out += to_string(problem);
    return out;
  };
  EXPECT_EQ(told("# a comment changes nothing\n\n" + inside), "");
  const std::pair<const char*, const char*> changes[]{
      {"exclude", "exclude = [\"10.20.9.0/24\"]\n"},
      {"lists", "lists = \"lists.toml\"\n"},
      {"identity.routers", "[identity]\nrouters = [\"02:00:5e:10:00:01\"]\n"},
      {"identity.service_accounts", "[identity]\nservice_accounts = [\"backup\"]\n"},
      {"governance.purpose", "[governance]\npurpose = \"another\"\n"},
      {"calendar",
       "[[calendar]]\nname = \"office\"\nhours = [\"mon-fri 08:30-17:00\"]\nbank_holidays = [2026-12-28]\n"},
      {"capture.ring_mib", "[capture]\nring_mib = 128\n"},
  };
  for (const auto& [key, text] : changes)
    EXPECT_THAT(told(inside + text), HasSubstr(std::string("is in force: ") + key + ";")) << text;
  EXPECT_THAT(told("inside = [\"10.21.0.0/16\"]\n"), HasSubstr("is in force: inside;"));
}

}  // namespace
}  // namespace edgewatch::config
