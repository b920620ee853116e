// The five-tuple of a flow, the same for both directions. A value; any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/datagram.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace edgewatch::observe {

class FlowKey {
 public:
  FlowKey() = default;
  /// `from_low` as is_from_low() says.
  FlowKey(const wire::Datagram& datagram, bool from_low) {
    const net::Endpoint& low = from_low ? datagram.from : datagram.to;
    const net::Endpoint& high = from_low ? datagram.to : datagram.from;
    // All sixteen bytes of an IPv4 address too: those it does not use are zero.
    std::memcpy(&words_[0], low.address.bytes().data(), v6_length);
    std::memcpy(&words_[2], high.address.bytes().data(), v6_length);
    words_[4] = std::bit_cast<std::uint64_t>(
        Rest{{low.port, high.port}, datagram.transport, low.address.is_v4(), {}});
  }
  explicit FlowKey(const wire::Datagram& datagram) : FlowKey(datagram, is_from_low(datagram)) {}

  /// Whether the sender of `datagram` is the lower of its two endpoints.
  [[nodiscard]] static bool is_from_low(const wire::Datagram& datagram) {
    return precedes_in_any_order(datagram.from, datagram.to);
  }
  [[nodiscard]] net::Endpoint low() const { return endpoint(0); }
  [[nodiscard]] net::Endpoint high() const { return endpoint(1); }
  [[nodiscard]] std::uint64_t hash(HashKey key) const {
    if (!std::bit_cast<Rest>(words_[4]).is_v4) return siphash_words(key, words_);
    return siphash_words(key, std::array<std::uint64_t, 2>{words_[0] | words_[2] << 32U, words_[4]});
  }
  bool operator==(const FlowKey& other) const {
    std::uint64_t differing = 0;
    for (std::size_t i = 0; i < words_.size(); ++i) differing |= words_[i] ^ other.words_[i];
    return differing == 0;
  }

 private:
  static constexpr std::size_t v6_length = 16;
  static constexpr std::size_t v4_length = 4;
  struct Rest {
    std::array<std::uint16_t, 2> ports{};
    wire::Transport transport = wire::Transport::none;
    bool is_v4 = true;
    std::array<std::uint8_t, 2> unused{};
  };
  static_assert(sizeof(Rest) == sizeof(std::uint64_t));

  static std::uint64_t load(const std::uint8_t* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  /// Any order will do, so long as it is always the same: that of the words as the machine reads them.
  static bool precedes_in_any_order(const net::Endpoint& a, const net::Endpoint& b) {
    const std::uint8_t* x = a.address.bytes().data();
    const std::uint8_t* y = b.address.bytes().data();
    const std::uint64_t first_x = load(x);
    const std::uint64_t first_y = load(y);
    if (first_x != first_y) return first_x < first_y;
    const std::uint64_t second_x = load(x + sizeof first_x);
    const std::uint64_t second_y = load(y + sizeof first_y);
    return second_x != second_y ? second_x < second_y : a.port <= b.port;
  }
  [[nodiscard]] net::Endpoint endpoint(std::size_t which) const;

  // The addresses, 16 bytes each, an IPv4 one in the first four; then ports, transport, whether IPv4. Kept as
  // whole words, since they are compared and hashed for every packet.
  std::array<std::uint64_t, 5> words_{};
};

}  // namespace edgewatch::observe
