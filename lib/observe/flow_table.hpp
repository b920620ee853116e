// The flows that are alive, found by key, in bounded memory, and in order of when they were last used. Owns
// them; a reference is good until that flow is removed. One thread.
#pragma once

#include "flow.hpp"
#include "place_index.hpp"

#include <memory>
#include <vector>

namespace edgewatch::observe {

class FlowTable {
 public:
  static constexpr std::uint32_t nothing = PlaceIndex::nothing;

  /// At most `bytes` of memory, but room for a handful of flows at least.
  FlowTable(HashKey hash_key, std::size_t bytes);

  [[nodiscard]] bool full() const { return size_ == capacity_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  [[nodiscard]] std::uint32_t hash_of(const FlowKey& key) const {
    return static_cast<std::uint32_t>(key.hash(hash_key_));
  }
  /// Asks memory for the place of a flow with this hash; and, a little later, for the flow.
  void prefetch(std::uint32_t hash) const { places_.prefetch(hash); }
  void prefetch_flow(std::uint32_t hash) const { prefetch_at(places_.guess(hash)); }
  /// Asks memory for the flow that will be the oldest of its queue when this one is gone.
  void prefetch_newer(std::uint32_t index) const { prefetch_at(at(index).newer); }
  /// The index of the flow, or `nothing`.
  [[nodiscard]] std::uint32_t find(const FlowKey& key, std::uint32_t hash) const {
    return places_.find(hash, [&](std::uint32_t index) { return at(index).key == key; });
  }
  [[nodiscard]] Flow& at(std::uint32_t index) { return chunks_[index / chunk_size][index % chunk_size]; }
  [[nodiscard]] const Flow& at(std::uint32_t index) const {
    return chunks_[index / chunk_size][index % chunk_size];
  }
  /// Adds a flow that is not there, in queue `opening`. Precondition: not full.
  [[nodiscard]] std::uint32_t insert(const FlowKey& key, std::uint32_t hash, Timestamp second);
  void remove(std::uint32_t index);

  /// Moves a flow to the young end of a queue, `second` being no earlier than any given before.
  void touch(std::uint32_t index, Queue queue, Timestamp second);
  /// The flow of a queue that was used least recently, or `nothing`.
  [[nodiscard]] std::uint32_t oldest(Queue queue) const { return ends_[static_cast<std::size_t>(queue)].old; }

 private:
  struct Ends {
    std::uint32_t old = nothing;
    std::uint32_t young = nothing;
  };
  static constexpr std::size_t chunk_size = 256;

  void prefetch_at(std::uint32_t index) const {
    if (index == nothing) return;
    const auto* flow = reinterpret_cast<const std::byte*>(&at(index));
    constexpr std::size_t line = 64;
    for (std::size_t place = 0; place < sizeof(Flow); place += line) __builtin_prefetch(flow + place);
  }
  void link(std::uint32_t index, Queue queue);
  void unlink(std::uint32_t index);

  HashKey hash_key_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  PlaceIndex places_;
  std::vector<std::unique_ptr<Flow[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::array<Ends, static_cast<std::size_t>(Queue::count_)> ends_;
};

}  // namespace edgewatch::observe
