#include "edgewatch/account/cadence.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace edgewatch::account {
namespace {

constexpr std::int64_t percent = 100;

std::int64_t median(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return (values[middle - 1] + values[middle]) / 2;
}

std::vector<std::int64_t> gaps_between(const std::vector<Timestamp>& moments) {
  std::vector<std::int64_t> gaps;
  gaps.reserve(moments.size());
  for (std::size_t i = 1; i < moments.size(); ++i) gaps.push_back((moments[i] - moments[i - 1]).count());
  return gaps;
}

bool is_aligned(const std::vector<std::int64_t>& gaps, const Method& method) {
  const std::int64_t whole = Duration(method.cadence_alignment).count();
  const std::int64_t slack = Duration(method.cadence_alignment_slack).count();
  const std::int64_t least = Duration(method.cadence_alignment_min).count();
  return std::all_of(gaps.begin(), gaps.end(), [&](std::int64_t gap) {
    const std::int64_t rest = gap % whole;
    return gap >= least && std::min(rest, whole - rest) <= slack;
  });
}

bool is_even(const std::vector<std::int64_t>& gaps, const Method& method) {
  const std::int64_t middle = median(gaps);
  if (middle < Duration(method.cadence_gap_min).count()) return false;
  std::vector<std::int64_t> deviations;
  deviations.reserve(gaps.size());
  for (const std::int64_t gap : gaps) deviations.push_back(std::abs(gap - middle));
  const auto [least, most] = std::minmax_element(gaps.begin(), gaps.end());
  const std::int64_t deviation = std::max(Duration(method.cadence_deviation).count(),
                                          middle * method.cadence_deviation_percent / percent);
  const std::int64_t range =
      std::max(Duration(method.cadence_range).count(), middle * method.cadence_range_percent / percent);
  return median(deviations) <= deviation && *most - *least <= range;
}

/// Requests of one host in order of time.
using Host = std::vector<Exchange*>;

/// Requests alike in size, one behind the other; those that come together count as one.
struct Run {
  std::vector<Timestamp> moments;
  std::vector<Exchange*> members;
  Timestamp last;
};

bool is_alike(std::uint32_t size, std::uint32_t reference, const Method& method) {
  const std::int64_t difference = std::abs(std::int64_t{size} - std::int64_t{reference});
  return difference * percent <= std::int64_t{reference} * method.cadence_size_percent;
}

/// From the request at `begin` on, until `count` are together or the span is over.
Run run_from(const Host& host, std::size_t begin, std::uint32_t count, const Method& method) {
  Run run;
  const Exchange& first = *host[begin];
  for (std::size_t i = begin; i < host.size(); ++i) {
    Exchange& next = *host[i];
    if (next.at - first.at > method.cadence_span) break;
    if (!is_alike(next.up, first.up, method)) continue;
    if (run.moments.empty() || next.at - run.last > method.group_gap) {
      run.moments.push_back(next.at);
    }
    run.members.push_back(&next);
    run.last = next.at;
    if (run.moments.size() == count) break;
  }
  return run;
}

/// A run makes machines of those of its members that did not have to wait too long for its end.
void mark(const Run& run, Timestamp until, const Method& method) {
  for (Exchange* member : run.members) {
    if (member->cadence != Cadence::unjudged || member->at >= until) continue;
    if (run.last - member->at <= method.cadence_ahead) member->cadence = Cadence::machine;
  }
}

bool may_miss_requests(const Run& run, const Coverage& coverage, const Method& method) {
  for (UtcMinute minute = minute_of(run.moments.front()); minute <= minute_of(run.last); ++minute) {
    if (coverage.is_lossy(minute, method)) return true;
  }
  return false;
}

void judge_run(const Host& host, std::size_t begin, Timestamp until, const Coverage& coverage,
               const Method& method) {
  const Run run = run_from(host, begin, method.cadence_count, method);
  if (run.moments.size() == method.cadence_count && is_cadence(run.moments, Missing::none, method)) {
    mark(run, until, method);
  }
  const Run fewer = run_from(host, begin, method.cadence_count_lossy, method);
  if (fewer.moments.size() != method.cadence_count_lossy || !may_miss_requests(fewer, coverage, method))
    return;
  if (is_cadence(fewer.moments, Missing::possible, method)) mark(fewer, until, method);
}

/// A run too short to tell, whose next request is not overdue when the input ends.
void leave_open(const Host& host, std::size_t begin, Timestamp end, const Method& method) {
  const Run run = run_from(host, begin, method.cadence_count, method);
  if (run.moments.size() < method.cadence_count_open || run.moments.size() >= method.cadence_count) return;
  if (!is_cadence(run.moments, Missing::none, method)) return;
  const std::int64_t gap = median(gaps_between(run.moments));
  const std::int64_t slack =
      std::max(Duration(method.cadence_range).count(), gap * method.cadence_range_percent / percent);
  if (end - run.last > Duration(gap + slack)) return;
  for (Exchange* member : run.members) {
    if (member->cadence == Cadence::unjudged && end - member->at < method.cadence_ahead)
      member->cadence = Cadence::open;
  }
}

std::map<std::uint64_t, Host> by_host(std::deque<Exchange>& exchanges) {
  std::map<std::uint64_t, Host> hosts;
  for (Exchange& exchange : exchanges) {
    if (exchange.role != model::Role::media) hosts[exchange.host_key].push_back(&exchange);
  }
  return hosts;
}

}  // namespace

bool is_cadence(const std::vector<Timestamp>& moments, Missing missing, const Method& method) {
  std::vector<std::int64_t> gaps = gaps_between(moments);
  if (gaps.empty()) return false;
  if (is_aligned(gaps, method)) return true;
  if (missing == Missing::possible) {
    const std::int64_t middle = std::max<std::int64_t>(median(gaps), 1);
    for (std::int64_t& gap : gaps) gap /= std::max<std::int64_t>((gap + middle / 2) / middle, 1);
  }
  return is_even(gaps, method);
}

void judge_cadence(std::deque<Exchange>& exchanges, Timestamp until, Timestamp end, const Coverage& coverage,
                   const Method& method) {
  for (auto& [key, host] : by_host(exchanges)) {
    const auto unjudged = std::find_if(host.begin(), host.end(), [](const Exchange* exchange) {
      return exchange->cadence == Cadence::unjudged;
    });
    if (unjudged == host.end() || (*unjudged)->at >= until) continue;
    const Timestamp earliest = (*unjudged)->at - method.cadence_span;
    for (std::size_t i = 0; i < host.size() && host[i]->at < until; ++i) {
      if (host[i]->at >= earliest) judge_run(host, i, until, coverage, method);
    }
    if (end == Timestamp::max()) continue;  // there is more to come
    for (std::size_t i = 0; i < host.size() && host[i]->at < until; ++i) leave_open(host, i, end, method);
  }
  for (Exchange& exchange : exchanges) {
    if (exchange.at < until && exchange.cadence == Cadence::unjudged) exchange.cadence = Cadence::irregular;
  }
}

}  // namespace edgewatch::account
