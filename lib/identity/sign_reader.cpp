#include "edgewatch/identity/sign_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::identity {
namespace {

using Sign = model::IdentitySign;
using Event = model::TenancyEvent;
using namespace std::chrono_literals;

constexpr std::size_t most_sessions = 1U << 16U;
constexpr std::size_t most_leases = 1U << 17U;
/// The register looks back no further.
constexpr Duration most_delay = 24h;
/// Devices repeat themselves within minutes while they use an address; a temporary one of IPv6 outlives its
/// use by days (RFC 8981).
constexpr std::chrono::hours neighbour_holds{4};
/// An access server that has not spoken of a session for so long has lost it (interim updates are minutes
/// apart).
constexpr std::chrono::hours session_holds{24};
constexpr std::chrono::seconds for_ever{0xffffffff};  // RFC 2132 section 9.2

/// `at` plus a lifetime, without running past the end of time.
Timestamp plus(Timestamp at, std::chrono::seconds lifetime) {
  return at > Timestamp::max() - lifetime ? Timestamp::max() : at + lifetime;
}

Event event_of(const Sign& sign, Event::Kind kind, Event::Source source) {
  Event event;
  event.recorded_at = sign.at + sign.delay;
  event.kind = kind;
  event.address = sign.address;
  event.mac = sign.mac;
  event.valid.from = sign.at;
  event.source = source;
  return event;
}

bool is_listed(const net::NetworkSet& servers, const Sign& sign) {
  return sign.server && net::contains(servers, *sign.server);
}

}  // namespace

std::vector<Event> SignReader::read(const Sign& sign) {
  Events events;
  switch (sign.kind) {
    case Sign::Kind::lease:
      read_lease(sign, events);
      break;
    case Sign::Kind::release:
      // The client's own word, and anybody's who writes its address: it only takes away.
      if (!sign.address) break;
      leases_.erase(*sign.address);
      events.push_back(event_of(sign, Event::Kind::release, Event::Source::dhcp));
      break;
    case Sign::Kind::neighbour:
      read_neighbour(sign, events);
      break;
    case Sign::Kind::ticket:
      // Whoever asks is given one where an account needs no proof beforehand (RFC 4120 section 3.1.1), and
      // cannot use it: only a ticket for a service shows that the password is known.
      break;
    case Sign::Kind::ticket_refresh:
      read_ticket(sign, events);
      break;
    case Sign::Kind::session_start:
    case Sign::Kind::session_update:
    case Sign::Kind::session_stop:
    case Sign::Kind::sessions_over:
      read_session(sign, events);
      break;
  }
  return events;
}

/// A server gives no address away that it has given to another and not got back. Where it seems to, somebody
/// may speak in its name, or we missed something: until the older lease runs out the address is nobody's.
void SignReader::read_lease(const Sign& sign, Events& events) {
  if (!sign.address || !sign.mac || !sign.lifetime) return;
  if (!is_listed(trust_.dhcp_servers, sign)) {
    ++tallies_.unbelieved;
    return;
  }
  const bool open = *sign.lifetime >= for_ever;
  const Timestamp until = open ? Timestamp::max() : plus(sign.at, *sign.lifetime);
  if (leases_.size() >= most_leases && !leases_.contains(*sign.address)) {
    ++tallies_.no_room;
    return;
  }
  const auto [known, is_new] = leases_.try_emplace(*sign.address, Lease{*sign.mac, until});
  if (!is_new && known->second.mac != *sign.mac && sign.at < known->second.until) {
    ++tallies_.contested;
    Event over = event_of(sign, Event::Kind::release, Event::Source::dhcp);
    over.mac.reset();
    events.push_back(std::move(over));
    known->second.mac = net::MacAddress();  // of neither, until the time has run out
    return;
  }
  known->second = {*sign.mac, until};
  Event lease = event_of(sign, Event::Kind::lease, Event::Source::dhcp);
  lease.valid.to = until;
  events.push_back(std::move(lease));
}

void SignReader::read_neighbour(const Sign& sign, Events& events) const {
  if (trust_.neighbours != Trust::Neighbours::bind || !sign.address || !sign.mac) return;
  Event event = event_of(sign, Event::Kind::lease, Event::Source::ndp);
  event.valid.to = plus(sign.at, neighbour_holds);
  events.push_back(std::move(event));
}

void SignReader::read_ticket(const Sign& sign, Events& events) {
  if (!is_listed(trust_.kerberos_servers, sign)) {
    ++tallies_.unbelieved;
    return;
  }
  Event event = event_of(sign, Event::Kind::logon, Event::Source::kerberos);
  event.person = sign.account;
  events.push_back(std::move(event));
}

void SignReader::read_session(const Sign& sign, Events& events) {
  if (!sign.authentic || !sign.server || !sign.access_server) {
    ++tallies_.unbelieved;
    return;
  }
  if (sign.delay > most_delay || sign.delay < Duration(0)) {
    ++tallies_.too_late;
    return;
  }
  const SessionKey key{*sign.server, *sign.access_server, sign.session};
  if (sign.kind == Sign::Kind::sessions_over) {
    const auto of_this_server = [&](const SessionKey& each) {
      return std::get<0>(each) == *sign.server && std::get<1>(each) == *sign.access_server;
    };
    auto session = sessions_.lower_bound({*sign.server, *sign.access_server, std::string()});
    while (session != sessions_.end() && of_this_server(session->first)) {
      end(sign, session->first, session->second, events);
      session = sessions_.erase(session);
    }
    return;
  }
  begin_or_go_on(sign, key, events);
  if (sign.kind != Sign::Kind::session_stop) return;
  const auto session = sessions_.find(key);
  if (session == sessions_.end()) return;
  end(sign, key, session->second, events);
  sessions_.erase(session);
}

/// Start and Interim-Update; a Stop too may be the first to name the address, but begins nothing.
void SignReader::begin_or_go_on(const Sign& sign, const SessionKey& key, Events& events) {
  const bool stops = sign.kind == Sign::Kind::session_stop;
  auto session = sessions_.find(key);
  if (session == sessions_.end() && (stops || sessions_.size() >= most_sessions)) {
    if (!stops) ++tallies_.no_room;
    return;
  }
  // Another name or device under the same id: the access server began anew (RFC 2866 section 5.5).
  const bool another =
      session != sessions_.end() && ((!sign.account.empty() && sign.account != session->second.account) ||
                                     (sign.mac && session->second.mac && *sign.mac != *session->second.mac));
  if (another) {
    end(sign, key, session->second, events);
    sessions_.erase(session);
    if (stops) return;
    session = sessions_.end();
  }
  if (session == sessions_.end())
    session = sessions_.emplace(key, Session{sign.account, sign.mac, {}, sign.at}).first;
  Session& known = session->second;
  known.last = std::max(known.last, sign.at);
  if (!known.mac) known.mac = sign.mac;
  if (sign.address) known.addresses.insert(*sign.address);
  if (stops) return;
  Event event = event_of(sign, Event::Kind::logon, Event::Source::radius);
  event.mac = known.mac;
  event.person = known.account;
  event.session = fmt::format("radius {} {} {}", std::get<0>(key).to_string(), std::get<1>(key).to_string(),
                              std::get<2>(key));
  event.valid.to = plus(sign.at, session_holds);
  if (known.mac && sign.address) {
    // The access server says which device has the address, whoever is logged on.
    Event lease = event;
    lease.kind = Event::Kind::lease;
    lease.person.clear();
    events.push_back(std::move(lease));
  }
  if (!known.account.empty() && (event.mac || event.address)) events.push_back(std::move(event));
}

void SignReader::end(const Sign& sign, const SessionKey& key, const Session& session, Events& events) {
  Event event = event_of(sign, Event::Kind::logoff, Event::Source::radius);
  event.mac = session.mac;
  event.address.reset();
  event.session = fmt::format("radius {} {} {}", std::get<0>(key).to_string(), std::get<1>(key).to_string(),
                              std::get<2>(key));
  if (session.mac) events.push_back(event);
  for (const net::IpAddress& address : session.addresses) {
    event.address = address;
    event.kind = Event::Kind::logoff;
    if (!session.mac) events.push_back(event);
    event.kind = Event::Kind::release;
    events.push_back(event);
  }
}

void SignReader::forget_before(Timestamp at) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.last + session_holds < at; });
  std::erase_if(leases_, [&](const auto& entry) { return entry.second.until < at; });
}

}  // namespace edgewatch::identity
