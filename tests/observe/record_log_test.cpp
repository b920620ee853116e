// The log in which DNS answers are kept: records stay what they are, go in their order, and leave no memory,
// also where places have been counted once round.
#include "record_log.hpp"

#include <cstdint>
#include <cstring>
#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

struct Record {
  std::uint32_t place = 0;
  std::size_t bytes = 0;
  int content = 0;
};

bool is_as_written(const RecordLog& log, const Record& record) {
  const std::byte* at = log.at(record.place);
  for (std::size_t i = 0; i < record.bytes; ++i) {
    if (at[i] != static_cast<std::byte>(record.content)) return false;
  }
  return true;
}

class Log : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Log, KeepsWhatIsInItAndNothingElse) {
  RecordLog log(GetParam());
  std::deque<Record> expected;
  std::mt19937 random(GetParam());
  std::size_t live = 0;
  for (int i = 0; i < 200'000; ++i) {
    const bool fills = i / 20'000 % 2 == 0;
    if (expected.empty() || random() % 100 < (fills ? 70U : 30U)) {
      const Record record{0, 40 + random() % 1000, static_cast<int>(random() % 256)};
      expected.push_back(record);
      expected.back().place = log.append(record.bytes);
      std::memset(log.at(expected.back().place), record.content, record.bytes);
      live += record.bytes;
    } else {
      const Record oldest = expected.front();
      ASSERT_EQ(log.oldest(), oldest.place);
      ASSERT_TRUE(is_as_written(log, oldest));
      log.drop_oldest(oldest.bytes);
      expected.pop_front();
      live -= oldest.bytes;
    }
    ASSERT_EQ(log.empty(), expected.empty());
    if (!expected.empty()) {
      const std::size_t some = random() % expected.size();
      ASSERT_EQ(log.after(expected[some].place, expected[some].bytes),
                some + 1 < expected.size() ? expected[some + 1].place : log.end());
    }
    // A chunk may end with room that the next record did not fit into; one is kept for the next turn.
    ASSERT_LE(log.bytes(), live + live / 8 + 3 * RecordLog::chunk_bytes);
  }
  for (const Record& record : expected) ASSERT_TRUE(is_as_written(log, record));
}

INSTANTIATE_TEST_SUITE_P(FromTheStartAndRound, Log,
                         testing::Values(0U, 0U - RecordLog::units_a_chunk,
                                         0U - 300U * RecordLog::units_a_chunk));

}  // namespace
}  // namespace edgewatch::observe
