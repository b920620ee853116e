// Connections that carry exchanges, as TIME 6.3 writes them: so many bytes asked, so many answered. Framed so
// that a sensor that counts by TIME 2.1 (handshake removed, 80 bytes of Finished taken off) comes out at
// those figures. Each owns its packets until it is recorded; one thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include "support/quic.hpp"
#include "support/random.hpp"
#include "support/tcp_conversation.hpp"
#include "support/tls.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace edgewatch::support {

class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Connects; gives when the first request may be sent. Once.
  virtual Timestamp open(Timestamp at) = 0;
  /// `up` bytes of the client at `at`, answered by `down` bytes about 50 ms later (0: no answer). Gives when
  /// the last byte has passed.
  virtual Timestamp exchange(Timestamp at, std::size_t up, std::size_t down) = 0;
  /// `size` bytes of the server that nobody asked for.
  virtual Timestamp push(Timestamp at, std::size_t size) = 0;
  virtual void close(Timestamp at) = 0;
  virtual void record(Recording& recording) const = 0;
  /// How long before its first request a connection must be opened.
  [[nodiscard]] virtual Duration lead() const = 0;
};

/// HTTP/2 over TLS 1.3 over TCP. The browser's preface and the server's tickets and settings go with the
/// first exchange and are part of its figures where these are large enough (86 and 560 bytes).
class TlsConversation final : public Conversation {
 public:
  TlsConversation(const Path& path, HelloOptions hello, Random random);
  Timestamp open(Timestamp at) override;
  Timestamp exchange(Timestamp at, std::size_t up, std::size_t down) override;
  Timestamp push(Timestamp at, std::size_t size) override;
  void close(Timestamp at) override;
  void record(Recording& recording) const override { tcp_.record(recording); }
  [[nodiscard]] Duration lead() const override;

  /// Only the TCP handshake and the hello, answered by a reset of the server, as an enforcing gateway does
  /// it.
  void refuse(Timestamp at);

 private:
  Timestamp say_hello(Timestamp at);

  Random random_;
  TcpConversation tcp_;
  HelloOptions hello_;
  bool first_ = true;
};

/// HTTP/3. Figures count whole UDP payloads of short-header packets; client packets below 60 bytes are
/// acknowledgements.
class QuicConversation final : public Conversation {
 public:
  QuicConversation(const Path& path, HelloOptions hello, QuicVersion version, Random random);
  Timestamp open(Timestamp at) override;
  Timestamp exchange(Timestamp at, std::size_t up, std::size_t down) override;
  Timestamp push(Timestamp at, std::size_t size) override;
  void close(Timestamp at) override;
  void record(Recording& recording) const override { recording.add(recording_); }
  [[nodiscard]] Duration lead() const override;

 private:
  Timestamp datagram(Side side, Timestamp at, Bytes payload, Keep keep);
  void put(Side side, Timestamp at, Bytes payload, Keep keep);
  Timestamp stream(Side side, Timestamp at, std::size_t size);

  Path path_;
  HelloOptions hello_;
  QuicVersion version_;
  Random random_;
  Buffer first_destination_;
  Buffer server_id_;
  Recording recording_;
  std::array<Timestamp, 2> free_at_{};
  std::array<std::uint16_t, 2> ip_id_{};
};

/// Plain HTTP/1.1; `up` is taken as the length of the request's path beyond the fixed headers, `down` as the
/// body.
class HttpConversation final : public Conversation {
 public:
  HttpConversation(const Path& path, std::string host, Random random);
  Timestamp open(Timestamp at) override { return tcp_.open(at); }
  Timestamp exchange(Timestamp at, std::size_t up, std::size_t down) override;
  Timestamp push(Timestamp at, std::size_t size) override;
  void close(Timestamp at) override { tcp_.close(Side::client, at); }
  void record(Recording& recording) const override { tcp_.record(recording); }
  [[nodiscard]] Duration lead() const override;

 private:
  Random random_;
  TcpConversation tcp_;
  std::string host_;
};

}  // namespace edgewatch::support
