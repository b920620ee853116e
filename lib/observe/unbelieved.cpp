// Packets whose checksums fail although their sender's others hold, and those that contradict what was said
// before them. Anybody may have sent them in a colleague's name: they confirm nothing. What names they carry
// by themselves is said as claimed, so that whoever looks at a capture sees them.
#include "observer_impl.hpp"

namespace edgewatch::observe {
namespace {

constexpr std::uint32_t bulk = 512;  // bytes of payload

}  // namespace

/// Sums are made only where there is something to learn. On a flow whose name is settled a bare
/// acknowledgement says nothing more, and what a server sends in large packets can only be counted as
/// received: that alone credits nobody (TIME 2.4).
bool Observer::Impl::is_believed(const wire::Datagram& datagram, const Flow* flow, bool from_client) {
  const auto& tcp = datagram.tcp;
  if (flow != nullptr && !flow->naming && !tcp.syn && !tcp.fin && !tcp.rst) {
    const bool bare = datagram.payload_length == 0;
    if (bare || (!from_client && datagram.payload_length >= bulk))
      return trace_ == nullptr || believes_unasked(datagram);
  }
  if (trace_ != nullptr) [[unlikely]]
    return believes_told(datagram);
  return senders_.is_believed(datagram);
}

/// Of what is told by its port or its protocol, before any flow is looked for.
bool Observer::Impl::by_port_is_believed(const wire::Datagram& datagram) {
  if (trace_ != nullptr) [[unlikely]]
    return believes_told(datagram);
  return senders_.is_believed(datagram);
}

bool Observer::Impl::believes_unasked(const wire::Datagram& datagram) const {
  tell(datagram, "checksum", "not asked for: nothing of this packet could name or credit anybody");
  return true;
}

bool Observer::Impl::believes_told(const wire::Datagram& datagram) {
  const bool believed = senders_.is_believed(datagram);
  tell_checksum(datagram, believed);
  return believed;
}

void Observer::Impl::tell_checksum(const wire::Datagram& datagram, bool believed) const {
  const wire::Checksum checksum = wire::checksum_of(datagram);
  if (!believed) {
    tell(datagram, "checksum",
         "refused: checksum: bad, where its sender's others hold: anybody may have sent it");
  } else if (checksum == wire::Checksum::bad) {
    tell(datagram, "checksum", "bad, like most of its sender's: filled in behind the tap, and not judged");
  } else {
    tell(datagram, "checksum", to_string(checksum));
  }
}

/// Whether it is kept out of its flow: what says nothing whole by itself may be a piece of something.
bool Observer::Impl::see_unbelieved(const wire::Datagram& datagram) {
  refuse(wire::Malformation::checksum, datagram.source);
  if (!options_.claims) return true;
  const bool udp = datagram.transport == wire::Transport::udp;
  const bool dns = datagram.from.port == dns_port || datagram.to.port == dns_port;
  if (udp && dns) {
    static_cast<void>(see_dns_message(datagram, datagram.payload, model::Confirmation::claimed));
    return true;
  }
  if (!is_watched(datagram.from.address)) return true;
  const auto& tcp = datagram.tcp;
  const bool is_piece =
      udp || (datagram.transport == wire::Transport::tcp && !tcp.syn && !tcp.fin && !tcp.rst);
  return say_alone(datagram) || options_.judge_checksums || !is_piece;
}

/// What a packet names by itself that is refused already, and counted for that; whether it does.
bool Observer::Impl::say_alone(const wire::Datagram& datagram) {
  if (!options_.claims) return false;
  if (datagram.transport == wire::Transport::udp) {
    wire::QuicHello assembler;
    wire::HelloState state = add_initial(assembler, datagram);
    if (std::holds_alternative<wire::DecodeError>(state))
      tell(datagram, "quic", "not counted: the packet is counted already");
    auto* hello = std::get_if<wire::ClientHello>(&state);
    if (hello == nullptr || !hello->server_name) return false;
    say_unbelieved(datagram, {std::move(*hello->server_name), model::NameEvidence::quic_server_name, 0,
                              hidden_by(*hello)});
    return true;
  }
  if (datagram.transport != wire::Transport::tcp || !may_open(datagram.payload)) return false;
  Opening opening(datagram.tcp.sequence, wire::Anchor::syn);
  bool said = false;
  for (const Named& named : take_alone(opening, datagram).names) {
    if (named.evidence == model::NameEvidence::none) continue;
    say_unbelieved(datagram, named);
    said = true;
  }
  return said;
}

/// A segment by itself, as if a connection began with it.
Opening::Taken Observer::Impl::take_alone(Opening& opening, const wire::Datagram& datagram) const {
  const std::uint32_t sequence = datagram.tcp.sequence;
  if (trace_ == nullptr) return opening.take(sequence, datagram.payload, true);
  const Opening::Asked asked{*trace_, sequence, datagram.payload, sequence};
  Opening::Taken taken = opening.take(sequence, datagram.payload, true, &asked);
  taken.asked = nullptr;
  if (!taken.refusals.empty()) tell(datagram, "stream", "not counted: the packet is counted already");
  return taken;
}

/// Said of no flow.
void Observer::Impl::say_unbelieved(const wire::Datagram& datagram, Named named) {
  model::Sighting sighting;
  sighting.at = datagram.at;
  sighting.client = {datagram.from.address, datagram.source_mac, datagram.vlan};
  sighting.host = std::move(named.host);
  sighting.evidence = named.evidence;
  sighting.hidden = named.hidden;
  sighting.source = datagram.source;
  sighting.server = datagram.to;
  sighting.bytes_up = datagram.payload_length;
  sighting.packets = 1;
  events_.emplace_back(std::move(sighting));
}

}  // namespace edgewatch::observe
