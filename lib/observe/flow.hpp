// One flow as the table keeps it. Plain state; the Observer's own functions give it meaning. One thread.
#pragma once

#include "edgewatch/model/sighting.hpp"

#include "dns_stream.hpp"
#include "flow_key.hpp"
#include "opening.hpp"
#include "sequence.hpp"

#include <array>
#include <memory>
#include <optional>

namespace edgewatch::observe {

enum class Protocol : std::uint8_t { tcp, dns_over_tcp, udp, quic };

/// What a client opened that goes past us, until the server answers it.
enum class Tunnel : std::uint8_t { none, wireguard, openvpn, ike, doq, told };

/// Which of the table's queues a flow waits in, each with its own idle time.
enum class Queue : std::uint8_t {
  opening,  ///< one side has spoken: what a flood is made of
  tcp,
  udp,
  closed,  ///< kept for a while, so that stragglers do not look like a new flow
  count_,
};

/// What is kept only while a name is looked for or waits to be acknowledged.
struct Naming {
  std::optional<Opening> opening;                      ///< TCP, the client's side
  std::array<std::optional<wire::QuicHello>, 2> quic;  ///< by direction: from the low end, from the high end
  std::array<std::uint8_t, 2> tries{};
  bool began_flow = false;                        ///< a QUIC hello, before which the server had said nothing
  std::unique_ptr<std::array<DnsStream, 2>> dns;  ///< by direction
  std::vector<Named> unacknowledged;
  std::uint32_t older = 0;  ///< the list of all that are kept, by index of their flows
  std::uint32_t newer = 0;

  [[nodiscard]] std::size_t held() const;
  /// Whether part of a hello or request head is kept.
  [[nodiscard]] bool unfinished() const;
};

/// Traffic of the second in the making (model::FlowSecond); nothing in it: none is.
struct OpenSecond {
  Timestamp at{};
  std::uint32_t up = 0;
  std::uint32_t down = 0;

  [[nodiscard]] bool open() const { return up != 0 || down != 0; }
  /// The end of the whole second that `at` lies in.
  [[nodiscard]] Timestamp over() const {
    return std::chrono::floor<std::chrono::seconds>(at) + std::chrono::seconds(1);
  }
};

/// Four cache lines, in the order in which a packet needs them: most of the time that it takes is waiting for
/// them.
struct alignas(64) Flow {
  FlowKey key;
  // The table's own.
  Timestamp touched{};
  std::uint32_t hash = 0;
  std::uint32_t older = 0;
  std::uint32_t newer = 0;
  Queue queue = Queue::opening;

  Protocol protocol = Protocol::tcp;
  Shape shape = Shape::undecided;
  std::uint8_t phase = 0;  ///< TIME 2.1: 0 the client's hello, 1 the server's flight, 2 what counts

  Timestamp last{};
  std::uint64_t packets = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::unique_ptr<Naming> naming;
  std::uint32_t acknowledged = 0;  ///< furthest byte of the client that the server has acknowledged
  /// TCP: the client's initial sequence number. QUIC: a keyed hash of the connection id of its hello.
  std::uint32_t opening_number = 0;
  Tunnel tunnel = Tunnel::none;
  std::uint8_t finished_allowance = 0;
  bool client_is_low : 1 = false;
  bool sure : 1 = false;  ///< a SYN told who the client is
  bool has_mac : 1 = false;
  bool has_acknowledged : 1 = false;
  bool fin_up : 1 = false;
  bool fin_down : 1 = false;
  bool named : 1 = false;       ///< a name was acknowledged
  bool nameless : 1 = false;    ///< it was said that there is none
  bool told : 1 = false;        ///< something was said of it: then its end is too
  bool disputed : 1 = false;    ///< its bytes contradict each other: no name of it is believed
  bool hello_over : 1 = false;  ///< there is nothing more to look for
  bool counted_unnamed : 1 = false;
  bool closed : 1 = false;
  std::uint8_t doubtful = 0;
  std::uint32_t doubtful_first = 0;  ///< zeros of a client that may be padding and none of the stream's

  Sequence up;
  Sequence down;

  OpenSecond second;
  model::FlowId id = 0;
  Timestamp begun{};
  Timestamp pending_at{};
  std::uint32_t pending_up = 0;     ///< bytes of a client of whom it is not known yet how they count
  std::uint32_t held = 0;           ///< by naming, as last counted
  std::uint32_t tunnel_number = 0;  ///< of the opening that waits for its answer
  std::array<std::uint8_t, 6> mac{};
  std::uint16_t vlan = 0;
  std::uint16_t source = 0;

  [[nodiscard]] net::Endpoint client_end() const { return client_is_low ? key.low() : key.high(); }
  [[nodiscard]] net::Endpoint server_end() const { return client_is_low ? key.high() : key.low(); }
  [[nodiscard]] model::Client client() const;
  /// The other end turns out to be the client.
  void turn_about();
};
static_assert(sizeof(Flow) == std::size_t{4} * 64);

}  // namespace edgewatch::observe
