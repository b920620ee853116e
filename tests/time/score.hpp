// Figures held against the truth: the measures of TIME 6.2, for our method and the naive ones alike. Values
// and pure functions.
#pragma once

#include "time/naive.hpp"
#include "time/watch.hpp"

namespace edgewatch::truth {

/// One person, service and day.
struct Result {
  std::string kind;
  std::uint64_t seed = 0;
  std::string service;
  int truth = 0;       ///< used and watched
  int unattended = 0;  ///< played to nobody: not part of the table, since nobody can say what is right
  Figures ours;
  NaiveFigures naive{};
};

/// Every service that the day had contact with.
[[nodiscard]] std::vector<Result> results_of(const Day& day, const FiguresByService& ours,
                                             const std::vector<NamedSecond>& seconds);

/// Minutes, over the days on which the service was used; false accusations over those on which it was not.
struct Measures {
  std::size_t used = 0;
  double mean_error = 0;
  double bias = 0;
  double bias_share = 0;    ///< of the true time
  double median_share = 0;  ///< of figure to truth, by person, service and day
  std::size_t over = 0;     ///< more than truth + max(5 min, 20 %)
  std::size_t unused = 0;
  std::size_t false_five = 0;  ///< five minutes and more of no use
  std::size_t false_ten = 0;
  std::size_t false_any = 0;  ///< a second and more
  double worst_false = 0;     ///< minutes
};
/// Where the service was used: how often the lower figure is at or below the truth.
struct LowerFigure {
  std::size_t at_or_below = 0;
  std::size_t used = 0;
};
[[nodiscard]] LowerFigure lower_figure(const std::vector<Result>& results);
[[nodiscard]] Measures measure_ours(const std::vector<Result>& results);
[[nodiscard]] Measures measure_strong(const std::vector<Result>& results);
[[nodiscard]] Measures measure_naive(const std::vector<Result>& results, std::size_t method);

/// The table of TIME 3.1, and what each behaviour gave.
[[nodiscard]] std::string comparison_table(const std::vector<Result>& results);
[[nodiscard]] std::string behaviour_table(const std::vector<Result>& results);

}  // namespace edgewatch::truth
