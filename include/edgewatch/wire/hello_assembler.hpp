// Hellos put together from pieces: TCP segments and TLS records in any order, QUIC Initial packets and their
// CRYPTO frames. Bounded; own what they keep; shared by sensor and gateway. One assembler belongs to one flow
// and one thread. An incomplete hello is a state, not an error.
#pragma once

#include "edgewatch/wire/tls.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace edgewatch::wire {

struct NeedMore {};
/// What a flow turned out not to be: it will never give a hello.
struct NotAHello {};
using HelloState = std::variant<NeedMore, NotAHello, ClientHello, DecodeError>;

/// The contiguous prefix of one direction of a TCP stream, from any order of segments, with retransmissions
/// and overlap; only the prefix is ever parsed (ENFORCEMENT A1: a hole is never zero-filled).
class StreamPrefix {
 public:
  explicit StreamPrefix(std::size_t limit) : limit_(limit) {}
  /// The sequence number of the first byte, from the SYN (plus one) or, mid-stream, from the first segment
  /// seen.
  void anchor(std::uint32_t first_sequence);
  [[nodiscard]] bool anchored() const { return anchored_; }
  /// Takes a segment. Refuses when segments disagree about a byte (stream_overlap) or the limit is passed
  /// (hello_limit).
  [[nodiscard]] std::optional<DecodeError> add(std::uint32_t sequence, Bytes payload);
  /// The bytes from the anchor up to the first hole; good until the next add().
  [[nodiscard]] Bytes prefix() const;
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const;

 private:
  struct Piece {
    std::size_t offset = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::size_t limit_;
  bool anchored_ = false;
  std::uint32_t first_ = 0;
  std::vector<std::uint8_t> prefix_;
  std::vector<Piece> pieces_;
};

/// Reads the client's side of a TLS connection from the start: records (any split), then the handshake
/// message. `prefix` is all that is known so far; call again with a longer one.
[[nodiscard]] HelloState read_tls_prefix(Bytes prefix);

/// The client's Initial packets of one QUIC connection, v1 (RFC 9001) and v2 (RFC 9369): coalesced packets,
/// CRYPTO frames in any order, later Initials under another connection id (keys stay those of the first).
class QuicHello {
 public:
  QuicHello();
  ~QuicHello();
  QuicHello(QuicHello&&) noexcept;
  QuicHello& operator=(QuicHello&&) noexcept;
  /// Takes one UDP payload of the client.
  [[nodiscard]] HelloState add(Bytes udp_payload);
  [[nodiscard]] std::size_t held() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a UDP payload starts with a QUIC long-header Initial of a version that can be opened.
[[nodiscard]] bool looks_like_quic_initial(Bytes udp_payload);
/// The QUIC packet kinds that matter to the accountant (TIME 2.1: Initial and Handshake are not counted).
enum class QuicPacket : std::uint8_t {
  not_quic,
  initial,
  zero_rtt,
  handshake,
  retry,
  version_negotiation,
  short_header
};
[[nodiscard]] QuicPacket classify_quic(Bytes udp_payload);

}  // namespace edgewatch::wire
