#include "edgewatch/identity/register.hpp"

namespace edgewatch::identity {
namespace {

using State = model::Binding::State;

Span::State span_state(State state) {
  switch (state) {
    case State::held:
    case State::claimed:
    case State::seen:
    case State::shared:
      break;
    case State::conflict:
      return Span::State::conflict;
    case State::locked:
      return Span::State::locked;
    case State::left:
      return Span::State::left;
    case State::expired:
      return Span::State::expired;
    case State::stranger:
      return Span::State::stranger;
  }
  return Span::State::held;
}

LeaseTimeline::Word word_of(State state) {
  if (state == State::seen) return LeaseTimeline::Word::seen;
  return state == State::claimed ? LeaseTimeline::Word::claimed : LeaseTimeline::Word::granted;
}

}  // namespace

void Register::restore(const model::Binding& binding) {
  ++revision_;
  const auto address = net::IpAddress::parse(binding.key);
  const auto device = net::MacAddress::parse(binding.key);
  if (!address && !device) return;
  if (binding.layer == model::Binding::Layer::address_to_device && binding.state != State::shared) {
    const auto mac = net::MacAddress::parse(binding.value);
    if (!address || !mac) return;
    const bool seen = binding.state == State::seen;
    addresses_[*address].leases.restore({*mac, binding.valid, binding.valid.from, word_of(binding.state),
                                         binding.source, seen ? binding.valid.from : Timestamp::max()});
    return;
  }
  Tenancy& tenancy = device ? devices_[*device] : addresses_[*address].tenancy;
  if (binding.state == State::shared) {
    tenancy.shared.push_back({binding.valid, binding.basis == model::Basis::conflict});
  } else if (binding.basis == model::Basis::static_assignment && binding.state == State::held) {
    tenancy.owners.push_back({model::PersonId(binding.value), binding.valid, binding.id()});
  } else {
    Span span;
    span.interval = binding.valid;
    span.state = span_state(binding.state);
    if (!binding.value.empty()) span.people = {model::PersonId(binding.value)};
    span.rank = rank_of(binding.source);
    if (span.state == Span::State::held) span.binding = binding.id();
    tenancy.sessions.restore(std::move(span));
  }
}

}  // namespace edgewatch::identity
