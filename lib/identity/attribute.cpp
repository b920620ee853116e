#include "edgewatch/identity/register.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

model::Interval overlap(const model::Interval& a, const model::Interval& b) {
  return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

template <class Shared>
const Shared* in_force(const std::vector<Shared>& all, Timestamp at) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Shared& each) { return each.valid.contains(at); });
  return found == all.end() ? nullptr : &*found;
}

/// Whether the span is about that person and nobody else.
bool is_about(const Span& span, const model::PersonId& person) {
  return span.people.size() == 1 && span.people.front() == person;
}

bool is_over(const Span& span) {
  return span.state == Span::State::nothing || span.state == Span::State::left ||
         span.state == Span::State::expired;
}

}  // namespace

/// Where a client was found: its device, as the frame shows it or else as the lease says, and its address.
struct Register::Place {
  std::optional<net::MacAddress> mac;
  bool by_lease = false;
  const LeaseTimeline::Lease* lease = nullptr;
  const Tenancy* device = nullptr;
  const Address* address = nullptr;
  model::Interval bound;  ///< how long the address is known to be that device's
};

/// What the sessions of a device and of its address say together.
struct Register::Claim {
  Span::State state = Span::State::nothing;
  const Span* span = nullptr;
  const Span* rival = nullptr;  ///< the other one, where the two contradict each other
  bool of_device = false;
};

Register::Place Register::locate(const model::Client& client, Timestamp at) const {
  Place place;
  if (const auto found = addresses_.find(client.address); found != addresses_.end()) {
    place.address = &found->second;
    place.lease = found->second.leases.at(at);
  }
  if (client.mac && !routers_.contains(*client.mac)) {
    place.mac = client.mac;
  } else if (place.lease != nullptr && place.lease->word != LeaseTimeline::Word::seen) {
    place.mac = place.lease->mac;
    place.by_lease = true;
    place.bound = place.lease->valid;
  }
  if (place.mac) {
    if (const auto found = devices_.find(*place.mac); found != devices_.end()) place.device = &found->second;
  }
  return place;
}

/// Whether the device belongs to somebody else by the asset register: then a logon that named only the
/// address proves nothing of it.
bool Register::is_others_device(const Place& place, const model::PersonId& person, Timestamp at) const {
  return place.device != nullptr &&
         std::any_of(place.device->owners.begin(), place.device->owners.end(),
                     [&](const Owner& owner) { return owner.valid.contains(at) && owner.person != person; });
}

Register::Claim Register::claim(const Place& place, Timestamp at) const {
  const Span* device = place.device == nullptr ? nullptr : place.device->sessions.at(at);
  const Span* address = place.address == nullptr ? nullptr : place.address->tenancy.sessions.at(at);
  if (address != nullptr) {
    // A session that named only the address holds as long as the address stays with the device that had it
    // then.
    if (!place.address->leases.is_unchanged(address->interval.from, at, place.mac)) address = nullptr;
  }
  if (device == nullptr && address == nullptr) return {};
  if (address != nullptr && address->state == Span::State::held &&
      is_others_device(place, address->people.front(), at)) {
    return {Span::State::conflict, address, device, false};
  }
  if (address == nullptr || (device != nullptr && is_over(*address)))
    return {device->state, device, nullptr, true};
  if (device == nullptr || is_over(*device)) return {address->state, address, nullptr, false};
  // Both speak of now: they must name the same one person.
  const bool agree = device->state == Span::State::held && address->state == Span::State::held &&
                     device->people == address->people;
  if (!agree) return {Span::State::conflict, device, address, true};
  return {Span::State::held, device->rank >= address->rank ? device : address, nullptr,
          device->rank >= address->rank};
}

void Register::attribute_static(model::Attribution& out, const Place& place, Timestamp at) const {
  const Owner* owner = nullptr;
  bool rivals = false;
  bool exempt = false;
  bool by_device = false;
  const auto consider = [&](const Tenancy& tenancy, bool is_device) {
    for (const Owner& each : tenancy.owners) {
      if (!each.valid.contains(at)) continue;
      exempt = exempt || is_exempt(each.person);
      rivals = rivals || (owner != nullptr && owner->person != each.person);
      if (owner == nullptr) by_device = is_device;
      owner = &each;
    }
  };
  if (place.address != nullptr) consider(place.address->tenancy, false);
  if (place.device != nullptr) consider(*place.device, true);
  if (owner == nullptr) return;
  out.not_monitored = exempt;
  out.held = overlap(owner->valid, by_device ? place.bound : model::Interval{});
  if (rivals) {
    out.basis = model::Basis::conflict;
    out.grade = model::IdentityGrade::c;
    out.several_people = !place.mac;
    return;
  }
  out.person = owner->person;
  out.binding = owner->binding;
  out.basis = by_device && place.by_lease ? model::Basis::lease : model::Basis::static_assignment;
  out.grade = model::IdentityGrade::b;
}

void Register::attribute_nobody(model::Attribution& out, const Place& place, const Claim& claim,
                                Timestamp at) const {
  const bool is_conflict = claim.state == Span::State::conflict;
  out.basis = is_conflict ? model::Basis::conflict : model::Basis::logon;
  out.grade = model::IdentityGrade::c;
  out.held = overlap(claim.span->interval, claim.of_device ? place.bound : model::Interval{});
  out.several_people = is_conflict && !place.mac;
  out.not_monitored = involves_exempt(place, claim, at);
}

/// Whether somebody who is not monitored owns the place or has a session there, as far as is known.
bool Register::involves_exempt(const Place& place, const Claim& claim, Timestamp at) const {
  const auto concerns = [&](const Span* span) {
    return span != nullptr && std::any_of(span->people.begin(), span->people.end(),
                                          [&](const auto& person) { return is_exempt(person); });
  };
  const auto owned = [&](const Tenancy* tenancy) {
    return tenancy != nullptr &&
           std::any_of(tenancy->owners.begin(), tenancy->owners.end(), [&](const Owner& owner) {
             return owner.valid.contains(at) && is_exempt(owner.person);
           });
  };
  return (claim.span != nullptr && !is_over(*claim.span) && concerns(claim.span)) || concerns(claim.rival) ||
         owned(place.device) || owned(place.address == nullptr ? nullptr : &place.address->tenancy);
}

model::Attribution Register::attribute(const model::Client& client, Timestamp at) const {
  const Place place = locate(client, at);
  model::Attribution out;
  out.address = client.address;
  out.device = place.mac;
  const Claim sessions = claim(place, at);
  const auto finish = [](model::Attribution result) {
    if (!result.not_monitored) return result;
    model::Attribution nobody;  // Group not-monitored: nothing that could be stored leaves here.
    nobody.address = result.address;
    nobody.not_monitored = true;
    return nobody;
  };
  const Shared* device_shared = place.device == nullptr ? nullptr : in_force(place.device->shared, at);
  const Shared* address_shared =
      place.address == nullptr ? nullptr : in_force(place.address->tenancy.shared, at);
  if (device_shared != nullptr || address_shared != nullptr ||
      net::contains(shared_networks_, client.address)) {
    out.basis = model::Basis::shared_device;
    out.grade = model::IdentityGrade::c;
    out.several_people = device_shared == nullptr || device_shared->crowd;
    out.not_monitored = involves_exempt(place, sessions, at);
    return finish(std::move(out));
  }

  const auto by_assignment = [&] {
    model::Attribution assigned = out;
    attribute_static(assigned, place, at);
    return assigned;
  };
  switch (sessions.state) {
    case Span::State::nothing:
      return finish(by_assignment());
    case Span::State::left:
      // Who logged off is not there, even at their own desk; a borrower who left leaves the machine to its
      // owner.
      if (auto assigned = by_assignment(); assigned.person && !is_about(*sessions.span, *assigned.person))
        return finish(std::move(assigned));
      break;
    case Span::State::expired:
      // A domain controller that fell silent contradicts nobody who owns the device, and says nothing of
      // others.
      if (auto assigned = by_assignment(); assigned.person && is_about(*sessions.span, *assigned.person))
        return finish(std::move(assigned));
      break;
    case Span::State::held:
      out.person = sessions.span->people.front();
      out.not_monitored = is_exempt(*out.person);
      out.basis = sessions.span->rank == Rank::radius        ? model::Basis::radius
                  : sessions.span->rank == Rank::static_list ? model::Basis::static_assignment
                                                             : model::Basis::logon;
      out.grade =
          sessions.span->rank == Rank::radius || (sessions.span->rank == Rank::windows && sessions.of_device)
              ? model::IdentityGrade::a
              : model::IdentityGrade::b;
      // The device's own word for its address is nobody's proof (IDENTITY 3: bound by lease or RADIUS).
      if (place.by_lease && place.lease->word != LeaseTimeline::Word::granted)
        out.grade = std::min(out.grade, model::IdentityGrade::b);
      out.held = overlap(sessions.span->interval, sessions.of_device ? place.bound : model::Interval{});
      out.binding = sessions.span->binding;
      return finish(out);
    case Span::State::locked:
    case Span::State::stranger:
    case Span::State::conflict:
      break;
  }
  attribute_nobody(out, place, sessions, at);
  return finish(out);
}

std::vector<Holding> Register::holdings(Timestamp at) const {
  std::vector<Holding> out;
  for (const auto& [ip, address] : addresses_) {
    model::Client client{ip, {}, 0};
    const LeaseTimeline::Lease* lease = address.leases.at(at);
    if (lease != nullptr && lease->word == LeaseTimeline::Word::seen) client.mac = lease->mac;
    const model::Attribution who = attribute(client, at);
    if (who.person && !who.not_monitored) out.push_back({ip, *who.person});
  }
  std::ranges::sort(out, {}, &Holding::address);
  return out;
}

std::optional<Timestamp> Register::held_until(const model::Client& client, Timestamp at,
                                              Timestamp limit) const {
  std::vector<Timestamp> moments;
  add_boundaries(client.address, moments);
  if (client.mac) add_boundaries(*client.mac, moments);
  std::erase_if(moments, [&](Timestamp moment) { return moment <= at || moment > limit; });
  std::sort(moments.begin(), moments.end());
  const std::optional<model::PersonId> person = attribute(client, at).person;
  const auto end = std::find_if(moments.begin(), moments.end(),
                                [&](Timestamp moment) { return attribute(client, moment).person != person; });
  if (end == moments.end()) return std::nullopt;
  return *end;
}

}  // namespace edgewatch::identity
