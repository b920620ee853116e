// Headers of QUIC long-header packets (RFC 8999, RFC 9000 section 17.2), of the versions whose Initials can
// be opened. Views into the datagram given; pure; any thread. Internal to wire.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace edgewatch::wire::quic {

/// What differs between versions: salt and labels of the Initial keys, and how packet types are numbered.
struct Version {
  std::uint32_t number = 0;
  const char* salt = nullptr;  ///< 20 bytes
  bool is_v2 = false;          ///< labels and packet types of RFC 9369
  std::uint8_t crypto_frame =
      6;  ///< the type of a CRYPTO frame; Google's own versions number frames otherwise
};
/// Nothing for a version that cannot be opened.
[[nodiscard]] std::optional<Version> version_of(std::uint32_t number);

inline constexpr std::size_t max_connection_id = 20;  // RFC 9000 section 17.2
inline constexpr std::size_t salt_size = 20;

/// RFC 9000 section 16. At most 2^62-1; the reader goes bad at the end.
[[nodiscard]] std::uint64_t read_varint(ByteReader& reader);

struct LongHeader {
  Version version;
  QuicPacket type = QuicPacket::not_quic;
  Bytes destination;  ///< connection id
  Bytes source;       ///< connection id
  Bytes packet;       ///< from the first byte to the last of this packet; what follows is coalesced
  std::size_t number_offset = 0;  ///< of the packet number in `packet`; 0 for a Retry
};
/// The long-header packet at the front of a datagram. Refuses quic_header for anything else and for a Version
/// Negotiation packet, quic_version for a version that cannot be opened, truncated where the bytes end before
/// the packet does.
[[nodiscard]] Result<LongHeader, DecodeError> read_long_header(Bytes datagram);

}  // namespace edgewatch::wire::quic
