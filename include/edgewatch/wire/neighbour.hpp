// Who says that an address is its own on the link: ARP for IPv4 over Ethernet (RFC 826), Neighbour Discovery
// for IPv6 (RFC 4861). Values; pure functions; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/trace.hpp"

#include <cstdint>
#include <optional>

namespace edgewatch::wire {

/// A device's word that an address is its own.
struct NeighbourClaim {
  net::IpAddress address;
  net::MacAddress mac;
  bool operator==(const NeighbourClaim&) const = default;
};

struct ArpPacket {
  std::uint16_t operation = 0;  ///< 1 request, 2 reply
  net::MacAddress sender;
  net::IpAddress sender_address;
  net::MacAddress target;
  net::IpAddress target_address;

  /// What the sender says of itself: nothing in a probe, whose sender address is zero (RFC 5227 section 1.1),
  /// nor where the address or the MAC is nobody's (group bit, zero).
  [[nodiscard]] std::optional<NeighbourClaim> claim() const;
};

/// One ARP packet; link-layer padding may follow. Nothing for other hardware than Ethernet and other
/// protocols than IPv4; refused when it is cut. With a trace its parts are noted there, and what was wrong.
[[nodiscard]] Result<std::optional<ArpPacket>, DecodeError> parse_arp(Bytes packet, Trace* trace = nullptr);

struct NeighbourMessage {
  enum class Type : std::uint8_t { solicitation = 135, advertisement = 136 };
  Type type = Type::solicitation;
  bool router = false, solicited = false, overriding = false;  ///< of an advertisement
  net::IpAddress target;
  std::optional<net::MacAddress> link_address;  ///< source (of a solicitation) or target link-layer address

  /// What a message from `source` says: an advertisement of its target; a solicitation of its source. A probe
  /// for a double, which comes from `::` (RFC 4862 section 5.4.2), says nothing yet. Without the option the
  /// message says nothing; a caller that knows the frame's sender may ask with it as `sender`.
  [[nodiscard]] std::optional<NeighbourClaim> claim(const net::IpAddress& source,
                                                    std::optional<net::MacAddress> sender) const;
};

/// An ICMPv6 message of type 135 or 136, as a packet of `hop_limit` from `source` to `destination` carried
/// it; nothing for other types. Refused by what RFC 4861 sections 7.1.1 and 7.1.2 demand, its checksum
/// excepted, which is judged for the whole network before. With a trace its parts are noted there, and what
/// was wrong.
[[nodiscard]] Result<std::optional<NeighbourMessage>, DecodeError> parse_neighbour(
    Bytes message, const net::IpAddress& source, const net::IpAddress& destination, std::uint8_t hop_limit,
    Trace* trace = nullptr);

}  // namespace edgewatch::wire
