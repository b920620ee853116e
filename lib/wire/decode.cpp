#include "edgewatch/wire/decode.hpp"

#include "ip.hpp"
#include "link.hpp"
#include "transport.hpp"

#include <algorithm>

namespace edgewatch::wire {
namespace {

enum : std::uint8_t {
  protocol_ipv4 = 4,
  protocol_tcp = 6,
  protocol_udp = 17,
  protocol_ipv6 = 41,
  protocol_icmpv6 = 58
};
// IP within IP (RFC 2003, RFC 4213): further down it is a trick, not a network.
constexpr int most_ip_headers = 3;

using Decoded = Result<const Datagram*, DecodeError>;

Decoded read_transport(const IpPayload& payload, Network network, Datagram& datagram) {
  std::optional<DecodeError> refusal;
  switch (payload.protocol) {
    case protocol_tcp:
      refusal = read_tcp(payload.captured, payload.length, datagram);
      break;
    case protocol_udp:
      refusal = read_udp(payload.captured, payload.length, datagram);
      break;
    case protocol_icmpv6:
      if (network != Network::ipv6) return nullptr;  // in IPv4 the number means nothing (RFC 4443 section 1)
      refusal = read_icmpv6(payload.captured, payload.length, datagram);
      break;
    default:
      return nullptr;
  }
  if (refusal) return Failure{*refusal};
  if (payload.rerouted)
    datagram.segment = {};  // its sum has the last destination in it (RFC 8200 section 8.1)
  return &datagram;
}

/// Puts a fragment with its like: what it completes, or nothing. What comes out whole has no fragment header
/// within it any more: one inside another is refused.
Result<std::optional<IpPayload>, DecodeError> read_fragment(const IpPayload& payload, Network network,
                                                            Fragments& fragments, const Datagram& datagram) {
  if (payload.captured.size() < payload.length) return Failure{DecodeError{Malformation::truncated, 0}};
  FragmentKey key;
  key.from = datagram.from.address;
  key.to = datagram.to.address;
  key.identification = payload.identification;
  key.protocol = network == Network::ipv4 ? payload.protocol : 0;
  const auto added =
      fragments.add(datagram.at, key, payload.fragment_offset, payload.more_fragments, payload.captured);
  if (!added) return Failure{added.error()};
  if (!*added) return std::optional<IpPayload>{};

  IpPayload whole;
  whole.protocol = payload.protocol;
  whole.captured = **added;
  whole.length = whole.captured.size();
  whole.rerouted = payload.rerouted;
  if (network == Network::ipv4) return std::optional<IpPayload>{whole};
  const auto walked = walk_extensions(whole);
  if (!walked) return Failure{walked.error()};
  if (walked->fragment) return Failure{DecodeError{Malformation::ip_header, 0}};
  return std::optional<IpPayload>{*walked};
}

}  // namespace

Decoded Decoder::decode(const net::Frame& frame) {
  datagram_ = Datagram{};
  datagram_.at = frame.at;
  datagram_.source = frame.source;
  const auto link = read_link(frame.link, frame.bytes, datagram_);
  if (!link) return Failure{link.error()};
  if (link->kind == Network::other) return nullptr;

  Network network = link->kind;
  Bytes packet = frame.bytes.subspan(link->offset);
  std::size_t on_wire = std::max<std::size_t>(frame.wire_length, frame.bytes.size()) - link->offset;
  if (network == Network::arp) {
    if (const auto refusal = read_arp(packet, on_wire, datagram_)) return Failure{*refusal};
    return &datagram_;
  }
  bool reassembled = false;
  for (int headers = 0; headers < most_ip_headers; ++headers) {
    auto payload = network == Network::ipv4 ? read_ipv4(packet, on_wire, datagram_)
                                            : read_ipv6(packet, on_wire, datagram_);
    if (!payload) return Failure{payload.error()};
    if (payload->fragment) {
      // The reassembler's bytes are good until its next call, so one layer of a tunnel may be fragmented.
      if (reassembled) return Failure{DecodeError{Malformation::ip_header, 0}};
      reassembled = true;
      const auto whole = read_fragment(*payload, network, fragments_, datagram_);
      if (!whole) return Failure{whole.error()};
      if (!*whole) return nullptr;
      payload = **whole;
    }
    if (payload->protocol != protocol_ipv4 && payload->protocol != protocol_ipv6) {
      return read_transport(*payload, network, datagram_);
    }
    network = payload->protocol == protocol_ipv4 ? Network::ipv4 : Network::ipv6;
    packet = payload->captured;
    on_wire = payload->length;
  }
  return Failure{DecodeError{Malformation::too_many_tags, 0}};
}

}  // namespace edgewatch::wire
