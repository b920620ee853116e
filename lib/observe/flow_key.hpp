// The five-tuple of a flow, the same for both directions. A value; any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/datagram.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace edgewatch::observe {

class FlowKey {
 public:
  FlowKey() = default;
  /// `from_low` as is_from_low() says.
  FlowKey(const wire::Datagram& datagram, bool from_low);
  explicit FlowKey(const wire::Datagram& datagram) : FlowKey(datagram, is_from_low(datagram)) {}

  /// Whether the sender of `datagram` is the lower of its two endpoints.
  [[nodiscard]] static bool is_from_low(const wire::Datagram& datagram);
  [[nodiscard]] net::Endpoint low() const { return endpoint(0); }
  [[nodiscard]] net::Endpoint high() const { return endpoint(1); }
  [[nodiscard]] std::uint64_t hash(HashKey key) const;
  bool operator==(const FlowKey& other) const {
    std::uint64_t differing = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) differing |= words_[i] ^ other.words_[i];
    return differing == 0;
  }

 private:
  [[nodiscard]] net::Endpoint endpoint(std::size_t which) const;

  // The addresses, 16 bytes each, an IPv4 one in the first four; then ports, transport, whether IPv4. Kept as
  // whole words, since they are compared and hashed for every packet.
  std::array<std::uint64_t, 5> words_{};
};

}  // namespace edgewatch::observe
