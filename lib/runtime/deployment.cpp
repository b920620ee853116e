#include "deployment.hpp"

#include <initializer_list>

namespace edgewatch::runtime {
namespace {

void add(enforce::Reach& reach, const policy::Rule& rule) {
  const bool is_for_everybody = rule.people.empty() && rule.groups.empty() && rule.networks.empty();
  if (rule.schedule.empty()) {
    (is_for_everybody ? reach.everybody : reach.some) = true;
  } else {
    (is_for_everybody ? reach.everybody_at_some_hours : reach.some_at_some_hours) = true;
  }
}

/// Those alarms that stand, each with its name.
std::string standing(const HealthReport& health, std::initializer_list<const char*> alarms) {
  std::string out;
  for (const char* what : alarms) {
    const auto found = health.alarms.find(what);
    if (found != health.alarms.end()) out += (out.empty() ? "" : "; ") + found->first + ": " + found->second;
  }
  return out;
}

}  // namespace

enforce::Deployment deployment_of(const config::Configuration& configuration, const HealthReport& health,
                                  Timestamp now) {
  using Mode = enforce::Deployment::Mode;
  const config::Settings& settings = configuration.settings;
  const policy::RuleBook& book = configuration.policies.rules;
  enforce::Deployment out;
  if (settings.enforcement_mode == "gateway") out.mode = Mode::gateway;
  if (settings.enforcement_mode == "mirror") out.mode = Mode::mirror;
  out.watches = !settings.capture.interfaces.empty();
  out.zones = !settings.zones.folder.empty();
  for (const policy::Withdrawal& withdrawal : book.withdrawals) {
    if (withdrawal.valid.from <= now && now < withdrawal.valid.to) out.refuses.some = true;
  }
  for (const policy::Rule& rule : book.rules) {
    const bool speaks = !rule.categories.empty() || !rule.services.empty() || !rule.names.empty();
    if (rule.action != model::Verdict::block || !speaks) continue;
    add(out.refuses, rule);
    for (const model::Category& category : rule.categories) add(out.categories[category.text()], rule);
  }
  if (out.mode == Mode::gateway) out.path_trouble = standing(health, {"gateway", "gateway queue"});
  if (out.mode == Mode::mirror) out.path_trouble = standing(health, {"mirror"});
  out.resolver_trouble = standing(health, {"zones", "zones reload"});
  return out;
}

}  // namespace edgewatch::runtime
