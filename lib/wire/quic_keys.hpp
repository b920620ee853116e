// Keys of a client's Initial packets (RFC 9001 section 5, RFC 9369 section 3.3) and opening packets with
// them. Values; any thread: the OpenSSL contexts are kept per thread and reused. Internal to wire.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include "quic_packet.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace edgewatch::wire::quic {

struct ClientKeys {
  std::array<std::uint8_t, 16> key{};
  std::array<std::uint8_t, 12> iv{};
  std::array<std::uint8_t, 16> header{};  ///< header protection
};

/// The client's Initial keys under a connection id of at most 20 bytes.
[[nodiscard]] ClientKeys derive_client_keys(const Version& version, Bytes connection_id);

struct OpenedInitial {
  Bytes frames;              ///< good until this thread opens the next packet
  std::uint32_t number = 0;  ///< as much of the packet number as the packet holds
};
/// What is in a protected Initial packet; nothing when it does not open with these keys.
/// Whether its protection could be taken off at all (RFC 9001 section 5.4.2).
[[nodiscard]] bool is_long_enough(const LongHeader& header);
[[nodiscard]] std::optional<OpenedInitial> open_initial(const ClientKeys& keys, const LongHeader& header);

}  // namespace edgewatch::wire::quic
