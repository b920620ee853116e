// What waits for its answer: a bounded number, the oldest given up first. Ordered, so that no chosen key can
// make it slow. Owns what it keeps; one thread.
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
  explicit Waiting(std::size_t most) : most_(most) {}

  /// Keeps the value in place of an earlier one of that key; good until the next call that is not const.
  Value& put(const Key& key, Value value) {
    erase(key);
    if (entries_.size() == most_) drop_oldest();
    ages_.push_back(key);
    return entries_.emplace(key, Entry{std::move(value), std::prev(ages_.end())}).first->second.value;
  }
  /// Null where there is none.
  Value* find(const Key& key) {
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second.value;
  }
  void erase(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    ages_.erase(found->second.age);
    entries_.erase(found);
  }
  /// Precondition: not empty.
  void drop_oldest() {
    ++evicted_;
    entries_.erase(ages_.front());
    ages_.pop_front();
  }
  [[nodiscard]] Value& oldest() { return entries_.at(ages_.front()).value; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }

 private:
  struct Entry {
    Value value;
    typename std::list<Key>::iterator age;
  };
  std::size_t most_;
  std::map<Key, Entry> entries_;
  std::list<Key> ages_;  ///< the oldest first
  std::uint64_t evicted_ = 0;
};

}  // namespace edgewatch::observe
