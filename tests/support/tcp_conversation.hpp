// One TCP connection as a tap beside the client sees it: handshake, segments both ways, acknowledgements as a
// receiver gives them (every second segment, else after 40 ms), the close. Segments may be planned in any
// order of the two sides; sequence and acknowledgement numbers are settled when it is recorded. It owns what
// it plans; one thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include "support/forge.hpp"
#include "support/random.hpp"
#include "support/recording.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace edgewatch::support {

enum class Side : std::uint8_t { client, server };
/// Whether a packet is captured whole or cut to the path's snap length.
enum class Keep : std::uint8_t { whole, snapped };

/// What lies between a client and a server, seen from beside the client.
struct Path {
  Link link;  ///< as the client sends
  net::Endpoint client;
  net::Endpoint server;
  Duration round_trip{12000};
  std::uint32_t bytes_per_millisecond = 10000;  ///< 80 Mbit/s
  std::size_t snap_length = 0;  ///< bytes kept of packets that are not kept whole; 0 keeps all
  /// MSS-sized segments that one captured packet stands for: 1 on a tap, up to 44 behind generic receive
  /// offload.
  std::size_t segments_per_packet = 1;
};

class TcpConversation {
 public:
  static constexpr std::size_t mss = 1460;

  TcpConversation(Path path, Random random);

  /// SYN at `at`; gives when the client's ACK of the SYN-ACK has passed and it may send.
  Timestamp open(Timestamp at);
  /// Plans `stream` from `side`, not before `at` nor before what that side sends already; gives when its last
  /// byte has passed.
  Timestamp send(Side side, Timestamp at, Bytes stream, Keep keep);
  /// FIN from `side`, answered by the other side's; gives when the last ACK has passed. Nothing may be sent
  /// afterwards.
  Timestamp close(Side side, Timestamp at);
  /// RST from `side`. Nothing may be sent afterwards.
  void reset(Side side, Timestamp at);

  /// Adds all packets, in order of time.
  void record(Recording& recording) const;
  [[nodiscard]] const Path& path() const { return path_; }

 private:
  struct Planned {
    Timestamp at;
    Side side = Side::client;
    std::uint8_t flags = 0;
    std::uint64_t sequence = 0;  ///< from 0 at the SYN
    std::size_t length = 0;
    std::uint16_t sum = 0;
    std::size_t kept_at = 0;
    std::size_t kept = 0;
    [[nodiscard]] std::uint64_t end() const;
  };
  class Recorder;

  Timestamp plan(Side side, Timestamp at, std::uint8_t flags, Bytes payload, Keep keep);
  [[nodiscard]] std::size_t kept_of(std::size_t length, Keep keep) const;

  Path path_;
  std::array<std::uint32_t, 2> first_sequence_{};
  std::array<std::uint16_t, 2> first_ip_id_{};
  std::array<std::uint64_t, 2> next_sequence_{};
  std::array<Timestamp, 2> free_at_{};  ///< when the side's line is free again
  std::vector<Planned> planned_;
  Buffer kept_;
};

}  // namespace edgewatch::support
