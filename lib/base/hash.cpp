#include "edgewatch/base/hash.hpp"

#include <bit>
#include <random>

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

std::uint64_t word(const std::uint8_t* at) { return PieceHash::whole_word(at); }
std::uint64_t last_word(Bytes bytes) { return PieceHash::last_word(bytes.data(), bytes.size()); }

State begin(HashKey key) {
  return {key.k0 ^ 0x736f6d6570736575U, key.k1 ^ 0x646f72616e646f6dU, key.k0 ^ 0x6c7967656e657261U,
          key.k1 ^ 0x7465646279746573U};
}

void take(State& s, std::uint64_t word) {
  s.v3 ^= word;
  s.round();
  s.v0 ^= word;
}

std::uint64_t end(State& s, std::uint64_t last) {
  take(s, last);
  s.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace

HashKey random_hash_key() {
  std::random_device device;
  const auto word = [&] { return (static_cast<std::uint64_t>(device()) << 32U) | device(); };
  return {word(), word()};
}

std::uint64_t siphash(HashKey key, Bytes bytes) {
  State s = begin(key);
  const std::size_t length = bytes.size();
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) take(s, word(bytes.data()));
  return end(s, last_word(bytes) | (static_cast<std::uint64_t>(length) << 56U));
}

std::uint64_t siphash_words(HashKey key, std::span<const std::uint64_t> words) {
  State s = begin(key);
  for (const std::uint64_t word : words) take(s, word);
  return end(s, static_cast<std::uint64_t>(words.size()) << 59U);
}

std::array<std::uint64_t, 2> siphash_128(HashKey key, std::uint64_t first, Bytes bytes) {
  State s = begin(key);
  s.v1 ^= 0xee;
  take(s, first);
  const std::size_t length = sizeof first + bytes.size();
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) take(s, word(bytes.data()));
  take(s, last_word(bytes) | (static_cast<std::uint64_t>(length) << 56U));
  s.v2 ^= 0xee;
  for (int i = 0; i < 3; ++i) s.round();
  const std::uint64_t low = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  s.v1 ^= 0xdd;
  for (int i = 0; i < 3; ++i) s.round();
  return {low, s.v0 ^ s.v1 ^ s.v2 ^ s.v3};
}

}  // namespace edgewatch
