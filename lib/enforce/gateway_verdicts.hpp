// What becomes of a packet by what was read in it: asks for the decision on names, places and tunnels,
// remembers and counts what was decided, and makes what is said to client and server in its stead. How the
// bytes were put together is no matter here. One thread.
#pragma once

#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/vpn.hpp"

#include "gateway_memory.hpp"
#include "segment_signs.hpp"

namespace edgewatch::enforce {

inline constexpr std::uint16_t dns_port = 53;
/// Clients begin with 64 or more hops, and no way has so many less: who sends with fewer means the packet to
/// reach us and not the server (ENFORCEMENT A5 row 23).
inline constexpr std::uint8_t least_hops = 32;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// The packet that is being judged; good until it has been.
struct Seen {
  Timestamp at;
  const wire::Datagram& datagram;
  const std::optional<net::MacAddress>& sender;
  bool waits = false;    ///< nothing of the client passes unread
  SegmentSigns signs{};  ///< of TCP
  Key key{datagram.from, datagram.to, datagram.transport};
};

class GatewayVerdicts {
 public:
  GatewayVerdicts(Decisions decide, InspectorOptions options, GatewayMemory& memory);

  /// Whether the connection is refused by where it goes; counts it.
  [[nodiscard]] bool is_refused_place(const Seen& seen);
  /// `stream`: of TCP, what the hello was read in; null over QUIC.
  [[nodiscard]] PacketVerdict of_hello(const Seen& seen, const wire::ClientHello& hello,
                                       const Stream* stream);
  [[nodiscard]] PacketVerdict of_request(const Seen& seen, const net::HostName& host, const Stream& stream);
  /// Of a DNS message; nothing where it is none, or asks nothing.
  [[nodiscard]] std::optional<PacketVerdict> of_questions(const Seen& seen, Bytes message,
                                                          model::Confirmation confirmation);
  [[nodiscard]] PacketVerdict of_tunnel(const Seen& seen, const wire::VpnHandshake& opening,
                                        std::uint32_t first);
  /// A hello that names nothing goes through, but where the same client was just refused a name at the same
  /// server: then it is the retry that hides it.
  [[nodiscard]] PacketVerdict of_nameless(const Seen& seen);
  /// Whether a connection of the same client to the same server was cut lately; counts it. What goes on there
  /// from another port may be that connection, which moves and says no name (RFC 9000 section 9).
  [[nodiscard]] bool was_cut_here(const Seen& seen);
  [[nodiscard]] PacketVerdict of_unparsable(const Seen& seen, const Stream* stream);
  /// No honest sender says two things of one byte: one of them is meant for us, the other for the server.
  [[nodiscard]] PacketVerdict of_contradiction();
  /// Of any QUIC, where all of it is refused.
  [[nodiscard]] std::optional<PacketVerdict> of_quic();
  /// Of what was refused and comes once more; by itself, for the tracker may already have another connection
  /// from that port in its place.
  [[nodiscard]] PacketVerdict of_repeated();
  [[nodiscard]] PacketVerdict of_unseen_beginning(const Seen& seen, std::uint32_t sequence);
  void count_unseen_beginning() { ++counts_.unseen_beginning; }

  /// That this is the verdict on the connection; `first`: where its stream began. Gives it.
  PacketVerdict settle(const Seen& seen, PacketVerdict verdict, std::optional<std::uint32_t> first = {});

  /// The same of a QUIC hello alone, whatever else is said between that pair of ports.
  PacketVerdict settle_quic(const Seen& seen, PacketVerdict verdict, const QuicId& id);

  /// Another packet: whatever was found of the one before counts no more.
  void begin_packet() {
    ++counts_.packets;
    refused_for_.reset();
  }
  [[nodiscard]] std::vector<Inspector::Connection> reconsider(Timestamp at, const Decisions& decide,
                                                              const Concerns& concerns);
  [[nodiscard]] std::vector<Inspector::Connection> take_refused();
  [[nodiscard]] std::vector<Inspector::Connection> take_lifted();
  [[nodiscard]] std::vector<Packet> take_replies();
  [[nodiscard]] const InspectorCounts& counts() const { return counts_; }

 private:
  [[nodiscard]] DnsRefusal form_of_answer(Timestamp at);
  [[nodiscard]] bool is_refused(const Seen& seen, model::BypassSign::Kind kind);
  [[nodiscard]] bool is_refused(const Seen& seen, const Known& named, model::Confirmation confirmation);
  [[nodiscard]] PacketVerdict of_name(const Seen& seen, const Known& named, model::Confirmation confirmation);
  [[nodiscard]] PacketVerdict answer_request(const Seen& seen, const Known& named, const Stream& stream);
  [[nodiscard]] PacketVerdict answer_question(const Seen& seen, Bytes message);

  Decisions decide_;
  InspectorOptions options_;
  GatewayMemory& memory_;
  wire::dns::Parser parser_;
  InspectorCounts counts_;
  std::optional<Known> refused_for_;  ///< of the packet that is being judged
  std::vector<Inspector::Connection> refused_;
  std::vector<Inspector::Connection> lifted_;
  Timestamp second_{};          ///< in which so many questions
  int answered_in_second_ = 0;  ///< were answered
  std::vector<Packet> replies_;
};

/// Whether the client's address is proved: by a handshake that the kernel's tracker saw.
[[nodiscard]] model::Confirmation confirmation_by(const Stream* stream);

}  // namespace edgewatch::enforce
