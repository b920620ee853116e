// The part of the desk that tells what becomes of the known ways past enforcement here; names nobody.
#include "edgewatch/enforce/bypass.hpp"

#include "answer.hpp"
#include "desk.hpp"

#include <algorithm>
#include <map>

namespace edgewatch::runtime {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

enforce::Deployment deployment_of(const config::Configuration& configuration) {
  using Mode = enforce::Deployment::Mode;
  const config::Settings& settings = configuration.settings;
  const policy::RuleBook& book = configuration.policies.rules;
  enforce::Deployment out;
  if (settings.enforcement_mode == "gateway") out.mode = Mode::gateway;
  if (settings.enforcement_mode == "mirror") out.mode = Mode::mirror;
  out.watches = !settings.capture.interfaces.empty();
  out.zones = !settings.zones.folder.empty();
  out.refuses = !book.withdrawals.empty();
  for (const policy::Rule& rule : book.rules) {
    if (rule.action != model::Verdict::block) continue;
    out.refuses = true;
    for (const model::Category& category : rule.categories) out.categories.insert(category.text());
  }
  return out;
}

/// As `status` calls them.
Counts counts_of(const HealthReport& health) {
  Counts out;
  for (std::size_t i = 0; i < model::bypass_kinds; ++i)
    out[model::to_string(static_cast<model::BypassSign::Kind>(i))] = health.causes.signs.at(i);
  out["unnamed_ech"] = health.causes.flows.at(static_cast<std::size_t>(observe::Column::ech));
  for (const SourceHealth& source : health.sources) {
    for (const observe::Tally& tally : source.tallies) out[tally.name] += tally.count;
  }
  for (const observe::Tally& tally : health.analysis) out[tally.name] += tally.count;
  if (!health.gateway) return out;
  const enforce::InspectorCounts& gateway = health.gateway->inspector;
  // A tunnel that was refused at its first packet never was one to the sensor, which waits for the answer.
  for (std::size_t i = 0; i < model::bypass_kinds; ++i)
    out[model::to_string(static_cast<model::BypassSign::Kind>(i))] += gateway.refused_bypass.at(i);
  out["hellos without a name"] = gateway.without_name;
  out["refused as retries without a name"] = gateway.refused_residual;
  out["contradict themselves, refused"] = gateway.contradictory;
  out["packets dropped as invalid"] = health.gateway->invalid;
  return out;
}

std::string counted(const enforce::BypassRow& row, const Counts& counts) {
  if (row.counters.empty()) return "-";
  std::uint64_t sum = 0;
  for (const std::string_view counter : row.counters) {
    const auto found = counts.find(counter);
    if (found != counts.end()) sum += found->second;
  }
  return std::to_string(sum);
}

}  // namespace

Response Desk::bypass(const Request& request) {
  const enforce::Deployment deployment = deployment_of(*configuration_);
  const Counts counts = counts_of(health_.report());
  Rows rows{{"row", "technique", "effect", "by", "counted", "note"}, {}};
  for (const enforce::BypassRow& row : enforce::bypass_table()) {
    const enforce::BypassAnswer answer = enforce::answer(row, deployment);
    rows.cells.push_back({std::to_string(row.number), std::string(row.technique),
                          std::string(enforce::to_string(answer.effect)), answer.by.empty() ? "-" : answer.by,
                          counted(row, counts), answer.note});
  }
  return in_rows(rows, request, "");
}

}  // namespace edgewatch::runtime
