// Packets whose checksums fail although their sender's others hold. No host takes them, so anybody may have
// sent them in a colleague's name: they touch no flow and confirm nothing. What names they carry is said as
// claimed, so that whoever looks at a capture sees them.
#include "observer_impl.hpp"

namespace edgewatch::observe {
namespace {

constexpr std::uint32_t bulk = 512;  // bytes of payload

}  // namespace

/// Sums are made only where there is something to learn. On a flow whose name is settled a bare
/// acknowledgement says nothing more, and what a server sends in large packets can only be counted as
/// received: that alone credits nobody (TIME 2.4).
bool Observer::Impl::is_believed(const wire::Datagram& datagram, const Flow* flow, bool from_client,
                                 Senders::Place& sender) {
  const auto& tcp = datagram.tcp;
  if (flow != nullptr && !flow->naming && !tcp.syn && !tcp.fin && !tcp.rst) {
    const bool bare = datagram.payload_length == 0;
    if (bare || (!from_client && datagram.payload_length >= bulk)) return true;
  }
  return senders_.is_believed(datagram, sender);
}

void Observer::Impl::see_unbelieved(const wire::Datagram& datagram) {
  refuse(wire::Malformation::checksum, datagram.source);
  if (!options_.claims) return;
  const bool dns = datagram.from.port == dns_port || datagram.to.port == dns_port;
  if (datagram.transport == wire::Transport::udp && dns) {
    static_cast<void>(see_dns_message(datagram, datagram.payload, model::Confirmation::claimed));
    return;
  }
  if (!is_watched(datagram.from.address)) return;
  if (datagram.transport == wire::Transport::udp) {
    wire::HelloState state = wire::QuicHello().add(datagram.payload);
    auto* hello = std::get_if<wire::ClientHello>(&state);
    if (hello == nullptr || !hello->server_name) return;
    say_unbelieved(datagram, {std::move(*hello->server_name), model::NameEvidence::quic_server_name, 0,
                              hidden_by(*hello)});
  } else if (datagram.transport == wire::Transport::tcp && may_open(datagram.payload)) {
    Opening opening(datagram.tcp.sequence, wire::Anchor::syn);
    for (Named& named : opening.take(datagram.tcp.sequence, datagram.payload, true).names) {
      if (named.evidence != model::NameEvidence::none) say_unbelieved(datagram, std::move(named));
    }
  }
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
