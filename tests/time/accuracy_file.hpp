// What reports may claim of the method: measured here, written to lib/report/accuracy.json, and printed by
// every report (TIME 2.4, `error statement`). A value and the trials that make it.
#pragma once

#include "time/trials.hpp"

#include <filesystem>
#include <ostream>

namespace edgewatch::truth {

/// A short case whose figures are kept beside the measures: where they differ, the method is another one than
/// was measured.
struct Sample {
  std::string person;  ///< kind and seed
  std::string service;
  int counted = 0;
  int lower = 0;
  bool operator==(const Sample&) const = default;
  friend void PrintTo(const Sample& sample, std::ostream* out) {  // for the tests' messages
    *out << sample.person << ' ' << sample.service << ' ' << sample.counted << ' ' << sample.lower;
  }
};
[[nodiscard]] std::vector<Sample> sample_of(const pipeline::Policies& policies);

struct Accuracy {
  Seeds seeds;
  Measures people;
  LowerFigure lower;
  Measures strong;
  Measures unused;
  std::size_t pages = 0;
  int embedded_seconds = 0;
  int background_seconds = 0;  ///< the most of any style
  Raises loss;
  Raises restarts;
  std::vector<Sample> sample;
};
/// The long evaluation: fresh seeds of the ten behaviours, thirteen times as many seeds of days without use,
/// and `times` drops and a quarter as many restarts of every tenth day.
[[nodiscard]] Accuracy measure_accuracy(const pipeline::Policies& policies, Seeds seeds, std::size_t times,
                                        const Progress& progress);
/// Keys in a fixed order; with the version and the constants of the method.
[[nodiscard]] std::string to_json(const Accuracy& accuracy);
void write_text(const std::filesystem::path& file, const std::string& text);

}  // namespace edgewatch::truth
