#include "time/trials.hpp"

#include "edgewatch/account/method.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace edgewatch::truth {
namespace {

void append(std::vector<Result>& to, std::vector<Result> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

FiguresByService watched(const pipeline::Policies& policies, const support::Recording& recording,
                         Loss loss = {}) {
  Watch watch(policies, 1, loss);
  watch.keep(false, false);
  watch.see(recording);
  watch.finish();
  return watch.figures_of(person_of(0));
}

Figures of(const FiguresByService& all, const std::string& service) {
  const auto found = all.find(service);
  return found == all.end() ? Figures{} : found->second;
}

/// Holds the figures of a trial against those of the whole day.
class Comparison {
 public:
  explicit Comparison(double allowed) : allowed_(allowed) {}

  void compare(const Day& day, std::uint64_t trial, const FiguresByService& whole,
               const FiguresByService& after) {
    FiguresByService all = whole;
    all.insert(after.begin(), after.end());
    for (const auto& [service, either] : all) {
      const Figures before = of(whole, service);
      const Figures now = of(after, service);
      ++raises_.compared;
      raises_.lower += now.counted() < before.counted() ? 1 : 0;
      before_ += before.counted();
      after_ += now.counted();
      const Raise raise{day.kind, day.seed, service, trial, before.counted(), now.counted()};
      if (now.counted() > before.counted() * allowed_) raises_.raised.push_back(raise);
      if (now.lower > before.lower * allowed_)
        raises_.lower_raised.push_back({day.kind, day.seed, service, trial, before.lower, now.lower});
    }
  }
  [[nodiscard]] Raises take() {
    raises_.mean_share = before_ == 0 ? 1 : static_cast<double>(after_) / static_cast<double>(before_);
    return std::move(raises_);
  }

 private:
  double allowed_;
  Raises raises_;
  std::int64_t before_ = 0;
  std::int64_t after_ = 0;
};

struct Visit {
  int from = 0;  // this and the next: seconds since midnight
  int to = 0;
  int truth = 0;
  int counted = 0;
};

std::vector<Visit> visits_of(const TrueUse& use) {
  std::vector<std::pair<int, int>> spans = use.interactive.spans();
  spans.insert(spans.end(), use.playing.spans().begin(), use.playing.spans().end());
  std::sort(spans.begin(), spans.end());
  const auto apart = static_cast<int>(account::Method{}.visit_gap.count());
  std::vector<Visit> visits;
  for (const auto& [from, to] : spans) {
    if (visits.empty() || from - visits.back().to > apart) visits.push_back({from, from, 0, 0});
    Visit& visit = visits.back();
    visit.truth += std::max(0, to - std::max(from, visit.to));
    visit.to = std::max(visit.to, to);
  }
  return visits;
}

void give_to_nearest(std::vector<Visit>& visits, const model::UsageSlice& row) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const auto middle =
      static_cast<int>(duration_cast<seconds>(Timestamp(row.minute) - midnight()).count()) + 30;
  const auto apart = [&](const Visit& visit) {
    return std::max({0, visit.from - middle, middle - visit.to});
  };
  const auto nearest = std::min_element(visits.begin(), visits.end(),
                                        [&](const Visit& a, const Visit& b) { return apart(a) < apart(b); });
  nearest->counted += static_cast<int>(row.seconds);
}

}  // namespace

Visits visits_trial(const pipeline::Policies& policies, Seeds seeds) {
  Visits out;
  std::vector<double> errors;
  constexpr double minute = 60;
  for (const std::string& kind : kinds()) {
    for (std::size_t i = 0; i < seeds.count; ++i) {
      const Day day = person_day(kind, seeds.first + i);
      Watch watch(policies, 1);
      watch.keep(true, false);
      watch.see(record(day));
      watch.finish();
      for (const auto& [service, use] : day.truth) {
        if (use.used() == 0 || use.unattended.length() > 0) continue;
        std::vector<Visit> visits = visits_of(use);
        for (const model::UsageSlice& row : watch.rows()) {
          const bool is_counted = row.grade > model::Grade::weak && row.kind != model::Kind::concurrent;
          if (is_counted && row.service.text() == service) give_to_nearest(visits, row);
        }
        for (const Visit& visit : visits) {
          const double error = (visit.counted - visit.truth) / minute;
          errors.push_back(std::abs(error));
          out.mean_error += std::abs(error);
          out.bias += error;
          out.mean_truth += visit.truth / minute;
        }
      }
    }
  }
  out.visits = errors.size();
  if (errors.empty()) return out;
  const auto count = static_cast<double>(errors.size());
  out.mean_error /= count;
  out.bias /= count;
  out.mean_truth /= count;
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  out.median_error = *middle;
  return out;
}

std::vector<Result> day_results(const pipeline::Policies& policies, const Day& day) {
  Watch watch(policies, 1);
  watch.keep(false, true);
  watch.see(record(day));
  watch.finish();
  return results_of(day, watch.figures_of(person_of(0)), watch.seconds_of(machine_of(0).address));
}

std::vector<Result> people_trial(const pipeline::Policies& policies, Seeds seeds, const Progress& progress) {
  std::vector<Result> results;
  for (const std::string& kind : kinds()) {
    if (progress) progress(fmt::format("{}, {} days", kind, seeds.count));
    for (std::size_t i = 0; i < seeds.count; ++i)
      append(results, day_results(policies, person_day(kind, seeds.first + i)));
  }
  return results;
}

std::vector<Result> unused_trial(const pipeline::Policies& policies, Seeds seeds) {
  std::vector<Result> results;
  for (std::size_t i = 0; i < seeds.count; ++i) {
    for (const char* kind : {"none_news", "none_phone"})
      append(results, day_results(policies, person_day(kind, seeds.first + i)));
    append(results, day_results(policies, unused_day(seeds.first + i)));
  }
  return results;
}

CouncilDay council_trial(const pipeline::Policies& policies, std::uint64_t seed, std::size_t machines) {
  std::vector<Day> days;
  for (std::size_t i = 0; i < machines; ++i) days.push_back(unused_day(seed + i));
  Watch watch(policies, machines);
  watch.keep(false, true);
  CouncilDay out;
  out.frames = watch_council(watch, days);
  watch.finish();
  for (std::size_t i = 0; i < machines; ++i) {
    append(out.results,
           results_of(days[i], watch.figures_of(person_of(i)), watch.seconds_of(machine_of(i).address)));
  }
  return out;
}

int embeds_trial(const pipeline::Policies& policies, Seeds seeds, std::size_t pages_a_day) {
  int counted = 0;
  for (std::size_t i = 0; i < seeds.count; ++i) {
    const Day day = embeds_day(seeds.first + i, pages_a_day);
    for (const auto& [service, figures] : watched(policies, record(day))) counted += figures.counted();
  }
  return counted;
}

std::vector<int> background_trial(const pipeline::Policies& policies, Seeds seeds) {
  std::vector<int> most(poll_styles, 0);
  for (std::size_t style = 0; style < poll_styles; ++style) {
    for (std::size_t i = 0; i < seeds.count; ++i) {
      const Day day = background_day(static_cast<Poll>(style), seeds.first + i);
      for (const auto& [service, figures] : watched(policies, record(day))) {
        const auto use = day.truth.find(service);
        const int truth = use == day.truth.end() ? 0 : use->second.used();
        most[style] = std::max(most[style], figures.counted() - truth);
      }
    }
  }
  return most;
}

Raises loss_trial(const pipeline::Policies& policies, const std::vector<std::string>& of_kinds, Seeds seeds,
                  Seeds drops, double share) {
  constexpr double allowed = 1.02;
  Comparison comparison(allowed);
  for (const std::string& kind : of_kinds) {
    for (std::size_t i = 0; i < seeds.count; ++i) {
      const Day day = person_day(kind, seeds.first + i);
      const support::Recording recording = record(day);
      const FiguresByService whole = watched(policies, recording);
      for (std::uint64_t drop = drops.first; drop < drops.first + drops.count; ++drop)
        comparison.compare(day, drop, whole, watched(policies, recording, {share, drop}));
    }
  }
  return comparison.take();
}

Raises restart_trial(const pipeline::Policies& policies, const std::vector<std::string>& of_kinds,
                     Seeds seeds, Seeds cuts) {
  Comparison comparison(1);
  for (const std::string& kind : of_kinds) {
    for (std::size_t i = 0; i < seeds.count; ++i) {
      const Day day = person_day(kind, seeds.first + i);
      const support::Recording recording = record(day);
      const FiguresByService whole = watched(policies, recording);
      support::Random chance(cuts.first + day.seed);
      for (std::size_t cut = 0; cut < cuts.count; ++cut) {
        const auto second = static_cast<std::int64_t>(chance.uniform(clock_time(8, 50), clock_time(17)));
        const auto pause = static_cast<std::int64_t>(chance.below(120));
        const Timestamp stopped = midnight() + std::chrono::seconds(second);
        const Timestamp started = stopped + std::chrono::seconds(pause);
        Watch before(policies, 1);
        before.keep(false, false);
        before.see(recording, Timestamp::min(), stopped);
        before.finish(stopped);
        Watch after(policies, 1);
        after.keep(false, false);
        after.see(recording, started, Timestamp::max());
        after.finish();
        FiguresByService both = before.figures_of(person_of(0));
        for (const auto& [service, figures] : after.figures_of(person_of(0))) {
          both[service].interactive += figures.interactive;
          both[service].playing += figures.playing;
          both[service].lower += figures.lower;
        }
        comparison.compare(day, static_cast<std::uint64_t>(second), whole, both);
      }
    }
  }
  return comparison.take();
}

}  // namespace edgewatch::truth
