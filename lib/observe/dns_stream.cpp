#include "dns_stream.hpp"

#include "edgewatch/wire/dns.hpp"

#include "sequence.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::observe {
namespace {

constexpr std::size_t most_pieces = 64;

/// Whether the bytes are whole messages, one after the other, each of which can be read.
bool is_whole_messages(Bytes bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto next = wire::dns::next_on_stream(bytes, at);
    if (!next || !wire::dns::parse(next->message)) return false;
    at = next->next;
  }
  return at != 0;
}

}  // namespace

void DnsStream::begin(std::uint32_t first) {
  if (place_ != Place::unknown) return;
  next_ = first;
  first_ = first;
  place_ = Place::known;
}

void DnsStream::add(std::uint32_t sequence, Bytes payload, const Reader& read, wire::Trace* trace) {
  if (payload.empty()) return;
  trace_ = trace;
  take(sequence, payload, read);
  if (trace_ != nullptr) [[unlikely]]
    tell(payload);
  trace_ = nullptr;
}

/// What became of a segment.
void DnsStream::tell(Bytes payload) const {
  trace_->stream({}, 0, 0, {});
  const auto say = [&](std::string meaning) { trace_->note("dns", payload.first(0), std::move(meaning)); };
  if (place_ == Place::lost)
    say("the place in the stream is lost: not read until a segment is whole messages");
  if (!pieces_.empty()) {
    say(fmt::format("{} bytes are kept until byte {} of the stream has come", pieces_bytes_, next_ - first_));
  }
  if (!buffer_.empty()) say(fmt::format("message incomplete: {} bytes of it known", buffer_.size()));
}

void DnsStream::take(std::uint32_t sequence, Bytes payload, const Reader& read) {
  if (place_ == Place::unknown) {
    next_ = sequence;
    first_ = sequence;
    place_ = Place::assumed;
  }
  if (precedes(sequence, next_)) {
    const std::uint32_t repeated = next_ - sequence;
    if (repeated >= payload.size()) return;
    payload = payload.subspan(repeated);
    sequence = next_;
  }
  if (place_ == Place::lost) {
    find_place(sequence, payload, read);
  } else if (sequence == next_) {
    append(payload, read);
    join(read);
  } else {
    hold(sequence, payload);
    if (pieces_.size() > most_pieces || buffer_.size() + pieces_bytes_ > limit) skip_hole(read);
  }
}

void DnsStream::acknowledged(std::uint32_t sequence, const Reader& read) {
  while (!pieces_.empty() && precedes(pieces_.front().sequence, sequence)) skip_hole(read);
}

void DnsStream::append(Bytes payload, const Reader& read) {
  const std::size_t here = buffer_.size();
  if (trace_ != nullptr) [[unlikely]]
    trace_->stream({}, 0, 0, {});
  buffer_.insert(buffer_.end(), payload.begin(), payload.end());
  if (trace_ != nullptr) [[unlikely]]
    trace_->stream(buffer_, next_ - first_ - here, here, payload);
  next_ += static_cast<std::uint32_t>(payload.size());
  consume(read);
}

void DnsStream::hold(std::uint32_t sequence, Bytes payload) {
  const auto place = std::ranges::find_if(
      pieces_, [sequence](const Piece& piece) { return !precedes(piece.sequence, sequence); });
  if (place != pieces_.end() && place->sequence == sequence && place->bytes.size() >= payload.size()) return;
  pieces_bytes_ += payload.size();
  pieces_.insert(place, Piece{sequence, {payload.begin(), payload.end()}});
}

/// Takes in the pieces that the hole no longer parts from the rest.
void DnsStream::join(const Reader& read) {
  while (place_ != Place::lost && !pieces_.empty() && !precedes(next_, pieces_.front().sequence)) {
    const Piece piece = std::move(pieces_.front());
    pieces_.erase(pieces_.begin());
    pieces_bytes_ -= piece.bytes.size();
    const std::uint32_t repeated = next_ - piece.sequence;
    if (repeated < piece.bytes.size()) append(Bytes(piece.bytes).subspan(repeated), read);
  }
}

void DnsStream::consume(const Reader& read) {
  std::size_t at = 0;
  while (const auto next = wire::dns::next_on_stream(buffer_, at)) {
    at = next->next;
    const bool readable = read(next->message);
    if (place_ == Place::assumed && !readable) return lose_place();
    place_ = Place::known;
  }
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
  if (buffer_.empty() && buffer_.capacity() > worth_keeping) buffer_ = std::vector<std::uint8_t>();
}

void DnsStream::lose_place() {
  buffer_ = std::vector<std::uint8_t>();  // gives the room back, as `= {}` would not
  place_ = Place::lost;
}

void DnsStream::skip_hole(const Reader& read) {
  lose_place();
  std::vector<Piece> pieces = std::exchange(pieces_, {});
  pieces_bytes_ = 0;
  for (const Piece& piece : pieces) {
    if (!piece.bytes.empty()) take(piece.sequence, piece.bytes, read);
  }
}

void DnsStream::find_place(std::uint32_t sequence, Bytes payload, const Reader& read) {
  next_ = sequence;
  if (is_whole_messages(payload)) {
    place_ = Place::known;
    append(payload, read);
  } else {
    next_ += static_cast<std::uint32_t>(payload.size());
  }
}

}  // namespace edgewatch::observe
