#include "edgewatch/account/visit.hpp"

#include "edgewatch/account/stream.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace edgewatch::account {

using model::bit;
using model::Grade;
using model::Kind;
using model::Reason;

namespace {

/// Another site's page began between two groups, one behind the other; what comes at once after a group is a
/// part of what it did.
bool are_parted(const Group& group, const Group& next, const OtherPages& pages, const Method& method) {
  const Timestamp from = group.last + method.follow_gap;
  return from < next.first && pages.begun(from, next.first);
}

}  // namespace

struct Visit::Surroundings {
  const std::deque<Exchange>& exchanges;
  const std::vector<Group>& groups;
  const OtherPages& pages;
  const Method& method;

  /// Another group, known to be a person's, that ended at most `apart` before this one or begins at most so
  /// long after its start.
  [[nodiscard]] bool has_neighbour(const Group& group, Method::Seconds apart) const {
    return std::any_of(groups.begin(), groups.end(), [&](const Group& other) {
      if (!other.firm || other.first == group.first) return false;
      return other.first < group.first ? group.first - other.last <= apart
                                       : other.first - group.first <= apart;
    });
  }

  /// No such group is near, or other sites' pages came between and the group is no page of its own: it may be
  /// a part of theirs, which loaded when the reader got there.
  [[nodiscard]] bool is_isolated(const Group& group) const {
    if (!has_neighbour(group, method.isolated)) return true;
    if (is_own_page(exchanges, group.first, method)) return false;
    const auto own = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& other) { return other.first == group.first; });
    for (auto it = own; it != groups.begin() && !are_parted(*std::prev(it), *it, pages, method); --it) {
      if (std::prev(it)->firm && group.first - std::prev(it)->last <= method.isolated) return false;
    }
    for (auto it = std::next(own); it != groups.end() && !are_parted(*std::prev(it), *it, pages, method);
         ++it) {
      if (it->firm && it->first - group.first <= method.isolated) return false;
    }
    return true;
  }

  /// One of several single requests of one size, one behind the other: a page that refreshes itself asks so,
  /// at whatever times. Fewer are enough where they bring hardly anything.
  [[nodiscard]] bool is_unvaried(const Group& group) const {
    const auto any = std::numeric_limits<std::uint64_t>::max();
    return is_in_row(group, method.unvaried_groups, method.hold, any) ||
           is_in_row(group, method.unvaried_groups_small, method.isolated, method.unvaried_small_bytes);
  }

  [[nodiscard]] bool is_in_row(const Group& group, std::uint32_t count, Method::Seconds apart,
                               std::uint64_t most_bytes) const {
    const auto is_single = [&](const Group& one) { return one.requests == 1 && one.bytes <= most_bytes; };
    const auto is_next = [&](const Group& before, const Group& after) {
      const std::int64_t difference = std::abs(std::int64_t{before.asked} - std::int64_t{after.asked});
      constexpr std::int64_t whole = 100;
      return is_single(before) && is_single(after) && before.host_key == after.host_key &&
             after.first - before.last <= apart &&
             difference * whole <= std::int64_t{before.asked} * method.unvaried_percent;
    };
    const auto own = std::find_if(groups.begin(), groups.end(),
                                  [&](const Group& other) { return other.first == group.first; });
    auto first = own;
    auto last = own;
    const auto enough = [&] { return last - first + 1 >= count; };
    while (!enough() && first != groups.begin() && is_next(*std::prev(first), *first)) --first;
    while (!enough() && std::next(last) != groups.end() && is_next(*last, *std::next(last))) ++last;
    return enough();
  }

  /// The visit whose last action lay at `last` is over, and the group must confirm it again: soon where the
  /// person went to another page in between.
  [[nodiscard]] bool is_over(Timestamp last, const Group& group) const {
    const Duration gap = group.first - last;
    if (gap > method.visit_gap) return true;
    return gap > method.return_gap && pages.begun(last + method.follow_gap, group.first);
  }

  /// An unlisted page lies so little before that the group may be of it: what such a page shows further down
  /// loads when the reader gets there.
  [[nodiscard]] bool is_down_a_page(const Group& group) const {
    return pages.begun(group.first - method.lazy_within, group.first);
  }
};

namespace {

struct Continuation {
  std::uint32_t groups = 0;
  std::uint32_t at_service = 0;
  std::uint32_t typed = 0;
  std::uint64_t bytes = 0;
};

/// Where what opened it was no page of its own, up to the next page of another site: what comes after that
/// may be that site's.
Continuation continuation_of(const Group& opener, bool own_page, const std::vector<Group>& groups,
                             const OtherPages& pages, const Method& method) {
  Continuation later;
  std::optional<Timestamp> refresh;  // what an app fetches by itself, however many groups it is
  const Group* before = &opener;
  for (const Group& group : groups) {
    if (!own_page && group.first > opener.first && are_parted(*before, group, pages, method)) break;
    if (group.first >= opener.first) before = &group;
    const Duration after = group.first - opener.first;
    const bool is_refreshing = refresh && group.first - *refresh <= method.app_refresh;
    if (after >= Duration(0) && group.app && !is_refreshing) refresh = group.first;
    if (is_refreshing && !group.core) continue;
    if (after < method.continuation_after || after > method.continuation_within) continue;
    if (!group.firm || pages.follows(group.first)) continue;
    ++later.groups;
    later.bytes += group.bytes;
    if (group.is_at_service()) ++later.at_service;
    if (group.typed) ++later.typed;
  }
  return later;
}

/// Continuation alone opens a visit, where nothing led it. Pictures never do, however many, and the service
/// itself must be met once more among them: one late widget and the pictures of a page are still another
/// site.
bool is_continued(const Group& opener, bool doubtful, const Continuation& later, const Method& method) {
  if (!opener.is_at_service() || later.bytes < method.continuation_bytes || later.at_service == 0)
    return false;
  return later.groups >= (doubtful ? method.continuation_groups_follower : method.continuation_groups);
}

bool is_video_near(const Group& group, const std::deque<Exchange>& exchanges, const Method& method) {
  return chunks_between(exchanges, group.first - method.lone_chunk_before,
                        group.first + method.lone_chunk_after, method) > 0 ||
         plays_at(exchanges, group.first, method);
}

/// No video ran just before: the group is a person's choice, not the next video of a list.
bool is_quiet_before(const Group& group, const std::deque<Exchange>& exchanges, const Method& method) {
  const Duration instant{1};
  return chunks_between(exchanges, group.first - method.media_quiet, group.first - instant, method) == 0 &&
         !plays_at(exchanges, group.first, method);
}

}  // namespace

bool Visit::is_chosen(Timestamp at, const Method& method) const {
  return last_choice_ && at - *last_choice_ <= method.media_cap;
}

Visit::Verdict Visit::playing(Timestamp at, model::Reasons reasons, const Method& method) const {
  reasons |= bit(Reason::media);
  if (is_chosen(at, method)) return {Kind::playing, Grade::moderate, reasons};
  reasons |= bit(chosen_run_ ? Reason::unattended : Reason::embedded);
  return {Kind::playing, Grade::weak, reasons};
}

Visit::Verdict Visit::open(const Group& group, bool follower, const Surroundings& around) {
  const Method& method = around.method;
  const bool page = group.core && bytes_from(around.exchanges, group.first, method) >= method.lead_bytes;
  const bool own_page = page && is_own_page(around.exchanges, group.first, method);
  const Continuation later = continuation_of(group, own_page, around.groups, around.pages, method);
  const bool doubtful = follower || (!own_page && around.is_down_a_page(group));
  // Pictures alone do not continue it either: a widget that loads late beside them looks like a page.
  if (page && !doubtful && later.at_service > 0) {
    state_ = State::led;
    opened_by_ = bit(Reason::led) | bit(Reason::cont);
    return credit_in_visit(group, true, around);
  }
  const bool continued = is_continued(group, doubtful, later, method);
  const bool typed = group.typed && later.typed >= method.continuation_groups_follower;
  if (continued || typed) {
    state_ = follower ? State::followed : State::continued;
    opened_by_ = bit(Reason::cont);
    if (follower) opened_by_ |= bit(Reason::follower);
    if (typed && !continued) opened_by_ |= bit(Reason::chat);
    last_action_ = group.first;
    if (follower) return {};  // it opens the visit and is not credited
    return credit_in_visit(group, true, around);
  }
  return open_without_continuation(group, follower, page && (own_page || !doubtful), around);
}

/// `chosen`: the group is a page that shows what somebody chose, if it plays.
Visit::Verdict Visit::open_without_continuation(const Group& group, bool follower, bool chosen,
                                                const Surroundings& around) {
  const Method& method = around.method;
  const bool plays =
      plays_between(around.exchanges, group.first, group.first + method.continuation_within, method);
  if (chosen && plays) {
    if (is_quiet_before(group, around.exchanges, method)) last_choice_ = group.first;
    if (follower) return {};  // it shows that the video was chosen, and is not credited
    return playing(group.first, bit(Reason::led), method);
  }
  const bool page = group.core && bytes_from(around.exchanges, group.first, method) >= method.lead_bytes;
  if (!page || follower || plays) return {};
  return {Kind::interactive, Grade::weak,
          static_cast<model::Reasons>(bit(Reason::led) | bit(Reason::bounce))};
}

Visit::Verdict Visit::credit_in_visit(const Group& group, bool opener, const Surroundings& around) {
  const Method& method = around.method;
  const bool lone = !opener && is_video_near(group, around.exchanges, method) &&
                    !around.has_neighbour(group, method.lone_apart);
  if (lone) return {};  // the next video began by itself: it stays playing
  Verdict verdict;
  verdict.kind = Kind::interactive;
  verdict.grade = state_ == State::led ? Grade::strong : Grade::moderate;
  verdict.reasons = opened_by_;
  if (around.is_isolated(group) || around.is_unvaried(group)) {
    verdict.grade = Grade::weak;
    verdict.reasons |= bit(Reason::isolated);
  }
  if (!group.firm) verdict.grade = Grade::weak;
  // An isolated group may be a refresh, but one that led a visit while no video ran was somebody's choice.
  const bool led = opener && state_ == State::led && is_quiet_before(group, around.exchanges, method);
  if (verdict.grade > Grade::weak || led) last_choice_ = group.first;
  return verdict;
}

/// A page of its own that shows something which plays then and counts: whoever opened it is there, though
/// what is counted of it is playing.
bool Visit::shows_what_plays(const Group& group, const Surroundings& around) const {
  return group.core && is_own_page(around.exchanges, group.first, around.method) &&
         is_chosen(group.first, around.method) &&
         plays_between(around.exchanges, group.first, group.first + around.method.continuation_after,
                       around.method);
}

bool Visit::is_evidence(const Group& group) const {
  return group.is_at_service() || (group.typed && (opened_by_ & bit(Reason::chat)) != 0);
}

std::optional<Excluded> Visit::why_excluded(const Group& group, bool follower) const {
  if (follower) return Excluded::follower;
  if (state_ == State::led || state_ == State::continued) return std::nullopt;
  return group.is_at_service() || group.typed ? Excluded::no_continuation : Excluded::embedded;
}

Visit::Verdict Visit::judge(const Group& group, bool follower, const Surroundings& around) {
  if (last_action_ && around.is_over(*last_action_, group)) state_ = State::none;
  if (state_ == State::none) return open(group, follower, around);
  if (follower) return {};
  if (state_ == State::followed) {
    if (!is_evidence(group)) return {};
    state_ = State::continued;
  }
  return credit_in_visit(group, false, around);
}

void Visit::take_human(const Exchange& exchange, const Surroundings& around, Outcome& outcome) {
  const bool begins = !last_human_ || exchange.at - *last_human_ > around.method.group_gap;
  last_human_ = exchange.at;
  if (begins) {
    const auto group = std::find_if(around.groups.begin(), around.groups.end(),
                                    [&](const Group& g) { return g.first == exchange.at; });
    // None where an answer came so late that the exchange was passed over before: it is not counted now.
    current_ = Verdict{};
    if (group != around.groups.end()) {
      const bool follower = around.pages.follows(group->first);
      current_ = judge(*group, follower, around);
      const std::optional<Excluded> reason = why_excluded(*group, follower);
      if (!current_.kind && reason) outcome.excluded.emplace_back(group->first, *reason);
      if (!follower && shows_what_plays(*group, around)) outcome.shows.push_back(group->first);
    }
    if (current_.kind == Kind::interactive) outcome.credited_groups.push_back(group->first);
  }
  if (!current_.kind) return;
  last_action_ = exchange.at;
  outcome.credits.push_back(
      credit_for(exchange, *current_.kind, current_.grade, current_.reasons, around.method));
}

void Visit::take_chunk(const Exchange& chunk, const Surroundings& around, Outcome& outcome) {
  const Method& method = around.method;
  if (!last_chunk_ || chunk.at - *last_chunk_ > method.visit_gap) chosen_run_ = false;
  last_chunk_ = chunk.at;
  chosen_run_ = chosen_run_ || is_chosen(chunk.at, method);
  const std::optional<Playing> plays = playing_from(around.exchanges, chunk.at, method);
  if (!plays) return;
  const Verdict verdict = playing(chunk.at, 0, method);
  Credit credit = credit_for(chunk, Kind::playing, verdict.grade, verdict.reasons, method);
  credit.end = std::max(second_of(chunk.at + plays->time), credit.first() + 1);
  // Ownership joins chunks that are near; it cannot know yet of one that is further off.
  if (plays->goes_on) credit.lower_end = credit.end;
  outcome.credits.push_back(credit);
}

void Visit::take_machine(const Exchange& exchange, const Method& method, Outcome& outcome) {
  if (!last_machine_ || exchange.at - *last_machine_ > method.group_gap) {
    outcome.excluded.emplace_back(exchange.at, Excluded::background);
  }
  last_machine_ = exchange.at;
}

Visit::Outcome Visit::decide(const std::deque<Exchange>& exchanges, Timestamp from, Timestamp to,
                             const OtherPages& pages, const Method& method) {
  Outcome outcome;
  const auto widest = std::max({method.isolated * method.unvaried_groups_small, method.lone_apart,
                                method.hold * method.unvaried_groups});
  const std::vector<Group> groups =
      groups_between(exchanges, from - widest - method.group_gap,
                     to + method.continuation_within + method.group_reading, method);
  const Surroundings around{exchanges, groups, pages, method};
  auto it = std::lower_bound(exchanges.begin(), exchanges.end(), from,
                             [](const Exchange& exchange, Timestamp moment) { return exchange.at < moment; });
  for (; it != exchanges.end() && it->at < to; ++it) {
    if (is_human(*it, method)) {
      take_human(*it, around, outcome);
    } else if (is_media(*it, method)) {
      take_chunk(*it, around, outcome);
    } else if (it->cadence == Cadence::machine) {
      take_machine(*it, method, outcome);
    }
  }
  return outcome;
}

bool Visit::is_over(Timestamp at, const Method& method) const {
  const auto gone = [&](const std::optional<Timestamp>& moment, Method::Seconds after) {
    return !moment || at - *moment > after;
  };
  return gone(last_human_, method.group_gap) && gone(last_action_, method.visit_gap) &&
         gone(last_choice_, method.media_cap) && gone(last_chunk_, method.visit_gap) &&
         gone(last_machine_, method.group_gap);
}

}  // namespace edgewatch::account
