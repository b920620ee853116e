// What a client says first on a TCP connection: a TLS ClientHello, HTTP requests, or the opening of a VPN;
// from segments in any order. Owns what it keeps, within a limit; belongs to one flow and one thread.
#pragma once

#include "edgewatch/model/sighting.hpp"
#include "edgewatch/wire/hello_assembler.hpp"
#include "edgewatch/wire/vpn.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace edgewatch::observe {

/// A name that a client's bytes gave, and the sequence number that an acknowledgement of all of those bytes
/// reaches.
struct Named {
  net::HostName host;
  model::NameEvidence evidence = model::NameEvidence::none;
  std::uint32_t acknowledged_at = 0;
  model::Hidden hidden = model::Hidden::no;
};

/// What it takes to keep one.
[[nodiscard]] inline std::size_t memory_of(const Named& named) {
  return sizeof named + named.host.text().capacity();
}

/// What kind of stream it is, as far as counting its traffic goes.
enum class Shape : std::uint8_t { undecided, tls, plain };

/// What the hello hid; ESNI in a hello that has ECH too is the one that names nothing.
[[nodiscard]] model::Hidden hidden_by(const wire::ClientHello& hello);
/// Whether only a client would begin like this: with a TLS handshake record, or the head of an HTTP request.
[[nodiscard]] bool may_open(Bytes payload);

/// A hello or a request head is looked for at the first byte of the connection; and later, in a connection
/// that is not TLS from the start, at the first byte of each segment: the next request, or the hello after
/// STARTTLS, CONNECT or a SOCKS greeting.
class Opening {
 public:
  /// Most bytes that are kept of an unfinished hello or request head.
  static constexpr std::size_t limit = std::size_t{32} * 1024;

  Opening(std::uint32_t first_sequence, wire::Anchor anchor) : first_(first_sequence), anchor_(anchor) {}

  /// Whoever asks what is made of a segment, and why.
  struct Asked {
    wire::Trace& trace;
    std::uint32_t sequence = 0;  ///< of the segment
    Bytes payload;               ///< its own
    std::uint32_t origin = 0;    ///< the sequence number from which places in the stream are counted
  };
  struct Taken {
    std::vector<Named> names;                 ///< new ones; empty for most segments
    std::vector<wire::DecodeError> refusals;  ///< a segment may hold several requests
    std::optional<wire::VpnHandshake> vpn;    ///< the connection begins with it
    /// Bytes that gave a name came again and were others: a name that nobody has acknowledged yet must not be
    /// believed any more, since nobody can tell which of the two the server took.
    bool disputed = false;
    const Asked* asked = nullptr;

    /// What becomes of the segment.
    void tell(std::string_view what) const {
      if (asked != nullptr) [[unlikely]]
        note(what);
    }
    [[gnu::cold]] void note(std::string_view what) const;
  };
  /// Takes a segment of the client as captured; `fresh` says that some of its bytes are new.
  [[nodiscard]] Taken take(std::uint32_t sequence, Bytes payload, bool fresh, const Asked* asked = nullptr);
  /// The server has acknowledged the bytes before `sequence`: gives the host of a request that is believed
  /// for it.
  [[nodiscard]] std::optional<Named> acknowledged(std::uint32_t sequence);
  /// A whole hello was read, and it had no server name.
  [[nodiscard]] bool hello_without_name() const { return hello_without_name_; }

  [[nodiscard]] Shape shape() const { return shape_; }
  /// The sequence number of the first byte that is kept, or was looked at.
  [[nodiscard]] std::uint32_t first() const { return first_; }
  /// Nothing more will come of this connection.
  [[nodiscard]] bool over() const { return state_ == State::over; }
  /// Part of a hello, a request head or a VPN's opening is kept.
  [[nodiscard]] bool gathering() const {
    return state_ == State::gathering || state_ == State::strays || state_ == State::vpn;
  }
  /// Gives up what is kept, but not what may begin later. True where that was the beginning of a hello or a
  /// request.
  bool settle();
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const;

 private:
  enum class State : std::uint8_t {
    first,      ///< nothing taken yet
    strays,     ///< what begins something may have been overtaken by what was taken
    gathering,  ///< a beginning is kept
    vpn,        ///< one that is neither TLS nor HTTP, and may be a VPN's
    watching,   ///< neither TLS nor HTTP so far
    requests,   ///< HTTP
    over,
  };

  void keep(Bytes beginning, std::uint32_t first, std::size_t whole = 0);
  void take_stray(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken);
  void gather(std::uint32_t sequence, Bytes payload, Taken& taken);
  void read(Bytes bytes, std::uint32_t first, Taken& taken);
  void read_hello(Bytes bytes, std::uint32_t first, wire::HelloState state, Taken& taken);
  void read_requests(Bytes bytes, std::uint32_t first, Taken& taken);
  void read_vpn(Bytes bytes, std::uint32_t first, Taken& taken);
  void take_later(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken);
  static void tell_of_vpn(const std::variant<wire::VpnNeedMore, wire::NotVpn, wire::VpnHandshake>& read,
                          const Taken& taken);
  void take_of_vpn(std::uint32_t sequence, Bytes payload, bool fresh, Taken& taken);
  void rest();
  void give_up();
  void believe(Taken& taken);
  void say(Named named, Taken& taken);
  void say_tunnel(Taken& taken);
  void forget_witness();
  void bear_witness(Bytes bytes, std::uint32_t first);
  [[nodiscard]] bool contradicts_witness(std::uint32_t sequence, Bytes payload) const;

  std::uint32_t first_;  ///< of the bytes that are kept
  wire::Anchor anchor_;
  State state_ = State::first;
  State resting_ = State::watching;  ///< where to go when what was kept comes to nothing
  Shape shape_ = Shape::undecided;
  bool began_ = false;     ///< the first bytes of the connection have been read
  std::size_t until_ = 0;  ///< a shorter prefix cannot change the answer
  int strays_ = 0;
  std::size_t watched_ = 0;     ///< bytes that were neither
  std::uint32_t furthest_ = 0;  ///< one past the furthest byte taken
  std::uint32_t next_ = 0;      ///< where the next request or hello is to begin, once something else did
  std::optional<wire::StreamPrefix> pieces_;
  /// The host of a request whose announced body has not begun; it is believed when it does, or when the
  /// server acknowledges the head. A head alone, of which nobody ever took notice, is half a request.
  std::optional<Named> withheld_;
  /// The other end of a tunnel that a proxy was asked for (CONNECT without a Host field), until what goes
  /// through it has shown whether it names itself.
  std::optional<Named> tunnel_;
  std::vector<net::HostName> said_;
  std::size_t said_bytes_ = 0;
  bool hello_without_name_ = false;
  /// The bytes that gave names which the server has not acknowledged yet, from `witness_first_` on.
  std::vector<std::uint8_t> witness_;
  std::uint32_t witness_first_ = 0;
};

}  // namespace edgewatch::observe
