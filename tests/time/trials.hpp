// What must hold of the method on every day (TIME 6.2), tried on invented ones: each trial is the same code
// for the short case among the tests and for the long run of edgewatch-eval. Values and pure functions, but
// for the days they make.
#pragma once

#include "time/person.hpp"
#include "time/score.hpp"

#include <functional>
#include <string>
#include <vector>

namespace edgewatch::truth {

/// `count` seeds from `first` on.
struct Seeds {
  std::uint64_t first = 1;
  std::size_t count = 1;
};
/// Told how far a long trial has come.
using Progress = std::function<void(const std::string&)>;

/// One day through the sensor and the stages, held against its truth.
[[nodiscard]] std::vector<Result> day_results(const pipeline::Policies& policies, const Day& day);
/// The ten behaviours, `seeds.count` days of each.
[[nodiscard]] std::vector<Result> people_trial(const pipeline::Policies& policies, Seeds seeds,
                                               const Progress& progress = {});
/// Days on which nobody used anything: none_news, none_phone and none_clean, and the mixtures of a council.
[[nodiscard]] std::vector<Result> unused_trial(const pipeline::Policies& policies, Seeds seeds);
/// A day of so many machines through one sensor, none of which is used. `frames` is how many were seen.
struct CouncilDay {
  std::vector<Result> results;
  std::uint64_t frames = 0;
};
[[nodiscard]] CouncilDay council_trial(const pipeline::Policies& policies, std::uint64_t seed,
                                       std::size_t machines);
/// Seconds counted of news pages with widgets that nobody left.
[[nodiscard]] int embeds_trial(const pipeline::Policies& policies, Seeds seeds, std::size_t pages_a_day);
/// The most that a page left open for eight hours added to the two minutes it was used, by style of polling.
[[nodiscard]] std::vector<int> background_trial(const pipeline::Policies& policies, Seeds seeds);

/// Single visits: the spans of use of one person and service that lie no further apart than VISIT_GAP.
/// Counted minutes belong to the visit that is nearest.
struct Visits {
  std::size_t visits = 0;
  double mean_error = 0;    ///< minutes a visit
  double bias = 0;          ///< the same, signed
  double median_error = 0;  ///< of the absolute errors
  double mean_truth = 0;    ///< minutes
};
[[nodiscard]] Visits visits_trial(const pipeline::Policies& policies, Seeds seeds);

/// What raised a figure that nothing should raise.
struct Raise {
  std::string kind;
  std::uint64_t seed = 0;
  std::string service;
  std::uint64_t trial = 0;  ///< seed of the loss, or second of the cut
  int whole = 0;
  int after = 0;
};
struct Raises {
  std::size_t compared = 0;         ///< figures of one person and service
  std::size_t lower = 0;            ///< of these, lower than before
  double mean_share = 0;            ///< what was left, of what was counted before
  std::vector<Raise> raised;        ///< counted
  std::vector<Raise> lower_raised;  ///< the lower figure
};
/// One packet in twenty lost at random, `drops` times for every day: counted figures above 1.02 times what
/// they were.
[[nodiscard]] Raises loss_trial(const pipeline::Policies& policies, const std::vector<std::string>& of_kinds,
                                Seeds seeds, Seeds drops, double share = 0.05);
/// Stopped and started again at a random moment, `cuts` times for every day: figures above what they were.
[[nodiscard]] Raises restart_trial(const pipeline::Policies& policies,
                                   const std::vector<std::string>& of_kinds, Seeds seeds, Seeds cuts);

}  // namespace edgewatch::truth
