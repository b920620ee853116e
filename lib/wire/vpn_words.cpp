#include "vpn_words.hpp"

#include <array>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

/// WireGuard paper, section 5.4.
std::string wireguard_words(Bytes payload) {
  constexpr std::array<std::string_view, 5> types{"", "handshake initiation", "handshake response",
                                                  "cookie reply", "transport data"};
  ByteReader reader(payload);
  const std::uint8_t type = reader.u8();
  const bool known = reader.u24() == 0 && reader.ok() && type >= 1 && type < types.size();
  if (!known) return "not of WireGuard's form";
  return fmt::format("type {}, {}, {} bytes", type, types.at(type), payload.size());
}

/// As OpenVPN's documentation of its protocol has them.
std::string openvpn_words(Bytes payload, VpnCarrier carrier) {
  constexpr std::array<std::string_view, 12> opcodes{"",
                                                     "P_CONTROL_HARD_RESET_CLIENT_V1",
                                                     "P_CONTROL_HARD_RESET_SERVER_V1",
                                                     "P_CONTROL_SOFT_RESET_V1",
                                                     "P_CONTROL_V1",
                                                     "P_ACK_V1",
                                                     "P_DATA_V1",
                                                     "P_CONTROL_HARD_RESET_CLIENT_V2",
                                                     "P_CONTROL_HARD_RESET_SERVER_V2",
                                                     "P_DATA_V2",
                                                     "P_CONTROL_HARD_RESET_CLIENT_V3",
                                                     "P_CONTROL_WKC_V1"};
  ByteReader reader(payload);
  if (carrier == VpnCarrier::tcp) reader.skip(2);
  const std::uint8_t first = reader.u8();
  const std::size_t opcode = first >> 3U;
  if (!reader.ok() || opcode < 1 || opcode >= opcodes.size()) return "not of OpenVPN's form";
  return fmt::format("{}, key id {}, {} bytes", opcodes.at(opcode), first & 7U, payload.size());
}

std::string_view exchange_name(std::uint8_t exchange) {
  switch (exchange) {
    case 2:
      return "Identity Protection (main mode)";
    case 4:
      return "Aggressive";
    case 5:
      return "Informational";
    case 32:
      return "Quick Mode";
    case 34:
      return "IKE_SA_INIT";
    case 35:
      return "IKE_AUTH";
    case 36:
      return "CREATE_CHILD_SA";
    case 37:
      return "INFORMATIONAL";
    default:
      return "an exchange of another kind";
  }
}

/// RFC 7296 section 3.1, RFC 2408 section 3.1; RFC 3948 section 2 before it.
std::string ike_words(Bytes payload, VpnCarrier carrier) {
  ByteReader reader(payload);
  if (carrier == VpnCarrier::udp_encapsulated) {
    if (payload.size() == 1 && payload[0] == 0xff) return "NAT-keepalive";
    const std::uint32_t marker = reader.u32();
    if (reader.ok() && marker != 0) return fmt::format("ESP, SPI 0x{:08x}", marker);
  }
  const std::uint64_t initiator = reader.u64();
  const std::uint64_t responder = reader.u64();
  reader.skip(1);  // next payload
  const unsigned version = reader.u8();
  const std::uint8_t exchange = reader.u8();
  const unsigned flags = reader.u8();
  if (!reader.ok()) return "not of IKE's form";
  return fmt::format("IKE {}.{}, {} ({}), flags 0x{:02x}, SPIs {:016x} {:016x}", version >> 4U, version & 15U,
                     exchange_name(exchange), exchange, flags, initiator, responder);
}

}  // namespace

std::string_view vpn_layer(Vpn vpn) {
  switch (vpn) {
    case Vpn::wireguard:
      return "wireguard";
    case Vpn::openvpn:
      return "openvpn";
    case Vpn::ike:
      break;
  }
  return "ike";
}

std::string vpn_words(Bytes payload, VpnCarrier carrier, Vpn vpn) {
  switch (vpn) {
    case Vpn::wireguard:
      return wireguard_words(payload);
    case Vpn::openvpn:
      return openvpn_words(payload, carrier);
    case Vpn::ike:
      break;
  }
  return ike_words(payload, carrier);
}

}  // namespace edgewatch::wire
