// Late evidence: what a change takes from whom, of the time that has been accounted already (IDENTITY 3).
#include "edgewatch/identity/register.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;

model::Binding::State why(const model::Attribution& who) {
  using State = model::Binding::State;
  if (who.person) return State::held;
  if (who.basis == model::Basis::conflict) return State::conflict;
  return who.basis == model::Basis::shared_device ? State::shared : State::left;
}

}  // namespace

/// The moments at which an answer for the key may change.
void Register::add_boundaries(const Key& key, std::vector<Timestamp>& out) const {
  const auto add = [&](const model::Interval& interval) {
    out.push_back(interval.from);
    out.push_back(interval.to);
  };
  const auto add_tenancy = [&](const Tenancy& tenancy) {
    for (const Span& span : tenancy.sessions.spans()) add(span.interval);
    for (const Shared& shared : tenancy.shared) add(shared.valid);
    for (const Owner& owner : tenancy.owners) add(owner.valid);
  };
  if (const auto* mac = std::get_if<net::MacAddress>(&key)) {
    if (const auto found = devices_.find(*mac); found != devices_.end()) add_tenancy(found->second);
    return;
  }
  const auto found = addresses_.find(std::get<net::IpAddress>(key));
  if (found == addresses_.end()) return;
  add_tenancy(found->second.tenancy);
  for (const LeaseTimeline::Lease& lease : found->second.leases.leases()) {
    add(lease.valid);
    add_boundaries(lease.mac, out);
  }
}

/// Whom a client there is attributed to: a device wherever it is; an address as frames show it, or as a frame
/// without a MAC of its own would be.
std::vector<Register::Stretch> Register::history(const Key& key, const model::Interval& within) const {
  std::vector<Timestamp> moments{within.from};
  add_boundaries(key, moments);
  std::erase_if(moments, [&](Timestamp at) { return !within.contains(at); });
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    model::Client client;
    if (const auto* mac = std::get_if<net::MacAddress>(&key)) {
      client.mac = *mac;
    } else {
      client.address = std::get<net::IpAddress>(key);
      const auto known = addresses_.find(client.address);
      const auto* lease = known == addresses_.end() ? nullptr : known->second.leases.at(moments[i]);
      if (lease != nullptr && lease->framed_from <= moments[i]) client.mac = lease->mac;
    }
    out.push_back(
        {{moments[i], i + 1 < moments.size() ? moments[i + 1] : within.to}, attribute(client, moments[i])});
  }
  return out;
}

/// What a change takes from somebody: nobody is given anything by late evidence.
void Register::amending(const std::vector<Key>& keys, Timestamp recorded_at,
                        model::TenancyEvent::Source source, const std::function<void()>& change) {
  // No farther back than anything is remembered, and not what is younger than two sources may differ.
  const model::Interval past{recorded_at - 24h, recorded_at - 2s};
  std::vector<std::vector<Stretch>> before;
  before.reserve(keys.size());
  for (const Key& key : keys) before.push_back(history(key, past));
  change();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::vector<Stretch> after = history(keys[i], past);
    auto now = after.begin();
    for (const Stretch& was : before[i]) {
      while (now != after.end() && now->valid.to <= was.valid.from) ++now;
      for (auto each = now; each != after.end() && each->valid.from < was.valid.to; ++each)
        amend(was, *each, recorded_at, source);
    }
  }
}

void Register::amend(const Stretch& before, const Stretch& after, Timestamp recorded_at,
                     model::TenancyEvent::Source source) {
  if (!before.who.person || before.who.person == after.who.person) return;
  model::Amendment amendment;
  amendment.person = *before.who.person;
  amendment.binding = before.who.binding;
  amendment.withdrawn = {std::max(before.valid.from, after.valid.from),
                         std::min(before.valid.to, after.valid.to)};
  amendment.recorded_at = recorded_at;
  amendment.why = why(after.who);
  amendment.source = source;
  if (!after.who.not_monitored) {
    model::Attribution nobody = after.who;
    nobody.person.reset();
    amendment.instead = model::Subject(nobody);
  }
  if (!amendments_.empty()) {
    model::Amendment& last = amendments_.back();
    const bool goes_on = last.person == amendment.person && last.binding == amendment.binding &&
                         last.withdrawn.to == amendment.withdrawn.from && last.instead == amendment.instead &&
                         last.why == amendment.why && last.recorded_at == amendment.recorded_at;
    if (goes_on) {
      last.withdrawn.to = amendment.withdrawn.to;
      return;
    }
  }
  // A device and its address may tell the same.
  if (std::find(amendments_.begin(), amendments_.end(), amendment) == amendments_.end())
    amendments_.push_back(std::move(amendment));
}

std::vector<model::Amendment> Register::drain_amendments() { return std::exchange(amendments_, {}); }

}  // namespace edgewatch::identity
