#include "edgewatch/wire/decode.hpp"

#include "load.hpp"
#include "tunnel.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace edgewatch::wire {
namespace {

constexpr std::size_t mac_length = 6;
constexpr std::size_t smallest_ethernet = 14;
constexpr std::size_t tag_length = 4;
constexpr std::size_t ipv4_header = 20;
constexpr std::size_t ipv6_header = 40;
constexpr std::size_t smallest_tcp = 20;
constexpr std::size_t udp_header = 8;
enum EtherType : std::uint16_t { ipv4 = 0x0800, vlan = 0x8100, ipv6 = 0x86dd, qinq = 0x88a8 };
enum Protocol : std::uint8_t { tcp = 6, udp = 17 };

void note_mac(const std::uint8_t* at, std::optional<net::MacAddress>& mac) {
  std::array<std::uint8_t, mac_length> bytes;
  std::memcpy(bytes.data(), at, bytes.size());
  mac.emplace(bytes);
}

bool read_plain_tcp(const std::uint8_t* at, Bytes segment, std::size_t length, Datagram& datagram) {
  enum : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10 };
  if (segment.size() < smallest_tcp) return false;
  const std::size_t header = std::size_t{4} * (at[12] >> 4);
  if (header < smallest_tcp || header > segment.size()) return false;
  datagram.transport = Transport::tcp;
  const std::uint8_t flags = at[13];
  datagram.tcp = {be32(at + 4),       be32(at + 8),       (flags & syn) != 0,
                  (flags & ack) != 0, (flags & fin) != 0, (flags & rst) != 0};
  datagram.payload = segment.subspan(header);
  datagram.payload_length = static_cast<std::uint32_t>(length - header);
  return true;
}

bool read_plain_udp(const std::uint8_t* at, Bytes segment, std::size_t length, Datagram& datagram) {
  if (segment.size() < udp_header || be16(at + 4) != length) return false;
  if (has_tunnel_port(datagram)) return false;
  datagram.transport = Transport::udp;
  datagram.tcp = {};
  datagram.payload = segment.subspan(udp_header);
  datagram.payload_length = static_cast<std::uint32_t>(length - udp_header);
  return true;
}

}  // namespace

bool read_plain(const net::Frame& frame, Datagram& datagram) {
  const std::uint8_t* const bytes = frame.bytes.data();
  const std::size_t captured = frame.bytes.size();
  if (frame.link != net::LinkType::ethernet || captured < smallest_ethernet + ipv4_header) return false;
  std::size_t at = 2 * mac_length;
  std::uint16_t type = be16(bytes + at);
  std::uint16_t tag = 0;
  for (int tags = 0; tags < 2 && (type == vlan || type == qinq); ++tags) {
    tag = be16(bytes + at + 2) & 0x0fff;
    at += tag_length;
    type = be16(bytes + at);
  }
  at += 2;
  const std::size_t on_wire = std::max<std::size_t>(frame.wire_length, captured) - at;
  const std::uint8_t* const ip = bytes + at;
  std::size_t header = ipv4_header;
  std::size_t total = 0;
  std::uint8_t protocol = 0;
  if (type == ipv4) {
    constexpr std::uint16_t fragment = 0x3fff;  // more fragments, or an offset
    if (captured < at + ipv4_header || ip[0] != 0x45 || (be16(ip + 6) & fragment) != 0) return false;
    total = be16(ip + 2);
    protocol = ip[9];
    datagram.hop_limit = ip[8];
    datagram.ipv4_header = frame.bytes.subspan(at, ipv4_header);
    datagram.from.address.assign_v4(ip + 12);
    datagram.to.address.assign_v4(ip + 16);
  } else if (type == ipv6) {
    if (captured < at + ipv6_header || ip[0] >> 4 != 6) return false;
    header = ipv6_header;
    total = ipv6_header + be16(ip + 4);
    protocol = ip[6];
    datagram.hop_limit = ip[7];
    datagram.ipv4_header = {};
    datagram.from.address.assign_v6(ip + 8);
    datagram.to.address.assign_v6(ip + 24);
  } else {
    return false;
  }
  // A length of zero, or of more than there was, is for the layers to judge.
  if (total < header + udp_header || total > on_wire) return false;
  const std::size_t length = total - header;
  at += header;
  if (captured < at + udp_header) return false;
  const Bytes segment = frame.bytes.subspan(at, std::min(length, captured - at));
  const std::uint8_t* const transport = segment.data();
  datagram.from.port = be16(transport);
  datagram.to.port = be16(transport + 2);
  if (protocol == tcp) {
    if (length < smallest_tcp || !read_plain_tcp(transport, segment, length, datagram)) return false;
  } else if (protocol != udp || !read_plain_udp(transport, segment, length, datagram)) {
    return false;
  }
  datagram.at = frame.at;
  datagram.source = frame.source;
  note_mac(bytes, datagram.destination_mac);
  note_mac(bytes + mac_length, datagram.source_mac);
  datagram.vlan = tag;
  datagram.encapsulations = 0;
  datagram.segment = segment;
  datagram.segment_length = static_cast<std::uint32_t>(length);
  return true;
}

}  // namespace edgewatch::wire
