#include "edgewatch/wire/decode.hpp"

#include "link.hpp"
#include "load.hpp"

#include <algorithm>
#include <cstring>

namespace edgewatch::wire {
namespace {

/// Where the outermost IP header stands; the length of the frame where there is none.
std::size_t ip_offset(const net::Frame& frame) {
  constexpr std::size_t ethertype_at = 12;
  constexpr std::uint16_t ipv4 = 0x0800;
  constexpr std::uint16_t ipv6 = 0x86dd;
  if (frame.link == net::LinkType::ethernet && frame.bytes.size() > ethertype_at + 2) {
    const std::uint16_t type = be16(frame.bytes.data() + ethertype_at);
    if (type == ipv4 || type == ipv6) return ethertype_at + 2;
  }
  Datagram unused;
  Walk walk{unused, nullptr};
  const auto link = read_link(frame.link, frame.bytes, walk);
  if (!link || (link->kind != Network::ipv4 && link->kind != Network::ipv6)) return frame.bytes.size();
  return link->offset;
}

std::uint64_t load64(const std::uint8_t* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::uint64_t hosts_of(const net::Frame& frame, HashKey key) {
  constexpr std::size_t v4_addresses = 12;
  constexpr std::size_t v6_addresses = 8;
  const std::size_t at = ip_offset(frame);
  const Bytes ip = frame.bytes.subspan(at);
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  if (ip.size() >= v4_addresses + 8 && ip[0] >> 4 == 4) {
    a = be32(ip.data() + v4_addresses);
    b = be32(ip.data() + v4_addresses + 4);
  } else if (ip.size() >= v6_addresses + 32 && ip[0] >> 4 == 6) {
    const std::uint8_t* addresses = ip.data() + v6_addresses;
    a = load64(addresses) * 0x9e3779b97f4a7c15U ^ load64(addresses + 8);
    b = load64(addresses + 16) * 0x9e3779b97f4a7c15U ^ load64(addresses + 24);
  } else {
    return 0;
  }
  if (a > b) std::swap(a, b);
  std::uint64_t mixed = (a ^ key.k0) * 0xff51afd7ed558ccdU;
  mixed = (mixed ^ mixed >> 32U ^ b ^ key.k1) * 0xc4ceb9fe1a85ec53U;
  return mixed ^ mixed >> 29U;
}

}  // namespace edgewatch::wire
