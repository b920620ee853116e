// The part of the desk that tells what becomes of the known ways past enforcement here; names nobody.
#include "edgewatch/enforce/bypass.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "deployment.hpp"
#include "desk.hpp"

#include <map>

namespace edgewatch::runtime {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

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

std::string in_words(const enforce::BypassAnswer& answer) {
  return std::string(enforce::to_string(answer.effect)) + (answer.limit.empty() ? "" : ", " + answer.limit);
}

std::string legend(const HealthReport& health) {
  std::string out =
      "blocks: what a rule refuses to a client is held back; detects: it is counted, and goes through\n"
      "for some: of the people, groups or networks that rules speak of, and of nobody else\n"
      "at some hours: within the rules' schedules, and not at others";
  const auto reload = health.alarms.find("reload");
  if (reload != health.alarms.end()) out += "\nALARM reload: " + reload->second;
  return out;
}

}  // namespace

Response Desk::bypass(const Request& request) {
  const HealthReport health = health_.report();
  const enforce::Deployment deployment = deployment_of(*configuration_, health, wall_clock());
  const Counts counts = counts_of(health);
  Rows rows{{"row", "technique", "effect", "by", "counted", "note"}, {}};
  for (const enforce::BypassRow& row : enforce::bypass_table()) {
    const enforce::BypassAnswer answer = enforce::answer(row, deployment);
    rows.cells.push_back({std::to_string(row.number), std::string(row.technique), in_words(answer),
                          answer.by.empty() ? "-" : answer.by, counted(row, counts), answer.note});
  }
  return in_rows(rows, request, "", legend(health));
}

}  // namespace edgewatch::runtime
