// Link layers: from a frame's first byte to the network layer's. Views into the frame; pure; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/net/frame.hpp"
#include "edgewatch/wire/datagram.hpp"
#include "edgewatch/wire/trace.hpp"

namespace edgewatch::wire {

enum class Network : std::uint8_t { other, ipv4, ipv6, arp };

/// Where the network layer starts and what it is.
struct NetworkPart {
  Network kind = Network::other;
  std::size_t offset = 0;
};
using LinkRead = Result<NetworkPart, DecodeError>;

/// What readers note on their way down a frame. `trace` is null where nobody asked.
struct Walk {
  Datagram& datagram;
  Trace* trace = nullptr;
};

/// At most this many 802.1Q/802.1ad tags are walked; a frame with more is refused by name (ENFORCEMENT A4).
inline constexpr int max_vlan_tags = 3;

/// IEEE 802 numbers that links and tunnels share.
enum EtherType : std::uint16_t {
  ethertype_ipv4 = 0x0800,
  ethertype_arp = 0x0806,
  ethertype_bridging = 0x6558,
  ethertype_vlan = 0x8100,
  ethertype_ipv6 = 0x86dd,
  ethertype_mpls = 0x8847,
  ethertype_mpls_upstream = 0x8848,
  ethertype_pppoe_discovery = 0x8863,
  ethertype_pppoe_session = 0x8864,
  ethertype_ppp = 0x880b,
  ethertype_qinq = 0x88a8,
  ethertype_cisco_metadata = 0x8909,
  ethertype_old_qinq = 0x9100,
};
/// Below it the field is a length (IEEE 802.3 section 3.2.6).
inline constexpr std::uint16_t smallest_ethertype = 0x0600;

/// Reads the link layer of a frame, notes its MAC addresses and innermost VLAN id in the datagram, and says
/// where the network layer is.
[[nodiscard]] LinkRead read_link(net::LinkType link, Bytes frame, Walk& walk);

[[nodiscard]] LinkRead read_ethernet(Bytes frame, Walk& walk);
/// What lies at `at`, whose EtherType is `type`; over the tags, labels and session headers that follow.
[[nodiscard]] LinkRead read_behind_ethertype(std::uint16_t type, Bytes frame, std::size_t at, Walk& walk);
/// 802.2 LLC at `at`: SNAP and what its EtherType says, or nothing of ours.
[[nodiscard]] LinkRead read_llc(Bytes frame, std::size_t at, Walk& walk);
/// PPP with or without its address and control bytes (RFC 1662 section 3.1).
[[nodiscard]] LinkRead read_ppp_frame(Bytes frame, Walk& walk);

}  // namespace edgewatch::wire
