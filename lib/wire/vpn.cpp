#include "edgewatch/wire/vpn.hpp"

#include "vpn_words.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

/// Takes why a message is none, and at which byte. One that nobody asked for costs nothing: each reader is
/// compiled for it by itself.
struct Unasked {
  void operator()(std::size_t /*at*/, std::string_view /*why*/) const {}
};
/// Keeps what was said last: of several forms that a message may have, the one that comes nearest is tried
/// last.
struct Told {
  std::size_t at = 0;
  std::string_view why;
  void operator()(std::size_t where, std::string_view what) {
    at = where;
    why = what;
  }
};

std::uint32_t folded(std::uint64_t number) {
  constexpr std::uint64_t golden_ratio =
      0x9e3779b97f4a7c15U;  // every bit counts, regular numbers do not meet
  return static_cast<std::uint32_t>((number * golden_ratio) >> 32U);
}

// ---- WireGuard

constexpr std::size_t initiation_length = 148;
constexpr std::size_t response_length = 92;

template <class Why>
std::optional<VpnHandshake> wireguard_opening(Bytes payload, Why&& why) {
  ByteReader reader(payload);
  constexpr std::uint32_t initiation = 0x01000000;  // the type and three reserved bytes
  const bool of_length = payload.size() == initiation_length;
  if (of_length && reader.u32() == initiation) return VpnHandshake{Vpn::wireguard, reader.u32()};
  why(0, of_length ? "it does not begin with type 1 and three zero bytes"
                   : "an initiation has exactly 148 bytes");
  return std::nullopt;
}

template <class Why>
bool is_wireguard_answer(Bytes payload, std::uint32_t index, Why&& why) {
  constexpr std::uint32_t response = 0x02000000;
  constexpr std::size_t receiver_at = 8;
  ByteReader reader(payload);
  if (payload.size() != response_length || reader.u32() != response) {
    why(0, "a response is of type 2 and has exactly 92 bytes");
    return false;
  }
  reader.skip(4);  // the responder's own index
  if (reader.u32() == index) return true;
  why(receiver_at, "its receiver index is not the sender index of the initiation");
  return false;
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

template <class Why>
bool is_plain_or_signed(Bytes message, Why&& why) {
  ByteReader reader(message);
  reader.skip(head_length);
  const auto ends_well = [&] {
    const std::size_t at = reader.offset();
    if (is_first_control(reader)) return true;
    why(at, "it does not end with no acknowledgements and message number 0");
    return false;
  };
  if (message.size() == plain_client) return ends_well();
  const auto fits = [&](std::size_t digest) {
    return message.size() == plain_client + digest + stamp_length;
  };
  const auto* const digest = std::ranges::find_if(digests, fits);
  if (digest == digests.end()) {
    why(0, "its length is of no form: plain, signed (tls-auth) or encrypted (tls-crypt)");
    return false;
  }
  reader.skip(*digest);
  const std::size_t at = reader.offset();
  if (!is_first_number(reader.u32())) {
    why(at, "the number against replays behind its digest is not the first");
    return false;
  }
  reader.skip(4);  // the time
  return ends_well();
}

template <class Why>
bool is_encrypted(Bytes message, std::size_t wrapped_key, Why&& why) {
  if (message.size() != crypt_client + wrapped_key) return false;
  ByteReader reader(message);
  reader.skip(head_length);
  if (is_first_number(reader.u32())) return true;
  why(head_length, "the number against replays is not the first");
  return false;
}

template <class Why>
bool is_wrapped(Bytes message, Why&& why) {
  if (message.size() < crypt_client + shortest_wrapped_key ||
      message.size() > crypt_client + longest_wrapped_key) {
    why(0, "its length leaves no room for a wrapped key (tls-crypt-v2), or too much");
    return false;
  }
  // The wrapped key ends with its own length.
  ByteReader reader(message);
  reader.skip(message.size() - 2);
  const std::size_t wrapped_key = reader.u16();
  if (message.size() != crypt_client + wrapped_key)
    why(message.size() - 2, "no wrapped key of its length ends it");
  return is_encrypted(message, wrapped_key, why);
}

template <class Why>
std::optional<VpnHandshake> openvpn_opening(Bytes message, Why&& why) {
  ByteReader reader(message);
  const std::uint8_t opcode = reader.u8();
  const std::uint64_t session = reader.u64();
  if (!reader.ok() || session == 0) {
    why(std::min<std::size_t>(1, message.size()), "it has no session id");
    return std::nullopt;
  }
  if (opcode != hard_reset_client_v2 && opcode != hard_reset_client_v3) {
    why(0, "it is no hard reset of a client, of key id 0");
    return std::nullopt;
  }
  const bool v2 =
      opcode == hard_reset_client_v2 && (is_plain_or_signed(message, why) || is_encrypted(message, 0, why));
  const bool v3 = opcode == hard_reset_client_v3 && is_wrapped(message, why);
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

template <class Why>
bool is_openvpn_answer(Bytes payload, VpnCarrier carrier, std::uint32_t session, Why&& why) {
  const auto message = openvpn_message(payload, carrier);
  if (!message || message->size() < plain_server || message->size() > longest_server) {
    why(0, "its length is not that of a server's hard reset");
    return false;
  }
  const std::size_t begin = payload.size() - message->size();
  ByteReader reader(*message);
  if (reader.u8() != hard_reset_server_v2 || reader.u64() == 0) {
    why(begin, "it is no hard reset of a server, or has no session id");
    return false;
  }
  if (message->size() != plain_server) return true;  // its acknowledgement stands behind a digest or a cipher
  const std::size_t at = begin + reader.offset();
  const std::uint8_t acknowledged = reader.u8();
  reader.skip(4);
  if (acknowledged == 1 && folded(reader.u64()) == session) return true;
  why(at, "it does not acknowledge the session id of the opening");
  return false;
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
template <class Why>
std::optional<IkeHeader> read_ike(Bytes payload, VpnCarrier carrier, Why&& why) {
  enum : std::size_t { message_id_at = 20, length_at = 24 };
  ByteReader reader(payload);
  if (carrier == VpnCarrier::udp_encapsulated && reader.u32() != 0) {
    why(0, "no four zero bytes before it (RFC 3948 section 2.2): ESP");
    return std::nullopt;
  }
  const std::size_t begin = reader.offset();
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
  if (!reader.ok() || whole <= ike_header) {
    why(begin, "there is no payload behind a header of 28 bytes");
  } else if (length != whole) {
    why(begin + length_at, "its Length is not that of the message");
  } else if (message != 0) {
    why(begin + message_id_at, "its Message ID is not 0: a later exchange");
  } else if (header.initiator == 0) {
    why(begin, "the initiator's SPI is 0");
  } else {
    // The minor version is to be ignored (RFC 7296 section 3.1).
    header.version &= 0xf0U;
    return header;
  }
  return std::nullopt;
}

template <class Why>
std::optional<VpnHandshake> ike_opening(Bytes payload, VpnCarrier carrier, Why&& why) {
  const auto header = read_ike(payload, carrier, why);
  if (!header) return std::nullopt;
  const std::size_t begin = carrier == VpnCarrier::udp_encapsulated ? 4 : 0;
  if (header->responder != 0) {
    why(begin + 8, "it has the responder's SPI: no first message");
    return std::nullopt;
  }
  const bool v2 = header->version == ike_v2 && header->exchange == ike_sa_init &&
                  header->flags == from_initiator &&
                  (header->next_payload == security_association || header->next_payload == notify);
  const bool v1 = header->version == ike_v1 &&
                  (header->exchange == main_mode || header->exchange == aggressive_mode) &&
                  header->flags == 0 && header->next_payload == security_association_v1;
  if (v1 || v2) return VpnHandshake{Vpn::ike, folded(header->initiator)};
  why(begin + 16, "next payload, version, exchange and flags are not those of a first message");
  return std::nullopt;
}

template <class Why>
bool is_ike_answer(Bytes payload, VpnCarrier carrier, std::uint32_t spi, Why&& why) {
  const auto header = read_ike(payload, carrier, why);
  if (!header) return false;
  const std::size_t begin = carrier == VpnCarrier::udp_encapsulated ? 4 : 0;
  if (folded(header->initiator) != spi) {
    why(begin, "the initiator's SPI is not that of the opening");
    return false;
  }
  // A cookie or another key is asked for without an SPI of its own (RFC 7296 sections 2.6 and 1.3).
  const bool v2 = header->version == ike_v2 && header->exchange == ike_sa_init &&
                  header->flags == is_response && (header->responder != 0 || header->next_payload == notify);
  const bool v1 = header->version == ike_v1 && header->responder != 0 && header->flags == 0 &&
                  (header->exchange == main_mode || header->exchange == aggressive_mode);
  if (!v1 && !v2) why(begin + 16, "it is no answer to a first message");
  return v1 || v2;
}

template <class Why>
bool answers(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening, Why&& why) {
  switch (opening.vpn) {
    case Vpn::wireguard:
      return carrier != VpnCarrier::tcp && is_wireguard_answer(payload, opening.number, why);
    case Vpn::openvpn:
      return is_openvpn_answer(payload, carrier, opening.number, why);
    case Vpn::ike:
      return carrier != VpnCarrier::tcp && is_ike_answer(payload, carrier, opening.number, why);
  }
  return false;
}

/// Why a payload does not open this one; the bytes are those that vpn_opening() gives its reader.
Told why_not(Bytes payload, VpnCarrier carrier, Vpn vpn) {
  Told told;
  if (vpn == Vpn::openvpn) {
    const auto message = openvpn_message(payload, carrier);
    if (!message) return {0, "its length is not that of the first message on a stream"};
    static_cast<void>(openvpn_opening(*message, told));
    told.at += payload.size() - message->size();
  } else if (carrier == VpnCarrier::tcp) {
    return {0, "it is not looked for over TCP"};
  } else if (vpn == Vpn::wireguard) {
    static_cast<void>(wireguard_opening(payload, told));
  } else {
    static_cast<void>(ike_opening(payload, carrier, told));
  }
  return told;
}

}  // namespace

std::optional<VpnHandshake> vpn_opening(Bytes payload, VpnCarrier carrier) {
  if (carrier != VpnCarrier::tcp) {
    if (const auto found = wireguard_opening(payload, Unasked())) return found;
    if (const auto found = ike_opening(payload, carrier, Unasked())) return found;
  }
  const auto message = openvpn_message(payload, carrier);
  return message ? openvpn_opening(*message, Unasked()) : std::nullopt;
}

std::optional<VpnHandshake> vpn_opening(Bytes payload, VpnCarrier carrier, std::optional<Vpn> expected,
                                        Trace& trace) {
  const auto opening = vpn_opening(payload, carrier);
  if (opening) expected = opening->vpn;
  if (!expected || payload.empty()) return opening;
  const std::string words = vpn_words(payload, carrier, *expected);
  if (opening) {
    trace.note(vpn_layer(*expected), payload, words + ": it opens a tunnel");
    return opening;
  }
  const Told told = why_not(payload, carrier, *expected);
  trace.note(vpn_layer(*expected), payload, words);
  trace.note(vpn_layer(*expected), payload.subspan(std::min(told.at, payload.size()), 0),
             fmt::format("opens no tunnel: {}", told.why));
  return opening;
}

std::variant<VpnNeedMore, NotVpn, VpnHandshake> read_vpn_prefix(Bytes prefix) {
  if (!may_be_openvpn(prefix)) return NotVpn{};
  ByteReader reader(prefix);
  const std::uint16_t length = reader.u16();
  if (reader.remaining() < length || !reader.ok()) return VpnNeedMore{};
  const auto opening = openvpn_opening(reader.rest().first(length), Unasked());
  if (!opening) return NotVpn{};
  return *opening;
}

bool is_vpn_answer(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening) {
  return answers(payload, carrier, opening, Unasked());
}

bool is_vpn_answer(Bytes payload, VpnCarrier carrier, const VpnHandshake& opening, Trace& trace) {
  Told told{0, "it is not looked for over TCP"};
  const bool answered = answers(payload, carrier, opening, told);
  const std::string words = vpn_words(payload, carrier, opening.vpn);
  trace.note(vpn_layer(opening.vpn), payload, words + (answered ? ": it answers the opening" : ""));
  if (!answered) {
    trace.note(vpn_layer(opening.vpn), payload.subspan(std::min(told.at, payload.size()), 0),
               fmt::format("answers no opening: {}", told.why));
  }
  return answered;
}

}  // namespace edgewatch::wire
