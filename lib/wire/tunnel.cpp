#include "tunnel.hpp"

#include "load.hpp"
#include "wireless.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

/// A part of what a packet carries, with its length on the wire.
struct Part {
  Bytes captured;
  std::size_t length = 0;

  /// What lies behind the first `count` bytes; nothing where there are not so many.
  [[nodiscard]] Part behind(std::size_t count) const {
    return {captured.subspan(std::min(count, captured.size())), length - std::min(count, length)};
  }
};

/// Which reader the inside of a tunnel is for.
enum class Inside : std::uint8_t { nothing, ip, ethernet, ppp, ieee80211, ethertype };

/// What a tunnel's header says: where its inside begins and what that is.
struct Header {
  std::string_view name;
  std::size_t length = 0;
  Inside inside = Inside::nothing;
  std::uint16_t type = 0;  ///< for Inside::ethertype
  std::uint32_t id = 0;    ///< VNI, TEID or key
};

/// The datagram begins anew with the inside: nothing of the outer packet is the client's.
void enter(Walk& walk) {
  Datagram& datagram = walk.datagram;
  if (datagram.encapsulations == 0) datagram.tunnel_end = datagram.from.address;
  datagram.source_mac.reset();
  datagram.destination_mac.reset();
  datagram.vlan = 0;
  datagram.from = {};
  datagram.to = {};
  datagram.transport = Transport::none;
  datagram.payload = {};
  datagram.payload_length = 0;
  datagram.ipv4_header = {};
  datagram.segment = {};
  datagram.segment_length = 0;
}

Network network_of_version(Bytes packet) {
  if (packet.empty()) return Network::other;
  switch (packet[0] >> 4) {
    case 4:
      return Network::ipv4;
    case 6:
      return Network::ipv6;
    default:
      return Network::other;
  }
}

LinkRead read_inside(const Header& header, Bytes inside, Walk& walk) {
  switch (header.inside) {
    case Inside::ip:
      return NetworkPart{network_of_version(inside), 0};
    case Inside::ethernet:
      return read_ethernet(inside, walk);
    case Inside::ppp:
      return read_ppp_frame(inside, walk);
    case Inside::ieee80211:
      return read_ieee80211(inside, 0, walk);
    case Inside::ethertype:
      return read_behind_ethertype(header.type, inside, 0, walk);
    case Inside::nothing:
      break;
  }
  return NetworkPart{};
}

Opened open(const Header& header, const Part& outer, Walk& walk) {
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note(header.name, outer.captured.first(header.length), fmt::format("id {}", header.id));
  }
  enter(walk);
  const Part part = outer.behind(header.length);
  const auto link = read_inside(header, part.captured, walk);
  if (!link) return Failure{link.error()};
  if (link->kind == Network::other) return Packet{};
  const Part packet = part.behind(link->offset);
  return Packet{link->kind, packet.captured, std::max(packet.length, packet.captured.size())};
}

// What may be inside, looked at closely enough that other traffic on a tunnel's port is not taken for it.

enum class Fit : std::uint8_t { exact, padded };

bool looks_like_ip(const Part& part, Fit fit) {
  constexpr std::size_t ipv4_header = 20;
  constexpr std::size_t ipv6_header = 40;
  std::size_t total = 0;
  switch (network_of_version(part.captured)) {
    case Network::ipv4:
      if (part.captured.size() < ipv4_header || (part.captured[0] & 0x0fU) < 5) return false;
      total = be16(part.captured.data() + 2);
      if (total < ipv4_header) return false;
      break;
    case Network::ipv6:
      if (part.captured.size() < ipv6_header) return false;
      total = ipv6_header + be16(part.captured.data() + 4);
      break;
    case Network::arp:
    case Network::other:
      return false;
  }
  return fit == Fit::exact ? total == part.length : total <= part.length;
}

bool looks_like_typed(std::uint16_t type, const Part& part) {
  switch (type) {
    case ethertype_ipv4:
    case ethertype_ipv6:
      return looks_like_ip(part, Fit::padded) &&
             (network_of_version(part.captured) == Network::ipv4) == (type == ethertype_ipv4);
    case ethertype_arp:
      // Ethernet or Wi-Fi asking for IPv4 addresses: RFC 826.
      return part.captured.size() >= 8 && be32(part.captured.data()) == 0x00010800;
    case ethertype_vlan:
    case ethertype_qinq:
    case ethertype_mpls:
    case ethertype_mpls_upstream:
    case ethertype_pppoe_session:
    case ethertype_pppoe_discovery:
      return part.captured.size() >= 4;
    default:
      return false;
  }
}

bool looks_like_ethernet(const Part& part) {
  constexpr std::size_t header = 14;
  constexpr std::uint16_t ethertype_lldp = 0x88cc;
  if (part.captured.size() < header) return false;
  const std::uint16_t type = be16(part.captured.data() + header - 2);
  if (type < smallest_ethertype) return header + type <= part.length;
  return type == ethertype_lldp || looks_like_typed(type, part.behind(header));
}

// GRE.

constexpr std::uint16_t gre_erspan = 0x88be;
constexpr std::uint16_t gre_erspan3 = 0x22eb;

/// Aruba's access points number their GRE tunnels of 802.11 frames so.
bool is_aruba(std::uint16_t protocol) {
  return (protocol & 0xff0f) == 0x8200 || (protocol & 0xff8f) == 0x8300;
}

Inside inside_of_protocol(std::uint16_t protocol) {
  if (is_aruba(protocol)) return Inside::ieee80211;
  switch (protocol) {
    case ethertype_bridging:
    case gre_erspan:
    case gre_erspan3:
      return Inside::ethernet;
    case ethertype_ppp:
      return Inside::ppp;
    default:
      return Inside::ethertype;
  }
}

/// Behind GRE, the header of a mirrored session: II has one of eight bytes where GRE numbers its packets, III
/// (draft-foschiano- erspan) one of twelve with eight more behind a bit, I none.
Result<std::size_t, DecodeError> erspan_length(std::uint16_t protocol, bool numbered, Bytes bytes) {
  constexpr std::size_t second = 8;
  constexpr std::size_t third = 12;
  constexpr std::size_t subheader = 8;
  if (protocol == gre_erspan && !numbered) return std::size_t{0};
  std::size_t needed = protocol == gre_erspan ? second : third;
  if (bytes.size() < needed) return refuse(Malformation::truncated, 0);
  if (protocol != gre_erspan && (bytes[third - 1] & 1U) != 0) needed += subheader;
  if (bytes.size() < needed) return refuse(Malformation::truncated, third);
  return needed;
}

Result<Header, DecodeError> read_gre_header(const Part& part) {
  enum : std::uint16_t {
    has_checksum = 0x8000,
    has_routing = 0x4000,
    has_key = 0x2000,
    has_sequence = 0x1000,
    has_acknowledgement = 0x0080,
    version_mask = 0x0007
  };
  constexpr std::size_t smallest = 4;
  if (part.captured.size() < smallest) return refuse(Malformation::truncated, 0);
  const std::uint16_t flags = be16(part.captured.data());
  const std::uint16_t protocol = be16(part.captured.data() + 2);
  const bool pptp = (flags & version_mask) == 1;
  if ((flags & version_mask) > 1 || (flags & has_routing) != 0) return refuse(Malformation::tunnel_header, 0);
  if (pptp && ((flags & has_key) == 0 || (flags & has_checksum) != 0 || protocol != ethertype_ppp)) {
    return refuse(Malformation::tunnel_header, 0);
  }
  Header header{pptp ? "gre-pptp" : "gre", smallest, inside_of_protocol(protocol), protocol, 0};
  const auto take = [&header](bool present) {
    const std::size_t at = header.length;
    if (present) header.length += 4;
    return at;
  };
  take((flags & has_checksum) != 0);
  const std::size_t key_at = take((flags & has_key) != 0);
  take((flags & has_sequence) != 0);
  take(pptp && (flags & has_acknowledgement) != 0);
  if (part.captured.size() < header.length) {
    return refuse(part.length < header.length ? Malformation::tunnel_header : Malformation::truncated,
                  smallest);
  }
  if ((flags & has_key) != 0) header.id = be32(part.captured.data() + key_at);
  if (protocol == gre_erspan || protocol == gre_erspan3) {
    const auto erspan =
        erspan_length(protocol, (flags & has_sequence) != 0, part.captured.subspan(header.length));
    if (!erspan) return refuse(erspan.error().kind, header.length);
    header.name = "gre-erspan";
    header.length += *erspan;
  }
  // A PPTP packet without a number is an acknowledgement alone (RFC 2637 section 4.1).
  if (pptp && (flags & has_sequence) == 0) header.inside = Inside::nothing;
  return header;
}

// Tunnels over UDP: each gives its header if every field of it, and the first of what is inside, is as it
// must be.

std::optional<Header> read_vxlan(const Part& part) {
  constexpr std::size_t header = 8;
  constexpr std::uint8_t has_network = 0x08;
  constexpr std::uint8_t has_group_policy = 0x80;
  constexpr std::uint8_t has_protocol = 0x04;  // the generic extension (draft-ietf-nvo3-vxlan-gpe)
  constexpr std::uint8_t protocol_ethernet = 3;
  if (part.captured.size() < header) return std::nullopt;
  const std::uint8_t* at = part.captured.data();
  if (at[0] == (has_network | has_protocol)) {
    if (at[1] != 0 || at[2] != 0 || at[7] != 0) return std::nullopt;
    const Part inside = part.behind(header);
    const std::uint32_t id = be32(at + 4) >> 8U;
    if (at[3] == protocol_ethernet && looks_like_ethernet(inside))
      return Header{"vxlan-gpe", header, Inside::ethernet, 0, id};
    const bool ip = (at[3] == 1 || at[3] == 2) && looks_like_ip(inside, Fit::padded);
    return ip ? std::optional(Header{"vxlan-gpe", header, Inside::ip, 0, id}) : std::nullopt;
  }
  const bool policy = (at[0] & has_group_policy) != 0;
  if ((at[0] & ~has_group_policy) != has_network || at[7] != 0) return std::nullopt;
  if (!policy && (at[1] != 0 || at[2] != 0 || at[3] != 0)) return std::nullopt;
  if (!looks_like_ethernet(part.behind(header))) return std::nullopt;
  return Header{"vxlan", header, Inside::ethernet, 0, be32(at + 4) >> 8U};
}

std::optional<Header> read_geneve(const Part& part) {
  constexpr std::size_t fixed = 8;
  constexpr std::uint8_t reserved = 0x3f;
  if (part.captured.size() < fixed) return std::nullopt;
  const std::uint8_t* at = part.captured.data();
  const std::size_t length = fixed + std::size_t{4} * (at[0] & 0x3fU);
  if (at[0] >> 6 != 0 || (at[1] & reserved) != 0 || at[7] != 0 || part.captured.size() < length) {
    return std::nullopt;
  }
  const std::uint16_t type = be16(at + 2);
  const Part inside = part.behind(length);
  const std::uint32_t id = be32(at + 4) >> 8U;
  if (type == ethertype_bridging) {
    if (!looks_like_ethernet(inside)) return std::nullopt;
    return Header{"geneve", length, Inside::ethernet, 0, id};
  }
  if (!looks_like_typed(type, inside)) return std::nullopt;
  return Header{"geneve", length, Inside::ethertype, type, id};
}

std::optional<Header> read_gtp(const Part& part) {
  enum : std::uint8_t { has_extension = 4, has_optional = 7, version_and_protocol = 0x30, user_packet = 255 };
  constexpr std::size_t fixed = 8;
  constexpr std::size_t optional_part = 4;
  constexpr int most_extensions = 4;
  if (part.captured.size() < fixed) return std::nullopt;
  const std::uint8_t* at = part.captured.data();
  if ((at[0] & 0xf8U) != version_and_protocol || at[1] != user_packet) return std::nullopt;
  if (fixed + be16(at + 2) != part.length) return std::nullopt;
  std::size_t length = fixed;
  if ((at[0] & has_optional) != 0) {
    length += optional_part;
    if (part.captured.size() < length) return std::nullopt;
    std::uint8_t next = (at[0] & has_extension) != 0 ? at[length - 1] : 0;
    for (int extensions = 0; next != 0; ++extensions) {
      if (extensions == most_extensions || part.captured.size() <= length) return std::nullopt;
      const std::size_t extension = std::size_t{4} * at[length];
      if (extension == 0 || part.captured.size() < length + extension) return std::nullopt;
      length += extension;
      next = at[length - 1];
    }
  }
  if (!looks_like_ip(part.behind(length), Fit::exact)) return std::nullopt;
  return Header{"gtp-u", length, Inside::ip, 0, be32(at + 4)};
}

/// RFC 4380 section 5.1.1: authentication, then origin, each of which may be missing, then IPv6, one of whose
/// ends is a Teredo address or talks to its link.
std::optional<Header> read_teredo(const Part& part) {
  constexpr std::uint16_t authentication = 1;
  constexpr std::uint16_t origin = 0;
  constexpr std::size_t authentication_rest = 13;  // type, two lengths, nonce, confirmation
  constexpr std::size_t origin_length = 8;
  constexpr std::uint32_t teredo_prefix = 0x20010000;
  std::size_t length = 0;
  const Bytes& bytes = part.captured;
  if (bytes.size() >= 4 && be16(bytes.data()) == authentication) {
    length += authentication_rest + bytes[2] + bytes[3];
  }
  if (bytes.size() >= length + 2 && be16(bytes.data() + length) == origin) length += origin_length;
  if (bytes.size() < length) return std::nullopt;
  const Part inside = part.behind(length);
  if (network_of_version(inside.captured) != Network::ipv6 || !looks_like_ip(inside, Fit::exact)) {
    return std::nullopt;
  }
  const auto fits = [&](std::size_t address) {
    const std::uint32_t prefix = be32(inside.captured.data() + address);
    return prefix == teredo_prefix || prefix >> 22U == 0xfe80U >> 6U;
  };
  if (!fits(8) && !fits(24)) return std::nullopt;
  return Header{"teredo", length, Inside::ip, 0, 0};
}

std::optional<Header> read_gre_in_udp(const Part& part) {
  auto header = read_gre_header(part);
  if (!header || part.captured.size() < 2 || (be16(part.captured.data()) & 0x0fff) != 0) return std::nullopt;
  const Part inside = part.behind(header->length);
  const bool fits = header->inside == Inside::ethernet
                        ? looks_like_ethernet(inside)
                        : header->inside == Inside::ethertype && looks_like_typed(header->type, inside);
  if (!fits) return std::nullopt;
  return *header;
}

/// RFC 5415 section 4.3. What DTLS protects, and fragments, are ordinary UDP.
std::optional<Header> read_capwap(const Part& part) {
  constexpr std::size_t fixed = 8;
  constexpr std::uint8_t binding_ieee80211 = 1;
  if (part.captured.size() < fixed || part.captured[0] != 0) return std::nullopt;
  const std::uint32_t word = be32(part.captured.data());
  const std::size_t length = std::size_t{4} * ((word >> 19U) & 0x1fU);
  const auto binding = static_cast<std::uint8_t>((word >> 9U) & 0x1fU);
  const bool native = (word & 0x100U) != 0;
  const bool fragment = (word & 0x80U) != 0;
  const bool keep_alive = (word & 0x08U) != 0;
  const bool reserved = (word & 0x07U) != 0;
  if (length < fixed || fragment || keep_alive || reserved || part.captured.size() < length)
    return std::nullopt;
  const Part inside = part.behind(length);
  if (native) {
    if (binding != binding_ieee80211 || !looks_like_ieee80211_data(inside.captured)) return std::nullopt;
    return Header{"capwap", length, Inside::ieee80211, 0, 0};
  }
  if (!looks_like_ethernet(inside)) return std::nullopt;
  return Header{"capwap", length, Inside::ethernet, 0, 0};
}

std::optional<Header> read_by_port(std::uint16_t port, const Part& part) {
  switch (port) {
    case port_gtp:
      return read_gtp(part);
    case port_teredo:
      return read_teredo(part);
    case port_gre:
      return read_gre_in_udp(part);
    case port_vxlan:
    case port_vxlan_gpe:
    case port_linux_vxlan:
      return read_vxlan(part);
    case port_capwap:
      return read_capwap(part);
    case port_geneve:
      return read_geneve(part);
    default:
      return std::nullopt;
  }
}

}  // namespace

Packet open_ip_in_ip(Network inner, const IpPayload& payload, Walk& walk) {
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("ip-in-ip", payload.captured.first(0), inner == Network::ipv4 ? "IPv4" : "IPv6");
  }
  enter(walk);
  return {inner, payload.captured, payload.length};
}

Opened open_gre(const IpPayload& payload, Walk& walk) {
  const Part part{payload.captured, payload.length};
  const auto header = read_gre_header(part);
  if (!header) return Failure{header.error()};
  return open(*header, part, walk);
}

Opened open_etherip(const IpPayload& payload, Walk& walk) {
  constexpr std::size_t header = 2;
  constexpr std::uint16_t version = 0x3000;
  if (payload.captured.size() < header) return refuse(Malformation::truncated, 0);
  if (be16(payload.captured.data()) != version) return refuse(Malformation::tunnel_header, 0);
  return open({"etherip", header, Inside::ethernet, 0, 0}, {payload.captured, payload.length}, walk);
}

std::optional<Opened> open_udp_tunnel(Walk& walk) {
  const Datagram& datagram = walk.datagram;
  const Part part{datagram.payload, datagram.payload_length};
  auto header = read_by_port(datagram.to.port, part);
  if (!header) header = read_by_port(datagram.from.port, part);
  if (!header) return std::nullopt;
  return open(*header, part, walk);
}

}  // namespace edgewatch::wire
