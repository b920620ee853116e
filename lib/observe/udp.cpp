// UDP datagrams: DNS, QUIC on any port, and the traffic of everything else that is no service of the local
// network.
#include "explained.hpp"
#include "observer_impl.hpp"

#include <utility>

namespace edgewatch::observe {
namespace {

// A client's hello lies in its first few datagrams; junk before it and repetitions are allowed for
// (ENFORCEMENT A5 row 19).
constexpr std::uint8_t most_tries = 16;
// A short-header datagram below this is acknowledgements only (TIME 2.1).
constexpr std::uint32_t smallest_counted = 60;
constexpr std::uint16_t first_unprivileged_port = 1024;
// What a server may send to an address that has not shown that it hears, for each byte that came from there:
// three (RFC 9000 section 8.1). A mirror may give each packet twice, perhaps of one direction alone.
constexpr std::uint64_t most_unheard = std::uint64_t{2} * 3;

/// A long header (RFC 8999) of a version that cannot be opened. RTP, which may take the same port, has
/// another second bit.
bool is_of_unknown_version(Bytes payload, wire::QuicPacket kind) {
  constexpr std::uint8_t long_header = 0xc0;
  if (kind != wire::QuicPacket::not_quic || payload.empty() || payload[0] < long_header) return false;
  const wire::HelloState state = wire::QuicHello().add(payload);
  const auto* refusal = std::get_if<wire::DecodeError>(&state);
  return refusal != nullptr && refusal->kind == wire::Malformation::quic_version;
}

/// The connection id that an Initial goes to (RFC 8999 section 5.1).
Bytes id_of_initial(Bytes payload) {
  ByteReader reader(payload);
  reader.skip(1 + 4);
  return reader.take(reader.u8());
}

}  // namespace

/// What tells the Initials of one connection from those of another, as far as the client chose the id.
std::uint32_t Observer::Impl::number_of_initial(Bytes payload) const {
  return static_cast<std::uint32_t>(siphash(options_.hash_key, id_of_initial(payload)));
}

/// Another connection over the ports of one that was confirmed: the beginning of a hello, under an id of its
/// own. The later Initials of the connection that is known only acknowledge.
bool Observer::Impl::begins_another(const Flow& flow, const wire::Datagram& datagram) const {
  if (flow.protocol != Protocol::quic || !flow.hello_over || flow.naming) return false;
  if (number_of_initial(datagram.payload) == flow.opening_number) return false;
  wire::QuicHello hello;
  static_cast<void>(hello.add(datagram.payload));
  return hello.has_beginning();
}

void Observer::Impl::see_udp(const wire::Datagram& datagram) {
  // Whoever speaks to port 443 from port 53 asks no resolver.
  const bool web = datagram.from.port == https_port || datagram.to.port == https_port;
  const bool response = datagram.payload.size() > 2 && (datagram.payload[2] & 0x80U) != 0;
  const bool dns = !web && (response ? datagram.from.port : datagram.to.port) == dns_port;
  const bool identity = !dns && IdentityPackets::concerns(datagram);
  const bool by_port_believed = (dns || identity) && by_port_is_believed(datagram);
  if (by_port_believed && (dns ? see_dns_datagram(datagram) : see_identity(datagram))) return;
  const wire::QuicPacket kind = wire::classify_quic(datagram.payload);
  const auto [key, hash, from_low] = sought_of(datagram);
  std::uint32_t index = flows_.find(key, hash);
  const Flow* known = index == FlowTable::nothing ? nullptr : &flows_.at(index);
  const bool from_known_client = known != nullptr && known->client_is_low == from_low;
  if (!(dns || identity ? by_port_believed : is_believed(datagram, known, from_known_client))) {
    if (see_unbelieved(datagram)) return;
  }
  const bool initial = kind == wire::QuicPacket::initial;
  const bool another = initial && from_known_client &&
                       (contradicts(flows_.at(index), datagram) || begins_another(*known, datagram));
  if (another) {
    ++shared_ports_;
    tell(datagram, "quic", "another hello over the same ports: from here on neither is believed");
    end_flow(index, datagram.at);
    index = FlowTable::nothing;
  }
  if (index == FlowTable::nothing) {
    const bool opens = initial || opens_tunnel(datagram);
    const Sides sides = sides_of(datagram, opens);
    const net::Endpoint& client = sides.client_sent ? datagram.from : datagram.to;
    const net::Endpoint& server = sides.client_sent ? datagram.to : datagram.from;
    if (!is_watched(client.address)) return;
    // Time, discovery, leases: nobody's use of a service.
    const bool local =
        datagram.to.address.is_multicast_or_broadcast() ||
        (server.port < first_unprivileged_port && server.port != https_port && server.port != ike_port);
    if (local && !opens)
      return tell(datagram, "udp",
                  "to a group, or a service of the local network: nobody's use of a service");
    index = open_flow(datagram, key, hash, sides);
    flows_.at(index).protocol = initial || server.port == https_port ? Protocol::quic : Protocol::udp;
    flows_.at(index).shape = Shape::plain;
  }
  Flow& flow = flows_.at(index);
  if (another) flow.disputed = true;  // which of the two a later packet belongs to only their ends can tell
  const bool from_client = flow.client_is_low == from_low;
  note_packet(index, flow, datagram, from_client);
  if (trace_ != nullptr) [[unlikely]]
    tell_quic(flow, datagram, kind);
  look_for_tunnel(flow, datagram, from_client);
  if (kind == wire::QuicPacket::initial) flow.protocol = Protocol::quic;
  if (flow.packets == 1 && is_of_unknown_version(datagram.payload, kind)) {
    tell(datagram, "quic", "refused: quic-version: a flow that begins in a version that cannot be opened");
    refuse(wire::Malformation::quic_version, datagram.source);
  }
  if (flow.protocol == Protocol::quic) {
    see_quic(index, flow, datagram, kind);
  } else {
    add_to_second(index, flow, datagram.at, from_client ? datagram.payload_length : 0,
                  from_client ? 0 : datagram.payload_length);
  }
}

/// The headers of QUIC packets, where this is QUIC or its first byte says so.
void Observer::Impl::tell_quic(const Flow& flow, const wire::Datagram& datagram,
                               wire::QuicPacket kind) const {
  const bool long_header =
      kind != wire::QuicPacket::short_header && !datagram.payload.empty() && datagram.payload[0] >= 0x80;
  if (flow.protocol == Protocol::quic || kind == wire::QuicPacket::version_negotiation ||
      (long_header && datagram.payload[0] >= 0xc0)) {
    wire::note_quic_packets(datagram.payload, *trace_);
  }
  if (kind == wire::QuicPacket::short_header || kind == wire::QuicPacket::not_quic)
    tell(datagram, "udp", "no handshake of QUIC: it counts as traffic of its flow");
}

/// With what it comes to, for whoever asks.
wire::HelloState Observer::Impl::add_initial(wire::QuicHello& hello, const wire::Datagram& datagram) const {
  if (trace_ == nullptr) return hello.add(datagram.payload);
  hello.trace_into(trace_);
  wire::HelloState state = hello.add(datagram.payload);
  hello.trace_into(nullptr);
  note_quic_hello(datagram.payload, state, *trace_);
  return state;
}

void Observer::Impl::see_quic(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                              wire::QuicPacket kind) {
  const bool from_client = flow.client_is_low == FlowKey::is_from_low(datagram);
  hear_answer(flow, datagram, from_client);
  const bool application = kind == wire::QuicPacket::short_header || kind == wire::QuicPacket::not_quic;
  // What a client asks of a server that it knows before the handshake is over (RFC 9001 section 4.6): it
  // counts with the answer, by when it is known whose it is.
  if (from_client && kind == wire::QuicPacket::zero_rtt) flow.pending_up += datagram.payload_length;
  if (application && datagram.payload_length >= smallest_counted) {
    add_to_second(index, flow, datagram.at,
                  std::exchange(flow.pending_up, 0) + (from_client ? datagram.payload_length : 0),
                  from_client ? 0 : datagram.payload_length);
  }
  if (!flow.hello_over && !application) read_initial(index, flow, datagram, from_client);
  if (flow.hello_over && flow.naming && flow.naming->unacknowledged.empty()) forget_naming(flow);
}

/// Anybody may send a hello in a colleague's name, and the server will answer it; but the answer goes to the
/// colleague. Who has it knows the connection id that the server chose: a packet of the client to that id
/// confirms the hello. Where ids prove nothing (there is none, it is made of the client's own, or changed at
/// once) it is confirmed when the server says more than it may to a client that has not shown that it hears
/// (RFC 9000 section 8.1).
void Observer::Impl::hear_answer(Flow& flow, const wire::Datagram& datagram, bool from_client) {
  if (!flow.naming) return;
  auto& hello = flow.naming->quic[flow.client_is_low ? 0 : 1];
  if (!hello) return;
  if (!from_client) hello->add_answer(datagram.payload);
  const auto id = hello->server_id();
  if (!id) return;
  const bool heard = from_client
                         ? hello->server_id_is_secret() && wire::is_quic_packet_to(datagram.payload, *id)
                         : flow.naming->began_flow && flow.bytes_down > most_unheard * flow.bytes_up;
  if (heard)
    tell(datagram, "quic", "it shows that the client has heard the server: what it said is confirmed");
  if (heard) confirm(flow, datagram.at);
}

/// Until the server has answered, a second hello of the same client makes both doubtful.
bool Observer::Impl::contradicts(Flow& flow, const wire::Datagram& datagram) {
  if (flow.protocol != Protocol::quic || !flow.hello_over || !flow.naming) return false;
  const std::size_t ours = FlowKey::is_from_low(datagram) ? 0 : 1;
  auto& hello = flow.naming->quic[ours];
  if (!hello) return false;
  if (flow.naming->tries[ours] >= most_tries) {
    // Made-up ones could have used the tries up, so that the true one behind them contradicts nothing.
    dispute(flow, datagram.source);
    return true;
  }
  ++flow.naming->tries[ours];
  const wire::HelloState state = add_initial(*hello, datagram);
  const auto* refusal = std::get_if<wire::DecodeError>(&state);
  const bool overlap = refusal != nullptr && refusal->kind == wire::Malformation::stream_overlap;
  if (overlap) {
    dispute(flow, datagram.source);
  } else if (refusal != nullptr) {
    tell(datagram, "quic", "not counted: the hello was read already");
  }
  // After a Retry the same connection goes on under the id that the server asks for.
  if (!hello->server_id()) flow.opening_number = number_of_initial(datagram.payload);
  note_held(flow);
  return overlap;
}

/// The hello may come from the end that the ports made look like the server; but once the client has begun
/// one, only from the client.
void Observer::Impl::read_initial(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                  bool from_client) {
  const std::size_t ours = FlowKey::is_from_low(datagram) ? 0 : 1;
  if (!from_client) {
    const bool client_began = flow.naming && flow.naming->quic[1 - ours];
    if (client_began || !may_be_client(datagram.from.address))
      return tell(datagram, "quic", "the server's side: not read for names");
  }
  Naming& naming = naming_of(index, flow);
  if (naming.tries[ours] >= most_tries)
    return tell(datagram, "quic", "not looked at: a hello would have come in the datagrams before it");
  ++naming.tries[ours];
  if (!naming.quic[ours]) {
    naming.quic[ours].emplace();
    flow.opening_number = number_of_initial(datagram.payload);
    note_unfinished(index, flow);
  }
  wire::HelloState state = add_initial(*naming.quic[ours], datagram);
  if (auto* hello = std::get_if<wire::ClientHello>(&state)) {
    if (!from_client) flow.turn_about();
    naming.quic[1 - ours].reset();
    flow.opening_number = number_of_initial(datagram.payload);
    take_quic_hello(flow, std::move(*hello), datagram.at);
  } else if (const auto* refusal = std::get_if<wire::DecodeError>(&state)) {
    if (from_client) {
      refuse(refusal->kind, datagram.source);
      if (refusal->kind == wire::Malformation::stream_overlap) say_alone(datagram);
    } else {
      tell(datagram, "quic", "not counted: it is the server's side, unless a hello of it can be read");
    }
  } else if (std::holds_alternative<wire::NotAHello>(state)) {
    naming.quic[ours].reset();
  }
  note_held(flow);
}

void Observer::Impl::take_quic_hello(Flow& flow, wire::ClientHello hello, Timestamp at) {
  flow.hello_over = true;
  flow.naming->began_flow = flow.bytes_down == 0;
  note_offer(flow, hello);
  Named named;
  named.hidden = hidden_by(hello);
  if (hello.server_name) {
    named.host = std::move(*hello.server_name);
    named.evidence = model::NameEvidence::quic_server_name;
  }
  claim(flow, *flow.naming, std::move(named), at);
}

}  // namespace edgewatch::observe
