#include "edgewatch/base/hash.hpp"

#include <random>

namespace edgewatch {

using detail::SipState;

namespace {

std::uint64_t word(const std::uint8_t* at) { return PieceHash::whole_word(at); }
std::uint64_t last_word(Bytes bytes) { return PieceHash::last_word(bytes.data(), bytes.size()); }

}  // namespace

HashKey random_hash_key() {
  std::random_device device;
  const auto word = [&] { return (static_cast<std::uint64_t>(device()) << 32U) | device(); };
  return {word(), word()};
}

std::uint64_t siphash(HashKey key, Bytes bytes) {
  SipState s(key);
  const std::size_t length = bytes.size();
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) s.take(word(bytes.data()));
  return s.end(last_word(bytes) | (static_cast<std::uint64_t>(length) << 56U));
}

std::array<std::uint64_t, 2> siphash_128(HashKey key, std::uint64_t first, Bytes bytes) {
  SipState s(key);
  s.v1 ^= 0xee;
  s.take(first);
  const std::size_t length = sizeof first + bytes.size();
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) s.take(word(bytes.data()));
  s.take(last_word(bytes) | (static_cast<std::uint64_t>(length) << 56U));
  s.v2 ^= 0xee;
  for (int i = 0; i < 3; ++i) s.round();
  const std::uint64_t low = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  s.v1 ^= 0xdd;
  for (int i = 0; i < 3; ++i) s.round();
  return {low, s.v0 ^ s.v1 ^ s.v2 ^ s.v3};
}

}  // namespace edgewatch
