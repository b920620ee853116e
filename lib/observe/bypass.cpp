// What goes past us and is told by what the two sides say first: tunnels, and DNS over QUIC on other ports.
#include "edgewatch/wire/vpn.hpp"

#include "observer_impl.hpp"

#include <algorithm>

namespace edgewatch::observe {
namespace {

constexpr std::uint16_t ike_nat_port = 4500;  // RFC 3948
constexpr std::uint16_t doq_port = 853;       // RFC 9250: told by the port, wherever sightings are judged
// What is registered, or what everybody takes; only to tell whoever asks what was to be expected.
constexpr std::uint16_t openvpn_port = 1194;
constexpr std::uint16_t wireguard_port = 51820;
constexpr std::uint64_t tcp_opening_packets = 8;  // a handshake, its repetitions, and the first word of both

wire::VpnCarrier carrier_of(const wire::Datagram& datagram) {
  if (datagram.transport == wire::Transport::tcp) return wire::VpnCarrier::tcp;
  const bool encapsulated = datagram.from.port == ike_nat_port || datagram.to.port == ike_nat_port;
  return encapsulated ? wire::VpnCarrier::udp_encapsulated : wire::VpnCarrier::udp;
}

Tunnel tunnel_of(wire::Vpn vpn) {
  switch (vpn) {
    case wire::Vpn::wireguard:
      return Tunnel::wireguard;
    case wire::Vpn::openvpn:
      return Tunnel::openvpn;
    case wire::Vpn::ike:
      return Tunnel::ike;
  }
  return Tunnel::none;
}

/// Precondition: one that waits for its answer.
wire::Vpn vpn_of(Tunnel tunnel) {
  if (tunnel == Tunnel::wireguard) return wire::Vpn::wireguard;
  return tunnel == Tunnel::openvpn ? wire::Vpn::openvpn : wire::Vpn::ike;
}

model::BypassSign::Kind kind_of(Tunnel tunnel) {
  using Kind = model::BypassSign::Kind;
  switch (tunnel) {
    case Tunnel::wireguard:
      return Kind::wireguard;
    case Tunnel::openvpn:
      return Kind::openvpn;
    case Tunnel::doq:
      return Kind::doq;
    default:
      return Kind::ike;
  }
}

bool has_port(const wire::Datagram& datagram, std::uint16_t port) {
  return datagram.from.port == port || datagram.to.port == port;
}

/// What the ports suggest.
std::optional<wire::Vpn> expected_of(const wire::Datagram& datagram) {
  if (datagram.transport != wire::Transport::udp) return std::nullopt;
  if (has_port(datagram, wireguard_port)) return wire::Vpn::wireguard;
  if (has_port(datagram, openvpn_port)) return wire::Vpn::openvpn;
  if (has_port(datagram, ike_port) || has_port(datagram, ike_nat_port)) return wire::Vpn::ike;
  return std::nullopt;
}

}  // namespace

bool Observer::Impl::opens_tunnel(const wire::Datagram& datagram) {
  return wire::vpn_opening(datagram.payload, carrier_of(datagram)).has_value();
}

/// A tunnel is said once for a flow, when the server has answered its opening: one side alone may be forged.
void Observer::Impl::look_for_tunnel(Flow& flow, const wire::Datagram& datagram, bool from_client) {
  const bool over = flow.tunnel == Tunnel::told || flow.closed;
  if (over || flow.protocol == Protocol::dns_over_tcp || datagram.payload.empty()) {
    if (flow.tunnel == Tunnel::told) tell(datagram, "bypass", "of a tunnel, counted when it was answered");
    return;
  }
  const wire::VpnCarrier carrier = carrier_of(datagram);
  if (flow.tunnel == Tunnel::doq) return;  // said when its hello is confirmed
  if (from_client) {
    if (carrier == wire::VpnCarrier::tcp && flow.packets > tcp_opening_packets) return;
    // Over TCP this is for a connection that is seen from the middle on; of others Opening puts it together.
    if (const auto opening = opening_of(datagram)) note_tunnel(flow, *opening);
    return;
  }
  if (flow.tunnel == Tunnel::none) return;
  if (answers_opening(flow, datagram)) say_tunnel(flow, datagram.at);
}

std::optional<wire::VpnHandshake> Observer::Impl::opening_of(const wire::Datagram& datagram) const {
  const wire::VpnCarrier carrier = carrier_of(datagram);
  if (trace_ == nullptr) return wire::vpn_opening(datagram.payload, carrier);
  const auto opening = wire::vpn_opening(datagram.payload, carrier, expected_of(datagram), *trace_);
  if (opening)
    tell(datagram, "bypass", "no sign: one side alone may be forged; kept until the other answers");
  return opening;
}

/// Precondition: an opening waits for its answer.
bool Observer::Impl::answers_opening(const Flow& flow, const wire::Datagram& datagram) const {
  const wire::VpnHandshake opening{vpn_of(flow.tunnel), flow.tunnel_number};
  if (trace_ == nullptr) return wire::is_vpn_answer(datagram.payload, carrier_of(datagram), opening);
  const bool answered = wire::is_vpn_answer(datagram.payload, carrier_of(datagram), opening, *trace_);
  tell(datagram, "bypass", answered ? "accepted: a tunnel, by both sides' words" : "no sign: no answer yet");
  return answered;
}

void Observer::Impl::note_tunnel(Flow& flow, const wire::VpnHandshake& opening) {
  if (flow.tunnel == Tunnel::told || flow.tunnel == Tunnel::doq) return;
  flow.tunnel = tunnel_of(opening.vpn);
  flow.tunnel_number = opening.number;
}

void Observer::Impl::say_tunnel(Flow& flow, Timestamp at) {
  model::BypassSign sign;
  sign.at = at;
  sign.flow = flow.id;
  sign.source = flow.source;
  sign.client = flow.client();
  sign.server = flow.server_end();
  sign.kind = kind_of(flow.tunnel);
  flow.tunnel = Tunnel::told;
  flow.told = true;
  events_.emplace_back(sign);
}

void Observer::Impl::note_offer(Flow& flow, const wire::ClientHello& hello) {
  // Its drafts called themselves doq-i00 and so on. What the server chooses of several cannot be read.
  const bool only_doq = !hello.alpn.empty() && std::ranges::all_of(hello.alpn, [](const std::string& name) {
    return name == "doq" || name.starts_with("doq-i");
  });
  if (only_doq && flow.tunnel == Tunnel::none && flow.server_end().port != doq_port)
    flow.tunnel = Tunnel::doq;
}

}  // namespace edgewatch::observe
