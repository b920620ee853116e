#include "link.hpp"

#include "load.hpp"

namespace edgewatch::wire {
namespace {

using Read = Result<NetworkPart, DecodeError>;

constexpr std::size_t mac_length = 6;
constexpr std::uint16_t smallest_ethertype =
    0x0600;  // below it the field is a length (IEEE 802.3 section 3.2.6)

enum EtherType : std::uint16_t {
  ethertype_ipv4 = 0x0800,
  ethertype_arp = 0x0806,
  ethertype_vlan = 0x8100,
  ethertype_ipv6 = 0x86dd,
  ethertype_mpls = 0x8847,
  ethertype_mpls_upstream = 0x8848,
  ethertype_pppoe_session = 0x8864,
  ethertype_qinq = 0x88a8,
  ethertype_cisco_metadata = 0x8909,
  ethertype_old_qinq = 0x9100,
};

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

/// 802.2 LLC with SNAP (RFC 1042): gives the place of the EtherType, or nothing for another protocol.
std::optional<std::size_t> snap_ethertype(Bytes frame, std::size_t at) {
  constexpr std::size_t snap_header = 8;
  if (frame.size() < at + snap_header) return std::nullopt;
  const std::uint8_t* llc = frame.data() + at;
  const bool snap =
      llc[0] == 0xaa && llc[1] == 0xaa && llc[2] == 0x03 && llc[3] == 0 && llc[4] == 0 && llc[5] == 0;
  if (!snap) return std::nullopt;
  return at + snap_header - 2;
}

/// The protocol field of PPP (RFC 1661 section 2), one byte where it is compressed.
Read read_ppp(Bytes frame, std::size_t at) {
  enum : std::uint16_t { ppp_ipv4 = 0x21, ppp_ipv6 = 0x57 };
  if (frame.size() < at + 2) return refuse(Malformation::truncated, at);
  const bool compressed = (frame[at] & 1U) != 0;
  const std::uint16_t protocol = compressed ? frame[at] : be16(frame.data() + at);
  at += compressed ? 1 : 2;
  if (protocol == ppp_ipv4) return NetworkPart{Network::ipv4, at};
  if (protocol == ppp_ipv6) return NetworkPart{Network::ipv6, at};
  return NetworkPart{};
}

/// PPP with or without its address and control bytes (RFC 1662 section 3.1).
Read read_ppp_frame(Bytes frame) {
  const bool framed = frame.size() >= 2 && frame[0] == 0xff && frame[1] == 0x03;
  return read_ppp(frame, framed ? 2 : 0);
}

/// PPPoE (RFC 2516 section 4): version and type, code, session, length.
Read read_pppoe(Bytes frame, std::size_t at) {
  constexpr std::size_t header = 6;
  constexpr std::uint8_t version_and_type = 0x11;
  if (frame.size() < at + header) return refuse(Malformation::truncated, at);
  if (frame[at] != version_and_type || frame[at + 1] != 0) return refuse(Malformation::link_header, at);
  return read_ppp(frame, at + header);
}

/// The version nibble says which IP it is.
Read read_by_version(Bytes frame, std::size_t at) {
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
Read read_mpls(Bytes frame, std::size_t at) {
  constexpr std::size_t entry = 4;
  constexpr int most_labels = 8;
  for (int labels = 0; labels < most_labels; ++labels) {
    if (frame.size() < at + entry) return refuse(Malformation::truncated, at);
    const bool bottom = (frame[at + 2] & 1U) != 0;
    at += entry;
    if (bottom) return read_by_version(frame, at);
  }
  return refuse(Malformation::too_many_tags, at);
}

/// From an EtherType field, over the tags behind it, to the network layer.
Read read_ethertype(Bytes frame, std::size_t at, Datagram& datagram) {
  constexpr std::size_t tag_length = 4;
  constexpr std::size_t metadata_length = 8;
  for (int tags = 0;;) {
    if (frame.size() < at + 2) return refuse(Malformation::truncated, at);
    const std::uint16_t type = be16(frame.data() + at);
    switch (type) {
      case ethertype_ipv4:
        return NetworkPart{Network::ipv4, at + 2};
      case ethertype_ipv6:
        return NetworkPart{Network::ipv6, at + 2};
      case ethertype_arp:
        return NetworkPart{Network::arp, at + 2};
      case ethertype_vlan:
      case ethertype_qinq:
      case ethertype_old_qinq:
        if (++tags > max_vlan_tags) return refuse(Malformation::too_many_tags, at);
        if (frame.size() < at + tag_length) return refuse(Malformation::truncated, at);
        datagram.vlan = be16(frame.data() + at + 2) & 0x0fff;
        at += tag_length;
        break;
      case ethertype_pppoe_session:
        return read_pppoe(frame, at + 2);
      case ethertype_mpls:
      case ethertype_mpls_upstream:
        return read_mpls(frame, at + 2);
      case ethertype_cisco_metadata:  // a security group tag of one word; the next EtherType follows it
        if (++tags > max_vlan_tags) return refuse(Malformation::too_many_tags, at);
        at += metadata_length;
        break;
      default: {
        if (type >= smallest_ethertype) return NetworkPart{};
        const auto snap = snap_ethertype(frame, at + 2);
        if (!snap || ++tags > max_vlan_tags) return NetworkPart{};
        at = *snap;
      }
    }
  }
}

Read read_ethernet(Bytes frame, Datagram& datagram) {
  constexpr std::size_t header = 2 * mac_length;
  if (frame.size() < header + 2) return refuse(Malformation::truncated, 0);
  datagram.destination_mac = net::MacAddress::from_bytes(frame.first(mac_length));
  datagram.source_mac = net::MacAddress::from_bytes(frame.subspan(mac_length, mac_length));
  return read_ethertype(frame, header, datagram);
}

/// What stands in the protocol field of a cooked capture: an EtherType, or a small number for 802.2
/// (LINKTYPE_LINUX_SLL).
Read read_cooked_protocol(Bytes frame, std::size_t protocol_at, std::size_t header, Datagram& datagram) {
  constexpr std::uint16_t linux_802_2 = 4;
  const std::uint16_t protocol = be16(frame.data() + protocol_at);
  switch (protocol) {
    case ethertype_ipv4:
      return NetworkPart{Network::ipv4, header};
    case ethertype_ipv6:
      return NetworkPart{Network::ipv6, header};
    case ethertype_arp:
      return NetworkPart{Network::arp, header};
    case ethertype_vlan:
    case ethertype_qinq:
    case ethertype_old_qinq:
      if (frame.size() < header + 2) return refuse(Malformation::truncated, header);
      datagram.vlan = be16(frame.data() + header) & 0x0fff;
      return read_ethertype(frame, header + 2, datagram);
    case linux_802_2: {
      const auto snap = snap_ethertype(frame, header);
      return snap ? read_ethertype(frame, *snap, datagram) : Read(NetworkPart{});
    }
    default:
      return NetworkPart{};
  }
}

void note_cooked_source(std::uint16_t address_length, Bytes address, Datagram& datagram) {
  if (address_length == mac_length)
    datagram.source_mac = net::MacAddress::from_bytes(address.first(mac_length));
}

/// LINKTYPE_LINUX_SLL: type, ARPHRD, address length, address (8), protocol. It holds the sender's address
/// only.
Read read_sll(Bytes frame, Datagram& datagram) {
  constexpr std::size_t header = 16;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  note_cooked_source(be16(frame.data() + 4), frame.subspan(6, 8), datagram);
  return read_cooked_protocol(frame, 14, header, datagram);
}

/// LINKTYPE_LINUX_SLL2: protocol, reserved, interface index, ARPHRD, type, address length, address (8).
Read read_sll2(Bytes frame, Datagram& datagram) {
  constexpr std::size_t header = 20;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  note_cooked_source(frame[11], frame.subspan(12, 8), datagram);
  return read_cooked_protocol(frame, 0, header, datagram);
}

/// LINKTYPE_NULL and LINKTYPE_LOOP: an address family in the byte order of whoever wrote it. IPv6 has a
/// number of its own on each BSD.
Read read_loopback(Bytes frame) {
  constexpr std::size_t header = 4;
  if (frame.size() < header) return refuse(Malformation::truncated, 0);
  std::uint32_t family = be32(frame.data());
  if (family > 0xffff) family = __builtin_bswap32(family);
  switch (family) {
    case 2:
      return NetworkPart{Network::ipv4, header};
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return NetworkPart{Network::ipv6, header};
    default:
      return NetworkPart{};
  }
}

}  // namespace

Read read_link(net::LinkType link, Bytes frame, Datagram& datagram) {
  // What some systems wrote for raw IP before LINKTYPE_RAW was agreed on, and OpenBSD still does.
  constexpr auto old_raw = static_cast<net::LinkType>(12);
  constexpr auto openbsd_raw = static_cast<net::LinkType>(14);
  constexpr auto ppp = static_cast<net::LinkType>(9);
  if (link == old_raw || link == openbsd_raw) return read_by_version(frame, 0);
  if (link == ppp) return read_ppp_frame(frame);
  switch (link) {
    case net::LinkType::ethernet:
      return read_ethernet(frame, datagram);
    case net::LinkType::linux_sll:
      return read_sll(frame, datagram);
    case net::LinkType::linux_sll2:
      return read_sll2(frame, datagram);
    case net::LinkType::null:
    case net::LinkType::loop:
      return read_loopback(frame);
    case net::LinkType::ipv4:
      return NetworkPart{Network::ipv4, 0};
    case net::LinkType::ipv6:
      return NetworkPart{Network::ipv6, 0};
    case net::LinkType::raw:
      return read_by_version(frame, 0);
  }
  return refuse(Malformation::unknown_link_type, 0);
}

}  // namespace edgewatch::wire
