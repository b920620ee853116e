#include "time/score.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

namespace edgewatch::truth {
namespace {

constexpr double minute = 60;
constexpr double five_minutes = 300;
constexpr double ten_minutes = 600;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

using Reported = std::function<double(const Result&)>;

Measures measured(const std::vector<Result>& results, const Reported& reported) {
  Measures m;
  double errors = 0;
  double signed_errors = 0;
  double true_time = 0;
  std::vector<double> shares;
  for (const Result& result : results) {
    if (result.unattended > 0) continue;
    const double figure = reported(result);
    if (result.truth == 0) {
      ++m.unused;
      m.false_any += figure > 0 ? 1 : 0;
      m.false_five += figure >= five_minutes ? 1 : 0;
      m.false_ten += figure >= ten_minutes ? 1 : 0;
      m.worst_false = std::max(m.worst_false, figure / minute);
      continue;
    }
    ++m.used;
    const double truth = result.truth;
    errors += std::abs(figure - truth) / minute;
    signed_errors += (figure - truth) / minute;
    true_time += truth / minute;
    shares.push_back(figure / truth);
    m.over += figure > truth + std::max(five_minutes, truth / 5) ? 1 : 0;
  }
  if (m.used == 0) return m;
  m.mean_error = errors / static_cast<double>(m.used);
  m.bias = signed_errors / static_cast<double>(m.used);
  m.bias_share = signed_errors / true_time;
  m.median_share = median(shares);
  return m;
}

std::string line(const std::string& name, const Measures& m) {
  return fmt::format("{:42} {:7.2f} {:+8.2f} {:9} {:9} {:9}\n", name, m.mean_error, m.bias,
                     fmt::format("{}/{}", m.false_five, m.unused),
                     fmt::format("{}/{}", m.false_ten, m.unused), fmt::format("{}/{}", m.over, m.used));
}

}  // namespace

std::vector<Result> results_of(const Day& day, const FiguresByService& ours,
                               const std::vector<NamedSecond>& seconds) {
  std::map<std::string, Result> by_service;
  for (const auto& [service, naive] : naive_figures(seconds)) by_service[service].naive = naive;
  for (const auto& [service, figures] : ours) by_service[service].ours = figures;
  for (const auto& [service, use] : day.truth) {
    by_service[service].truth = use.used();
    by_service[service].unattended = use.unattended.length();
  }
  std::vector<Result> out;
  for (auto& [service, result] : by_service) {
    result.kind = day.kind;
    result.seed = day.seed;
    result.service = service;
    out.push_back(std::move(result));
  }
  return out;
}

Measures measure_ours(const std::vector<Result>& results) {
  return measured(results, [](const Result& result) { return result.ours.counted(); });
}

Measures measure_strong(const std::vector<Result>& results) {
  return measured(results, [](const Result& result) { return result.ours.strong; });
}

Measures measure_naive(const std::vector<Result>& results, std::size_t method) {
  return measured(results, [method](const Result& result) { return result.naive.at(method); });
}

LowerFigure lower_figure(const std::vector<Result>& results) {
  LowerFigure out;
  for (const Result& result : results) {
    if (result.truth == 0 || result.unattended > 0) continue;
    ++out.used;
    out.at_or_below += result.ours.lower <= result.truth ? 1 : 0;
  }
  return out;
}

std::string comparison_table(const std::vector<Result>& results) {
  std::string out =
      fmt::format("{:42} {:>7} {:>8} {:9} {:9} {:9}\n", "method (minutes a person, service and day)", "error",
                  "bias", "false>=5", "false>=10", "over");
  out += line("edgewatch (strong and moderate)", measure_ours(results));
  out += line("edgewatch, strong alone", measure_strong(results));
  for (std::size_t i = 0; i < naive_count; ++i)
    out += line(naive_methods().at(i).name, measure_naive(results, i));
  return out;
}

std::string behaviour_table(const std::vector<Result>& results) {
  struct Sum {
    int n = 0;
    double truth = 0, unattended = 0, interactive = 0, playing = 0, weak = 0, lower = 0, error = 0;
  };
  std::map<std::pair<std::string, std::string>, Sum> sums;
  for (const Result& result : results) {
    Sum& sum = sums[{result.kind, result.service}];
    ++sum.n;
    sum.truth += result.truth / minute;
    sum.unattended += result.unattended / minute;
    sum.interactive += result.ours.interactive / minute;
    sum.playing += result.ours.playing / minute;
    sum.weak += result.ours.weak / minute;
    sum.lower += result.ours.lower / minute;
    sum.error += std::abs(result.ours.counted() - result.truth) / minute;
  }
  std::string out =
      fmt::format("{:12} {:12} {:>4} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "behaviour", "service",
                  "n", "truth", "nobody", "interact", "playing", "weak", "lower", "error");
  for (const auto& [key, sum] : sums) {
    out +=
        fmt::format("{:12} {:12} {:4} {:8.2f} {:8.2f} {:8.2f} {:8.2f} {:8.2f} {:8.2f} {:8.2f}\n", key.first,
                    key.second, sum.n, sum.truth / sum.n, sum.unattended / sum.n, sum.interactive / sum.n,
                    sum.playing / sum.n, sum.weak / sum.n, sum.lower / sum.n, sum.error / sum.n);
  }
  return out;
}

}  // namespace edgewatch::truth
