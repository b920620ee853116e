// What a gateway does with each packet of a client that the kernel queues: looks for the name it opens its
// connection with, asks for the decision, and says what becomes of the packet. Incomplete hellos are let
// through, since no server can answer half of one; the verdict falls on the packet that completes the name
// (ENFORCEMENT A1). Owns what it remembers of flows, in bounded memory; asks no clock; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/enforce/refusal_packets.hpp"
#include "edgewatch/model/classification.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/model/sign.hpp"
#include "edgewatch/wire/decode.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::enforce {

/// What becomes of a packet, and of the connection it belongs to.
enum class PacketVerdict : std::uint8_t {
  pass,           ///< goes on; the next packet of the client is looked at too
  settled,        ///< goes on, and nothing more of this connection need be looked at
  refuse,         ///< is rejected, and so is whatever else comes of this connection
  refuse_packet,  ///< is rejected by itself: a DNS question, beside which others come from the same port
  answer,         ///< goes no further by itself: we have answered it, or it lacks what came before it
  answer_end,     ///< the same, and what else comes of this connection is dropped: we have ended it
};

/// The decision on a name that a client uses or asks for: a sighting as the sensor gives it, `acknowledged`
/// where a TCP handshake has shown that the address is the client's.
using Decide = std::function<model::Decision(const model::Sighting&)>;
/// The decision on a connection that would carry names past us, told by its port (`dot`, `doq`), by the shape
/// of its first message (tunnels), or perhaps by its server's address (`doh`, asked of every connection).
using DecideBypass = std::function<model::Decision(const model::BypassSign&)>;
/// Both.
struct Decisions {
  Decide name;
  DecideBypass bypass = [](const model::BypassSign&) { return model::Decision{}; };
};
/// Whose connections are meant.
using Concerns = std::function<bool(const net::IpAddress&)>;
/// The response to a plain HTTP request that was refused, whole with its head.
using Page = std::function<std::string(const model::Sighting&)>;

struct InspectorOptions {
  HashKey hash_key;                                   ///< random when live
  std::size_t flows = 65536;                          ///< connections without a verdict
  std::size_t memory_bytes = std::size_t{32} << 20U;  ///< for their pieces
  std::size_t known = 65536;                          ///< connections of which the name is remembered
  bool refuse_unparsable = false;                     ///< `on_unparsable = "block"`
  bool refuse_quic = false;                           ///< `quic = "block"`
  bool answer_questions = false;                      ///< else a question over UDP is rejected
  Page page{};                                        ///< empty: a request is rejected
  Duration residual = std::chrono::seconds(60);       ///< of a refusal, for retries that hide their name
};

/// An IP packet of a client as the kernel queues it.
struct QueuedPacket {
  Bytes ip;
  std::optional<net::MacAddress> sender;  ///< of the frame that brought it, where the link has such
  bool waits = false;                     ///< of a client who waits for a verdict whatever happens
};

/// What it did so far; counts that name nobody.
struct InspectorCounts {
  std::uint64_t packets = 0;
  std::uint64_t allowed = 0;  ///< names let through
  std::uint64_t refused = 0;  ///< names refused
  std::uint64_t refused_residual =
      0;                           ///< connections without a name, soon after a refusal at the same server
  std::uint64_t refused_quic = 0;  ///< by `quic = "block"`
  std::array<std::uint64_t, model::bypass_kinds> refused_bypass{};  ///< by BypassSign::Kind
  std::uint64_t unparsable = 0;     ///< hellos and questions that cannot be read
  std::uint64_t contradictory = 0;  ///< segments that disagree about a byte: refused
  std::uint64_t without_name = 0;
  std::uint64_t unseen_beginning = 0;  ///< connections that were open before they were looked at: let
                                       ///< through, but those of clients who wait are refused
  std::uint64_t evicted = 0;           ///< for want of room, before a verdict
  std::size_t flows = 0;               ///< now without a verdict
  std::size_t residual = 0;            ///< entries now
};

class Inspector {
 public:
  Inspector(Decisions decide, InspectorOptions options);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  /// `at`: on an axis that nobody sets back or forward; what `decide` is asked about has the same stamp.
  [[nodiscard]] PacketVerdict inspect(Timestamp at, const QueuedPacket& packet);
  /// The same of a packet that was decoded, and came in no tunnel.
  [[nodiscard]] PacketVerdict inspect(Timestamp at, const wire::Datagram& datagram,
                                      const std::optional<net::MacAddress>& sender);

  /// A connection whose name was let through.
  struct Connection {
    net::Endpoint client, server;
    wire::Transport transport = wire::Transport::none;
    bool operator==(const Connection&) const = default;
  };
  /// The rules may be others now: what was refused by them is held against nobody any more.
  void forget_refusals();
  /// The decisions may be others now: gives connections that were let through and are so no longer, and
  /// forgets them, but remembers that they are refused. `decide` is asked as before, of these clients alone.
  [[nodiscard]] std::vector<Connection> reconsider(
      Timestamp at, const Decisions& decide,
      const Concerns& concerns = [](const net::IpAddress&) { return true; });
  /// Connections over UDP that were refused and, as reconsider() found, are so no longer; since this was last
  /// asked. The kernel still refuses them.
  [[nodiscard]] std::vector<Connection> take_lifted();
  /// What is to be sent for those verdicts, in order.
  [[nodiscard]] std::vector<Packet> take_replies();
  /// TCP connections that were refused since this was last asked.
  [[nodiscard]] std::vector<Connection> take_refused();

  [[nodiscard]] InspectorCounts counts() const;
  /// Memory held for pieces, in bytes.
  [[nodiscard]] std::size_t held() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::enforce
