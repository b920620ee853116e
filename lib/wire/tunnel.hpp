// Packets within packets: IP in IP, GRE with what it carries, and the tunnels over UDP. Views into the bytes
// given; pure; any thread. Whoever sends a frame in a tunnel of IP packets is the tunnel's end, so its MAC
// addresses and VLAN are taken out of the datagram; within a tunnel of Ethernet frames they are the inner
// frame's.
#pragma once

#include "edgewatch/wire/tunnel_port.hpp"

#include "ip.hpp"
#include "link.hpp"

namespace edgewatch::wire {

/// Most encapsulations that are walked; a packet with more is refused (tunnel_depth).
inline constexpr int max_encapsulations = 4;

/// A packet of the network layer, and how much of it was on the wire.
struct Packet {
  Network kind = Network::other;
  Bytes bytes;
  std::size_t on_wire = 0;
};
using Opened = Result<Packet, DecodeError>;

/// IPv4 or IPv6 within IP (RFC 2003, RFC 4213, RFC 2473).
[[nodiscard]] Packet open_ip_in_ip(Network inner, const IpPayload& payload, Walk& walk);
/// GRE (RFC 2784, RFC 2890), its version 1 of PPTP (RFC 2637), and within it IP, MPLS, PPP, Ethernet frames
/// (RFC 7637), ERSPAN I to III, 802.11 frames of Aruba's access points. Refuses tunnel_header for a header
/// that cannot be.
[[nodiscard]] Opened open_gre(const IpPayload& payload, Walk& walk);
/// EtherIP (RFC 3378).
[[nodiscard]] Opened open_etherip(const IpPayload& payload, Walk& walk);

/// What a UDP datagram carries: VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281), Teredo (RFC
/// 4380), GRE (RFC 8086), CAPWAP data (RFC 5415). Nothing where the header or what is inside does not fit in
/// each field: it is ordinary UDP then, and the datagram is as it was.
[[nodiscard]] std::optional<Opened> open_udp_tunnel(Walk& walk);

/// Whether one of the ports is a tunnel's: the cheap question, asked of every UDP datagram.
[[nodiscard]] inline bool has_tunnel_port(const Datagram& datagram) {
  return is_tunnel_port(datagram.to.port) || is_tunnel_port(datagram.from.port);
}

}  // namespace edgewatch::wire
