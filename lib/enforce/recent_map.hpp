// A map that knows which of its entries was put in first, so that a bounded table can let go of the oldest.
// A value; one thread.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace edgewatch::enforce {

template <class Key, class Value, class Hash>
class RecentMap {
 public:
  explicit RecentMap(Hash hash) : by_key_(0, std::move(hash)) {}

  /// Null where there is none; good until it is erased.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->second;
  }
  /// Puts it in as the newest, in place of one that is there.
  Value& put(const Key& key, Value value) {
    entries_.emplace_back(key, std::move(value));
    const auto newest = std::prev(entries_.end());
    const auto [known, is_new] = by_key_.try_emplace(key, newest);
    if (!is_new) entries_.erase(std::exchange(known->second, newest));
    return newest->second;
  }
  /// Makes it the newest, where it is there.
  void renew(const Key& key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) entries_.splice(entries_.end(), entries_, found->second);
  }
  void erase(const Key& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    const auto entry = found->second;
    by_key_.erase(found);
    entries_.erase(entry);
  }
  template <class Predicate>
  void erase_if(Predicate predicate) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (!predicate(entry->first, entry->second)) {
        ++entry;
        continue;
      }
      by_key_.erase(entry->first);
      entry = entries_.erase(entry);
    }
  }
  void clear() {
    by_key_.clear();
    entries_.clear();
  }
  /// Precondition of both: it is not empty.
  [[nodiscard]] const std::pair<Key, Value>& oldest() const { return entries_.front(); }
  void drop_oldest() {
    by_key_.erase(entries_.front().first);
    entries_.pop_front();
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;  ///< oldest first
  Entries entries_;
  std::unordered_map<Key, typename Entries::iterator, Hash> by_key_;
};

}  // namespace edgewatch::enforce
