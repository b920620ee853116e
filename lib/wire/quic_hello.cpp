#include "edgewatch/wire/hello_assembler.hpp"

#include "quic_keys.hpp"
#include "quic_packet.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

constexpr std::size_t max_initials =
    64;  // that open, or datagrams of which none does; a hello takes two or three
constexpr std::size_t max_closed = 4;   // of one datagram, Initials that do not open; nobody sends one
constexpr std::size_t max_waiting = 3;  // datagrams kept that do not open yet
constexpr std::size_t max_waiting_bytes = 1500;  // each
// Of a server's connection id: whoever has to guess them, at a packet a guess, does not in the time a hello
// waits.
constexpr std::size_t fewest_secret_bytes = 4;
constexpr std::size_t handshake_header = 4;
constexpr std::uint8_t handshake_client_hello = 1;

enum Frame : std::uint8_t {
  padding = 0,
  ping = 1,
  ack = 2,
  ack_ecn = 3,
  crypto = 6,
  connection_close = 0x1c
};

/// RFC 9000 section 19.3; false when it does not end inside the packet. Every range takes two bytes at least,
/// so a huge count ends soon.
bool skip_ack(ByteReader& reader, bool ecn) {
  for (int i = 0; i < 2; ++i) static_cast<void>(quic::read_varint(reader));
  const std::uint64_t ranges = quic::read_varint(reader);
  static_cast<void>(quic::read_varint(reader));
  if (ranges > reader.remaining() / 2) return false;
  for (std::uint64_t i = 0; i < 2 * ranges + (ecn ? 3 : 0); ++i) static_cast<void>(quic::read_varint(reader));
  return reader.ok();
}

/// RFC 9000 section 19.19, the form of transport errors.
bool skip_connection_close(ByteReader& reader) {
  for (int i = 0; i < 2; ++i) static_cast<void>(quic::read_varint(reader));
  const std::uint64_t reason = quic::read_varint(reader);
  if (reason > reader.remaining()) return false;
  reader.skip(reason);
  return reader.ok();
}

/// How many zero bytes stand in front: most of a first Initial is padding, a frame a byte.
std::size_t zeros_at_front(Bytes bytes) {
  std::size_t count = 0;
  for (std::uint64_t eight = 0; count + sizeof(eight) <= bytes.size(); count += sizeof(eight)) {
    std::memcpy(&eight, bytes.data() + count, sizeof(eight));
    if (eight != 0) break;
  }
  while (count < bytes.size() && bytes[count] == 0) ++count;
  return count;
}

/// A frame that may stand in an Initial and is neither CRYPTO nor PADDING; false for one that may not, or
/// does not end inside the packet.
bool skip_frame(std::uint8_t type, ByteReader& reader) {
  switch (type) {
    case Frame::ping:
      return true;
    case Frame::ack:
    case Frame::ack_ecn:
      return skip_ack(reader, type == Frame::ack_ecn);
    case Frame::connection_close:
      return skip_connection_close(reader);
    default:
      return false;
  }
}

}  // namespace

class QuicHello::Impl {
 public:
  void trace_into(Trace* trace) { trace_ = trace; }

  HelloState add(Bytes datagram) {
    if (done_) return NotAHello{};
    Outcome outcome = take_datagram(datagram);
    if (outcome.opened && !waiting_.empty()) retry_waiting(outcome);
    return conclude(outcome);
  }

  void add_answer(Bytes datagram) {
    if (!keys_ || server_id_) return;
    const auto header = quic::read_long_header(datagram);
    if (!header || !std::ranges::equal(header->destination, client_id_.bytes())) return;
    if (header->type == QuicPacket::initial || header->type == QuicPacket::handshake)
      server_id_ = ConnectionId(header->source);
  }

  [[nodiscard]] std::optional<Bytes> server_id() const {
    return server_id_ ? std::optional(server_id_->bytes()) : std::nullopt;
  }

  [[nodiscard]] bool server_id_is_secret() const {
    if (!server_id_ || !keys_) return false;
    const Bytes id = server_id_->bytes();
    const Bytes first = keys_->connection_id();
    std::size_t own = id.size();
    for (std::size_t i = 0; i < std::min(id.size(), first.size()); ++i) own -= id[i] == first[i] ? 1 : 0;
    return own >= fewest_secret_bytes;
  }

  [[nodiscard]] std::optional<Bytes> connection_id() const {
    return keys_ ? std::optional(keys_->connection_id()) : std::nullopt;
  }

  [[nodiscard]] bool has_beginning() const { return given_ || !crypto_.prefix().empty(); }

  [[nodiscard]] std::size_t held() const {
    std::size_t total = sizeof(*this) + crypto_.held() + before_.capacity() +
                        waiting_.capacity() * sizeof(std::vector<std::uint8_t>);
    for (const auto& datagram : waiting_) total += datagram.capacity();
    return total;
  }

 private:
  class ConnectionId {
   public:
    ConnectionId() = default;
    /// Precondition: no longer than they may be.
    explicit ConnectionId(Bytes id) : size_(id.size()) { std::ranges::copy(id, bytes_.begin()); }
    [[nodiscard]] Bytes bytes() const { return Bytes(bytes_).first(size_); }

   private:
    std::array<std::uint8_t, quic::max_connection_id> bytes_{};
    std::size_t size_ = 0;
  };
  struct Keys {
    std::uint32_t version = 0;
    ConnectionId id;
    quic::ClientKeys keys;
    [[nodiscard]] Bytes connection_id() const { return id.bytes(); }
  };
  /// What one datagram gave.
  struct Outcome {
    bool initial = false;              // it held an Initial
    bool opened = false;               // and one of them opened
    std::optional<DecodeError> wrong;  // the first thing that was
  };

  static Keys make_keys(const quic::Version& version, Bytes connection_id) {
    return {version.number, ConnectionId(connection_id), quic::derive_client_keys(version, connection_id)};
  }

  /// Walks the coalesced packets (RFC 9000 section 12.2). Whatever is no long header ends the walk: a short
  /// header reaches to the end, and zeros are padding outside packets. A bad header behind a good packet is
  /// not held against it. As a server does, it goes on behind a packet that does not open; where more of them
  /// stand than anybody sends, what is behind them is not known, and no hello is. One of another connection
  /// id than the first is read too: servers should leave it out, and some may not.
  Outcome take_datagram(Bytes datagram) {
    Outcome outcome;
    std::optional<DecodeError> closed;  // of the first that does not open
    std::size_t closed_count = 0;
    for (Bytes rest = datagram; !rest.empty() && (rest[0] & 0xc0) == 0xc0 && !done_;) {
      const auto header = quic::read_long_header(rest);
      if (!header) {
        if (rest.size() == datagram.size()) outcome.wrong = header.error();
        break;
      }
      if (header->type == QuicPacket::initial) {
        outcome.initial = true;
        const auto wrong = take_initial(*header, outcome);
        const bool is_closed = wrong && wrong->kind == Malformation::quic_protection;
        if (is_closed && !closed) closed = wrong;
        if (is_closed && ++closed_count > max_closed)
          outcome.wrong = contradiction(*header, "more Initials that do not open than anybody sends");
        else if (wrong && !is_closed)
          outcome.wrong = wrong;
      }
      rest = rest.subspan(header->packet.size());
    }
    if (closed && !outcome.opened && !done_) {
      if (!outcome.wrong) outcome.wrong = closed;
      if (const auto refused = count_one()) outcome.wrong = refused;
      keep_waiting(datagram);
    }
    return outcome;
  }

  /// Which bytes a server takes cannot be known.
  DecodeError contradiction(const quic::LongHeader& header, std::string why) {
    if (trace_ != nullptr) [[unlikely]]
      trace_->note("quic", header.packet.subspan(header.number_offset, 0), std::move(why));
    done_ = true;
    return {Malformation::stream_overlap, 0};
  }

  std::optional<DecodeError> count_one() {
    if (++initials_ <= max_initials) return std::nullopt;
    done_ = true;
    return DecodeError{Malformation::hello_limit, 0};
  }

  /// What is wrong with it, if anything.
  std::optional<DecodeError> take_initial(const quic::LongHeader& header, Outcome& outcome) {
    if (const auto opened = open(header, outcome.opened)) {
      outcome.opened = true;
      if (const auto refused = count_one()) return refused;
      if (trace_ != nullptr) [[unlikely]] {
        trace_->note("quic", header.packet.subspan(header.number_offset),
                     fmt::format("opened: packet number {}, {} bytes of frames", opened->number,
                                 opened->frames.size()));
      }
      client_id_ = ConnectionId(header.source);
      return read_frames(opened->frames, header.version.crypto_frame);
    }
    if (done_) return DecodeError{Malformation::stream_overlap, 0};
    if (trace_ != nullptr) [[unlikely]]
      trace_->note("quic", header.packet.subspan(header.number_offset, 0),
                   "not opened: quic-protection: no key that follows from its connection ids fits");
    return DecodeError{Malformation::quic_protection, header.number_offset};
  }

  /// With the keys known; then, where the client went on in another version (RFC 9368), with that one's keys
  /// under the same connection id; then with the packet's own connection id: the first Initial, or the new
  /// start that a Retry demands (RFC 9000 section 17.2.5.2). No client begins two connections in one
  /// datagram: some servers would take the first, and some the last.
  std::optional<quic::OpenedInitial> open(const quic::LongHeader& header, bool is_behind_another) {
    if (!quic::is_long_enough(header)) return std::nullopt;  // keys cost more than all else
    if (keys_) {
      if (keys_->version == header.version.number) {
        if (const auto frames = quic::open_initial(keys_->keys, header)) return frames;
      } else {
        const Keys changed = make_keys(header.version, keys_->connection_id());
        if (const auto frames = quic::open_initial(changed.keys, header)) {
          keys_ = changed;
          return frames;
        }
      }
      const bool same_id = std::ranges::equal(keys_->connection_id(), header.destination);
      if (same_id) return std::nullopt;
    }
    const Keys own = make_keys(header.version, header.destination);
    const auto frames = quic::open_initial(own.keys, header);
    if (!frames) return std::nullopt;
    if (keys_ && is_behind_another) {
      static_cast<void>(contradiction(header, "another connection behind one that opened"));
      return std::nullopt;
    }
    if (keys_) start_anew();
    keys_ = own;
    return frames;
  }

  /// The client sends its hello again from the first byte on.
  void start_anew() {
    if (given_ && before_.empty()) before_.assign(crypto_.prefix().begin(), crypto_.prefix().end());
    crypto_ = OrderedBytes(hello_limit);
    server_id_.reset();
  }

  /// RFC 9000 section 12.4, table 3: what an Initial may hold. Nothing is read behind a frame that does not
  /// belong.
  std::optional<DecodeError> read_frames(Bytes frames, std::uint8_t crypto_type) {
    ByteReader reader(frames);
    std::optional<DecodeError> wrong;
    while (reader.remaining() > 0) {
      const std::size_t at = reader.offset();
      const std::uint8_t type = reader.u8();
      if (type == crypto_type) {
        const std::uint64_t offset = quic::read_varint(reader);
        const std::uint64_t length = quic::read_varint(reader);
        if (!reader.ok() || length > reader.remaining()) return DecodeError{Malformation::quic_frame, at};
        if (trace_ != nullptr) [[unlikely]] {
          trace_->note({"crypto", TraceLayer::Within::crypto, offset, length, "a piece of the handshake"});
        }
        const auto refused = take_crypto(offset, reader.take(length));
        if (refused && !wrong) wrong = refused;
      } else if (type == Frame::padding) {
        reader.skip(zeros_at_front(frames.subspan(reader.offset())));
      } else if (!skip_frame(type, reader)) {
        return DecodeError{Malformation::quic_frame, at};
      }
    }
    return wrong;
  }

  /// A piece that lies past any hello is left out and nothing is allocated for it (ENFORCEMENT D14).
  std::optional<DecodeError> take_crypto(std::uint64_t offset, Bytes piece) {
    if (offset >= hello_limit) return DecodeError{Malformation::quic_frame, 0};
    const auto refused = crypto_.add(offset, piece);
    if (refused)
      done_ = true;  // which bytes the server takes cannot be known, or there are more holes than a hello has
    return refused;
  }

  /// A datagram that came before the one whose connection id makes the keys.
  void keep_waiting(Bytes datagram) {
    if (keys_ || waiting_.size() >= max_waiting || datagram.size() > max_waiting_bytes) return;
    waiting_.emplace_back(datagram.begin(), datagram.end());
  }

  void retry_waiting(Outcome& outcome) {
    for (const auto& datagram : std::exchange(waiting_, {}))
      if (const Outcome later = take_datagram(datagram); (later.opened || done_) && !outcome.wrong)
        outcome.wrong = later.wrong;
  }

  HelloState conclude(const Outcome& outcome) {
    if (given_) return look_again(outcome);
    auto state = done_ ? std::nullopt : read_hello();
    given_ = state && std::holds_alternative<ClientHello>(*state);
    if (given_) return std::move(*state);
    done_ = done_ || state;
    if (done_) crypto_ = OrderedBytes(0);
    if (state) return std::move(*state);
    if (outcome.wrong) return *outcome.wrong;
    if (!outcome.initial && !keys_) return NotAHello{};
    return NeedMore{};
  }

  /// The hello was given; what comes now is the same again, also after a Retry (RFC 9000 section 17.2.5.3),
  /// or contradicts it.
  HelloState look_again(const Outcome& outcome) {
    const Bytes prefix = crypto_.prefix();
    const std::size_t common = std::min(prefix.size(), before_.size());
    const bool differs = !std::ranges::equal(prefix.first(common), Bytes(before_).first(common));
    // At the limit nothing more would be compared.
    const bool in_doubt = outcome.wrong && (outcome.wrong->kind == Malformation::stream_overlap ||
                                            outcome.wrong->kind == Malformation::hello_limit);
    if (!differs && !in_doubt) return NotAHello{};
    done_ = true;
    return DecodeError{Malformation::stream_overlap, 0};
  }

  /// The whole handshake message at the front of the CRYPTO stream, or why there will be none; nothing while
  /// it is incomplete.
  std::optional<HelloState> read_hello() const {
    const Bytes prefix = crypto_.prefix();
    if (prefix.empty()) return std::nullopt;
    if (prefix[0] != handshake_client_hello) return NotAHello{};
    ByteReader reader(prefix);
    reader.skip(1);
    const std::size_t whole = handshake_header + reader.u24();
    if (!reader.ok()) return std::nullopt;
    if (whole > hello_limit) return DecodeError{Malformation::tls_handshake_length, 1};
    if (trace_ != nullptr) [[unlikely]]
      note_hello(prefix, whole);
    if (prefix.size() < whole) return std::nullopt;
    auto hello = parse_client_hello(prefix.first(whole));
    if (!hello) return hello.error();
    return std::move(*hello);
  }

  [[gnu::cold]] void note_hello(Bytes prefix, std::size_t whole) const {
    for (HelloPart& part : hello_parts(prefix)) {
      trace_->note({"hello", TraceLayer::Within::crypto, part.offset, part.length, std::move(part.name)});
    }
    if (prefix.size() < whole) {
      trace_->note({"hello", TraceLayer::Within::crypto, prefix.size(), 0,
                    fmt::format("incomplete: {} of {} bytes without a hole", prefix.size(), whole)});
    }
  }

  std::optional<Keys> keys_;
  OrderedBytes crypto_{hello_limit};
  std::vector<std::vector<std::uint8_t>> waiting_;
  bool given_ = false;
  std::vector<std::uint8_t> before_;  ///< of a hello that was given, before the client started anew
  ConnectionId client_id_;            ///< of the Initial that opened last
  std::optional<ConnectionId> server_id_;
  std::size_t initials_ = 0;
  bool done_ = false;
  Trace* trace_ = nullptr;
};

QuicHello::QuicHello() : impl_(std::make_unique<Impl>()) {}
QuicHello::~QuicHello() = default;
QuicHello::QuicHello(QuicHello&&) noexcept = default;
QuicHello& QuicHello::operator=(QuicHello&&) noexcept = default;

HelloState QuicHello::add(Bytes udp_payload) { return impl_->add(udp_payload); }
void QuicHello::add_answer(Bytes udp_payload) { impl_->add_answer(udp_payload); }
std::optional<Bytes> QuicHello::server_id() const { return impl_->server_id(); }
bool QuicHello::server_id_is_secret() const { return impl_->server_id_is_secret(); }
std::optional<Bytes> QuicHello::connection_id() const { return impl_->connection_id(); }
bool QuicHello::has_beginning() const { return impl_->has_beginning(); }
std::size_t QuicHello::held() const { return impl_->held(); }
void QuicHello::trace_into(Trace* trace) { impl_->trace_into(trace); }

}  // namespace edgewatch::wire
