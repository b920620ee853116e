// Records of different lengths, one behind the other in the order they came; they go in that order too. A
// record has a place that stays its own. Owns the memory; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace edgewatch::observe {

class RecordLog {
 public:
  static constexpr std::size_t chunk_bytes = std::size_t{1} << 14U;
  static constexpr std::uint32_t units_a_chunk = chunk_bytes / sizeof(std::uint64_t);

  /// `first`: the place that the first record gets, a multiple of a chunk's units.
  explicit RecordLog(std::uint32_t first = 0) : head_(first), tail_(first) {}

  [[nodiscard]] bool empty() const { return head_ == tail_; }
  /// Room for a record of that many bytes, at most a chunk; aligned like a std::uint64_t.
  [[nodiscard]] std::uint32_t append(std::size_t bytes);
  [[nodiscard]] std::byte* at(std::uint32_t place) {
    return chunk_of(place)->data() + place % units_a_chunk * unit;
  }
  [[nodiscard]] const std::byte* at(std::uint32_t place) const {
    return chunk_of(place)->data() + place % units_a_chunk * unit;
  }
  /// Precondition: it is not empty.
  [[nodiscard]] std::uint32_t oldest() const { return head_; }
  /// Behind the record at that place, which has that many bytes: the next one, or end().
  [[nodiscard]] std::uint32_t after(std::uint32_t place, std::size_t bytes) const;
  [[nodiscard]] std::uint32_t end() const { return tail_; }
  /// Takes away the oldest, which has that many bytes.
  void drop_oldest(std::size_t bytes);
  /// Memory held.
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::size_t unit = sizeof(std::uint64_t);
  using Chunk = std::vector<std::byte>;
  [[nodiscard]] static std::uint32_t units(std::size_t bytes) {
    return static_cast<std::uint32_t>((bytes + unit - 1) / unit);
  }
  [[nodiscard]] const std::unique_ptr<Chunk>& chunk_of(std::uint32_t place) const {
    return chunks_[slot_of(place)];
  }
  [[nodiscard]] std::size_t slot_of(std::uint32_t place) const {
    return place / units_a_chunk & (chunks_.size() - 1);
  }
  void begin_chunk();
  void release(std::size_t slot);
  void grow();

  // Places count on and on, and round at 2^32: each is a unit of some chunk, and chunks take turns here.
  // Their number is a power of two.
  std::vector<std::unique_ptr<Chunk>> chunks_ = std::vector<std::unique_ptr<Chunk>>(8);
  std::vector<std::uint32_t> used_ = std::vector<std::uint32_t>(8);  ///< units of each chunk, once it is full
  std::unique_ptr<Chunk> spare_;
  std::uint32_t head_;
  std::uint32_t tail_;
};

}  // namespace edgewatch::observe
