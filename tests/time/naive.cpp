#include "time/naive.hpp"

#include <algorithm>
#include <set>

namespace edgewatch::truth {
namespace {

constexpr std::uint32_t request_bytes = 100;  // what an access log would have a line for
constexpr std::int64_t minute = 60;
constexpr std::int64_t window = 300;
constexpr std::int64_t read_time = 180;

using Moments = std::vector<std::int64_t>;

/// What the methods see of one service.
struct Contact {
  std::set<std::int64_t> seconds;
  std::set<std::int64_t> requests;
  std::map<model::FlowId, std::pair<std::int64_t, std::int64_t>> flows;  // first and last second
};

double session_time(const std::set<std::int64_t>& requests, std::int64_t gap, std::int64_t added) {
  std::int64_t total = 0;
  std::int64_t begun = 0;
  std::int64_t last = 0;
  bool open = false;
  for (const std::int64_t at : requests) {
    if (open && at - last > gap) {
      total += last - begun + added;
      open = false;
    }
    if (!open) begun = at;
    open = true;
    last = at;
  }
  if (open) total += last - begun + added;
  return static_cast<double>(total);
}

double read_times(const std::set<std::int64_t>& requests) {
  std::int64_t total = requests.empty() ? 0 : read_time;
  const std::int64_t* before = nullptr;
  for (const std::int64_t& at : requests) {
    if (before != nullptr) total += std::min(read_time, at - *before);
    before = &at;
  }
  return static_cast<double>(total);
}

double unique_minutes(const std::set<std::int64_t>& requests) {
  std::set<std::int64_t> minutes;
  for (const std::int64_t at : requests) minutes.insert(at / minute);
  return static_cast<double>(minute * static_cast<std::int64_t>(minutes.size()));
}

double flow_union(const Contact& contact) {
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  for (const auto& [flow, span] : contact.flows) spans.push_back(span);
  std::sort(spans.begin(), spans.end());
  std::int64_t total = 0;
  std::int64_t reached = 0;
  for (const auto& [from, to] : spans) {
    total += std::max<std::int64_t>(0, to - std::max(from, reached));
    reached = std::max(reached, to);
  }
  return static_cast<double>(total);
}

/// Requests in each window of five minutes, by service; the unlisted ones under the empty name.
using Windows = std::map<std::int64_t, std::map<std::string, double>>;

double share_of_windows(const Windows& windows, const std::string& service) {
  double total = 0;
  for (const auto& [number, counts] : windows) {
    const auto own = counts.find(service);
    if (own == counts.end()) continue;
    double all = 0;
    for (const auto& [name, count] : counts) all += count;
    total += static_cast<double>(window) * own->second / all;
  }
  return total;
}

}  // namespace

const std::array<NaiveMethod, naive_count>& naive_methods() {
  static const std::array<NaiveMethod, naive_count> methods = {{
      {"last - first", "from the first contact of the day to the last"},
      {"connections x 1 min", "a minute for every connection"},
      {"flow-range union (FortiAnalyzer)", "every second in which a connection was open"},
      {"read time 180 s (FortiAnalyzer, McAfee)", "from each request to the next, at most three minutes"},
      {"5-min gap (WebSpy, Fastvue)", "requests at most five minutes apart are one session"},
      {"5-min gap + 1 min (Sophos)", "the same, and a minute for each session"},
      {"unique minutes (M86)", "every minute with a request"},
      {"1-min gap (Barracuda)", "requests at most a minute apart are one session"},
      {"5-min share (Smoothwall)", "the service's share of the requests in each five minutes"},
  }};
  return methods;
}

std::map<std::string, NaiveFigures> naive_figures(const std::vector<NamedSecond>& seconds) {
  std::map<std::string, Contact> contacts;
  Windows windows;
  for (const NamedSecond& one : seconds) {
    const bool is_request = one.up >= request_bytes;
    if (is_request) windows[one.second / window][one.service] += 1;
    if (one.service.empty()) continue;
    Contact& contact = contacts[one.service];
    contact.seconds.insert(one.second);
    if (is_request) contact.requests.insert(one.second);
    auto& span = contact.flows.try_emplace(one.flow, one.second, one.second).first->second;
    span.second = std::max(span.second, one.second);
  }
  std::map<std::string, NaiveFigures> out;
  for (const auto& [service, contact] : contacts) {
    out[service] = {static_cast<double>(*contact.seconds.rbegin() - *contact.seconds.begin()),
                    static_cast<double>(minute) * static_cast<double>(contact.flows.size()),
                    flow_union(contact),
                    read_times(contact.requests),
                    session_time(contact.requests, window, 0),
                    session_time(contact.requests, window, minute),
                    unique_minutes(contact.requests),
                    session_time(contact.requests, minute, 0),
                    share_of_windows(windows, service)};
  }
  return out;
}

}  // namespace edgewatch::truth
