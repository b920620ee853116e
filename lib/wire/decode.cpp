#include "edgewatch/wire/decode.hpp"

#include "ip.hpp"
#include "link.hpp"
#include "transport.hpp"
#include "tunnel.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

enum : std::uint8_t {
  protocol_ipv4 = 4,
  protocol_tcp = 6,
  protocol_udp = 17,
  protocol_ipv6 = 41,
  protocol_gre = 47,
  protocol_icmpv6 = 58,
  protocol_etherip = 97
};

using Decoded = Result<const Datagram*, DecodeError>;

// What `inspect --explain` is told; never on the way of a frame that nobody asked about.

[[gnu::cold]] void note_ip(Trace& trace, const Packet& packet, const IpPayload& payload,
                           const Datagram& datagram) {
  std::string meaning = fmt::format("{} > {}, protocol {}, hop limit {}", datagram.from.address.to_string(),
                                    datagram.to.address.to_string(), payload.protocol, datagram.hop_limit);
  if (payload.fragment) {
    meaning += fmt::format(", fragment {} at {}{}", payload.identification, payload.fragment_offset,
                           payload.more_fragments ? ", more follow" : ", the last");
  }
  const auto header = static_cast<std::size_t>(payload.captured.data() - packet.bytes.data());
  trace.note(packet.kind == Network::ipv4 ? "ipv4" : "ipv6", packet.bytes.first(header), std::move(meaning));
}

[[gnu::cold]] void note_transport(Trace& trace, const Datagram& datagram) {
  const auto header = [&] {
    return datagram.payload.data() == nullptr ? datagram.segment
                                              : datagram.segment.first(static_cast<std::size_t>(
                                                    datagram.payload.data() - datagram.segment.data()));
  };
  const Datagram::Tcp& tcp = datagram.tcp;
  switch (datagram.transport) {
    case Transport::tcp:
      trace.note("tcp", header(),
                 fmt::format("{} > {}, sequence {}, acknowledgement {}{}{}{}{}, {} bytes of payload",
                             datagram.from.port, datagram.to.port, tcp.sequence, tcp.acknowledgement,
                             tcp.syn ? ", SYN" : "", tcp.ack ? ", ACK" : "", tcp.fin ? ", FIN" : "",
                             tcp.rst ? ", RST" : "", datagram.payload_length));
      break;
    case Transport::udp:
      trace.note("udp", header(),
                 fmt::format("{} > {}, {} bytes of payload", datagram.from.port, datagram.to.port,
                             datagram.payload_length));
      break;
    case Transport::icmpv6:
      trace.note("icmpv6", datagram.payload.first(std::min<std::size_t>(datagram.payload.size(), 4)),
                 fmt::format("type {}", datagram.payload[0]));
      break;
    case Transport::arp:  // told where it is read
    case Transport::none:
      break;
  }
}

/// What the refusals of the layers below mean.
[[gnu::cold]] std::string_view why_of(Malformation kind) {
  switch (kind) {
    case Malformation::truncated:
      return "the capture ends before the header or the fragment does";
    case Malformation::unknown_link_type:
      return "a link type that is not read";
    case Malformation::link_header:
      return "a header of the link that contradicts itself, or is cut";
    case Malformation::arp_packet:
      return "shorter than its lengths say";
    case Malformation::too_many_tags:
      return "more than three VLAN tags";
    case Malformation::ip_header:
      return "version, header length, total length or fragment offset do not fit";
    case Malformation::ip_fragment_overlap:
      return "fragments that disagree about a byte or about the end: the whole datagram is given up";
    case Malformation::ip_fragment_limit:
      return "fragments beyond 65,535 bytes, or too many";
    case Malformation::ipv6_extension_limit:
      return "more extension headers than anybody sends";
    case Malformation::tunnel_header:
      return "a tunnel's header that contradicts itself, or is cut";
    case Malformation::tunnel_depth:
      return "more than four tunnels in each other";
    case Malformation::tcp_header:
      return "shorter than 20 bytes, or a data offset that does not fit";
    case Malformation::udp_header:
      return "shorter than 8 bytes, or a length that does not fit";
    case Malformation::icmpv6_header:
      return "shorter than 4 bytes";
    default:
      return "it cannot be read";
  }
}

/// A refusal on its way out: `bytes` are those that the reader was given.
[[gnu::cold]] Failure<DecodeError> refused(std::string_view layer, Bytes bytes, DecodeError error,
                                           Trace* trace) {
  if (trace != nullptr) {
    const std::size_t at = std::min(error.offset, bytes.size());
    trace->note(layer, bytes.subspan(at, 0),
                fmt::format("refused: {}: {}", to_string(error.kind), why_of(error.kind)));
  }
  return Failure{error};
}

/// The transport layer; a null pointer for a protocol that is none of ours.
Decoded read_transport(const IpPayload& payload, Network network, Walk& walk) {
  std::optional<DecodeError> refusal;
  Datagram& datagram = walk.datagram;
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
      if (walk.trace != nullptr) [[unlikely]] {
        walk.trace->note("other", payload.captured.first(0),
                         fmt::format("protocol {}: neither TCP nor UDP nor ICMPv6", payload.protocol));
      }
      return nullptr;
  }
  if (refusal) return refused("transport", payload.captured, *refusal, walk.trace);
  if (walk.trace != nullptr) [[unlikely]]
    note_transport(*walk.trace, datagram);
  if (payload.rerouted)
    datagram.segment = {};  // its sum has the last destination in it (RFC 8200 section 8.1)
  return &datagram;
}

bool carries_packets(std::uint8_t protocol) {
  return protocol == protocol_ipv4 || protocol == protocol_ipv6 || protocol == protocol_gre ||
         protocol == protocol_etherip;
}

bool may_be_tunnel(const Datagram& datagram) {
  return datagram.transport == Transport::udp && has_tunnel_port(datagram);
}

Decoded take_arp(const Packet& packet, Walk& walk) {
  if (const auto refusal = read_arp(packet.bytes, packet.on_wire, walk.datagram)) {
    return refused("arp", packet.bytes, *refusal, walk.trace);
  }
  return &walk.datagram;
}

/// The packet within a packet of this protocol; nothing for a protocol that carries no packets.
std::optional<Opened> open_protocol(const IpPayload& payload, Walk& walk) {
  switch (payload.protocol) {
    case protocol_ipv4:
      return open_ip_in_ip(Network::ipv4, payload, walk);
    case protocol_ipv6:
      return open_ip_in_ip(Network::ipv6, payload, walk);
    case protocol_gre:
      return open_gre(payload, walk);
    case protocol_etherip:
      return open_etherip(payload, walk);
    default:
      return std::nullopt;
  }
}

/// Puts a fragment with its like: what it completes, or nothing. What comes out whole has no fragment header
/// within it any more: one inside another is refused.
Result<std::optional<IpPayload>, DecodeError> read_fragment(const IpPayload& payload, Network network,
                                                            Fragments& fragments, const Walk& walk) {
  if (payload.captured.size() < payload.length) return Failure{DecodeError{Malformation::truncated, 0}};
  const Datagram& datagram = walk.datagram;
  FragmentKey key;
  key.from = datagram.from.address;
  key.to = datagram.to.address;
  key.identification = payload.identification;
  key.protocol = network == Network::ipv4 ? payload.protocol : 0;
  const auto added =
      fragments.add(datagram.at, key, payload.fragment_offset, payload.more_fragments, payload.captured);
  if (!added) return Failure{added.error()};
  if (!*added) {
    if (walk.trace != nullptr)
      walk.trace->note("fragment", payload.captured.first(0), "kept until the others come");
    return std::optional<IpPayload>{};
  }
  if (walk.trace != nullptr) {
    walk.trace->note("fragment", payload.captured.first(0),
                     fmt::format("completes a datagram of {} bytes, told of below", (*added)->size()));
    walk.trace->reassembled(**added);
  }

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
  if (trace_ == nullptr && read_plain(frame, datagram_)) return &datagram_;
  return decode_in_layers(frame);
}

Decoded Decoder::decode_in_layers(const net::Frame& frame) {
  std::construct_at(&datagram_);  // in its place: a copy of what was just written would wait for the writing
  datagram_.at = frame.at;
  datagram_.source = frame.source;
  if (trace_ != nullptr) [[unlikely]]
    trace_->begin(frame.bytes);
  Walk walk{datagram_, trace_};
  const auto link = read_link(frame.link, frame.bytes, walk);
  if (!link) return refused("link", frame.bytes, link.error(), trace_);
  const std::size_t on_wire = std::max<std::size_t>(frame.wire_length, frame.bytes.size());
  Packet packet{link->kind, frame.bytes.subspan(link->offset), on_wire - link->offset};
  for (bool reassembled = false;;) {
    if (packet.kind == Network::other) return nullptr;
    if (packet.kind == Network::arp) return take_arp(packet, walk);
    auto payload = packet.kind == Network::ipv4 ? read_ipv4(packet.bytes, packet.on_wire, datagram_)
                                                : read_ipv6(packet.bytes, packet.on_wire, datagram_);
    if (!payload) return refused("ip", packet.bytes, payload.error(), trace_);
    if (trace_ != nullptr) [[unlikely]]
      note_ip(*trace_, packet, *payload, datagram_);
    if (payload->fragment) {
      // The reassembler's bytes are good until its next call, so one layer of a tunnel may be fragmented.
      const DecodeError again{Malformation::ip_header, 0};
      if (std::exchange(reassembled, true)) return refused("fragment", packet.bytes, again, trace_);
      const auto whole = read_fragment(*payload, packet.kind, fragments_, walk);
      if (!whole) return refused("fragment", packet.bytes, whole.error(), trace_);
      if (!*whole) return nullptr;
      payload = **whole;
    }
    const bool is_tunnel = carries_packets(payload->protocol);
    const Decoded read = is_tunnel ? Decoded(nullptr) : read_transport(*payload, packet.kind, walk);
    if (!is_tunnel && !may_be_tunnel(datagram_)) return read;
    const auto inner = is_tunnel ? open_protocol(*payload, walk) : open_udp_tunnel(walk);
    if (!inner) return read;
    if (!*inner) return refused("tunnel", payload->captured, inner->error(), trace_);
    if (++datagram_.encapsulations > max_encapsulations) {
      return refused("tunnel", payload->captured, {Malformation::tunnel_depth, 0}, trace_);
    }
    packet = **inner;
  }
}

}  // namespace edgewatch::wire
