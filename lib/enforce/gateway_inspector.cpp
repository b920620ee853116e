#include "edgewatch/enforce/gateway_inspector.hpp"

#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/http.hpp"
#include "edgewatch/wire/vpn.hpp"

#include "recent_map.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <variant>

namespace edgewatch::enforce {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::uint16_t private_dns_port = 853;  // RFC 7858 over TLS, RFC 9250 over QUIC
constexpr std::uint16_t ike_nat_port = 4500;     // RFC 3948
/// No hello and no request head that we read is longer.
constexpr std::size_t most_opening = std::size_t{32} * 1024;
/// Datagrams in which a QUIC hello is looked for behind something else (ENFORCEMENT A5 row 19).
constexpr int junk_datagrams = 8;
/// And those that a hello may be spread over, acknowledgements and repetitions included.
constexpr int most_datagrams = 32;
/// Clients begin with 64 or more hops, and no way has so many less: who sends with fewer means the packet to
/// reach us and not the server (ENFORCEMENT A5 row 23).
constexpr std::uint8_t least_hops = 32;
/// A connection that has said nothing for so long has no verdict to wait for, and no server waits longer for
/// the rest of a hello.
constexpr std::chrono::seconds silent{120};
/// Beginnings between the same two ports that wait for a verdict; all but one of them somebody made up, or
/// they passed without us.
constexpr std::size_t most_beginnings = 4;
/// How far from its beginning a segment may stand to belong to an opening.
constexpr std::uint32_t reach = 65536;
constexpr std::size_t most_residual = 65536;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

struct Key {
  net::Endpoint client, server;
  wire::Transport transport = wire::Transport::none;
  bool operator==(const Key&) const = default;
};

/// Whom a refusal is remembered of, and where.
struct Place {
  net::IpAddress client;
  net::Endpoint server;
  bool operator==(const Place&) const = default;
};

void put(std::array<std::uint64_t, 7>& words, std::size_t at, const net::IpAddress& address) {
  const Bytes bytes = address.bytes();
  std::memcpy(&words[at], bytes.data(), bytes.size());
}
std::uint64_t hash_of(HashKey key, const Key& flow) {
  std::array<std::uint64_t, 7> words{};
  put(words, 0, flow.client.address);
  put(words, 2, flow.server.address);
  words[4] = std::uint64_t{flow.client.port} << 32U | std::uint64_t{flow.server.port} << 8U |
             static_cast<std::uint64_t>(flow.transport);
  return siphash_words(key, words);
}
std::uint64_t hash_of(HashKey key, const Place& place) {
  std::array<std::uint64_t, 7> words{};
  put(words, 0, place.client);
  put(words, 2, place.server.address);
  words[4] = place.server.port;
  return siphash_words(key, words);
}

template <class T>
struct Hasher {
  HashKey key;
  std::size_t operator()(const T& value) const { return hash_of(key, value); }
};

/// Whether a segment belongs to what begins there, modulo 2^32: another connection between the same ports
/// begins somewhere else (RFC 6528).
bool is_near(std::uint32_t first, std::uint32_t sequence) {
  return sequence - first < reach || first - sequence < reach;
}

/// What a client says from one beginning on.
struct Stream {
  Stream(std::uint32_t sequence, wire::Anchor kind) : first(sequence), from_syn(kind == wire::Anchor::syn) {
    pieces.anchor(first, kind);
  }
  std::uint32_t first;  ///< where it is anchored
  bool from_syn;
  wire::StreamPrefix pieces{most_opening};
  std::size_t until = 0;  ///< a shorter prefix cannot change the answer
  std::size_t read = 0;   ///< of questions: what has been decided
};

/// A connection without a verdict.
struct Flow {
  Timestamp last;
  std::vector<Stream> streams;
  std::optional<wire::QuicHello> quic;
  int datagrams = 0;
  std::size_t held = 0;
};

/// A connection that was let through, by its name.
struct Known {
  net::HostName host;
  model::NameEvidence evidence = model::NameEvidence::none;
  model::Hidden hidden = model::Hidden::no;
  std::optional<net::MacAddress> sender{};
  std::optional<model::BypassSign::Kind> tunnel{};  ///< its first message opened one; it has no name
  std::uint32_t first = 0;                          ///< of a TCP connection: where its stream began
};

model::BypassSign::Kind kind_of(wire::Vpn vpn) {
  using Kind = model::BypassSign::Kind;
  if (vpn == wire::Vpn::wireguard) return Kind::wireguard;
  return vpn == wire::Vpn::openvpn ? Kind::openvpn : Kind::ike;
}

wire::VpnCarrier carrier_of(const Key& key) {
  if (key.transport == wire::Transport::tcp) return wire::VpnCarrier::tcp;
  const bool encapsulated = key.client.port == ike_nat_port || key.server.port == ike_nat_port;
  return encapsulated ? wire::VpnCarrier::udp_encapsulated : wire::VpnCarrier::udp;
}

/// What a connection is by where it goes: nothing on port 53, where questions are judged one by one.
std::optional<model::BypassSign::Kind> kind_of_place(const Key& key) {
  using Kind = model::BypassSign::Kind;
  if (key.server.port == dns_port) return std::nullopt;
  if (key.server.port != private_dns_port) return Kind::doh;
  return key.transport == wire::Transport::tcp ? Kind::dot : Kind::doq;
}

/// A connection that was refused.
struct Refused {
  Timestamp until;
  std::optional<std::uint32_t> first;  ///< where its stream began; none: over UDP, or cut behind that
};

model::Confirmation confirmation_by(const Stream* stream) {
  return stream != nullptr && stream->from_syn ? model::Confirmation::acknowledged
                                               : model::Confirmation::claimed;
}

/// Of two readings of one segment the stricter: what is one's end may be the middle of the other's hello.
bool is_stricter(PacketVerdict one, PacketVerdict other) {
  const auto rank = [](PacketVerdict verdict) {
    return verdict == PacketVerdict::settled ? 0 : verdict == PacketVerdict::pass ? 1 : 2;
  };
  return rank(one) > rank(other);
}

/// Whether a connection could begin like this.
bool may_open(Bytes payload) {
  return !std::holds_alternative<wire::NotAHello>(wire::read_tls_prefix(payload)) ||
         !std::holds_alternative<wire::NotHttp>(wire::read_http_host(payload));
}

model::Hidden hidden_by(const wire::ClientHello& hello) {
  if (hello.encrypted_server_name) return model::Hidden::esni;
  return hello.encrypted_client_hello ? model::Hidden::ech : model::Hidden::no;
}

}  // namespace

class Inspector::Impl {
 public:
  Impl(Decisions decide, InspectorOptions options)
      : decide_(std::move(decide)),
        options_(std::move(options)),
        decoder_(options_.hash_key),
        flows_(Hasher<Key>{options_.hash_key}),
        known_(Hasher<Key>{options_.hash_key}),
        over_(Hasher<Key>{options_.hash_key}),
        residual_(Hasher<Place>{options_.hash_key}) {}

  PacketVerdict inspect(Timestamp at, const QueuedPacket& packet) {
    net::Frame frame;
    frame.at = at;
    frame.link = net::LinkType::raw;
    frame.bytes = packet.ip;
    frame.wire_length = static_cast<std::uint32_t>(packet.ip.size());
    const auto decoded = decoder_.decode(frame);
    // The kernel puts fragments together and drops what breaks TCP's rules before it queues; what cannot be
    // read all the same, and what others say in a tunnel, is not ours to judge.
    if (!decoded || *decoded == nullptr || (*decoded)->encapsulations > 0) {
      ++counts_.packets;
      return PacketVerdict::settled;
    }
    return inspect(at, **decoded, packet.sender);
  }

  PacketVerdict inspect(Timestamp at, const wire::Datagram& datagram,
                        const std::optional<net::MacAddress>& sender) {
    ++counts_.packets;
    at_ = at;
    sender_ = sender;
    datagram_ = &datagram;
    forget_silent();
    if (datagram.transport == wire::Transport::tcp) return see_segment(datagram);
    if (datagram.transport == wire::Transport::udp) return see_datagram(datagram);
    return PacketVerdict::settled;
  }

  std::vector<Connection> reconsider(Timestamp at, const Decisions& decide) {
    at_ = at;
    std::vector<Connection> out;
    residual_.clear();
    const auto blocks = [](const model::Decision& decision) {
      return decision.verdict == model::Verdict::block;
    };
    known_.erase_if([&](const Key& key, const Known& known) {
      const auto kind = known.tunnel ? known.tunnel : kind_of_place(key);
      const bool refused =
          (kind && blocks(decide.bypass(sign(key, *kind, at, known.sender)))) ||
          (!known.tunnel && blocks(decide.name(sighting(key, known, at, model::Confirmation::claimed))));
      if (refused) out.push_back({key.client, key.server, key.transport});
      return refused;
    });
    for (const Connection& cut : out) {
      remember_refusal(cut.client, cut.server);
      if (cut.transport == wire::Transport::tcp) remember_over({cut.client, cut.server, cut.transport}, {});
    }
    return out;
  }

  std::vector<Connection> take_refused() { return std::exchange(refused_, {}); }
  std::vector<Packet> take_replies() { return std::exchange(replies_, {}); }

  InspectorCounts counts() const {
    InspectorCounts out = counts_;
    out.flows = flows_.size();
    out.residual = residual_.size();
    return out;
  }
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  static Key key_of(const wire::Datagram& datagram) {
    return {datagram.from, datagram.to, datagram.transport};
  }

  static model::Sighting sighting(const Key& key, const Known& known, Timestamp at,
                                  model::Confirmation confirmation) {
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

  static model::BypassSign sign(const Key& key, model::BypassSign::Kind kind, Timestamp at,
                                const std::optional<net::MacAddress>& sender) {
    model::BypassSign out;
    out.at = at;
    out.client.address = key.client.address;
    out.client.mac = sender;
    out.server = key.server;
    out.kind = kind;
    return out;
  }

  bool is_refused(const Key& key, model::BypassSign::Kind kind) {
    const bool refused = decide_.bypass(sign(key, kind, at_, sender_)).verdict == model::Verdict::block;
    if (refused) ++counts_.refused_bypass.at(static_cast<std::size_t>(kind));
    return refused;
  }
  bool is_refused_place(const Key& key) {
    const auto kind = kind_of_place(key);
    return kind && is_refused(key, *kind);
  }

  /// Nothing where no tunnel is opened by it.
  std::optional<PacketVerdict> judge_tunnel(const Key& key, Bytes payload, std::uint32_t first = 0) {
    const auto opening = wire::vpn_opening(payload, carrier_of(key));
    if (!opening) return std::nullopt;
    const auto kind = kind_of(opening->vpn);
    if (is_refused(key, kind)) return PacketVerdict::refuse;
    remember(key, Known{{}, model::NameEvidence::none, model::Hidden::no, sender_, kind, first});
    return PacketVerdict::settled;
  }

  PacketVerdict see_segment(const wire::Datagram& datagram) {
    const Key key = key_of(datagram);
    const auto& tcp = datagram.tcp;
    const std::uint32_t first = tcp.syn ? tcp.sequence + 1 : tcp.sequence;
    if (tcp.syn && !tcp.ack && (is_refused_place(key) || !begin(key, first)))
      return PacketVerdict::refuse_packet;
    if (datagram.payload.empty() || tcp.rst) return PacketVerdict::pass;
    Flow* flow = flows_.find(key);
    const auto is_of = [first](const Stream& stream) { return is_near(stream.first, first); };
    if (flow == nullptr || std::ranges::none_of(flow->streams, is_of)) {
      if (const auto verdict = without_beginning(key, first, flow != nullptr)) return *verdict;
      flow = &flow_of(key);
      flow->streams.emplace_back(first, wire::Anchor::first_seen);
    }
    flow->last = at_;
    std::optional<PacketVerdict> verdict;
    std::uint32_t decided = first;
    for (Stream& stream : flow->streams) {
      if (!is_of(stream)) continue;
      const PacketVerdict one = read(key, stream, first, datagram.payload);
      if (verdict && !is_stricter(one, *verdict)) continue;
      verdict = one;
      decided = stream.first;
    }
    note_held(*flow);
    // What the server reads may still come: it must be the same.
    const bool is_final = is_stricter(*verdict, PacketVerdict::pass) || datagram.hop_limit >= least_hops;
    if (*verdict != PacketVerdict::pass && is_final) return settle(key, *verdict, decided);
    keep_within_memory();
    return PacketVerdict::pass;
  }

  /// Of a segment that belongs to no beginning that waits for a verdict; nothing where it may be one itself.
  std::optional<PacketVerdict> without_beginning(const Key& key, std::uint32_t sequence, bool others_wait) {
    // Sent once more while the verdict was on its way.
    const Known* known = known_.find(key);
    if (known != nullptr && is_near(known->first, sequence)) return PacketVerdict::settled;
    // The rest of what was refused, sent once more by whoever takes no notice of resets. Only that: where
    // packets pass without us, the rest of another's hello comes from the same client to the same server.
    const Refused* over = over_.find(key);
    if (over != nullptr && over->until > at_ && (!over->first || is_near(*over->first, sequence))) {
      ++counts_.refused_residual;
      // By itself: the tracker may already have another connection from that port in its place.
      return PacketVerdict::refuse_packet;
    }
    if (others_wait && flows_.find(key)->streams.size() >= most_beginnings) return PacketVerdict::pass;
    if (key.server.port == dns_port || may_open(datagram_->payload)) return std::nullopt;
    ++counts_.unseen_beginning;
    // It may still be what a beginning that waits goes on with, far ahead.
    return others_wait ? PacketVerdict::pass : PacketVerdict::settled;
  }

  /// A second beginning may be a port that is used again, of which we did not see the end, or made up to hide
  /// the first: which of the two the server took the client's bytes will tell, so both are kept. False where
  /// there are too many, and each has said something.
  bool begin(const Key& key, std::uint32_t first) {
    Flow& flow = flow_of(key);
    flow.last = at_;
    const auto same = [first](const Stream& stream) { return stream.first == first; };
    if (std::ranges::any_of(flow.streams, same)) return true;
    if (flow.streams.size() >= most_beginnings) {
      const auto empty =
          std::ranges::find_if(flow.streams, [](const Stream& stream) { return stream.pieces.held() == 0; });
      if (empty == flow.streams.end()) return false;
      flow.streams.erase(empty);
    }
    flow.streams.emplace_back(first, wire::Anchor::syn);
    return true;
  }

  PacketVerdict read(const Key& key, Stream& stream, std::uint32_t sequence, Bytes payload) {
    if (const auto refusal = stream.pieces.add(sequence, payload)) {
      if (refusal->kind != wire::Malformation::stream_overlap) return unparsable(key, &stream);
      // No honest sender says two things of one byte: one of them is meant for us, the other for the server.
      ++counts_.contradictory;
      return PacketVerdict::refuse;
    }
    return key.server.port == dns_port ? read_questions(key, stream) : read_opening(key, stream);
  }

  PacketVerdict read_opening(const Key& key, Stream& stream) {
    const Bytes prefix = stream.pieces.prefix();
    if (prefix.empty() || prefix.size() < stream.until) return PacketVerdict::pass;
    return std::visit(Overloaded{[&](const wire::NeedMore& need) {
                                   stream.until = need.until;
                                   return PacketVerdict::pass;
                                 },
                                 [&](wire::NotAHello) { return read_request(key, stream); },
                                 [&](const wire::ClientHello& hello) {
                                   return judge(key, hello, model::NameEvidence::tls_server_name, &stream);
                                 },
                                 [&](const wire::DecodeError&) { return unparsable(key, &stream); }},
                      wire::read_tls_prefix(prefix));
  }

  PacketVerdict read_request(const Key& key, const Stream& stream) {
    return std::visit(
        Overloaded{
            [&](wire::HttpNeedMore) { return PacketVerdict::pass; },
            [&](wire::NotHttp) {
              return judge_tunnel(key, stream.pieces.prefix(), stream.first).value_or(PacketVerdict::settled);
            },
            [&](wire::NoHost) { return nameless(key); },
            [&](const net::HostName& host) {
              const Known named{host,        model::NameEvidence::http_host, model::Hidden::no, sender_, {},
                                stream.first};
              const PacketVerdict verdict = judge(key, named, confirmation_by(&stream));
              return verdict == PacketVerdict::refuse ? refuse_request(key, named, stream) : verdict;
            },
            [&](const wire::DecodeError&) { return unparsable(key, &stream); }},
        wire::read_http_host(stream.pieces.prefix()));
  }

  /// With a page, where the beginning of the connection was seen, so that nothing is said in a server's name
  /// to whom it does not speak.
  PacketVerdict refuse_request(const Key& key, const Known& named, const Stream& stream) {
    if (!options_.page || !stream.from_syn) return PacketVerdict::refuse;
    const std::string page = options_.page(sighting(key, named, at_, confirmation_by(&stream)));
    for (Packet& packet : response_back(*datagram_, page)) replies_.push_back(std::move(packet));
    replies_.push_back(reset_onward(*datagram_));
    return PacketVerdict::answer_end;
  }

  /// Questions on a stream: one that is refused ends it, for what comes behind it cannot be parted from it.
  PacketVerdict read_questions(const Key& key, Stream& stream) {
    while (const auto next = wire::dns::next_on_stream(stream.pieces.prefix(), stream.read)) {
      stream.read = next->next;
      const PacketVerdict verdict = judge_questions(key, next->message, confirmation_by(&stream));
      if (verdict != PacketVerdict::pass) return PacketVerdict::refuse;
    }
    // A connection may be kept for many questions.
    if (stream.read > 0 && stream.read == stream.pieces.prefix().size()) {
      const bool from_syn = stream.from_syn;
      stream = Stream(stream.first + static_cast<std::uint32_t>(stream.read), wire::Anchor::syn);
      stream.from_syn = from_syn;
    }
    return PacketVerdict::pass;
  }

  PacketVerdict see_datagram(const wire::Datagram& datagram) {
    const Key key = key_of(datagram);
    if (key.server.port == dns_port)
      return judge_questions(key, datagram.payload, model::Confirmation::claimed);
    if (const Refused* over = over_.find(key); over != nullptr && over->until > at_)
      return PacketVerdict::refuse;
    const bool initial = wire::looks_like_quic_initial(datagram.payload);
    if (initial && options_.refuse_quic) {
      ++counts_.refused_quic;
      return settle(key, PacketVerdict::refuse);
    }
    if (initial && datagram.hop_limit < least_hops) {
      ++counts_.contradictory;
      return PacketVerdict::refuse_packet;
    }
    if (flows_.find(key) == nullptr && is_refused_place(key)) return PacketVerdict::refuse;
    Flow& flow = flow_of(key);
    flow.last = at_;
    ++flow.datagrams;
    if (!flow.quic && !initial) {
      if (const auto verdict = judge_tunnel(key, datagram.payload)) return settle(key, *verdict);
    }
    if (initial && !flow.quic) flow.quic.emplace();
    if (!flow.quic) {
      return flow.datagrams < junk_datagrams ? PacketVerdict::pass : settle(key, PacketVerdict::settled);
    }
    const PacketVerdict verdict = read_initials(key, flow, datagram.payload);
    if (verdict != PacketVerdict::pass) return settle(key, verdict);
    note_held(flow);
    keep_within_memory();
    return verdict;
  }

  PacketVerdict read_initials(const Key& key, Flow& flow, Bytes payload) {
    const bool patient = flow.datagrams < most_datagrams;
    return std::visit(
        Overloaded{
            [&](const wire::NeedMore&) { return patient ? PacketVerdict::pass : unparsable(key, nullptr); },
            [&](wire::NotAHello) { return patient ? PacketVerdict::pass : PacketVerdict::settled; },
            [&](const wire::ClientHello& hello) {
              return judge(key, hello, model::NameEvidence::quic_server_name, nullptr);
            },
            [&](const wire::DecodeError& error) {
              if (error.kind == wire::Malformation::stream_overlap) {
                ++counts_.contradictory;
                return PacketVerdict::refuse;
              }
              const bool over = error.kind == wire::Malformation::hello_limit ||
                                error.kind == wire::Malformation::quic_version || !patient;
              return over ? unparsable(key, nullptr) : PacketVerdict::pass;
            }},
        flow.quic->add(payload));
  }

  PacketVerdict judge_questions(const Key& key, Bytes message, model::Confirmation confirmation) {
    const auto parsed = parser_.parse(message);
    if (!parsed) {
      ++counts_.unparsable;
      return options_.refuse_unparsable ? PacketVerdict::refuse_packet : PacketVerdict::pass;
    }
    for (const wire::dns::Question& question : (*parsed)->questions) {
      const Known asked{question.qname, model::NameEvidence::dns_question, model::Hidden::no, sender_};
      if (is_refused(key, asked, confirmation)) return refuse_question(key, message);
    }
    return PacketVerdict::pass;
  }

  PacketVerdict refuse_question(const Key& key, Bytes message) {
    const bool may_answer = options_.answer_questions && key.transport == wire::Transport::udp;
    const auto answer = may_answer ? dns_refusal(message) : std::nullopt;
    if (!answer) return PacketVerdict::refuse_packet;
    replies_.push_back(datagram_back(*datagram_, *answer));
    return PacketVerdict::answer;
  }

  PacketVerdict judge(const Key& key, const wire::ClientHello& hello, model::NameEvidence evidence,
                      const Stream* stream) {
    if (!hello.server_name || hello.server_name_is_ip) return nameless(key);
    const std::uint32_t first = stream == nullptr ? 0 : stream->first;
    return judge(key, Known{*hello.server_name, evidence, hidden_by(hello), sender_, {}, first},
                 confirmation_by(stream));
  }

  PacketVerdict judge(const Key& key, const Known& named, model::Confirmation confirmation) {
    if (is_refused(key, named, confirmation)) {
      remember_refusal(key.client, key.server);
      known_.erase(key);
      return PacketVerdict::refuse;
    }
    remember(key, named);
    return PacketVerdict::settled;
  }

  void remember(const Key& key, const Known& known) {
    known_.put(key, known);
    while (known_.size() > options_.known) known_.drop_oldest();
  }

  bool is_refused(const Key& key, const Known& named, model::Confirmation confirmation) {
    const bool refused =
        decide_.name(sighting(key, named, at_, confirmation)).verdict == model::Verdict::block;
    ++(refused ? counts_.refused : counts_.allowed);
    return refused;
  }

  /// A hello that names nothing goes through, but where the same client was just refused a name at the same
  /// server: then it is the retry that hides it.
  PacketVerdict nameless(const Key& key) {
    ++counts_.without_name;
    return was_refused(key) ? PacketVerdict::refuse : PacketVerdict::settled;
  }

  void remember_refusal(const net::Endpoint& client, const net::Endpoint& server) {
    residual_.put({client.address, server}, at_ + options_.residual);
    while (residual_.size() > most_residual) residual_.drop_oldest();
  }

  /// Whether this client was refused a name at this server just now; counts it.
  bool was_refused(const Key& key) {
    const Timestamp* until = residual_.find({key.client.address, key.server});
    const bool refused = until != nullptr && *until > at_;
    if (refused) ++counts_.refused_residual;
    return refused;
  }

  PacketVerdict unparsable(const Key& key, const Stream* stream) {
    ++counts_.unparsable;
    // What begins somewhere in the middle was hardly meant to be read as a hello.
    if (stream != nullptr && !stream->from_syn) return PacketVerdict::settled;
    if (options_.refuse_unparsable) return PacketVerdict::refuse;
    return nameless(key);
  }

  Flow& flow_of(const Key& key) {
    if (Flow* flow = flows_.find(key)) return *flow;
    while (flows_.size() > 0 && flows_.size() >= options_.flows) evict();
    Flow& flow = flows_.put(key, Flow{});
    flow.last = at_;
    return flow;
  }

  PacketVerdict settle(const Key& key, PacketVerdict verdict, std::optional<std::uint32_t> first = {}) {
    forget(key);
    over_.erase(key);
    if (verdict == PacketVerdict::refuse || verdict == PacketVerdict::answer_end) {
      // Of two datagrams that wait for us together each has an entry of its own in the tracker, and only the
      // first one's stays: the mark of the refused one is lost, and its end, sent once more, would pass.
      remember_over(key, first);
      if (key.transport == wire::Transport::tcp) refused_.push_back({key.client, key.server, key.transport});
    }
    return verdict;
  }

  void remember_over(const Key& key, std::optional<std::uint32_t> first) {
    over_.put(key, {at_ + silent, first});
    while (over_.size() > options_.known) over_.drop_oldest();
  }

  void forget(const Key& key) {
    if (const Flow* flow = flows_.find(key)) held_ -= flow->held;
    flows_.erase(key);
  }

  void evict() {
    ++counts_.evicted;
    forget(Key(flows_.oldest().first));
  }

  void note_held(Flow& flow) {
    std::size_t now = flow.quic ? flow.quic->held() : 0;
    for (const Stream& stream : flow.streams) now += stream.pieces.held();
    held_ = held_ - flow.held + now;
    flow.held = now;
  }

  void keep_within_memory() {
    while (held_ > options_.memory_bytes && flows_.size() > 1) evict();
  }

  /// In order of their beginning, which is nearly that of their last word: a hello takes a moment.
  void forget_silent() {
    while (flows_.size() > 0 && flows_.oldest().second.last + silent < at_)
      forget(Key(flows_.oldest().first));
    while (residual_.size() > 0 && residual_.oldest().second <= at_) residual_.drop_oldest();
    while (over_.size() > 0 && over_.oldest().second.until <= at_) over_.drop_oldest();
  }

  Decisions decide_;
  InspectorOptions options_;
  wire::Decoder decoder_;
  wire::dns::Parser parser_;
  RecentMap<Key, Flow, Hasher<Key>> flows_;
  RecentMap<Key, Known, Hasher<Key>> known_;
  RecentMap<Key, Refused, Hasher<Key>> over_;
  RecentMap<Place, Timestamp, Hasher<Place>> residual_;
  InspectorCounts counts_;
  std::vector<Connection> refused_;
  std::vector<Packet> replies_;
  const wire::Datagram* datagram_ = nullptr;  ///< that is being judged
  std::size_t held_ = 0;
  Timestamp at_{};                         ///< of the packet that is being judged
  std::optional<net::MacAddress> sender_;  ///< of it
};

Inspector::Inspector(Decisions decide, InspectorOptions options)
    : impl_(std::make_unique<Impl>(std::move(decide), std::move(options))) {}
Inspector::~Inspector() = default;

PacketVerdict Inspector::inspect(Timestamp at, const QueuedPacket& packet) {
  return impl_->inspect(at, packet);
}
PacketVerdict Inspector::inspect(Timestamp at, const wire::Datagram& datagram,
                                 const std::optional<net::MacAddress>& sender) {
  return impl_->inspect(at, datagram, sender);
}
std::vector<Inspector::Connection> Inspector::reconsider(Timestamp at, const Decisions& decide) {
  return impl_->reconsider(at, decide);
}
std::vector<Inspector::Connection> Inspector::take_refused() { return impl_->take_refused(); }
std::vector<Packet> Inspector::take_replies() { return impl_->take_replies(); }
InspectorCounts Inspector::counts() const { return impl_->counts(); }
std::size_t Inspector::held() const { return impl_->held(); }

}  // namespace edgewatch::enforce
