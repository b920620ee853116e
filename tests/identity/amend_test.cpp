#include "scene.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using model::Amendment;
using Event = model::TenancyEvent;
using Kind = Event::Kind;
using Source = Event::Source;

std::vector<Person> people() {
  return {person("p17"), person("p18"), person("p20"), person("p21"), person("p19", {"not-monitored"})};
}
Event event(Kind kind, const std::string& when, const std::string& recorded, const char* who = "") {
  Event out;
  out.kind = kind;
  out.recorded_at = at(recorded);
  out.valid.from = at(when);
  out.source = Source::windows;
  out.mac = laptop;
  out.person = who;
  return out;
}
Event lease(const std::string& when, const std::string& recorded, const net::MacAddress& mac) {
  Event out = event(Kind::lease, when, recorded);
  out.address = desk;
  out.mac = mac;
  out.source = Source::dhcp;
  return out;
}

TEST(Amend, EvidenceInTimeAmendsNothing) {
  Register tenancy(people(), {});
  tenancy.apply(event(Kind::logon, "09:00", "09:00", "p17"));
  tenancy.apply(event(Kind::logoff, "10:00", "10:00", "p17"));
  tenancy.apply(event(Kind::logon, "10:00", "10:00", "p18"));
  EXPECT_TRUE(tenancy.drain_amendments().empty());
}

TEST(Amend, LateLogOffTakesBackWhatCameAfterIt) {
  Register tenancy(people(), {});
  tenancy.apply(event(Kind::logon, "09:00", "09:00", "p17"));
  const auto held = tenancy.attribute({desk, laptop, 0}, at("09:30")).binding;
  tenancy.apply(event(Kind::logoff, "10:00", "10:40", "p17"));
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].person.text(), "p17");
  EXPECT_EQ(all[0].binding, held);
  EXPECT_EQ(all[0].withdrawn.from, at("10:00"));
  EXPECT_LE(all[0].withdrawn.to, at("10:40"));
  EXPECT_GT(all[0].withdrawn.to, at("10:39"));
  EXPECT_EQ(all[0].instead, model::Subject::of_device(laptop));
  EXPECT_EQ(all[0].source, Source::windows);
}

TEST(Amend, MinutesThatWereAColleaguesAreTakenAndNobodyIsGivenThem) {
  Register tenancy(people(), {});
  tenancy.apply(event(Kind::logon, "09:00", "09:00", "p17"));
  tenancy.apply(event(Kind::logon, "10:00", "10:40", "p18"));
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].person.text(), "p17");
  EXPECT_EQ(all[0].withdrawn.from, at("10:00"));
  EXPECT_EQ(all[0].instead, model::Subject::of_device(laptop));
}

TEST(Amend, OwnerIsTakenWhatABorrowerDid) {
  Register tenancy(people(), {{laptop, model::PersonId("p17"), {}}});
  tenancy.apply(event(Kind::logon, "09:30", "10:10", "p18"));
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].person.text(), "p17");
  EXPECT_EQ(all[0].withdrawn.from, at("09:30"));
}

TEST(Amend, AddressThatHadMovedTakesFromTheOwnerOfTheOldDevice) {
  Register tenancy(people(),
                   {{laptop, model::PersonId("p17"), {}}, {other_laptop, model::PersonId("p18"), {}}});
  tenancy.apply(lease("08:00", "08:00", laptop));
  tenancy.apply(lease("09:00", "09:30", other_laptop));
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].person.text(), "p17");
  EXPECT_EQ(all[0].withdrawn.from, at("09:00"));
  EXPECT_EQ(all[0].instead, model::Subject::of_device(other_laptop));
}

TEST(Amend, WhatWasSomebodysWhoIsNotMonitoredStandsNowhere) {
  Register tenancy(people(), {});
  tenancy.apply(event(Kind::logon, "09:00", "09:00", "p17"));
  tenancy.apply(event(Kind::logon, "10:00", "10:40", "p19"));
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].instead.has_value());
}

TEST(Amend, ThreePeopleTogetherMakeAMachineNobodysSinceTheSecondCame) {
  Register tenancy(people(), {});
  tenancy.apply(event(Kind::logon, "08:30", "08:30", "p17"));
  tenancy.apply(event(Kind::logon, "08:40", "08:40", "p18"));
  EXPECT_TRUE(tenancy.drain_amendments().empty());
  tenancy.apply(event(Kind::logon, "08:50", "08:50", "p20"));
  const auto who = tenancy.attribute({desk, laptop, 0}, at("09:30"));
  EXPECT_EQ(model::Subject(who).text(), "unattributed");
  EXPECT_EQ(who.basis, model::Basis::shared_device);
  EXPECT_EQ(tenancy.attribute({desk, laptop, 0}, at("08:35")).person->text(), "p17");
  const auto all = tenancy.drain_amendments();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].person.text(), "p18");
  EXPECT_EQ(all[0].withdrawn.from, at("08:40"));
  EXPECT_EQ(all[0].why, model::Binding::State::shared);
  EXPECT_EQ(all[0].instead->text(), "unattributed");
  tenancy.apply(event(Kind::logoff, "12:00", "12:00", "p20"));
  EXPECT_EQ(model::Subject(tenancy.attribute({desk, laptop, 0}, at("12:30"))).text(), "unattributed")
      << "a terminal server is one all day";
}

TEST(Amend, PeopleWhoTakeTurnsMakeNoCrowd) {
  Register tenancy(people(), {});
  for (const auto& [who, from, to] :
       {std::tuple("p17", "08:00", "08:20"), std::tuple("p18", "08:20", "08:40"),
        std::tuple("p20", "08:40", "09:00")}) {
    tenancy.apply(event(Kind::logon, from, from, who));
    tenancy.apply(event(Kind::logoff, to, to, who));
  }
  tenancy.apply(event(Kind::logon, "09:00", "09:00", "p21"));
  EXPECT_EQ(tenancy.attribute({desk, laptop, 0}, at("09:30")).person->text(), "p21");
}

/// A register made of what another wrote down answers as it did.
TEST(Restore, AnswersAsTheRegisterThatWroteItDown) {
  Register tenancy(people(), {{other_laptop, model::PersonId("p20"), {}}}, {}, at("07:00"));
  std::vector<model::Binding> written;
  const auto tell = [&](const Event& each) {
    tenancy.apply(each);
    for (auto& binding : tenancy.drain_bindings()) {
      std::erase_if(written, [&](const auto& known) {
        return known.layer == binding.layer && known.key == binding.key && known.value == binding.value &&
               known.valid.from == binding.valid.from &&
               (known.state == model::Binding::State::shared) ==
                   (binding.state == model::Binding::State::shared);
      });
      if (binding.valid.from < binding.valid.to) written.push_back(std::move(binding));
    }
  };
  tell(lease("08:00", "08:00", laptop));
  tell(event(Kind::logon, "08:10", "08:10", "p17"));
  tell(event(Kind::lock, "09:00", "09:00", "p17"));
  tell(event(Kind::unlock, "09:10", "09:10", "p17"));
  tell(event(Kind::logon, "10:00", "10:00", "p18"));
  tell(event(Kind::logoff, "11:00", "11:00", "p18"));
  tell(event(Kind::logon, "11:30", "11:30", "contractor"));
  tell(event(Kind::shared, "12:00", "12:00"));
  tell(lease("13:00", "13:00", other_laptop));
  std::sort(written.begin(), written.end(),
            [](const auto& a, const auto& b) { return a.valid.from < b.valid.from; });
  Register restored(people(), {});
  for (const auto& binding : written) restored.restore(binding);
  for (int minute = 0; minute < 8 * 60; minute += 5) {
    const Timestamp when = at("07:00") + std::chrono::minutes(minute);
    for (const auto& client : {model::Client{desk, std::nullopt, 0}, model::Client{desk, laptop, 0}}) {
      const auto one = tenancy.attribute(client, when);
      const auto other = restored.attribute(client, when);
      EXPECT_EQ(model::Subject(one).text(), model::Subject(other).text()) << minute;
      EXPECT_EQ(one.grade, other.grade) << minute;
      EXPECT_EQ(one.basis, other.basis) << minute;
      EXPECT_EQ(one.binding, other.binding) << minute;
    }
  }
}

}  // namespace
}  // namespace edgewatch::identity
