#include "segment_signs.hpp"

#include "edgewatch/base/bytes.hpp"

#include <cstddef>

namespace edgewatch::enforce {
namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::size_t shortest_header = 20;  // RFC 9293 section 3.1
constexpr std::uint8_t urg = 0x20;
constexpr int most_extensions = 16;

/// Where the segment begins in an IPv6 packet (RFC 8200 section 4); empty where something else is in it.
Bytes in_ipv6(Bytes ip) {
  enum Next : std::uint8_t { hop_by_hop = 0, routing = 43, destination = 60 };
  constexpr std::size_t header = 40;
  if (ip.size() < header) return {};
  std::uint8_t next = ip[6];
  Bytes rest = ip.subspan(header);
  for (int i = 0; i < most_extensions && next != tcp; ++i) {
    if (next != hop_by_hop && next != routing && next != destination) return {};
    const std::size_t length = rest.size() < 2 ? 0 : (std::size_t{rest[1]} + 1) * 8;
    if (length == 0 || length > rest.size()) return {};
    next = rest[0];
    rest = rest.subspan(length);
  }
  return next == tcp ? rest : Bytes();
}

Bytes segment_in(Bytes ip) {
  if (ip.empty()) return {};
  if (ip[0] >> 4U == 6) return in_ipv6(ip);
  const std::size_t header = std::size_t{ip[0] & 0x0fU} * 4;
  return ip.size() < header || header < shortest_header || ip[9] != tcp ? Bytes() : ip.subspan(header);
}

void read_options(Bytes options, SegmentSigns& out) {
  enum Kind : std::uint8_t { end = 0, nothing = 1, timestamps = 8, md5 = 19, authentication = 29 };
  while (!options.empty() && options[0] != Kind::end) {
    if (options[0] == Kind::nothing) {
      options = options.subspan(1);
      continue;
    }
    const std::size_t length = options.size() < 2 ? 0 : options[1];
    if (length < 2 || length > options.size()) return;
    out.is_signed = out.is_signed || options[0] == Kind::md5 || options[0] == Kind::authentication;
    if (options[0] == Kind::timestamps && length >= 6) {
      ByteReader value(options.subspan(2));
      out.stamp = value.u32();
    }
    options = options.subspan(length);
  }
}

}  // namespace

SegmentSigns signs_of(Bytes ip) {
  SegmentSigns out;
  const Bytes segment = segment_in(ip);
  if (segment.size() < shortest_header) return out;
  out.urgent = (segment[13] & urg) != 0;
  const std::size_t header = std::size_t{segment[12]} >> 4U << 2U;
  if (header > shortest_header && header <= segment.size())
    read_options(segment.subspan(shortest_header, header - shortest_header), out);
  return out;
}

}  // namespace edgewatch::enforce
