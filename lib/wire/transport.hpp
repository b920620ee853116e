// TCP and UDP headers, ICMPv6 and ARP messages. Views into the bytes given; pure; any thread.
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
/// An ICMPv6 message (RFC 4443 section 2.1) is payload as a whole; refuses one without its four bytes of
/// header.
[[nodiscard]] std::optional<DecodeError> read_icmpv6(Bytes message, std::size_t length, Datagram& datagram);
/// An ARP packet (RFC 826) is payload as a whole, what pads the frame behind it taken off; refuses
/// (arp_packet) one shorter than its own address lengths say. `on_wire` as for read_ipv4.
[[nodiscard]] std::optional<DecodeError> read_arp(Bytes packet, std::size_t on_wire, Datagram& datagram);

}  // namespace edgewatch::wire
