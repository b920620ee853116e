// Which bytes of one direction of a TCP stream have been seen, so that each is counted once however often and
// in whatever order it comes. A value of fixed size; one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace edgewatch::observe {

/// `a` before `b` on the circle of sequence numbers (RFC 9293 section 3.4).
[[nodiscard]] inline bool precedes(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

class Sequence {
 public:
  /// The number of the first byte, from the SYN; without it the first segment says.
  void begin(std::uint32_t first) {
    next_ = first;
    begun_ = true;
  }
  [[nodiscard]] bool begun() const { return begun_; }
  /// One past the furthest byte seen.
  [[nodiscard]] std::uint32_t next() const { return next_; }

  /// Takes a segment and says how many of its bytes are new. Remembers a few holes; where there are more the
  /// oldest is forgotten, and what would fill it counts as a repetition: a mistake on the low side.
  [[nodiscard]] std::uint32_t add(std::uint32_t first, std::uint32_t length) {
    if (!begun_) begin(first);
    if (first != next_) return add_out_of_order(first, length);
    next_ += length;
    return length;
  }

 private:
  struct Hole {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
  };
  static constexpr std::size_t most_holes = 3;

  [[nodiscard]] std::uint32_t add_out_of_order(std::uint32_t first, std::uint32_t length);
  void remember(Hole hole);
  [[nodiscard]] std::uint32_t fill(std::uint32_t from, std::uint32_t to);

  std::uint32_t next_ = 0;
  bool begun_ = false;
  std::uint8_t count_ = 0;
  std::array<Hole, most_holes> holes_{};  ///< oldest first
};

}  // namespace edgewatch::observe
