// IPv4 and IPv6 headers, down to the payload of the transport layer or to a fragment. Views into the bytes
// given; pure; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/wire/datagram.hpp"

namespace edgewatch::wire {

/// What an IP packet carries.
struct IpPayload {
  std::uint8_t protocol = 0;  ///< IANA protocol number
  Bytes captured;             ///< as captured, padding of the link layer taken off
  std::size_t length = 0;     ///< as the headers say, and no more than was on the wire
  bool fragment = false;
  std::size_t fragment_offset = 0;  ///< in bytes
  bool more_fragments = false;
  std::uint32_t identification = 0;
  bool rerouted = false;  ///< a routing header is not done with: the destination is not yet the last one's
};

/// At most this many IPv6 extension headers are walked (ENFORCEMENT A4).
inline constexpr int max_extension_headers = 8;

/// `on_wire` is how many bytes were on the wire from the first byte of `packet` on: more than were captured
/// where the capture was snapped. Notes the addresses in `datagram` (RFC 791 section 3.1). A total length of
/// zero, as segmentation offload leaves it, means the rest of the frame.
[[nodiscard]] Result<IpPayload, DecodeError> read_ipv4(Bytes packet, std::size_t on_wire, Datagram& datagram);
/// RFC 8200 sections 3 and 4.
[[nodiscard]] Result<IpPayload, DecodeError> read_ipv6(Bytes packet, std::size_t on_wire, Datagram& datagram);
/// Walks the extension headers that `payload.protocol` names, up to a transport protocol, an unknown one or a
/// fragment.
[[nodiscard]] Result<IpPayload, DecodeError> walk_extensions(IpPayload payload);

}  // namespace edgewatch::wire
