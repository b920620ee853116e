#include "edgewatch/enforce/mirror_frames.hpp"

#include <algorithm>

namespace edgewatch::enforce {
namespace {

constexpr std::size_t mac_length = 6;
constexpr std::size_t smallest_frame = 60;  // without its check sequence; shorter ones are padded
enum EtherType : std::uint16_t { ipv4 = 0x0800, vlan = 0x8100, ipv6 = 0x86dd, qinq = 0x88a8 };

std::uint16_t type_at(Bytes frame, std::size_t at) {
  return static_cast<std::uint16_t>(frame[at] << 8U | frame[at + 1]);
}
bool is_group(const net::MacAddress& address) { return (address.bytes()[0] & 1U) != 0; }

void append(Packet& to, Bytes bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

}  // namespace

std::optional<SeenLink> link_of(const net::Frame& frame) {
  constexpr std::size_t tag = 4;
  if (frame.link != net::LinkType::ethernet) return std::nullopt;
  SeenLink out;
  std::size_t at = 2 * mac_length;
  for (;; at += tag) {
    if (frame.bytes.size() < at + 2) return std::nullopt;
    const std::uint16_t type = type_at(frame.bytes, at);
    if (type == ipv4 || type == ipv6) break;
    const bool is_tag = type == vlan || type == qinq;
    if (!is_tag || out.tag_bytes == out.tags.size() || frame.bytes.size() < at + tag) return std::nullopt;
    std::ranges::copy(frame.bytes.subspan(at, tag), out.tags.begin() + static_cast<long>(out.tag_bytes));
    out.tag_bytes += tag;
  }
  out.onward = *net::MacAddress::from_bytes(frame.bytes.first(mac_length));
  out.client = *net::MacAddress::from_bytes(frame.bytes.subspan(mac_length, mac_length));
  if (is_group(out.onward) || is_group(out.client)) return std::nullopt;
  return out;
}

Packet frame_towards(Way way, const SeenLink& seen, const net::MacAddress& ours, Bytes ip_packet) {
  const bool v4 = !ip_packet.empty() && ip_packet[0] >> 4U == 4;
  const std::uint16_t type = v4 ? ipv4 : ipv6;
  Packet out;
  out.reserve(std::max(smallest_frame, seen.ip_at() + ip_packet.size()));
  append(out, way == Way::to_client ? seen.client.bytes() : seen.onward.bytes());
  append(out, ours.bytes());
  append(out, Bytes(seen.tags).first(seen.tag_bytes));
  out.push_back(static_cast<std::uint8_t>(type >> 8U));
  out.push_back(static_cast<std::uint8_t>(type));
  append(out, ip_packet);
  out.resize(std::max(out.size(), smallest_frame));
  return out;
}

}  // namespace edgewatch::enforce
