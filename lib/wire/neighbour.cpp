#include "edgewatch/wire/neighbour.hpp"

#include "notes.hpp"

#include <fmt/format.h>

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

[[gnu::cold]] std::string option_words(std::uint8_t type, Bytes content) {
  if (type != option_source_address && type != option_target_address)
    return fmt::format("option {}, passed over", type);
  const auto address = net::MacAddress::from_bytes(content);
  return fmt::format("option {} {} link-layer address: {}", type,
                     type == option_source_address ? "source" : "target",
                     address ? address->to_string() : "none of Ethernet");
}

/// Reads the options; false when one has no length or is cut. A link-layer address of another length than
/// Ethernet's is passed over.
bool read_options(Bytes field, NeighbourMessage& out, Notes& notes) {
  constexpr std::size_t unit = 8;
  const std::uint8_t wanted =
      out.type == NeighbourMessage::Type::solicitation ? option_source_address : option_target_address;
  ByteReader reader(field);
  while (reader.remaining() > 0) {
    const Bytes rest = field.subspan(reader.offset());
    const std::uint8_t type = reader.u8();
    const std::size_t units = reader.u8();
    if (reader.ok() && units == 0) return notes.wrong(rest, "option {} has a length of 0", type);
    const Bytes content = reader.take(units * unit - 2);
    if (!reader.ok()) return notes.wrong(rest, "option {} runs past the end", type);
    if (type == wanted && units == 1) out.link_address = net::MacAddress::from_bytes(content);
    if (notes.asked()) [[unlikely]]
      notes.part(rest.first(units * unit), option_words(type, content));
  }
  return true;
}

/// What RFC 4861 sections 7.1.1 and 7.1.2 demand of a message beside its form.
bool is_acceptable(Bytes message, const NeighbourMessage& read, const net::IpAddress& source,
                   const net::IpAddress& destination, std::uint8_t hop_limit, Notes& notes) {
  enum : std::uint8_t { code_at = 1, flags_at = 4, target_at = 8 };
  const bool advertisement = read.type == NeighbourMessage::Type::advertisement;
  if (hop_limit != unforwarded)
    return notes.wrong(message, "hop limit {} is not 255: its sender need not be on the link", hop_limit);
  if (message[code_at] != 0)
    return notes.wrong(message.subspan(code_at), "code {} is not 0", message[code_at]);
  if (read.target.is_multicast_or_broadcast())
    return notes.wrong(message.subspan(target_at), "the target is a group");
  if (read.solicited && destination.is_multicast_or_broadcast())
    return notes.wrong(message.subspan(flags_at), "it says it was solicited, and goes to a group");
  if (source.is_unspecified() && advertisement)
    return notes.wrong(message, "an advertisement of nobody: its source is ::");
  if (source.is_unspecified() && read.link_address)
    return notes.wrong(message, "nobody, whose source is ::, has a link-layer address");
  return true;
}

[[gnu::cold]] std::string words(const NeighbourMessage& message) {
  if (message.type == NeighbourMessage::Type::solicitation)
    return fmt::format("Neighbor Solicitation for {}", message.target.to_string());
  return fmt::format("Neighbor Advertisement of {}{}{}{}", message.target.to_string(),
                     message.router ? ", router" : "", message.solicited ? ", solicited" : "",
                     message.overriding ? ", override" : "");
}

}  // namespace

std::optional<NeighbourClaim> ArpPacket::claim() const {
  if (operation != 1 && operation != 2) return std::nullopt;
  return claim_of(sender_address, sender);
}

Result<std::optional<ArpPacket>, DecodeError> parse_arp(Bytes packet, Trace* trace) {
  constexpr std::uint16_t ethernet = 1;
  constexpr std::uint16_t ieee_802 = 6;
  constexpr std::uint16_t ipv4 = 0x0800;
  Notes notes("arp", packet, trace);
  const auto cut = [&] {
    notes.wrong(packet.last(0), "ends before its addresses do, after {} bytes", packet.size());
    return notes.refuse(Malformation::truncated);
  };
  ByteReader reader(packet);
  const std::uint16_t hardware = reader.u16();
  const std::uint16_t protocol = reader.u16();
  const std::uint8_t hardware_length = reader.u8();
  const std::uint8_t protocol_length = reader.u8();
  ArpPacket out;
  out.operation = reader.u16();
  if (!reader.ok()) return cut();
  if ((hardware != ethernet && hardware != ieee_802) || protocol != ipv4 || hardware_length != 6 ||
      protocol_length != 4) {
    if (notes.asked())
      notes.part(packet.first(reader.offset()), "neither of Ethernet nor of IPv4: passed over");
    return std::optional<ArpPacket>{};
  }
  const auto sender = net::MacAddress::from_bytes(reader.take(6));
  out.sender_address = net::IpAddress::v4(reader.u32());
  const auto target = net::MacAddress::from_bytes(reader.take(6));
  out.target_address = net::IpAddress::v4(reader.u32());
  if (!reader.ok() || !sender || !target) return cut();
  out.sender = *sender;
  out.target = *target;
  if (notes.asked()) [[unlikely]] {
    const std::string_view operation =
        out.operation == 1 ? "request" : (out.operation == 2 ? "reply" : "neither request nor reply");
    notes.part(packet.first(reader.offset()),
               fmt::format("operation {}, {}: sender {} has {}, target {} has {}", out.operation, operation,
                           out.sender.to_string(), out.sender_address.to_string(), out.target.to_string(),
                           out.target_address.to_string()));
  }
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
                                                                     std::uint8_t hop_limit, Trace* trace) {
  Notes notes("neighbour", message, trace);
  const auto cut = [&] {
    notes.wrong(message.last(0), "ends before its target does, after {} bytes", message.size());
    return notes.refuse(Malformation::truncated);
  };
  ByteReader reader(message);
  const std::uint8_t type = reader.u8();
  reader.skip(1 + 2);  // code, checksum
  if (!reader.ok()) return cut();
  if (type != static_cast<std::uint8_t>(NeighbourMessage::Type::solicitation) &&
      type != static_cast<std::uint8_t>(NeighbourMessage::Type::advertisement))
    return std::optional<NeighbourMessage>{};
  NeighbourMessage out;
  out.type = static_cast<NeighbourMessage::Type>(type);
  const std::uint32_t flags = reader.u32();
  const auto target = net::IpAddress::from_bytes(reader.take(16));
  if (!reader.ok() || !target) return cut();
  out.target = *target;
  const bool advertisement = out.type == NeighbourMessage::Type::advertisement;
  if (advertisement) {
    out.router = (flags & 0x80000000U) != 0;
    out.solicited = (flags & 0x40000000U) != 0;
    out.overriding = (flags & 0x20000000U) != 0;
  }
  if (notes.asked()) [[unlikely]]
    notes.part(message.first(reader.offset()), words(out));
  if (!read_options(reader.rest(), out, notes) ||
      !is_acceptable(message, out, source, destination, hop_limit, notes))
    return notes.refuse(Malformation::neighbour_message);
  return std::optional(out);
}

}  // namespace edgewatch::wire
