#include "flow_key.hpp"

namespace edgewatch::observe {

net::Endpoint FlowKey::endpoint(std::size_t which) const {
  const auto rest = std::bit_cast<Rest>(words_[4]);
  const auto* address = reinterpret_cast<const std::uint8_t*>(&words_[which * 2]);
  return {*net::IpAddress::from_bytes(Bytes(address, rest.is_v4 ? v4_length : v6_length)), rest.ports[which]};
}

}  // namespace edgewatch::observe
