// Numbers at a place that the caller has checked to lie within the bytes. For the per-packet path only, where
// one check covers a whole header; everything else reads through ByteReader.
#pragma once

#include <cstdint>

namespace edgewatch::wire {

[[nodiscard]] inline std::uint16_t be16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>((at[0] << 8) | at[1]);
}
[[nodiscard]] inline std::uint32_t be32(const std::uint8_t* at) {
  return (std::uint32_t{at[0]} << 24) | (std::uint32_t{at[1]} << 16) | (std::uint32_t{at[2]} << 8) | at[3];
}
/// Little-endian, as headers that capture programs write have it.
[[nodiscard]] inline std::uint16_t le16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>((at[1] << 8) | at[0]);
}
[[nodiscard]] inline std::uint32_t le32(const std::uint8_t* at) {
  return (std::uint32_t{at[3]} << 24) | (std::uint32_t{at[2]} << 16) | (std::uint32_t{at[1]} << 8) | at[0];
}

}  // namespace edgewatch::wire
