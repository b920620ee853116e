#include "edgewatch/wire/neighbour.hpp"

namespace edgewatch::wire {
namespace {

constexpr std::uint8_t group_bit = 0x01;

/// Whether one device can have it: no group's and not all zeros.
bool is_a_devices(const net::MacAddress& mac) {
  return (mac.bytes()[0] & group_bit) == 0 && mac != net::MacAddress();
}
bool is_a_devices(const net::IpAddress& address) {
  return !address.is_unspecified() && !address.is_multicast_or_broadcast();
}

std::optional<NeighbourClaim> claim_of(const net::IpAddress& address,
                                       const std::optional<net::MacAddress>& mac) {
  if (!mac || !is_a_devices(*mac) || !is_a_devices(address)) return std::nullopt;
  return NeighbourClaim{address, *mac};
}

constexpr std::uint8_t unforwarded = 255;  // RFC 4861 section 3.1: whoever sent it is on the link
enum : std::uint8_t { option_source_address = 1, option_target_address = 2 };

/// Reads the options; false when one has no length or is cut. A link-layer address of another length than
/// Ethernet's is passed over.
bool read_options(ByteReader& reader, NeighbourMessage& out) {
  constexpr std::size_t unit = 8;
  const std::uint8_t wanted =
      out.type == NeighbourMessage::Type::solicitation ? option_source_address : option_target_address;
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::size_t units = reader.u8();
    if (units == 0) return false;
    const Bytes content = reader.take(units * unit - 2);
    if (!reader.ok()) return false;
    if (type == wanted && units == 1) out.link_address = net::MacAddress::from_bytes(content);
  }
  return reader.ok();
}

}  // namespace

std::optional<NeighbourClaim> ArpPacket::claim() const {
  if (operation != 1 && operation != 2) return std::nullopt;
  return claim_of(sender_address, sender);
}

Result<std::optional<ArpPacket>, DecodeError> parse_arp(Bytes packet) {
  constexpr std::uint16_t ethernet = 1;
  constexpr std::uint16_t ieee_802 = 6;
  constexpr std::uint16_t ipv4 = 0x0800;
  ByteReader reader(packet);
  const std::uint16_t hardware = reader.u16();
  const std::uint16_t protocol = reader.u16();
  const std::uint8_t hardware_length = reader.u8();
  const std::uint8_t protocol_length = reader.u8();
  ArpPacket out;
  out.operation = reader.u16();
  if (!reader.ok()) return Failure{DecodeError{Malformation::truncated, packet.size()}};
  if ((hardware != ethernet && hardware != ieee_802) || protocol != ipv4 || hardware_length != 6 ||
      protocol_length != 4)
    return std::optional<ArpPacket>{};
  const auto sender = net::MacAddress::from_bytes(reader.take(6));
  out.sender_address = net::IpAddress::v4(reader.u32());
  const auto target = net::MacAddress::from_bytes(reader.take(6));
  out.target_address = net::IpAddress::v4(reader.u32());
  if (!reader.ok() || !sender || !target) return Failure{DecodeError{Malformation::truncated, packet.size()}};
  out.sender = *sender;
  out.target = *target;
  return std::optional(out);
}

std::optional<NeighbourClaim> NeighbourMessage::claim(const net::IpAddress& source,
                                                      std::optional<net::MacAddress> sender) const {
  if (source.is_unspecified()) return std::nullopt;
  return claim_of(type == Type::advertisement ? target : source, link_address ? link_address : sender);
}

Result<std::optional<NeighbourMessage>, DecodeError> parse_neighbour(Bytes message,
                                                                     const net::IpAddress& source,
                                                                     const net::IpAddress& destination,
                                                                     std::uint8_t hop_limit) {
  ByteReader reader(message);
  const std::uint8_t type = reader.u8();
  const std::uint8_t code = reader.u8();
  reader.skip(2);  // checksum
  if (!reader.ok()) return Failure{DecodeError{Malformation::truncated, message.size()}};
  if (type != static_cast<std::uint8_t>(NeighbourMessage::Type::solicitation) &&
      type != static_cast<std::uint8_t>(NeighbourMessage::Type::advertisement))
    return std::optional<NeighbourMessage>{};
  NeighbourMessage out;
  out.type = static_cast<NeighbourMessage::Type>(type);
  const std::uint32_t flags = reader.u32();
  const auto target = net::IpAddress::from_bytes(reader.take(16));
  if (!reader.ok() || !target) return Failure{DecodeError{Malformation::truncated, message.size()}};
  out.target = *target;
  const bool advertisement = out.type == NeighbourMessage::Type::advertisement;
  if (advertisement) {
    out.router = (flags & 0x80000000U) != 0;
    out.solicited = (flags & 0x40000000U) != 0;
    out.overriding = (flags & 0x20000000U) != 0;
  }
  const bool readable = read_options(reader, out);
  const bool answers_everybody = out.solicited && destination.is_multicast_or_broadcast();
  const bool nobody_with_a_link = source.is_unspecified() && (advertisement || out.link_address);
  if (!readable || code != 0 || hop_limit != unforwarded || target->is_multicast_or_broadcast() ||
      answers_everybody || nobody_with_a_link)
    return Failure{DecodeError{Malformation::neighbour_message, 0}};
  return std::optional(out);
}

}  // namespace edgewatch::wire
