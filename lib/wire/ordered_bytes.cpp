#include "edgewatch/wire/hello_assembler.hpp"

#include <algorithm>

namespace edgewatch::wire {
namespace {

// A hello of 1,900 bytes sent byte by byte in the worst order makes 950 holes (ENFORCEMENT D11).
constexpr std::size_t max_pieces = 1024;

DecodeError refusal(Malformation kind, std::uint64_t offset) {
  return {kind, static_cast<std::size_t>(offset)};
}

/// Whether two runs of bytes, at their offsets, say the same wherever both have a byte.
bool agree(std::size_t a_at, Bytes a, std::size_t b_at, Bytes b) {
  const std::size_t from = std::max(a_at, b_at);
  const std::size_t to = std::min(a_at + a.size(), b_at + b.size());
  return from >= to ||
         std::ranges::equal(a.subspan(from - a_at, to - from), b.subspan(from - b_at, to - from));
}

}  // namespace

std::optional<DecodeError> OrderedBytes::add(std::uint64_t offset, Bytes piece) {
  if (piece.empty()) return {};
  if (offset >= limit_) return refusal(Malformation::hello_limit, offset);
  auto at = static_cast<std::size_t>(offset);
  piece = piece.first(std::min(piece.size(), limit_ - at));
  if (at <= prefix_.size()) {
    if (!agree(0, prefix_, at, piece)) return refusal(Malformation::stream_overlap, offset);
    const std::size_t known = prefix_.size() - at;
    if (known >= piece.size()) return {};
    piece = piece.subspan(known);
    at += known;
    if (pieces_.empty()) {
      prefix_.insert(prefix_.end(), piece.begin(), piece.end());
      return {};
    }
  }
  if (const auto wrong = insert(at, piece)) return wrong;
  join_front();
  return {};
}

std::optional<DecodeError> OrderedBytes::insert(std::size_t at, Bytes piece) {
  const std::size_t end = at + piece.size();
  // All held pieces that overlap the new one or touch it; they become one with it.
  const auto first =
      std::lower_bound(pieces_.begin(), pieces_.end(), at,
                       [](const Piece& held, std::size_t value) { return held.end() < value; });
  auto last = first;
  for (; last != pieces_.end() && last->offset <= end; ++last)
    if (!agree(last->offset, last->bytes, at, piece)) return refusal(Malformation::stream_overlap, at);

  if (first == last) {
    if (pieces_.size() >= max_pieces) return refusal(Malformation::hello_limit, at);
    pieces_.insert(first, Piece{at, {piece.begin(), piece.end()}});
    return {};
  }
  // Grow the first of them to the front and to the back, then take over what the others have beyond.
  if (at < first->offset) {
    const Bytes before = piece.first(first->offset - at);
    first->bytes.insert(first->bytes.begin(), before.begin(), before.end());
    first->offset = at;
  }
  const auto append = [&](std::size_t from, Bytes bytes) {
    if (from + bytes.size() <= first->end()) return;
    const Bytes beyond = bytes.subspan(first->end() - from);
    first->bytes.insert(first->bytes.end(), beyond.begin(), beyond.end());
  };
  append(at, piece);
  for (auto other = first + 1; other != last; ++other) append(other->offset, other->bytes);
  pieces_.erase(first + 1, last);
  return {};
}

void OrderedBytes::join_front() {
  // Pieces never touch each other, so at most the first can touch the prefix.
  if (pieces_.empty() || pieces_.front().offset != prefix_.size()) return;
  auto& bytes = pieces_.front().bytes;
  if (prefix_.empty()) {
    prefix_ = std::move(bytes);
  } else {
    prefix_.insert(prefix_.end(), bytes.begin(), bytes.end());
  }
  pieces_.erase(pieces_.begin());
}

bool OrderedBytes::shift(std::size_t distance) {
  const std::size_t end = pieces_.empty() ? prefix_.size() : pieces_.back().end();
  if (distance > limit_ || end > limit_ - distance) return false;
  for (auto& piece : pieces_) piece.offset += distance;
  if (!prefix_.empty() && distance > 0) {
    pieces_.insert(pieces_.begin(), Piece{distance, std::move(prefix_)});
    prefix_.clear();
  }
  return true;
}

void OrderedBytes::drop_prefix() {
  for (auto& piece : pieces_) piece.offset -= prefix_.size();
  prefix_ = std::vector<std::uint8_t>();
  pieces_.shrink_to_fit();
}

std::size_t OrderedBytes::held() const {
  std::size_t total = prefix_.capacity() + pieces_.capacity() * sizeof(Piece);
  for (const auto& piece : pieces_) total += piece.bytes.capacity();
  return total;
}

void StreamPrefix::anchor(std::uint32_t first_sequence, Anchor kind) {
  bytes_ = OrderedBytes(limit_);
  first_ = first_sequence;
  kind_ = kind;
  anchored_ = true;
}

void StreamPrefix::drop_prefix() {
  first_ += static_cast<std::uint32_t>(bytes_.prefix().size());
  kind_ = Anchor::syn;  // what comes before it is known and no part of what follows
  bytes_.drop_prefix();
}

std::optional<DecodeError> StreamPrefix::add(std::uint32_t sequence, Bytes payload) {
  if (!anchored_ || payload.empty()) return {};
  // Sequence numbers are compared modulo 2^32 (RFC 9293 section 3.4).
  const auto distance = static_cast<std::int32_t>(sequence - first_);
  if (distance >= 0) return bytes_.add(static_cast<std::uint64_t>(distance), payload);

  const auto before = static_cast<std::size_t>(-static_cast<std::int64_t>(distance));
  if (kind_ == Anchor::first_seen && payload.size() > 1 && bytes_.shift(before)) {
    first_ = sequence;
    return bytes_.add(0, payload);
  }
  if (before >= payload.size()) return {};
  return bytes_.add(0, payload.subspan(before));
}

}  // namespace edgewatch::wire
