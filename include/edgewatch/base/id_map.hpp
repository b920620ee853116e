// A map from numbers that we give out ourselves to small values: open addressing, no node for each. A value;
// one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace edgewatch {

/// Not for keys that others choose: they could be made to collide. A pointer is good until the next insertion
/// or erasure. Precondition of all that takes an id: it is not 0.
template <class Value>
class IdMap {
 public:
  [[nodiscard]] const Value* find(std::uint64_t id) const {
    const std::size_t at = place_of(id);
    return entries_[at].id == id ? &entries_[at].value : nullptr;
  }
  [[nodiscard]] Value* find(std::uint64_t id) { return const_cast<Value*>(std::as_const(*this).find(id)); }
  /// The value under the id, made where there is none; and whether it was.
  std::pair<Value*, bool> emplace(std::uint64_t id) {
    if ((size_ + 1) * 2 > entries_.size()) grow();
    Entry& entry = entries_[place_of(id)];
    const bool is_new = entry.id != id;
    if (is_new) {
      entry.id = id;
      ++size_;
    }
    return {&entry.value, is_new};
  }
  void erase(std::uint64_t id) {
    std::size_t hole = place_of(id);
    if (entries_[hole].id != id) return;
    const std::size_t mask = entries_.size() - 1;
    // What follows in the run moves up, unless it would then stand before its own place.
    for (std::size_t next = (hole + 1) & mask; entries_[next].id != 0; next = (next + 1) & mask) {
      if (((next - home_of(entries_[next].id)) & mask) >= ((next - hole) & mask)) {
        entries_[hole] = std::move(entries_[next]);
        hole = next;
      }
    }
    entries_[hole] = Entry{};
    --size_;
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Memory held, what the values hold elsewhere left out.
  [[nodiscard]] std::size_t bytes() const { return entries_.size() * sizeof(Entry); }

 private:
  struct Entry {
    std::uint64_t id = 0;
    Value value{};
  };
  static constexpr std::size_t first_entries = 64;

  [[nodiscard]] std::size_t home_of(std::uint64_t id) const {
    constexpr std::uint64_t spread = 0x9e3779b97f4a7c15U;  // Knuth's multiplicative hashing
    return static_cast<std::size_t>(id * spread >> 32U) & (entries_.size() - 1);
  }
  [[nodiscard]] std::size_t place_of(std::uint64_t id) const {
    std::size_t at = home_of(id);
    while (entries_[at].id != id && entries_[at].id != 0) at = (at + 1) & (entries_.size() - 1);
    return at;
  }
  void grow() {
    std::vector<Entry> before(entries_.size() * 2);
    before.swap(entries_);
    for (Entry& entry : before) {
      if (entry.id != 0) entries_[place_of(entry.id)] = std::move(entry);
    }
  }

  std::size_t size_ = 0;
  std::vector<Entry> entries_ = std::vector<Entry>(first_entries);
};

}  // namespace edgewatch
