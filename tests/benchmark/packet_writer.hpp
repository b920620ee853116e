// A capture written as it is made: packets go from their fields into one large buffer and from there into the
// file, each byte copied once, because a benchmark's file has gigabytes. The formats are those of
// tests/support's forging library; the test of this folder compares the two. One thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"

#include "support/forge.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace edgewatch::benchmark {

/// The way from one end to another: everything of a packet's headers that stays the same.
class Path {
 public:
  enum class Protocol : std::uint8_t { tcp = 6, udp = 17 };
  Path() = default;
  Path(Protocol protocol, const support::Link& link, const net::Endpoint& from, const net::Endpoint& to);

 private:
  friend class PacketWriter;
  std::array<std::uint8_t, 14 + 40 + 20> header_{};  ///< Ethernet, IP, TCP or UDP
  std::uint8_t ip_at_ = 14;
  std::uint8_t transport_at_ = 34;
  std::uint8_t size_ = 54;
  std::uint32_t transport_sum_ = 0;  ///< of the pseudo-header less its length, and of the ports
  std::uint32_t ip_sum_ = 0;         ///< of the IPv4 header less what changes
};

/// Both directions of a flow.
struct Ends {
  Path up;    ///< from the client
  Path down;  ///< from the server
};
[[nodiscard]] Ends ends(Path::Protocol protocol, const net::MacAddress& client_mac,
                        const net::Endpoint& client, const net::Endpoint& server);

/// Payload that looks encrypted: a view into one fixed block, good for ever; at most 64 KiB.
[[nodiscard]] Bytes noise(std::size_t at, std::size_t size);

class PacketWriter {
 public:
  /// Begins a classic pcap file of Ethernet frames with microsecond stamps. Throws std::runtime_error naming
  /// the file, as the other members do.
  explicit PacketWriter(const std::filesystem::path& file);
  ~PacketWriter();
  PacketWriter(const PacketWriter&) = delete;
  PacketWriter& operator=(const PacketWriter&) = delete;

  /// Where `record` is not 0, the payload's first five bytes are written as the header of a TLS record of
  /// application data that is so many bytes long.
  void tcp(Timestamp at, const Path& path, const support::TcpFields& fields, Bytes payload,
           std::uint16_t record = 0);
  void udp(Timestamp at, const Path& path, Bytes payload);
  /// A whole frame made elsewhere.
  void frame(Timestamp at, Bytes bytes);

  /// Writes what waits and closes the file.
  void finish();
  [[nodiscard]] std::uint64_t packets() const { return packets_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Bytes of the packets of at least 1,300 bytes, their record headers included.
  [[nodiscard]] std::uint64_t full_size_bytes() const { return full_size_bytes_; }

 private:
  /// Room for a frame of `size` bytes behind its record header, zeros where the frame is padded.
  std::uint8_t* begin(Timestamp at, std::size_t size);
  /// Begins a packet with its headers down to IP; gives the place of the transport header.
  std::uint8_t* begin_transport(Timestamp at, const Path& path, std::size_t transport_length);
  void flush();

  std::string name_;
  int file_ = -1;
  std::vector<std::uint8_t> buffer_;
  std::size_t used_ = 0;
  std::uint64_t packets_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t full_size_bytes_ = 0;
  std::uint16_t ip_id_ = 0;
};

}  // namespace edgewatch::benchmark
