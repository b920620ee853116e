// TCP and UDP headers. Views into the bytes given; pure; any thread.
#pragma once

#include "edgewatch/wire/datagram.hpp"

#include <optional>

namespace edgewatch::wire {

/// Reads a TCP header (RFC 9293 section 3.1) into `datagram`; `length` is what IP says the segment has. Says
/// why not, where it cannot.
[[nodiscard]] std::optional<DecodeError> read_tcp(Bytes segment, std::size_t length, Datagram& datagram);
/// The same for UDP (RFC 768). A length of zero (a jumbogram, or segmentation offload) means all that IP
/// carries.
[[nodiscard]] std::optional<DecodeError> read_udp(Bytes segment, std::size_t length, Datagram& datagram);

}  // namespace edgewatch::wire
