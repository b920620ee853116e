// Keyed hashing of attacker-chosen keys, so that nobody can craft collisions in our tables. Values only; any
// thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace edgewatch {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};

/// SipHash-1-3 (Aumasson and Bernstein 2012). The key is given by whoever owns the table: random in the
/// daemon, fixed in a replay whose bytes must repeat.
[[nodiscard]] std::uint64_t siphash(HashKey key, Bytes bytes);
/// The same of whole words as the machine has them, for keys that are hashed once a packet.
[[nodiscard]] std::uint64_t siphash_words(HashKey key, std::span<const std::uint64_t> words);
/// 128 bits, of a word and the bytes behind it: enough to stand for them, since nobody finds two that meet.
[[nodiscard]] std::array<std::uint64_t, 2> siphash_128(HashKey key, std::uint64_t first, Bytes bytes);

}  // namespace edgewatch
