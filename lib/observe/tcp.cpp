// TCP segments: connections, what their clients say first, what is acknowledged, what is new.
#include "explained.hpp"
#include "observer_impl.hpp"

#include <algorithm>

namespace edgewatch::observe {
namespace {

// How far from the last byte seen a RST may be and still be believed: a forged one has to guess (RFC 5961
// section 3).
constexpr std::uint32_t reset_window = 1U << 20U;

constexpr std::size_t most_padding = 6;  // an Ethernet frame of 60 bytes less the shortest headers

/// Some networks deliver bare acknowledgements with the link layer's padding counted in, and a keep-alive may
/// carry a byte: a few zeros that take no place in the stream. Or they are the first that the client says:
/// what follows them tells.
bool may_be_padding(const wire::Datagram& datagram) {
  if (datagram.payload_length > most_padding || datagram.payload.size() != datagram.payload_length)
    return false;
  return std::ranges::all_of(datagram.payload, [](std::uint8_t byte) { return byte == 0; });
}

/// Sequence number of the first payload byte: a SYN takes one of its own.
std::uint32_t payload_sequence(const wire::Datagram::Tcp& tcp) { return tcp.sequence + (tcp.syn ? 1U : 0U); }

}  // namespace

void Observer::Impl::see_tcp(const wire::Datagram& datagram) {
  const auto [key, hash, from_low] = sought_of(datagram);
  std::uint32_t index = flows_.find(key, hash);
  const Flow* known = index == FlowTable::nothing ? nullptr : &flows_.at(index);
  const bool identity = IdentityPackets::concerns(datagram);
  const bool from_known_client = known != nullptr && known->client_is_low == from_low;
  if (!(identity ? by_port_is_believed(datagram) : is_believed(datagram, known, from_known_client))) {
    if (see_unbelieved(datagram) || identity) return;
  }
  if (identity) see_identity(datagram);
  if (index != FlowTable::nothing &&
      is_another_connection(flows_.at(index), datagram, flows_.at(index).client_is_low == from_low)) {
    end_flow(index, datagram.at);
    index = FlowTable::nothing;
  }
  if (index == FlowTable::nothing) {
    const Sides sides = sides_of(datagram, !datagram.tcp.syn && may_open(datagram.payload));
    const net::Endpoint& client = sides.client_sent ? datagram.from : datagram.to;
    if (!is_watched(client.address)) return;
    // A stray acknowledgement or the end of a connection that we do not know is no new flow.
    if (!datagram.tcp.syn && (datagram.payload_length == 0 || datagram.tcp.rst))
      return tell(datagram, "stream", "of no connection that is known, and it begins none");
    index = open_flow(datagram, key, hash, sides);
    const bool dns = datagram.from.port == dns_port || datagram.to.port == dns_port;
    flows_.at(index).protocol = dns ? Protocol::dns_over_tcp : Protocol::tcp;
  }
  Flow& flow = flows_.at(index);
  const bool from_client = flow.client_is_low == from_low;
  note_packet(index, flow, datagram, from_client);
  look_for_tunnel(flow, datagram, from_client);
  begin_sequences(flow, datagram, from_client);
  if (flow.protocol == Protocol::dns_over_tcp) {
    see_dns_segment(index, flow, datagram, from_client);
  } else if (!flow.closed) {
    const std::uint32_t sequence = payload_sequence(datagram.tcp);
    if (from_client) {
      see_client_payload(index, flow, datagram, sequence);
    } else {
      see_server_payload(index, flow, datagram, sequence);
    }
  } else {
    tell(datagram, "stream", "of a connection that is over");
  }
  see_end(index, flow, datagram, from_client);
}

/// A SYN of another number than the one known: the same ports used again.
bool Observer::Impl::is_another_connection(const Flow& flow, const wire::Datagram& datagram,
                                           bool from_client) const {
  const auto& tcp = datagram.tcp;
  if (!tcp.syn || tcp.rst) return false;
  if (!flow.sure) {
    // Seen from the middle on; its own SYN may yet come late.
    const std::uint32_t before = flow.up.next() - (tcp.ack ? tcp.acknowledgement : tcp.sequence);
    return flow.closed || from_client == tcp.ack || before > reset_window;
  }
  if (!tcp.ack) return !from_client || tcp.sequence != flow.opening_number;
  // It acknowledges what the SYN carried too (RFC 7413).
  return from_client || tcp.acknowledgement - (flow.opening_number + 1) > reset_window;
}

void Observer::Impl::begin_sequences(Flow& flow, const wire::Datagram& datagram, bool from_client) {
  const auto& tcp = datagram.tcp;
  if (!tcp.syn) return;
  if (from_client) {
    flow.opening_number = tcp.sequence;
    flow.sure = true;
    if (!flow.up.begun()) flow.up.begin(tcp.sequence + 1);
  } else {
    if (!flow.up.begun()) {
      flow.opening_number = tcp.acknowledgement - 1;
      flow.up.begin(tcp.acknowledgement);
    }
    if (!flow.down.begun()) flow.down.begin(tcp.sequence + 1);
  }
}

void Observer::Impl::see_client_payload(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                        std::uint32_t sequence) {
  if (datagram.payload_length == 0) return;
  if (flow.doubtful != 0) {
    if (sequence == flow.doubtful_first + flow.doubtful) {
      constexpr std::array<std::uint8_t, most_padding> zeros{};
      const std::uint8_t length = std::exchange(flow.doubtful, std::uint8_t{0});
      take_client_bytes(index, flow, datagram, flow.doubtful_first, Bytes(zeros).first(length), length);
    } else if (sequence == flow.doubtful_first && !may_be_padding(datagram)) {
      flow.doubtful = 0;
    }
  }
  // Padding stands where the stream begins: further on, zeros are zeros that came early.
  const bool at_beginning = !flow.up.begun() || !precedes(flow.up.next(), sequence);
  if (at_beginning && !flow.naming && !flow.hello_over && may_be_padding(datagram)) {
    flow.doubtful_first = sequence;
    flow.doubtful = static_cast<std::uint8_t>(datagram.payload_length);
    tell(datagram, "stream", "zeros that may be padding: the next segment tells");
    return;
  }
  take_client_bytes(index, flow, datagram, sequence, datagram.payload, datagram.payload_length);
}

/// `datagram` gives the stamp and the source; the bytes are `payload`, captured of `length`.
void Observer::Impl::take_client_bytes(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                       std::uint32_t sequence, Bytes payload, std::uint32_t length) {
  if (!flow.naming && !flow.hello_over) {
    const auto anchor = flow.sure ? wire::Anchor::syn : wire::Anchor::first_seen;
    naming_of(index, flow).opening.emplace(flow.up.begun() ? flow.up.next() : sequence, anchor);
  }
  const std::uint32_t fresh = flow.up.add(sequence, length);
  count_client(index, flow, datagram.at, fresh, payload);
  if (!flow.naming || !flow.naming->opening)
    return tell(datagram, "stream", "behind what it opened with: not read for names");

  Opening& opening = *flow.naming->opening;
  const bool gathered = opening.gathering();
  Opening::Taken taken = trace_ == nullptr ? opening.take(sequence, payload, fresh != 0)
                                           : take_told(flow, opening, sequence, payload, fresh != 0);
  decide_shape(index, flow, opening.shape());
  for (const wire::DecodeError& refusal : taken.refusals) refuse(refusal.kind, datagram.source);
  if (taken.disputed) {
    dispute(flow, datagram.source);
    say_alone(datagram);
  }
  if (taken.vpn) note_tunnel(flow, *taken.vpn);
  for (Named& named : taken.names) claim(flow, *flow.naming, std::move(named), datagram.at);
  if (!gathered && opening.gathering()) note_unfinished(index, flow);
  confirm(flow, datagram.at);
  flow.hello_over = opening.over();
  if (flow.hello_over && flow.naming->unacknowledged.empty()) forget_naming(flow);
  note_held(flow);
}

/// The same, told to whoever asks.
Opening::Taken Observer::Impl::take_told(const Flow& flow, Opening& opening, std::uint32_t sequence,
                                         Bytes payload, bool fresh) const {
  const std::uint32_t origin = flow.sure ? flow.opening_number + 1 : opening.first();
  const Opening::Asked asked{*trace_, sequence, payload, origin};
  Opening::Taken taken = opening.take(sequence, payload, fresh, &asked);
  taken.asked = nullptr;
  return taken;
}

void Observer::Impl::see_server_payload(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                        std::uint32_t sequence) {
  const auto& tcp = datagram.tcp;
  if (tcp.ack) take_acknowledgement(flow, tcp.acknowledgement, datagram.at);
  // Whoever resets a connection at the very byte that its server would send next has heard what the client
  // said, though a reset seldom says how far (RFC 9293 section 3.10.7.1): a forger would have to guess.
  if (tcp.rst && flow.sure && flow.down.begun() && tcp.sequence == flow.down.next())
    take_acknowledgement(flow, flow.up.next(), datagram.at);
  if (datagram.payload_length == 0) return;
  if (trace_ != nullptr) [[unlikely]] {
    note_records(datagram.payload, *trace_);
    tell(datagram, "stream", "the server's side: not read for names, it acknowledges what the client said");
  }
  count_server(index, flow, datagram.at, flow.down.add(sequence, datagram.payload_length));
}

/// The server has had what lies before `number` in the client's stream.
void Observer::Impl::take_acknowledgement(Flow& flow, std::uint32_t number, Timestamp at) {
  if (flow.has_acknowledged && !precedes(flow.acknowledged, number)) return;
  flow.acknowledged = number;
  flow.has_acknowledged = true;
  if (flow.naming && flow.naming->opening) {
    if (auto named = flow.naming->opening->acknowledged(flow.acknowledged)) {
      claim(flow, *flow.naming, std::move(*named), at);
    }
  }
  confirm(flow, at);
  if (flow.hello_over && flow.naming && flow.naming->unacknowledged.empty()) forget_naming(flow);
  if (flow.naming) note_held(flow);
}

void Observer::Impl::see_dns_segment(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                     bool from_client) {
  Naming& naming = naming_of(index, flow);
  if (!naming.dns) naming.dns = std::make_unique<std::array<DnsStream, 2>>();
  DnsStream& ours = (*naming.dns)[from_client ? 0 : 1];
  DnsStream& theirs = (*naming.dns)[from_client ? 1 : 0];
  const auto& tcp = datagram.tcp;
  if (tcp.syn) ours.begin(tcp.sequence + 1);
  ours.add(
      payload_sequence(tcp), datagram.payload,
      [this, &datagram](Bytes message) {
        return see_dns_message(datagram, message, model::Confirmation::acknowledged);
      },
      trace_);
  if (tcp.ack) {
    // What the other side sent, and we take up only now, has its stamp and its sender from a datagram turned
    // about.
    wire::Datagram turned = datagram;
    std::swap(turned.from, turned.to);
    std::swap(turned.source_mac, turned.destination_mac);
    theirs.acknowledged(tcp.acknowledgement, [this, &turned](Bytes message) {
      if (trace_ != nullptr) [[unlikely]]
        tell_of_late(turned, message);
      return see_dns_message(turned, message, model::Confirmation::acknowledged);
    });
    if (trace_ != nullptr) [[unlikely]]
      trace_->stream({}, 0, 0, {});
  }
  note_held(flow);
}

/// A message of the other side, which waited for bytes that this frame shows will not come.
void Observer::Impl::tell_of_late(const wire::Datagram& datagram, Bytes message) const {
  tell(datagram, "dns",
       "a message of the other side is read now: what is missing before it was acknowledged");
  trace_->stream(message, 0, message.size(), {});
}

void Observer::Impl::see_end(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                             bool from_client) {
  const auto& tcp = datagram.tcp;
  if (tcp.fin && from_client) flow.fin_up = true;
  if (tcp.fin && !from_client) flow.fin_down = true;
  bool over = flow.fin_up && flow.fin_down;
  if (tcp.rst) {
    const Sequence& sent = from_client ? flow.up : flow.down;
    const std::uint32_t distance = tcp.sequence - sent.next();
    over = over || !sent.begun() || distance < reset_window || distance > 0U - reset_window;
  }
  if (over) close_flow(index, flow, datagram.at);
}

}  // namespace edgewatch::observe
