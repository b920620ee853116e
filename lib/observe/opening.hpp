// What a client says first on a TCP connection: a TLS ClientHello, or HTTP requests; from segments in any
// order. Owns what it keeps, within a limit; belongs to one flow and one thread.
#pragma once

#include "edgewatch/model/sighting.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace edgewatch::observe {

/// A name that a client's bytes gave, and the sequence number that an acknowledgement of all of those bytes
/// reaches.
struct Named {
  net::HostName host;
  model::NameEvidence evidence = model::NameEvidence::none;
  std::uint32_t acknowledged_at = 0;
};

/// What kind of stream it is, as far as counting its traffic goes.
enum class Shape : std::uint8_t { undecided, tls, plain };

class Opening {
 public:
  /// Most bytes that are kept of an unfinished hello or request head.
  static constexpr std::size_t limit = std::size_t{32} * 1024;

  Opening(std::uint32_t first_sequence, wire::Anchor anchor) : first_(first_sequence), anchor_(anchor) {}

  struct Taken {
    std::vector<Named> names;  ///< new ones; empty for most segments
    std::optional<wire::DecodeError> refusal;
  };
  /// Takes a segment of the client as captured; `fresh` says that some of its bytes are new.
  [[nodiscard]] Taken take(std::uint32_t sequence, Bytes payload, bool fresh);

  [[nodiscard]] Shape shape() const { return shape_; }
  /// Nothing more will come of this connection.
  [[nodiscard]] bool over() const { return state_ == State::over; }
  /// Part of a hello or request head is kept.
  [[nodiscard]] bool gathering() const { return state_ == State::gathering; }
  /// Gives up what is kept, and with it the hope of a name.
  void give_up();
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const { return pieces_ ? pieces_->held() : 0; }

 private:
  enum class State : std::uint8_t { fresh, gathering, requests, over };
  void keep(std::uint32_t first, wire::Anchor anchor);
  void decide(Bytes prefix, std::uint32_t first, Taken& taken);
  void decide_tls(Bytes prefix, wire::HelloState state, Taken& taken);
  void read_requests(Bytes bytes, std::uint32_t first, Taken& taken);
  void keep_head(Bytes bytes, std::uint32_t first);
  void gather(std::uint32_t sequence, Bytes payload, Taken& taken);
  void say(const net::HostName& host, model::NameEvidence evidence, Taken& taken);

  std::uint32_t first_;
  wire::Anchor anchor_;
  State state_ = State::fresh;
  Shape shape_ = Shape::undecided;
  bool requests_seen_ = false;  ///< HTTP: what is gathered is a later request head
  std::size_t until_ = 0;       ///< a shorter prefix cannot change the answer
  std::uint32_t furthest_ = 0;  ///< one past the furthest byte taken
  std::optional<wire::StreamPrefix> pieces_;
  std::vector<net::HostName> said_;
};

}  // namespace edgewatch::observe
