#include "flow_table.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace edgewatch::observe {
namespace {

constexpr std::size_t smallest_capacity = 64;
constexpr std::size_t first_slots = 1024;

}  // namespace

FlowTable::FlowTable(HashKey hash_key, std::size_t bytes)
    // A flow costs itself, its place in the free list, and two to four slots.
    : hash_key_(hash_key),
      capacity_(
          std::max(smallest_capacity, bytes / (sizeof(Flow) + sizeof(std::uint32_t) + 3 * sizeof(Slot)))),
      slots_(first_slots) {}

std::uint32_t FlowTable::hash_of(const FlowKey& key) const {
  return static_cast<std::uint32_t>(key.hash(hash_key_));
}

std::uint32_t FlowTable::find(const FlowKey& key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask; slots_[at].index != nothing; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && this->at(slots_[at].index).key == key) return slots_[at].index;
  }
  return nothing;
}

std::uint32_t FlowTable::insert(const FlowKey& key, std::uint32_t hash, Timestamp second) {
  assert(!full());
  if (free_.empty()) {
    const auto first = static_cast<std::uint32_t>(chunks_.size() * chunk_size);
    chunks_.push_back(std::make_unique<Flow[]>(chunk_size));
    for (std::uint32_t i = chunk_size; i > 0; --i) free_.push_back(first + i - 1);
  }
  if ((size_ + 1) * 2 > slots_.size()) grow();
  const std::uint32_t index = free_.back();
  free_.pop_back();
  Flow& flow = at(index);
  flow.key = key;
  flow.hash = hash;
  flow.touched = second;
  place({hash, index});
  link(index, Queue::opening);
  ++size_;
  return index;
}

void FlowTable::remove(std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = at(index).hash & mask;
  while (slots_[hole].index != index) hole = (hole + 1) & mask;
  // What follows in the run moves up, unless it would then stand before its own place.
  for (std::size_t next = (hole + 1) & mask; slots_[next].index != nothing; next = (next + 1) & mask) {
    const std::size_t home = slots_[next].hash & mask;
    if (((next - home) & mask) >= ((next - hole) & mask)) {
      slots_[hole] = slots_[next];
      hole = next;
    }
  }
  slots_[hole] = Slot{};
  unlink(index);
  at(index) = Flow{};
  free_.push_back(index);
  --size_;
}

void FlowTable::touch(std::uint32_t index, Queue queue, Timestamp second) {
  unlink(index);
  at(index).touched = second;
  link(index, queue);
}

void FlowTable::place(Slot slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = slot.hash & mask;
  while (slots_[at].index != nothing) at = (at + 1) & mask;
  slots_[at] = slot;
}

void FlowTable::grow() {
  const std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  for (const Slot& slot : before) {
    if (slot.index != nothing) place(slot);
  }
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
