// What one direction of a conversation says above TCP or UDP, for `inspect --explain`: the same parsers as
// the sensor's, with where each part stands. Owns the bytes it keeps (64 KiB at most); one thread.
#pragma once

#include "edgewatch/wire/datagram.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/trace.hpp"

#include <optional>

namespace edgewatch::tools {

class Conversation {
 public:
  Conversation(wire::Transport transport, std::uint16_t from_port, std::uint16_t to_port);
  /// Takes the next datagram of this direction; with a trace, says what it and the bytes before it come to.
  void take(const wire::Datagram& datagram, wire::Trace* trace);

 private:
  void take_segment(const wire::Datagram& datagram, wire::Trace* trace);
  void take_udp(const wire::Datagram& datagram, wire::Trace* trace);

  wire::Transport transport_;
  bool dns_;
  wire::StreamPrefix stream_;
  std::optional<std::uint32_t> first_;  ///< sequence number of the stream's first byte
  wire::QuicHello quic_;
};

}  // namespace edgewatch::tools
