// Keyed hashing of attacker-chosen keys, so that nobody can craft collisions in our tables. Values only; any
// thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace edgewatch {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};
/// From the system's randomness.
[[nodiscard]] HashKey random_hash_key();

namespace detail {

/// SipHash's state between words.
struct SipState {
  explicit SipState(HashKey key)
      : v0(key.k0 ^ 0x736f6d6570736575U),
        v1(key.k1 ^ 0x646f72616e646f6dU),
        v2(key.k0 ^ 0x6c7967656e657261U),
        v3(key.k1 ^ 0x7465646279746573U) {}
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
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
  std::uint64_t end() {
    v2 ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
  std::uint64_t end(std::uint64_t last) {
    take(last);
    return end();
  }

  std::uint64_t v0, v1, v2, v3;
};

}  // namespace detail

/// SipHash-1-3 (Aumasson and Bernstein 2012). The key is given by whoever owns the table: random in the
/// daemon, fixed in a replay whose bytes must repeat.
[[nodiscard]] std::uint64_t siphash(HashKey key, Bytes bytes);
/// The same of whole words as the machine has them, for keys that are hashed once a packet.
template <std::size_t n>
[[nodiscard]] std::uint64_t siphash_words(HashKey key, const std::array<std::uint64_t, n>& words) {
  detail::SipState s(key);
  for (const std::uint64_t word : words) s.take(word);
  return s.end(std::uint64_t{n} << 59U);
}
/// 128 bits, of a word and the bytes behind it: enough to stand for them, since nobody finds two that meet.
[[nodiscard]] std::array<std::uint64_t, 2> siphash_128(HashKey key, std::uint64_t first, Bytes bytes);

/// SipHash-1-3 of pieces one behind the other, which may be asked for after each of them. Other pieces, or
/// the same bytes parted otherwise, are another input.
class PieceHash {
 public:
  explicit PieceHash(HashKey key) : state_(key) {}

  /// Like any message of SipHash: words, the last of which has the length.
  void add(Bytes piece) {
    const std::uint8_t* at = piece.data();
    std::size_t left = piece.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t))
      state_.take(whole_word(at));
    state_.take(last_word(at, left) | static_cast<std::uint64_t>(piece.size()) << 56U);
  }
  void add(std::uint64_t word) { state_.take(word); }
  [[nodiscard]] std::uint64_t value() const {
    detail::SipState state = state_;
    return state.end();
  }

  /// Eight bytes, little-endian.
  [[nodiscard]] static std::uint64_t whole_word(const std::uint8_t* at) {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof value);
    if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
    return value;
  }
  /// Fewer than eight, without a loop.
  [[nodiscard]] static std::uint64_t last_word(const std::uint8_t* at, std::size_t count) {
    if (count >= 4) return half_word(at) | half_word(at + count - 4) << 8U * (count - 4);
    if (count == 0) return 0;
    return std::uint64_t{at[0]} | std::uint64_t{at[count / 2]} << 8U * (count / 2) |
           std::uint64_t{at[count - 1]} << 8U * (count - 1);
  }

 private:
  [[nodiscard]] static std::uint64_t half_word(const std::uint8_t* at) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap32(value);
    return value;
  }

  detail::SipState state_;
};

}  // namespace edgewatch
