// The five-tuple of a flow, the same for both directions. A value; any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/datagram.hpp"

#include <array>
#include <cstdint>

namespace edgewatch::observe {

class FlowKey {
 public:
  FlowKey() = default;
  explicit FlowKey(const wire::Datagram& datagram);

  /// Whether the sender of `datagram`, one of this flow's, is the lower of the two endpoints.
  [[nodiscard]] static bool is_from_low(const wire::Datagram& datagram);
  [[nodiscard]] net::Endpoint low() const { return endpoint(0); }
  [[nodiscard]] net::Endpoint high() const { return endpoint(1); }
  [[nodiscard]] std::uint64_t hash(HashKey key) const;
  bool operator==(const FlowKey&) const = default;

 private:
  [[nodiscard]] net::Endpoint endpoint(std::size_t which) const;

  // addresses (16 bytes each, an IPv4 one in the first 4), ports, transport, whether IPv4
  std::array<std::uint8_t, 32> addresses_{};
  std::array<std::uint16_t, 2> ports_{};
  wire::Transport transport_ = wire::Transport::none;
  bool is_v4_ = true;
};

}  // namespace edgewatch::observe
