#include "support/forge.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace edgewatch::support {
namespace {

constexpr std::uint8_t protocol_tcp = 6;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::size_t smallest_frame = 60;  // IEEE 802.3 3.2.8, without the frame check sequence

std::uint16_t fold(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

// Eight bytes as two numbers added up, so that the sum of a whole packet cannot run over.
std::uint64_t halves(const std::uint8_t* bytes) {
  std::uint64_t both = 0;
  std::memcpy(&both, bytes, 8);
  return (both & 0xffffffff) + (both >> 32);
}

// Sum of the pseudo-header: both addresses, the segment's length and the protocol.
std::uint64_t pseudo_header_sum(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol,
                                std::size_t length) {
  return std::uint64_t{internet_sum(from.bytes())} + internet_sum(to.bytes()) + protocol + fold(length);
}

Buffer tcp_header(const net::Endpoint& from, const net::Endpoint& to, const TcpFields& fields,
                  std::size_t payload_length, std::uint16_t payload_sum) {
  const std::size_t options = (fields.options.size() + 3) / 4 * 4;
  const std::size_t header = 20 + options;
  ByteWriter out;
  out.u16(from.port).u16(to.port).u32(fields.sequence).u32(fields.acknowledgement);
  out.u8((header / 4) << 4).u8(fields.flags).u16(fields.window).u16(0).u16(0);
  out.bytes(fields.options).repeat(0, options - fields.options.size());
  const std::uint64_t sum =
      pseudo_header_sum(from.address, to.address, protocol_tcp, header + payload_length) +
      internet_sum(out.view()) + payload_sum;
  out.patch_u16(16, static_cast<std::uint16_t>(~fold(sum)));
  return std::move(out).take();
}

Buffer ip_header(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol,
                 std::size_t length, const IpFields& fields) {
  ByteWriter out;
  if (from.is_v4()) {
    out.u8(0x45).u8(0).u16(20 + length).u16(fields.id).u16(fields.dont_fragment ? 0x4000 : 0);
    out.u8(fields.hop_limit).u8(protocol).u16(0).bytes(from.bytes()).bytes(to.bytes());
    out.patch_u16(10, static_cast<std::uint16_t>(~internet_sum(out.view())));
  } else {
    out.u32(0x60000000).u16(length).u8(protocol).u8(fields.hop_limit).bytes(from.bytes()).bytes(to.bytes());
  }
  return std::move(out).take();
}

Buffer ethernet_header(const Link& link, std::uint16_t ethertype) {
  ByteWriter out;
  out.bytes(link.to.bytes()).bytes(link.from.bytes());
  for (std::size_t i = 0; i < link.vlans.size(); ++i)
    out.u16(i + 1 < link.vlans.size() ? 0x88a8 : 0x8100).u16(link.vlans[i]);
  out.u16(ethertype);
  return std::move(out).take();
}

std::uint16_t ethertype_of(const net::IpAddress& address) { return address.is_v4() ? 0x0800 : 0x86dd; }

Buffer arp_packet(std::uint16_t operation, const net::MacAddress& sender,
                  const net::IpAddress& sender_address, const net::MacAddress& target,
                  const net::IpAddress& target_address) {
  ByteWriter out;
  out.u16(1).u16(0x0800).u8(6).u8(4).u16(operation);
  out.bytes(sender.bytes()).bytes(sender_address.bytes()).bytes(target.bytes()).bytes(target_address.bytes());
  return std::move(out).take();
}

}  // namespace

Link reversed(const Link& link) { return Link{link.to, link.from, link.vlans}; }

CutPayload whole(Bytes payload) { return CutPayload{payload, payload.size(), internet_sum(payload)}; }

std::uint16_t internet_sum(Bytes bytes) {
  // RFC 1071 2(B): the sum may be taken in the machine's own byte order and turned round at the end.
  std::uint64_t sum = 0;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) sum += halves(bytes.data() + at);
  std::array<std::uint8_t, 8> tail{};
  if (at < bytes.size()) std::memcpy(tail.data(), bytes.data() + at, bytes.size() - at);
  const std::uint16_t folded = fold(sum + halves(tail.data()));
  if constexpr (std::endian::native == std::endian::big) return folded;
  return static_cast<std::uint16_t>((folded << 8) | (folded >> 8));
}

Buffer tcp_segment(const net::Endpoint& from, const net::Endpoint& to, const TcpFields& fields,
                   Bytes payload) {
  Buffer out = tcp_header(from, to, fields, payload.size(), internet_sum(payload));
  append(out, payload);
  return out;
}

Buffer udp_segment(const net::Endpoint& from, const net::Endpoint& to, Bytes payload) {
  const std::size_t length = 8 + payload.size();
  ByteWriter out;
  out.u16(from.port).u16(to.port).u16(length).u16(0);
  const std::uint64_t sum = pseudo_header_sum(from.address, to.address, protocol_udp, length) +
                            internet_sum(out.view()) + internet_sum(payload);
  const auto checksum = static_cast<std::uint16_t>(~fold(sum));
  out.patch_u16(6, checksum == 0 ? 0xffff : checksum);  // RFC 768: zero would say that there is no checksum
  out.bytes(payload);
  return std::move(out).take();
}

Buffer ip_packet(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol, Bytes segment,
                 const IpFields& fields) {
  Buffer out = ip_header(from, to, protocol, segment.size(), fields);
  append(out, segment);
  return out;
}

Buffer ethernet_frame(const Link& link, std::uint16_t ethertype, Bytes packet) {
  Buffer out = ethernet_header(link, ethertype);
  append(out, packet);
  if (out.size() < smallest_frame) out.resize(smallest_frame);
  return out;
}

Buffer tcp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to,
                 const TcpFields& fields, Bytes payload, const IpFields& ip) {
  return tcp_frame(link, from, to, fields, whole(payload), ip).bytes;
}

Buffer udp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to, Bytes payload,
                 const IpFields& ip) {
  return ethernet_frame(
      link, ethertype_of(from.address),
      ip_packet(from.address, to.address, protocol_udp, udp_segment(from, to, payload), ip));
}

ForgedFrame tcp_frame(const Link& link, const net::Endpoint& from, const net::Endpoint& to,
                      const TcpFields& fields, const CutPayload& payload, const IpFields& ip) {
  const Buffer tcp = tcp_header(from, to, fields, payload.length, payload.sum);
  Buffer out = ethernet_header(link, ethertype_of(from.address));
  append(out, ip_header(from.address, to.address, protocol_tcp, tcp.size() + payload.length, ip));
  append(out, tcp);
  std::size_t wire_length = out.size() + payload.length;
  append(out, payload.kept);
  if (wire_length < smallest_frame) {
    wire_length = smallest_frame;
    out.resize(smallest_frame);
  }
  return ForgedFrame{std::move(out), static_cast<std::uint32_t>(wire_length)};
}

Buffer arp_request(const Link& link, const net::IpAddress& asker, const net::IpAddress& wanted) {
  const net::MacAddress everybody({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  return ethernet_frame(Link{link.from, everybody, link.vlans}, 0x0806,
                        arp_packet(1, link.from, asker, net::MacAddress(), wanted));
}

Buffer arp_reply(const Link& link, const net::IpAddress& answerer, const net::IpAddress& asker) {
  return ethernet_frame(link, 0x0806, arp_packet(2, link.from, answerer, link.to, asker));
}

}  // namespace edgewatch::support
