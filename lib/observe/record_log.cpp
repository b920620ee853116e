#include "record_log.hpp"

#include <cassert>
#include <utility>

namespace edgewatch::observe {

std::uint32_t RecordLog::append(std::size_t bytes) {
  const std::uint32_t length = units(bytes);
  assert(length != 0 && length <= units_a_chunk);
  const std::uint32_t into = tail_ % units_a_chunk;
  if (into + length > units_a_chunk) {
    const std::size_t slot = slot_of(tail_);
    const bool was_empty = empty();
    used_[slot] = into;
    tail_ += units_a_chunk - into;
    if (was_empty) {
      release(slot);
      head_ = tail_;
    }
  }
  if (tail_ % units_a_chunk == 0) begin_chunk();
  return std::exchange(tail_, tail_ + length);
}

void RecordLog::begin_chunk() {
  const std::uint32_t first = head_ - head_ % units_a_chunk;
  if ((tail_ - first) / units_a_chunk == chunks_.size()) grow();
  const std::size_t slot = slot_of(tail_);
  chunks_[slot] = spare_ ? std::move(spare_) : std::make_unique<Chunk>(chunk_bytes);
  used_[slot] = units_a_chunk;
}

void RecordLog::grow() {
  const std::size_t before = chunks_.size();
  std::vector<std::unique_ptr<Chunk>> chunks(2 * before);
  std::vector<std::uint32_t> used(2 * before);
  for (std::size_t i = 0; i < before; ++i) {
    const std::size_t number = head_ / units_a_chunk + i;
    chunks[number % chunks.size()] = std::move(chunks_[number % before]);
    used[number % chunks.size()] = used_[number % before];
  }
  chunks_ = std::move(chunks);
  used_ = std::move(used);
}

std::uint32_t RecordLog::after(std::uint32_t place, std::size_t bytes) const {
  const std::uint32_t next = place + units(bytes);
  const std::uint32_t into = next % units_a_chunk;
  return into != 0 && into == used_[slot_of(place)] ? next + units_a_chunk - into : next;
}

void RecordLog::drop_oldest(std::size_t bytes) {
  const std::size_t slot = slot_of(head_);
  head_ += units(bytes);
  const std::uint32_t into = head_ % units_a_chunk;
  if (into == 0 || into == used_[slot]) {
    release(slot);
    if (into != 0) head_ += units_a_chunk - into;
  }
}

void RecordLog::release(std::size_t slot) {
  if (!spare_) {
    spare_ = std::move(chunks_[slot]);
  } else {
    chunks_[slot].reset();
  }
}

std::size_t RecordLog::bytes() const {
  const std::uint32_t span = tail_ - (head_ - head_ % units_a_chunk);
  return ((span + units_a_chunk - 1) / units_a_chunk + (spare_ ? 1 : 0)) * chunk_bytes;
}

}  // namespace edgewatch::observe
