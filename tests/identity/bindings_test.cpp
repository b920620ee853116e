#include "scene.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using model::Basis;
using model::Binding;
using Event = model::TenancyEvent;

Event event(Event::Kind kind, const char* when) {
  Event out;
  out.kind = kind;
  out.recorded_at = at(when);
  out.valid.from = at(when);
  out.source = Event::Source::windows;
  return out;
}
Event logon(const char* who, const char* when) {
  Event out = event(Event::Kind::logon, when);
  out.mac = laptop;
  out.person = who;
  return out;
}

TEST(Bindings, AnAssignmentIsWrittenDownOnce) {
  Register tenancy({person("p17")}, {{laptop, model::PersonId("p17"), {}}}, {}, at("08:00"));
  const auto first = tenancy.drain_bindings();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0], (Binding{Binding::Layer::device_to_person,
                               "02:00:5e:10:00:17",
                               "p17",
                               {},
                               at("08:00"),
                               Basis::static_assignment}));
  EXPECT_TRUE(tenancy.drain_bindings().empty());
}

TEST(Bindings, ALeaseIsWrittenWhenItOpensAndWhenItsEndIsKnown) {
  Register tenancy;
  Event lease = event(Event::Kind::lease, "08:00");
  lease.address = desk;
  lease.mac = laptop;
  lease.source = Event::Source::dhcp;
  tenancy.apply(lease);
  Event release = event(Event::Kind::release, "10:00");
  release.address = desk;
  tenancy.apply(release);
  const auto all = tenancy.drain_bindings();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], (Binding{Binding::Layer::address_to_device,
                             "10.20.1.17",
                             "02:00:5e:10:00:17",
                             {at("08:00"), Timestamp::max()},
                             at("08:00"),
                             Basis::lease,
                             Binding::State::held,
                             Event::Source::dhcp}));
  EXPECT_EQ(all[1], (Binding{Binding::Layer::address_to_device,
                             "10.20.1.17",
                             "02:00:5e:10:00:17",
                             {at("08:00"), at("10:00")},
                             at("10:00"),
                             Basis::lease,
                             Binding::State::held,
                             Event::Source::dhcp}));
}

TEST(Bindings, ANewerLogonShortensTheOlderAndOpensItsOwn) {
  Register tenancy({person("p17"), person("p18")}, {});
  tenancy.apply(logon("p17", "09:00"));
  static_cast<void>(tenancy.drain_bindings());
  tenancy.apply(logon("p18", "10:00"));
  const auto all = tenancy.drain_bindings();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].value, "p17");
  EXPECT_EQ(all[0].valid, (model::Interval{at("09:00"), at("10:00")}));
  EXPECT_EQ(all[0].recorded_at, at("10:00"));
  EXPECT_EQ(all[1].value, "p18");
  EXPECT_EQ(all[1].basis, Basis::logon);
}

TEST(Bindings, AnIntervalThatNeverWasIsTakenBack) {
  Register tenancy({person("p17"), person("p18")}, {});
  tenancy.apply(logon("p17", "09:00"));
  static_cast<void>(tenancy.drain_bindings());
  Event rival = logon("p18", "09:00");
  rival.recorded_at = at("09:30");
  tenancy.apply(rival);
  const auto all = tenancy.drain_bindings();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].value, "p17");
  EXPECT_EQ(all[0].valid, (model::Interval{at("09:00"), at("09:00")}));
  EXPECT_EQ(all[0].recorded_at, at("09:30"));
  EXPECT_EQ(all[1].state, Binding::State::conflict);
  EXPECT_EQ(all[1].value, "") << "whom a doubt is about is not written down";
}

TEST(Bindings, AReloadWritesDownOnlyWhatChanged) {
  Register tenancy({person("p17"), person("p18")}, {{laptop, model::PersonId("p17"), {}}}, {}, at("08:00"));
  static_cast<void>(tenancy.drain_bindings());
  tenancy.replace_static({person("p17"), person("p18")}, {{laptop, model::PersonId("p17"), {}}}, at("09:00"));
  EXPECT_TRUE(tenancy.drain_bindings().empty());
  tenancy.replace_static({person("p17"), person("p18")}, {{laptop, model::PersonId("p18"), {}}}, at("10:00"));
  const auto all = tenancy.drain_bindings();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].value, "p17");
  EXPECT_EQ(all[0].valid.from, all[0].valid.to);
  EXPECT_EQ(all[1].value, "p18");
  EXPECT_EQ(tenancy.attribute({desk, laptop, 0}, at("11:00")).person->text(), "p18");
}

TEST(Bindings, WhoeverIsNamedIsNamedByAnIntervalThatWasWrittenDown) {
  Register tenancy({person("p17"), person("p18")}, {{laptop, model::PersonId("p17"), {}}}, {}, at("08:00"));
  tenancy.apply(logon("p18", "09:00"));
  const auto written = tenancy.drain_bindings();
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(tenancy.attribute({desk, laptop, 0}, at("08:30")).binding, written[0].id());
  EXPECT_EQ(tenancy.attribute({desk, laptop, 0}, at("09:30")).binding, written[1].id());
  EXPECT_NE(written[0].id(), written[1].id());
  const auto somewhere = *net::IpAddress::parse("10.20.1.99");
  EXPECT_EQ(tenancy.attribute({somewhere, std::nullopt, 0}, at("09:30")).binding, 0U);
}

}  // namespace
}  // namespace edgewatch::identity
