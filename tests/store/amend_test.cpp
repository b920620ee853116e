// Who held what, and what late evidence took back: nothing is written over.
#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = model::Binding::State;
using Source = model::TenancyEvent::Source;

const model::DateRange november = dates("2026-11-01", "2026-11-30");
const net::IpAddress desk = net::IpAddress::parse("10.20.1.17").value();
constexpr const char* laptop = "02:00:5e:10:00:17";

model::Binding logon(const std::string& who, const std::string& from, Timestamp to,
                     const std::string& recorded) {
  return {model::Binding::Layer::device_to_person,
          laptop,
          who,
          {at(from), to},
          at(recorded),
          model::Basis::logon,
          State::held,
          Source::windows};
}

/// The laptop has the address from eight o'clock on.
model::Binding lease() {
  return {model::Binding::Layer::address_to_device,
          "10.20.1.17",
          laptop,
          {at("2026-11-17T08:00:00Z"), Timestamp::max()},
          at("2026-11-17T08:00:00Z"),
          model::Basis::lease,
          State::held,
          Source::dhcp};
}

TEST(Bindings, WhatWasSaidBeforeStaysWithWhatTookItsPlace) {
  Ledger ledger(":memory:");
  ledger.write(
      std::vector{lease(), logon("p17", "2026-11-17T09:00:00Z", Timestamp::max(), "2026-11-17T09:00:00Z")});
  ledger.write(
      std::vector{logon("p17", "2026-11-17T09:00:00Z", at("2026-11-17T10:00:00Z"), "2026-11-17T10:40:00Z"),
                  logon("p18", "2026-11-17T10:00:00Z", Timestamp::max(), "2026-11-17T10:40:00Z")});
  const auto records = ledger.holders(desk, at("2026-11-17T10:30:00Z"));
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(records[0].binding.source, Source::dhcp);
  EXPECT_EQ(records[1].binding.value, "p17");
  EXPECT_EQ(records[1].binding.valid.to, Timestamp::max());
  EXPECT_EQ(records[1].superseded_at, at("2026-11-17T10:40:00Z"));
  EXPECT_EQ(records[2].binding.valid.to, at("2026-11-17T10:00:00Z"));
  EXPECT_FALSE(records[2].superseded_at.has_value());
  EXPECT_EQ(records[3].binding.value, "p18");
  EXPECT_THAT(ledger.bindings(authority("p17"), november), SizeIs(2))
      << "the person's, and the device's address";
}

TEST(Bindings, ToldAgainNothingIsAdded) {
  Ledger ledger(":memory:");
  const auto open = logon("p17", "2026-11-17T09:00:00Z", Timestamp::max(), "2026-11-17T09:00:00Z");
  const auto closed =
      logon("p17", "2026-11-17T09:00:00Z", at("2026-11-17T10:00:00Z"), "2026-11-17T10:00:00Z");
  for (int i = 0; i < 3; ++i) ledger.write(std::vector{open, closed});
  ledger.write(std::vector{lease()});
  EXPECT_THAT(ledger.holders(desk, at("2026-11-17T09:30:00Z")), SizeIs(3));
}

model::UsageSlice of_p17(const std::string& when, int seconds, model::BindingId binding = 7) {
  model::UsageSlice out = slice("p17", "photo-share", when, seconds);
  out.binding = binding;
  return out;
}

model::Amendment taken(const std::string& from, const std::string& to) {
  model::Amendment out;
  out.person = model::PersonId("p17");
  out.binding = 7;
  out.withdrawn = {at(from), at(to)};
  out.recorded_at = at("2026-11-17T11:00:00Z");
  out.instead = model::Subject::parse("device:02:00:5e:10:00:17");
  out.source = Source::windows;
  return out;
}

int seconds_of(const Ledger& ledger, const std::string& who) {
  int sum = 0;
  for (const auto& each : ledger.usage(authority(who), november)) sum += each.seconds;
  return sum;
}

TEST(Amend, TakesTheMinutesThatItTouchesAndKeepsThemReadable) {
  Ledger ledger(":memory:");
  ledger.write(std::vector{of_p17("2026-11-17T10:04Z", 40), of_p17("2026-11-17T10:05Z", 50),
                           of_p17("2026-11-17T10:06Z", 60), of_p17("2026-11-17T10:07Z", 30)});
  ledger.amend({taken("2026-11-17T10:05:30Z", "2026-11-17T10:07:00Z")});
  EXPECT_EQ(seconds_of(ledger, "p17"), 70);
  const auto before = ledger.superseded(authority("p17"), november);
  ASSERT_THAT(before, SizeIs(2));
  EXPECT_EQ(before[0].seconds + before[1].seconds, 110);
  const auto device = ledger.usage(authority("device:02:00:5e:10:00:17"), november);
  ASSERT_THAT(device, SizeIs(2)) << "which no case can ask for";
  EXPECT_EQ(device[0].grade, model::Grade::weak);
  EXPECT_EQ(device[0].lower_seconds, 0);
  const auto records = ledger.amendments(authority("p17"), november);
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].minutes, 2U);
  EXPECT_EQ(records[0].amendment.source, Source::windows);
}

TEST(Amend, LeavesWhatRestsOnOtherIntervalsAndOtherPeopleAlone) {
  Ledger ledger(":memory:");
  model::UsageSlice phone = of_p17("2026-11-17T10:05Z", 20, 9);
  phone.service = model::ServiceId("micro-blog");
  model::UsageSlice colleague = slice("p18", "photo-share", "2026-11-17T10:05Z", 60);
  colleague.binding = 7;
  ledger.write(std::vector{of_p17("2026-11-17T10:05Z", 40), phone, colleague});
  ledger.amend({taken("2026-11-17T10:00:00Z", "2026-11-17T10:30:00Z")});
  const auto left = ledger.usage(authority("p17"), november);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].service.text(), "micro-blog");
  EXPECT_EQ(left[0].seconds, 20);
  EXPECT_EQ(seconds_of(ledger, "p18"), 60);
}

TEST(Amend, MinuteOfSeveralIntervalsIsInDoubtAndGoes) {
  Ledger ledger(":memory:");
  ledger.write(std::vector{of_p17("2026-11-17T10:05Z", 40, 0)});
  ledger.amend({taken("2026-11-17T10:00:00Z", "2026-11-17T10:30:00Z")});
  EXPECT_EQ(seconds_of(ledger, "p17"), 0);
}

TEST(Amend, ToldAgainOrWithTheOldRowsAgainItChangesNothing) {
  Ledger ledger(":memory:");
  const std::vector rows{of_p17("2026-11-17T10:05Z", 40), of_p17("2026-11-17T10:40Z", 40)};
  ledger.write(rows);
  for (int i = 0; i < 3; ++i) {
    ledger.amend({taken("2026-11-17T10:00:00Z", "2026-11-17T10:30:00Z")});
    ledger.write(rows);
  }
  EXPECT_EQ(seconds_of(ledger, "p17"), 40);
  EXPECT_THAT(ledger.amendments(authority("p17"), november), SizeIs(1));
  ledger.settle();
  EXPECT_EQ(seconds_of(ledger, "p17"), 40);
}

TEST(Amend, IsToldToTheAuditOnce) {
  Ledger ledger(":memory:");
  ledger.write(std::vector{of_p17("2026-11-17T10:05Z", 40)});
  ledger.amend({taken("2026-11-17T10:00:00Z", "2026-11-17T10:30:00Z")});
  const auto all = ledger.unaudited_amendments();
  ASSERT_THAT(all, SizeIs(1));
  ledger.amendment_audited(all[0].number);
  EXPECT_THAT(ledger.unaudited_amendments(), IsEmpty());
}

TEST(Amend, GoesWithTheMinutesThatItWasAbout) {
  Ledger ledger(":memory:");
  ledger.write(std::vector{of_p17("2026-11-17T10:05Z", 40)});
  ledger.amend({taken("2026-11-17T10:00:00Z", "2026-11-17T10:30:00Z")});
  ledger.settle();
  const auto gone = ledger.purge(date("2026-11-17"), PurgeMode::remove).rows;
  EXPECT_EQ(gone.at("amendment"), 1U);
  EXPECT_THAT(ledger.amendments(authority("p17"), november), IsEmpty());
}

}  // namespace
}  // namespace edgewatch::store
