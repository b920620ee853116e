#include "ip.hpp"

#include "load.hpp"

#include <algorithm>

namespace edgewatch::wire {
namespace {

using Read = Result<IpPayload, DecodeError>;

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

}  // namespace

Read read_ipv4(Bytes packet, std::size_t on_wire, Datagram& datagram) {
  constexpr std::size_t smallest_header = 20;
  constexpr std::uint16_t more_fragments = 0x2000;
  constexpr std::uint16_t offset_mask = 0x1fff;
  if (packet.size() < smallest_header) return refuse(Malformation::truncated, 0);
  const std::uint8_t* ip = packet.data();
  const std::size_t header = std::size_t{4} * (ip[0] & 0x0fU);
  if (ip[0] >> 4 != 4 || header < smallest_header) return refuse(Malformation::ip_header, 0);
  if (packet.size() < header) return refuse(Malformation::truncated, smallest_header);
  std::size_t total = be16(ip + 2);
  if (total == 0) total = on_wire;
  if (total < header) return refuse(Malformation::ip_header, 2);
  total = std::min(total, on_wire);

  datagram.from.address = net::IpAddress::v4(be32(ip + 12));
  datagram.to.address = net::IpAddress::v4(be32(ip + 16));
  datagram.hop_limit = ip[8];
  datagram.ipv4_header = packet.first(header);
  IpPayload out;
  out.protocol = ip[9];
  out.captured = packet.subspan(header, std::min(total, packet.size()) - header);
  out.length = total - header;
  const std::uint16_t fragmentation = be16(ip + 6);
  if ((fragmentation & (more_fragments | offset_mask)) != 0) {
    out.fragment = true;
    out.fragment_offset = std::size_t{8} * (fragmentation & offset_mask);
    out.more_fragments = (fragmentation & more_fragments) != 0;
    out.identification = be16(ip + 4);
  }
  return out;
}

Read read_ipv6(Bytes packet, std::size_t on_wire, Datagram& datagram) {
  constexpr std::size_t header = 40;
  if (packet.size() < header) return refuse(Malformation::truncated, 0);
  const std::uint8_t* ip = packet.data();
  if (ip[0] >> 4 != 6) return refuse(Malformation::ip_header, 0);
  std::size_t length = be16(ip + 4);
  if (length == 0) length = on_wire - header;  // a jumbogram (RFC 2675) or segmentation offload
  length = std::min(length, on_wire - header);

  datagram.from.address = *net::IpAddress::from_bytes(packet.subspan(8, 16));
  datagram.to.address = *net::IpAddress::from_bytes(packet.subspan(24, 16));
  datagram.hop_limit = ip[7];
  datagram.ipv4_header = {};
  IpPayload out;
  out.protocol = ip[6];
  out.captured = packet.subspan(header, std::min(length, packet.size() - header));
  out.length = length;
  return walk_extensions(out);
}

Read walk_extensions(IpPayload payload) {
  enum : std::uint8_t {
    hop_by_hop = 0,
    routing = 43,
    fragment = 44,
    authentication = 51,
    destination = 60,
    mobility = 135,
    hip = 139,
    shim6 = 140
  };
  constexpr std::size_t fragment_header = 8;
  for (int walked = 0;; ++walked) {
    std::size_t header = 0;
    const Bytes& bytes = payload.captured;
    switch (payload.protocol) {
      case hop_by_hop:
      case routing:
      case destination:
      case mobility:
      case hip:
      case shim6:
        header = bytes.size() < 2 ? 0 : std::size_t{8} * (bytes[1] + 1U);
        break;
      case authentication:
        header = bytes.size() < 2 ? 0 : std::size_t{4} * (bytes[1] + 2U);
        break;  // RFC 4302 section 2.2
      case fragment:
        header = fragment_header;
        break;
      default:
        return payload;
    }
    if (walked == max_extension_headers) return refuse(Malformation::ipv6_extension_limit, 0);
    if (header == 0 || bytes.size() < header) {
      const bool cut_by_capture = bytes.size() < payload.length;
      return refuse(cut_by_capture ? Malformation::truncated : Malformation::ip_header, 0);
    }
    constexpr std::size_t segments_left = 3;  // RFC 8200 section 4.4; a header has eight bytes at least
    if (payload.protocol == routing && bytes[segments_left] != 0) payload.rerouted = true;
    if (payload.protocol == fragment) {
      const std::uint16_t field = be16(bytes.data() + 2);
      payload.fragment_offset = field & 0xfff8U;
      payload.more_fragments = (field & 1U) != 0;
      payload.identification = be32(bytes.data() + 4);
      // An atomic fragment is a whole datagram (RFC 6946).
      payload.fragment = payload.more_fragments || payload.fragment_offset != 0;
    }
    payload.protocol = bytes[0];
    payload.captured = bytes.subspan(header);
    payload.length -= header;
    if (payload.fragment) return payload;
  }
}

}  // namespace edgewatch::wire
