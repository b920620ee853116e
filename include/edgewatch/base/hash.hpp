// Keyed hashing of attacker-chosen keys, so that nobody can craft collisions in our tables. Values only; any
// thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstdint>

namespace edgewatch {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

/// SipHash-1-3 (Aumasson and Bernstein 2012). The key is given by whoever owns the table: random in the
/// daemon, fixed in a replay whose bytes must repeat.
[[nodiscard]] std::uint64_t siphash(HashKey key, Bytes bytes);

}  // namespace edgewatch
