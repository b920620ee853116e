#include "link.hpp"

#include "load.hpp"
#include "wireless.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

constexpr std::size_t mac_length = 6;

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

net::MacAddress mac_at(const std::uint8_t* at) {
  std::array<std::uint8_t, mac_length> bytes{};
  std::copy_n(at, mac_length, bytes.begin());
  return net::MacAddress(bytes);
}

/// 802.2 LLC with SNAP (RFC 1042): gives the place of the EtherType, or nothing for another protocol.
std::optional<std::size_t> snap_ethertype(Bytes frame, std::size_t at) {
  constexpr std::size_t snap_header = 8;
  if (frame.size() < at + snap_header) return std::nullopt;
  const std::uint8_t* llc = frame.data() + at;
  const bool bridged = llc[5] == 0xf8;  // IEEE 802.1H, for what has no other place on 802.11
  const bool snap = llc[0] == 0xaa && llc[1] == 0xaa && llc[2] == 0x03 && llc[3] == 0 && llc[4] == 0 &&
                    (llc[5] == 0 || bridged);
  if (!snap) return std::nullopt;
  return at + snap_header - 2;
}

/// The protocol field of PPP (RFC 1661 section 2), one byte where it is compressed.
LinkRead read_ppp(Bytes frame, std::size_t at, Walk& walk) {
  enum : std::uint16_t { ppp_ipv4 = 0x21, ppp_ipv6 = 0x57 };
  if (frame.size() < at + 1) return refuse(Malformation::truncated, at);
  const bool compressed = (frame[at] & 1U) != 0;
  if (!compressed && frame.size() < at + 2) return refuse(Malformation::truncated, at);
  const std::uint16_t protocol = compressed ? frame[at] : be16(frame.data() + at);
  const std::size_t behind = at + (compressed ? 1 : 2);
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("ppp", frame.subspan(at, behind - at), fmt::format("protocol 0x{:04x}", protocol));
  }
  if (protocol == ppp_ipv4) return NetworkPart{Network::ipv4, behind};
  if (protocol == ppp_ipv6) return NetworkPart{Network::ipv6, behind};
  return NetworkPart{};
}

/// PPPoE (RFC 2516 section 4): version and type, code, session, length.
LinkRead read_pppoe(Bytes frame, std::size_t at, Walk& walk) {
  constexpr std::size_t header = 6;
  constexpr std::uint8_t version_and_type = 0x11;
  if (frame.size() < at + header) return refuse(Malformation::truncated, at);
  if (frame[at] != version_and_type || frame[at + 1] != 0) return refuse(Malformation::link_header, at);
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("pppoe", frame.subspan(at, header),
                     fmt::format("session {}", be16(frame.data() + at + 2)));
  }
  return read_ppp(frame, at + header, walk);
}

/// The version nibble says which IP it is.
LinkRead read_by_version(Bytes frame, std::size_t at) {
  if (frame.size() <= at) return refuse(Malformation::truncated, at);
  switch (frame[at] >> 4) {
    case 4:
      return NetworkPart{Network::ipv4, at};
    case 6:
      return NetworkPart{Network::ipv6, at};
    default:
      return NetworkPart{};
  }
}

/// A stack of MPLS labels (RFC 3032 section 2.1). What lies below it is not named; IP is told by its version.
LinkRead read_mpls(Bytes frame, std::size_t at, Walk& walk) {
  constexpr std::size_t entry = 4;
  constexpr int most_labels = 8;
  for (int labels = 0; labels < most_labels; ++labels) {
    if (frame.size() < at + entry) return refuse(Malformation::truncated, at);
    const bool bottom = (frame[at + 2] & 1U) != 0;
    if (walk.trace != nullptr) [[unlikely]] {
      walk.trace->note(
          "mpls", frame.subspan(at, entry),
          fmt::format("label {}{}", be32(frame.data() + at) >> 12U, bottom ? ", bottom of stack" : ""));
    }
    at += entry;
    if (bottom) return read_by_version(frame, at);
  }
  return refuse(Malformation::too_many_tags, at);
}

[[gnu::cold]] void note_tag(Walk& walk, Bytes frame, std::size_t at, std::uint16_t type) {
  walk.trace->note("vlan", frame.subspan(at, std::min<std::size_t>(4, frame.size() - at)),
                   fmt::format("id {} (tag 0x{:04x})", walk.datagram.vlan, type));
}
[[gnu::cold]] LinkRead other_type(Walk& walk, Bytes frame, std::size_t at, std::uint16_t type) {
  if (walk.trace != nullptr) {
    walk.trace->note("other", frame.subspan(at, 0),
                     fmt::format("type 0x{:04x}: neither IPv4 nor IPv6 nor ARP", type));
  }
  return NetworkPart{};
}

/// From an EtherType field, over the tags behind it, to the network layer.
LinkRead read_ethertype(Bytes frame, std::size_t at, Walk& walk) {
  if (frame.size() < at + 2) return refuse(Malformation::truncated, at);
  return read_behind_ethertype(be16(frame.data() + at), frame, at + 2, walk);
}

/// What stands in the protocol field of a cooked capture: an EtherType, or a small number for 802.2
/// (LINKTYPE_LINUX_SLL).
LinkRead read_cooked_protocol(Bytes frame, std::size_t protocol_at, std::size_t header, Walk& walk) {
  constexpr std::uint16_t linux_802_2 = 4;
  const std::uint16_t protocol = be16(frame.data() + protocol_at);
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("linux-cooked", frame.first(header), fmt::format("protocol 0x{:04x}", protocol));
  }
  if (protocol == linux_802_2) return read_llc(frame, header, walk);
  if (protocol < smallest_ethertype) return NetworkPart{};
  return read_behind_ethertype(protocol, frame, header, walk);
}

void note_cooked_source(std::uint16_t address_length, Bytes address, Datagram& datagram) {
  if (address_length == mac_length)
    datagram.source_mac = net::MacAddress::from_bytes(address.first(mac_length));
}

/// LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address (8), protocol. It holds the sender's address
/// only.
LinkRead read_sll(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 16;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  note_cooked_source(be16(frame.data() + 4), frame.subspan(6, 8), walk.datagram);
  return read_cooked_protocol(frame, 14, header, walk);
}

/// LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD, type, address length, address (8).
LinkRead read_sll2(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 20;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  note_cooked_source(frame[11], frame.subspan(12, 8), walk.datagram);
  return read_cooked_protocol(frame, 0, header, walk);
}

/// The address families that stand for IPv4 and IPv6 on any system.
Network network_of_family(std::uint32_t family) {
  switch (family) {
    case 2:
      return Network::ipv4;
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return Network::ipv6;
    default:
      return Network::other;
  }
}

/// LINKTYPE_NULL and LINKTYPE_LOOP: an address family in the byte order of whoever wrote it. IPv6 has a
/// number of its own on each BSD. Some writers have two bytes of their own and an EtherType there.
LinkRead read_loopback(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 4;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  std::uint32_t family = be32(frame.data());
  const std::uint16_t type = be16(frame.data() + 2);
  if (family > 0xffff) family = __builtin_bswap32(family);
  Network network = network_of_family(family);
  if (network == Network::other && type == ethertype_ipv4) network = Network::ipv4;
  if (network == Network::other && type == ethertype_ipv6) network = Network::ipv6;
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("loopback", frame.first(header), fmt::format("address family {}", family));
  }
  return NetworkPart{network, header};
}

/// LINKTYPE_NFLOG, as netfilter's log group gives packets: family, version, resource, then attributes of a
/// length, a type and a value each, in the byte order of the machine that captured, which is little-endian
/// everywhere that matters.
LinkRead read_nflog(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 4;
  constexpr std::size_t attribute_header = 4;
  enum : std::uint16_t { hardware_address = 8, packet = 9, type_mask = 0x3fff };
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  const Network network = network_of_family(frame[0]);
  if (frame[1] != 0) return refuse(Malformation::link_header, 1);
  for (std::size_t at = header; at + attribute_header <= frame.size();) {
    const std::size_t length = le16(frame.data() + at);
    const std::uint16_t type = le16(frame.data() + at + 2) & type_mask;
    if (length < attribute_header) return refuse(Malformation::link_header, at);
    if (type == packet) {
      if (walk.trace != nullptr) [[unlikely]] {
        walk.trace->note("nflog", frame.first(at + attribute_header),
                         fmt::format("address family {}", frame[0]));
      }
      return NetworkPart{network, at + attribute_header};
    }
    const Bytes value = frame.subspan(
        at + attribute_header, std::min(length - attribute_header, frame.size() - at - attribute_header));
    if (type == hardware_address && value.size() >= 4 + mac_length && be16(value.data()) == mac_length) {
      walk.datagram.source_mac = net::MacAddress::from_bytes(value.subspan(4, mac_length));
    }
    at += (length + 3) / 4 * 4;
  }
  return NetworkPart{};
}

/// ARCNET as Linux captures it: source, destination, two bytes of offset, protocol; behind RFC 1201's numbers
/// a flag and a sequence number, behind RFC 1051's nothing.
LinkRead read_arcnet(Bytes frame, Walk& walk) {
  enum : std::uint8_t { rfc1201_ipv4 = 212, rfc1201_arp = 213, rfc1051_ipv4 = 240, rfc1051_arp = 241 };
  constexpr std::size_t header = 5;
  constexpr std::size_t rfc1201_header = header + 3;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  const std::uint8_t protocol = frame[4];
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("arcnet", frame.first(header), fmt::format("protocol {}", protocol));
  }
  switch (protocol) {
    case rfc1051_ipv4:
      return NetworkPart{Network::ipv4, header};
    case rfc1051_arp:
      return NetworkPart{Network::arp, header};
    case rfc1201_ipv4:
    case rfc1201_arp:
      if (frame.size() < rfc1201_header) return refuse(Malformation::truncated, header);
      if (frame[header] != 0) return NetworkPart{};  // a part of a packet
      return NetworkPart{protocol == rfc1201_ipv4 ? Network::ipv4 : Network::arp, rfc1201_header};
    default:
      return NetworkPart{};
  }
}

/// Frame relay (RFC 2427): an address of two to four bytes, the last marked, then a control byte and the
/// protocol; or, as Cisco has it, an EtherType.
LinkRead read_frame_relay(Bytes frame, Walk& walk) {
  enum : std::uint8_t { unnumbered = 0x03, nlpid_ipv6 = 0x8e, nlpid_ipv4 = 0xcc, nlpid_snap = 0x80 };
  constexpr std::size_t longest_address = 4;
  std::size_t at = 0;
  while (at < longest_address && at < frame.size() && (frame[at] & 1U) == 0) ++at;
  if (++at > longest_address) return refuse(Malformation::link_header, 0);
  if (frame.size() < at + 2) return refuse(Malformation::truncated, at);
  if (walk.trace != nullptr) [[unlikely]]
    walk.trace->note("frame-relay", frame.first(at), "address");
  if (frame[at] != unnumbered) return read_ethertype(frame, at, walk);
  std::size_t protocol_at = at + 1;
  if (frame[protocol_at] == 0) ++protocol_at;  // padding to an even place
  if (frame.size() <= protocol_at) return refuse(Malformation::truncated, protocol_at);
  switch (frame[protocol_at]) {
    case nlpid_ipv4:
      return NetworkPart{Network::ipv4, protocol_at + 1};
    case nlpid_ipv6:
      return NetworkPart{Network::ipv6, protocol_at + 1};
    case nlpid_snap: {
      constexpr std::size_t organisation = 3;
      if (frame.size() < protocol_at + 1 + organisation) return refuse(Malformation::truncated, protocol_at);
      const std::uint8_t* oui = frame.data() + protocol_at + 1;
      if (oui[0] != 0 || oui[1] != 0 || oui[2] != 0) return NetworkPart{};
      return read_ethertype(frame, protocol_at + 1 + organisation, walk);
    }
    default:
      return NetworkPart{};
  }
}

/// A header whose last two bytes are an EtherType: Cisco's HDLC, IP over IEEE 1394.
LinkRead read_plain_header(std::string_view name, std::size_t ethertype_at, Bytes frame, Walk& walk) {
  if (frame.size() < ethertype_at + 2) return refuse(Malformation::truncated, 0);
  if (walk.trace != nullptr) [[unlikely]]
    walk.trace->note(name, frame.first(ethertype_at + 2), "header");
  return read_ethertype(frame, ethertype_at, walk);
}

/// A header with two MAC addresses of six bytes, destination first, and LLC behind it: FDDI, token ring.
LinkRead read_ring(std::string_view name, std::size_t addresses_at, std::size_t llc_at, Bytes frame,
                   Walk& walk) {
  if (frame.size() < llc_at) return refuse(Malformation::truncated, 0);
  walk.datagram.destination_mac = net::MacAddress::from_bytes(frame.subspan(addresses_at, mac_length));
  std::array<std::uint8_t, mac_length> source{};
  std::ranges::copy(frame.subspan(addresses_at + mac_length, mac_length), source.begin());
  if (name == "token-ring") source[0] &= 0x7f;  // the bit that says that a route stands behind it
  walk.datagram.source_mac = net::MacAddress(source);
  if (walk.trace != nullptr) [[unlikely]]
    walk.trace->note(name, frame.first(llc_at), "header");
  return read_llc(frame, llc_at, walk);
}

LinkRead read_token_ring(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 14;
  constexpr std::size_t source_at = 8;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  const bool routed = (frame[source_at] & 0x80U) != 0;
  std::size_t route = 0;
  if (routed) {
    if (frame.size() < header + 1) return refuse(Malformation::truncated, header);
    route = frame[header] & 0x1fU;  // its own length, with the two bytes that it stands in
    if (route < 2) return refuse(Malformation::link_header, header);
  }
  return read_ring("token-ring", 2, header + route, frame, walk);
}

/// What a packet of Apple's PKTAP interface holds (little-endian): length of the header, type of the record,
/// link type.
LinkRead read_pktap(Bytes frame, Walk& walk) {
  constexpr std::size_t shortest = 12;
  constexpr std::uint32_t packet_record = 1;
  constexpr std::uint32_t apple_raw = 12;
  if (frame.size() < shortest) return refuse(Malformation::truncated, 0);
  const std::uint32_t length = le32(frame.data());
  const std::uint32_t inner = le32(frame.data() + 8);
  if (length < shortest) return refuse(Malformation::link_header, 0);
  if (le32(frame.data() + 4) != packet_record) return NetworkPart{};
  if (frame.size() < length) return refuse(Malformation::truncated, 0);
  if (walk.trace != nullptr) [[unlikely]]
    walk.trace->note("pktap", frame.first(length), fmt::format("link type {}", inner));
  const Bytes rest = frame.subspan(length);
  // Not a PKTAP once more: one level of them is all that is written.
  LinkRead read = refuse(Malformation::unknown_link_type, 8);
  if (inner == static_cast<std::uint32_t>(net::LinkType::ethernet)) read = read_ethernet(rest, walk);
  if (inner == static_cast<std::uint32_t>(net::LinkType::null)) read = read_loopback(rest, walk);
  if (inner == apple_raw || inner == static_cast<std::uint32_t>(net::LinkType::raw))
    read = read_by_version(rest, 0);
  if (read && read->kind != Network::other) return NetworkPart{read->kind, read->offset + length};
  return read;
}

/// Link types that a council's edge seldom shows, by their number (tcpdump.org/linktypes.html).
LinkRead read_rare_link(std::uint16_t link, Bytes frame, Walk& walk) {
  enum : std::uint16_t {
    token_ring = 6,
    ppp = 9,
    fddi = 10,
    old_raw = 12,      // what some systems wrote for raw IP before LINKTYPE_RAW was agreed on
    openbsd_raw = 14,  // and OpenBSD still does
    ppp_hdlc = 50,
    pppoe = 51,
    cisco_hdlc = 104,
    ieee80211 = 105,
    frame_relay = 107,
    prism = 119,
    radiotap = 127,
    arcnet = 129,
    ip_over_1394 = 138,
    user2 = 149,  // where macOS writes PKTAP
    avs = 163,
    ppp_with_direction = 204,
    nflog = 239,
    pktap = 258
  };
  constexpr std::size_t fddi_header = 13;
  constexpr std::size_t ieee1394_header = 16;
  switch (link) {
    case token_ring:
      return read_token_ring(frame, walk);
    case fddi:
      return read_ring("fddi", 1, fddi_header, frame, walk);
    case ppp:
    case ppp_hdlc:
      return read_ppp_frame(frame, walk);
    case ppp_with_direction: {
      if (frame.empty()) return refuse(Malformation::truncated, 0);
      auto read = read_ppp_frame(frame.subspan(1), walk);
      if (read) read->offset += 1;
      return read;
    }
    case pppoe:
      return read_pppoe(frame, 0, walk);
    case old_raw:
    case openbsd_raw:
      return read_by_version(frame, 0);
    case cisco_hdlc:
      return read_plain_header("cisco-hdlc", 2, frame, walk);
    case ip_over_1394:
      return read_plain_header("ieee1394", ieee1394_header, frame, walk);
    case frame_relay:
      return read_frame_relay(frame, walk);
    case ieee80211:
      return read_ieee80211(frame, 0, walk);
    case radiotap:
      return read_radiotap(frame, walk);
    case prism:
      return read_prism(frame, walk);
    case avs:
      return read_avs(frame, walk);
    case arcnet:
      return read_arcnet(frame, walk);
    case nflog:
      return read_nflog(frame, walk);
    case user2:
    case pktap:
      return read_pktap(frame, walk);
    default:
      return refuse(Malformation::unknown_link_type, 0);
  }
}

}  // namespace

LinkRead read_behind_ethertype(std::uint16_t type, Bytes frame, std::size_t at, Walk& walk) {
  constexpr std::size_t tag_length = 4;
  constexpr std::size_t metadata_length = 8;
  for (int tags = 0;;) {
    std::size_t next = 0;  // where the EtherType behind this tag stands
    switch (type) {
      case ethertype_ipv4:
        return NetworkPart{Network::ipv4, at};
      case ethertype_ipv6:
        return NetworkPart{Network::ipv6, at};
      case ethertype_arp:
        return NetworkPart{Network::arp, at};
      case ethertype_vlan:
      case ethertype_qinq:
      case ethertype_old_qinq:
        if (++tags > max_vlan_tags) return refuse(Malformation::too_many_tags, at - 2);
        if (frame.size() < at + 2) return refuse(Malformation::truncated, at - 2);
        walk.datagram.vlan = be16(frame.data() + at) & 0x0fff;
        if (walk.trace != nullptr) [[unlikely]]
          note_tag(walk, frame, at, type);
        next = at - 2 + tag_length;
        break;
      case ethertype_pppoe_session:
        return read_pppoe(frame, at, walk);
      case ethertype_mpls:
      case ethertype_mpls_upstream:
        return read_mpls(frame, at, walk);
      case ethertype_cisco_metadata:  // a security group tag of one word; the next EtherType follows it
        if (++tags > max_vlan_tags) return refuse(Malformation::too_many_tags, at - 2);
        next = at - 2 + metadata_length;
        break;
      default: {
        if (type >= smallest_ethertype) return other_type(walk, frame, at, type);
        const auto snap = snap_ethertype(frame, at);
        if (!snap || ++tags > max_vlan_tags) return NetworkPart{};
        next = *snap;
      }
    }
    if (frame.size() < next + 2) return refuse(Malformation::truncated, next);
    type = be16(frame.data() + next);
    at = next + 2;
  }
}

LinkRead read_ethernet(Bytes frame, Walk& walk) {
  constexpr std::size_t header = 2 * mac_length;
  if (frame.size() < header + 2) return refuse(Malformation::truncated, 0);
  Datagram& datagram = walk.datagram;
  datagram.destination_mac.emplace(mac_at(frame.data()));
  datagram.source_mac.emplace(mac_at(frame.data() + mac_length));
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("ethernet", frame.first(header + 2),
                     fmt::format("{} > {}, type 0x{:04x}", datagram.source_mac->to_string(),
                                 datagram.destination_mac->to_string(), be16(frame.data() + header)));
  }
  return read_ethertype(frame, header, walk);
}

LinkRead read_llc(Bytes frame, std::size_t at, Walk& walk) {
  const auto snap = snap_ethertype(frame, at);
  return snap ? read_ethertype(frame, *snap, walk) : LinkRead(NetworkPart{});
}

LinkRead read_ppp_frame(Bytes frame, Walk& walk) {
  enum : std::uint8_t { all_stations = 0xff, unnumbered = 0x03 };
  const bool framed = frame.size() >= 2 && frame[0] == all_stations && frame[1] == unnumbered;
  // Cisco's HDLC in the same link type (LINKTYPE_PPP_HDLC): unicast or broadcast, a zero, an EtherType.
  const bool cisco = frame.size() >= 4 && (frame[0] == 0x0f || frame[0] == 0x8f) && frame[1] == 0;
  if (cisco) return read_ethertype(frame, 2, walk);
  return read_ppp(frame, framed ? 2 : 0, walk);
}

LinkRead read_link(net::LinkType link, Bytes frame, Walk& walk) {
  switch (link) {
    case net::LinkType::ethernet:
      return read_ethernet(frame, walk);
    case net::LinkType::linux_sll:
      return read_sll(frame, walk);
    case net::LinkType::linux_sll2:
      return read_sll2(frame, walk);
    case net::LinkType::null:
    case net::LinkType::loop:
      return read_loopback(frame, walk);
    case net::LinkType::ipv4:
      return NetworkPart{Network::ipv4, 0};
    case net::LinkType::ipv6:
      return NetworkPart{Network::ipv6, 0};
    case net::LinkType::raw:
      return read_by_version(frame, 0);
  }
  return read_rare_link(static_cast<std::uint16_t>(link), frame, walk);
}

}  // namespace edgewatch::wire
