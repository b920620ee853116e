// Writing bytes as networks carry them: big-endian numbers and length-prefixed vectors (RFC 8446 section 3).
// A writer owns what was written until it is taken. One thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace edgewatch::support {

using Buffer = std::vector<std::uint8_t>;

inline void append(Buffer& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

class ByteWriter {
 public:
  ByteWriter& u8(std::uint64_t value) { return number(value, 1); }
  ByteWriter& u16(std::uint64_t value) { return number(value, 2); }
  ByteWriter& u24(std::uint64_t value) { return number(value, 3); }
  ByteWriter& u32(std::uint64_t value) { return number(value, 4); }
  ByteWriter& u64(std::uint64_t value) { return number(value, 8); }
  /// The low `width` bytes of `value`, the highest first.
  ByteWriter& number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i > 0; --i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
    return *this;
  }
  /// A variable-length integer of RFC 9000 section 16, in its shortest form; `value` below 2^62.
  ByteWriter& varint(std::uint64_t value) {
    if (value < 0x40) return u8(value);
    if (value < 0x4000) return u16(value | 0x4000);
    if (value < 0x40000000) return u32(value | 0x80000000);
    return u64(value | 0xc000000000000000);
  }
  ByteWriter& bytes(Bytes bytes) {
    append(out_, bytes);
    return *this;
  }
  ByteWriter& text(std::string_view text) {
    out_.insert(out_.end(), text.begin(), text.end());
    return *this;
  }
  ByteWriter& repeat(std::uint8_t value, std::size_t count) {
    out_.insert(out_.end(), count, value);
    return *this;
  }
  /// What `fill(writer)` writes, after its length as a number of `width` bytes.
  template <class Fill>
  ByteWriter& prefixed(std::size_t width, Fill&& fill) {
    ByteWriter inner;
    std::forward<Fill>(fill)(inner);
    number(inner.size(), width);
    return bytes(inner.out_);
  }
  /// Writes over what stands at `offset`; all of it must have been written before.
  ByteWriter& patch_u16(std::size_t offset, std::uint16_t value) {
    out_.at(offset) = static_cast<std::uint8_t>(value >> 8);
    out_.at(offset + 1) = static_cast<std::uint8_t>(value);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return out_.size(); }
  /// A view of what stands there, good until the next call.
  [[nodiscard]] Bytes view() const { return out_; }
  [[nodiscard]] Buffer take() && { return std::move(out_); }
  [[nodiscard]] Buffer take() & { return std::exchange(out_, {}); }

 private:
  Buffer out_;
};

}  // namespace edgewatch::support
