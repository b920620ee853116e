#include "edgewatch/base/hash.hpp"

#include <bit>

namespace edgewatch {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;
  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
};

/// Up to eight bytes, little-endian.
std::uint64_t word(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = (value << 8) | bytes[i];
  return value;
}

}  // namespace

std::uint64_t siphash(HashKey key, Bytes bytes) {
  State s{key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
          key.k1 ^ 0x7465646279746573U};
  const std::size_t length = bytes.size();
  while (bytes.size() >= 8) {
    const std::uint64_t m = word(bytes.first(8));
    s.v3 ^= m;
    s.round();
    s.v0 ^= m;
    bytes = bytes.subspan(8);
  }
  const std::uint64_t last = word(bytes) | (static_cast<std::uint64_t>(length) << 56);
  s.v3 ^= last;
  s.round();
  s.v0 ^= last;
  s.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace edgewatch
