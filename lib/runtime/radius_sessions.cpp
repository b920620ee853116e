#include "radius_sessions.hpp"

#include <algorithm>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using wire::radius::Accounting;
using wire::radius::Status;
using Event = model::TenancyEvent;

constexpr std::size_t most_servers = 4096;
constexpr Duration silence_without_interim = 24h;
constexpr Duration shortest_silence = 15min;

std::string server_of(const Accounting& said, const net::IpAddress& sender) {
  if (said.access_server) return said.access_server->to_string();
  if (!said.access_server_identifier.empty()) return session_text(said.access_server_identifier);
  return sender.to_string();
}

Event event_of(Event::Kind kind, const std::string& key, Timestamp at, Timestamp recorded_at) {
  Event event;
  event.recorded_at = recorded_at;
  event.kind = kind;
  event.valid.from = std::min(at, recorded_at);
  event.source = Event::Source::radius;
  event.session = key;
  return event;
}

}  // namespace

std::optional<Timestamp> RadiusSessions::time_of(const Accounting& said, const std::string& server,
                                                 Timestamp arrived) {
  // RFC 2866 section 5.2; Event-Timestamp (RFC 2869 section 5.3) says when it was by the server's own clock.
  const Timestamp delayed = arrived - std::min<Duration>(said.delay, 24h * 365);
  if (!said.event_time) return delayed;
  if (clocks_.size() >= most_servers && !clocks_.contains(server)) clocks_.clear();
  // What waited for us to come back says so by its delay, which is none of the clock's.
  const auto placed = clocks_[server].place(Timestamp(*said.event_time), delayed);
  if (!placed) return std::nullopt;
  return placed;
}

RadiusSessions::Outcome RadiusSessions::take(const Accounting& said, const net::IpAddress& sender,
                                             Timestamp arrived) {
  Outcome out;
  if (!said.status) return {{}, "status is none of ours"};
  const std::string server = server_of(said, sender);
  const auto at = time_of(said, server, arrived);
  if (!at) return {{}, "clock is more than two minutes off"};
  if (*said.status == Status::on || *said.status == Status::off) {
    const std::string prefix = server + '/';
    auto next = sessions_.lower_bound(prefix);
    while (next != sessions_.end() && next->first.starts_with(prefix)) {
      end(next->first, next->second, *at, arrived, out.events);
      next = sessions_.erase(next);
    }
    return out;
  }
  if (said.session.empty()) return {{}, "no session id"};
  const std::string key = server + '/' + session_text(said.session);
  if (*said.status != Status::stop) return begin(said, key, *at, arrived);
  const auto known = sessions_.find(key);
  if (known == sessions_.end()) return {{}, "stop of an unknown session"};
  end(key, known->second, *at, arrived, out.events);
  sessions_.erase(known);
  return out;
}

RadiusSessions::Outcome RadiusSessions::begin(const Accounting& said, const std::string& key, Timestamp at,
                                              Timestamp arrived) {
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
  if (!is_new) session.interim = std::max(session.interim.value_or(Duration(0)), arrived - before.last_sign);
  session.last_sign = arrived;

  Outcome out;
  const bool same = !is_new && session.person == before.person && session.mac == before.mac &&
                    std::ranges::is_permutation(session.addresses, before.addresses);
  if (!same) {
    if (!is_new && (session.person != before.person || session.mac != before.mac)) {
      end(key, before, at, arrived, out.events);
    } else if (before.mac) {
      give_up_addresses(key, before, session, at, arrived, out.events);
    }
    say_begin(key, session, at, arrived, out.events);
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

void RadiusSessions::say_begin(const std::string& key, const Session& session, Timestamp at,
                               Timestamp recorded_at, std::vector<Event>& out) {
  const bool is_person = !session.person.empty();
  Event event = event_of(is_person ? Event::Kind::logon : Event::Kind::lease, key, at, recorded_at);
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
                                       Timestamp at, Timestamp recorded_at, std::vector<Event>& out) {
  for (const net::IpAddress& address : before.addresses) {
    if (std::ranges::find(after.addresses, address) != after.addresses.end()) continue;
    Event event = event_of(Event::Kind::release, key, at, recorded_at);
    event.mac = before.mac;
    event.address = address;
    out.push_back(event);
  }
}

void RadiusSessions::end(const std::string& key, const Session& session, Timestamp at, Timestamp recorded_at,
                         std::vector<Event>& out) {
  const bool was_person = !session.person.empty();
  Event event = event_of(was_person ? Event::Kind::logoff : Event::Kind::release, key, at, recorded_at);
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
    end(next->first, session, session.last_sign, now, out);
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
