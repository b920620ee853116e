#include "edgewatch/wire/fragments.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace edgewatch::wire {
namespace {

constexpr std::size_t largest_datagram = 65535;
// What a piece costs beside its bytes, so that a flood of tiny ones is bounded too.
constexpr std::size_t piece_overhead = 64;

}  // namespace

std::size_t Fragments::Hasher::operator()(const FragmentKey& fragment) const {
  std::array<std::uint8_t, 40> bytes{};
  std::size_t at = 0;
  for (const auto* address : {&fragment.from, &fragment.to}) {
    std::ranges::copy(address->bytes(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += 16;
  }
  std::memcpy(bytes.data() + at, &fragment.identification, sizeof fragment.identification);
  bytes[36] = fragment.protocol;
  bytes[37] = fragment.from.is_v4() ? 4 : 6;
  return siphash(key, bytes);
}

Fragments::Fragments(HashKey hash_key, FragmentLimits limits)
    : limits_(limits), by_key_(16, Hasher{hash_key}) {}

Result<std::optional<Bytes>, DecodeError> Fragments::add(Timestamp at, const FragmentKey& key,
                                                         std::size_t offset, bool more, Bytes payload) {
  now_ = std::max(now_, at);
  while (!by_age_.empty() && by_age_.front().begun + limits_.age < now_) {
    evicted_ += by_age_.front().refused ? 0 : 1;
    drop(by_age_.begin());
  }
  Set& set = set_for(now_, key);
  if (set.refused) return Failure{DecodeError{Malformation::ip_fragment_overlap, offset}};
  const std::size_t end = offset + payload.size();
  // A piece that is not the last ends on a multiple of eight and is never empty.
  if (end > largest_datagram || (more && (payload.empty() || payload.size() % 8 != 0))) {
    return refuse(set, Malformation::ip_fragment_limit);
  }
  const std::size_t furthest =
      set.pieces.empty() ? 0 : set.pieces.back().offset + set.pieces.back().bytes.size();
  const bool end_disputed =
      more ? set.total && end > *set.total : (set.total && *set.total != end) || furthest > end;
  if (end_disputed) return refuse(set, Malformation::ip_fragment_overlap);
  if (!more) set.total = end;
  if (const auto wrong = insert(set, offset, payload)) return refuse(set, wrong->kind);
  if (!set.total || set.received != *set.total) {
    while (held_ > limits_.bytes && by_age_.size() > 1) {
      evicted_ += by_age_.front().refused ? 0 : 1;
      drop(by_age_.begin());
    }
    return std::optional<Bytes>{};
  }
  const Bytes whole = assemble(set);
  drop(by_key_.at(key));
  return std::optional<Bytes>{whole};
}

Fragments::Set& Fragments::set_for(Timestamp at, const FragmentKey& key) {
  if (const auto known = by_key_.find(key); known != by_key_.end()) return *known->second;
  if (by_age_.size() >= limits_.sets) {
    evicted_ += by_age_.front().refused ? 0 : 1;
    drop(by_age_.begin());
  }
  by_age_.push_back(Set{key, at, {}, 0, std::nullopt, false});
  by_key_.emplace(key, std::prev(by_age_.end()));
  return by_age_.back();
}

/// Adds what is new of a piece. What was there must be the same byte for byte: hosts differ in which copy
/// they believe, so a set whose copies differ says nothing (RFC 5722).
std::optional<DecodeError> Fragments::insert(Set& set, std::size_t offset, Bytes payload) {
  auto next = std::ranges::upper_bound(set.pieces, offset, {}, &Piece::offset);
  if (next != set.pieces.begin()) --next;
  std::size_t at = offset;
  const std::size_t end = offset + payload.size();
  while (at < end) {
    while (next != set.pieces.end() && next->offset + next->bytes.size() <= at) ++next;
    if (next != set.pieces.end() && next->offset <= at) {
      const std::size_t until = std::min(end, next->offset + next->bytes.size());
      const Bytes ours = Bytes(next->bytes).subspan(at - next->offset, until - at);
      if (!std::ranges::equal(ours, payload.subspan(at - offset, until - at))) {
        return DecodeError{Malformation::ip_fragment_overlap, at};
      }
      at = until;
      continue;
    }
    if (set.pieces.size() >= limits_.pieces) return DecodeError{Malformation::ip_fragment_limit, at};
    const std::size_t until = next == set.pieces.end() ? end : std::min(end, next->offset);
    const Bytes fresh = payload.subspan(at - offset, until - at);
    next = set.pieces.insert(next, Piece{at, {fresh.begin(), fresh.end()}});
    set.received += fresh.size();
    held_ += fresh.size() + piece_overhead;
    at = until;
  }
  return std::nullopt;
}

/// The set stays, empty, until it is old: so that its later pieces cannot make a datagram of their own.
Result<std::optional<Bytes>, DecodeError> Fragments::refuse(Set& set, Malformation why) {
  empty(set);
  set.refused = true;
  return Failure{DecodeError{why, 0}};
}

Bytes Fragments::assemble(Set& set) {
  whole_.clear();
  for (const Piece& piece : set.pieces) whole_.insert(whole_.end(), piece.bytes.begin(), piece.bytes.end());
  return whole_;
}

void Fragments::empty(Set& set) {
  held_ -= set.received + set.pieces.size() * piece_overhead;
  set.pieces.clear();
  set.received = 0;
}

void Fragments::drop(Sets::iterator set) {
  empty(*set);
  by_key_.erase(set->key);
  by_age_.erase(set);
}

}  // namespace edgewatch::wire
