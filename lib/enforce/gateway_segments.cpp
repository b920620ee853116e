#include "gateway_segments.hpp"

#include "edgewatch/wire/http.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace edgewatch::enforce {
namespace {

/// Beginnings between the same two ports that wait for a verdict; all but one of them somebody made up, or
/// they passed without us.
constexpr std::size_t most_beginnings = 4;

/// Of two readings of one segment the stricter: what is one's end may be the middle of the other's hello.
bool is_stricter(PacketVerdict one, PacketVerdict other) {
  const auto rank = [](PacketVerdict verdict) {
    return verdict == PacketVerdict::settled ? 0 : verdict == PacketVerdict::pass ? 1 : 2;
  };
  return rank(one) > rank(other);
}

/// Whether the server may never read it, or reads it otherwise: then the verdict waits for what it does read,
/// which must be the same. Bytes of a SYN count only for servers that know the client (RFC 7413); a signed
/// segment only for those that have its key; one with an older stamp than another before it, or with none
/// behind one that has, for nobody (RFC 7323 section 5.3).
bool may_be_dropped(const Seen& seen, Stream& stream) {
  const auto& stamp = seen.signs.stamp;
  const bool stale = stream.stamp && (!stamp || static_cast<std::int32_t>(*stamp - *stream.stamp) < 0);
  if (stamp && !stale) stream.stamp = stamp;
  return stale || seen.datagram.tcp.syn || seen.signs.is_signed || seen.datagram.hop_limit < least_hops;
}

/// Whether a connection could begin like this.
bool may_open(Bytes payload) {
  return !std::holds_alternative<wire::NotAHello>(wire::read_tls_prefix(payload)) ||
         !std::holds_alternative<wire::NotHttp>(wire::read_http_host(payload));
}

}  // namespace

PacketVerdict GatewaySegments::see(const Seen& seen) {
  const auto& tcp = seen.datagram.tcp;
  const std::uint32_t first = tcp.syn ? tcp.sequence + 1 : tcp.sequence;
  if (tcp.syn && !tcp.ack && (verdicts_.is_refused_place(seen) || !begin(seen, first)))
    return PacketVerdict::refuse_packet;
  // A server of ours answers somebody: what it says next has its beginning here.
  if (seen.waits && tcp.syn && tcp.ack) static_cast<void>(begin(seen, first));
  if (seen.datagram.payload.empty() || tcp.rst) return PacketVerdict::pass;
  Flow* flow = memory_.find(seen.key);
  const auto is_of = [first](const Stream& stream) { return is_near(stream.first, first); };
  const bool has_begun = flow != nullptr && std::ranges::any_of(flow->streams, is_of);
  if (!has_begun) {
    if (const auto verdict = without_beginning(seen, first, flow)) return *verdict;
  }
  flow = &memory_.flow_of(seen.key, seen.at);
  if (!has_begun) flow->streams.emplace_back(first, wire::Anchor::first_seen);
  if (seen.signs.urgent) return verdicts_.settle(seen, verdicts_.of_contradiction(), first);
  std::optional<PacketVerdict> verdict;
  std::uint32_t decided = first;
  bool may_differ = false;
  for (Stream& stream : flow->streams) {
    if (!is_of(stream)) continue;
    may_differ = may_be_dropped(seen, stream) || may_differ;
    const PacketVerdict one = read(seen, stream, first);
    if (verdict && !is_stricter(one, *verdict)) continue;
    verdict = one;
    decided = stream.first;
  }
  memory_.note_held(*flow);
  const bool is_final = is_stricter(*verdict, PacketVerdict::pass) || !may_differ;
  if (*verdict != PacketVerdict::pass && is_final) return verdicts_.settle(seen, *verdict, decided);
  memory_.keep_within_memory();
  return PacketVerdict::pass;
}

/// Of a segment that belongs to no beginning that waits for a verdict; nothing where it may be one itself.
/// `others`: beginnings that wait.
std::optional<PacketVerdict> GatewaySegments::without_beginning(const Seen& seen, std::uint32_t sequence,
                                                                const Flow* others) {
  // Sent once more while the verdict was on its way.
  const Known* known = memory_.known(seen.key);
  if (known != nullptr && is_near(known->first, sequence)) return PacketVerdict::settled;
  // The rest of what was refused, sent once more by whoever takes no notice of resets. Only that: where
  // packets pass without us, the rest of another's hello comes from the same client to the same server.
  const Refused* over = memory_.over(seen.key, seen.at);
  if (over != nullptr && (!over->first || is_near(*over->first, sequence))) return verdicts_.of_repeated();
  if (others != nullptr && others->streams.size() >= most_beginnings) return PacketVerdict::pass;
  if (seen.key.server.port == dns_port || may_open(seen.datagram.payload)) return std::nullopt;
  // It may still be what a beginning that waits goes on with, far ahead.
  if (others != nullptr) return PacketVerdict::pass;
  return verdicts_.of_unseen_beginning(seen, sequence);
}

/// A second beginning may be a port that is used again, of which we did not see the end, or made up to hide
/// the first: which of the two the server took the client's bytes will tell, so both are kept. False where
/// there are too many, and each has said something.
bool GatewaySegments::begin(const Seen& seen, std::uint32_t first) {
  Flow& flow = memory_.flow_of(seen.key, seen.at);
  const auto same =
      std::ranges::find_if(flow.streams, [first](const Stream& stream) { return stream.first == first; });
  if (same != flow.streams.end()) {
    static_cast<void>(may_be_dropped(seen, *same));
    return true;
  }
  if (flow.streams.size() >= most_beginnings) {
    const auto empty =
        std::ranges::find_if(flow.streams, [](const Stream& stream) { return stream.pieces.held() == 0; });
    if (empty == flow.streams.end()) return false;
    flow.streams.erase(empty);
  }
  flow.streams.emplace_back(first, wire::Anchor::syn).stamp = seen.signs.stamp;
  return true;
}

PacketVerdict GatewaySegments::read(const Seen& seen, Stream& stream, std::uint32_t sequence) {
  if (const auto refusal = stream.pieces.add(sequence, seen.datagram.payload)) {
    return refusal->kind == wire::Malformation::stream_overlap ? verdicts_.of_contradiction()
                                                               : verdicts_.of_unparsable(seen, &stream);
  }
  return seen.key.server.port == dns_port ? read_questions(seen, stream) : read_opening(seen, stream);
}

PacketVerdict GatewaySegments::read_opening(const Seen& seen, Stream& stream) {
  const Bytes prefix = stream.pieces.prefix();
  if (prefix.empty() || prefix.size() < stream.until) return PacketVerdict::pass;
  return std::visit(
      Overloaded{[&](const wire::NeedMore& need) {
                   stream.until = need.until;
                   return PacketVerdict::pass;
                 },
                 [&](wire::NotAHello) { return read_request(seen, stream); },
                 [&](const wire::ClientHello& hello) { return verdicts_.of_hello(seen, hello, &stream); },
                 [&](const wire::DecodeError&) { return verdicts_.of_unparsable(seen, &stream); }},
      wire::read_tls_prefix(prefix));
}

PacketVerdict GatewaySegments::read_request(const Seen& seen, const Stream& stream) {
  return std::visit(
      Overloaded{[&](wire::HttpNeedMore) { return PacketVerdict::pass; },
                 [&](wire::NotHttp) { return read_tunnel(seen, stream); },
                 [&](wire::NoHost) { return verdicts_.of_nameless(seen); },
                 [&](const net::HostName& host) { return verdicts_.of_request(seen, host, stream); },
                 [&](const wire::DecodeError&) { return verdicts_.of_unparsable(seen, &stream); }},
      wire::read_http_host(stream.pieces.prefix()));
}

PacketVerdict GatewaySegments::read_tunnel(const Seen& seen, const Stream& stream) {
  return std::visit(Overloaded{[](wire::VpnNeedMore) { return PacketVerdict::pass; },
                               [](wire::NotVpn) { return PacketVerdict::settled; },
                               [&](const wire::VpnHandshake& opening) {
                                 return verdicts_.of_tunnel(seen, opening, stream.first);
                               }},
                    wire::read_vpn_prefix(stream.pieces.prefix()));
}

/// Questions on a stream: one that is refused ends it, for what comes behind it cannot be parted from it.
PacketVerdict GatewaySegments::read_questions(const Seen& seen, Stream& stream) {
  // What is no DNS takes this port because it is open everywhere. Only its refusal counts, since questions
  // may follow whatever is let pass.
  const auto is_refusal = [](PacketVerdict verdict) { return is_stricter(verdict, PacketVerdict::pass); };
  const Bytes begins = stream.pieces.prefix();
  const bool tls = begins.size() > 1 && begins[0] == 0x16 && begins[1] == 3;  // RFC 8446 section 5.1
  // As the length of a message a method's letters would be over 16 KiB, an empty line before it over 2 KiB.
  // What comes behind a message is one.
  const auto may_begin_http = [](std::uint8_t byte) { return byte >= 'A' || byte == '\r' || byte == '\n'; };
  const bool http = !begins.empty() && may_begin_http(begins[0]) &&
                    !std::holds_alternative<wire::NotHttp>(wire::read_http_host(begins));
  if (!stream.asks && (tls || http)) {
    if (const PacketVerdict verdict = read_opening(seen, stream); is_refusal(verdict)) return verdict;
  }
  while (const auto next = wire::dns::next_on_stream(stream.pieces.prefix(), stream.read)) {
    stream.read = next->next;
    const bool first = !std::exchange(stream.asks, true);
    const auto verdict = verdicts_.of_questions(seen, next->message, confirmation_by(&stream));
    if (verdict && *verdict != PacketVerdict::pass) return PacketVerdict::refuse;
    if (verdict || !first) continue;
    if (const PacketVerdict other = read_tunnel(seen, stream); is_refusal(other)) return other;
  }
  // A connection may be kept for many questions. Part of the next may have come before the rest of these.
  if (stream.read > 0 && stream.read == stream.pieces.prefix().size()) {
    stream.pieces.drop_prefix();
    stream.first += static_cast<std::uint32_t>(stream.read);
    stream.read = 0;
    stream.until = 0;
  }
  return PacketVerdict::pass;
}

}  // namespace edgewatch::enforce
