// Link layers: from a frame's first byte to the network layer's. Views into the frame; pure; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/net/frame.hpp"
#include "edgewatch/wire/datagram.hpp"

namespace edgewatch::wire {

enum class Network : std::uint8_t { other, ipv4, ipv6, arp };

/// Where the network layer starts and what it is.
struct NetworkPart {
  Network kind = Network::other;
  std::size_t offset = 0;
};

/// At most this many 802.1Q/802.1ad tags are walked; a frame with more is refused by name (ENFORCEMENT A4).
inline constexpr int max_vlan_tags = 3;

/// Reads the link layer of a frame, notes its MAC addresses and innermost VLAN id in `datagram`, and says
/// where the network layer is.
[[nodiscard]] Result<NetworkPart, DecodeError> read_link(net::LinkType link, Bytes frame, Datagram& datagram);

}  // namespace edgewatch::wire
