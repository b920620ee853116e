#include "doctor.hpp"

#include <algorithm>
#include <functional>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {

void PrintTo(const Diagnosis& each, std::ostream* out) {
  *out << to_string(each.state) << ' ' << each.what << ": " << each.found << "; " << each.advice;
}

namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using State = Diagnosis::State;

const Timestamp noon =
    std::chrono::sys_days(CivilDate(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(20))) +
    12h;

/// A council where everything is as it should be: what each test spoils.
class Doctor : public ::testing::Test {
 public:
  Doctor() {
    configuration_.settings.capture.interfaces = {"eth2"};
    configuration_.people.resize(1);
    configuration_.assignments.resize(1);
    now_.now = noon;
    now_.health.started_at = noon - 24h;
    SourceHealth port;
    port.name = "eth2";
    port.frames = 1'000'000;
    now_.health.sources = {port};
    flows(observe::Column::named) = 9'900;
    flows(observe::Column::ech) = 100;
    now_.health.causes.tls_with_dns = 9'000;
    now_.clock_kept_right = true;
    now_.rules.all = 3;
    ListState list;
    list.editions = {
        {.number = 1, .at = noon - 72h, .entries = 5'000, .source = "", .rolled_back = false, .lines = {}}};
    list.active = 1;
    list.checked = noon - 3h;
    list.outcome = "unchanged";
    now_.lists.emplace("social", list);
    now_.ledger = {.heartbeat = noon - 5s,
                   .disk_free = 50ULL << 30U,
                   .disk = 100ULL << 30U,
                   .purged = noon - 10h,
                   .newest_backup = london_date(noon - 48h)};
    for (const char* group : {"edgewatch-ict", "edgewatch-hr", "edgewatch-auditor"})
      now_.roles.members[group] = 1;
  }

  std::uint64_t& flows(observe::Column column) {
    return now_.health.causes.flows.at(static_cast<std::size_t>(column));
  }
  ListState& list() { return now_.lists.at("social").value(); }
  SourceHealth& port() { return now_.health.sources.front(); }
  std::vector<Diagnosis> found() const { return examine(now_, configuration_); }

  Circumstances now_;
  config::Configuration configuration_;
};

auto told(State state, const std::string& what, const std::string& words, const std::string& advice) {
  return AllOf(Field(&Diagnosis::state, state), Field(&Diagnosis::what, what),
               Field(&Diagnosis::found, HasSubstr(words)), Field(&Diagnosis::advice, HasSubstr(advice)));
}

TEST_F(Doctor, FindsNothingWhereAllIsWell) {
  for (const Diagnosis& each : found())
    EXPECT_EQ(to_string(each.state), "well") << each.what << ": " << each.found;
  EXPECT_THAT(found(),
              Contains(told(State::well, "capture eth2", "1000000 frames seen since the start, 0 lost", "")));
  EXPECT_THAT(found(), Contains(told(State::well, "list social", "5000 names", "")));
}

TEST_F(Doctor, SaysWhatIsWrongFirst) {
  now_.health.alarms["zones"] = "cannot be written";
  now_.clock_kept_right = false;
  const auto all = found();
  EXPECT_EQ(all.front().what, "alarm: zones");
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Diagnosis::state));
}

struct Spoilt {
  const char* name;
  std::function<void(Doctor&)> spoil;
  State state;
  std::string what, words, advice;
};

void PrintTo(const Spoilt& spoilt, std::ostream* out) { *out << spoilt.name; }

class DoctorFinds : public ::testing::WithParamInterface<Spoilt>, public Doctor {};

TEST_P(DoctorFinds, AndSaysWhatToDo) {
  const auto before = found();
  GetParam().spoil(*this);
  const auto is_it = told(GetParam().state, GetParam().what, GetParam().words, GetParam().advice);
  EXPECT_THAT(before, ::testing::Not(Contains(is_it)));
  EXPECT_THAT(found(), Contains(is_it));
}

const std::vector<Spoilt> spoilt{
    {"Loss", [](Doctor& d) { d.port().lost_in_kernel = 20'000; }, State::wrong, "capture eth2",
     "20000 lost (1.961 %)", "ring_mib"},
    {"LittleLoss", [](Doctor& d) { d.port().lost_in_kernel = 2'000; }, State::look, "capture eth2",
     "2000 lost", "threads"},
    {"StoppedPort", [](Doctor& d) { d.port().error = "the network is down"; }, State::wrong, "capture eth2",
     "STOPPED: the network is down", "ip link show eth2"},
    {"SilentPort", [](Doctor& d) { d.port().frames = 0; }, State::wrong, "capture eth2", "no frame",
     "ip -s link"},
    {"SilentPortOfANewStart",
     [](Doctor& d) {
       d.port().frames = 0;
       d.now_.health.started_at = noon - 1min;
     },
     State::look, "capture eth2", "no frame", "ip -s link"},
    {"OtherNetworks",
     [](Doctor& d) {
       d.port().tallies = {{"outside-frame", 990'000}};
     },
     State::wrong, "capture eth2", "99.0 % of the frames", "inside"},
    {"OneDirection",
     [](Doctor& d) {
       d.port().tallies = {{"unacknowledged-name", 12'000}};
     },
     State::wrong, "capture eth2", "never confirmed", "mirror both"},
    {"NoPort", [](Doctor& d) { d.configuration_.settings.capture.interfaces.clear(); }, State::look,
     "capture", "nothing is watched", "interfaces"},
    {"NamesHidden", [](Doctor& d) { d.flows(observe::Column::doh) = 4'000; }, State::look, "names",
     "70.7 % of 14000 flows since the start", "category doh"},
    {"DnsElsewhere",
     [](Doctor& d) {
       d.now_.health.causes.signs.at(static_cast<std::size_t>(model::BypassSign::Kind::tls_without_dns)) =
           9'500;
     },
     State::look, "DNS", "9000 of 18500", "pass this port"},
    {"Nobody", [](Doctor& d) { d.configuration_.people.clear(); }, State::look, "people", "devices alone",
     "people.csv"},
    {"NoIdentity", [](Doctor& d) { d.configuration_.assignments.clear(); }, State::look, "identity",
     "nobody's", "[identity]"},
    {"IdentityStopped",
     [](Doctor& d) {
       IdentityHealth source;
       source.name = "kea";
       source.error = "permission denied";
       d.now_.health.identity = {source};
     },
     State::wrong, "identity kea", "permission denied", "read the file"},
    {"IdentityRefused",
     [](Doctor& d) {
       IdentityHealth source;
       source.name = "radius";
       source.last = noon;
       source.refused["wrong secret"] = 700;
       d.now_.health.identity = {source};
     },
     State::look, "identity radius", "0 taken, 700 not since the start, most: wrong secret",
     "edgewatch status"},
    {"Clock", [](Doctor& d) { d.now_.clock_kept_right = false; }, State::look, "clock", "nothing",
     "timedatectl"},
    {"Files", [](Doctor& d) { d.now_.files.errors = 2; }, State::wrong, "configuration",
     "mistakes in the files: 2", "edgewatch check"},
    {"GatewayGap",
     [](Doctor& d) {
       d.now_.health.gateway.emplace();
       d.now_.health.gateway->queued = 1'000;
       d.now_.health.gateway->unjudged = 10;
     },
     State::look, "gateway", "10 of them passed without a verdict", "closed"},
    {"RulesTakenOut",
     [](Doctor& d) {
       d.now_.health.gateway.emplace();
       d.now_.health.gateway->queued = 1'000;
       d.now_.health.gateway->repaired = 3;
     },
     State::look, "gateway", "3 times", "flush ruleset"},
    {"TrackerIsFull",
     [](Doctor& d) {
       d.now_.health.gateway.emplace();
       d.now_.health.gateway->queued = 1'000;
       d.now_.health.gateway->tracked = 60'000;
       d.now_.health.gateway->tracked_most = 65'536;
     },
     State::wrong, "gateway", "60000 connections and has room for 65536", "nf_conntrack_max"},
    {"AnswersComeByAnotherWay",
     [](Doctor& d) {
       d.now_.health.gateway.emplace();
       d.now_.health.gateway->queued = 3'000;
       d.now_.health.gateway->invalid = 4'000;
     },
     State::look, "gateway", "4000 packets of clients were dropped", "both directions"},
    {"AnswersAreKeptBack",
     [](Doctor& d) {
       d.now_.health.gateway.emplace();
       d.now_.health.gateway->queued = 3'000;
       d.now_.health.gateway->unsent = 4;
     },
     State::look, "gateway", "4 pages and answers", "meta mark 0x0f000000"},
    {"MirrorLosesTheRace",
     [](Doctor& d) {
       d.now_.health.mirror.emplace();
       d.now_.health.mirror->counts.reset = 200;
       d.now_.health.mirror->counts.went_on = 11;
     },
     State::look, "mirror", "11 of which went on", "firewall"},
    {"MirrorOfJoinedFrames",
     [](Doctor& d) {
       d.now_.health.mirror.emplace();
       d.now_.health.mirror->counts.reset = 10;
       d.now_.health.mirror->counts.damaged = 500;
     },
     State::look, "mirror", "500 connections and questions left alone", "gro off"},
    {"ResolverNotReloaded",
     [](Doctor& d) {
       d.now_.health.zones.emplace();
       d.now_.health.zones->right_as_of = noon;
       d.now_.health.zones->reloaded = noon;
       d.now_.health.zones->reload_trouble = "it ended with 1";
     },
     State::wrong, "zones", "it ended with 1", "zones_reload"},
    {"OldMap", [](Doctor& d) { d.now_.health.zones.emplace(); }, State::look, "zones", "the map is old",
     "status"},
    {"DeadRules", [](Doctor& d) { d.now_.rules.never = 1; }, State::look, "rules", "1 of 3 can match nothing",
     "edgewatch rules"},
    {"Reviews", [](Doctor& d) { d.now_.rules.reviews_due = 2; }, State::look, "authorised use", "due: 2",
     "authorise review"},
    {"ListRefused", [](Doctor& d) { d.list().outcome = "refused"; }, State::look, "list social",
     "refused: the edition of 2026-11-17 stays", "lists status social"},
    {"ListNeverTaken", [](Doctor& d) { d.list().active = 0; }, State::look, "list social", "never been taken",
     "lists update"},
    {"ListTimerOff", [](Doctor& d) { d.list().checked = noon - 72h; }, State::look, "list social", "two days",
     "edgewatch-lists.timer"},
    {"LedgerStuck", [](Doctor& d) { d.now_.ledger.heartbeat = noon - 10min; }, State::wrong, "ledger",
     "nothing was written", "journalctl"},
    {"DiskNearlyFull", [](Doctor& d) { d.now_.ledger.disk_free = 2ULL << 30U; }, State::look, "disk",
     "2.0 GiB (2 %)", "make room"},
    {"NeverPurged", [](Doctor& d) { d.now_.ledger.purged.reset(); }, State::look, "retention", "no purge",
     "the alarm `purge`"},
    {"TimerOfThePurgeOff", [](Doctor& d) { d.now_.ledger.purged = noon - 72h; }, State::wrong, "retention",
     "2026-11-17", "edgewatch-purge.timer"},
    {"PortThatFellSilent",
     [](Doctor& d) {
       d.now_.before = Circumstances::Before{noon - 40min, d.now_.health};
     },
     State::wrong, "capture eth2", "no frame has come in the last 40 min", "ip -s link"},
    {"LossOfTheLastHalfHourAlone",
     [](Doctor& d) {
       d.now_.before = Circumstances::Before{noon - 30min, d.now_.health};
       d.port().frames += 1'000;
       d.port().lost_in_kernel += 1'000;
     },
     State::wrong, "capture eth2", "1000 frames seen in the last 30 min, 1000 lost (50.000 %)", "ring_mib"},
    {"GuestsOnTheTrunk",
     [](Doctor& d) {
       d.port().tallies = {{"outside-frame", 600'000}};
     },
     State::look, "capture eth2", "60.0 % of the frames", "exclude"},
    {"OneDirectionOfTwoPorts",
     [](Doctor& d) {
       SourceHealth other;
       other.name = "eth3";
       other.frames = 1'000;
       other.tallies = {{"unacknowledged-name", 6'000}};
       d.now_.health.sources.push_back(other);
     },
     State::wrong, "capture eth3", "6000 names were asked for and never confirmed", "mirror both"},
    {"GatewayThatNothingPasses", [](Doctor& d) { d.now_.health.gateway.emplace(); }, State::look, "gateway",
     "no packet of a client", "ip_forward"},
    {"DamagedList",
     [](Doctor& d) {
       d.now_.lists.insert_or_assign(
           "chat", Result<ListState, std::string>(Failure{std::string("its state is damaged")}));
     },
     State::wrong, "list chat", "its state is damaged", "lists status chat"},
    {"CaseReview", [](Doctor& d) { d.now_.health.alarms["case reviews"] = "reviews are due"; }, State::look,
     "alarm: case reviews", "reviews are due", "journalctl"},
    {"NoBackup", [](Doctor& d) { d.now_.ledger.newest_backup.reset(); }, State::look, "backup", "none",
     "edgewatch backup"},
    {"OldBackup", [](Doctor& d) { d.now_.ledger.newest_backup = london_date(noon - 10 * 24h); }, State::look,
     "backup", "2026-11-10", "edgewatch backup"},
    {"EmptyRole", [](Doctor& d) { d.now_.roles.members["edgewatch-hr"] = 0; }, State::look, "edgewatch-hr",
     "no account is listed", "usermod"},
    {"TwoRoles", [](Doctor& d) { d.now_.roles.in_two = 1; }, State::wrong, "roles",
     "accounts that hold more than one role: 1", "nobody should"},
};

INSTANTIATE_TEST_SUITE_P(Each, DoctorFinds, ::testing::ValuesIn(spoilt),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_F(Doctor, OneClerkForAllRolesIsWellWhereTheCouncilSaidSo) {
  now_.roles.in_two = 1;
  configuration_.settings.roles_combined = true;
  EXPECT_THAT(found(), Contains(told(State::well, "roles", "roles.combined", "")));
}

/// What was lost in the first hour of three months is no fault of today.
TEST_F(Doctor, OfALossThatIsOverItSaysNothing) {
  port().lost_in_kernel = 20'000;
  now_.before = Circumstances::Before{noon - 30min, now_.health};
  port().frames += 1'000;
  EXPECT_THAT(found(),
              Contains(told(State::well, "capture eth2", "1000 frames seen in the last 30 min, 0 lost", "")));
}

TEST_F(Doctor, ACounterThatWentBackBeganAnew) {
  HealthReport later = now_.health;
  later.sources.front().frames = 7;
  EXPECT_EQ(counted_since(now_.health, later).sources.front().frames, 7U);
  later.sources.front().frames = 1'000'009;
  EXPECT_EQ(counted_since(now_.health, later).sources.front().frames, 9U);
}

TEST_F(Doctor, OfAFewFlowsItSaysNothing) {
  flows(observe::Column::named) = 3;
  flows(observe::Column::ech) = 40;
  EXPECT_THAT(found(), Contains(told(State::well, "names", "too few", "")));
}

}  // namespace
}  // namespace edgewatch::runtime
