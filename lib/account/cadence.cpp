#include "edgewatch/account/cadence.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

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

/// Each gap divided by how many units it comes nearest to.
std::vector<std::int64_t> in_units(std::vector<std::int64_t> gaps, std::int64_t unit) {
  for (std::int64_t& gap : gaps) gap /= std::max<std::int64_t>((gap + unit / 2) / unit, 1);
  return gaps;
}

/// Requests of one host in order of time.
using Host = std::vector<Exchange*>;

/// Requests alike in size, one behind the other; those that come together count as one.
struct Run {
  std::vector<Timestamp> moments;
  std::vector<Exchange*> members;
  Timestamp last;
};

bool is_alike(std::uint32_t size, std::uint32_t reference, std::uint32_t within_percent) {
  const std::int64_t difference = std::abs(std::int64_t{size} - std::int64_t{reference});
  return difference * percent <= std::int64_t{reference} * within_percent;
}

/// From the request at `begin` on, until `count` are together or the span is over.
Run run_from(const Host& host, std::size_t begin, std::uint32_t count, std::uint32_t size_percent,
             const Method& method) {
  Run run;
  const Exchange& first = *host[begin];
  for (std::size_t i = begin; i < host.size(); ++i) {
    Exchange& next = *host[i];
    if (next.at - first.at > method.cadence_span) break;
    if (!is_alike(next.up, first.up, size_percent)) continue;
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

/// Nothing was asked of another host of the service beside it: pages are made of parts from several.
bool stands_alone(const Exchange& request, const std::deque<Exchange>& exchanges, const Method& method) {
  const auto begin = std::lower_bound(exchanges.begin(), exchanges.end(), request.at - method.group_gap,
                                      [](const Exchange& e, Timestamp moment) { return e.at < moment; });
  const auto is_later = [&](const Exchange& e) { return e.at > request.at + method.group_gap; };
  return std::none_of(begin, std::find_if(begin, exchanges.end(), is_later), [&](const Exchange& e) {
    return e.host_key != request.host_key && e.role != model::Role::media && e.down >= method.answer_bytes;
  });
}

/// What the teeth of a comb have in common: a size, and then a little slack; or the exact moment, and then
/// any size, if nothing comes with them, as pictures come with what a person does.
struct Teeth {
  std::uint32_t size_percent;  // 0: any
  Duration gap_min;
  Duration slack;
  std::uint32_t slack_percent;
};

/// The next requests from the one at `begin` that may be teeth with it, that one first: at most so many that
/// the teeth of a comb are a fair share of them.
Host alike_from(const Host& host, std::size_t begin, const Teeth& teeth,
                const std::deque<Exchange>& exchanges, const Method& method) {
  Host alike;
  const Exchange& first = *host[begin];
  const std::size_t most = std::size_t{method.comb_share} * method.cadence_count;
  for (std::size_t i = begin; i < host.size() && alike.size() < most; ++i) {
    if (host[i]->at - first.at > method.cadence_span) break;
    const bool fits = teeth.size_percent == 0 ? stands_alone(*host[i], exchanges, method)
                                              : is_alike(host[i]->up, first.up, teeth.size_percent);
    if (fits || i == begin) alike.push_back(host[i]);
  }
  return alike;
}

/// The request that lies nearest to `moment`, if one is near enough.
Exchange* tooth_at(const Host& alike, Timestamp moment, Duration slack) {
  const auto apart = [&](const Exchange* exchange) { return std::chrono::abs(exchange->at - moment); };
  const auto nearest = std::min_element(
      alike.begin(), alike.end(), [&](const Exchange* a, const Exchange* b) { return apart(a) < apart(b); });
  return apart(*nearest) <= slack ? *nearest : nullptr;
}

/// The teeth of a comb that begins with the first request and one a period later, as far as it goes. One may
/// be missing: what was asked in the same second of the same flow is one request with it, and larger.
Run comb_of(const Host& alike, Duration period, const Teeth& teeth, const Method& method) {
  const Timestamp first = alike.front()->at;
  const Duration slack = std::max<Duration>(teeth.slack, period * teeth.slack_percent / percent);
  Run comb;
  std::int64_t periods = 0;
  Timestamp expected = first;
  for (std::uint32_t missing = 0; comb.moments.size() < method.cadence_count; ++periods, expected += period) {
    Exchange* tooth = tooth_at(alike, expected, slack);
    if (tooth == nullptr && ++missing > method.comb_missing) break;
    if (tooth == nullptr) continue;
    comb.members.push_back(tooth);
    comb.moments.push_back(tooth->at);
    comb.last = expected = tooth->at;
    if (periods > 0) period = (tooth->at - first) / periods;  // the clock of a poll drifts a little each time
  }
  return comb;
}

bool may_miss_requests(const Run& run, const Coverage& coverage, const Method& method) {
  for (UtcMinute minute = minute_of(run.moments.front()); minute <= minute_of(run.last); ++minute) {
    if (coverage.is_lossy(minute, method)) return true;
  }
  return false;
}

void judge_run(const Host& host, std::size_t begin, std::uint32_t size_percent, Timestamp until,
               const Coverage& coverage, const Method& method) {
  const Run run = run_from(host, begin, method.cadence_count, size_percent, method);
  if (run.moments.size() == method.cadence_count && is_cadence(run.moments, Missing::none, method)) {
    mark(run, until, method);
  }
  const Run fewer = run_from(host, begin, method.cadence_count_lossy, size_percent, method);
  if (fewer.moments.size() != method.cadence_count_lossy || !may_miss_requests(fewer, coverage, method))
    return;
  if (is_cadence(fewer.moments, Missing::possible, method)) mark(fewer, until, method);
}

/// A poll that goes on while the person asks the same host for things of its size: a run of neighbours does
/// not find it, a comb does. The comb must stand out: where a person's requests are all alike and many, some
/// always lie where a tooth would.
void judge_combs(const Host& host, std::size_t begin, const Teeth& teeth, Timestamp until,
                 const std::deque<Exchange>& exchanges, const Method& method) {
  const Host alike = alike_from(host, begin, teeth, exchanges, method);
  for (const Exchange* other : alike) {
    for (std::int64_t periods = 1; periods <= 1 + method.comb_missing; ++periods) {
      const Duration period = (other->at - alike.front()->at) / periods;
      if (period < teeth.gap_min) break;
      const Run comb = comb_of(alike, period, teeth, method);
      if (comb.moments.size() == method.cadence_count) mark(comb, until, method);
    }
  }
}

/// When it was plain that the requests alike the one at `begin`, which had to wait, are a long poll: enough
/// of them had to wait as long to a fraction of a second, and less than half as many for some other time.
std::optional<Timestamp> told_by_waits(const Host& host, std::size_t begin, const Method& method) {
  const Exchange& first = *host[begin];
  Timestamp before = first.at;
  std::optional<Duration> whole;
  std::uint32_t waits = 0;
  std::uint32_t others = 0;
  for (std::size_t i = begin + 1; i < host.size() && host[i]->at - first.at <= method.cadence_span; ++i) {
    if (!is_alike(host[i]->up, first.up, method.comb_size_percent)) continue;
    const Duration wait = host[i]->at - before;
    before = host[i]->at;
    if (!whole) whole = wait;
    if (*whole < method.comb_gap_min) return std::nullopt;
    const bool is_whole = std::chrono::abs(wait - *whole) <= method.comb_exact_slack;
    if (!is_whole && wait >= method.comb_gap_min) ++others;
    if (is_whole && ++waits >= method.poll_waits && 2 * others < waits) return before;
  }
  return std::nullopt;
}

/// A long poll waits for news and is asked again in the same words when there is some, and else when its wait
/// is over: at whatever times, but where nothing comes its waits are all of one length.
void judge_long_polls(const Host& host, std::size_t begin, Timestamp until, const Method& method) {
  const std::optional<Timestamp> told = told_by_waits(host, begin, method);
  if (!told) return;
  const Exchange& first = *host[begin];
  Run polls;
  polls.last = *told;
  for (Exchange* request : host) {
    if (request->at - first.at > method.cadence_span) break;
    if (is_alike(request->up, first.up, method.comb_size_percent)) polls.members.push_back(request);
  }
  mark(polls, until, method);
}

/// How long after its last request an even run could still go on. Of one request nothing is known but that a
/// machine slower than this is never told.
Duration patience(const Run& run, const Method& method) {
  if (run.moments.size() == 1) return method.cadence_ahead / (method.cadence_count - 1);
  const std::int64_t gap = median(gaps_between(run.moments));
  const std::int64_t slack =
      std::max(Duration(method.cadence_range).count(), gap * method.cadence_range_percent / percent);
  return Duration(gap + slack);
}

/// A run too short to tell, whose next request is not overdue when the input ends. Where watching stopped,
/// one or two requests are such a run too if they stand alone, as polls do: the rest of it is watched by
/// another.
void leave_open(const Host& host, std::size_t begin, End end, const std::deque<Exchange>& exchanges,
                const Method& method) {
  const Run run = run_from(host, begin, method.cadence_count, method.cadence_size_percent, method);
  if (run.moments.size() >= method.cadence_count) return;
  if (run.moments.size() > 1 && !is_cadence(run.moments, Missing::none, method)) return;
  if (end.at - run.last > patience(run, method)) return;
  const bool is_young = run.moments.size() < method.cadence_count_open;
  if (is_young && !end.stopped) return;
  for (Exchange* member : run.members) {
    if (member->cadence != Cadence::unjudged || end.at - member->at >= method.cadence_ahead) continue;
    if (!is_young || stands_alone(*member, exchanges, method)) member->cadence = Cadence::open;
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
  const std::vector<std::int64_t> gaps = gaps_between(moments);
  if (gaps.empty()) return false;
  if (is_aligned(gaps, method)) return true;
  if (is_even(gaps, method)) return true;
  if (missing == Missing::none) return false;
  if (is_even(in_units(gaps, std::max<std::int64_t>(median(gaps), 1)), method)) return true;
  // Where half of the gaps have a request missing, it is the shortest that has none.
  const auto [least, most] = std::minmax_element(gaps.begin(), gaps.end());
  const std::int64_t unit = std::max<std::int64_t>(*least, 1);
  return *most < 5 * unit / 2 && is_even(in_units(gaps, unit), method);
}

void judge_cadence(std::deque<Exchange>& exchanges, Timestamp until, End end, const Coverage& coverage,
                   const Method& method) {
  const Teeth alike{method.comb_size_percent, method.comb_gap_min, method.comb_slack,
                    method.comb_slack_percent};
  const Teeth exact{0, method.cadence_gap_min, method.comb_exact_slack, 0};
  for (auto& [key, host] : by_host(exchanges)) {
    const auto unjudged = std::find_if(host.begin(), host.end(), [](const Exchange* exchange) {
      return exchange->cadence == Cadence::unjudged;
    });
    if (unjudged == host.end() || (*unjudged)->at >= until) continue;
    const Timestamp earliest = (*unjudged)->at - method.cadence_span;
    for (std::size_t i = 0; i < host.size() && host[i]->at < until; ++i) {
      if (host[i]->at < earliest) continue;
      for (const std::uint32_t size : {method.cadence_size_percent, method.cadence_size_close_percent})
        judge_run(host, i, size, until, coverage, method);
      judge_combs(host, i, alike, until, exchanges, method);
      if (stands_alone(*host[i], exchanges, method)) judge_combs(host, i, exact, until, exchanges, method);
    }
    // What told may lie after `until`, no further than `cadence_ahead` after what it told.
    for (std::size_t i = 0; i < host.size(); ++i) {
      if (host[i]->at >= earliest) judge_long_polls(host, i, until, method);
    }
    if (end.at == Timestamp::max()) continue;  // there is more to come
    for (std::size_t i = 0; i < host.size() && host[i]->at < until; ++i)
      leave_open(host, i, end, exchanges, method);
  }
  for (Exchange& exchange : exchanges) {
    if (exchange.at < until && exchange.cadence == Cadence::unjudged) exchange.cadence = Cadence::irregular;
  }
}

}  // namespace edgewatch::account
