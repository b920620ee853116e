#include "transport.hpp"

#include "load.hpp"

#include <algorithm>

namespace edgewatch::wire {
namespace {

/// A header that the capture cut is no fault of the sender.
DecodeError too_short(Bytes segment, std::size_t length, Malformation kind) {
  return {segment.size() < length ? Malformation::truncated : kind, 0};
}

/// Keeps the whole of a segment, so that its checksum can be asked for.
void note_segment(Bytes segment, std::size_t length, Datagram& datagram) {
  datagram.segment = segment.first(std::min(segment.size(), length));
  datagram.segment_length = static_cast<std::uint32_t>(length);
}

Bytes captured_part(Bytes segment, std::size_t from, std::size_t until) {
  until = std::min(until, segment.size());
  return from >= until ? Bytes{} : segment.subspan(from, until - from);
}

}  // namespace

std::optional<DecodeError> read_tcp(Bytes segment, std::size_t length, Datagram& datagram) {
  constexpr std::size_t smallest_header = 20;
  enum : std::uint8_t { fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10 };
  if (segment.size() < smallest_header) return too_short(segment, length, Malformation::tcp_header);
  const std::uint8_t* tcp = segment.data();
  const std::size_t header = std::size_t{4} * (tcp[12] >> 4);
  if (header < smallest_header || header > length) return DecodeError{Malformation::tcp_header, 12};
  datagram.transport = Transport::tcp;
  datagram.from.port = be16(tcp);
  datagram.to.port = be16(tcp + 2);
  const std::uint8_t flags = tcp[13];
  datagram.tcp = {be32(tcp + 4),      be32(tcp + 8),      (flags & syn) != 0,
                  (flags & ack) != 0, (flags & fin) != 0, (flags & rst) != 0};
  datagram.payload = captured_part(segment, header, length);
  datagram.payload_length = static_cast<std::uint32_t>(length - header);
  note_segment(segment, length, datagram);
  return std::nullopt;
}

std::optional<DecodeError> read_udp(Bytes segment, std::size_t length, Datagram& datagram) {
  constexpr std::size_t header = 8;
  if (segment.size() < header) return too_short(segment, length, Malformation::udp_header);
  const std::uint8_t* udp = segment.data();
  std::size_t total = be16(udp + 4);
  if (total == 0) total = length;
  if (total < header || total > length) return DecodeError{Malformation::udp_header, 4};
  datagram.transport = Transport::udp;
  datagram.from.port = be16(udp);
  datagram.to.port = be16(udp + 2);
  datagram.payload = captured_part(segment, header, total);
  datagram.payload_length = static_cast<std::uint32_t>(total - header);
  note_segment(segment, total, datagram);
  return std::nullopt;
}

std::optional<DecodeError> read_icmpv6(Bytes message, std::size_t length, Datagram& datagram) {
  constexpr std::size_t header = 4;
  if (message.size() < header) return too_short(message, length, Malformation::icmpv6_header);
  datagram.transport = Transport::icmpv6;
  datagram.payload = captured_part(message, 0, length);
  datagram.payload_length = static_cast<std::uint32_t>(length);
  note_segment(message, length, datagram);
  return std::nullopt;
}

std::optional<DecodeError> read_arp(Bytes packet, std::size_t on_wire, Datagram& datagram) {
  constexpr std::size_t header = 8;
  if (packet.size() < header) return too_short(packet, on_wire, Malformation::arp_packet);
  // A hardware and a protocol address of each side follow; bytes 4 and 5 say how long each is.
  const std::size_t length = header + std::size_t{2} * (std::size_t{packet[4]} + packet[5]);
  if (length > on_wire) return DecodeError{Malformation::arp_packet, 4};
  if (packet.size() < length) return DecodeError{Malformation::truncated, header};
  datagram.transport = Transport::arp;
  datagram.payload = packet.first(length);
  datagram.payload_length = static_cast<std::uint32_t>(length);
  return std::nullopt;
}

}  // namespace edgewatch::wire
