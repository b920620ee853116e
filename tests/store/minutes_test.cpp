// What minute records come to, however and in whichever order they were told.
#include "edgewatch/store/ledger.hpp"

#include "ledger_support.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

namespace edgewatch::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const model::DateRange november = dates("2026-11-01", "2026-11-30");

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  char* why = nullptr;
  EXPECT_EQ(sqlite3_exec(other, sql.c_str(), nullptr, nullptr, &why), SQLITE_OK)
      << sql << ": " << (why != nullptr ? why : "");
  sqlite3_free(why);
  sqlite3_close(other);
}

std::string text(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* other = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &other), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(other, sql.c_str(), -1, &statement, nullptr), SQLITE_OK) << sql;
  std::string all;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const auto* cell = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      all += cell != nullptr ? cell : "-";
      all += '\t';
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(other);
  return all;
}

std::string refusal_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const StoreError& error) {
    return error.what();
  }
  return "";
}

/// A busy hour and a half of three people: several services, kinds and grades in a minute, and some minutes
/// that two tellings contradict each other about.
std::vector<model::UsageSlice> busy_hours() {
  std::vector<model::UsageSlice> all;
  std::mt19937 random(7);
  const auto pick = [&](unsigned below) { return static_cast<int>(random() % below); };
  for (int i = 0; i < 600; ++i) {
    const std::string who = "p1" + std::to_string(pick(3));
    const UtcMinute when = minute("2026-11-17T10:05Z") + std::chrono::minutes(pick(90));
    model::UsageSlice one =
        slice(who, pick(2) == 0 ? "video" : "photo-share", format_minute(when), 1 + pick(60));
    one.kind = static_cast<model::Kind>(pick(3));
    one.grade = static_cast<model::Grade>(pick(3));
    one.purpose = static_cast<model::Purpose>(pick(2));
    one.reasons = static_cast<model::Reasons>(1U << static_cast<unsigned>(pick(16)));
    one.weakest_name = static_cast<model::NameEvidence>(3 + pick(4));
    one.catalogue = model::Revision(pick(2) == 0 ? "c1" : "c2");
    one.binding = static_cast<model::BindingId>(pick(3)) * 0x0123'4567'89ab'cdefU;
    all.push_back(one);
  }
  return all;
}

auto everything(const Ledger& ledger) {
  std::vector<decltype(all_of(model::UsageSlice{}))> all;
  for (const char* who : {"p10", "p11", "p12"}) {
    for (const auto& row : ledger.usage(authority(who), november)) all.push_back(all_of(row));
  }
  return all;
}

TEST(Minutes, AnyOrderAnyBatchesAndAnyNumberOfTellingsComeToTheSame) {
  const std::vector<model::UsageSlice> told = busy_hours();
  Ledger at_once(":memory:");
  at_once.write(told);
  const auto expected = everything(at_once);
  ASSERT_GT(expected.size(), 300U);
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::mt19937 random(seed);
    std::vector<model::UsageSlice> shuffled = told;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    shuffled.insert(shuffled.end(), told.begin(), told.begin() + 100);
    Ledger bit_by_bit(":memory:");
    for (auto from = shuffled.begin(); from != shuffled.end();) {
      const auto size = std::min<std::ptrdiff_t>(1 + static_cast<int>(random() % 40), shuffled.end() - from);
      bit_by_bit.write(std::vector(from, from + size));
      from += size;
      if (random() % 10 == 0) bit_by_bit.settle();
    }
    EXPECT_EQ(everything(bit_by_bit), expected) << seed;
    bit_by_bit.settle();
    EXPECT_EQ(everything(bit_by_bit), expected) << seed << ", packed";
  }
}

TEST(Minutes, OfSubjectsThatContradictingTellingsAreAboutNeverPassSixtySeconds) {
  Ledger ledger(":memory:");
  ledger.write(busy_hours());
  for (const char* who : {"p10", "p11", "p12"}) {
    std::map<UtcMinute, int> sums;
    for (const auto& row : ledger.usage(authority(who), november)) {
      if (row.kind != model::Kind::concurrent) sums[row.minute] += row.seconds;
      EXPECT_LE(row.lower_seconds, row.seconds);
    }
    EXPECT_THAT(sums, ::testing::Each(::testing::Pair(::testing::_, ::testing::Le(60))));
  }
}

TEST(Minutes, WhatTwoTellingsContradictEachOtherAboutIsCountedAgainstNobody) {
  Ledger ledger(":memory:");
  model::UsageSlice weak = slice("p17", "video", "2026-11-17T10:05Z", 50);
  weak.grade = model::Grade::weak;
  weak.kind = model::Kind::playing;
  ledger.write({slice("p17", "photo-share", "2026-11-17T10:05Z", 40)});
  ledger.write({weak});
  const auto rows = ledger.usage(authority("p17"), november);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].seconds, 10) << "of the strong ones only what the weak ones leave";
  EXPECT_EQ(rows[1].seconds, 50);
}

TEST(Minutes, WrittenInWhicheverBatchesMakeTheSameFileOnceSettled) {
  std::vector<std::string> files;
  for (const std::size_t batch : {1U, 7U, 600U}) {
    const Folder folder;
    Ledger ledger(folder / "ledger.db");
    const auto told = busy_hours();
    for (std::size_t from = 0; from < told.size(); from += batch) {
      ledger.write(
          std::vector(told.begin() + static_cast<std::ptrdiff_t>(from),
                      told.begin() + static_cast<std::ptrdiff_t>(std::min(from + batch, told.size()))));
    }
    ledger.settle();
    EXPECT_EQ(text(folder / "ledger.db", "SELECT count(*) FROM usage_open"), "0\t");
    files.push_back(text(folder / "ledger.db", "SELECT count(*), sum(length(records)) FROM usage"));
    ledger.write(told);
    ledger.settle();
    EXPECT_EQ(text(folder / "ledger.db", "SELECT count(*), sum(length(records)) FROM usage"), files.back());
  }
  EXPECT_EQ(files[0], files[1]);
  EXPECT_EQ(files[1], files[2]);
}

TEST(Minutes, OfTheHourThatRunsAndOfPackedHoursAreOneAnswer) {
  const Folder folder;
  Ledger writer(folder / "ledger.db");
  const Ledger reader(folder / "ledger.db");
  for (int i = 0; i < 150; ++i) {
    const auto when = format_minute(minute("2026-11-17T10:05Z") + std::chrono::minutes(i));
    std::vector<model::UsageSlice> told = {slice("p17", "video", when, 1 + i % 60)};
    for (int other = 0; other < 99; ++other)
      told.push_back(slice("p1" + std::to_string(100 + other), "video", when, 60));
    writer.write(told);
    ASSERT_THAT(reader.usage(authority("p17"), november), SizeIs(static_cast<std::size_t>(i) + 1));
  }
  EXPECT_EQ(text(folder / "ledger.db", "SELECT count(*), min(hour), max(hour) FROM usage"),
            "200\t498586\t498587\t")
      << "two hours are over";
  const auto rows = reader.usage(authority("p17"), november);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(),
                             [](const auto& a, const auto& b) { return a.minute < b.minute; }));
  EXPECT_EQ(rows.back().seconds, 1 + 149 % 60);
  EXPECT_EQ(reader.status().usage_rows, 15000U);
  EXPECT_EQ(reader.status().newest_minute, minute("2026-11-17T12:34Z"));
}

TEST(Minutes, OfQuietHoursWaitForMoreAndAreOneAnswerAllTheSame) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  for (int i = 0; i < 24; ++i) {
    const auto when = format_minute(minute("2026-11-17T00:05Z") + std::chrono::hours(i));
    ledger.write({slice("p17", "video", when, 30)});
  }
  EXPECT_EQ(text(folder / "ledger.db", "SELECT count(*) FROM usage"), "0\t");
  EXPECT_THAT(ledger.usage(authority("p17"), november), SizeIs(24));
  ledger.settle();
  EXPECT_EQ(text(folder / "ledger.db", "SELECT count(*) FROM usage"), "24\t");
  EXPECT_THAT(ledger.usage(authority("p17"), november), SizeIs(24));
}

TEST(Minutes, ToldLateFindTheirHour) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 20)});
  ledger.write({slice("p17", "video", "2026-11-17T13:00Z", 30)});
  ledger.write(
      {slice("p17", "video", "2026-11-17T10:06Z", 40), slice("p17", "video", "2026-11-17T10:05Z", 50)});
  ledger.write({slice("p17", "video", "2026-11-17T14:00Z", 60)});
  std::vector<int> seconds;
  for (const auto& row : ledger.usage(authority("p17"), november)) seconds.push_back(row.seconds);
  EXPECT_THAT(seconds, ElementsAre(50, 40, 30, 60));
  ledger.settle();
  EXPECT_EQ(ledger.status().usage_rows, 4U);
}

TEST(Minutes, OfAnAmendmentTakeThePlaceOfThoseBeforeAndLeaveThemReadable) {
  for (const bool packed : {false, true}) {
    Ledger ledger(":memory:");
    ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 20),
                  slice("p17", "wiki", "2026-11-17T10:05Z", 30),
                  slice("p17", "video", "2026-11-17T10:06Z", 40)});
    if (packed) ledger.settle();
    model::UsageSlice amended = slice("p17", "video", "2026-11-17T10:05Z", 10);
    amended.run = 1;
    amended.binding = 77;
    ledger.write({amended});
    if (packed) ledger.settle();
    const auto stands = ledger.usage(authority("p17"), november);
    ASSERT_THAT(stands, SizeIs(2)) << "the whole minute is amended, not one service of it";
    EXPECT_EQ(all_of(stands[0]), all_of(amended));
    EXPECT_EQ(stands[1].seconds, 40);
    const auto before = ledger.superseded(authority("p17"), november);
    ASSERT_THAT(before, SizeIs(2));
    EXPECT_EQ(before[0].service.text(), "video");
    EXPECT_EQ(before[0].seconds, 20);
    EXPECT_EQ(before[1].seconds, 30);
    EXPECT_THAT(ledger.superseded(authority("p18"), november), IsEmpty());
    EXPECT_THAT(ledger.superseded(authority("p17", "2026-11-18"), november), IsEmpty());
  }
}

TEST(Minutes, CanBeAmendedToNothing) {
  Ledger ledger(":memory:");
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 20)});
  model::UsageSlice nothing = slice("p17", "video", "2026-11-17T10:05Z", 0);
  nothing.run = 2;
  ledger.write({nothing});
  EXPECT_THAT(ledger.usage(authority("p17"), november), IsEmpty());
  EXPECT_THAT(ledger.superseded(authority("p17"), november), SizeIs(1));
  ledger.settle();
  EXPECT_THAT(ledger.usage(authority("p17"), november), IsEmpty());
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 55)});
  EXPECT_THAT(ledger.usage(authority("p17"), november), IsEmpty()) << "a late telling of a lower run";
}

TEST(Minutes, BeforeThereWasTimeAreRefused) {
  Ledger ledger(":memory:");
  model::UsageSlice early = slice("p17", "video", "2026-11-17T10:05Z", 20);
  early.minute = UtcMinute(std::chrono::minutes(-1));
  EXPECT_THROW(ledger.write({early}), StoreError);
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 20)});
  EXPECT_THAT(ledger.usage(authority("p17"), november), SizeIs(1));
}

TEST(Minutes, WithEveryByteOfARowDamagedInTurnAreRefusedAndNeverAWrongFigure) {
  const Folder folder;
  const auto file = folder / "ledger.db";
  {
    Ledger ledger(file);
    ledger.write(
        {slice("p17", "video", "2026-11-17T10:05Z", 20), slice("p17", "wiki", "2026-11-17T10:07Z", 60)});
    ledger.settle();
  }
  const std::string row = text(file, "SELECT hex(records) FROM usage");
  for (std::size_t i = 0; i + 2 < row.size(); i += 2) {
    std::string flipped = row.substr(0, row.size() - 1);
    flipped[i + 1] = flipped[i + 1] == '3' ? '4' : '3';
    run_sql(file, "UPDATE usage SET records = x'" + flipped + "'");
    const Ledger ledger(file);
    const std::string what = refusal_of([&] { static_cast<void>(ledger.usage(authority("p17"), november)); });
    EXPECT_THAT(what, HasSubstr("table usage, hour 498586, subject 1: damaged")) << i;
    EXPECT_THAT(what, HasSubstr("restore the backup"));
    EXPECT_THAT(what, ::testing::Not(HasSubstr("p17")));
  }
}

TEST(Minutes, InAnothersPlaceAreNotTakenForTheirs) {
  const Folder folder;
  const auto file = folder / "ledger.db";
  {
    Ledger ledger(file);
    ledger.write(
        {slice("p17", "video", "2026-11-17T10:05Z", 20), slice("p18", "wiki", "2026-11-17T11:07Z", 60)});
    ledger.settle();
  }
  run_sql(file, "UPDATE usage SET place = (place >> 32 << 32) + 2 WHERE subject_id = 1");
  const Ledger ledger(file);
  EXPECT_THAT(refusal_of([&] { static_cast<void>(ledger.usage(authority("p18"), november)); }),
              HasSubstr("subject 2: damaged (its check does not hold)"));
}

TEST(Minutes, OfAnHourThatWasWhollyUsedAreReadAsToldThoughTheyTakeTheFewestBytes) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  std::vector<model::UsageSlice> hour;
  for (int minute = 0; minute < 60; ++minute) {
    hour.push_back(slice("p17", "video", fmt::format("2026-11-17T10:{:02}Z", minute), 60));
    hour.back().lower_seconds = 60;
  }
  ledger.write(hour);
  ledger.settle();
  const auto usage = ledger.usage(authority("p17"), november);
  EXPECT_EQ(usage.size(), 60U);
  for (const auto& one : usage) EXPECT_EQ(one.lower_seconds, 60);
}

TEST(Minutes, WhoseCircumstancesAreGoneOrWrongAreRefused) {
  for (const char* harm : {"DELETE FROM circumstance WHERE circumstance_id = 2", "DELETE FROM judged_by",
                           "PRAGMA ignore_check_constraints = ON; UPDATE circumstance SET grade = 9",
                           "UPDATE circumstance SET grade = 0"}) {
    const Folder folder;
    const auto file = folder / "ledger.db";
    {
      Ledger ledger(file);
      ledger.write(
          {slice("p17", "video", "2026-11-17T10:05Z", 20), slice("p17", "wiki", "2026-11-17T10:07Z", 60)});
      ledger.settle();
    }
    run_sql(file, harm);
    const Ledger ledger(file);
    EXPECT_THAT(refusal_of([&] { static_cast<void>(ledger.usage(authority("p17"), november)); }),
                HasSubstr("damaged"))
        << harm;
  }
}

TEST(Minutes, OfTheHourThatRunsAreRefusedWhereTheyAreDamaged) {
  const Folder folder;
  const auto file = folder / "ledger.db";
  Ledger ledger(file);
  ledger.write({slice("p17", "video", "2026-11-17T10:05Z", 20)});
  const std::string page = text(file, "SELECT hex(records) FROM usage_open");
  for (const std::size_t i : {8U, 12U, 16U, 24U, 30U, 36U, 42U, 2000U}) {
    std::string flipped = page.substr(0, page.size() - 1);
    flipped[i + 1] = flipped[i + 1] == '3' ? '4' : '3';
    run_sql(file, "UPDATE usage_open SET records = x'" + flipped + "'");
    EXPECT_THAT(refusal_of([&] { static_cast<void>(ledger.usage(authority("p17"), november)); }),
                HasSubstr("table usage_open, page 1: damaged"))
        << i;
    EXPECT_THAT(refusal_of([&] { ledger.write({slice("p17", "video", "2026-11-17T10:06Z", 20)}); }),
                HasSubstr("table usage_open, page 1: damaged"))
        << i;
  }
}

TEST(Minutes, ThatArePackedLeaveNothingInThePagesOfTheHourAfterAPurge) {
  const Folder folder;
  const auto file = folder / "ledger.db";
  Ledger ledger(file);
  std::vector<model::UsageSlice> many;
  many.reserve(3000);
  for (int i = 0; i < 3000; ++i)
    many.push_back(slice("p" + std::to_string(i), "video", "2026-11-17T10:05Z", 1 + i % 60));
  ledger.write(many);
  ledger.write({slice("p17", "video", "2026-11-18T10:05Z", 20)});
  const char* leftovers = "SELECT count(*) > 2 FROM usage_open WHERE records <> zeroblob(length(records))";
  EXPECT_EQ(text(file, leftovers), "1\t");
  EXPECT_EQ(ledger.purge(date("2026-11-17"), PurgeMode::remove).rows.at("usage"), 3000U);
  EXPECT_EQ(text(file, leftovers), "0\t");
  EXPECT_EQ(ledger.status().usage_rows, 1U);
  EXPECT_THAT(ledger.usage(authority("p17"), november), SizeIs(1));
}

TEST(Minutes, OfThePurgedDayInTheHourThatRunsGoToo) {
  const Folder folder;
  Ledger writer(folder / "ledger.db");
  Ledger purger(folder / "ledger.db");
  writer.write({slice("p17", "video", "2026-11-17T23:58Z", 20)});
  writer.write(
      {slice("p17", "video", "2026-11-17T23:58Z", 30), slice("p18", "video", "2026-11-17T23:58Z", 30)});
  EXPECT_THAT(purger.purge(date("2026-11-17"), PurgeMode::dry_run).rows,
              ElementsAre(::testing::Pair("subject", 2), ::testing::Pair("usage", 2)));
  EXPECT_EQ(purger.purge(date("2026-11-17"), PurgeMode::remove).rows.at("usage"), 2U);
  EXPECT_THAT(purger.usage(authority("p17"), november), IsEmpty());
  writer.write({slice("p18", "video", "2026-11-18T00:01Z", 40)});
  EXPECT_THAT(purger.usage(authority("p17"), november), IsEmpty());
  EXPECT_THAT(purger.usage(authority("p18"), november), SizeIs(1));
  EXPECT_EQ(text(folder / "ledger.db", "SELECT subject_id FROM subject"), "3\t")
      << "a number is never given twice";
}

TEST(Minutes, KeepTheirSubjectsNameWhereTheListOfADayIsDamaged) {
  const Folder folder;
  Ledger ledger(folder / "ledger.db");
  ledger.write({slice("p17", "video", "2026-11-16T10:05Z", 20)});
  ledger.write(
      {slice("p17", "video", "2026-11-17T10:05Z", 20), slice("p18", "video", "2026-11-17T10:05Z", 20)});
  ledger.settle();
  run_sql(folder / "ledger.db",
          "UPDATE usage_day SET subjects = x'0102' WHERE day = (SELECT max(day) FROM usage_day)");
  static_cast<void>(ledger.purge(date("2026-11-16"), PurgeMode::remove));
  EXPECT_THAT(ledger.usage(authority("p17"), november), SizeIs(1));
  EXPECT_THAT(ledger.usage(authority("p18"), november), SizeIs(1));
}

}  // namespace
}  // namespace edgewatch::store
