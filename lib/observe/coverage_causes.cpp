#include "edgewatch/observe/coverage_causes.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::observe {
namespace {

constexpr std::uint16_t https_port = 443;

constexpr std::size_t index(Column column) { return static_cast<std::size_t>(column); }

/// Where a flow belongs of which there is such a sign.
Column column_of(model::BypassSign::Kind kind) {
  using Kind = model::BypassSign::Kind;
  switch (kind) {
    case Kind::doh:
    case Kind::dot:
    case Kind::doq:
      return Column::doh;
    case Kind::private_relay:
    case Kind::wireguard:
    case Kind::openvpn:
    case Kind::ike:
      return Column::tunnel;
    case Kind::canary:
    case Kind::ddr:
    case Kind::tls_without_dns:
    case Kind::count_:
      break;
  }
  return Column::uncounted;
}

std::uint64_t& cell(model::Coverage& row, Column column) {
  switch (column) {
    case Column::named:
      return row.named;
    case Column::ech:
      return row.unnamed_ech;
    case Column::doh:
      return row.unnamed_doh;
    case Column::tunnel:
      return row.unnamed_tunnel;
    default:
      return row.unnamed_other;
  }
}

}  // namespace

Column counted_by_sensor(model::NameEvidence evidence, std::uint16_t server_port) {
  if (evidence != model::NameEvidence::none) return Column::named;
  return server_port == https_port ? Column::other : Column::uncounted;
}

void CoverageCauses::move(const Placed& placed, int direction) {
  auto& flows = pending_[placed.source].flows;
  flows[index(placed.counted)] -= direction;
  flows[index(placed.belongs)] += direction;
}

bool CoverageCauses::first_time(Placed& placed, std::size_t what) {
  const auto bit = static_cast<std::uint16_t>(1U << what);
  if ((placed.counted_once & bit) != 0) return false;
  placed.counted_once |= bit;
  return true;
}

void CoverageCauses::place(model::FlowId flow, std::uint16_t source, Column counted, Column belongs) {
  if (flow == 0) return;
  const auto [known, first] = flows_.emplace(flow);
  Placed& placed = *known;
  if (first) {
    placed = {source, counted, belongs, 0};
  } else {
    // A name that came after it was said that there is none: the sensor counts it as named alone.
    move(placed, -1);
    placed.counted = counted;
    if (placed.belongs != Column::tunnel && placed.belongs != Column::doh) placed.belongs = belongs;
  }
  move(placed, +1);
}

void CoverageCauses::count(const model::BypassSign& sign) {
  const auto kind = static_cast<std::size_t>(sign.kind);
  if (sign.flow == 0) {
    ++pending_[sign.source].signs.at(kind);
    return;
  }
  const Column counted = counted_by_sensor(model::NameEvidence::none, sign.server.port);
  const auto [known, first] = flows_.emplace(sign.flow);
  Placed& placed = *known;
  if (first) placed = {sign.source, counted, counted, 0};
  // A resolver whose kind is known better than by its name or address is one resolver.
  constexpr auto better_known = (1U << static_cast<std::size_t>(model::BypassSign::Kind::dot)) |
                                (1U << static_cast<std::size_t>(model::BypassSign::Kind::doq));
  if (sign.kind == model::BypassSign::Kind::doh && (placed.counted_once & better_known) != 0) return;
  if (!first_time(placed, kind)) return;
  ++pending_[sign.source].signs.at(kind);
  const Column belongs = column_of(sign.kind);
  if (belongs == Column::uncounted) return;
  move(placed, -1);
  placed.belongs = belongs;
  move(placed, +1);
}

void CoverageCauses::count_tls_with_dns(model::FlowId flow) {
  Placed* known = flow == 0 ? nullptr : flows_.find(flow);
  if (known != nullptr && first_time(*known, model::bypass_kinds)) ++pending_[known->source].tls_with_dns;
}

void CoverageCauses::count_ambiguous(model::FlowId flow) {
  Placed* known = flow == 0 ? nullptr : flows_.find(flow);
  if (known != nullptr && first_time(*known, model::bypass_kinds + 1)) ++pending_[known->source].ambiguous;
}

bool CoverageCauses::is_tunnel(model::FlowId flow) const {
  const Placed* known = flow == 0 ? nullptr : flows_.find(flow);
  return known != nullptr && known->belongs == Column::tunnel;
}

model::Coverage CoverageCauses::complete(model::Coverage row) {
  if (row.state != model::Coverage::State::watched) return row;
  Pending& pending = pending_[row.number];
  Given& given = given_[{row.interval.from, row.number}];
  Pending& corrections = given.corrections;
  for (const Column column : {Column::named, Column::ech, Column::doh, Column::tunnel, Column::other}) {
    const std::size_t i = index(column);
    std::uint64_t& counted = cell(row, column);
    const auto raw = static_cast<std::int64_t>(counted);
    const std::int64_t wanted = raw + corrections.flows.at(i) + pending.flows.at(i);
    const std::int64_t sum = std::max<std::int64_t>(wanted, 0);
    corrections.flows.at(i) = sum - raw;
    pending.flows.at(i) = wanted - sum;
    counted = static_cast<std::uint64_t>(sum);
    totals_.flows.at(i) += counted - std::exchange(given.flows.at(i), counted);
  }
  const auto add = [](std::uint64_t& waiting, std::uint64_t& had, std::uint64_t& total,
                      std::uint64_t& shown) {
    total += waiting;
    had += std::exchange(waiting, 0);
    shown = had;
  };
  for (std::size_t i = 0; i < model::bypass_kinds; ++i)
    add(pending.signs.at(i), corrections.signs.at(i), totals_.signs.at(i), row.signs.at(i));
  add(pending.tls_with_dns, corrections.tls_with_dns, totals_.tls_with_dns, row.tls_with_dns);
  add(pending.ambiguous, corrections.ambiguous, totals_.ambiguous, row.ambiguous);
  if (given_.size() > most_remembered_rows) given_.erase(given_.begin());
  return row;
}

}  // namespace edgewatch::observe
