#include "edgewatch/account/follower.hpp"

#include <algorithm>

namespace edgewatch::account {

void PageBursts::extend(Burst& burst, const Exchange& exchange, const Method& method) {
  burst.last = std::max(burst.last, exchange.at);
  if (exchange.at - burst.first > method.follow_span) return;
  burst.bytes += exchange.down;
  const bool is_known = std::find(burst.flows.begin(), burst.flows.end(), exchange.flow) != burst.flows.end();
  if (!is_known && burst.flows.size() < method.page_flows) burst.flows.push_back(exchange.flow);
}

void PageBursts::add(const Exchange& exchange, const Method& method) {
  if (exchange.down < method.answer_bytes) {
    scraps_.push_back(exchange.at);
    return;
  }
  const auto later =
      std::find_if(bursts_.rbegin(), bursts_.rend(), [&](const Burst& b) { return b.first <= exchange.at; });
  if (later != bursts_.rend() && exchange.at - later->last <= method.page_gap) {
    extend(*later, exchange, method);
    return;
  }
  Burst burst;
  burst.first = burst.last = exchange.at;
  extend(burst, exchange, method);
  bursts_.insert(later.base(), burst);
}

void PageBursts::add_orphan(Timestamp at) {
  constexpr Method::Seconds request_before{1};
  scraps_.push_back(at - request_before);
}

bool PageBursts::lead(Timestamp at, const Coverage& coverage, const Method& method) const {
  const bool after_scrap = std::any_of(scraps_.begin(), scraps_.end(), [&](Timestamp scrap) {
    return scrap <= at && at - scrap <= method.follow_gap && coverage.is_lossy(minute_of(scrap), method);
  });
  return after_scrap || std::any_of(bursts_.begin(), bursts_.end(), [&](const Burst& burst) {
           return burst.first <= at && at - burst.last <= method.follow_gap &&
                  at - burst.first <= method.follow_span && burst.is_page(coverage, method);
         });
}

std::vector<Timestamp> PageBursts::begun(Timestamp from, Timestamp to, const Coverage& coverage,
                                         const Method& method) const {
  std::vector<Timestamp> out;
  for (const Burst& burst : bursts_) {
    if (from <= burst.first && burst.first < to && burst.is_page(coverage, method))
      out.push_back(burst.first);
  }
  for (const Timestamp scrap : scraps_) {
    if (from <= scrap && scrap < to && coverage.is_lossy(minute_of(scrap), method)) out.push_back(scrap);
  }
  return out;
}

std::optional<Timestamp> PageBursts::turned_to(Timestamp from, Timestamp to, const Method& method) const {
  for (const Burst& burst : bursts_) {
    if (from <= burst.first && burst.first < to && burst.bytes >= method.page_bytes_away &&
        burst.flows.size() >= method.page_flows)
      return burst.first;
  }
  return std::nullopt;
}

void PageBursts::forget_before(Timestamp at) {
  std::erase_if(bursts_, [&](const Burst& burst) { return burst.last < at; });
  std::erase_if(scraps_, [&](Timestamp scrap) { return scrap < at; });
}

namespace {

/// What of a service can be a page: chunks of video cannot.
bool is_of_page(const Exchange& exchange, const Method& method) {
  return exchange.role != model::Role::media && exchange.down >= method.answer_bytes;
}

struct Page {
  Timestamp first;
  Timestamp last;
  std::uint64_t bytes = 0;  // this and `core`: of the first `follow_span`, in which it can lead
  bool core = false;

  void extend(const Exchange& exchange, const Method& method) {
    last = exchange.at;
    if (exchange.at - first > method.follow_span) return;
    bytes += exchange.down;
    core = core || exchange.role == model::Role::core;
  }
  [[nodiscard]] bool leads(Timestamp at, const Method& method) const {
    return first < at && at - first <= method.follow_span && at - last <= method.follow_gap && core &&
           bytes >= method.page_bytes;
  }
};

}  // namespace

bool leads(const std::deque<Exchange>& other_service, Timestamp at, const Method& method) {
  // From a little before the span, so that a page that began earlier is seen to have done so.
  const Timestamp from = at - method.follow_span - method.group_gap;
  auto it = std::lower_bound(other_service.begin(), other_service.end(), from,
                             [](const Exchange& exchange, Timestamp moment) { return exchange.at < moment; });
  Page page;
  for (; it != other_service.end() && it->at <= at + method.follow_span; ++it) {
    if (!is_of_page(*it, method)) continue;
    const bool joins = page.bytes != 0 && it->at - page.last <= method.group_gap;
    if (!joins) {
      if (page.leads(at, method)) return true;
      if (it->at >= at) return false;
      page = Page{};
      page.first = it->at;
    }
    page.extend(*it, method);
  }
  return page.leads(at, method);
}

}  // namespace edgewatch::account
