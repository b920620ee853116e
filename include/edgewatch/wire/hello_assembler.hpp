// Hellos put together from pieces: TCP segments and TLS records in any order, QUIC Initial packets and their
// CRYPTO frames. Bounded; own what they keep; shared by sensor and gateway. One assembler belongs to one flow
// and one thread. An incomplete hello is a state, not an error.
#pragma once

#include "edgewatch/wire/tls.hpp"
#include "edgewatch/wire/trace.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace edgewatch::wire {

struct NeedMore {
  /// read_tls_prefix: a prefix shorter than this holds no hello, so that one sent byte by byte is not read
  /// 1,900 times; that there will be none might be known sooner. Else 0.
  std::size_t until = 0;
};
/// What a flow turned out not to be: it will never give a hello.
struct NotAHello {};
using HelloState = std::variant<NeedMore, NotAHello, ClientHello, DecodeError>;

/// No hello is longer than this, its record headers included.
inline constexpr std::size_t hello_limit = 65536;

/// The contiguous prefix of bytes that come in pieces, in any order, repeated and overlapping. Pieces that
/// touch are joined, so that their number stays small; a hole is never filled.
class OrderedBytes {
 public:
  explicit OrderedBytes(std::size_t limit) : limit_(limit) {}
  /// Takes a piece; what lies past the limit is left out. Refuses when bytes disagree with those held
  /// (stream_overlap; those held stay), when the whole piece lies past the limit, or when there are too many
  /// holes (hello_limit).
  [[nodiscard]] std::optional<DecodeError> add(std::uint64_t offset, Bytes piece);
  /// Makes room for a prefix of this length.
  void reserve(std::size_t length) { prefix_.reserve(std::min(length, limit_)); }
  /// Moves everything up by `distance` bytes, so that earlier bytes can be added; false (and nothing done)
  /// when it would pass the limit.
  [[nodiscard]] bool shift(std::size_t distance);
  /// Forgets the prefix and gives its memory back: what comes next is at offset 0, and what is held beyond a
  /// hole stays.
  void drop_prefix();
  /// The bytes before the first hole; good until the next call that is not const.
  [[nodiscard]] Bytes prefix() const { return prefix_; }
  /// The same, taken out: nothing more can be added.
  [[nodiscard]] std::vector<std::uint8_t> take_prefix() { return std::move(prefix_); }
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const;

 private:
  struct Piece {
    std::size_t offset = 0;
    std::vector<std::uint8_t> bytes;
    [[nodiscard]] std::size_t end() const { return offset + bytes.size(); }
  };
  [[nodiscard]] std::optional<DecodeError> insert(std::size_t offset, Bytes piece);
  void join_front();

  std::size_t limit_;
  std::vector<std::uint8_t> prefix_;
  std::vector<Piece> pieces_;  ///< beyond the prefix, by offset, never touching each other
};

/// How sure the first sequence number is.
enum class Anchor : std::uint8_t {
  syn,         ///< seen in a SYN: what comes before it is no part of the stream
  first_seen,  ///< of the first segment seen, mid-stream: an earlier segment may still move it back
};

/// The contiguous prefix of one direction of a TCP stream, from any order of segments, with retransmissions,
/// overlap and sequence numbers that wrap; only the prefix is ever parsed (ENFORCEMENT A1: a hole is never
/// zero-filled).
class StreamPrefix {
 public:
  explicit StreamPrefix(std::size_t limit) : bytes_(limit), limit_(limit) {}
  /// The sequence number of the first byte, from the SYN (plus one) or, mid-stream, from the first segment
  /// seen.
  void anchor(std::uint32_t first_sequence, Anchor kind = Anchor::syn);
  [[nodiscard]] bool anchored() const { return anchored_; }
  /// Takes a segment, once anchored (before, it is ignored). Bytes before the anchor are left out (a
  /// keep-alive, a retransmitted SYN), bytes past the limit too. Refuses when segments disagree about a byte
  /// (stream_overlap), when a segment lies wholly past the limit or there are too many holes (hello_limit).
  /// What was held before a refusal is held still.
  [[nodiscard]] std::optional<DecodeError> add(std::uint32_t sequence, Bytes payload);
  /// Makes room for a prefix of this length.
  void reserve(std::size_t length) { bytes_.reserve(length); }
  /// Forgets the prefix and gives its memory back: the anchor is behind it, and what is held beyond a hole
  /// stays.
  void drop_prefix();
  /// The bytes from the anchor up to the first hole; good until the next add() or anchor().
  [[nodiscard]] Bytes prefix() const { return bytes_.prefix(); }
  /// The same, taken out: nothing more can be added.
  [[nodiscard]] std::vector<std::uint8_t> take_prefix() { return bytes_.take_prefix(); }
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const { return bytes_.held(); }

 private:
  OrderedBytes bytes_;
  std::size_t limit_;
  std::uint32_t first_ = 0;
  bool anchored_ = false;
  Anchor kind_ = Anchor::syn;
};

/// Reads the client's side of a TLS connection from the start: records (any split), then the handshake
/// message (RFC 8446 section 5.1). `prefix` is all that is known so far; call again with a longer one. A
/// stream whose first record is no handshake record, or whose first message is no ClientHello, is NotAHello.
[[nodiscard]] HelloState read_tls_prefix(Bytes prefix);

/// The client's Initial packets of one QUIC connection, v1 (RFC 9001), v2 (RFC 9369) and the drafts that
/// captures hold: coalesced packets, CRYPTO frames in any order, later Initials under another connection id
/// (keys stay those of the first), a new start after a Retry.
class QuicHello {
 public:
  QuicHello();
  ~QuicHello();
  QuicHello(QuicHello&&) noexcept;
  QuicHello& operator=(QuicHello&&) noexcept;
  /// Takes one UDP payload of the client (of the server: never). The hello is given once, by the datagram
  /// that completes it; afterwards the answer is NotAHello, or stream_overlap where the client's later
  /// Initials contradict it or are more than anybody sends (a decoy: one of the two is forged). NotAHello
  /// before: this datagram holds no
  /// Initial and none came before, or the bytes are no ClientHello. An error is about this datagram alone and
  /// a later one may still complete the hello; but after stream_overlap or hello_limit nothing will.
  [[nodiscard]] HelloState add(Bytes udp_payload);
  /// Takes one UDP payload of the server. The first that begins with an Initial or Handshake packet to the
  /// client's own connection id says by which id the server is to be addressed from then on (RFC 9000 section
  /// 7.2). A Retry says none: the client says its hello again.
  void add_answer(Bytes udp_payload);
  /// That id; it may be empty. Nothing before the answer, and again nothing once the client has started anew.
  /// Good until the next add().
  [[nodiscard]] std::optional<Bytes> server_id() const;
  /// The id by which the client addressed its server first, after a Retry the one of that; nothing while no
  /// Initial has opened. Good until the next add().
  [[nodiscard]] std::optional<Bytes> connection_id() const;
  /// Whether only who has seen the answer can know it: it has four bytes at least that do not stand at the
  /// same place in the id by which the client addressed the server first. Some servers take over most of
  /// that.
  [[nodiscard]] bool server_id_is_secret() const;
  /// Whether the hello's first byte has come. A datagram that cannot be opened, or goes on with a hello that
  /// began elsewhere, does not begin one.
  [[nodiscard]] bool has_beginning() const;
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const;
  /// From the next add() on, opened packets, pieces and the hello are noted in `trace`; a null pointer ends
  /// it.
  void trace_into(Trace* trace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a UDP payload begins with a QUIC packet to this connection id: a long header's (but no Retry,
/// which no client sends), or a short one's with what protects it (RFC 9000 section 17.3.1).
[[nodiscard]] bool is_quic_packet_to(Bytes udp_payload, Bytes connection_id);
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
/// The kind of the first packet of a UDP payload, by its header alone. `short_header` says only that the bits
/// allow it: the caller knows whether the flow is QUIC. A long header of a version that cannot be opened is
/// not_quic.
[[nodiscard]] QuicPacket classify_quic(Bytes udp_payload);

/// Notes the packets of a UDP payload by their headers alone, and what hinders: for whoever asks.
void note_quic_packets(Bytes udp_payload, Trace& trace);

}  // namespace edgewatch::wire
