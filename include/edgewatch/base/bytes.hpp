// Safe reading of untrusted bytes. A reader borrows the bytes it was given and is good as long as they are;
// it never allocates and never throws. Single-threaded, like the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace edgewatch {

using Bytes = std::span<const std::uint8_t>;

/// Reads big-endian fields in order. Sticky: the first read past the end marks the reader bad, and every read
/// after it gives zero or nothing, so a parser may read a whole header and ask `ok()` once.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  /// Offset of the next byte, from the start of the bytes given.
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] std::size_t remaining() const { return ok_ ? bytes_.size() - at_ : 0; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(number<1>()); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number<2>()); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(number<3>()); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number<4>()); }
  std::uint64_t u64() { return number<8>(); }

  /// The next n bytes, as a view into the bytes given; empty (and bad) when there are fewer.
  Bytes take(std::size_t n) {
    if (!ok_ || bytes_.size() - at_ < n) {
      ok_ = false;
      return {};
    }
    const Bytes out = bytes_.subspan(at_, n);
    at_ += n;
    return out;
  }
  void skip(std::size_t n) { static_cast<void>(take(n)); }
  /// Everything that is left.
  Bytes rest() { return take(remaining()); }

 private:
  /// The length is known where it is compiled, so that it becomes one load.
  template <std::size_t n>
  std::uint64_t number() {
    const Bytes bytes = take(n);
    if (bytes.empty()) return 0;
    const std::uint8_t* const at = bytes.data();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < n; ++i) value = (value << 8) | at[i];
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace edgewatch
