// edgewatch-eval: holds the time method against days whose truth is known, prints the tables of TIME 3.1 and
// writes the file that reports quote.
#include "support/recording.hpp"
#include "support/source_folder.hpp"
#include "time/accuracy_file.hpp"
#include "time/days_file.hpp"
#include "time/memory.hpp"
#include "time/trials.hpp"

#include <cstdio>
#include <exception>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace edgewatch::truth {
namespace {

struct Options {
  std::string catalogue = (support::source_folder() / "etc/catalogue").string();
  std::size_t days = 20;
  std::uint64_t seed = 1;
  std::size_t times = 20;
  std::vector<std::string> of_kinds = kinds();
  std::string file;
};

void say(const std::string& what) { fmt::print(stderr, "edgewatch-eval: {}\n", what); }

void print_errors(const std::string& name, const std::vector<Result>& results) {
  const Measures m = measure_ours(results);
  fmt::print("{}: error {:.2f} min, bias {:+.2f} ({:+.1f} %), false {}/{}, over {}/{}\n", name, m.mean_error,
             m.bias, 100 * m.bias_share, m.false_five, m.unused, m.over, m.used);
}

void print_people(const pipeline::Policies& policies, const Options& options) {
  const std::vector<Result> results = people_trial(policies, {options.seed, options.days}, say);
  const LowerFigure lower = lower_figure(results);
  const Measures ours = measure_ours(results);
  fmt::print(
      "{}\n{}\nlower figure at or below the truth {}/{}; median share of the truth {:.2f}; bias {:+.1f} %\n",
      comparison_table(results), behaviour_table(results), lower.at_or_below, lower.used, ours.median_share,
      100 * ours.bias_share);
}

/// What was counted of no use, day by day.
void print_false(const std::vector<Result>& results) {
  for (const Result& r : results) {
    if (r.truth == 0 && r.unattended == 0 && r.ours.counted() > 0)
      fmt::print("  {} {} {}: {} s counted, lower {}\n", r.kind, r.seed, r.service, r.ours.counted(),
                 r.ours.lower);
  }
}

void print_unused(const pipeline::Policies& policies, const Options& options) {
  const std::vector<Result> results = unused_trial(policies, {options.seed, options.days});
  const Measures m = measure_ours(results);
  fmt::print(
      "without use: {} person-service-days, {} counted at all, {} of five minutes and more, worst {:.1f} "
      "min\n",
      m.unused, m.false_any, m.false_five, m.worst_false);
  print_false(results);
}

void print_council(const pipeline::Policies& policies, const Options& options) {
  const CouncilDay day = council_trial(policies, options.seed, options.days);
  const Measures m = measure_ours(day.results);
  fmt::print(
      "a council's day without use: {} machines, {} frames, {} person-services, {} counted at all, worst "
      "{:.1f} min\n",
      options.days, day.frames, m.unused, m.false_any, m.worst_false);
  print_false(day.results);
}

void print_raises(const std::string& name, const Raises& raises) {
  fmt::print("{}: {} figures compared, {:.0f} % of the time left, {} raised, {} lower figures raised\n", name,
             raises.compared, 100 * raises.mean_share, raises.raised.size(), raises.lower_raised.size());
  for (const auto* list : {&raises.raised, &raises.lower_raised}) {
    for (const Raise& r : *list)
      fmt::print("  {} {} {} {}: {} -> {} s\n", r.kind, r.seed, r.service, r.trial, r.whole, r.after);
  }
}

void print_other(const pipeline::Policies& policies, const std::string& file) {
  std::vector<Result> ours;
  std::vector<Result> theirs;
  for (const OthersDay& other : read_days(file)) {
    for (const Result& result : day_results(policies, other.day)) {
      ours.push_back(result);
      theirs.push_back(result);
      const auto counted = other.counted.find(result.service);
      theirs.back().ours = {};
      theirs.back().ours.interactive = counted == other.counted.end() ? 0 : counted->second;
    }
  }
  print_errors("edgewatch", ours);
  print_errors("the other method", theirs);
}

void print_minutes(const pipeline::Policies& policies, const Options& options) {
  Watch watch(policies, 1);
  watch.see(record(options.of_kinds.size() == 1 ? person_day(options.of_kinds.at(0), options.seed)
                                                : unused_day(options.seed)));
  watch.finish();
  for (const model::UsageSlice& row : watch.rows()) {
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", row.service.text(), format_minute(row.minute),
               model::to_string(row.kind), row.seconds, model::to_string(row.grade),
               model::reason_names(row.reasons), row.lower_seconds);
  }
}

void write_capture(const Options& options) {
  const Day day = person_day(options.of_kinds.at(0), options.seed);
  record(day).write(options.file);
  for (const auto& [service, use] : day.truth) {
    fmt::print("{}\t{}\tinteractive {}\tplaying {}\tunattended {}\n", day.kind, service,
               use.interactive.length(), use.playing.length(), use.unattended.length());
  }
}

void write_accuracy(const pipeline::Policies& policies, const Options& options) {
  const Accuracy accuracy = measure_accuracy(policies, {options.seed, options.days}, options.times, say);
  write_text(options.file, to_json(accuracy));
}

int run(int argc, char** argv) {
  CLI::App app("Holds the time method against days whose truth is known.");
  Options options;
  app.add_option("--catalogue", options.catalogue, "folder of the catalogue");
  app.add_option("--days", options.days, "days of each behaviour; machines of a council");
  app.add_option("--seed", options.seed, "the first of as many seeds");
  app.add_option("--times", options.times, "drops or restarts a day");
  app.add_option("--kinds", options.of_kinds, "behaviours")->check(CLI::IsMember(kinds()));
  app.require_subcommand(1);
  const auto load = [&] { return policies_with(options.catalogue); };
  const auto command = [&](const char* name, const char* help, std::function<void()> act) {
    CLI::App* sub = app.add_subcommand(name, help)->fallthrough();
    sub->callback(std::move(act));
    return sub;
  };
  command("people", "the table of TIME 3.1: our method and the nine naive ones",
          [&] { print_people(load(), options); });
  command("unused", "days on which nobody used anything", [&] { print_unused(load(), options); });
  command("council", "a day of so many machines through one sensor", [&] { print_council(load(), options); });
  command("embeds", "news pages with widgets, 200 a day", [&] {
    fmt::print("{} news pages: {} s counted\n", options.days * 200,
               embeds_trial(load(), {options.seed, options.days}, 200));
  });
  command("background", "a page left open for eight hours", [&] {
    for (const int most : background_trial(load(), {options.seed, options.days}))
      fmt::print("at most {} s beyond use\n", most);
  });
  command("visits", "the error of single visits", [&] {
    const Visits visits = visits_trial(load(), {options.seed, options.days});
    fmt::print("{} visits of {:.2f} min: mean error {:.2f} min, median {:.2f}, bias {:+.2f}\n", visits.visits,
               visits.mean_truth, visits.mean_error, visits.median_error, visits.bias);
  });
  command("loss", "one packet in twenty lost", [&] {
    print_raises("loss",
                 loss_trial(load(), options.of_kinds, {options.seed, options.days}, {1, options.times}));
  });
  command("restarts", "stopped and started again", [&] {
    print_raises("restarts",
                 restart_trial(load(), options.of_kinds, {options.seed, options.days}, {1, options.times}));
  });
  command("memory", "what the accountant holds for so many devices", [&] {
    const Memory memory = accountant_memory(load(), options.days);
    fmt::print("{} devices in heavy use: {:.0f} MiB, {} activities, {} dropped\n", options.days,
               static_cast<double>(memory.bytes) / (1024.0 * 1024.0), memory.activities, memory.dropped);
  });
  command("minutes", "the rows of one day", [&] { print_minutes(load(), options); });
  command("other", "days of another generator (tests/time/prototype.py)",
          [&] { print_other(load(), options.file); })
      ->add_option("FILE", options.file)
      ->required();
  command("capture", "writes one day as a pcap file, prints its truth", [&] { write_capture(options); })
      ->add_option("FILE", options.file)
      ->required();
  command("accuracy", "writes what reports may claim", [&] { write_accuracy(load(), options); })
      ->add_option("FILE", options.file)
      ->required();
  CLI11_PARSE(app, argc, argv);
  return 0;
}

}  // namespace
}  // namespace edgewatch::truth

int main(int argc, char** argv) {
  try {
    return edgewatch::truth::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "edgewatch-eval: {}\n", error.what());
    return 70;
  }
}
