// QUIC packets of versions 1 and 2 (RFC 9000, RFC 9001, RFC 9369): Initials really encrypted, with the
// ClientHello cut into CRYPTO frames and shuffled over two datagrams as Chromium does; Handshake and
// short-header packets that look encrypted with true sizes. Any thread.
#pragma once

#include "support/byte_writer.hpp"
#include "support/random.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace edgewatch::support {

enum class QuicVersion : std::uint32_t { v1 = 0x00000001, v2 = 0x6b3343cf };
enum class Sender : std::uint8_t { client, server };

struct InitialKeys {
  std::array<std::uint8_t, 16> key{};
  std::array<std::uint8_t, 12> iv{};
  std::array<std::uint8_t, 16> header_protection{};
};
/// RFC 9001 5.2, RFC 9369 3.3; `connection_id` is the destination of the client's first Initial.
[[nodiscard]] InitialKeys initial_keys(QuicVersion version, Bytes connection_id, Sender sender);

/// The open fields of an Initial packet (RFC 9000 17.2.2).
struct InitialHeader {
  QuicVersion version = QuicVersion::v1;
  Buffer destination;
  Buffer source;
  Buffer token;
  std::uint32_t packet_number = 0;
  std::size_t packet_number_length = 1;  ///< 1 to 4
};
/// One protected Initial packet around `frames`, which are taken as they are (pad before).
[[nodiscard]] Buffer protected_initial(const InitialHeader& header, const InitialKeys& keys, Bytes frames);
/// What an Initial packet adds to its frames: header, authentication tag.
[[nodiscard]] std::size_t initial_overhead(const InitialHeader& header);

/// One CRYPTO frame (RFC 9000 19.6).
[[nodiscard]] Buffer crypto_frame(std::size_t offset, Bytes bytes);

struct QuicHelloOptions {
  QuicVersion version = QuicVersion::v1;
  Buffer destination;           ///< the client's first destination connection id, 8 to 20 bytes
  Buffer source;                ///< empty, as Chromium has it
  std::size_t pieces = 20;      ///< CRYPTO frames at most; 1 keeps the hello in order
  std::size_t datagram = 1200;  ///< bytes of UDP payload
};
/// A ClientHello in as many Initial datagrams as it needs (two for a post-quantum one), its pieces shuffled
/// over all of them with PING and PADDING frames between. Packet numbers from 1.
[[nodiscard]] std::vector<Buffer> client_initials(Bytes hello, const QuicHelloOptions& options,
                                                  Random& random);
/// The server's first flight: Initial datagrams with an ACK and the ServerHello, the last one coalesced with
/// the first Handshake packet, then `handshake` bytes of Handshake packets.
[[nodiscard]] std::vector<Buffer> server_initials(QuicVersion version, Bytes first_destination,
                                                  Bytes client_id, Bytes server_id, std::size_t handshake,
                                                  Random& random);
/// The client's answer: an Initial with an ACK, coalesced with a Handshake packet carrying Finished, padded
/// to 1,200 bytes.
[[nodiscard]] Buffer client_handshake(QuicVersion version, Bytes first_destination, Bytes client_id,
                                      Bytes server_id, Random& random);
/// A Handshake packet of exactly `size` bytes that looks encrypted (RFC 9000 17.2.4).
[[nodiscard]] Buffer handshake_packet(QuicVersion version, Bytes destination, Bytes source, std::size_t size,
                                      Random& random);
/// A 1-RTT packet of exactly `size` bytes that looks encrypted (RFC 9000 17.3.1).
[[nodiscard]] Buffer short_header_packet(Bytes destination, std::size_t size, Random& random);

}  // namespace edgewatch::support
