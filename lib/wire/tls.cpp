#include "edgewatch/wire/tls.hpp"

#include "edgewatch/net/address.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

constexpr std::uint8_t client_hello = 1;
constexpr std::uint16_t extension_server_name = 0;
constexpr std::uint16_t extension_alpn = 16;
constexpr std::uint16_t extension_ech = 0xfe0d;
constexpr std::uint16_t extension_esni = 0xffce;
constexpr std::uint8_t name_type_host = 0;
constexpr std::size_t max_alpn = 8;  // browsers send two

using Outcome = std::optional<Malformation>;  // nothing: fine

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

bool is_ip_literal(std::string_view text) {
  const bool may_be = text.front() == '[' || (text.front() >= '0' && text.front() <= '9') ||
                      text.find(':') != std::string_view::npos;
  if (!may_be) return false;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  return net::IpAddress::parse(text).has_value();
}

Outcome take_host_name(Bytes name, ClientHello& hello) {
  if (name.empty()) return {};
  const auto text = as_text(name);
  if (text.find('\0') != std::string_view::npos) return Malformation::server_name;
  auto host = net::HostName::from_dotted(text);
  if (!host) return Malformation::server_name;
  hello.server_name_is_ip = is_ip_literal(text);
  hello.server_name = std::move(*host);
  return {};
}

/// ServerNameList (RFC 6066 section 3). A name type other than host_name has a two-byte length too: every
/// data structure of a later type must begin so. Two names of one type are forbidden: which one the server
/// takes could not be known.
Outcome read_server_name(Bytes extension, ClientHello& hello) {
  if (extension.empty()) return {};
  ByteReader reader(extension);
  if (const std::size_t length = reader.u16(); !reader.ok() || length != reader.remaining())
    return Malformation::server_name;
  bool seen = false;
  while (reader.remaining() > 0) {
    const auto type = reader.u8();
    const Bytes name = reader.take(reader.u16());
    if (!reader.ok()) return Malformation::server_name;
    if (type != name_type_host) continue;
    if (seen) return Malformation::server_name;
    seen = true;
    if (const auto wrong = take_host_name(name, hello)) return wrong;
  }
  return {};
}

/// ProtocolNameList (RFC 7301 section 3.1).
Outcome read_alpn(Bytes extension, ClientHello& hello) {
  ByteReader reader(extension);
  if (const std::size_t length = reader.u16(); !reader.ok() || length != reader.remaining())
    return Malformation::tls_client_hello;
  hello.alpn.reserve(2);
  while (reader.remaining() > 0) {
    const Bytes name = reader.take(reader.u8());
    if (!reader.ok() || name.empty()) return Malformation::tls_client_hello;
    if (hello.alpn.size() < max_alpn) hello.alpn.emplace_back(as_text(name));
  }
  return {};
}

/// Marks an extension as seen; false when it was already (RFC 8446 section 4.2: one of each type).
bool first_time(bool& seen) { return !std::exchange(seen, true); }

Outcome read_extensions(Bytes extensions, ClientHello& hello) {
  ByteReader reader(extensions);
  bool name_seen = false;
  bool alpn_seen = false;
  while (reader.remaining() > 0) {
    const auto type = reader.u16();
    const Bytes body = reader.take(reader.u16());
    if (!reader.ok()) return Malformation::tls_client_hello;
    Outcome wrong;
    if (type == extension_server_name) {
      wrong = first_time(name_seen) ? read_server_name(body, hello) : Malformation::server_name;
    } else if (type == extension_alpn) {
      wrong = first_time(alpn_seen) ? read_alpn(body, hello) : Malformation::tls_client_hello;
    } else if (type == extension_ech) {
      hello.encrypted_client_hello = true;
    } else if (type == extension_esni) {
      hello.encrypted_server_name = true;
    }
    if (wrong) return wrong;
  }
  return {};
}

}  // namespace

Result<ClientHello, DecodeError> parse_client_hello(Bytes handshake) {
  ByteReader reader(handshake);
  const auto refuse = [&](Malformation kind) { return Failure{DecodeError{kind, reader.offset()}}; };
  const auto type = reader.u8();
  const std::size_t length = reader.u24();
  if (!reader.ok()) return refuse(Malformation::truncated);
  if (type != client_hello) return refuse(Malformation::tls_client_hello);
  if (length > reader.remaining()) return refuse(Malformation::truncated);
  if (length < reader.remaining()) return refuse(Malformation::tls_handshake_length);

  const auto version = reader.u16();
  reader.skip(32);  // random
  const std::size_t session_id = reader.u8();
  reader.skip(session_id);
  const std::size_t cipher_suites = reader.u16();
  reader.skip(cipher_suites);
  const std::size_t compression_methods = reader.u8();
  reader.skip(compression_methods);
  if (!reader.ok() || version >> 8 != 3 || session_id > 32 || cipher_suites < 2 || cipher_suites % 2 != 0 ||
      compression_methods == 0)
    return refuse(Malformation::tls_client_hello);

  ClientHello hello;
  if (reader.remaining() == 0) return hello;  // no extensions at all (TLS 1.2 and older)
  if (const std::size_t extensions = reader.u16(); !reader.ok() || extensions != reader.remaining())
    return refuse(Malformation::tls_client_hello);
  if (const auto wrong = read_extensions(reader.rest(), hello)) return refuse(*wrong);
  return hello;
}

namespace {

std::string_view extension_name(std::uint16_t type) {
  struct Named {
    std::uint16_t type;
    std::string_view name;
  };
  // IANA "TLS ExtensionType Values", those that clients send.
  constexpr std::array<Named, 25> known{{{0, "server_name"},
                                         {5, "status_request"},
                                         {10, "supported_groups"},
                                         {11, "ec_point_formats"},
                                         {13, "signature_algorithms"},
                                         {16, "application_layer_protocol_negotiation"},
                                         {18, "signed_certificate_timestamp"},
                                         {21, "padding"},
                                         {22, "encrypt_then_mac"},
                                         {23, "extended_main_secret"},
                                         {27, "compress_certificate"},
                                         {28, "record_size_limit"},
                                         {34, "delegated_credential"},
                                         {35, "session_ticket"},
                                         {41, "pre_shared_key"},
                                         {42, "early_data"},
                                         {43, "supported_versions"},
                                         {45, "psk_key_exchange_modes"},
                                         {50, "signature_algorithms_cert"},
                                         {51, "key_share"},
                                         {57, "quic_transport_parameters"},
                                         {0xffa5, "quic_transport_parameters of the drafts"},
                                         {0xff01, "renegotiation_info"},
                                         {extension_esni, "encrypted_server_name"},
                                         {extension_ech, "encrypted_client_hello"}}};
  for (const Named& one : known) {
    if (one.type == type) return one.name;
  }
  return (type & 0x0f0f) == 0x0a0a && type >> 8 == (type & 0xff) ? "GREASE" : "unknown";
}

/// What an extension that hides the name says openly: ECH its kind, cipher suite and configuration (RFC 9849
/// section 5), ESNI its cipher suite. Empty for others, and where it is cut.
std::string hiding_of(std::uint16_t type, Bytes body) {
  ByteReader reader(body);
  if (type == extension_esni) {
    const auto suite = reader.u16();
    return reader.ok() ? fmt::format(", cipher suite 0x{:04x}", suite) : "";
  }
  if (type != extension_ech) return "";
  const auto kind = reader.u8();
  if (reader.ok() && kind == 1) return ", inner";
  const auto kdf = reader.u16();
  const auto aead = reader.u16();
  const auto configuration = reader.u8();
  if (!reader.ok() || kind != 0) return "";
  return fmt::format(", outer, KDF 0x{:04x}, AEAD 0x{:04x}, configuration {}", kdf, aead, configuration);
}

}  // namespace

std::vector<HelloPart> hello_parts(Bytes handshake) {
  std::vector<HelloPart> parts;
  constexpr std::size_t header = 4;
  if (handshake.size() < header) return parts;
  const std::size_t whole = std::size_t{handshake[1]} << 16U | std::size_t{handshake[2]} << 8U | handshake[3];
  parts.push_back({fmt::format("handshake type {}, {} bytes", handshake[0], whole), 0, header});
  if (handshake[0] != client_hello) return parts;
  ByteReader reader(handshake.first(std::min(handshake.size(), header + whole)));
  reader.skip(header);
  const auto version = reader.u16();
  reader.skip(32);  // random
  reader.skip(reader.u8());
  const std::size_t ciphers = reader.u16();
  reader.skip(ciphers);
  reader.skip(reader.u8());
  if (!reader.ok()) return parts;
  parts.push_back({fmt::format("client hello: version 0x{:04x}, {} cipher suites", version, ciphers / 2), 4,
                   reader.offset() - 4});
  reader.skip(2);
  while (reader.remaining() > 0) {
    const std::size_t at = reader.offset();
    const auto type = reader.u16();
    const std::size_t length = reader.u16();
    if (!reader.ok()) break;
    const Bytes body = reader.take(std::min(length, reader.remaining()));
    parts.push_back({fmt::format("extension {} ({}){}", extension_name(type), type, hiding_of(type, body)),
                     at, 4 + length});
    if (body.size() < length) break;
  }
  return parts;
}

}  // namespace edgewatch::wire
