// What `inspect --explain` calls messages of VPNs. Internal to wire.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/wire/vpn.hpp"

#include <string>
#include <string_view>

namespace edgewatch::wire {

/// `wireguard`, `openvpn`, `ike`.
[[nodiscard]] std::string_view vpn_layer(Vpn vpn);
/// What kind of message a payload would be, by its first bytes alone: WireGuard's type, OpenVPN's opcode,
/// IKE's exchange.
[[nodiscard]] std::string vpn_words(Bytes payload, VpnCarrier carrier, Vpn vpn);

}  // namespace edgewatch::wire
