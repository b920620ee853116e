#include "time/accuracy_file.hpp"

#include "edgewatch/account/method.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace edgewatch::truth {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t unused_for_each = 13;  // about eight persons and services each
constexpr std::size_t pages_a_day = 200;
constexpr std::size_t pages_days = 50;
constexpr std::size_t background_days = 4;

double rounded(double value) {
  constexpr double hundred = 100;
  return std::round(value * hundred) / hundred;
}

Json json_of(const Raises& raises) {
  return {{"figures", raises.compared},
          {"raised", raises.raised.size()},
          {"lower_figures_raised", raises.lower_raised.size()},
          {"share_left", rounded(raises.mean_share)}};
}

}  // namespace

std::vector<Sample> sample_of(const pipeline::Policies& policies) {
  std::vector<Sample> out;
  for (const char* kind : {"none_news", "none_bgtab", "light", "mixed"}) {
    for (const Result& result : day_results(policies, person_day(kind, 1)))
      out.push_back({std::string(kind) + " 1", result.service, result.ours.counted(), result.ours.lower});
  }
  return out;
}

Accuracy measure_accuracy(const pipeline::Policies& policies, Seeds seeds, std::size_t times,
                          const Progress& progress) {
  Accuracy out;
  out.seeds = seeds;
  const std::vector<Result> people = people_trial(policies, seeds, progress);
  out.people = measure_ours(people);
  out.strong = measure_strong(people);
  out.lower = lower_figure(people);
  progress("days without use");
  out.unused = measure_ours(unused_trial(policies, {seeds.first, unused_for_each * seeds.count}));
  progress("embeds and pages left open");
  out.pages = pages_a_day * pages_days;
  out.embedded_seconds = embeds_trial(policies, {seeds.first, pages_days}, pages_a_day);
  const std::vector<int> background = background_trial(policies, {seeds.first, background_days});
  out.background_seconds = *std::max_element(background.begin(), background.end());
  const Seeds tenth{seeds.first, std::max<std::size_t>(1, seeds.count / 10)};
  progress("loss");
  out.loss = loss_trial(policies, kinds(), tenth, {1, times});
  progress("restarts");
  out.restarts = restart_trial(policies, kinds(), tenth, {1, std::max<std::size_t>(1, times / 4)});
  out.sample = sample_of(policies);
  return out;
}

std::string to_json(const Accuracy& a) {
  const account::Method method;
  Json json;
  json["method"] = method.version;
  json["constants"] = Json::parse(method.to_json());
  json["measured"] =
      "edgewatch-eval accuracy: invented days of one person at one machine, as packets through "
      "the sensor and all stages";
  json["seeds"] = {{"first", a.seeds.first}, {"days_of_each_behaviour", a.seeds.count}};
  json["used"] = {{"person_service_days", a.people.used},
                  {"mean_error_minutes", rounded(a.people.mean_error)},
                  {"bias_minutes", rounded(a.people.bias)},
                  {"bias_percent", rounded(100 * a.people.bias_share)},
                  {"median_percent", std::round(100 * a.people.median_share)},
                  {"over", a.people.over},
                  {"lower_at_or_below", a.lower.at_or_below}};
  json["unused"] = {{"person_service_days", a.people.unused + a.unused.unused},
                    {"five_minutes_or_more", a.people.false_five + a.unused.false_five},
                    {"any", a.people.false_any + a.unused.false_any},
                    {"worst_minutes", rounded(std::max(a.people.worst_false, a.unused.worst_false))}};
  json["embeds"] = {{"pages", a.pages}, {"seconds", a.embedded_seconds}};
  json["background"] = {{"hours", 8}, {"most_seconds", a.background_seconds}};
  json["loss"] = json_of(a.loss);
  json["restarts"] = json_of(a.restarts);
  for (const Sample& sample : a.sample)
    json["sample"].push_back({{"person", sample.person},
                              {"service", sample.service},
                              {"counted", sample.counted},
                              {"lower", sample.lower}});
  constexpr int indent = 1;
  return json.dump(indent) + "\n";
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace edgewatch::truth
