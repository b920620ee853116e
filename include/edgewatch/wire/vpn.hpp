// Handshakes of VPNs, told by their content: WireGuard, OpenVPN and IKE. Each message that opens a tunnel
// carries a number of its sender's choosing that the answer must repeat, so that a tunnel is known by both
// sides and not by one packet, which anybody could forge. Pure functions over borrowed bytes; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/wire/trace.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace edgewatch::wire {

enum class Vpn : std::uint8_t { wireguard, openvpn, ike };

/// What carries the payload. `udp_encapsulated`: UDP port 4500, where IKE stands behind four zero bytes (RFC
/// 3948 section 2.2). `tcp`: the first bytes of a direction of a connection (OpenVPN alone).
enum class VpnCarrier : std::uint8_t { udp, udp_encapsulated, tcp };

struct VpnHandshake {
  Vpn vpn = Vpn::wireguard;
  /// Chosen by the client: WireGuard's sender index, OpenVPN's session id, the initiator's SPI; folded to 32
  /// bits.
  std::uint32_t number = 0;
  bool operator==(const VpnHandshake&) const = default;
};

/// The first message of a client:
/// * WireGuard initiation: type 1, three zero bytes, exactly 148 bytes (WireGuard paper, section 5.4.2);
/// * OpenVPN P_CONTROL_HARD_RESET_CLIENT_V2 or V3 with key id 0 and one of the lengths and forms that no
///   protection, tls-auth (each digest), tls-crypt and tls-crypt-v2 give it;
/// * IKE_SA_INIT (RFC 7296 section 3.1), or the first message of IKEv1 main or aggressive mode (RFC 2408
/// section
///   3.1), whose length field is that of the message.
[[nodiscard]] std::optional<VpnHandshake> vpn_opening(Bytes payload, VpnCarrier carrier);
/// The same, told to whoever asks: what kind of message it is by its own words, and why it opens a tunnel or
/// does not. Where it opens none it is told of only if one of `expected` was to be expected here.
[[nodiscard]] std::optional<VpnHandshake> vpn_opening(Bytes payload, VpnCarrier carrier,
                                                      std::optional<Vpn> expected, Trace& trace);

struct VpnNeedMore {};
struct NotVpn {};
/// The same of a TCP connection of which these first bytes are known, in whatever pieces they came; what
/// stands behind the message does not matter. Call again with a longer prefix where more is needed (1,082
/// bytes at most).
[[nodiscard]] std::variant<VpnNeedMore, NotVpn, VpnHandshake> read_vpn_prefix(Bytes prefix);

/// Whether a payload of the other side answers that opening: WireGuard's response (type 2, exactly 92 bytes)
/// to this index; OpenVPN's hard reset of a server, which repeats the session id where it is not encrypted;
/// IKE's answer to this SPI with an SPI of its own, or with a notification.
[[nodiscard]] bool is_vpn_answer(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening);
/// The same, told to whoever asks.
[[nodiscard]] bool is_vpn_answer(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening,
                                 Trace& trace);

}  // namespace edgewatch::wire
