#include "ledger_session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp noon{std::chrono::seconds(1763380800)};

pipeline::Output counted(Timestamp from, std::uint64_t seen) {
  model::Coverage row;
  row.source = "eno2";
  row.interval = {from, from + 1min};
  row.seen = seen;
  row.lost_in_kernel = 2 * seen;
  row.signs.at(1) = 3 * seen;
  row.tls_with_dns = 4 * seen;
  row.ambiguous = 5 * seen;
  pipeline::Output out;
  out.coverage.push_back(row);
  return out;
}

std::vector<model::Coverage> rows(LedgerSession& session) {
  return session.ledger().coverage({london_date(noon), london_date(noon)});
}

class LedgerSessions : public testing::Test {
 protected:
  void SetUp() override {
    session.write(counted(noon - 1min, 50));
    session.write(counted(noon, 100));
    session.begin(noon + 20s, account::Method{}, config::Policies{});
  }
  LedgerSession session{":memory:"};
};

TEST_F(LedgerSessions, LiveAddToTheMinuteInWhichTheyStart) {
  session.count_on(noon + 20s);
  for (const std::uint64_t seen : {7, 10, 10})
    session.write(counted(noon, seen));  // each with all that was seen
  session.write(counted(noon - 1min, 1));
  session.write(counted(noon + 1min, 1000));
  const auto found = rows(session);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].seen, 1U);
  EXPECT_EQ(found[1].seen, 110U);
  EXPECT_EQ(found[1].lost_in_kernel, 220U);
  EXPECT_EQ(found[1].signs.at(1), 330U);
  EXPECT_EQ(found[1].tls_with_dns, 440U);
  EXPECT_EQ(found[1].ambiguous, 550U);
  EXPECT_EQ(found[2].seen, 1000U);
}

TEST_F(LedgerSessions, OfAReplayPutTheirOwnInItsPlace) {
  session.write(counted(noon, 10));
  ASSERT_EQ(rows(session).size(), 2U);
  EXPECT_EQ(rows(session)[1].seen, 10U);
}

}  // namespace
}  // namespace edgewatch::runtime
