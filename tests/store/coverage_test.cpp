// A report's sums of what was watched are those of the rows, whatever became of these.
#include "edgewatch/store/ledger.hpp"

#include "connection.hpp"
#include "ledger_support.hpp"

#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

/// What was seen, unnamed, told by a sign and ambiguous, and how many gaps there were.
std::array<std::uint64_t, 5> totals(const std::vector<model::Coverage>& rows) {
  std::array<std::uint64_t, 5> sum{};
  for (const model::Coverage& row : rows) {
    sum[0] += row.seen;
    sum[1] += row.unnamed_other;
    sum[2] += row.signs.back();
    sum[3] += row.ambiguous;
    if (row.state == model::Coverage::State::gap) ++sum[4];
  }
  return sum;
}

/// Four days around the night in which the clock is set back: minutes of two interfaces, many of them told
/// again, gaps, rows without causes, rows of hours that reach over midnight, and counts that are none.
void write_coverage(Ledger& ledger) {
  std::mt19937 random(7);
  const auto few = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  std::vector<model::Coverage> batch;
  for (int i = 1; i <= 2000; ++i) {
    model::Coverage row;
    row.source = few(2) == 0 ? "eth0" : "eth1";
    row.interval.from = at("2026-10-23T20:00:00Z") + std::chrono::minutes(15) * few(4 * 24 * 4);
    row.interval.to = row.interval.from + std::chrono::minutes(few(50) == 0 ? 400 : 1);
    row.state = few(20) == 0 ? model::Coverage::State::gap : model::Coverage::State::watched;
    row.causes_measured = few(20) != 0;
    row.seen = few(10) == 0 ? std::numeric_limits<std::uint64_t>::max() : few(1000);
    row.unnamed_other = few(1000);
    if (row.causes_measured) row.signs.back() = row.ambiguous = few(1000);
    batch.push_back(std::move(row));
    if (i % 50 != 0) continue;
    ledger.write(batch);
    batch.clear();
  }
}

void expect_the_same(const Ledger& ledger) {
  const std::vector days{"2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26", "2026-10-28"};
  for (std::size_t first = 0; first < days.size(); ++first) {
    for (std::size_t last = first; last < days.size(); ++last) {
      const auto period = dates(days[first], days[last]);
      EXPECT_EQ(totals(ledger.coverage_by_hour(period)), totals(ledger.coverage(period)))
          << days[first] << " to " << days[last];
    }
  }
}

const model::DateRange october = dates("2026-10-01", "2026-10-31");

TEST(CoverageByHour, AddsUpToItsRowsWhateverIsToldAgainOrPurged) {
  Ledger ledger(":memory:");
  write_coverage(ledger);
  expect_the_same(ledger);
  EXPECT_GT(totals(ledger.coverage_by_hour(october))[4], 20U);
  static_cast<void>(ledger.purge(date("2026-10-24"), PurgeMode::remove));
  EXPECT_THAT(ledger.coverage_by_hour(dates("2026-10-01", "2026-10-23")), IsEmpty());
  expect_the_same(ledger);
  static_cast<void>(ledger.purge(date("2026-10-31"), PurgeMode::remove));
  EXPECT_THAT(ledger.coverage_by_hour(october), IsEmpty());
}

TEST(CoverageByHour, HasARowAnHourWhereNothingIsMissing) {
  Ledger ledger(":memory:");
  const Timestamp from = at("2026-10-25T00:00:00Z");
  for (int minute = 0; minute < 3 * 60; ++minute) {
    model::Coverage row;
    row.source = minute % 2 == 0 ? "eth0" : "eth1";
    row.interval = {from + std::chrono::minutes(minute), from + std::chrono::minutes(minute + 1)};
    row.named = 2;
    ledger.write(std::vector{row});
  }
  const auto hours = ledger.coverage_by_hour(october);
  ASSERT_THAT(hours, SizeIs(3));
  EXPECT_EQ(hours[1].named, 120U);
  EXPECT_EQ(hours[1].interval, (model::Interval{at("2026-10-25T01:00:00Z"), at("2026-10-25T02:00:00Z")}));
  EXPECT_TRUE(hours[1].causes_measured);
}

TEST(CoverageByHour, IsThereForWhatALedgerOfBeforeHas) {
  const Folder folder;
  {
    Ledger ledger(folder / "ledger.db");
    write_coverage(ledger);
  }
  Connection(folder / "ledger.db")
      .execute(
          "DROP TABLE coverage_hour; DROP TRIGGER coverage_told; DROP TRIGGER coverage_gone; DROP TRIGGER "
          "coverage_never_changes; DROP INDEX coverage_apart; PRAGMA user_version = 16");
  const Ledger again(folder / "ledger.db");
  EXPECT_GT(totals(again.coverage_by_hour(october))[1], 1000U);
  expect_the_same(again);
}

}  // namespace
}  // namespace edgewatch::store
