#include "quic_attempts.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::enforce {

QuicId::QuicId(Bytes datagram) {
  constexpr std::size_t length_at = 5;  // behind a byte of flags and the version
  if (datagram.size() <= length_at) return;
  const Bytes id = datagram.subspan(length_at + 1);
  *this = of(id.first(std::min(std::size_t{datagram[length_at]}, id.size())));
}

QuicId QuicId::of(Bytes id) {
  QuicId out;
  out.size_ = static_cast<std::uint8_t>(std::min(id.size(), out.bytes_.size()));
  std::copy_n(id.begin(), out.size_, out.bytes_.begin());
  return out;
}

bool may_hold_initial(Bytes datagram) {
  const wire::QuicPacket first = wire::classify_quic(datagram);
  return first == wire::QuicPacket::initial || first == wire::QuicPacket::zero_rtt ||
         first == wire::QuicPacket::handshake;
}

bool is_unopened(const wire::HelloState& state) {
  const auto* error = std::get_if<wire::DecodeError>(&state);
  return error != nullptr && error->kind == wire::Malformation::quic_protection;
}

wire::HelloState QuicAttempts::read(std::size_t number, Bytes datagram) {
  last_ = number;
  Attempt& attempt = attempts_[number];
  wire::HelloState state = attempt.hello.add(datagram);
  attempt.opened = attempt.opened || !enforce::is_unopened(state);
  if (const auto id = attempt.hello.connection_id()) attempt.opened_by = QuicId::of(*id);
  return state;
}

wire::HelloState QuicAttempts::add(Bytes datagram) {
  if (!may_hold_initial(datagram))
    return attempts_.empty() ? wire::HelloState(wire::NotAHello{}) : read(attempts_.size() - 1, datagram);
  const QuicId id(datagram);
  const auto same = std::ranges::find_if(
      attempts_, [&](const Attempt& each) { return each.id == id || each.opened_by == id; });
  if (same != attempts_.end()) return read(static_cast<std::size_t>(same - attempts_.begin()), datagram);
  // What came first may go on with what comes now, and waits in there for its keys.
  if (is_unopened()) {
    attempts_.front().id = id;
    return read(0, datagram);
  }
  attempts_.push_back({id, {}, false, std::nullopt});
  wire::HelloState state = read(attempts_.size() - 1, datagram);
  if (!enforce::is_unopened(state) || attempts_.size() == 1) return state;
  attempts_.pop_back();
  for (std::size_t i = 0; i < attempts_.size(); ++i) {
    wire::HelloState other = read(i, datagram);
    if (!enforce::is_unopened(other)) return other;
  }
  return state;
}

std::size_t QuicAttempts::held() const {
  std::size_t out = 0;
  for (const Attempt& attempt : attempts_) out += sizeof attempt + attempt.hello.held();
  return out;
}

}  // namespace edgewatch::enforce
