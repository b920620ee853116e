#include "edgewatch/enforce/gateway_inspector.hpp"

#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/http.hpp"

#include "recent_map.hpp"

#include <array>
#include <cstring>
#include <utility>
#include <variant>

namespace edgewatch::enforce {
namespace {

constexpr std::uint16_t dns_port = 53;
/// No hello and no request head that we read is longer.
constexpr std::size_t most_opening = std::size_t{32} * 1024;
/// Datagrams in which a QUIC hello is looked for behind something else (ENFORCEMENT A5 row 19).
constexpr int junk_datagrams = 8;
/// And those that a hello may be spread over, acknowledgements and repetitions included.
constexpr int most_datagrams = 32;
/// A connection that has said nothing for so long has no verdict to wait for.
constexpr std::chrono::seconds silent{120};
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

/// A connection without a verdict.
struct Flow {
  Timestamp last;
  bool from_syn = false;
  std::uint32_t first = 0;  ///< where its stream is anchored
  std::optional<wire::StreamPrefix> stream;
  std::size_t until = 0;  ///< a shorter prefix cannot change the answer
  std::size_t read = 0;   ///< of a stream of questions: what has been decided
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
};

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
  Impl(Decide decide, InspectorOptions options)
      : decide_(std::move(decide)),
        options_(options),
        decoder_(options.hash_key),
        flows_(Hasher<Key>{options.hash_key}),
        known_(Hasher<Key>{options.hash_key}),
        residual_(Hasher<Place>{options.hash_key}) {}

  PacketVerdict inspect(Timestamp at, const QueuedPacket& packet) {
    ++counts_.packets;
    at_ = at;
    sender_ = packet.sender;
    net::Frame frame;
    frame.at = at;
    frame.link = net::LinkType::raw;
    frame.bytes = packet.ip;
    frame.wire_length = static_cast<std::uint32_t>(packet.ip.size());
    const auto decoded = decoder_.decode(frame);
    // The kernel puts fragments together and drops what breaks TCP's rules before it queues; what cannot be
    // read all the same, and what others say in a tunnel, is not ours to judge.
    if (!decoded || *decoded == nullptr || (*decoded)->encapsulations > 0) return PacketVerdict::settled;
    const wire::Datagram& datagram = **decoded;
    forget_silent();
    if (datagram.transport == wire::Transport::tcp) return see_segment(datagram);
    if (datagram.transport == wire::Transport::udp) return see_datagram(datagram);
    return PacketVerdict::settled;
  }

  std::vector<Connection> reconsider(Timestamp at, const Decide& decide) {
    at_ = at;
    std::vector<Connection> out;
    residual_.clear();
    known_.erase_if([&](const Key& key, const Known& known) {
      const bool refused =
          decide(sighting(key, known, at, model::Confirmation::claimed)).verdict == model::Verdict::block;
      if (refused) out.push_back({key.client, key.server, key.transport});
      return refused;
    });
    for (const Connection& cut : out) remember_refusal(cut.client, cut.server);
    return out;
  }

  std::vector<Connection> take_refused() { return std::exchange(refused_, {}); }

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

  PacketVerdict see_segment(const wire::Datagram& datagram) {
    const Key key = key_of(datagram);
    const auto& tcp = datagram.tcp;
    const std::uint32_t first = tcp.syn ? tcp.sequence + 1 : tcp.sequence;
    if (tcp.syn && !tcp.ack && !begin(key, first)) return PacketVerdict::refuse_packet;
    if (datagram.payload.empty() || tcp.rst) return PacketVerdict::pass;
    Flow* flow = flows_.find(key);
    // Sent once more while the verdict was on its way.
    if (flow == nullptr && known_.find(key) != nullptr) return PacketVerdict::settled;
    if (flow == nullptr && key.server.port != dns_port && !may_open(datagram.payload)) {
      ++counts_.unseen_beginning;
      // The rest of a hello whose end was refused, sent once more by whoever takes no notice of resets.
      return was_refused(key) ? settle(key, PacketVerdict::refuse) : PacketVerdict::settled;
    }
    if (flow == nullptr) flow = &flow_of(key);
    if (!flow->stream) anchor(*flow, first, wire::Anchor::first_seen);
    flow->last = at_;
    if (const auto refusal = flow->stream->add(first, datagram.payload)) {
      if (refusal->kind != wire::Malformation::stream_overlap) return settle(key, unparsable(key));
      // No honest sender says two things of one byte: one of them is meant for us, the other for the server.
      ++counts_.contradictory;
      return settle(key, PacketVerdict::refuse);
    }
    note_held(*flow);
    const PacketVerdict verdict =
        key.server.port == dns_port ? read_questions(key, *flow) : read_opening(key, *flow);
    if (verdict != PacketVerdict::pass) return settle(key, verdict);
    keep_within_memory();
    return verdict;
  }

  /// False for a beginning that must not be: one in the middle of a hello. The server would take no notice of
  /// it, and the hello's end would belong to nothing; who means it takes another port.
  bool begin(const Key& key, std::uint32_t first) {
    Flow* flow = flows_.find(key);
    const bool other = flow != nullptr && flow->stream && flow->first != first;
    const bool begun = flow != nullptr && !other && flow->stream;
    if (begun) return true;  // the same once more
    if (other && flow->from_syn && flow->stream->held() > 0) return false;
    forget(key);
    flow = &flow_of(key);
    flow->from_syn = true;
    // Which of two beginnings the server took, the client's first bytes will tell.
    if (!other) anchor(*flow, first, wire::Anchor::syn);
    return true;
  }

  static void anchor(Flow& flow, std::uint32_t first, wire::Anchor kind) {
    flow.first = first;
    flow.read = flow.until = 0;
    flow.stream.emplace(most_opening);
    flow.stream->anchor(first, kind);
  }

  PacketVerdict read_opening(const Key& key, Flow& flow) {
    const Bytes prefix = flow.stream->prefix();
    if (prefix.empty() || prefix.size() < flow.until) return PacketVerdict::pass;
    const auto confirmation =
        flow.from_syn ? model::Confirmation::acknowledged : model::Confirmation::claimed;
    return std::visit(Overloaded{[&](const wire::NeedMore& need) {
                                   flow.until = need.until;
                                   return PacketVerdict::pass;
                                 },
                                 [&](wire::NotAHello) { return read_request(key, prefix, confirmation); },
                                 [&](const wire::ClientHello& hello) {
                                   return judge(key, hello, model::NameEvidence::tls_server_name,
                                                confirmation);
                                 },
                                 [&](const wire::DecodeError&) { return unparsable(key); }},
                      wire::read_tls_prefix(prefix));
  }

  PacketVerdict read_request(const Key& key, Bytes prefix, model::Confirmation confirmation) {
    return std::visit(
        Overloaded{[&](wire::HttpNeedMore) { return PacketVerdict::pass; },
                   [&](wire::NotHttp) { return PacketVerdict::settled; },
                   [&](wire::NoHost) { return nameless(key); },
                   [&](const net::HostName& host) {
                     return judge(key,
                                  Known{host, model::NameEvidence::http_host, model::Hidden::no, sender_},
                                  confirmation);
                   },
                   [&](const wire::DecodeError&) { return unparsable(key); }},
        wire::read_http_host(prefix));
  }

  /// Questions on a stream: one that is refused ends it, for what comes behind it cannot be parted from it.
  PacketVerdict read_questions(const Key& key, Flow& flow) {
    while (const auto next = wire::dns::next_on_stream(flow.stream->prefix(), flow.read)) {
      flow.read = next->next;
      const auto confirmation =
          flow.from_syn ? model::Confirmation::acknowledged : model::Confirmation::claimed;
      const PacketVerdict verdict = judge_questions(key, next->message, confirmation);
      if (verdict != PacketVerdict::pass) return PacketVerdict::refuse;
    }
    // A connection may be kept for many questions.
    if (flow.read > 0 && flow.read == flow.stream->prefix().size())
      anchor(flow, flow.first + static_cast<std::uint32_t>(flow.read), wire::Anchor::syn);
    return PacketVerdict::pass;
  }

  PacketVerdict see_datagram(const wire::Datagram& datagram) {
    const Key key = key_of(datagram);
    if (key.server.port == dns_port)
      return judge_questions(key, datagram.payload, model::Confirmation::claimed);
    const bool initial = wire::looks_like_quic_initial(datagram.payload);
    if (initial && options_.refuse_quic) {
      ++counts_.refused_quic;
      return settle(key, PacketVerdict::refuse);
    }
    Flow& flow = flow_of(key);
    flow.last = at_;
    ++flow.datagrams;
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
        Overloaded{[&](const wire::NeedMore&) { return patient ? PacketVerdict::pass : unparsable(key); },
                   [&](wire::NotAHello) { return patient ? PacketVerdict::pass : PacketVerdict::settled; },
                   [&](const wire::ClientHello& hello) {
                     return judge(key, hello, model::NameEvidence::quic_server_name,
                                  model::Confirmation::claimed);
                   },
                   [&](const wire::DecodeError& error) {
                     if (error.kind == wire::Malformation::stream_overlap) {
                       ++counts_.contradictory;
                       return PacketVerdict::refuse;
                     }
                     const bool over = error.kind == wire::Malformation::hello_limit ||
                                       error.kind == wire::Malformation::quic_version || !patient;
                     return over ? unparsable(key) : PacketVerdict::pass;
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
      if (is_refused(key, asked, confirmation)) return PacketVerdict::refuse_packet;
    }
    return PacketVerdict::pass;
  }

  PacketVerdict judge(const Key& key, const wire::ClientHello& hello, model::NameEvidence evidence,
                      model::Confirmation confirmation) {
    if (!hello.server_name || hello.server_name_is_ip) return nameless(key);
    return judge(key, Known{*hello.server_name, evidence, hidden_by(hello), sender_}, confirmation);
  }

  PacketVerdict judge(const Key& key, const Known& named, model::Confirmation confirmation) {
    if (is_refused(key, named, confirmation)) {
      remember_refusal(key.client, key.server);
      known_.erase(key);
      return PacketVerdict::refuse;
    }
    known_.put(key, named);
    while (known_.size() > options_.known) known_.drop_oldest();
    return PacketVerdict::settled;
  }

  bool is_refused(const Key& key, const Known& named, model::Confirmation confirmation) {
    const bool refused = decide_(sighting(key, named, at_, confirmation)).verdict == model::Verdict::block;
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

  PacketVerdict unparsable(const Key& key) {
    ++counts_.unparsable;
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

  PacketVerdict settle(const Key& key, PacketVerdict verdict) {
    forget(key);
    if (verdict == PacketVerdict::refuse && key.transport == wire::Transport::tcp)
      refused_.push_back({key.client, key.server, key.transport});
    return verdict;
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
    const std::size_t now = (flow.stream ? flow.stream->held() : 0) + (flow.quic ? flow.quic->held() : 0);
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
  }

  Decide decide_;
  InspectorOptions options_;
  wire::Decoder decoder_;
  wire::dns::Parser parser_;
  RecentMap<Key, Flow, Hasher<Key>> flows_;
  RecentMap<Key, Known, Hasher<Key>> known_;
  RecentMap<Place, Timestamp, Hasher<Place>> residual_;
  InspectorCounts counts_;
  std::vector<Connection> refused_;
  std::size_t held_ = 0;
  Timestamp at_{};                         ///< of the packet that is being judged
  std::optional<net::MacAddress> sender_;  ///< of it
};

Inspector::Inspector(Decide decide, InspectorOptions options)
    : impl_(std::make_unique<Impl>(std::move(decide), options)) {}
Inspector::~Inspector() = default;

PacketVerdict Inspector::inspect(Timestamp at, const QueuedPacket& packet) {
  return impl_->inspect(at, packet);
}
std::vector<Inspector::Connection> Inspector::reconsider(Timestamp at, const Decide& decide) {
  return impl_->reconsider(at, decide);
}
std::vector<Inspector::Connection> Inspector::take_refused() { return impl_->take_refused(); }
InspectorCounts Inspector::counts() const { return impl_->counts(); }
std::size_t Inspector::held() const { return impl_->held(); }

}  // namespace edgewatch::enforce
