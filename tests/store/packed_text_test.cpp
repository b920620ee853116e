#include "packed_text.hpp"

#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

constexpr std::size_t longest = std::size_t{1} << 20U;

TEST(PackedText, ComesBackAsItWasAndCannotBeReadInTheFile) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "core = [\"www.site-" + std::to_string(i) + ".example\"]\n";
  const std::vector<std::uint8_t> packed = pack(text);
  EXPECT_EQ(unpack(packed, longest), text);
  EXPECT_EQ(pack(text), packed);
  EXPECT_LT(packed.size(), text.size() / 4);
  EXPECT_EQ(std::string(packed.begin(), packed.end()).find("site-"), std::string::npos);
  EXPECT_EQ(unpack(pack(""), longest), "");
}

TEST(PackedText, DamageIsNoText) {
  const std::string text = "core = [\"www.site.example\"]\n";
  const std::vector<std::uint8_t> packed = pack(text);
  for (std::size_t length = 0; length < packed.size(); ++length)
    EXPECT_FALSE(unpack(Bytes(packed).first(length), longest)) << length;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    std::vector<std::uint8_t> damaged = packed;
    damaged[i] ^= 0x40U;
    // A bit that fills up the last byte says nothing.
    const auto read = unpack(damaged, longest);
    EXPECT_TRUE(!read || *read == text) << i;
  }
  EXPECT_FALSE(unpack(packed, 10)) << "longer than whoever asks will have";
}

}  // namespace
}  // namespace edgewatch::store
