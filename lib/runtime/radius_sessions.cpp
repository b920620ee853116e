#include "radius_sessions.hpp"

#include <algorithm>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using wire::radius::Accounting;
using wire::radius::Status;
using Event = model::TenancyEvent;

constexpr Duration silence_without_interim = 24h;
constexpr Duration shortest_silence = 15min;

std::string server_of(const Accounting& said, const net::IpAddress& sender) {
  if (said.access_server) return said.access_server->to_string();
  if (!said.access_server_identifier.empty()) return session_text(said.access_server_identifier);
  return sender.to_string();
}

}  // namespace

/// What waited says for how long (RFC 2866 section 5.2), and our own clock tells the rest. Else there may be
/// the server's (Event-Timestamp, RFC 2869 section 5.3).
RadiusSessions::When RadiusSessions::time_of(const Accounting& said, const std::string& server,
                                             Timestamp arrived) {
  if (said.event_time && said.delay == 0s) return {Timestamp(*said.event_time), arrived, server};
  return {arrived - std::min<Duration>(said.delay, 24h * 365), arrived, std::string(Event::our_clock)};
}

Event RadiusSessions::event_of(Event::Kind kind, const std::string& key, const When& when) {
  Event event;
  event.recorded_at = when.recorded_at;
  event.kind = kind;
  event.valid.from = when.at;
  event.source = Event::Source::radius;
  event.session = key;
  event.sender = when.sender;
  return event;
}

RadiusSessions::Outcome RadiusSessions::take(const Accounting& said, const net::IpAddress& sender,
                                             Timestamp arrived) {
  Outcome out;
  if (!said.status) return {{}, "status is none of ours"};
  const std::string server = server_of(said, sender);
  const When when = time_of(said, server, arrived);
  if (*said.status == Status::on || *said.status == Status::off) {
    const std::string prefix = server + '/';
    auto next = sessions_.lower_bound(prefix);
    while (next != sessions_.end() && next->first.starts_with(prefix)) {
      end(next->first, next->second, when, out.events);
      next = sessions_.erase(next);
    }
    return out;
  }
  if (said.session.empty()) return {{}, "no session id"};
  const std::string key = server + '/' + session_text(said.session);
  if (*said.status != Status::stop) return begin(said, key, when);
  const auto known = sessions_.find(key);
  if (known == sessions_.end()) return {{}, "stop of an unknown session"};
  end(key, known->second, when, out.events);
  sessions_.erase(known);
  return out;
}

RadiusSessions::Outcome RadiusSessions::begin(const Accounting& said, const std::string& key,
                                              const When& when) {
  const auto known = sessions_.find(key);
  const bool is_new = known == sessions_.end();
  if (is_new && sessions_.size() >= most_sessions) return {{}, "too many sessions"};
  const Account account = judge_account(said.user_name, {}, service_accounts_);
  // MAC authentication bypass: the name is the device's own.
  const bool is_person =
      account.kind == AccountKind::person && !wire::radius::read_station(said.user_name).has_value();
  if (!is_person && account.kind == AccountKind::unreadable) return {{}, "user name is not text"};

  Session session = is_new ? Session{} : known->second;
  const Session before = session;
  // An update may leave the name out; one that names a machine says that the person has gone.
  if (is_new || !said.user_name.empty()) session.person = is_person ? account.name : std::string();
  if (said.calling_station) session.mac = said.calling_station;
  for (const auto& address : {said.framed_address, said.framed_ipv6_address}) {
    if (!address) continue;
    std::erase_if(session.addresses, [&](const auto& other) { return other.is_v4() == address->is_v4(); });
    session.addresses.push_back(*address);
  }
  if (!is_new)
    session.interim = std::max(session.interim.value_or(Duration(0)), when.recorded_at - before.last_sign);
  session.last_sign = when.recorded_at;

  Outcome out;
  const bool same = !is_new && session.person == before.person && session.mac == before.mac &&
                    std::ranges::is_permutation(session.addresses, before.addresses);
  if (!same) {
    if (!is_new && (session.person != before.person || session.mac != before.mac)) {
      end(key, before, when, out.events);
    } else if (before.mac) {
      give_up_addresses(key, before, session, when, out.events);
    }
    say_begin(key, session, when, out.events);
  }
  if (!same && out.events.empty()) out.refusal = "no device or address yet";
  if (session.person.empty() && is_new) {
    out.refusal = account.kind == AccountKind::service  ? "service account"
                  : account.kind == AccountKind::person ? "MAC address in place of a name"
                                                        : "machine or anonymous name";
  }
  sessions_[key] = std::move(session);
  return out;
}

void RadiusSessions::say_begin(const std::string& key, const Session& session, const When& when,
                               std::vector<Event>& out) {
  const bool is_person = !session.person.empty();
  Event event = event_of(is_person ? Event::Kind::logon : Event::Kind::lease, key, when);
  event.person = session.person;
  event.mac = session.mac;
  for (const net::IpAddress& address : session.addresses) {
    event.address = address;
    if (is_person || session.mac) out.push_back(event);
  }
  if (session.addresses.empty() && is_person && session.mac) out.push_back(event);
}

/// Addresses that the device had and, in the same session, has no longer.
void RadiusSessions::give_up_addresses(const std::string& key, const Session& before, const Session& after,
                                       const When& when, std::vector<Event>& out) {
  for (const net::IpAddress& address : before.addresses) {
    if (std::ranges::find(after.addresses, address) != after.addresses.end()) continue;
    Event event = event_of(Event::Kind::release, key, when);
    event.mac = before.mac;
    event.address = address;
    out.push_back(event);
  }
}

void RadiusSessions::end(const std::string& key, const Session& session, const When& when,
                         std::vector<Event>& out) {
  const bool was_person = !session.person.empty();
  Event event = event_of(was_person ? Event::Kind::logoff : Event::Kind::release, key, when);
  event.mac = session.mac;
  for (const net::IpAddress& address : session.addresses) {
    event.address = address;
    if (was_person || session.mac) out.push_back(event);
  }
  if (session.addresses.empty() && was_person && session.mac) out.push_back(event);
}

std::vector<Event> RadiusSessions::silent(Timestamp now) {
  std::vector<Event> out;
  for (auto next = sessions_.begin(); next != sessions_.end();) {
    const Session& session = next->second;
    const Duration patience = session.interim ? std::max<Duration>(3 * *session.interim, shortest_silence)
                                              : silence_without_interim;
    if (now - session.last_sign <= patience) {
      ++next;
      continue;
    }
    end(next->first, session, {session.last_sign, now, std::string(Event::our_clock)}, out);
    next = sessions_.erase(next);
  }
  return out;
}

void RadiusSessions::restore(const Event& event) {
  if (event.source != Event::Source::radius || event.session.empty()) return;
  if (event.kind == Event::Kind::logoff || event.kind == Event::Kind::release) {
    sessions_.erase(event.session);
    return;
  }
  if (sessions_.size() >= most_sessions) return;
  Session& session = sessions_[event.session];
  session.person = event.person;
  session.mac = event.mac;
  if (event.address) {
    std::erase_if(session.addresses, [&](const auto& a) { return a.is_v4() == event.address->is_v4(); });
    session.addresses.push_back(*event.address);
  }
  session.last_sign = std::max(session.last_sign, event.recorded_at);
}

}  // namespace edgewatch::runtime
