#include "edgewatch/identity/register.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

using Key = std::variant<net::IpAddress, net::MacAddress>;
using Layer = model::Binding::Layer;
using State = model::Binding::State;
using Word = LeaseTimeline::Word;

/// IDENTITY 3: how long a sign of a source without log-off holds at most.
constexpr std::chrono::hours longest_sign{8};
/// Frames may come from any address that somebody makes up; of more than these nothing is noted.
constexpr std::size_t most_addresses = 1U << 17U;

std::string text_of(const Key& key) {
  return std::visit([](const auto& value) { return value.to_string(); }, key);
}

Layer layer_of(const Key& key) {
  return std::holds_alternative<net::MacAddress>(key) ? Layer::device_to_person : Layer::address_to_person;
}

model::BindingId id_of(const Key& key, const model::PersonId& person, Timestamp from) {
  const auto of_bytes = [&](const auto& value) {
    return model::binding_id(layer_of(key), value.bytes(), person.text(), from);
  };
  return std::visit(of_bytes, key);
}

model::Basis basis_of(Rank rank) {
  if (rank == Rank::radius) return model::Basis::radius;
  return rank == Rank::static_list ? model::Basis::static_assignment : model::Basis::logon;
}

/// MAC authentication bypass: the User-Name is the MAC, in whatever spelling.
bool is_mac_name(std::string_view lower) {
  std::size_t digits = 0;
  for (const char c : lower) {
    if (c == '-' || c == ':' || c == '.') continue;
    if (std::string_view("0123456789abcdef").find(c) == std::string_view::npos) return false;
    ++digits;
  }
  return digits == 12;
}

/// Names that log on and are nobody: machine accounts, services, the system's own, bypassed devices, and the
/// outer name of an EAP session that keeps the true one to itself (RFC 3748 section 5.1, RFC 4282 2.4).
bool is_nobodys_name(const std::string& lower) {
  std::string_view name = split(lower, '\\').back();
  name = name.substr(0, name.find('@'));
  if (name.empty() || name.back() == '$' || is_mac_name(name)) return true;
  if (name.starts_with("host/") || name.starts_with("wellknown/")) return true;
  return name == "system" || name == "anonymous" || name == "anonymous logon" || name == "anon" ||
         name == "local service" || name == "network service";
}

bool is_same_interval(const model::Binding& a, const model::Binding& b) {
  return a.layer == b.layer && a.key == b.key && a.value == b.value && a.valid.from == b.valid.from &&
         (a.state == State::shared) == (b.state == State::shared);
}
bool says_the_same(const model::Binding& a, const model::Binding& b) {
  return is_same_interval(a, b) && a.valid == b.valid && a.basis == b.basis && a.state == b.state &&
         a.source == b.source;
}

/// What must be written down to go from one list of intervals to the other: those taken back first, as
/// intervals of no length.
void add_difference(std::vector<model::Binding>& out, const std::vector<model::Binding>& before,
                    const std::vector<model::Binding>& after, Timestamp recorded_at) {
  for (model::Binding old : before) {
    if (std::any_of(after.begin(), after.end(), [&](const auto& b) { return is_same_interval(old, b); }))
      continue;
    old.valid.to = old.valid.from;
    old.recorded_at = recorded_at;
    out.push_back(std::move(old));
  }
  for (const model::Binding& fresh : after) {
    if (std::any_of(before.begin(), before.end(), [&](const auto& b) { return says_the_same(fresh, b); }))
      continue;
    out.push_back(fresh);
    out.back().recorded_at = recorded_at;
  }
}

State state_of(Word word) {
  if (word == Word::seen) return State::seen;
  return word == Word::claimed ? State::claimed : State::held;
}

State state_of(Span::State state) {
  switch (state) {
    case Span::State::nothing:
    case Span::State::held:
      break;
    case Span::State::locked:
      return State::locked;
    case Span::State::left:
      return State::left;
    case Span::State::expired:
      return State::expired;
    case Span::State::stranger:
      return State::stranger;
    case Span::State::conflict:
      return State::conflict;
  }
  return State::held;
}

std::vector<model::Binding> bindings_of(const LeaseTimeline& leases, const std::string& key) {
  std::vector<model::Binding> out;
  for (const LeaseTimeline::Lease& lease : leases.leases()) {
    if (lease.valid.to <= lease.valid.from) continue;
    out.push_back({Layer::address_to_device,
                   key,
                   lease.mac.to_string(),
                   lease.valid,
                   {},
                   model::Basis::lease,
                   state_of(lease.word),
                   lease.source});
  }
  return out;
}

}  // namespace

bool Person::not_monitored() const {
  return std::find(groups.begin(), groups.end(), "not-monitored") != groups.end();
}

Register::Register(std::vector<Person> people, std::vector<Assignment> assignments, Topology topology,
                   Timestamp recorded_at)
    : routers_(topology.routers.begin(), topology.routers.end()),
      shared_networks_(std::move(topology.shared)) {
  load_static(std::move(people), std::move(assignments), recorded_at);
}

void Register::replace_static(std::vector<Person> people, std::vector<Assignment> assignments,
                              Timestamp recorded_at) {
  ++revision_;
  for (auto& [mac, tenancy] : devices_) tenancy.owners.clear();
  for (auto& [ip, address] : addresses_) address.tenancy.owners.clear();
  load_static(std::move(people), std::move(assignments), recorded_at);
}

void Register::load_static(std::vector<Person> people, std::vector<Assignment> assignments,
                           Timestamp recorded_at) {
  people_ = std::move(people);
  by_account_.clear();
  exempt_.clear();
  for (std::size_t i = 0; i < people_.size(); ++i) {
    const Person& person = people_[i];
    by_account_.emplace(ascii_lower(person.id.text()), i);
    for (const std::string& account : person.accounts) by_account_.emplace(ascii_lower(account), i);
    if (person.not_monitored()) exempt_.insert(person.id);
  }
  std::vector<model::Binding> bindings;
  for (Assignment& assignment : assignments) {
    Tenancy& tenancy = std::holds_alternative<net::MacAddress>(assignment.key)
                           ? devices_[std::get<net::MacAddress>(assignment.key)]
                           : addresses_[std::get<net::IpAddress>(assignment.key)].tenancy;
    if (!is_exempt(assignment.person)) {
      bindings.push_back({layer_of(assignment.key), text_of(assignment.key), assignment.person.text(),
                          assignment.valid, recorded_at, model::Basis::static_assignment});
    }
    const model::BindingId id = id_of(assignment.key, assignment.person, assignment.valid.from);
    tenancy.owners.push_back({std::move(assignment.person), assignment.valid, id});
  }
  add_difference(changed_, static_bindings_, bindings, recorded_at);
  static_bindings_ = std::move(bindings);
}

const Person* Register::find(const std::string& id_or_account) const {
  const auto found = by_account_.find(ascii_lower(id_or_account));
  return found == by_account_.end() ? nullptr : &people_[found->second];
}

bool Register::is_exempt_device(const net::MacAddress& mac) const {
  const auto found = devices_.find(mac);
  return found != devices_.end() && std::any_of(found->second.owners.begin(), found->second.owners.end(),
                                                [&](const Owner& owner) { return is_exempt(owner.person); });
}

std::optional<net::MacAddress> Register::leased_to(const net::IpAddress& address, Timestamp at) const {
  const auto found = addresses_.find(address);
  if (found == addresses_.end()) return std::nullopt;
  const LeaseTimeline::Lease* lease = found->second.leases.at(at);
  if (lease == nullptr || lease->word == Word::seen) return std::nullopt;
  return lease->mac;
}

void Register::apply(const model::TenancyEvent& event) {
  ++revision_;
  amending(keys_meant(event), event.recorded_at, event.source, [&] {
    using Kind = model::TenancyEvent::Kind;
    switch (event.kind) {
      case Kind::lease:
      case Kind::release:
        apply_lease(event);
        break;
      case Kind::logon:
        apply_logon(event);
        break;
      case Kind::logoff:
      case Kind::lock:
      case Kind::unlock:
        apply_session_change(event);
        break;
      case Kind::shared:
        apply_shared(event);
        break;
    }
  });
}

bool Register::see(const model::Client& client, Timestamp at) {
  if (!client.mac || routers_.contains(*client.mac)) return false;
  auto known = addresses_.find(client.address);
  if (known != addresses_.end() && known->second.leases.see(*client.mac, at)) return false;
  if (known == addresses_.end() && addresses_.size() >= most_addresses) {
    ++unseen_;
    return false;
  }
  ++revision_;
  amending({client.address}, at, model::TenancyEvent::Source::ndp, [&] {
    change_leases(client.address, at, [&](LeaseTimeline& leases) { leases.move(*client.mac, at); });
  });
  return true;
}

void Register::contradict(const net::IpAddress& address, const net::MacAddress& mac, Timestamp at) {
  ++revision_;
  if (routers_.contains(mac) || !addresses_.contains(address)) return;
  amending({address}, at, model::TenancyEvent::Source::ndp,
           [&] { change_leases(address, at, [&](LeaseTimeline& leases) { leases.contradict(mac, at); }); });
}

template <class Change>
void Register::change_leases(const net::IpAddress& address, Timestamp recorded_at, Change change) {
  LeaseTimeline& leases = addresses_[address].leases;
  const std::string key = address.to_string();
  const auto monitored = [&] {
    auto bindings = bindings_of(leases, key);
    std::erase_if(bindings, [&](const model::Binding& b) {
      return is_exempt_device(*net::MacAddress::parse(b.value));
    });
    return bindings;
  };
  const auto before = monitored();
  change(leases);
  add_difference(changed_, before, monitored(), recorded_at);
}

template <class Change>
bool Register::change_sessions(const Key& key, Timestamp recorded_at, Change change) {
  SessionTimeline& sessions = tenancy_of(key).sessions;
  const auto monitored = [&] {
    std::vector<model::Binding> out;
    for (const Span& span : sessions.spans()) {
      const bool exempt = std::any_of(span.people.begin(), span.people.end(),
                                      [&](const auto& person) { return is_exempt(person); });
      if (span.state == Span::State::nothing || exempt) continue;
      const bool conflict = span.state == Span::State::conflict;
      const bool of_one = span.people.size() == 1 && !conflict && span.state != Span::State::locked;
      out.push_back({layer_of(key),
                     text_of(key),
                     of_one ? span.people.front().text() : std::string(),
                     span.interval,
                     {},
                     conflict ? model::Basis::conflict : basis_of(span.rank),
                     state_of(span.state),
                     source_of(span.rank)});
    }
    return out;
  };
  const auto before = monitored();
  const bool changed = change(sessions);
  // Here, where there are few, and not at each second that somebody is attributed by one.
  sessions.name_spans([&](const Span& span) { return id_of(key, span.people.front(), span.interval.from); });
  if (changed) add_difference(changed_, before, monitored(), recorded_at);
  return changed;
}

Register::Tenancy& Register::tenancy_of(const Key& key) {
  if (const auto* mac = std::get_if<net::MacAddress>(&key)) return devices_[*mac];
  return addresses_[std::get<net::IpAddress>(key)].tenancy;
}

void Register::apply_lease(const model::TenancyEvent& event) {
  if (!event.address) return;
  if (event.kind == model::TenancyEvent::Kind::release) {
    change_leases(*event.address, event.recorded_at,
                  [&](LeaseTimeline& leases) { leases.release(event.mac, event.valid.from); });
  } else if (event.mac && !routers_.contains(*event.mac)) {
    const Word word = event.source == model::TenancyEvent::Source::ndp ? Word::claimed : Word::granted;
    change_leases(*event.address, event.recorded_at,
                  [&](LeaseTimeline& leases) { leases.grant(*event.mac, event.valid, word, event.source); });
  }
}

/// The device where one is named or the address is leased to one, else the address.
std::vector<Key> Register::keys_of(const model::TenancyEvent& event) const {
  std::vector<Key> keys;
  if (event.mac && !routers_.contains(*event.mac)) {
    keys.emplace_back(*event.mac);
  } else if (event.address) {
    if (const auto mac = leased_to(*event.address, event.valid.from)) keys.emplace_back(*mac);
  }
  if (event.address) keys.emplace_back(*event.address);
  return keys;
}

/// The same; a log-off may name nothing but its session (Windows 4634, RADIUS Stop).
std::vector<Key> Register::keys_meant(const model::TenancyEvent& event) const {
  std::vector<Key> keys = keys_of(event);
  if (!keys.empty() || event.session.empty()) return keys;
  for (const auto& [mac, tenancy] : devices_) {
    if (tenancy.sessions.has_session(event.session)) keys.emplace_back(mac);
  }
  for (const auto& [ip, address] : addresses_) {
    if (address.tenancy.sessions.has_session(event.session)) keys.emplace_back(ip);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

/// IDENTITY 3: a domain controller and Kerberos tell of no log-off, so what they say holds for min(lease/2, 8
/// h).
std::optional<std::chrono::seconds> Register::lifetime_of(const model::TenancyEvent& event) const {
  const Rank rank = rank_of(event.source);
  if (rank != Rank::dc && rank != Rank::kerberos) return std::nullopt;
  std::chrono::seconds lifetime = longest_sign;
  const auto address = event.address ? addresses_.find(*event.address) : addresses_.end();
  if (address != addresses_.end()) {
    const LeaseTimeline::Lease* lease = address->second.leases.at(event.valid.from);
    if (lease != nullptr && lease->valid.to != Timestamp::max() && lease->valid.from != Timestamp::min()) {
      lifetime = std::min(lifetime, std::chrono::duration_cast<std::chrono::seconds>(
                                        (lease->valid.to - lease->valid.from) / 2));
    }
  }
  return lifetime;
}

void Register::apply_logon(const model::TenancyEvent& event) {
  const Person* person = find(event.person);
  if (person == nullptr && is_nobodys_name(ascii_lower(event.person))) return;
  if (event.mac && event.address && !routers_.contains(*event.mac) &&
      leased_to(*event.address, event.valid.from) != event.mac) {
    // A logon that names both says which device has the address.
    change_leases(*event.address, event.recorded_at, [&](LeaseTimeline& leases) {
      leases.grant(*event.mac, event.valid, Word::granted, event.source);
    });
  }
  const auto keys = keys_of(event);
  if (keys.empty()) return;
  const SessionTimeline::Logon logon{.person = person == nullptr ? std::nullopt : std::optional(person->id),
                                     .rank = rank_of(event.source),
                                     .session = event.session,
                                     .valid = event.valid,
                                     .lifetime = lifetime_of(event)};
  change_sessions(keys.front(), event.recorded_at, [&](SessionTimeline& sessions) {
    sessions.log_on(logon);
    return true;
  });
  note_crowd(keys.front(), event);
}

/// A machine that many use at once looks like one person's, that of whoever logged on last. Where too many
/// are there together it is nobody's for a working day (TIME 1).
void Register::note_crowd(const Key& key, const model::TenancyEvent& by) {
  constexpr std::chrono::hours lasting{12};
  const auto since = tenancy_of(key).sessions.crowded_since(by.valid.from);
  if (!since) return;
  std::vector<Shared>& all = tenancy_of(key).shared;
  if (!all.empty() && all.back().crowd && all.back().valid.contains(by.valid.from)) {
    all.back().valid.to = std::max(all.back().valid.to, by.valid.from + lasting);
  } else {
    all.push_back({{*since, by.valid.from + lasting}, true});
  }
  note_shared(key, all.back(), by);
}

void Register::note_shared(const Key& key, const Shared& shared, const model::TenancyEvent& by) {
  const auto* mac = std::get_if<net::MacAddress>(&key);
  if (mac != nullptr && is_exempt_device(*mac)) return;
  changed_.push_back({layer_of(key),
                      text_of(key),
                      {},
                      shared.valid,
                      by.recorded_at,
                      shared.crowd ? model::Basis::conflict : model::Basis::shared_device,
                      State::shared,
                      by.source});
}

void Register::apply_session_change(const model::TenancyEvent& event) {
  using Kind = model::TenancyEvent::Kind;
  const Person* person = find(event.person);
  if (person == nullptr && !event.person.empty() && is_nobodys_name(ascii_lower(event.person))) return;
  const SessionTimeline::Meant meant{.session = event.session,
                                     .anybody = event.person.empty(),
                                     .person = person == nullptr ? std::nullopt : std::optional(person->id)};
  bool found = false;
  for (const Key& key : keys_meant(event)) {
    found = change_sessions(key, event.recorded_at,
                            [&](SessionTimeline& sessions) {
                              if (event.kind == Kind::logoff)
                                return sessions.log_off(meant, event.valid.from);
                              if (event.kind == Kind::lock) return sessions.lock(meant, event.valid.from);
                              return sessions.unlock(meant, event.valid.from);
                            }) ||
            found;
  }
  // Who unlocks a screen is there, whether or not we heard of the logon.
  if (!found && event.kind == Kind::unlock && person != nullptr) apply_logon(event);
}

void Register::apply_shared(const model::TenancyEvent& event) {
  const auto share = [&](const Key& key) {
    tenancy_of(key).shared.push_back({event.valid, false});
    note_shared(key, tenancy_of(key).shared.back(), event);
  };
  if (event.mac) share(*event.mac);
  if (event.address) share(*event.address);
}

std::vector<model::Binding> Register::drain_bindings() { return std::exchange(changed_, {}); }

std::vector<net::IpAddress> Register::addresses() const {
  std::vector<net::IpAddress> out;
  out.reserve(addresses_.size());
  for (const auto& [address, known] : addresses_) out.push_back(address);
  std::ranges::sort(out);
  return out;
}

void Register::forget_before(Timestamp at) {
  for (const net::IpAddress& ip : addresses()) {
    change_leases(ip, at, [&](LeaseTimeline& leases) { leases.close_silent(at); });
  }
  const auto forget = [&](Tenancy& tenancy) {
    tenancy.sessions.forget_before(at);
    std::erase_if(tenancy.shared, [&](const Shared& shared) { return shared.valid.to <= at; });
  };
  for (auto& [mac, tenancy] : devices_) forget(tenancy);
  for (auto& [ip, address] : addresses_) {
    forget(address.tenancy);
    address.leases.forget_before(at);
  }
  const auto is_empty = [](const Tenancy& tenancy) {
    return tenancy.sessions.spans().empty() && tenancy.shared.empty() && tenancy.owners.empty();
  };
  std::erase_if(addresses_, [&](const auto& entry) {
    return is_empty(entry.second.tenancy) && entry.second.leases.leases().empty();
  });
}

}  // namespace edgewatch::identity
