#include "flow_key.hpp"

#include <bit>

namespace edgewatch::observe {
namespace {

constexpr std::size_t v6_length = 16;
constexpr std::size_t v4_length = 4;

struct Rest {
  std::array<std::uint16_t, 2> ports{};
  wire::Transport transport = wire::Transport::none;
  bool is_v4 = true;
  std::array<std::uint8_t, 2> unused{};
};
static_assert(sizeof(Rest) == sizeof(std::uint64_t));

std::uint64_t load(const std::uint8_t* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Any order will do, so long as it is always the same: that of the words as the machine reads them.
bool precedes_in_any_order(const net::Endpoint& a, const net::Endpoint& b) {
  const std::uint8_t* x = a.address.bytes().data();
  const std::uint8_t* y = b.address.bytes().data();
  const std::uint64_t first_x = load(x);
  const std::uint64_t first_y = load(y);
  if (first_x != first_y) return first_x < first_y;
  const std::uint64_t second_x = load(x + sizeof first_x);
  const std::uint64_t second_y = load(y + sizeof first_y);
  return second_x != second_y ? second_x < second_y : a.port <= b.port;
}

}  // namespace

bool FlowKey::is_from_low(const wire::Datagram& datagram) {
  return precedes_in_any_order(datagram.from, datagram.to);
}

FlowKey::FlowKey(const wire::Datagram& datagram, bool from_low) {
  const net::Endpoint& low = from_low ? datagram.from : datagram.to;
  const net::Endpoint& high = from_low ? datagram.to : datagram.from;
  // All sixteen bytes of an IPv4 address too: those it does not use are zero.
  std::memcpy(&words_[0], low.address.bytes().data(), v6_length);
  std::memcpy(&words_[2], high.address.bytes().data(), v6_length);
  words_[4] =
      std::bit_cast<std::uint64_t>(Rest{{low.port, high.port}, datagram.transport, low.address.is_v4(), {}});
}

std::uint64_t FlowKey::hash(HashKey key) const {
  if (!std::bit_cast<Rest>(words_[4]).is_v4) return siphash_words(key, words_);
  return siphash_words(key, std::array<std::uint64_t, 2>{words_[0] | words_[2] << 32U, words_[4]});
}

net::Endpoint FlowKey::endpoint(std::size_t which) const {
  const auto rest = std::bit_cast<Rest>(words_[4]);
  const auto* address = reinterpret_cast<const std::uint8_t*>(&words_[which * 2]);
  return {*net::IpAddress::from_bytes(Bytes(address, rest.is_v4 ? v4_length : v6_length)), rest.ports[which]};
}

}  // namespace edgewatch::observe
