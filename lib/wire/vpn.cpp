#include "edgewatch/wire/vpn.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::wire {
namespace {

std::uint32_t folded(std::uint64_t number) {
  constexpr std::uint64_t golden_ratio =
      0x9e3779b97f4a7c15U;  // every bit counts, regular numbers do not meet
  return static_cast<std::uint32_t>((number * golden_ratio) >> 32U);
}

// ---- WireGuard

constexpr std::size_t initiation_length = 148;
constexpr std::size_t response_length = 92;

std::optional<VpnHandshake> wireguard_opening(Bytes payload) {
  ByteReader reader(payload);
  constexpr std::uint32_t initiation = 0x01000000;  // the type and three reserved bytes
  if (payload.size() != initiation_length || reader.u32() != initiation) return std::nullopt;
  return VpnHandshake{Vpn::wireguard, reader.u32()};
}

bool is_wireguard_answer(Bytes payload, std::uint32_t index) {
  ByteReader reader(payload);
  constexpr std::uint32_t response = 0x02000000;
  if (payload.size() != response_length || reader.u32() != response) return false;
  reader.skip(4);  // the responder's own index
  return reader.u32() == index;
}

// ---- OpenVPN

// Opcode in the upper five bits, key id in the lower three: 0 in a first message.
constexpr std::uint8_t hard_reset_client_v2 = 7U << 3U;
constexpr std::uint8_t hard_reset_server_v2 = 8U << 3U;
constexpr std::uint8_t hard_reset_client_v3 = 10U << 3U;

constexpr std::size_t head_length = 9;   // opcode, session id
constexpr std::size_t stamp_length = 8;  // number and time against replays, with tls-auth and tls-crypt
constexpr std::size_t crypt_tag = 32;
constexpr std::size_t plain_client = head_length + 1 + 4;  // no acknowledgements, message 0
constexpr std::size_t crypt_client = head_length + stamp_length + crypt_tag + 1 + 4;
constexpr std::size_t plain_server = head_length + 1 + 4 + 8 + 4;  // one acknowledgement, of our session
constexpr std::size_t longest_server = 128;
// The client's key, wrapped: at least a tag, the key and a length (doc/tls-crypt-v2.txt); metadata is
// optional.
constexpr std::size_t shortest_wrapped_key = 32 + 256 + 2;
constexpr std::size_t longest_wrapped_key = 1024 + 2;
constexpr std::size_t longest_client = crypt_client + longest_wrapped_key;
// MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
constexpr auto digests = std::to_array<std::size_t>({16, 20, 28, 32, 48, 64});
// The first number against replays; the second says that the client can take a stateless server.
constexpr std::uint32_t first_number = 1;
constexpr std::uint32_t first_number_stateless = 0x0f000001;

std::optional<Bytes> openvpn_message(Bytes payload, VpnCarrier carrier) {
  if (carrier != VpnCarrier::tcp) return payload;
  ByteReader reader(payload);
  const std::uint16_t length = reader.u16();
  if (!reader.ok() || reader.remaining() != length) return std::nullopt;
  return reader.rest();
}

bool is_first_number(std::uint32_t number) {
  return number == first_number || number == first_number_stateless;
}

/// What ends a first message: an empty list of acknowledgements and message number 0.
bool is_first_control(ByteReader& reader) {
  const std::uint8_t acknowledged = reader.u8();
  const std::uint32_t message = reader.u32();
  return acknowledged == 0 && message == 0 && reader.ok() && reader.remaining() == 0;
}

bool is_plain_or_signed(Bytes message) {
  ByteReader reader(message);
  reader.skip(head_length);
  if (message.size() == plain_client) return is_first_control(reader);
  const auto fits = [&](std::size_t digest) {
    return message.size() == plain_client + digest + stamp_length;
  };
  const auto* const digest = std::ranges::find_if(digests, fits);
  if (digest == digests.end()) return false;
  reader.skip(*digest);
  if (!is_first_number(reader.u32())) return false;
  reader.skip(4);  // the time
  return is_first_control(reader);
}

bool is_encrypted(Bytes message, std::size_t wrapped_key) {
  if (message.size() != crypt_client + wrapped_key) return false;
  ByteReader reader(message);
  reader.skip(head_length);
  return is_first_number(reader.u32());
}

bool is_wrapped(Bytes message) {
  if (message.size() < crypt_client + shortest_wrapped_key ||
      message.size() > crypt_client + longest_wrapped_key)
    return false;
  // The wrapped key ends with its own length.
  ByteReader reader(message);
  reader.skip(message.size() - 2);
  const std::size_t wrapped_key = reader.u16();
  return is_encrypted(message, wrapped_key);
}

std::optional<VpnHandshake> openvpn_opening(Bytes message) {
  ByteReader reader(message);
  const std::uint8_t opcode = reader.u8();
  const std::uint64_t session = reader.u64();
  if (!reader.ok() || session == 0) return std::nullopt;
  const bool v2 = opcode == hard_reset_client_v2 && (is_plain_or_signed(message) || is_encrypted(message, 0));
  const bool v3 = opcode == hard_reset_client_v3 && is_wrapped(message);
  if (!v2 && !v3) return std::nullopt;
  return VpnHandshake{Vpn::openvpn, folded(session)};
}

/// Whether a stream may begin with a client's first message, as far as its length and opcode are known.
bool may_be_openvpn(Bytes prefix) {
  ByteReader reader(prefix);
  const std::size_t high = reader.u8();
  if (high > longest_client >> 8U) return false;
  const std::size_t length = high << 8U | reader.u8();
  if (!reader.ok()) return true;
  if (length < plain_client || length > longest_client) return false;
  const std::uint8_t opcode = reader.u8();
  return !reader.ok() || opcode == hard_reset_client_v2 || opcode == hard_reset_client_v3;
}

bool is_openvpn_answer(Bytes payload, VpnCarrier carrier, std::uint32_t session) {
  const auto message = openvpn_message(payload, carrier);
  if (!message || message->size() < plain_server || message->size() > longest_server) return false;
  ByteReader reader(*message);
  if (reader.u8() != hard_reset_server_v2 || reader.u64() == 0) return false;
  if (message->size() != plain_server) return true;  // its acknowledgement stands behind a digest or a cipher
  const std::uint8_t acknowledged = reader.u8();
  reader.skip(4);
  return acknowledged == 1 && folded(reader.u64()) == session;
}

// ---- IKE

constexpr std::size_t ike_header = 28;
constexpr std::uint8_t ike_v1 = 0x10;
constexpr std::uint8_t ike_v2 = 0x20;
constexpr std::uint8_t main_mode = 2;  // RFC 2408 section 3.1
constexpr std::uint8_t aggressive_mode = 4;
constexpr std::uint8_t ike_sa_init = 34;  // RFC 7296 section 3.1
constexpr std::uint8_t security_association_v1 = 1;
constexpr std::uint8_t security_association = 33;
constexpr std::uint8_t notify = 41;
constexpr std::uint8_t from_initiator = 0x08;
constexpr std::uint8_t is_response = 0x20;

struct IkeHeader {
  std::uint64_t initiator = 0;
  std::uint64_t responder = 0;
  std::uint8_t next_payload = 0;
  std::uint8_t version = 0;
  std::uint8_t exchange = 0;
  std::uint8_t flags = 0;
};

/// A header of a first exchange: message id 0, and the length of the whole message.
std::optional<IkeHeader> read_ike(Bytes payload, VpnCarrier carrier) {
  ByteReader reader(payload);
  if (carrier == VpnCarrier::udp_encapsulated && reader.u32() != 0) return std::nullopt;
  const std::size_t whole = reader.remaining();
  IkeHeader header;
  header.initiator = reader.u64();
  header.responder = reader.u64();
  header.next_payload = reader.u8();
  header.version = reader.u8();
  header.exchange = reader.u8();
  header.flags = reader.u8();
  const std::uint32_t message = reader.u32();
  const std::uint32_t length = reader.u32();
  if (!reader.ok() || whole <= ike_header || length != whole || message != 0 || header.initiator == 0)
    return std::nullopt;
  // The minor version is to be ignored (RFC 7296 section 3.1).
  header.version &= 0xf0U;
  return header;
}

std::optional<VpnHandshake> ike_opening(Bytes payload, VpnCarrier carrier) {
  const auto header = read_ike(payload, carrier);
  if (!header || header->responder != 0) return std::nullopt;
  const bool v2 = header->version == ike_v2 && header->exchange == ike_sa_init &&
                  header->flags == from_initiator &&
                  (header->next_payload == security_association || header->next_payload == notify);
  const bool v1 = header->version == ike_v1 &&
                  (header->exchange == main_mode || header->exchange == aggressive_mode) &&
                  header->flags == 0 && header->next_payload == security_association_v1;
  if (!v1 && !v2) return std::nullopt;
  return VpnHandshake{Vpn::ike, folded(header->initiator)};
}

bool is_ike_answer(Bytes payload, VpnCarrier carrier, std::uint32_t spi) {
  const auto header = read_ike(payload, carrier);
  if (!header || folded(header->initiator) != spi) return false;
  if (header->version == ike_v2) {
    // A cookie or another key is asked for without an SPI of its own (RFC 7296 sections 2.6 and 1.3).
    return header->exchange == ike_sa_init && header->flags == is_response &&
           (header->responder != 0 || header->next_payload == notify);
  }
  return header->version == ike_v1 && header->responder != 0 && header->flags == 0 &&
         (header->exchange == main_mode || header->exchange == aggressive_mode);
}

}  // namespace

std::optional<VpnHandshake> vpn_opening(Bytes payload, VpnCarrier carrier) {
  if (carrier != VpnCarrier::tcp) {
    if (const auto found = wireguard_opening(payload)) return found;
    if (const auto found = ike_opening(payload, carrier)) return found;
  }
  const auto message = openvpn_message(payload, carrier);
  return message ? openvpn_opening(*message) : std::nullopt;
}

std::variant<VpnNeedMore, NotVpn, VpnHandshake> read_vpn_prefix(Bytes prefix) {
  if (!may_be_openvpn(prefix)) return NotVpn{};
  ByteReader reader(prefix);
  const std::uint16_t length = reader.u16();
  if (reader.remaining() < length || !reader.ok()) return VpnNeedMore{};
  const auto opening = openvpn_opening(reader.rest().first(length));
  if (!opening) return NotVpn{};
  return *opening;
}

bool is_vpn_answer(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening) {
  switch (opening.vpn) {
    case Vpn::wireguard:
      return carrier != VpnCarrier::tcp && is_wireguard_answer(payload, opening.number);
    case Vpn::openvpn:
      return is_openvpn_answer(payload, carrier, opening.number);
    case Vpn::ike:
      return carrier != VpnCarrier::tcp && is_ike_answer(payload, carrier, opening.number);
  }
  return false;
}

}  // namespace edgewatch::wire
