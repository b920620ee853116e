#include "edgewatch/account/ownership.hpp"

#include <algorithm>

namespace edgewatch::account {

using model::Grade;
using model::Kind;

namespace {

const model::ServiceId& service_of(const Credit& credit) { return credit.provenance->service; }

/// What one service claims of one second.
struct Holder {
  const Credit* credit = nullptr;
  bool lower = false;
  bool active = false;
  bool handed_over = false;
};

struct Second {
  Holder interactive;
  std::vector<Holder> playing;  // one a service
};

/// A later credit of the same service takes over the holder unless it is of a lower grade.
void merge(Holder& holder, const Credit& credit, UnixSecond second, UnixSecond lower_end) {
  const bool replaces = holder.credit == nullptr || credit.grade >= holder.credit->grade;
  if (replaces) holder.credit = &credit;
  if (replaces || credit.grade > Grade::weak) holder.lower = holder.lower || second < lower_end;
  holder.active = holder.active || second == credit.first();
  holder.handed_over = credit.handed_over && second + 1 == credit.end;
}

void claim_interactive(Second& second, const Credit& credit, UnixSecond at) {
  const bool other =
      second.interactive.credit != nullptr && service_of(*second.interactive.credit) != service_of(credit);
  if (other) second.interactive = Holder{};  // last interaction wins
  merge(second.interactive, credit, at, credit.lower_end);
}

void claim_playing(Second& second, const Credit& credit, UnixSecond at, UnixSecond lower_end) {
  const auto same = std::find_if(second.playing.begin(), second.playing.end(), [&](const Holder& holder) {
    return service_of(*holder.credit) == service_of(credit);
  });
  Holder& holder = same == second.playing.end() ? second.playing.emplace_back() : *same;
  merge(holder, credit, at, lower_end);
}

/// Between two chunks video plays on; with the last the lower figure ends.
std::vector<UnixSecond> lower_ends(const std::vector<Credit>& credits) {
  std::vector<UnixSecond> ends(credits.size());
  std::map<model::ServiceId, std::size_t> last_chunk;
  for (std::size_t i = 0; i < credits.size(); ++i) {
    ends[i] = credits[i].lower_end;
    if (credits[i].kind != Kind::playing) continue;
    const auto previous = last_chunk.find(service_of(credits[i]));
    if (previous != last_chunk.end()) {
      const Credit& before = credits[previous->second];
      if (credits[i].first() <= before.end) {
        ends[previous->second] = std::max(ends[previous->second], credits[i].first());
      }
    }
    last_chunk[service_of(credits[i])] = i;
  }
  return ends;
}

Claim claim_of(const Holder& holder, UnixSecond second, Kind kind) {
  Claim claim;
  claim.second = second;
  claim.since = holder.credit->first();
  claim.kind = kind;
  claim.grade = holder.credit->grade;
  claim.reasons = holder.credit->reasons;
  if (holder.handed_over) claim.reasons |= model::bit(model::Reason::handover_cut);
  claim.lower = holder.lower && claim.grade > Grade::weak && kind != Kind::concurrent;
  claim.active = holder.active;
  claim.provenance = holder.credit->provenance;
  return claim;
}

/// Video that counts, where the interaction does not: the doubt is whether anybody acted, not whether it
/// played.
const Holder* counted_video_behind(const Second& second) {
  if (second.interactive.credit == nullptr || second.interactive.credit->grade > Grade::weak) return nullptr;
  const auto found = std::find_if(second.playing.begin(), second.playing.end(),
                                  [&](const Holder& holder) { return holder.credit->grade > Grade::weak; });
  return found == second.playing.end() ? nullptr : &*found;
}

void append_claims(std::vector<Claim>& claims, const Second& second, UnixSecond at) {
  const Holder* owner = nullptr;
  Kind kind = Kind::interactive;
  const Holder* video = counted_video_behind(second);
  if (video != nullptr) {
    kind = Kind::playing;
    owner = video;
  } else if (second.interactive.credit != nullptr) {
    owner = &second.interactive;
  } else {
    // Nothing was chosen last; what counts comes before what does not, else what began first.
    kind = Kind::playing;
    for (const Holder& holder : second.playing) {
      if (owner == nullptr || holder.credit->grade > owner->credit->grade) owner = &holder;
    }
  }
  if (owner == nullptr) return;
  claims.push_back(claim_of(*owner, at, kind));
  for (const Holder& holder : second.playing) {
    if (service_of(*holder.credit) == service_of(*owner->credit)) continue;
    claims.push_back(claim_of(holder, at, Kind::concurrent));
  }
}

}  // namespace

std::vector<Claim> settle(const std::vector<Credit>& credits, UnixSecond from, UnixSecond to,
                          const Method& method) {
  std::vector<Claim> claims;
  const std::vector<UnixSecond> lower = lower_ends(credits);
  const UnixSecond longest = method.longest_hold().count();
  std::size_t begin = 0;
  for (UnixSecond at = from; at < to; ++at) {
    while (begin < credits.size() && credits[begin].first() + longest <= at) ++begin;
    if (begin == credits.size()) break;
    if (credits[begin].first() > at) {
      at = std::min(credits[begin].first(), to) - 1;
      continue;
    }
    Second second;
    for (std::size_t i = begin; i < credits.size() && credits[i].first() <= at; ++i) {
      if (at >= credits[i].end) continue;
      if (credits[i].kind == Kind::interactive) {
        claim_interactive(second, credits[i], at);
      } else {
        claim_playing(second, credits[i], at, lower[i]);
      }
    }
    append_claims(claims, second, at);
  }
  return claims;
}

void VisitLengths::extend(Count& visit, UnixSecond second, const Method& method) {
  if (visit.owned > 0 && second - visit.last > method.visit_gap.count()) visit.owned = 0;
  visit.last = second;
  ++visit.owned;
}

void VisitLengths::apply(std::vector<Claim>& claims, UnixSecond final, const Method& method) {
  std::map<model::ServiceId, Count> ahead = visits_;
  auto next = claims.begin();  // the first claim that `ahead` has not seen
  for (Claim& claim : claims) {
    if (claim.second >= final) break;
    if (claim.kind == Kind::concurrent) continue;
    for (; next != claims.end() && next->second <= claim.second + method.visit_ahead.count(); ++next) {
      if (next->kind != Kind::concurrent) extend(ahead[next->provenance->service], next->second, method);
    }
    extend(visits_[claim.provenance->service], claim.second, method);
    if (ahead.at(claim.provenance->service).owned >= method.visit_min.count()) continue;
    claim.grade = Grade::weak;
    claim.lower = false;
    claim.reasons |= model::bit(model::Reason::short_visit);
  }
}

void VisitLengths::forget_before(UnixSecond second, const Method& method) {
  std::erase_if(visits_,
                [&](const auto& visit) { return second - visit.second.last > method.visit_gap.count(); });
}

}  // namespace edgewatch::account
