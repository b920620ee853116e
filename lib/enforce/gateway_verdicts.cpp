#include "gateway_verdicts.hpp"

#include <utility>

namespace edgewatch::enforce {
namespace {

constexpr std::uint16_t private_dns_port = 853;  // RFC 7858 over TLS, RFC 9250 over QUIC

model::BypassSign::Kind kind_of(wire::Vpn vpn) {
  using Kind = model::BypassSign::Kind;
  if (vpn == wire::Vpn::wireguard) return Kind::wireguard;
  return vpn == wire::Vpn::openvpn ? Kind::openvpn : Kind::ike;
}

/// Questions that are answered at length in a second.
constexpr int most_long_answers = 500;

/// What a connection is by where it goes: nothing on port 53, where questions are judged one by one.
std::optional<model::BypassSign::Kind> kind_of_place(const Key& key) {
  using Kind = model::BypassSign::Kind;
  if (key.server.port == dns_port) return std::nullopt;
  if (key.server.port != private_dns_port) return Kind::doh;
  return key.transport == wire::Transport::tcp ? Kind::dot : Kind::doq;
}

model::Hidden hidden_by(const wire::ClientHello& hello) {
  if (hello.encrypted_server_name) return model::Hidden::esni;
  return hello.encrypted_client_hello ? model::Hidden::ech : model::Hidden::no;
}

model::Sighting sighting(const Key& key, const Known& known, Timestamp at, model::Confirmation confirmation) {
  model::Sighting out;
  out.at = at;
  out.client.address = key.client.address;
  out.client.mac = known.sender;
  out.host = known.host;
  out.evidence = known.evidence;
  out.hidden = known.hidden;
  out.confirmation = confirmation;
  out.server = key.server;
  return out;
}

model::BypassSign sign(const Key& key, model::BypassSign::Kind kind, Timestamp at,
                       const std::optional<net::MacAddress>& sender) {
  model::BypassSign out;
  out.at = at;
  out.client.address = key.client.address;
  out.client.mac = sender;
  out.server = key.server;
  out.kind = kind;
  return out;
}

bool blocks(const model::Decision& decision) { return decision.verdict == model::Verdict::block; }

/// Whether what was decided of a connection by its name, its place or its shape is refused by now.
bool blocks(const Decisions& decide, const Key& key, const Known& known, Timestamp at) {
  const auto kind = known.tunnel ? known.tunnel : kind_of_place(key);
  return (kind && blocks(decide.bypass(sign(key, *kind, at, known.sender)))) ||
         (!known.host.is_root() &&
          blocks(decide.name(sighting(key, known, at, model::Confirmation::claimed))));
}

}  // namespace

model::Confirmation confirmation_by(const Stream* stream) {
  return stream != nullptr && stream->from_syn ? model::Confirmation::acknowledged
                                               : model::Confirmation::claimed;
}

GatewayVerdicts::GatewayVerdicts(Decisions decide, InspectorOptions options, GatewayMemory& memory)
    : decide_(std::move(decide)), options_(std::move(options)), memory_(memory) {}

bool GatewayVerdicts::is_refused(const Seen& seen, model::BypassSign::Kind kind) {
  const bool refused = blocks(decide_.bypass(sign(seen.key, kind, seen.at, seen.sender)));
  if (refused) ++counts_.refused_bypass.at(static_cast<std::size_t>(kind));
  return refused;
}

bool GatewayVerdicts::is_refused(const Seen& seen, const Known& named, model::Confirmation confirmation) {
  const bool refused = blocks(decide_.name(sighting(seen.key, named, seen.at, confirmation)));
  ++(refused ? counts_.refused : counts_.allowed);
  return refused;
}

bool GatewayVerdicts::is_refused_place(const Seen& seen) {
  const auto kind = kind_of_place(seen.key);
  if (!kind || !is_refused(seen, *kind)) return false;
  refused_for_ = Known{{}, model::NameEvidence::none, model::Hidden::no, seen.sender};
  return true;
}

PacketVerdict GatewayVerdicts::of_name(const Seen& seen, const Known& named,
                                       model::Confirmation confirmation) {
  if (is_refused(seen, named, confirmation)) {
    memory_.remember_refusal({seen.key.client.address, seen.key.server}, seen.at, named);
    // Over UDP another connection of that socket may go on.
    if (seen.key.transport == wire::Transport::tcp) memory_.forget_known(seen.key);
    refused_for_ = named;
    return PacketVerdict::refuse;
  }
  memory_.remember(seen.key, named);
  return PacketVerdict::settled;
}

PacketVerdict GatewayVerdicts::of_hello(const Seen& seen, const wire::ClientHello& hello,
                                        const Stream* stream) {
  if (!hello.server_name || hello.server_name_is_ip) return of_nameless(seen);
  const auto evidence =
      stream == nullptr ? model::NameEvidence::quic_server_name : model::NameEvidence::tls_server_name;
  const std::uint32_t first = stream == nullptr ? 0 : stream->first;
  return of_name(seen, Known{*hello.server_name, evidence, hidden_by(hello), seen.sender, {}, first},
                 confirmation_by(stream));
}

PacketVerdict GatewayVerdicts::of_request(const Seen& seen, const net::HostName& host, const Stream& stream) {
  const Known named{host, model::NameEvidence::http_host, model::Hidden::no, seen.sender, {}, stream.first};
  const PacketVerdict verdict = of_name(seen, named, confirmation_by(&stream));
  return verdict == PacketVerdict::refuse ? answer_request(seen, named, stream) : verdict;
}

/// With a page, where the beginning of the connection was seen, so that nothing is said in a server's name
/// to whom it does not speak.
PacketVerdict GatewayVerdicts::answer_request(const Seen& seen, const Known& named, const Stream& stream) {
  if (!options_.page || !stream.from_syn) return PacketVerdict::refuse;
  const std::string page = options_.page(sighting(seen.key, named, seen.at, confirmation_by(&stream)));
  for (Packet& packet : response_back(seen.datagram, page)) replies_.push_back(std::move(packet));
  replies_.push_back(reset_onward(seen.datagram));
  return PacketVerdict::answer_end;
}

std::optional<PacketVerdict> GatewayVerdicts::of_questions(const Seen& seen, Bytes message,
                                                           model::Confirmation confirmation) {
  const auto parsed = parser_.parse(message);
  if (!parsed) {
    ++counts_.unparsable;
    return options_.refuse_unparsable ? std::optional(PacketVerdict::refuse_packet) : std::nullopt;
  }
  if ((*parsed)->questions.empty()) return std::nullopt;
  for (const wire::dns::Question& question : (*parsed)->questions) {
    const Known asked{question.qname, model::NameEvidence::dns_question, model::Hidden::no, seen.sender};
    if (is_refused(seen, asked, confirmation)) return answer_question(seen, message);
  }
  return PacketVerdict::pass;
}

PacketVerdict GatewayVerdicts::answer_question(const Seen& seen, Bytes message) {
  const bool may_answer = options_.answer_questions && seen.key.transport == wire::Transport::udp;
  const auto answer = may_answer ? dns_refusal(message, form_of_answer(seen.at)) : std::nullopt;
  if (!answer) return PacketVerdict::refuse_packet;
  replies_.push_back(datagram_back(seen.datagram, *answer));
  return PacketVerdict::answer;
}

/// Anybody may ask in a colleague's name, who then gets the answers: of many each is no longer than what was
/// asked.
DnsRefusal GatewayVerdicts::form_of_answer(Timestamp at) {
  if (const Timestamp second = std::chrono::floor<std::chrono::seconds>(at); second != second_) {
    second_ = second;
    answered_in_second_ = 0;
  }
  return ++answered_in_second_ > most_long_answers ? DnsRefusal::question_alone : DnsRefusal::whole;
}

PacketVerdict GatewayVerdicts::of_tunnel(const Seen& seen, const wire::VpnHandshake& opening,
                                         std::uint32_t first) {
  const auto kind = kind_of(opening.vpn);
  const Known tunnel{{}, model::NameEvidence::none, model::Hidden::no, seen.sender, kind, first};
  if (is_refused(seen, kind)) {
    refused_for_ = tunnel;
    return PacketVerdict::refuse;
  }
  memory_.remember(seen.key, tunnel);
  return PacketVerdict::settled;
}

PacketVerdict GatewayVerdicts::of_nameless(const Seen& seen) {
  ++counts_.without_name;
  const Known* refused = memory_.was_refused({seen.key.client.address, seen.key.server}, seen.at);
  if (refused == nullptr) return PacketVerdict::settled;
  ++counts_.refused_residual;
  refused_for_ = *refused;
  return PacketVerdict::refuse;
}

bool GatewayVerdicts::was_cut_here(const Seen& seen) {
  const bool was_cut = memory_.was_cut({seen.key.client.address, seen.key.server}, seen.at);
  counts_.refused_residual += was_cut ? 1 : 0;
  return was_cut;
}

PacketVerdict GatewayVerdicts::of_unparsable(const Seen& seen, const Stream* stream) {
  ++counts_.unparsable;
  // What begins somewhere in the middle was hardly meant to be read as a hello.
  if (stream != nullptr && !stream->from_syn) return PacketVerdict::settled;
  return options_.refuse_unparsable ? PacketVerdict::refuse : of_nameless(seen);
}

PacketVerdict GatewayVerdicts::of_contradiction() {
  ++counts_.contradictory;
  return PacketVerdict::refuse;
}

std::optional<PacketVerdict> GatewayVerdicts::of_quic() {
  if (!options_.refuse_quic) return std::nullopt;
  ++counts_.refused_quic;
  return PacketVerdict::refuse;
}

PacketVerdict GatewayVerdicts::of_repeated() {
  ++counts_.refused_residual;
  return PacketVerdict::refuse_packet;
}

/// What came before us may have been the first half of a refused name, let through by a daemon that died.
PacketVerdict GatewayVerdicts::of_unseen_beginning(const Seen& seen, std::uint32_t sequence) {
  ++counts_.unseen_beginning;
  return seen.waits ? settle(seen, PacketVerdict::refuse, sequence) : PacketVerdict::settled;
}

PacketVerdict GatewayVerdicts::settle(const Seen& seen, PacketVerdict verdict,
                                      std::optional<std::uint32_t> first) {
  memory_.forget(seen.key);
  if (seen.key.transport == wire::Transport::tcp) memory_.forget_over(seen.key);
  const auto refused_for = std::exchange(refused_for_, std::nullopt);
  if (verdict != PacketVerdict::refuse && verdict != PacketVerdict::answer_end) {
    // What waits in the queue behind it must not be taken for a connection whose beginning we did not see.
    if (seen.waits && first && memory_.known(seen.key) == nullptr)
      memory_.remember(seen.key, Known{{}, model::NameEvidence::none, {}, seen.sender, {}, *first});
    return verdict;
  }
  // Of two datagrams that wait for us together each has an entry of its own in the tracker, and only the
  // first one's stays: the mark of the refused one is lost, and its end, sent once more, would pass.
  memory_.remember_over(seen.key, seen.at, first);
  if (seen.key.transport == wire::Transport::tcp)
    refused_.push_back({seen.key.client, seen.key.server, seen.key.transport});
  else if (refused_for)
    memory_.remember_held_back(seen.key, *refused_for);
  return verdict;
}

/// Each packet of it is refused by itself: the kernel's mark would be of all that its socket says there.
PacketVerdict GatewayVerdicts::settle_quic(const Seen& seen, PacketVerdict verdict, const QuicId& id) {
  if (verdict != PacketVerdict::refuse) return verdict;
  const Known refused = std::exchange(refused_for_, std::nullopt).value_or(Known{});
  if (memory_.remember_refused_quic(seen.key, seen.at, id, refused)) return PacketVerdict::refuse_packet;
  refused_for_ = refused;
  return settle(seen, verdict);
}

std::vector<Inspector::Connection> GatewayVerdicts::reconsider(Timestamp at, const Decisions& decide,
                                                               const Concerns& concerns) {
  std::vector<Inspector::Connection> out;
  memory_.forget_refusals_if([&](const Place& place, const Known& refused) {
    const Key key{{place.client, 0}, place.server, wire::Transport::none};
    return concerns(place.client) && !blocks(decide, key, refused, at);
  });
  const auto lifted = memory_.take_held_back_if([&](const Key& key, const Known& refused) {
    return concerns(key.client.address) && !blocks(decide, key, refused, at);
  });
  for (const auto& [key, refused] : lifted) {
    memory_.forget_over(key);
    lifted_.push_back({key.client, key.server, key.transport});
  }
  memory_.forget_refused_quic_if([&](const Key& key, const Known& refused) {
    return concerns(key.client.address) && !blocks(decide, key, refused, at);
  });
  const auto cut = memory_.take_known_if([&](const Key& key, const Known& known) {
    return concerns(key.client.address) && blocks(decide, key, known, at);
  });
  for (const auto& [key, known] : cut) {
    memory_.remember_refusal({key.client.address, key.server}, at, known);
    if (key.transport == wire::Transport::tcp) {
      memory_.remember_over(key, at, {});
    } else {
      memory_.remember_held_back(key, known);
      memory_.remember_cut({key.client.address, key.server}, at);
    }
    out.push_back({key.client, key.server, key.transport});
  }
  return out;
}

std::vector<Inspector::Connection> GatewayVerdicts::take_refused() { return std::exchange(refused_, {}); }
std::vector<Inspector::Connection> GatewayVerdicts::take_lifted() { return std::exchange(lifted_, {}); }
std::vector<Packet> GatewayVerdicts::take_replies() { return std::exchange(replies_, {}); }

}  // namespace edgewatch::enforce
