// Reads the frames that the tests forge, written apart from the library that forges them: plain offsets, the
// checksum byte by byte.
#pragma once

#include "edgewatch/net/frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::golden {

struct ReadPacket {
  Timestamp at;
  bool v4 = true;
  std::uint8_t protocol = 0;
  std::string from, to;  ///< address bytes
  std::uint16_t from_port = 0, to_port = 0;
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint8_t flags = 0;
  std::size_t payload_length = 0;     ///< as the headers say
  std::vector<std::uint8_t> payload;  ///< as captured
  bool whole = false;                 ///< everything the headers announce was captured
  bool ip_checksum_right = true;
  bool checksum_right = false;  ///< of TCP or UDP; only where whole
};

inline std::uint16_t be16(Bytes bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] * 256 + bytes[at + 1]);
}
inline std::uint32_t be32(Bytes bytes, std::size_t at) {
  return be16(bytes, at) * 65536U + be16(bytes, at + 2);
}

/// RFC 1071 as written: 16-bit words one by one, the carry taken round at each.
inline std::uint32_t add_words(std::uint32_t sum, Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += bytes[i] * 256U + (i + 1 < bytes.size() ? bytes[i + 1] : 0U);
    sum = sum % 65536 + sum / 65536;
  }
  return sum;
}

/// Nothing for what is neither IPv4 nor IPv6 over Ethernet with at most one tag.
inline std::optional<ReadPacket> read_packet(const net::Frame& frame) {
  const Bytes all = frame.bytes;
  std::size_t at = 12;
  if (be16(all, at) == 0x8100) at += 4;
  const std::uint16_t ethertype = be16(all, at);
  at += 2;
  if (ethertype != 0x0800 && ethertype != 0x86dd) return std::nullopt;
  ReadPacket packet;
  packet.at = frame.at;
  packet.v4 = ethertype == 0x0800;
  const std::size_t header = packet.v4 ? 20 : 40;
  const Bytes ip = all.subspan(at, header);
  const std::size_t segment = packet.v4 ? be16(ip, 2) - 20U : be16(ip, 4);
  packet.protocol = ip[packet.v4 ? 9 : 6];
  if (packet.v4) packet.ip_checksum_right = add_words(0, ip) == 0xffff;
  const std::size_t addresses = packet.v4 ? 12 : 8;
  const std::size_t width = packet.v4 ? 4 : 16;
  const auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
  packet.from = text(ip.subspan(addresses, width));
  packet.to = text(ip.subspan(addresses + width, width));
  const std::size_t room = all.size() - at - header;
  packet.whole = room >= segment;
  const Bytes l4 = all.subspan(at + header, packet.whole ? segment : room);
  packet.from_port = be16(l4, 0);
  packet.to_port = be16(l4, 2);
  std::size_t l4_header = 8;
  if (packet.protocol == 6) {
    packet.sequence = be32(l4, 4);
    packet.acknowledgement = be32(l4, 8);
    packet.flags = l4[13];
    l4_header = std::size_t{4} * (l4[12] / 16);
  }
  const Bytes payload = l4.subspan(l4_header);
  packet.payload.assign(payload.begin(), payload.end());
  packet.payload_length = segment - l4_header;
  if (packet.whole) {
    std::uint32_t sum = add_words(0, ip.subspan(addresses, 2 * width));
    sum = add_words(sum + packet.protocol, l4);
    sum += static_cast<std::uint32_t>(segment);
    while (sum > 0xffff) sum = sum % 65536 + sum / 65536;
    packet.checksum_right = sum == 0xffff;
  }
  return packet;
}

}  // namespace edgewatch::golden
