// Packets made by hand: Ethernet, 802.1Q, IPv4, IPv6, TCP and UDP with true lengths and checksums, so that
// tests and the traffic generator can say what was on the wire. Functions of their arguments; the buffers are
// the caller's. Any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include "support/byte_writer.hpp"

#include <cstdint>
#include <vector>

namespace edgewatch::support {

/// The Ethernet side of a frame. VLAN ids outermost first; of two tags the outer one is 802.1ad (0x88a8), as
/// QinQ has it.
struct Link {
  net::MacAddress from;
  net::MacAddress to;
  std::vector<std::uint16_t> vlans;
};
[[nodiscard]] Link reversed(const Link& link);

struct IpFields {
  std::uint8_t hop_limit = 64;  ///< TTL of IPv4
  std::uint16_t id = 0;         ///< IPv4 identification
  bool dont_fragment = true;    ///< IPv4 only
};

struct TcpFlag {
  static constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10, urg = 0x20;
};
struct TcpFields {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = TcpFlag::ack;
  std::uint16_t window = 64240;
  Buffer options;  ///< padded to a multiple of four with zeros (end of options)
};

/// A payload of which only the beginning is at hand: its true length and the Internet sum of all of it
/// (`internet_sum`).
struct CutPayload {
  Bytes kept;
  std::size_t length = 0;
  std::uint16_t sum = 0;
};
[[nodiscard]] CutPayload whole(Bytes payload);

/// A frame as captured, with its length on the wire.
struct ForgedFrame {
  Buffer bytes;
  std::uint32_t wire_length = 0;
};

/// The ones' complement sum of RFC 1071, folded to 16 bits and not inverted; a last odd byte stands for its
/// upper half.
[[nodiscard]] std::uint16_t internet_sum(Bytes bytes);

/// A TCP segment with its checksum over the pseudo-header of the two addresses (RFC 9293 3.1), which are of
/// one family.
[[nodiscard]] Buffer tcp_segment(const net::Endpoint& from, const net::Endpoint& to, const TcpFields& fields,
                                 Bytes payload);
/// A UDP datagram with its checksum (RFC 768, RFC 8200 8.1).
[[nodiscard]] Buffer udp_segment(const net::Endpoint& from, const net::Endpoint& to, Bytes payload);
/// An IPv4 or IPv6 packet around a segment of `protocol` (6 TCP, 17 UDP).
[[nodiscard]] Buffer ip_packet(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol,
                               Bytes segment, const IpFields& fields = {});
/// An Ethernet frame around any network packet. Padded to 60 bytes, as the wire has it.
[[nodiscard]] Buffer ethernet_frame(const Link& link, std::uint16_t ethertype, Bytes packet);

[[nodiscard]] Buffer tcp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to,
                               const TcpFields& fields, Bytes payload, const IpFields& ip = {});
[[nodiscard]] Buffer udp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to,
                               Bytes payload, const IpFields& ip = {});
/// As above for a payload known in part: headers tell the true lengths, the checksum is that of the whole.
[[nodiscard]] ForgedFrame tcp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to,
                                    const TcpFields& fields, const CutPayload& payload, const IpFields& ip);
/// ARP over Ethernet (RFC 826): a request to everybody, or the answer to one.
[[nodiscard]] Buffer arp_request(const Link& link, const net::IpAddress& asker, const net::IpAddress& wanted);
[[nodiscard]] Buffer arp_reply(const Link& link, const net::IpAddress& answerer, const net::IpAddress& asker);

}  // namespace edgewatch::support
