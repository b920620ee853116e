#include "edgewatch/base/bytes.hpp"

#include "edgewatch/base/hash.hpp"

#include <array>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch {
namespace {

TEST(ByteReader, ReadsBigEndianInOrder) {
  const std::array<std::uint8_t, 7> bytes{1, 2, 3, 4, 5, 6, 7};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u24(), 0x040506U);
  EXPECT_EQ(reader.remaining(), 1U);
  EXPECT_EQ(reader.offset(), 6U);
  EXPECT_TRUE(reader.ok());
}

TEST(ByteReader, StaysBadAfterTheFirstReadPastTheEnd) {
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_TRUE(reader.take(1).empty());
  EXPECT_EQ(reader.remaining(), 0U);
}

// Under the zero key CPython's hash of bytes is SipHash-1-3 (PEP 456; `PYTHONHASHSEED=0 python3 -c
// "print(hex(hash(b'a') & (2**64 - 1)))"`).
TEST(SipHash, GivesWhatAnotherImplementationGives) {
  const auto of = [](std::string_view text) {
    return siphash(HashKey{}, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  };
  EXPECT_EQ(of("a"), 0x407448d2b89b1813U);
  EXPECT_EQ(of("abcdefg"), 0x6db12aae9070f506U);
  EXPECT_EQ(of("abcdefgh"), 0x3f7b849c0b8e35eaU);
  std::array<std::uint8_t, 64> counting{};
  for (std::uint8_t i = 0; i < 64; ++i) counting[i] = i;
  EXPECT_EQ(siphash(HashKey{}, counting), 0x75e05fd5bbc870c6U);
}

TEST(SipHash, DependsOnEveryByteTheLengthAndTheKey) {
  std::vector<std::uint8_t> bytes(32, 7);
  const HashKey key{1, 2};
  const std::uint64_t whole = siphash(key, bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto changed = bytes;
    changed[i] ^= 1;
    EXPECT_NE(siphash(key, changed), whole) << i;
    EXPECT_NE(siphash(key, Bytes(bytes).first(i)), whole) << i;
  }
  EXPECT_NE(siphash(HashKey{1, 3}, bytes), whole);
  EXPECT_EQ(siphash(key, bytes), whole);
}

}  // namespace
}  // namespace edgewatch
