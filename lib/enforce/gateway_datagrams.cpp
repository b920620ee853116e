#include "gateway_datagrams.hpp"

#include <variant>

namespace edgewatch::enforce {
namespace {

constexpr std::uint16_t quic_port = 443;      // elsewhere it may be a tunnel of the council's
constexpr std::uint16_t ike_nat_port = 4500;  // RFC 3948
/// Datagrams in which a QUIC hello is looked for behind something else (ENFORCEMENT A5 row 19).
constexpr int junk_datagrams = 8;
/// And those that a hello may be spread over, acknowledgements and repetitions included.
constexpr int most_datagrams = 32;
/// How long a client may go on with a hello that began before us: a handshake is given up sooner.
constexpr std::chrono::minutes at_start{2};

wire::VpnCarrier carrier_of(const Key& key) {
  const bool encapsulated = key.client.port == ike_nat_port || key.server.port == ike_nat_port;
  return encapsulated ? wire::VpnCarrier::udp_encapsulated : wire::VpnCarrier::udp;
}

/// As QUIC goes on once hands were shaken (RFC 9000 section 17.3), and STUN, DTLS, RTP and WireGuard do not.
bool may_go_on_with_quic(Bytes payload) { return !payload.empty() && (payload[0] & 0xc0U) == 0x40; }

}  // namespace

PacketVerdict GatewayDatagrams::see(const Seen& seen) {
  if (!first_) first_ = seen.at;
  if (seen.key.server.port != dns_port) return see_opening(seen);
  if (const auto verdict = verdicts_.of_questions(seen, seen.datagram.payload, model::Confirmation::claimed))
    return *verdict;
  return see_opening(seen);  // tunnels take this port because it is open everywhere
}

PacketVerdict GatewayDatagrams::see_opening(const Seen& seen) {
  const Bytes payload = seen.datagram.payload;
  if (memory_.over(seen.key, seen.at) != nullptr) return PacketVerdict::refuse;
  const bool initial = may_hold_initial(payload);
  if (initial) {
    if (const auto verdict = verdicts_.of_quic()) return verdicts_.settle(seen, *verdict);
    if (seen.datagram.hop_limit < least_hops) {
      static_cast<void>(verdicts_.of_contradiction());
      return PacketVerdict::refuse_packet;
    }
  }
  if (memory_.find(seen.key) == nullptr) {
    if (verdicts_.is_refused_place(seen)) return verdicts_.settle(seen, PacketVerdict::refuse);
    if (may_go_on_with_quic(payload)) {
      if (memory_.known(seen.key) != nullptr) return PacketVerdict::settled;  // the tracker lost its mark
      if (verdicts_.was_cut_here(seen) || goes_on_unseen(seen)) return PacketVerdict::refuse_packet;
    }
  }
  Flow& flow = memory_.flow_of(seen.key, seen.at);
  ++flow.datagrams;
  if (initial || !flow.quic.empty()) return see_quic(seen, flow, initial);
  return conclude(seen, flow, read_other(seen, flow));
}

PacketVerdict GatewayDatagrams::conclude(const Seen& seen, Flow& flow, PacketVerdict verdict) {
  // The next may be a question, whatever came before it.
  if (verdict == PacketVerdict::settled && seen.key.server.port == dns_port) verdict = PacketVerdict::pass;
  if (verdict != PacketVerdict::pass) return verdicts_.settle(seen, verdict);
  memory_.note_held(flow);
  memory_.keep_within_memory();
  return verdict;
}

PacketVerdict GatewayDatagrams::see_quic(const Seen& seen, Flow& flow, bool initial) {
  const RefusedQuic* refused = memory_.refused_quic(seen.key, seen.at);
  if (initial && refused != nullptr && refused->has(QuicId(seen.datagram.payload))) {
    if (flow.quic.empty()) memory_.forget(seen.key);
    return verdicts_.of_repeated();
  }
  const wire::HelloState state = flow.quic.add(seen.datagram.payload);
  if (flow.quic.are_too_many()) {
    flow.quic.drop();
    static_cast<void>(verdicts_.of_contradiction());
    return PacketVerdict::refuse_packet;
  }
  if (initial && is_unopened(state)) {
    // To an id that the server gave: of a connection that was refused, whose first half the server has, or of
    // one that was let through. Nothing tells which, and whoever has no answer says it again.
    if (refused != nullptr) return keep_back(seen, flow);
    if (memory_.known(seen.key) != nullptr && flow.quic.is_unopened()) {
      memory_.forget(seen.key);
      return PacketVerdict::settled;
    }
  }
  PacketVerdict verdict = read_quic(seen, flow, state);
  if (std::holds_alternative<wire::ClientHello>(state)) {
    verdict = verdicts_.settle_quic(seen, verdict, flow.quic.id());
    if (verdict == PacketVerdict::refuse) return verdict;  // all of the pair
    flow.quic.drop();
    if (flow.quic.empty()) {
      memory_.forget(seen.key);
    } else {
      memory_.note_held(flow);
    }
    const bool may_ask = verdict == PacketVerdict::settled && seen.key.server.port == dns_port;
    return may_ask ? PacketVerdict::pass : verdict;
  }
  if (verdict != PacketVerdict::refuse && initial && may_end_what_passed(seen, flow))
    return keep_back(seen, flow);
  return conclude(seen, flow, verdict);
}

PacketVerdict GatewayDatagrams::keep_back(const Seen& seen, Flow& flow) {
  static_cast<void>(conclude(seen, flow, PacketVerdict::pass));
  return PacketVerdict::answer;
}

/// The end of a refused hello whose beginning a daemon that died had let through, to the client of a closed
/// rule. Nothing tells it from one that overtook its beginning, so it is kept back, not refused: a client
/// that has no answer says it once more. Later nobody waits for an answer to what passed then.
bool GatewayDatagrams::may_end_what_passed(const Seen& seen, const Flow& flow) const {
  return seen.waits && seen.at < *first_ + at_start && (flow.quic.empty() || !flow.quic.has_beginning());
}

/// A connection of whoever waits that began while nobody looked: refused, it begins anew and says its name.
bool GatewayDatagrams::goes_on_unseen(const Seen& seen) {
  if (!seen.waits || seen.key.server.port != quic_port || seen.at >= *first_ + at_start) return false;
  verdicts_.count_unseen_beginning();
  return true;
}

/// Where no QUIC has been seen yet.
PacketVerdict GatewayDatagrams::read_other(const Seen& seen, const Flow& flow) {
  if (const auto opening = wire::vpn_opening(seen.datagram.payload, carrier_of(seen.key)))
    return verdicts_.of_tunnel(seen, *opening, 0);
  return flow.datagrams < junk_datagrams ? PacketVerdict::pass : PacketVerdict::settled;
}

PacketVerdict GatewayDatagrams::read_quic(const Seen& seen, Flow& flow, const wire::HelloState& state) {
  const bool patient = flow.datagrams < most_datagrams;
  // Initials without end that give no hello are sent to wear us out; anything else goes on somewhere else.
  const bool initial = wire::looks_like_quic_initial(seen.datagram.payload);
  const auto in_the_end = [&](PacketVerdict verdict) {
    // Whatever comes between its halves, a hello that has begun is waited for.
    if (patient || (!initial && flow.quic.has_any_beginning())) return PacketVerdict::pass;
    return initial ? verdicts_.of_contradiction() : verdict;
  };
  // What no server takes for a hello may stand before the true one.
  const auto look_anew = [&] {
    if (may_hold_initial(seen.datagram.payload)) flow.quic.drop();
  };
  return std::visit(
      Overloaded{[&](const wire::NeedMore&) {
                   return in_the_end(patient ? PacketVerdict::pass : verdicts_.of_unparsable(seen, nullptr));
                 },
                 [&](wire::NotAHello) {
                   look_anew();
                   return in_the_end(PacketVerdict::settled);
                 },
                 [&](const wire::ClientHello& hello) { return verdicts_.of_hello(seen, hello, nullptr); },
                 [&](const wire::DecodeError& error) {
                   using Kind = wire::Malformation;
                   // More pieces or Initials than any client sends are sent to wear us out.
                   if (error.kind == Kind::stream_overlap || error.kind == Kind::hello_limit)
                     return verdicts_.of_contradiction();
                   // Not opened yet, or nothing that a server reads either: the next may be.
                   const bool unread = error.kind == Kind::quic_protection ||
                                       error.kind == Kind::quic_frame || error.kind == Kind::quic_header;
                   if (unread && patient) return PacketVerdict::pass;
                   const PacketVerdict verdict = verdicts_.of_unparsable(seen, nullptr);
                   if (verdict != PacketVerdict::settled || error.kind == Kind::quic_version) return verdict;
                   look_anew();
                   return in_the_end(verdict);
                 }},
      state);
}

}  // namespace edgewatch::enforce
