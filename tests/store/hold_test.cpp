#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace edgewatch::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

const model::DateRange always = dates("2000-01-01", "2099-12-31");
constexpr const char* device = "02:00:5e:10:00:17";

model::Hold hold_on(const std::string& person, const std::string& first, const std::string& last) {
  model::Hold hold;
  hold.ground = model::Hold::Ground::claim;
  hold.reference = "ET-1";
  hold.person = model::PersonId(person);
  hold.period = dates(first, last);
  hold.until = date("2027-06-30");
  hold.approved_by = "Head of HR";
  hold.reason = "claim at the tribunal";
  hold.entered_by = "hr-officer";
  hold.entered_at = at("2026-11-01T09:00:00Z");
  return hold;
}

void write_of(Ledger& ledger, const std::string& who, const std::string& day) {
  ledger.write({slice(who, "video", day + "T10:05Z", 30)});
  ledger.write(std::vector<model::Exclusion>{{person(who), date(day), "embedded", 3}}, Timestamp{});
  model::BlockCount block;
  block.minute = minute(day + "T10:07Z");
  block.person = model::PersonId(who);
  block.rule = model::RuleId("r-1");
  block.rule_class = model::RuleClass::inappropriate;
  block.attempts = 1;
  ledger.write(std::vector{block});
}

void write_binding(Ledger& ledger, model::Binding::Layer layer, const std::string& key,
                   const std::string& value, const std::string& day) {
  ledger.write(std::vector<model::Binding>{
      {layer, key, value, {at(day + "T08:00:00Z"), at(day + "T17:00:00Z")}, at(day + "T17:00:00Z")}});
}

TEST(Hold, KeepsThatPersonsRecordsOfThoseDaysAndNothingElse) {
  Ledger ledger(":memory:");
  write_of(ledger, "p17", "2025-11-16");  // the day before
  write_of(ledger, "p17", "2025-11-17");
  write_of(ledger, "p18", "2025-11-17");
  const std::vector holds{hold_on("p17", "2025-11-17", "2025-11-17")};
  const PurgeResult dry = ledger.purge(date("2025-11-17"), PurgeMode::dry_run, holds);
  const PurgeResult result = ledger.purge(date("2025-11-17"), PurgeMode::remove, holds);
  EXPECT_EQ(dry.rows, result.rows);
  EXPECT_EQ(dry.held_rows, result.held_rows);
  EXPECT_EQ(dry.oldest_left, result.oldest_left);
  EXPECT_THAT(result.rows,
              ElementsAre(Pair("block", 2), Pair("exclusion", 2), Pair("subject", 1), Pair("usage", 2)));
  EXPECT_EQ(result.held_rows, 3U);
  EXPECT_EQ(result.oldest_left, date("2025-11-17"));
  EXPECT_THAT(ledger.usage(authority("p17"), always), SizeIs(1));
  EXPECT_THAT(ledger.exclusions(authority("p17"), always), SizeIs(1));
  EXPECT_THAT(ledger.usage(authority("p18"), always), IsEmpty());
}

TEST(Hold, OfAYearLeavesEveryHourOfItWhereItLies) {
  Ledger ledger(":memory:");
  std::vector<model::UsageSlice> slices;
  for (CivilDate day = date("2025-01-01"); day <= date("2025-03-31"); day = next_day(day)) {
    for (const char* who : {"p17", "p18"})
      slices.push_back(slice(who, "video", format_date(day) + "T10:05Z", 30));
  }
  ledger.write(slices);
  ledger.settle();
  const std::vector holds{hold_on("p17", "2025-02-01", "2025-02-28"),
                          hold_on("p17", "2025-03-30", "2025-03-30")};
  const PurgeResult result = ledger.purge(date("2025-03-31"), PurgeMode::remove, holds);
  EXPECT_EQ(result.rows.at("usage"), slices.size() - 29);
  EXPECT_THAT(ledger.usage(authority("p17"), always), SizeIs(29));
  EXPECT_EQ(ledger.status().usage_rows, 29U);
}

TEST(Hold, KeepsWhoHeldWhatAndHowSureItIs) {
  Ledger ledger(":memory:");
  using Layer = model::Binding::Layer;
  write_binding(ledger, Layer::device_to_person, device, "p17", "2025-11-17");
  write_binding(ledger, Layer::address_to_device, "10.20.1.17", device, "2025-11-17");
  write_binding(ledger, Layer::address_to_device, "10.20.1.18", "02:00:5e:10:00:18", "2025-11-17");
  model::Coverage watched;
  watched.source = "eth0";
  watched.interval = {at("2025-11-17T10:05:00Z"), at("2025-11-17T10:06:00Z")};
  ledger.write(std::vector{watched});
  const std::vector holds{hold_on("p17", "2025-11-17", "2025-11-17")};
  const PurgeResult result = ledger.purge(date("2025-11-17"), PurgeMode::remove, holds);
  EXPECT_THAT(result.rows, ElementsAre(Pair("binding", 1)));
  EXPECT_THAT(ledger.bindings(authority("p17"), always), SizeIs(2));
  EXPECT_THAT(ledger.coverage(always), SizeIs(1));
}

TEST(Hold, ThatEndedLetsEverythingGoAndNoByteIsLeft) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  write_of(ledger, "p17", "2025-11-17");
  static_cast<void>(ledger.add(hold_on("p17", "2025-11-17", "2025-11-17")));
  static_cast<void>(ledger.purge(date("2025-11-17"), PurgeMode::remove, ledger.holds()));
  ASSERT_THAT(ledger.usage(authority("p17"), always), SizeIs(1));
  // Nobody asks for it any more; the entry itself goes a year after its last day.
  static_cast<void>(ledger.purge(date("2026-06-30"), PurgeMode::remove));
  EXPECT_THAT(ledger.usage(authority("p17"), always), IsEmpty());
  EXPECT_THAT(ledger.holds(), SizeIs(1));
  const PurgeResult last = ledger.purge(date("2027-06-30"), PurgeMode::remove);
  EXPECT_EQ(last.rows.at("hold"), 1U);
  EXPECT_TRUE(last.clean);
  EXPECT_THAT(folder.files_with("p17"), IsEmpty());
}

TEST(Hold, KeepsTheCaseItNames) {
  Ledger ledger(":memory:");
  for (const char* reference : {"HR-1", "HR-2"}) {
    model::Case closed = open_case(reference, "p17");
    closed.closed_at = at("2025-11-17T09:00:00Z");
    ledger.open_case(closed);
  }
  model::Hold hold = hold_on("p17", "2025-11-17", "2025-11-17");
  hold.ground = model::Hold::Ground::hr_case;
  hold.reference = "HR-1";
  static_cast<void>(ledger.purge(date("2025-11-17"), PurgeMode::remove, {hold}));
  ASSERT_THAT(ledger.cases(), SizeIs(1));
  EXPECT_EQ(ledger.cases()[0].reference.text(), "HR-1");
}

TEST(Hold, IsKeptAsEnteredAndReleasedOnce) {
  Ledger ledger(":memory:");
  model::Hold hold = hold_on("p17", "2025-11-17", "2025-12-31");
  hold.number = ledger.add(hold);
  EXPECT_THAT(ledger.holds(), ElementsAre(hold));
  EXPECT_TRUE(hold.holds_on(date("2027-06-30")));
  EXPECT_FALSE(hold.holds_on(date("2027-07-01")));
  hold.released = {at("2026-12-01T09:00:00Z"), "hr-officer", "Head of HR"};
  ledger.release(hold.number, *hold.released);
  ledger.release(hold.number, {at("2026-12-02T09:00:00Z"), "hr-deputy", "Head of HR"});
  EXPECT_THAT(ledger.holds(), ElementsAre(hold));
  EXPECT_FALSE(hold.holds_on(date("2026-12-01")));
}

void run(const std::filesystem::path& file, const char* sql) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(other);
  sqlite3_close(other);
}

TEST(Purge, ClearsOnceWhatWasDeletedBeforeSecureDeleteWasInForce) {
  const Folder folder;
  {
    Ledger ledger(folder / "ledger.db");
    for (int i = 0; i < 500; ++i) write_of(ledger, "left-over-" + std::to_string(i), "2026-11-17");
  }
  // As a library that was built without it leaves a file.
  run(folder / "ledger.db",
      "PRAGMA secure_delete = OFF; DELETE FROM subject; DELETE FROM block_inappropriate; UPDATE "
      "retention_state SET rewritten = 0; PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_THAT(folder.files_with("left-over-"), Not(IsEmpty()));
  Ledger ledger(folder / "ledger.db");
  EXPECT_TRUE(ledger.purge(date("2025-11-17"), PurgeMode::remove).clean);
  EXPECT_THAT(folder.files_with("left-over-"), IsEmpty());
}

TEST(Purge, RemembersFromRunToRunWhatTheGuardsNeed) {
  const Folder folder;
  RetentionState state;
  state.trusted = at("2026-11-17T03:15:00Z");
  state.excused = at("2027-11-17T03:15:00Z");
  state.certified = at("2026-11-16T03:15:00Z");
  state.confirmed = date("2025-11-17");
  {
    Ledger ledger(folder / "ledger.db");
    EXPECT_EQ(ledger.retention(), RetentionState{});
    ledger.keep(state);
  }
  Ledger ledger(folder / "ledger.db");
  EXPECT_EQ(ledger.retention(), state);
  ledger.purge_certified();
  EXPECT_EQ(ledger.retention().confirmed, std::nullopt);
  EXPECT_EQ(ledger.retention().trusted, state.trusted);
}

}  // namespace
}  // namespace edgewatch::store
