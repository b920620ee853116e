// What the gateway remembers: of connections without a verdict what their clients have said so far, of those
// with one what was decided, and whom something was refused where. Every table is bounded and lets go of its
// oldest. A value; asks no clock; one thread.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include "quic_attempts.hpp"
#include "recent_map.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace edgewatch::enforce {

/// A connection.
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

struct KeyHash {
  HashKey key;
  std::size_t operator()(const Key& flow) const;
  std::size_t operator()(const Place& place) const;
};

/// What a client says from one beginning on.
struct Stream {
  Stream(std::uint32_t sequence, wire::Anchor kind);
  std::uint32_t first;  ///< where it is anchored
  bool from_syn;
  wire::StreamPrefix pieces;
  std::size_t until = 0;               ///< a shorter prefix holds no hello
  std::size_t read = 0;                ///< of questions: what has been decided
  bool asks = false;                   ///< it began with a message of the port of questions
  std::optional<std::uint32_t> stamp;  ///< the latest TSval: the server drops what is older
};

/// A connection without a verdict.
struct Flow {
  Timestamp last;
  std::vector<Stream> streams;
  QuicAttempts quic;
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

/// A connection that was refused.
struct Refused {
  Timestamp until;
  std::optional<std::uint32_t> first;  ///< where its stream began; none: over UDP, or cut behind that
};

/// QUIC connections between a pair of ports that were refused, by the ids that their client began them with.
struct RefusedQuic {
  Timestamp until;
  std::vector<std::pair<QuicId, Known>> connections;
  [[nodiscard]] bool has(const QuicId& id) const {
    return std::ranges::find(connections, id, &std::pair<QuicId, Known>::first) != connections.end();
  }
};

/// Whether a segment belongs to what begins there, modulo 2^32: another connection between the same ports
/// begins somewhere else (RFC 6528).
[[nodiscard]] bool is_near(std::uint32_t first, std::uint32_t sequence);

class GatewayMemory {
 public:
  explicit GatewayMemory(const InspectorOptions& options);

  /// Null where none waits; good until something is put in or forgotten.
  [[nodiscard]] Flow* find(const Key& key) { return flows_.find(key); }
  /// The same, made where there was none; it has said something, and is forgotten last.
  Flow& flow_of(const Key& key, Timestamp at);
  void forget(const Key& key);
  /// To be called when something was added to a flow's pieces.
  void note_held(Flow& flow);
  /// Forgets the oldest while too much is held.
  void keep_within_memory();

  void remember(const Key& key, const Known& known);
  [[nodiscard]] const Known* known(const Key& key) { return known_.find(key); }
  void forget_known(const Key& key) { known_.erase(key); }
  /// Gives those of which it holds, and forgets that they were let through.
  template <class Holds>
  std::vector<std::pair<Key, Known>> take_known_if(Holds holds) {
    return take_if(known_, holds);
  }

  /// False where there are too many: the pair of ports is refused then.
  [[nodiscard]] bool remember_refused_quic(const Key& key, Timestamp at, const QuicId& id,
                                           const Known& refused);
  /// Null where none was lately.
  [[nodiscard]] const RefusedQuic* refused_quic(const Key& key, Timestamp at);
  template <class Holds>
  void forget_refused_quic_if(Holds holds) {
    refused_quic_.erase_if([&](const Key& key, RefusedQuic& refused) {
      std::erase_if(refused.connections, [&](const auto& each) { return holds(key, each.second); });
      return refused.connections.empty();
    });
  }

  /// What a pair of ports over UDP was refused for. Other than what is over it stays as long as there is
  /// room: the kernel refuses whatever comes of it until it has been silent.
  void remember_held_back(const Key& key, const Known& refused);
  template <class Holds>
  std::vector<std::pair<Key, Known>> take_held_back_if(Holds holds) {
    return take_if(held_back_, holds);
  }

  void remember_over(const Key& key, Timestamp at, std::optional<std::uint32_t> first);
  /// Null where it was not refused lately.
  [[nodiscard]] const Refused* over(const Key& key, Timestamp at);
  void forget_over(const Key& key) { over_.erase(key); }

  void remember_refusal(const Place& place, Timestamp at, const Known& refused);
  /// What was; null where nothing was lately.
  [[nodiscard]] const Known* was_refused(const Place& place, Timestamp at);
  /// That a connection which had been let through, over UDP, was cut there.
  void remember_cut(const Place& place, Timestamp at) { cut_.put(place, at + residual_time_); }
  [[nodiscard]] bool was_cut(const Place& place, Timestamp at);
  void forget_refusals() { residual_.clear(); }
  template <class Holds>
  void forget_refusals_if(Holds holds) {
    residual_.erase_if(
        [&](const Place& place, const Residual& residual) { return holds(place, residual.refused); });
  }

  /// Lets go of what is too old to matter.
  void forget_silent(Timestamp at);

  [[nodiscard]] std::size_t flows() const { return flows_.size(); }
  [[nodiscard]] std::size_t refusals() const { return residual_.size(); }
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct Residual {
    Timestamp until;
    Known refused;
  };
  template <class Map, class Holds>
  static std::vector<std::pair<Key, Known>> take_if(Map& map, Holds holds) {
    std::vector<std::pair<Key, Known>> out;
    map.erase_if([&](const Key& key, const Known& known) {
      const bool taken = holds(key, known);
      if (taken) out.emplace_back(key, known);
      return taken;
    });
    return out;
  }
  void evict();

  std::size_t most_flows_, most_bytes_, most_known_;
  Duration residual_time_;
  RecentMap<Key, Flow, KeyHash> flows_;
  RecentMap<Key, Known, KeyHash> known_;
  RecentMap<Key, Refused, KeyHash> over_;
  RecentMap<Key, Known, KeyHash> held_back_;
  RecentMap<Key, RefusedQuic, KeyHash> refused_quic_;
  RecentMap<Place, Residual, KeyHash> residual_;
  RecentMap<Place, Timestamp, KeyHash> cut_;  ///< no more than were known
  std::uint64_t evicted_ = 0;
  std::size_t held_ = 0;
};

}  // namespace edgewatch::enforce
