// Whether a datagram's checksums hold: asked of the datagrams that matter, not of each, since it reads every
// byte. Pure; any thread.
#pragma once

#include "edgewatch/wire/datagram.hpp"

namespace edgewatch::wire {

/// `unknown`: the capture has not all of the bytes (snap length), or there is nothing to judge by.
enum class Checksum : std::uint8_t { unknown, good, bad };
/// `unknown`, `good`, `bad`.
[[nodiscard]] std::string_view to_string(Checksum checksum);

/// The verdict on the IPv4 header (RFC 791 section 3.1) and on the TCP, UDP or ICMPv6 checksum over its
/// pseudo-header (RFC 9293 section 3.1, RFC 768, RFC 4443 section 2.3): bad when either is. In a tunnel those
/// of the innermost packet; of a datagram in fragments the header of the one that completed it. UDP over IPv4
/// without a checksum is good; over IPv6 it is bad (RFC 8200 section 8.1). ARP has none and is unknown. The
/// datagram must still be good.
[[nodiscard]] Checksum checksum_of(const Datagram& datagram);

/// The ones' complement sum of RFC 1071 as a big-endian number, folded to 16 bits and not inverted; a last
/// odd byte stands for its upper half.
[[nodiscard]] std::uint16_t internet_sum(Bytes bytes);

}  // namespace edgewatch::wire
