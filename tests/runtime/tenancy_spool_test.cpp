#include "tenancy_spool.hpp"

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/identity/register.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Event = model::TenancyEvent;
using Kind = Event::Kind;
using Source = Event::Source;

const Timestamp nine = *parse_rfc3339("2026-11-17T09:00:00Z");

net::IpAddress address(unsigned n) { return net::IpAddress::v4(0x0a140100U + n); }
net::MacAddress device(unsigned n) { return *net::MacAddress::parse("02:00:5e:10:00:0" + std::to_string(n)); }

Event lease(unsigned who, unsigned what, Timestamp at, Duration length) {
  return {at, Kind::lease, address(who), device(what), {}, {at, at + length}, Source::dhcp, {}, {}};
}
Event logon(Timestamp at, const std::string& person, const std::string& session) {
  return {at,      Kind::logon, address(1), device(1), person, {at, Timestamp::max()}, Source::radius,
          session, {}};
}

class Spool : public ::testing::Test {
 protected:
  ~Spool() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "identity.csv"; }
  [[nodiscard]] std::string text() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::filesystem::path folder_ = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "edgewatch-spool-XXXXXX").string();
    return std::filesystem::path(mkdtemp(pattern.data()));
  }();
};

TEST_F(Spool, KeepsWhatIsToldForTheNextStartAndForAReplay) {
  const std::vector<Event> told{lease(1, 1, nine, 8h), logon(nine + 1s, "COUNCIL\\p17", "10.20.2.9/ab12")};
  {
    TenancySpool spool(file(), nine);
    EXPECT_TRUE(spool.take_restored().empty());
    EXPECT_TRUE(spool.append(told));
    EXPECT_EQ(spool.size(), text().size());
  }
  const auto feed = config::load_tenancy(file());
  ASSERT_TRUE(feed);
  ASSERT_EQ(feed->size(), 2U);
  EXPECT_EQ((*feed)[1].person, "COUNCIL\\p17");
  EXPECT_EQ((*feed)[1].valid, told[1].valid);
  TenancySpool again(file(), nine + 1h);
  EXPECT_EQ(again.take_restored().size(), 2U);
}

TEST_F(Spool, IsTheDaemonsAlone) {
  const TenancySpool spool(file(), nine);
  struct stat status {};
  ASSERT_EQ(stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Spool, LineThatAKillCutIsTakenOffAndTheRestHolds) {
  { EXPECT_TRUE(TenancySpool(file(), nine).append({lease(1, 1, nine, 8h)})); }
  std::ofstream(file(), std::ios::app) << "2026-11-17T09:00:02Z,lease,10.2";
  TenancySpool again(file(), nine + 1min);
  EXPECT_EQ(again.take_restored().size(), 1U);
  EXPECT_EQ(again.problem(), "");
}

TEST_F(Spool, FileThatIsNoFeedIsSetAsideAndNothingOfItSaid) {
  std::ofstream(file()) << "recorded_at,kind\nsomebody,p17\n";
  TenancySpool spool(file(), nine);
  EXPECT_NE(spool.problem(), "");
  EXPECT_EQ(spool.problem().find("p17"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(file().string() + ".unreadable"));
}

TEST_F(Spool, WhatNobodyAsksForAnyMoreIsGoneFromTheFile) {
  TenancySpool spool(file(), nine);
  ASSERT_TRUE(spool.append({lease(1, 1, nine, 8h), logon(nine, "p17", "a/1"), lease(2, 2, nine, 24h * 60)}));
  spool.compact(nine + 24h * 31);
  EXPECT_EQ(text().find("p17"), std::string::npos);
  EXPECT_EQ(text().find(device(1).to_string()), std::string::npos);
  EXPECT_NE(text().find(device(2).to_string()), std::string::npos) << "its lease still holds";
}

/// What the compacted events say of the last day is what all of them say, or nothing.
TEST(StillNeeded, NeverCreditsWhomTheWholeHistoryDoesNot) {
  std::mt19937 random(17);
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const std::vector<identity::Person> people{{model::PersonId("p17"), "", "", {}, {}, "", {}},
                                             {model::PersonId("p18"), "", "", {}, {}, "", {}},
                                             {model::PersonId("p19"), "", "", {}, {}, "", {}}};
  std::size_t credited = 0;
  std::size_t kept = 0;
  std::size_t told = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<Event> all;
    Timestamp at = nine;
    for (int i = 0; i < 40; ++i) {
      at += std::chrono::minutes(pick(300));
      const unsigned place = 1 + pick(2);
      Event event = lease(place, 1 + pick(3), at, std::chrono::hours(1 + pick(60)));
      if (pick(3) != 0) {
        constexpr std::array<Kind, 6> kinds{Kind::logon, Kind::logon,  Kind::logoff,
                                            Kind::lock,  Kind::unlock, Kind::release};
        event.kind = kinds.at(pick(6));
        event.person = "p1" + std::to_string(7 + pick(3));
        event.session = "s" + std::to_string(pick(4));
        event.source = pick(2) == 0 ? Source::radius : Source::windows;
        event.valid.to = Timestamp::max();
        if (event.kind == Kind::release)
          event = {at, Kind::release, event.address, event.mac, {}, {at, Timestamp::max()}, Source::dhcp, {},
                   {}};
      }
      all.push_back(event);
    }
    identity::Register whole(people, {});
    for (const Event& event : all) whole.apply(event);
    identity::Register less(people, {});
    const auto needed = still_needed(all, at);
    for (const Event& event : needed) less.apply(event);
    told += all.size();
    kept += needed.size();
    for (Timestamp t = at - 24h; t <= at; t += 30min) {
      for (unsigned place = 1; place <= 2; ++place) {
        const auto before = whole.attribute({address(place), {}, 0}, t);
        const auto after = less.attribute({address(place), {}, 0}, t);
        if (!after.person) continue;
        ++credited;
        EXPECT_EQ(after.person, before.person) << "round " << round << " " << format_rfc3339(t);
      }
    }
  }
  EXPECT_GT(credited, 1000U);
  EXPECT_LT(kept, told) << "it is worth the while";
}

}  // namespace
}  // namespace edgewatch::runtime
