#include "edgewatch/enforce/mirror_inspector.hpp"

#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include "recent_map.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace edgewatch::enforce {
namespace {

constexpr std::uint16_t dns_port = 53;
/// Pairs of resets for one connection. The first does it unless it lost the race; each later one has the
/// numbers of what came in between.
constexpr int most_resets = 8;
/// How far numbers may run ahead of what was seen: further is not of this connection.
constexpr std::uint32_t most_ahead = 1U << 24U;

struct Key {
  net::Endpoint client, server;
  bool operator==(const Key&) const = default;
};

struct Hasher {
  HashKey key;
  std::size_t operator()(const Key& flow) const {
    std::array<std::uint64_t, 5> words{};
    const auto put = [&](std::size_t at, const net::IpAddress& address) {
      std::memcpy(&words.at(at), address.bytes().data(), address.bytes().size());
    };
    put(0, flow.client.address);
    put(2, flow.server.address);
    words[4] = std::uint64_t{flow.client.port} << 32U | flow.server.port;
    return siphash_words(key, words);
  }
};

/// A connection whose beginning was seen. Numbers are those of TCP, compared as they wrap.
struct Connection {
  std::uint32_t client_first = 0;  ///< the first byte of either side
  std::uint32_t server_first = 0;
  std::uint32_t client_next = 0;  ///< behind the last byte that was seen
  std::uint32_t server_next = 0;
  std::uint32_t server_at_reset = 0;
  bool answered = false;     ///< the server took it up, with the client's number
  bool doubtful = false;     ///< two servers did: one of them is nobody's
  bool settled = false;      ///< its name was judged, or there is none
  bool refused = false;      ///< its name, when the decision was last asked
  bool let_through = false;  ///< its name was not refused before, or nobody could have told
  bool left_alone = false;   ///< and counted so
  bool spoke_on = false;     ///< the server, after our reset
  bool went_on = false;
  int resets = 0;
  std::uint64_t asked = 0;                ///< by which decisions
  std::unique_ptr<model::Sighting> name;  ///< that was judged, where it may still be refused
  /// The first bytes that other SYNs named, one of which may take its place: made up, sent again with another
  /// number, or of a port that is used again. The server will say.
  std::array<std::optional<std::uint32_t>, 4> others;
  std::size_t next_other = 0;
  void note_another(std::uint32_t first) {
    if (std::ranges::find(others, first) == others.end()) others[next_other++ % others.size()] = first;
  }
  SeenLink link;  ///< once it was reset
};

/// How far `to` lies behind `from`, by numbers that wrap.
std::uint32_t ahead(std::uint32_t from, std::uint32_t to) { return to - from; }
bool is_ahead(std::uint32_t from, std::uint32_t to) {
  return ahead(from, to) != 0 && ahead(from, to) <= most_ahead;
}

/// The number that its sender goes on with: the end of a stream takes one of its own.
std::uint32_t end_of(const wire::Datagram& datagram) {
  return datagram.tcp.sequence + datagram.payload_length + (datagram.tcp.fin ? 1U : 0U);
}

/// Bad bytes are taken by no host, so anybody may have sent them in a client's name.
bool is_sound(const wire::Datagram& datagram) { return wire::checksum_of(datagram) == wire::Checksum::good; }

/// A resolver may ask another from its own port 53 (QR, RFC 1035 section 4.1.1).
bool is_question(Bytes message) { return message.size() > 2 && (message[2] & 0x80U) == 0; }

InspectorOptions inspector_options(HashKey key) {
  InspectorOptions out;
  out.hash_key = key;
  return out;
}

}  // namespace

class MirrorInspector::Impl {
 public:
  Impl(Decide decide, Send send, Stopped stopped, MirrorOptions options)
      : decide_(std::move(decide)),
        send_(std::move(send)),
        stopped_(std::move(stopped)),
        options_(std::move(options)),
        decoder_(options_.hash_key),
        inspector_({[this](const model::Sighting& sighting) { return ask(sighting); }},
                   inspector_options(options_.hash_key)),
        connections_(Hasher{options_.hash_key}) {}

  void see(const net::Frame& frame) {
    const auto link = link_of(frame);
    if (!link) return;
    const auto decoded = decoder_.decode(frame);
    if (!decoded || *decoded == nullptr || (*decoded)->encapsulations > 0) return;
    const wire::Datagram& datagram = **decoded;
    const Seen seen{frame.at, datagram, *link};
    if (datagram.transport == wire::Transport::tcp) see_segment(seen);
    if (datagram.transport == wire::Transport::udp) see_datagram(seen);
  }

  void reconsider() { ++decisions_; }

  MirrorCounts counts() const {
    MirrorCounts out = counts_;
    out.names = inspector_.counts();
    return out;
  }

 private:
  struct Seen {
    Timestamp at;
    const wire::Datagram& datagram;
    const SeenLink& link;
  };

  [[nodiscard]] bool is_watched(const net::IpAddress& address) const {
    return net::contains(options_.inside, address) && !net::contains(options_.exclude, address);
  }

  model::Decision ask(const model::Sighting& sighting) {
    model::Decision out = decide_(sighting);
    asked_ = sighting;
    if (out.verdict == model::Verdict::block) refused_ = sighting;
    return out;
  }

  /// Whether this packet is what completes a name that is refused. What the gateway refuses for other
  /// reasons, a mirror leaves alone: it ends a connection by its name or not at all.
  bool is_refused(const Seen& seen, PacketVerdict& verdict) {
    asked_.reset();
    refused_.reset();
    verdict = inspector_.inspect(seen.at, seen.datagram, seen.datagram.source_mac);
    static_cast<void>(inspector_.take_refused());
    return refused_.has_value();
  }

  void see_segment(const Seen& seen) {
    const wire::Datagram& datagram = seen.datagram;
    if (datagram.tcp.syn && !datagram.tcp.ack) return begin(seen);
    // Resets are mostly our own, come back by the mirror.
    if (datagram.tcp.rst) return;
    if (Connection* connection = connections_.find({datagram.from, datagram.to}))
      return see_client(seen, *connection);
    if (Connection* connection = connections_.find({datagram.to, datagram.from}))
      return see_server(seen, *connection);
  }

  void begin(const Seen& seen) {
    const wire::Datagram& datagram = seen.datagram;
    if (!is_watched(datagram.from.address)) return;
    if (!is_sound(datagram)) {
      ++counts_.damaged;
      return;
    }
    const Key key{datagram.from, datagram.to};
    const std::uint32_t first = datagram.tcp.sequence + 1;
    Connection* known = connections_.find(key);
    const bool is_same = known != nullptr && known->client_first == first;
    if (!is_same && known != nullptr && known->answered) {
      known->note_another(first);
    } else if (!is_same) {
      Connection before;
      if (known != nullptr) {
        before.others = known->others;
        before.next_other = known->next_other;
        before.note_another(known->client_first);
      }
      known = &begin_at(key, first);
      known->others = before.others;
      known->next_other = before.next_other;
    }
    PacketVerdict verdict{};
    // A name in the very first segment (RFC 7413): nobody has taken it up yet.
    if (is_refused(seen, verdict) && known->client_first == first) {
      remember(*known, *refused_);
      known->let_through = true;
    }
  }

  Connection& begin_at(const Key& key, std::uint32_t first) {
    Connection fresh;
    fresh.client_first = fresh.client_next = first;
    Connection& out = connections_.put(key, std::move(fresh));
    while (connections_.size() > options_.connections) {
      connections_.drop_oldest();
      ++counts_.evicted;
    }
    return out;
  }

  /// So that it can be asked again whether it is refused, or sent again what could not be sent.
  void remember(Connection& connection, const model::Sighting& name) const {
    connection.name = std::make_unique<model::Sighting>(name);
    connection.asked = decisions_;
    connection.refused = refused_.has_value();
    connection.let_through = !connection.refused;
  }

  void see_server(const Seen& seen, Connection& connection) {
    const auto& tcp = seen.datagram.tcp;
    if (tcp.syn) return take_up(seen, connection);
    const std::uint32_t end = end_of(seen.datagram);
    if (!connection.answered || !is_ahead(connection.server_next, end)) return;
    connection.server_next = end;
    if (connection.resets == 0) return;
    if (!std::exchange(connection.spoke_on, true)) ++counts_.answered;
    // What it said is on its way to the client, who waits for what comes behind it from then on.
    reset_again(connection, Key{seen.datagram.to, seen.datagram.from}, end);
  }

  void take_up(const Seen& seen, Connection& known) {
    const auto& tcp = seen.datagram.tcp;
    const bool is_another = tcp.acknowledgement != known.client_first &&
                            std::ranges::find(known.others, tcp.acknowledgement) != known.others.end();
    if (!is_another && (tcp.acknowledgement != known.client_first || known.doubtful)) return;
    if (!is_sound(seen.datagram)) {
      ++counts_.damaged;
      return;
    }
    Connection& connection =
        is_another ? begin_at({seen.datagram.to, seen.datagram.from}, tcp.acknowledgement) : known;
    const std::uint32_t first = tcp.sequence + 1;
    if (connection.answered && connection.server_first != first) {
      connection.doubtful = true;
      connection.answered = false;
      return;
    }
    if (connection.answered) return;  // sent once more
    connection.answered = true;
    connection.server_first = connection.server_next = first;
  }

  void see_client(const Seen& seen, Connection& connection) {
    const wire::Datagram& datagram = seen.datagram;
    const std::uint32_t end = end_of(datagram);
    if (is_ahead(connection.client_next, end)) connection.client_next = end;
    if (connection.resets > 0) return see_survivor(seen, connection);
    if (connection.name) return see_judged(seen, connection);
    if (connection.settled || datagram.payload.empty()) return;
    if (!is_sound(datagram)) return leave_alone(connection, counts_.damaged);
    PacketVerdict verdict{};
    const bool refused = is_refused(seen, verdict);
    connection.settled = verdict != PacketVerdict::pass;
    if (!connection.settled || !asked_) return;
    remember(connection, refused ? *refused_ : *asked_);
    if (!refused) return;
    if (is_proven(datagram, connection)) return reset(seen, connection);
    // Whoever said the name may have been somebody else.
    connection.name.reset();
    leave_alone(connection, counts_.unproven);
  }

  /// Of a client whose name was judged: by now it may be refused, or be so no longer.
  void see_judged(const Seen& seen, Connection& connection) {
    if (std::exchange(connection.asked, decisions_) != decisions_) {
      model::Sighting again = *connection.name;
      again.at = seen.at;
      connection.refused = decide_(again).verdict == model::Verdict::block;
      connection.let_through = connection.let_through || !connection.refused;
    }
    if (!connection.refused) return;
    if (!is_sound(seen.datagram)) return leave_alone(connection, counts_.damaged);
    if (!is_proven(seen.datagram, connection)) return leave_alone(connection, counts_.unproven);
    reset(seen, connection);
  }

  /// A client that speaks though it was reset: what it takes from the server is what we came too late for.
  void see_survivor(const Seen& seen, Connection& connection) {
    const auto& tcp = seen.datagram.tcp;
    if (!tcp.ack) return;
    if (!connection.went_on && is_ahead(connection.server_at_reset, tcp.acknowledgement)) {
      connection.went_on = true;
      ++counts_.went_on;
    }
    reset_again(connection, Key{seen.datagram.from, seen.datagram.to}, tcp.acknowledgement);
  }

  /// Both ends were seen right: the server took up this very connection, and the client acknowledges what it
  /// said. Anything else may be somebody else, in the client's name.
  static bool is_proven(const wire::Datagram& datagram, const Connection& connection) {
    if (!connection.answered || !datagram.tcp.ack) return false;
    const std::uint32_t said = ahead(connection.server_first, connection.server_next);
    return ahead(connection.server_first, datagram.tcp.acknowledgement) <= said;
  }

  /// What is left alone is counted, a connection once.
  static void leave_alone(Connection& connection, std::uint64_t& count) {
    if (!std::exchange(connection.left_alone, true)) ++count;
  }

  /// Where it cannot be sent now, it is with the client's next segment.
  void reset(const Seen& seen, Connection& connection) {
    const wire::Datagram& datagram = seen.datagram;
    connection.link = seen.link;
    connection.server_at_reset = connection.server_next;
    if (!send_resets(connection, {datagram.from, datagram.to}, datagram.tcp.acknowledgement)) return;
    ++counts_.reset;
    if (connection.let_through) {
      ++counts_.cut;
    } else {
      stopped_(*connection.name);
    }
    connection.name.reset();
  }

  void reset_again(Connection& connection, const Key& key, std::uint32_t waits_for) {
    if (connection.resets < most_resets) static_cast<void>(send_resets(connection, key, waits_for));
  }

  /// The client first: whoever has forgotten a connection resets it by itself when the server answers.
  bool send_resets(Connection& connection, const Key& key, std::uint32_t client_waits_for) {
    std::vector<Packet> frames;
    const auto to_client = [&](std::uint32_t sequence) {
      frames.push_back(
          frame_towards(Way::to_client, connection.link, options_.ours,
                        enforce::reset(key.server, key.client, sequence, connection.client_next)));
    };
    to_client(client_waits_for);
    // What the server said meanwhile may have come to the client before this does.
    if (connection.server_next != client_waits_for) to_client(connection.server_next);
    frames.push_back(
        frame_towards(Way::to_server, connection.link, options_.ours,
                      enforce::reset(key.client, key.server, connection.client_next, client_waits_for)));
    const bool sent = put_on_the_wire(key.client.address, frames);
    if (sent) ++connection.resets;
    return sent;
  }

  void see_datagram(const Seen& seen) {
    const wire::Datagram& datagram = seen.datagram;
    const bool question = datagram.to.port == dns_port && is_question(datagram.payload);
    if (!question && !wire::looks_like_quic_initial(datagram.payload)) return;
    if (!is_watched(datagram.from.address)) return;
    PacketVerdict verdict{};
    if (!is_refused(seen, verdict)) return;
    if (question) return answer(seen);
    ++counts_.quic;
  }

  void answer(const Seen& seen) {
    if (!is_sound(seen.datagram)) {
      ++counts_.damaged;
      return;
    }
    const auto message = dns_refusal(seen.datagram.payload);
    if (!message) {
      ++counts_.unanswerable;
      return;
    }
    const Packet packet = datagram_back(seen.datagram, *message);
    const Packet frame = frame_towards(Way::to_client, seen.link, options_.ours, packet);
    if (!put_on_the_wire(seen.datagram.from.address, {frame})) return;
    ++counts_.forged;
    stopped_(*refused_);
  }

  bool put_on_the_wire(const net::IpAddress& client, const std::vector<Packet>& frames) {
    const MayBeSent sent = send_(client, frames);
    if (sent == MayBeSent::yes) counts_.frames += frames.size();
    if (sent == MayBeSent::no) ++counts_.unsent;
    if (sent == MayBeSent::over_share) ++counts_.over_share;
    return sent == MayBeSent::yes;
  }

  Decide decide_;
  Send send_;
  Stopped stopped_;
  MirrorOptions options_;
  wire::Decoder decoder_;
  Inspector inspector_;
  RecentMap<Key, Connection, Hasher> connections_;
  MirrorCounts counts_;
  std::uint64_t decisions_ = 0;             ///< rises when they may be others
  std::optional<model::Sighting> asked_;    ///< what this frame says
  std::optional<model::Sighting> refused_;  ///< and may not
};

MirrorInspector::MirrorInspector(Decide decide, Send send, Stopped stopped, MirrorOptions options)
    : impl_(std::make_unique<Impl>(std::move(decide), std::move(send), std::move(stopped),
                                   std::move(options))) {}
MirrorInspector::~MirrorInspector() = default;

void MirrorInspector::see(const net::Frame& frame) { impl_->see(frame); }
void MirrorInspector::reconsider() { impl_->reconsider(); }
MirrorCounts MirrorInspector::counts() const { return impl_->counts(); }

}  // namespace edgewatch::enforce
