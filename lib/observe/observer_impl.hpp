// The Observer's inside, in parts: observer.cpp (frames, time), flows.cpp (their beginning and end), tcp.cpp,
// udp.cpp, dns.cpp, traffic.cpp (what counts). One thread.
#pragma once

#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/decode.hpp"
#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/vpn.hpp"

#include "coverage_minutes.hpp"
#include "event_list.hpp"
#include "flow_table.hpp"
#include "identity_packets.hpp"
#include "questions.hpp"
#include "senders.hpp"

#include <deque>
#include <optional>

namespace edgewatch::observe {

using std::chrono_literals::operator""s;

class Observer::Impl {
 public:
  Impl(ObserverOptions options, std::vector<std::string> source_names);

  void see(const net::Frame& frame);
  void expect(const net::Frame& frame);
  void see(const net::FrameLoss& loss);
  void advance(Timestamp to);
  void finish();
  void drain(std::vector<model::Event>& events);
  [[nodiscard]] std::size_t pending() const { return events_.size(); }
  [[nodiscard]] std::vector<Tally> tallies() const;
  void explain_into(wire::Trace* trace);

 private:
  /// Who of the two ends is the client.
  struct Sides {
    bool client_sent = false;
    bool sure = false;
  };
  /// A flow to come back to at a later second, if it is still the same one.
  struct Appointment {
    std::uint32_t index = 0;
    model::FlowId id = 0;
    Timestamp second{};
  };

  /// A frame that was read before its turn.
  struct Expected {
    const net::Frame* frame = nullptr;  ///< only compared
    wire::Datagram datagram;
    bool has_key = false;  ///< then the rest too
    bool from_low = false;
    FlowKey key;
    std::uint32_t hash = 0;
  };
  /// Where the flow of a packet is looked for.
  struct Sought {
    FlowKey key;
    std::uint32_t hash = 0;
    bool from_low = false;  ///< the packet comes from the lower end
  };

  // observer.cpp
  void see(const wire::Datagram& datagram);
  [[nodiscard]] Sought sought_of(const wire::Datagram& datagram) const;
  [[nodiscard]] const Expected* take_expected(const net::Frame& frame);
  void refuse(wire::Malformation kind, std::uint16_t source);
  /// What becomes of a datagram, for whoever asks.
  void tell(const wire::Datagram& datagram, std::string_view layer, std::string_view what) const {
    if (trace_ != nullptr) [[unlikely]]
      note(datagram, layer, what);
  }
  [[gnu::cold]] void note(const wire::Datagram& datagram, std::string_view layer,
                          std::string_view what) const;
  [[gnu::cold]] void tell_unwatched(const net::IpAddress& client, std::string_view why);
  /// Whether the client is one that may be watched; counts the frame where not.
  [[nodiscard]] bool is_watched(const net::IpAddress& client);
  /// Whether who sent the tunnel's outermost packet may say what is inside. Anybody on the internet can send
  /// packets in a tunnel, with any addresses inside: from there only what a server answers to one of ours is
  /// taken.
  [[nodiscard]] bool may_speak(const wire::Datagram& datagram) const;
  [[nodiscard]] bool may_be_client(const net::IpAddress& address) const;
  [[nodiscard]] Timestamp next_due() const;
  void run_due(Timestamp second);
  void expire_queue(Queue queue, Timestamp second);

  // flows.cpp
  [[nodiscard]] Sides sides_of(const wire::Datagram& datagram, bool opens) const;
  [[nodiscard]] std::uint32_t open_flow(const wire::Datagram& datagram, const FlowKey& key,
                                        std::uint32_t hash, Sides sides);
  void note_packet(std::uint32_t index, Flow& flow, const wire::Datagram& datagram, bool from_client);
  void make_room();
  void say_end(Flow& flow, Timestamp at);
  void close_flow(std::uint32_t index, Flow& flow, Timestamp at);
  void end_flow(std::uint32_t index, Timestamp at);
  void count_if_unnamed(Flow& flow);

  // naming.cpp
  [[nodiscard]] Naming& naming_of(std::uint32_t index, Flow& flow);
  void note_held(Flow& flow);
  void note_unfinished(std::uint32_t index, const Flow& flow);
  void forget_naming(Flow& flow);
  void evict_naming(std::uint32_t index, Flow& flow);
  void lose_patience(std::uint32_t index, Flow& flow);
  void claim(Flow& flow, Naming& naming, Named named, Timestamp at);
  void dispute(Flow& flow, std::uint16_t source);
  void say_nameless(Flow& flow, Timestamp at);
  void confirm(Flow& flow, Timestamp at);
  void say(Flow& flow, Named named, model::Confirmation confirmation, Timestamp at);

  // tcp.cpp
  void see_tcp(const wire::Datagram& datagram);
  [[nodiscard]] bool is_another_connection(const Flow& flow, const wire::Datagram& datagram,
                                           bool from_client) const;
  void begin_sequences(Flow& flow, const wire::Datagram& datagram, bool from_client);
  void see_client_payload(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                          std::uint32_t sequence);
  void take_client_bytes(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                         std::uint32_t sequence, Bytes payload, std::uint32_t length);
  void take_acknowledgement(Flow& flow, std::uint32_t number, Timestamp at);
  void see_server_payload(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                          std::uint32_t sequence);
  void see_dns_segment(std::uint32_t index, Flow& flow, const wire::Datagram& datagram, bool from_client);
  void see_end(std::uint32_t index, Flow& flow, const wire::Datagram& datagram, bool from_client);

  [[gnu::cold]] void tell_of_late(const wire::Datagram& datagram, Bytes message) const;
  [[nodiscard]] Opening::Taken take_told(const Flow& flow, Opening& opening, std::uint32_t sequence,
                                         Bytes payload, bool fresh) const;

  // udp.cpp
  [[nodiscard]] wire::HelloState add_initial(wire::QuicHello& hello, const wire::Datagram& datagram) const;
  [[gnu::cold]] void tell_quic(const Flow& flow, const wire::Datagram& datagram, wire::QuicPacket kind) const;
  [[nodiscard]] std::uint32_t number_of_initial(Bytes payload) const;
  [[nodiscard]] bool begins_another(const Flow& flow, const wire::Datagram& datagram) const;
  void see_udp(const wire::Datagram& datagram);
  void see_quic(std::uint32_t index, Flow& flow, const wire::Datagram& datagram, wire::QuicPacket kind);
  void read_initial(std::uint32_t index, Flow& flow, const wire::Datagram& datagram, bool from_client);
  void hear_answer(Flow& flow, const wire::Datagram& datagram, bool from_client);
  [[nodiscard]] bool contradicts(Flow& flow, const wire::Datagram& datagram);
  void take_quic_hello(Flow& flow, wire::ClientHello hello, Timestamp at);

  // dns.cpp
  bool see_dns_datagram(const wire::Datagram& datagram);
  bool see_dns_message(const wire::Datagram& datagram, Bytes message, model::Confirmation best);
  [[gnu::cold]] void tell_whether_asked(const wire::Datagram& datagram, Questions::Was was) const;
  void say_questions(const wire::Datagram& datagram, const wire::dns::Message& message,
                     const model::Client& client);

  // identity.cpp
  bool see_identity(const wire::Datagram& datagram);

  // unbelieved.cpp
  [[nodiscard]] bool is_believed(const wire::Datagram& datagram, const Flow* flow, bool from_client);
  [[nodiscard]] bool by_port_is_believed(const wire::Datagram& datagram);
  [[nodiscard, gnu::cold]] bool believes_unasked(const wire::Datagram& datagram) const;
  [[nodiscard, gnu::cold]] bool believes_told(const wire::Datagram& datagram);
  [[gnu::cold]] void tell_checksum(const wire::Datagram& datagram, bool believed) const;
  [[nodiscard]] bool see_unbelieved(const wire::Datagram& datagram);
  bool say_alone(const wire::Datagram& datagram);
  [[nodiscard]] Opening::Taken take_alone(Opening& opening, const wire::Datagram& datagram) const;
  void say_unbelieved(const wire::Datagram& datagram, Named named);

  // bypass.cpp
  [[nodiscard]] static bool opens_tunnel(const wire::Datagram& datagram);
  void look_for_tunnel(Flow& flow, const wire::Datagram& datagram, bool from_client);
  [[nodiscard]] std::optional<wire::VpnHandshake> opening_of(const wire::Datagram& datagram) const;
  [[nodiscard]] bool answers_opening(const Flow& flow, const wire::Datagram& datagram) const;
  static void note_tunnel(Flow& flow, const wire::VpnHandshake& opening);
  void say_tunnel(Flow& flow, Timestamp at);
  static void note_offer(Flow& flow, const wire::ClientHello& hello);

  // traffic.cpp
  void count_client(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t bytes, Bytes payload);
  void count_server(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t bytes);
  void decide_shape(std::uint32_t index, Flow& flow, Shape shape);
  /// Keeps an appointment in a list whose length the table's bounds.
  template <class Appointments>
  void remember(Appointments& appointments, std::uint32_t index, const Flow& flow) {
    if (appointments.size() > 2 * flows_.capacity()) {
      std::erase_if(appointments,
                    [this](const Appointment& entry) { return flows_.at(entry.index).id != entry.id; });
    }
    appointments.push_back({index, flow.id, now_second_});
  }
  void add_to_second(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t up, std::uint32_t down);
  void say_second(Flow& flow);
  void say_seconds_before(Timestamp second);

  ObserverOptions options_;
  std::array<Expected, 8> expected_;
  std::size_t next_expected_ = 0;
  const Expected* seen_ = nullptr;  ///< the packet that is being seen, where it was expected
  wire::Trace* trace_ = nullptr;    ///< where whoever asks is told
  wire::Decoder decoder_;
  FlowTable flows_;
  Senders senders_;
  Questions questions_;
  wire::dns::Parser dns_parser_;
  CoverageMinutes coverage_;
  IdentityPackets identity_;
  EventList events_;

  bool started_ = false;
  Timestamp now_{};         ///< logical time: the greatest stamp seen
  Timestamp now_second_{};  ///< its whole second
  model::FlowId last_flow_ = 0;

  std::vector<Appointment> open_seconds_;  ///< flows with a second in the making, in order of its first byte
  std::deque<Appointment> unfinished_;     ///< flows that keep part of a hello, oldest first
  std::deque<Appointment> unnamed_;        ///< flows on port 443, to be looked at a minute after they began
  std::uint32_t oldest_naming_ = FlowTable::nothing;
  std::uint32_t newest_naming_ = FlowTable::nothing;
  std::size_t held_ = 0;  ///< by all that is kept to find names
  std::size_t held_limit_;

  std::array<std::uint64_t, static_cast<std::size_t>(wire::Malformation::count_)> refused_{};
  std::uint64_t evicted_flows_ = 0;
  std::uint64_t evicted_hellos_ = 0;
  std::uint64_t unacknowledged_names_ = 0;
  std::uint64_t answers_elsewhere_ = 0;  ///< to another MAC address than the question came from
  std::uint64_t one_sided_flows_ = 0;    ///< that ended unnamed, one side alone having spoken
  std::uint64_t shared_ports_ = 0;       ///< QUIC hellos over the ports of another
  std::uint64_t odd_names_ = 0;          ///< claimed, but of bytes that no rule can name (ENFORCEMENT D8)
  std::uint64_t excluded_frames_ = 0;
  std::uint64_t outside_frames_ = 0;
};

/// How long a flow may be silent before it is over, by queue.
[[nodiscard]] constexpr Duration idle_limit(Queue queue) {
  using std::chrono::seconds;
  switch (queue) {
    case Queue::opening:
      return seconds(30);
    case Queue::tcp:
      return seconds(1800);
    case Queue::udp:
      return seconds(300);  // longer than servers let an idle QUIC connection live
    case Queue::closed:
    case Queue::count_:
      break;
  }
  return seconds(10);
}
/// A hello that is not whole by then is given up (ENFORCEMENT D15).
inline constexpr Duration naming_patience = std::chrono::seconds(10);
/// A flow on port 443 that has no name by then counts as unnamed.
inline constexpr Duration unnamed_after = std::chrono::seconds(60);

inline constexpr std::uint16_t dns_port = 53;
inline constexpr std::uint16_t https_port = 443;
inline constexpr std::uint16_t ike_port = 500;

}  // namespace edgewatch::observe
