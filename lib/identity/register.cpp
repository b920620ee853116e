#include "edgewatch/identity/register.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

using Key = std::variant<net::IpAddress, net::MacAddress>;
using Layer = model::Binding::Layer;

/// IDENTITY 3: how long a sign of a source without log-off holds at most.
constexpr std::chrono::hours longest_sign{8};

std::string text_of(const Key& key) {
  return std::visit([](const auto& value) { return value.to_string(); }, key);
}

Layer layer_of(const Key& key) {
  return std::holds_alternative<net::MacAddress>(key) ? Layer::device_to_person : Layer::address_to_person;
}

model::Basis basis_of(Rank rank) {
  if (rank == Rank::radius) return model::Basis::radius;
  return rank == Rank::static_list ? model::Basis::static_assignment : model::Basis::logon;
}

/// MAC authentication bypass: the User-Name is the MAC, in one of its spellings or as twelve bare digits.
bool is_mac_name(const std::string& lower) {
  return net::MacAddress::parse(lower).has_value() ||
         (lower.size() == 12 && lower.find_first_not_of("0123456789abcdef") == std::string::npos);
}

/// Names that log on and are nobody: machine accounts, the system's own, and bypassed devices.
bool is_nobodys_name(const std::string& lower) {
  if (lower.empty() || lower.back() == '$' || is_mac_name(lower)) return true;
  const std::string_view name = split(lower, '\\').back();
  return name == "system" || name == "anonymous" || name == "anonymous logon" || name == "local service" ||
         name == "network service";
}

bool is_same_interval(const model::Binding& a, const model::Binding& b) {
  return a.layer == b.layer && a.key == b.key && a.value == b.value && a.valid.from == b.valid.from;
}
bool says_the_same(const model::Binding& a, const model::Binding& b) {
  return is_same_interval(a, b) && a.valid == b.valid && a.basis == b.basis;
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

std::vector<model::Binding> bindings_of(const LeaseTimeline& leases, const std::string& key) {
  std::vector<model::Binding> out;
  for (const LeaseTimeline::Lease& lease : leases.leases()) {
    if (lease.valid.to <= lease.valid.from) continue;
    out.push_back(
        {Layer::address_to_device, key, lease.mac.to_string(), lease.valid, {}, model::Basis::lease});
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
    tenancy.owners.push_back({std::move(assignment.person), assignment.valid});
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
  if (lease == nullptr) return std::nullopt;
  return lease->mac;
}

void Register::apply(const model::TenancyEvent& event) {
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
  SessionTimeline& sessions = std::holds_alternative<net::MacAddress>(key)
                                  ? devices_[std::get<net::MacAddress>(key)].sessions
                                  : addresses_[std::get<net::IpAddress>(key)].tenancy.sessions;
  const auto monitored = [&] {
    std::vector<model::Binding> out;
    for (const Span& span : sessions.spans()) {
      if (span.state != Span::State::held || is_exempt(span.people.front())) continue;
      out.push_back(
          {layer_of(key), text_of(key), span.people.front().text(), span.interval, {}, basis_of(span.rank)});
    }
    return out;
  };
  const auto before = monitored();
  const bool changed = change(sessions);
  if (changed) add_difference(changed_, before, monitored(), recorded_at);
  return changed;
}

void Register::apply_lease(const model::TenancyEvent& event) {
  if (!event.address) return;
  if (event.kind == model::TenancyEvent::Kind::release) {
    change_leases(*event.address, event.recorded_at,
                  [&](LeaseTimeline& leases) { leases.release(event.mac, event.valid.from); });
  } else if (event.mac && !routers_.contains(*event.mac)) {
    const bool sighted_only = event.source == model::TenancyEvent::Source::ndp;
    change_leases(*event.address, event.recorded_at,
                  [&](LeaseTimeline& leases) { leases.grant(*event.mac, event.valid, sighted_only); });
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
    change_leases(*event.address, event.recorded_at,
                  [&](LeaseTimeline& leases) { leases.grant(*event.mac, event.valid, false); });
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
}

void Register::apply_session_change(const model::TenancyEvent& event) {
  using Kind = model::TenancyEvent::Kind;
  const Person* person = find(event.person);
  if (person == nullptr && !event.person.empty() && is_nobodys_name(ascii_lower(event.person))) return;
  const SessionTimeline::Meant meant{.session = event.session,
                                     .anybody = event.person.empty(),
                                     .person = person == nullptr ? std::nullopt : std::optional(person->id)};
  std::vector<Key> keys = keys_of(event);
  if (keys.empty() && !event.session.empty()) {
    // A log-off may name nothing but its session (Windows 4634, RADIUS Stop).
    for (const auto& [mac, tenancy] : devices_) {
      if (tenancy.sessions.has_session(event.session)) keys.emplace_back(mac);
    }
    for (const auto& [ip, address] : addresses_) {
      if (address.tenancy.sessions.has_session(event.session)) keys.emplace_back(ip);
    }
    std::sort(keys.begin(), keys.end());
  }
  bool found = false;
  for (const Key& key : keys) {
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
  if (event.mac) devices_[*event.mac].shared.push_back(event.valid);
  if (event.address) addresses_[*event.address].tenancy.shared.push_back(event.valid);
}

std::vector<model::Binding> Register::drain_bindings() { return std::exchange(changed_, {}); }

void Register::forget_before(Timestamp at) {
  const auto forget = [&](Tenancy& tenancy) {
    tenancy.sessions.forget_before(at);
    std::erase_if(tenancy.shared, [&](const model::Interval& interval) { return interval.to <= at; });
  };
  for (auto& [mac, tenancy] : devices_) forget(tenancy);
  for (auto& [ip, address] : addresses_) {
    forget(address.tenancy);
    address.leases.forget_before(at);
  }
}

}  // namespace edgewatch::identity
