#include "edgewatch/identity/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::identity {
namespace {

using Layer = model::Binding::Layer;
using Source = model::TenancyEvent::Source;
using State = model::Binding::State;

std::string why_nobody(const model::Attribution& who, const std::vector<model::Binding>& standing,
                       const Topology& topology, Timestamp at) {
  if (net::contains(topology.shared, who.address))
    return "the address is listed as shared: what comes from it is nobody's";
  if (who.basis == model::Basis::shared_device)
    return who.several_people ? "several people used it at once: what came from it is nobody's"
                              : "the device is shared: what came from it is the device's alone";
  if (who.basis == model::Basis::conflict) return "two sources name different people: in doubt nobody";
  const std::string key = who.device ? who.device->to_string() : who.address.to_string();
  const auto said = std::find_if(standing.begin(), standing.end(), [&](const model::Binding& binding) {
    return binding.layer != Layer::address_to_device && binding.key == key && binding.valid.contains(at);
  });
  if (said != standing.end() && said->state != State::held) return in_words(*said);
  if (!who.device)
    return "no device is known to have had the address, nor anybody to have been logged on there";
  return "nobody is known to have been logged on to the device, and it is assigned to nobody";
}

}  // namespace

std::string in_words(const model::Binding& binding) {
  const std::string source = model::in_words(binding.source);
  switch (binding.state) {
    case State::held:
      if (binding.layer == Layer::address_to_device)
        return fmt::format("{} says that the device had the address", source);
      if (binding.source == Source::static_list) return fmt::format("assigned to the person by {}", source);
      return fmt::format("{} says that the person was logged on", source);
    case State::claimed:
      return "the device itself said that the address was its own, which is no proof";
    case State::seen:
      return "frames of the device came from the address";
    case State::conflict:
      return "more than one person was logged on at once: in doubt nobody";
    case State::locked:
      return "the screen was locked: nobody was there";
    case State::left:
      return "whoever was logged on had logged off";
    case State::expired:
      return fmt::format("the last sign from {} was too long ago", source);
    case State::stranger:
      return "somebody was logged on who is not in the list of people";
    case State::shared:
      return "several people used it at once";
  }
  return {};
}

Explanation explain(const net::IpAddress& address, Timestamp at, const std::vector<model::Binding>& standing,
                    const Topology& topology) {
  Register tenancy({}, {}, topology);
  model::Client client{address, std::nullopt, 0};
  for (const model::Binding& binding : standing) {
    tenancy.restore(binding);
    if (binding.state == State::seen && binding.valid.contains(at))
      client.mac = net::MacAddress::parse(binding.value);
  }
  Explanation out;
  out.attribution = tenancy.attribute(client, at);
  const model::Attribution& who = out.attribution;
  out.sentence = who.person ? fmt::format("{}, at grade {}, by {}", who.person->text(), to_string(who.grade),
                                          to_string(who.basis))
                            : fmt::format("nobody: {}", why_nobody(who, standing, topology, at));
  return out;
}

}  // namespace edgewatch::identity
