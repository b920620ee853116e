#include "flow_table.hpp"

#include <algorithm>
#include <cassert>

namespace edgewatch::observe {
namespace {

constexpr std::size_t smallest_capacity = 64;

}  // namespace

FlowTable::FlowTable(HashKey hash_key, std::size_t bytes)
    // A flow costs itself, its place in the free list, and where it is found.
    : hash_key_(hash_key),
      capacity_(std::max(smallest_capacity,
                         bytes / (sizeof(Flow) + sizeof(std::uint32_t) + PlaceIndex::most_bytes_a_place))) {}

std::uint32_t FlowTable::insert(const FlowKey& key, std::uint32_t hash, Timestamp second) {
  assert(!full());
  if (free_.empty()) {
    const auto first = static_cast<std::uint32_t>(chunks_.size() * chunk_size);
    chunks_.push_back(std::make_unique<Flow[]>(chunk_size));
    for (std::uint32_t i = chunk_size; i > 0; --i) free_.push_back(first + i - 1);
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  if (!free_.empty()) prefetch_at(free_.back());  // for the next one
  Flow& flow = at(index);
  flow.key = key;
  flow.hash = hash;
  flow.touched = second;
  places_.insert(hash, index);
  link(index, Queue::opening);
  ++size_;
  return index;
}

void FlowTable::remove(std::uint32_t index) {
  places_.remove(at(index).hash, index);
  unlink(index);
  std::destroy_at(&at(index));
  std::construct_at(&at(index));
  free_.push_back(index);
  --size_;
}

void FlowTable::touch(std::uint32_t index, Queue queue, Timestamp second) {
  unlink(index);
  at(index).touched = second;
  link(index, queue);
}

void FlowTable::link(std::uint32_t index, Queue queue) {
  Ends& ends = ends_[static_cast<std::size_t>(queue)];
  Flow& flow = at(index);
  flow.queue = queue;
  flow.older = ends.young;
  flow.newer = nothing;
  (ends.young == nothing ? ends.old : at(ends.young).newer) = index;
  ends.young = index;
}

void FlowTable::unlink(std::uint32_t index) {
  const Flow& flow = at(index);
  Ends& ends = ends_[static_cast<std::size_t>(flow.queue)];
  (flow.older == nothing ? ends.old : at(flow.older).newer) = flow.newer;
  (flow.newer == nothing ? ends.young : at(flow.newer).older) = flow.older;
}

}  // namespace edgewatch::observe
