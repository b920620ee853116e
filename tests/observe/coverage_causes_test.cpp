#include "edgewatch/observe/coverage_causes.hpp"

#include <gtest/gtest.h>

namespace edgewatch::observe {
namespace {

using model::NameEvidence;
using Sign = model::BypassSign::Kind;

model::Sighting sighting(model::FlowId flow, NameEvidence evidence, std::uint16_t port = 443,
                         std::uint16_t source = 0) {
  model::Sighting out;
  out.flow = flow;
  out.evidence = evidence;
  out.server.port = port;
  out.source = source;
  return out;
}
Column counted(const model::Sighting& sensed) {
  return counted_by_sensor(sensed.evidence, sensed.server.port);
}
void place(CoverageCauses& causes, const model::Sighting& sensed, Column belongs) {
  causes.place(sensed.flow, sensed.source, counted(sensed), belongs);
}
model::BypassSign sign(Sign kind, model::FlowId flow = 0, std::uint16_t port = 443) {
  model::BypassSign out;
  out.kind = kind;
  out.flow = flow;
  out.server.port = port;
  return out;
}
/// A row of a minute of its own, unless it is told which.
model::Coverage row(std::uint64_t named, std::uint64_t other, std::uint16_t number = 0, int minute = -1) {
  static int last = 0;
  model::Coverage out;
  out.interval.from = Timestamp{} + std::chrono::minutes(minute < 0 ? ++last : minute);
  out.number = number;
  out.named = named;
  out.unnamed_other = other;
  return out;
}

TEST(Causes, AFlowStandsInOneColumn) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::named);
  place(causes, sighting(2, NameEvidence::tls_server_name), Column::ech);
  place(causes, sighting(3, NameEvidence::none), Column::other);
  place(causes, sighting(4, NameEvidence::none), Column::named);  // by the client's own DNS answer
  causes.count(sign(Sign::wireguard, 5, 51820));
  const model::Coverage out = causes.complete(row(2, 2));
  EXPECT_EQ(out.named, 2U);
  EXPECT_EQ(out.unnamed_ech, 1U);
  EXPECT_EQ(out.unnamed_tunnel, 1U);
  EXPECT_EQ(out.unnamed_doh, 0U);
  EXPECT_EQ(out.unnamed_other, 1U);
  EXPECT_EQ(out.of(Sign::wireguard), 1U);
}

TEST(Causes, ARowThatTheSensorHasNotCountedYetIsCorrectedByTheNext) {
  CoverageCauses causes;
  // Said to have no name in this minute; counted by the sensor a minute after it began.
  place(causes, sighting(1, NameEvidence::none), Column::ech);
  const model::Coverage first = causes.complete(row(5, 0));
  EXPECT_EQ(first.unnamed_ech, 1U);
  EXPECT_EQ(first.unnamed_other, 0U);
  const model::Coverage second = causes.complete(row(0, 3));
  EXPECT_EQ(second.unnamed_ech, 0U);
  EXPECT_EQ(second.unnamed_other, 2U);
  EXPECT_EQ(causes.complete(row(0, 3)).unnamed_other, 3U) << "once";
}

TEST(Causes, ANameThatComesAfterAllIsNotCountedTwice) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::none), Column::named);  // by DNS
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::named);
  const model::Coverage out = causes.complete(row(1, 0));
  EXPECT_EQ(out.named, 1U);
  EXPECT_EQ(causes.complete(row(0, 4)).unnamed_other, 4U);
}

TEST(Causes, ATunnelStaysOneWhateverIsLearnedOfItsServer) {
  CoverageCauses causes;
  causes.count(sign(Sign::openvpn, 1));
  EXPECT_TRUE(causes.is_tunnel(1));
  place(causes, sighting(1, NameEvidence::none), Column::named);
  const model::Coverage out = causes.complete(row(0, 1));
  EXPECT_EQ(out.unnamed_tunnel, 1U);
  EXPECT_EQ(out.named + out.unnamed_other, 0U);
}

TEST(Causes, ASignOfAFlowCountsOnceAndOneWithoutAFlowEachTime) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::named);
  for (int i = 0; i < 3; ++i) {
    causes.count(sign(Sign::doh, 1));
    causes.count(sign(Sign::canary));
    causes.count_tls_with_dns(1);
    causes.count_ambiguous(1);
  }
  const model::Coverage out = causes.complete(row(1, 0));
  EXPECT_EQ(out.of(Sign::doh), 1U);
  EXPECT_EQ(out.of(Sign::canary), 3U);
  EXPECT_EQ(out.tls_with_dns, 1U);
  EXPECT_EQ(out.ambiguous, 1U);
  EXPECT_EQ(out.unnamed_doh, 1U);
  EXPECT_EQ(out.named, 0U);
}

TEST(Causes, AResolverOverQuicThatIsListedTooIsOneResolver) {
  CoverageCauses causes;
  causes.count(sign(Sign::doq, 1, 8853));
  place(causes, sighting(1, NameEvidence::quic_server_name, 8853), Column::named);
  causes.count(sign(Sign::doh, 1, 8853));
  const model::Coverage out = causes.complete(row(1, 0));
  EXPECT_EQ(out.of(Sign::doq), 1U);
  EXPECT_EQ(out.of(Sign::doh), 0U);
  EXPECT_EQ(out.unnamed_doh, 1U);
  EXPECT_EQ(out.named, 0U);
}

TEST(Causes, ARowThatComesAgainWithALateShareKeepsItsCorrections) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::ech);
  causes.count(sign(Sign::canary));
  static_cast<void>(causes.complete(row(3, 0, 0, 100'000)));
  const model::Coverage again = causes.complete(row(5, 1, 0, 100'000));
  EXPECT_EQ(again.named, 4U);
  EXPECT_EQ(again.unnamed_ech, 1U);
  EXPECT_EQ(again.unnamed_other, 1U);
  EXPECT_EQ(again.of(Sign::canary), 1U);
  const model::Coverage next = causes.complete(row(1, 0));
  EXPECT_EQ(next.named + next.unnamed_ech + next.of(Sign::canary), 1U);
  EXPECT_EQ(causes.totals().flows.at(static_cast<std::size_t>(Column::named)), 5U);
  EXPECT_EQ(causes.totals().signs.at(static_cast<std::size_t>(Sign::canary)), 1U);
}

TEST(Causes, EachSourceHasItsOwn) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name, 443, 1), Column::ech);
  EXPECT_EQ(causes.complete(row(7, 0, 0)).named, 7U);
  const model::Coverage theirs = causes.complete(row(7, 0, 1));
  EXPECT_EQ(theirs.named, 6U);
  EXPECT_EQ(theirs.unnamed_ech, 1U);
}

TEST(Causes, AGapSaysNothingOfFlows) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::ech);
  model::Coverage gap;
  gap.state = model::Coverage::State::gap;
  EXPECT_EQ(causes.complete(gap).unnamed_ech, 0U);
  EXPECT_EQ(causes.complete(row(1, 0)).unnamed_ech, 1U);
}

TEST(Causes, AFlowThatNeedsNoNameIsInNoColumn) {
  CoverageCauses causes;
  const model::Sighting game = sighting(1, NameEvidence::none, 27015);
  place(causes, game, counted(game));
  const model::Coverage out = causes.complete(row(0, 0));
  EXPECT_EQ(out.named + out.unnamed_ech + out.unnamed_doh + out.unnamed_tunnel + out.unnamed_other, 0U);
}

TEST(Causes, TheTotalsAreTheSumOfTheRows) {
  CoverageCauses causes;
  place(causes, sighting(1, NameEvidence::tls_server_name), Column::ech);
  causes.count(sign(Sign::ddr));
  static_cast<void>(causes.complete(row(3, 2)));
  static_cast<void>(causes.complete(row(1, 0)));
  const CauseTotals& totals = causes.totals();
  EXPECT_EQ(totals.flows.at(static_cast<std::size_t>(Column::named)), 3U);
  EXPECT_EQ(totals.flows.at(static_cast<std::size_t>(Column::ech)), 1U);
  EXPECT_EQ(totals.flows.at(static_cast<std::size_t>(Column::other)), 2U);
  EXPECT_EQ(totals.signs.at(static_cast<std::size_t>(Sign::ddr)), 1U);
}

}  // namespace
}  // namespace edgewatch::observe
