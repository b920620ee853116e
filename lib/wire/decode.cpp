#include "edgewatch/wire/decode.hpp"

#include "ip.hpp"
#include "link.hpp"
#include "transport.hpp"

#include <algorithm>

namespace edgewatch::wire {
namespace {

enum : std::uint8_t { protocol_tcp = 6, protocol_udp = 17 };

using Decoded = Result<const Datagram*, DecodeError>;

Decoded read_transport(const IpPayload& payload, Datagram& datagram) {
  std::optional<DecodeError> refusal;
  switch (payload.protocol) {
    case protocol_tcp:
      refusal = read_tcp(payload.captured, payload.length, datagram);
      break;
    case protocol_udp:
      refusal = read_udp(payload.captured, payload.length, datagram);
      break;
    default:
      return nullptr;
  }
  if (refusal) return Failure{*refusal};
  return &datagram;
}

/// Puts a fragment with its like. What comes out whole has no fragment header within it any more: one inside
/// another is refused.
Decoded read_fragment(const IpPayload& payload, Network network, Fragments& fragments, Datagram& datagram) {
  if (payload.captured.size() < payload.length) return Failure{DecodeError{Malformation::truncated, 0}};
  FragmentKey key;
  key.from = datagram.from.address;
  key.to = datagram.to.address;
  key.identification = payload.identification;
  key.protocol = network == Network::ipv4 ? payload.protocol : 0;
  const auto added =
      fragments.add(datagram.at, key, payload.fragment_offset, payload.more_fragments, payload.captured);
  if (!added) return Failure{added.error()};
  if (!*added) return nullptr;

  IpPayload whole;
  whole.protocol = payload.protocol;
  whole.captured = **added;
  whole.length = whole.captured.size();
  if (network == Network::ipv6) {
    const auto walked = walk_extensions(whole);
    if (!walked) return Failure{walked.error()};
    if (walked->fragment) return Failure{DecodeError{Malformation::ip_header, 0}};
    whole = *walked;
  }
  return read_transport(whole, datagram);
}

}  // namespace

Decoded Decoder::decode(const net::Frame& frame) {
  datagram_ = Datagram{};
  datagram_.at = frame.at;
  datagram_.source = frame.source;
  const auto link = read_link(frame.link, frame.bytes, datagram_);
  if (!link) return Failure{link.error()};
  if (link->kind == Network::other) return nullptr;

  const Bytes packet = frame.bytes.subspan(link->offset);
  const std::size_t wire_length = std::max<std::size_t>(frame.wire_length, frame.bytes.size());
  const std::size_t on_wire = wire_length - link->offset;
  const auto payload = link->kind == Network::ipv4 ? read_ipv4(packet, on_wire, datagram_)
                                                   : read_ipv6(packet, on_wire, datagram_);
  if (!payload) return Failure{payload.error()};
  if (payload->fragment) return read_fragment(*payload, link->kind, fragments_, datagram_);
  return read_transport(*payload, datagram_);
}

}  // namespace edgewatch::wire
