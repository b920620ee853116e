// Where things are, by hash: open addressing, at most half full. It holds no keys: whoever asks compares. A
// value; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace edgewatch::observe {

class PlaceIndex {
 public:
  static constexpr std::uint32_t nothing = 0xffffffff;

  /// The first place with this hash for which `is_it(place)` holds, or `nothing`.
  template <class Is>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, Is is_it) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].place != nothing; at = (at + 1) & mask) {
      if (slots_[at].hash == hash && is_it(slots_[at].place)) return slots_[at].place;
    }
    return nothing;
  }
  /// The place must not be in it.
  void insert(std::uint32_t hash, std::uint32_t place) {
    if ((size_ + 1) * 2 > slots_.size()) grow();
    put({hash, place});
    ++size_;
  }
  /// The place must be in it, under this hash.
  void remove(std::uint32_t hash, std::uint32_t place) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t hole = hash & mask;
    while (slots_[hole].place != place) hole = (hole + 1) & mask;
    // What follows in the run moves up, unless it would then stand before its own place.
    for (std::size_t next = (hole + 1) & mask; slots_[next].place != nothing; next = (next + 1) & mask) {
      const std::size_t home = slots_[next].hash & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        slots_[hole] = slots_[next];
        hole = next;
      }
    }
    slots_[hole] = Slot{};
    --size_;
  }
  /// Asks memory for where the hash will be looked for.
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  /// What likely has this hash, told without waiting for more than the slot; or `nothing`.
  [[nodiscard]] std::uint32_t guess(std::uint32_t hash) const {
    return slots_[hash & (slots_.size() - 1)].place;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Memory held.
  [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(Slot); }
  /// What a place costs at most, growing left out.
  static constexpr std::size_t most_bytes_a_place = sizeof(std::uint32_t) * 2 * 4;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t place = nothing;
  };
  static constexpr std::size_t first_slots = 1024;

  void put(Slot slot) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.hash & mask;
    while (slots_[at].place != nothing) at = (at + 1) & mask;
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : before) {
      if (slot.place != nothing) put(slot);
    }
  }

  std::size_t size_ = 0;
  std::vector<Slot> slots_ = std::vector<Slot>(first_slots);
};

}  // namespace edgewatch::observe
