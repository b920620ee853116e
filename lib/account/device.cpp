#include "edgewatch/account/device.hpp"

#include <algorithm>

namespace edgewatch::account {
namespace {

/// Is there another action of a person before the hold of the one at `last` is over?
bool goes_on(const std::deque<Exchange>& exchanges, Timestamp last, const Follows& follows,
             const Method& method) {
  bool is_persons = true;
  Timestamp before = last;
  auto it = std::upper_bound(exchanges.begin(), exchanges.end(), last,
                             [](Timestamp moment, const Exchange& exchange) { return moment < exchange.at; });
  for (; it != exchanges.end() && it->at - last <= method.hold; ++it) {
    if (!is_human(*it, method)) continue;
    if (it->at - before > method.group_gap) is_persons = !follows(it->at);
    if (is_persons) return true;
    before = it->at;
  }
  return false;
}

}  // namespace

bool Device::add_listed(const Exchange& second, const Method& method) {
  return lanes_[second.provenance->service].log.add(second, method) != ExchangeLog::Added::full;
}

bool Device::add_unlisted(const Exchange& second, const Method& method) {
  const ExchangeLog::Added added = unlisted_.add(second, method);
  if (added == ExchangeLog::Added::orphan && second.down >= method.answer_bytes) pages_.add_orphan(second.at);
  return added != ExchangeLog::Added::full;
}

bool Device::add_excluded(Timestamp at, Excluded reason, const Method& method) {
  const auto [last, is_first] = excluded_.try_emplace(reason, at);
  const bool begins = is_first || at - last->second > method.group_gap;
  last->second = std::max(last->second, at);
  return begins;
}

void Device::end_holds(Timestamp at) { cuts_.insert_or_assign(at, CutCause::other); }

void Device::fold_unlisted(Timestamp until, const Method& method) {
  for (const Exchange& exchange : unlisted_.all()) {
    if (exchange.at >= until) break;
    pages_.add(exchange, method);
    elsewhere_.add(exchange, method);
  }
  unlisted_.forget_before(until);
}

bool Device::follows(Timestamp at, const model::ServiceId& service, const Coverage& coverage,
                     const Method& method) const {
  if (pages_.lead(at, coverage, method)) return true;
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const auto& lane) {
    return lane.first != service && leads(lane.second.log.all(), at, method);
  });
}

// The page that would have ended a hold may be among what was lost.
void Device::doubt_holds(std::vector<Credit>& credits, const Coverage& coverage, const Method& method) {
  for (Credit& credit : credits) {
    if (credit.kind != model::Kind::interactive) continue;
    for (UtcMinute minute = minute_of(credit.at); second_of(minute) < credit.end; ++minute) {
      if (!coverage.is_lossy(minute, method)) continue;
      const UnixSecond lossy = second_of(minute);
      credit.end = std::min(credit.end, std::max(credit.first() + method.hold_lossy.count(), lossy));
      credit.lower_end =
          std::min(credit.lower_end, std::max(credit.first() + method.hold_lower_lossy.count(), lossy));
      break;
    }
  }
}

// "a page burst NOT begun <=3 s after a credited group ends every open HOLD at its start"
void Device::hand_over(Timestamp from, Timestamp to, const Coverage& coverage, const Method& method) {
  for (const Timestamp page : pages_.begun(from, to, coverage, method)) {
    const bool pulled_in =
        std::any_of(credited_groups_.begin(), credited_groups_.end(),
                    [&](Timestamp group) { return group <= page && page - group <= method.follow_gap; });
    if (!pulled_in) cuts_.try_emplace(page, CutCause::handover);
  }
}

// A page that came at once after the last action seems to belong to it, and what was open before makes no
// page at all; but who is at it goes on asking there, and of the service no more.
void Device::turn_away(const Visit::Outcome& visit, const std::deque<Exchange>& exchanges,
                       const Follows& follows, const Method& method) {
  for (const Credit& last : visit.credits) {
    if (last.kind != model::Kind::interactive || goes_on(exchanges, last.at, follows, method)) continue;
    std::optional<Timestamp> turned = pages_.turned_to(last.at, last.at + method.follow_gap, method);
    if (!turned) turned = elsewhere_.turned_to(last.at, method);
    if (!turned) continue;
    for (Credit& credit : credits_) {
      if (credit.kind == model::Kind::interactive && credit.at <= last.at &&
          credit.provenance->service == last.provenance->service)
        cut(credit, *turned, CutCause::handover);
    }
  }
}

void Device::apply_cuts() {
  for (Credit& credit : credits_) {
    for (auto it = cuts_.upper_bound(credit.at); it != cuts_.end() && second_of(it->first) < credit.end;
         ++it) {
      if (it->second == CutCause::handover && credit.kind != model::Kind::interactive) continue;
      cut(credit, it->first, it->second);
      break;
    }
  }
}

Device::Contacts Device::decide(Timestamp to, End end, const Coverage& coverage, const Method& method) {
  Contacts excluded;
  const Timestamp read = to + method.continuation_within + method.group_reading + Method::Seconds(1);
  fold_unlisted(read, method);
  for (auto& [service, lane] : lanes_) judge_cadence(lane.log.all(), read, end, coverage, method);
  for (auto& [service, lane] : lanes_) {
    const auto follows_page = [&, &name = service](Timestamp at) {
      return follows(at, name, coverage, method);
    };
    const auto page_begun = [&](Timestamp from, Timestamp until) {
      return !pages_.begun(from, until, coverage, method).empty();
    };
    Visit::Outcome visit =
        lane.visit.decide(lane.log.all(), decided_, to, {follows_page, page_begun}, method);
    doubt_holds(visit.credits, coverage, method);
    credits_.insert(credits_.end(), visit.credits.begin(), visit.credits.end());
    excluded.insert(excluded.end(), visit.excluded.begin(), visit.excluded.end());
    credited_groups_.insert(credited_groups_.end(), visit.credited_groups.begin(),
                            visit.credited_groups.end());
    turn_away(visit, lane.log.all(), follows_page, method);
    // Last interaction wins, also where what is counted of it is playing.
    for (const Timestamp page : visit.shows) cuts_.try_emplace(page, CutCause::handover);
  }
  hand_over(decided_, to, coverage, method);
  apply_cuts();
  decided_ = to;
  return excluded;
}

void Device::forget(Timestamp final, const Method& method) {
  // Cadence looks back from what is judged next; nothing else looks back as far.
  const Timestamp horizon = decided_ - method.cadence_span - method.group_gap;
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    lane->second.log.forget_before(horizon);
    const bool done = lane->second.log.all().empty() && lane->second.visit.is_over(decided_, method);
    lane = done ? lanes_.erase(lane) : std::next(lane);
  }
  pages_.forget_before(decided_ - std::max(method.follow_span, method.lazy_within));
  elsewhere_.forget_before(decided_ - method.hold);
  std::erase_if(credited_groups_, [&](Timestamp at) { return at < decided_ - method.follow_gap; });
  std::erase_if(credits_, [&](const Credit& credit) { return credit.end <= second_of(final); });
  cuts_.erase(cuts_.begin(), cuts_.lower_bound(final - method.longest_hold()));
  std::erase_if(excluded_, [&](const auto& contact) { return contact.second < final; });
}

bool Device::is_empty() const {
  return lanes_.empty() && unlisted_.all().empty() && pages_.empty() && elsewhere_.empty() && cuts_.empty() &&
         credits_.empty() && excluded_.empty();
}

std::optional<Timestamp> Device::last_at() const {
  std::optional<Timestamp> last;
  for (const auto& [service, lane] : lanes_) {
    if (lane.log.all().empty()) continue;
    const Timestamp at = lane.log.all().back().at;
    last = last ? std::max(*last, at) : at;
  }
  return last;
}

}  // namespace edgewatch::account
