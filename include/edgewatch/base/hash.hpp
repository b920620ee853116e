// Keyed hashing of attacker-chosen keys, so that nobody can craft collisions in our tables. Values only; any
// thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace edgewatch {

struct HashKey {
  std::uint64_t k0 = 0;
  std::uint64_t k1 = 0;
};
/// From the system's randomness.
[[nodiscard]] HashKey random_hash_key();

/// SipHash-1-3 (Aumasson and Bernstein 2012). The key is given by whoever owns the table: random in the
/// daemon, fixed in a replay whose bytes must repeat.
[[nodiscard]] std::uint64_t siphash(HashKey key, Bytes bytes);
/// The same of whole words as the machine has them, for keys that are hashed once a packet.
[[nodiscard]] std::uint64_t siphash_words(HashKey key, std::span<const std::uint64_t> words);
/// 128 bits, of a word and the bytes behind it: enough to stand for them, since nobody finds two that meet.
[[nodiscard]] std::array<std::uint64_t, 2> siphash_128(HashKey key, std::uint64_t first, Bytes bytes);

/// SipHash-1-3 of pieces one behind the other, which may be asked for after each of them. Other pieces, or
/// the same bytes parted otherwise, are another input.
class PieceHash {
 public:
  explicit PieceHash(HashKey key)
      : v0_(key.k0 ^ 0x736f6d6570736575U),
        v1_(key.k1 ^ 0x646f72616e646f6dU),
        v2_(key.k0 ^ 0x6c7967656e657261U),
        v3_(key.k1 ^ 0x7465646279746573U) {}

  /// Like any message of SipHash: words, the last of which has the length.
  void add(Bytes piece) {
    const std::uint8_t* at = piece.data();
    std::size_t left = piece.size();
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t))
      take(whole_word(at));
    take(last_word(at, left) | static_cast<std::uint64_t>(piece.size()) << 56U);
  }
  void add(std::uint64_t word) { take(word); }
  [[nodiscard]] std::uint64_t value() const {
    PieceHash end = *this;
    end.v2_ ^= 0xff;
    for (int i = 0; i < 3; ++i) end.round();
    return end.v0_ ^ end.v1_ ^ end.v2_ ^ end.v3_;
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
  void take(std::uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

}  // namespace edgewatch
