#include "sequence.hpp"

#include <algorithm>

namespace edgewatch::observe {

std::uint32_t Sequence::add_out_of_order(std::uint32_t first, std::uint32_t length) {
  if (length == 0) return 0;
  const std::uint32_t end = first + length;
  if (precedes(next_, first)) {
    remember({next_, first});
    next_ = end;
    return length;
  }
  if (!precedes(next_, end)) return fill(first, end);
  const std::uint32_t beyond = end - next_;
  const std::uint32_t filled = fill(first, next_);
  next_ = end;
  return filled + beyond;
}

void Sequence::remember(Hole hole) {
  if (count_ == most_holes) {
    std::copy(holes_.begin() + 1, holes_.end(), holes_.begin());
    --count_;
  }
  holes_[count_++] = hole;
}

std::uint32_t Sequence::fill(std::uint32_t from, std::uint32_t to) {
  std::uint32_t filled = 0;
  const auto holes = holes_;
  const std::uint8_t count = count_;
  count_ = 0;
  for (std::uint8_t i = 0; i < count; ++i) {
    const Hole hole = holes[i];
    const std::uint32_t start = precedes(hole.from, from) ? from : hole.from;
    const std::uint32_t stop = precedes(to, hole.to) ? to : hole.to;
    if (!precedes(start, stop)) {
      remember(hole);
      continue;
    }
    filled += stop - start;
    if (hole.from != start) remember({hole.from, start});
    if (hole.to != stop) remember({stop, hole.to});
  }
  return filled;
}

}  // namespace edgewatch::observe
