#include "flow_key.hpp"

#include <cstring>

namespace edgewatch::observe {
namespace {

constexpr std::size_t v6_length = 16;
constexpr std::size_t v4_length = 4;

}  // namespace

bool FlowKey::is_from_low(const wire::Datagram& datagram) {
  const Bytes from = datagram.from.address.bytes();
  const int order = std::memcmp(from.data(), datagram.to.address.bytes().data(), from.size());
  return order < 0 || (order == 0 && datagram.from.port <= datagram.to.port);
}

FlowKey::FlowKey(const wire::Datagram& datagram)
    : transport_(datagram.transport), is_v4_(datagram.from.address.is_v4()) {
  const bool from_low = is_from_low(datagram);
  const net::Endpoint& low = from_low ? datagram.from : datagram.to;
  const net::Endpoint& high = from_low ? datagram.to : datagram.from;
  const std::size_t length = is_v4_ ? v4_length : v6_length;
  std::memcpy(addresses_.data(), low.address.bytes().data(), length);
  std::memcpy(addresses_.data() + v6_length, high.address.bytes().data(), length);
  ports_ = {low.port, high.port};
}

std::uint64_t FlowKey::hash(HashKey key) const {
  std::array<std::uint8_t, 38> bytes{};
  const std::size_t length = is_v4_ ? v4_length : v6_length;
  std::uint8_t* at = bytes.data();
  std::memcpy(at, addresses_.data(), length);
  std::memcpy(at + length, addresses_.data() + v6_length, length);
  at += 2 * length;
  std::memcpy(at, ports_.data(), sizeof ports_);
  at[4] = static_cast<std::uint8_t>(transport_);
  at[5] = is_v4_ ? 4 : 6;
  return siphash(key, Bytes(bytes.data(), 2 * length + 6));
}

net::Endpoint FlowKey::endpoint(std::size_t which) const {
  const Bytes address(addresses_.data() + which * v6_length, is_v4_ ? v4_length : v6_length);
  return {*net::IpAddress::from_bytes(address), ports_[which]};
}

}  // namespace edgewatch::observe
