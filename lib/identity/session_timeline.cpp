#include "edgewatch/identity/timeline.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

/// Two sources that are this close speak of the same moment: clock offsets up to here are not corrected
/// (IDENTITY 3).
constexpr std::chrono::seconds equal_time{2};
/// More sessions of one key than this are not weighed anew when an event comes; what they gave stays as it
/// was resolved.
constexpr std::size_t most_sessions = 32;

void add_once(std::vector<model::PersonId>& people, const model::PersonId& person) {
  if (std::find(people.begin(), people.end(), person) == people.end()) people.push_back(person);
}

/// `at` plus a lifetime, without running past the end of time.
Timestamp plus(Timestamp at, std::chrono::seconds lifetime) {
  return at > Timestamp::max() - lifetime ? Timestamp::max() : at + lifetime;
}

}  // namespace

Rank rank_of(model::TenancyEvent::Source source) {
  using Source = model::TenancyEvent::Source;
  switch (source) {
    case Source::admin:
      return Rank::admin;
    case Source::radius:
      return Rank::radius;
    case Source::windows:
      return Rank::windows;
    case Source::kerberos:
      return Rank::kerberos;
    case Source::dc:
      return Rank::dc;
    case Source::dhcp:
    case Source::ndp:
    case Source::static_list:
      break;
  }
  return Rank::static_list;
}

model::TenancyEvent::Source source_of(Rank rank) {
  using Source = model::TenancyEvent::Source;
  switch (rank) {
    case Rank::admin:
      return Source::admin;
    case Rank::radius:
      return Source::radius;
    case Rank::windows:
      return Source::windows;
    case Rank::kerberos:
      return Source::kerberos;
    case Rank::dc:
      return Source::dc;
    case Rank::static_list:
      break;
  }
  return Source::static_list;
}

void SessionTimeline::log_on(const Logon& logon) {
  if (logon.valid.to <= logon.valid.from) return;
  const Timestamp at = logon.valid.from;
  // A source without log-off repeats itself, and one with session ids speaks of the same session again; any
  // other logon is a new one.
  const bool may_refresh = logon.lifetime.has_value() || !logon.session.empty();
  for (Session& session : sessions_) {
    if (may_refresh && session.person == logon.person && session.rank == logon.rank &&
        session.id == logon.session && session.start <= at && at < session.end) {
      session.signs.insert(std::upper_bound(session.signs.begin(), session.signs.end(), at), at);
      session.end = logon.valid.to;
      session.lifetime = logon.lifetime;
      resolve(at);
      return;
    }
  }
  Session fresh{.person = logon.person,
                .rank = logon.rank,
                .id = logon.session,
                .start = at,
                .end = logon.valid.to,
                .expires = logon.lifetime.has_value(),
                .lifetime = logon.lifetime,
                .signs = {at},
                .locked = {}};
  sessions_.insert(std::upper_bound(sessions_.begin(), sessions_.end(), at,
                                    [](Timestamp t, const Session& session) { return t < session.start; }),
                   std::move(fresh));
  freeze();
  resolve(at);
}

template <class Change>
bool SessionTimeline::change_meant(const Meant& meant, Timestamp at, Change change) {
  bool found = false;
  for (Session& each : sessions_) {
    const bool is_meant =
        meant.session.empty() ? meant.anybody || each.person == meant.person : each.id == meant.session;
    if (!is_meant || at < each.start || at >= each.end) continue;
    change(each);
    found = true;
  }
  if (found) resolve(at);
  return found;
}

bool SessionTimeline::log_off(const Meant& meant, Timestamp at) {
  return change_meant(meant, at, [&](Session& each) {
    each.end = at;
    each.expires = false;
  });
}

bool SessionTimeline::lock(const Meant& meant, Timestamp at) {
  return change_meant(meant, at, [&](Session& each) {
    if (!each.locked.empty() && each.locked.back().contains(at)) return;
    each.locked.push_back({at, Timestamp::max()});
  });
}

bool SessionTimeline::unlock(const Meant& meant, Timestamp at) {
  return change_meant(meant, at, [&](Session& each) {
    for (model::Interval& locked : each.locked) {
      if (locked.contains(at)) locked.to = at;
    }
    each.signs.insert(std::upper_bound(each.signs.begin(), each.signs.end(), at), at);
  });
}

void SessionTimeline::forget_before(Timestamp at) {
  drop_finished(at);
  std::erase_if(spans_, [&](const Span& span) { return span.interval.to <= at; });
}

bool SessionTimeline::has_session(const std::string& id) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const Session& each) { return each.id == id; });
}

std::optional<Timestamp> SessionTimeline::crowded_since(Timestamp moment) const {
  constexpr std::size_t crowd = 3;
  constexpr std::chrono::hours together{1};
  std::vector<std::optional<model::PersonId>> people;
  std::optional<Timestamp> second_came;
  for (const Session& session : sessions_) {
    const bool there = session.start <= moment && moment - session.start <= together && moment < session.end;
    if (!there || std::find(people.begin(), people.end(), session.person) != people.end()) continue;
    people.push_back(session.person);
    if (people.size() == 2) second_came = session.start;
  }
  if (people.size() < crowd) return std::nullopt;
  return second_came;
}

const Span* SessionTimeline::at(Timestamp moment) const {
  const auto next = std::upper_bound(spans_.begin(), spans_.end(), moment,
                                     [](Timestamp t, const Span& span) { return t < span.interval.from; });
  if (next == spans_.begin()) return nullptr;
  const Span& span = *std::prev(next);
  return span.interval.contains(moment) ? &span : nullptr;
}

/// One session as it stands at a moment, by its own source alone.
struct SessionTimeline::View {
  bool is_live = false;
  bool is_locked = false;
  bool has_expired = false;
  Timestamp ended;

  View(const Session& session, Timestamp moment) {
    ended = session.end;
    has_expired = session.expires;
    if (session.lifetime) {
      const auto sign = std::upper_bound(session.signs.begin(), session.signs.end(), moment);
      ended = std::min(
          ended, plus(sign == session.signs.begin() ? session.start : *std::prev(sign), *session.lifetime));
    }
    is_live = moment < ended;
    is_locked =
        is_live && std::any_of(session.locked.begin(), session.locked.end(),
                               [&](const model::Interval& locked) { return locked.contains(moment); });
  }
};

/// Whether another person's session has taken the place of this one. A newer logon of an equal or firmer
/// source ends the older session at its time, unless the older one gave a sign of life after it: then both
/// are live, and rivals. At equal time the firmer source stands.
bool SessionTimeline::is_displaced(const Session& session, Timestamp moment) const {
  return std::any_of(sessions_.begin(), sessions_.end(), [&](const Session& other) {
    if (other.person == session.person || other.start > moment) return false;
    const bool same_time = std::chrono::abs(other.start - session.start) <= equal_time;
    const bool stronger =
        same_time ? other.rank > session.rank : other.start > session.start && other.rank >= session.rank;
    if (!stronger) return false;
    const auto sign = std::upper_bound(session.signs.begin(), session.signs.end(),
                                       same_time ? other.start + equal_time : other.start);
    return sign == session.signs.end() || *sign > moment;
  });
}

Span SessionTimeline::evaluate(Timestamp moment) const {
  Span span;
  std::vector<const Session*> open;
  const Session* last = nullptr;
  Timestamp last_end = Timestamp::min();
  bool any_locked = false;
  bool stranger = false;
  for (const Session& session : sessions_) {
    if (session.start > moment) break;
    const View view(session, moment);
    if (is_displaced(session, moment)) continue;
    if (!view.is_live) {
      if (view.ended >= last_end) last = &session, last_end = view.ended;
    } else if (view.is_locked) {
      any_locked = true;
      if (session.person) add_once(span.people, *session.person);
    } else {
      open.push_back(&session);
    }
  }
  if (!open.empty()) {
    span.people.clear();
    for (const Session* session : open) {
      span.rank = std::max(span.rank, session->rank);
      if (session->person) add_once(span.people, *session->person);
      stranger = stranger || !session->person;
    }
    const bool rivals = span.people.size() + (stranger ? 1 : 0) > 1;
    span.state = rivals ? Span::State::conflict : stranger ? Span::State::stranger : Span::State::held;
  } else if (any_locked) {
    span.state = Span::State::locked;
  } else if (last != nullptr) {
    span.state = View(*last, moment).has_expired ? Span::State::expired : Span::State::left;
    if (last->person) span.people = {*last->person};
  }
  return span;
}

std::vector<Timestamp> SessionTimeline::boundaries(Timestamp from) const {
  std::vector<Timestamp> out;
  const auto add = [&](Timestamp at) {
    if (at > from && at != Timestamp::max()) out.push_back(at);
  };
  for (const Session& session : sessions_) {
    add(session.start);
    add(session.end);
    for (const Timestamp sign : session.signs) {
      add(sign);
      if (session.lifetime) add(plus(sign, *session.lifetime));
    }
    for (const model::Interval& locked : session.locked) {
      add(locked.from);
      add(locked.to);
    }
  }
  if (!sessions_.empty() && sessions_.front().start <= from) out.push_back(from);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// Weighs the sessions anew from that moment on: nothing that is said of a moment changes an answer before
/// it.
void SessionTimeline::resolve(Timestamp from) {
  from = std::max(from, frozen_);
  std::erase_if(spans_, [&](const Span& span) { return span.interval.from >= from; });
  if (!spans_.empty()) spans_.back().interval.to = std::min(spans_.back().interval.to, from);
  const std::vector<Timestamp> moments = boundaries(from);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    Span span = evaluate(moments[i]);
    span.interval = {moments[i], i + 1 < moments.size() ? moments[i + 1] : Timestamp::max()};
    if (!spans_.empty() && spans_.back().interval.to == span.interval.from &&
        spans_.back().says_the_same(span)) {
      spans_.back().interval.to = span.interval.to;
    } else {
      spans_.push_back(std::move(span));
    }
  }
}

/// Takes sessions that are over at that moment out of the weighing; their spans stay. The one that ended last
/// stays too: that its person left is what is known of the device.
void SessionTimeline::drop_finished(Timestamp at) {
  frozen_ = std::max(frozen_, at);
  Timestamp last_end = Timestamp::min();
  const auto is_over = [&](const Session& session) {
    return session.start < at && !View(session, at).is_live;
  };
  for (const Session& session : sessions_) {
    if (is_over(session) && !is_displaced(session, at))
      last_end = std::max(last_end, View(session, at).ended);
  }
  std::vector<bool> drop;
  for (const Session& session : sessions_) {
    drop.push_back(session.start < at &&
                   (is_displaced(session, at) || (is_over(session) && View(session, at).ended < last_end)));
  }
  std::size_t i = 0;
  std::erase_if(sessions_, [&](const Session&) { return drop[i++]; });
}

/// Bounds the work of one event where nobody calls `forget_before`.
void SessionTimeline::freeze() {
  if (sessions_.size() > most_sessions) drop_finished(sessions_[sessions_.size() - most_sessions / 2].start);
}

}  // namespace edgewatch::identity
