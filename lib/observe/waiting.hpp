// What waits for its answer, within a bound of memory, the oldest given up first. Ordered, so that no chosen
// key can make it slow. Owns what it keeps; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <utility>

namespace edgewatch::observe {

template <class Key, class Value>
class Waiting {
 public:
  /// `most` bytes, of values and what it takes to keep them.
  explicit Waiting(std::size_t most) : most_(most) {}

  /// Keeps the value in place of an earlier one of that key. `bytes` is what the value holds beside itself.
  void put(const Key& key, Value value, std::size_t bytes) {
    erase(key);
    ages_.push_back(key);
    entries_.emplace(key, Entry{std::move(value), std::prev(ages_.end()), 0});
    set_bytes(key, bytes);
  }
  /// Says anew what the value of that key holds; it may be given up for it.
  void set_bytes(const Key& key, std::size_t bytes) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    held_ -= found->second.bytes;
    found->second.bytes = bytes + entry_size;
    held_ += found->second.bytes;
    while (held_ > most_ && !ages_.empty()) {
      ++evicted_;
      erase(Key(ages_.front()));
    }
  }
  /// Null where there is none.
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }
  void erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    held_ -= found->second.bytes;
    ages_.erase(found->second.age);
    entries_.erase(found);
  }
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }

 private:
  struct Entry {
    Value value;
    typename std::list<Key>::iterator age;
    std::size_t bytes = 0;
  };
  // An entry with its key twice, in a tree and in a list, and what those and the allocator add.
  static constexpr std::size_t entry_size = sizeof(Entry) + 2 * sizeof(Key) + 96;

  std::size_t most_;
  std::map<Key, Entry> entries_;
  std::list<Key> ages_;  ///< the oldest first
  std::size_t held_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace edgewatch::observe
