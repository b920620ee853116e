#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace edgewatch::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const model::DateRange always = dates("2000-01-01", "2099-12-31");
constexpr const char* device = "02:00:5e:10:00:17";

/// One record of each kind that could name p17, all of 2025-11-17 (Europe/London).
void write_a_day_of_p17(Ledger& ledger) {
  ledger.write({slice("p17", "photo-share", "2025-11-17T10:05Z", 42),
                slice("device:02:00:5e:10:00:17", "video", "2025-11-17T10:06Z", 42)});
  ledger.write(std::vector<model::Exclusion>{{person("p17"), date("2025-11-17"), "embedded", 3}},
               Timestamp{});
  model::BlockCount block;
  block.minute = minute("2025-11-17T10:07Z");
  block.person = model::PersonId("p17");
  block.rule = model::RuleId("r-1");
  block.rule_class = model::RuleClass::inappropriate;
  block.attempts = 1;
  ledger.write(std::vector{block});
  model::Coverage watched;
  watched.source = "eth0";
  watched.interval = {at("2025-11-17T10:05:00Z"), at("2025-11-17T10:06:00Z")};
  ledger.write(std::vector{watched});
  ledger.write_clock_step(at("2025-11-17T10:05:00Z"), std::chrono::seconds(2));
  ledger.write(std::vector<model::Binding>{{model::Binding::Layer::device_to_person,
                                            device,
                                            "p17",
                                            {at("2025-11-17T08:00:00Z"), Timestamp::max()},
                                            at("2025-11-17T08:00:00Z"),
                                            model::Basis::static_assignment}});
  model::Case closed = open_case("HR-2025-003", "p17");
  closed.closed_at = at("2025-11-17T17:00:00Z");
  ledger.open_case(closed);
}

TEST(Purge, TakesTheDateOfTheCutoffAndLeavesTheNext) {
  Ledger ledger(":memory:");
  // Summer: the civil date of London begins at 23:00Z.
  ledger.write(
      {slice("p17", "video", "2025-07-13T22:59Z", 1), slice("p17", "video", "2025-07-13T23:00Z", 2)});
  const PurgeResult result = ledger.purge(date("2025-07-13"), PurgeMode::remove);
  EXPECT_THAT(result.rows, ElementsAre(Pair("usage", 1)));
  EXPECT_EQ(result.oldest_left, date("2025-07-14"));
  const auto left = ledger.usage(authority("p17"), always);
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].seconds, 2);
}

TEST(Purge, NamesEveryTableItTookFrom) {
  Ledger ledger(":memory:");
  write_a_day_of_p17(ledger);
  const PurgeResult result = ledger.purge(date("2025-11-17"), PurgeMode::remove);
  EXPECT_THAT(result.rows,
              UnorderedElementsAre(Pair("usage", 2), Pair("exclusion", 1), Pair("block", 1),
                                   Pair("coverage", 1), Pair("clock_step", 1), Pair("binding", 1),
                                   Pair("subject", 2), Pair("case_file", 1)));
  EXPECT_EQ(result.oldest_left, std::nullopt);
  EXPECT_TRUE(result.clean);
  EXPECT_THAT(ledger.cases(), IsEmpty());
}

TEST(Purge, ADryRunSaysTheSameAndTakesNothing) {
  Ledger ledger(":memory:");
  write_a_day_of_p17(ledger);
  ledger.write({slice("p17", "video", "2025-11-18T10:05Z", 1)});
  const PurgeResult dry = ledger.purge(date("2025-11-17"), PurgeMode::dry_run);
  EXPECT_FALSE(dry.clean);
  EXPECT_EQ(dry.oldest_left, date("2025-11-18"));
  const PurgeResult real = ledger.purge(date("2025-11-17"), PurgeMode::remove);
  EXPECT_EQ(dry.rows, real.rows);
  EXPECT_EQ(dry.oldest_left, real.oldest_left);
}

TEST(Purge, ASubjectStaysWhileAnythingNamesIt) {
  Ledger ledger(":memory:");
  ledger.write(
      {slice("p17", "video", "2025-11-17T10:05Z", 1), slice("p17", "video", "2025-11-19T10:05Z", 2)});
  const PurgeResult result = ledger.purge(date("2025-11-18"), PurgeMode::remove);
  EXPECT_THAT(result.rows, ElementsAre(Pair("usage", 1)));
  EXPECT_THAT(ledger.usage(authority("p17"), always), SizeIs(1));
}

TEST(Purge, AWriterWithItsOwnConnectionFindsAPurgedSubjectAnew) {
  const Folder folder;
  Ledger writer(folder / "ledger.db");
  Ledger purger(folder / "ledger.db");
  writer.write(
      {slice("p17", "video", "2025-11-17T10:05Z", 1), slice("p18", "video", "2025-11-17T10:05Z", 2)});
  EXPECT_TRUE(purger.purge(date("2025-11-18"), PurgeMode::remove).clean);
  writer.write(
      {slice("p18", "video", "2026-11-17T10:05Z", 3), slice("p17", "video", "2026-11-17T10:05Z", 4)});
  ASSERT_THAT(purger.usage(authority("p17"), always), SizeIs(1));
  EXPECT_EQ(purger.usage(authority("p17"), always)[0].seconds, 4);
  EXPECT_EQ(purger.usage(authority("p18"), always)[0].seconds, 3);
}

TEST(Purge, LeavesNoByteOfThePersonInAnyFile) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  write_a_day_of_p17(ledger);
  ledger.write({slice("p18", "video", "2025-11-18T10:05Z", 1)});
  ASSERT_THAT(folder.files_with("p17"), ::testing::Not(IsEmpty()));
  ASSERT_TRUE(ledger.purge(date("2025-11-17"), PurgeMode::remove).clean);
  // With the database still open, so that -wal and -shm are searched too.
  for (const char* token : {"p17", device, "HR-2025-003", "line manager"})
    EXPECT_THAT(folder.files_with(token), IsEmpty()) << token;
  EXPECT_THAT(folder.files_with("p18"), ::testing::Not(IsEmpty()));
}

TEST(Purge, LeavesNoByteOfManyPeopleWrittenAndTakenInOneWalGeneration) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  std::vector<model::UsageSlice> slices;
  std::vector<model::Exclusion> exclusions;
  for (int i = 0; i < 5000; ++i) {
    const std::string who = "purgeme-" + std::to_string(i);
    slices.push_back(slice(who, "video", "2025-11-17T10:05Z", 30));
    exclusions.push_back({model::Subject::parse(who), date("2025-11-17"), "push", 1});
  }
  slices.push_back(slice("stays-1", "video", "2025-11-18T10:05Z", 30));
  ledger.write(slices);
  ledger.write(exclusions, Timestamp{});
  ASSERT_THAT(folder.files_with("purgeme-"), ::testing::Not(IsEmpty()));
  const PurgeResult result = ledger.purge(date("2025-11-17"), PurgeMode::remove);
  EXPECT_TRUE(result.clean);
  EXPECT_GT(result.bytes_returned, 100'000U);
  EXPECT_EQ(result.rows.at("subject"), 5000U);
  EXPECT_THAT(folder.files_with("purgeme-"), IsEmpty());
  EXPECT_THAT(folder.files_with("stays-1"), ::testing::Not(IsEmpty()));
  EXPECT_EQ(std::filesystem::file_size(folder / "ledger.db-wal"), 0U);
}

TEST(Purge, SaysThatItIsNotCleanWhileSomebodyReadsAndFinishesLater) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  write_a_day_of_p17(ledger);
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "ledger.db").c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM usage", nullptr, nullptr, nullptr), SQLITE_OK);

  const PurgeResult first = ledger.purge(date("2025-11-17"), PurgeMode::remove);
  EXPECT_FALSE(first.clean);
  EXPECT_THAT(folder.files_with("p17"), ::testing::Not(IsEmpty()));

  sqlite3_close(reader);
  const PurgeResult second = ledger.purge(date("2025-11-17"), PurgeMode::remove);
  EXPECT_TRUE(second.clean);
  EXPECT_THAT(folder.files_with("p17"), IsEmpty());
  // The certificate of the second run names what the first removed.
  EXPECT_EQ(second.rows, first.rows);
  ledger.purge_certified();
  EXPECT_THAT(ledger.purge(date("2025-11-17"), PurgeMode::remove).rows, IsEmpty());
}

TEST(Purge, RunTwiceChangesNothingMore) {
  Ledger ledger(":memory:");
  write_a_day_of_p17(ledger);
  static_cast<void>(ledger.purge(date("2025-11-17"), PurgeMode::remove));
  ledger.purge_certified();
  EXPECT_THAT(ledger.purge(date("2025-11-17"), PurgeMode::remove).rows, IsEmpty());
}

TEST(Purge, AnOpenCaseStaysAndAClosedOneGoesAYearAfterClosing) {
  Ledger ledger(":memory:");
  ledger.open_case(open_case("HR-OPEN", "p17"));
  model::Case closed = open_case("HR-CLOSED", "p18");
  closed.closed_at = at("2025-11-17T09:00:00Z");
  ledger.open_case(closed);
  EXPECT_THAT(ledger.due_cases(date("2025-11-16")), IsEmpty());
  EXPECT_THAT(ledger.due_cases(date("2025-11-17")), ElementsAre(model::CaseReference("HR-CLOSED")));
  static_cast<void>(ledger.purge(date("2025-11-17"), PurgeMode::remove));
  ASSERT_THAT(ledger.cases(), SizeIs(1));
  EXPECT_EQ(ledger.cases()[0].reference, model::CaseReference("HR-OPEN"));
}

TEST(Purge, AnOpenIntervalStaysWhileItIsConfirmed) {
  Ledger ledger(":memory:");
  model::Binding assigned{model::Binding::Layer::device_to_person,
                          device,
                          "p17",
                          {Timestamp::min(), Timestamp::max()},
                          at("2025-11-17T08:00:00Z"),
                          model::Basis::static_assignment};
  ledger.write(std::vector{assigned});
  assigned.recorded_at = at("2026-11-17T08:00:00Z");
  ledger.write(std::vector{assigned});
  EXPECT_THAT(ledger.purge(date("2025-11-18"), PurgeMode::remove).rows, IsEmpty());
  EXPECT_THAT(ledger.bindings(authority("p17"), always), SizeIs(1));
  EXPECT_THAT(ledger.purge(date("2026-11-17"), PurgeMode::remove).rows, ElementsAre(Pair("binding", 1)));
}

}  // namespace
}  // namespace edgewatch::store
