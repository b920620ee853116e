// One direction of DNS over TCP (RFC 7766): messages from segments in any order. Owns what it keeps, within a
// limit; one flow, one thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/wire/trace.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace edgewatch::observe {

/// A length prefix tells where the next message begins, so a hole loses the place. It is found again only
/// where that can be proven: a segment that is made of whole, readable messages from its first byte to its
/// last. Anything else would invent names out of the middle of messages.
class DnsStream {
 public:
  static constexpr std::size_t limit = std::size_t{128} * 1024;

  /// Called with each whole message, a view good for the call; says whether it could be read.
  using Reader = std::function<bool(Bytes)>;

  /// The number of the first byte, from the SYN. Without it the first segment seen is tried as the beginning
  /// of a message.
  void begin(std::uint32_t first);
  /// A segment as captured. With a trace it is noted there what becomes of it.
  void add(std::uint32_t sequence, Bytes payload, const Reader& read, wire::Trace* trace = nullptr);
  /// The receiver has acknowledged the bytes before `sequence`: what is missing of them will not come any
  /// more.
  void acknowledged(std::uint32_t sequence, const Reader& read);
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const { return buffer_.capacity() + pieces_bytes_; }

 private:
  struct Piece {
    std::uint32_t sequence = 0;
    std::vector<std::uint8_t> bytes;
  };
  enum class Place : std::uint8_t { unknown, assumed, known, lost };
  static constexpr std::size_t worth_keeping = 4096;  ///< room for what comes next

  void take(std::uint32_t sequence, Bytes payload, const Reader& read);
  void tell(Bytes payload) const;
  void append(Bytes payload, const Reader& read);
  void hold(std::uint32_t sequence, Bytes payload);
  void join(const Reader& read);
  void consume(const Reader& read);
  void lose_place();
  void skip_hole(const Reader& read);
  void find_place(std::uint32_t sequence, Bytes payload, const Reader& read);

  Place place_ = Place::unknown;
  std::uint32_t next_ = 0;   ///< of the byte after buffer_
  std::uint32_t first_ = 0;  ///< of the first byte seen
  std::vector<std::uint8_t> buffer_;
  std::vector<Piece> pieces_;  ///< beyond a hole, in order of sequence
  std::size_t pieces_bytes_ = 0;
  wire::Trace* trace_ = nullptr;  ///< while a segment is added
};

}  // namespace edgewatch::observe
