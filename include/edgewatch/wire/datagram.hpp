// One frame's layers up to TCP, UDP, ICMPv6 or ARP. A Datagram borrows its payload from the frame (or from
// the reassembler, until its next call).
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/frame.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <cstdint>
#include <optional>

namespace edgewatch::wire {

/// `icmpv6`: the payload is the whole ICMPv6 message (RFC 4443). `arp`: the payload is the whole ARP packet
/// (RFC 826), and there are no ends.
enum class Transport : std::uint8_t { none, tcp, udp, icmpv6, arp };

struct Datagram {
  Timestamp at;
  std::uint16_t source = 0;
  /// Of the client and its peer or gateway on their own link: in a tunnel that carries Ethernet or 802.11
  /// frames those of the inner frame, in one that carries IP packets none, since the outer frame's are those
  /// of the tunnel's ends.
  std::optional<net::MacAddress> source_mac, destination_mac;
  std::uint16_t vlan = 0;  ///< innermost 802.1Q id, 0 for none; in a tunnel never that of the outer frame
  std::uint8_t encapsulations =
      0;                      ///< how many tunnels the datagram came out of: their outer ends are not its own
  net::IpAddress tunnel_end;  ///< who sent the outermost packet; unspecified unless `encapsulations` > 0
  net::Endpoint from, to;     ///< ports 0 but for TCP and UDP
  std::uint8_t hop_limit =
      0;  ///< as the IP header says: a neighbour's message has 255 (RFC 4861 section 7.1)
  Transport transport = Transport::none;
  struct Tcp {
    std::uint32_t sequence = 0, acknowledgement = 0;
    bool syn = false, ack = false, fin = false, rst = false;
  } tcp;
  Bytes payload;  ///< L4 payload as captured
  std::uint32_t payload_length =
      0;              ///< as the IP and L4 headers say, so that a snapped capture still counts whole bytes
  Bytes ipv4_header;  ///< with its options; empty for IPv6
  Bytes segment;  ///< the payload with its TCP, UDP or ICMPv6 header, as captured; empty where its checksum
                  ///< cannot be judged
  std::uint32_t segment_length = 0;  ///< as the headers say
};

}  // namespace edgewatch::wire
