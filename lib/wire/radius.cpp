#include "edgewatch/wire/radius.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace edgewatch::wire::radius {
namespace {

enum : std::uint8_t {
  attribute_user_name = 1,
  attribute_nas_address = 4,
  attribute_framed_address = 8,
  attribute_calling_station = 31,
  attribute_nas_identifier = 32,
  attribute_status = 40,
  attribute_delay = 41,
  attribute_session = 44,
  attribute_event_time = 55,
  attribute_message_authenticator = 80,
  attribute_nas_ipv6_address = 95,
  attribute_framed_ipv6_prefix = 97,
  attribute_framed_ipv6_address = 168,
};
constexpr std::size_t header_size = 20;
constexpr std::size_t authenticator_at = 4;
constexpr std::size_t largest_packet = 4096;
constexpr std::size_t md5_size = 16;
constexpr std::size_t md5_block = 64;
// RFC 2865 section 5.8: the user, or the access server, is to choose an address.
constexpr std::array<std::uint32_t, 2> no_addresses{0xffffffff, 0xfffffffe};

struct Attribute {
  std::uint8_t type = 0;
  std::size_t offset = 0;  ///< of its value, in the packet
  Bytes value;
};

/// The packet without its padding; nothing when its header does not fit.
std::optional<Bytes> whole_packet(Bytes packet) {
  ByteReader reader(packet);
  reader.skip(2);
  const std::size_t length = reader.u16();
  if (!reader.ok() || length < header_size || length > largest_packet || length > packet.size())
    return std::nullopt;
  return packet.first(length);
}

/// Calls `take` with each attribute, until it says false; false then, or when a length does not fit.
template <class Take>
bool for_each_attribute(Bytes packet, const Take& take) {
  ByteReader reader(packet);
  reader.skip(header_size);
  while (reader.remaining() > 0) {
    Attribute attribute;
    attribute.type = reader.u8();
    const std::size_t length = reader.u8();
    if (!reader.ok() || length < 2) return false;
    attribute.offset = reader.offset();
    attribute.value = reader.take(length - 2);
    if (!reader.ok() || !take(attribute)) return false;
  }
  return reader.ok();
}

std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::optional<std::uint32_t> number_of(Bytes value) {
  ByteReader reader(value);
  const std::uint32_t number = reader.u32();
  if (!reader.ok() || reader.remaining() != 0) return std::nullopt;
  return number;
}

std::optional<Status> status_of(std::uint32_t number) {
  switch (number) {
    case 1:
    case 2:
    case 3:
    case 7:
    case 8:
      return static_cast<Status>(number);
    default:
      return std::nullopt;
  }
}

bool read_number(const Attribute& attribute, Accounting& out) {
  const auto number = number_of(attribute.value);
  if (!number) return false;
  switch (attribute.type) {
    case attribute_nas_address:
      out.access_server = net::IpAddress::v4(*number);
      break;
    case attribute_framed_address:
      if (*number != 0 && std::ranges::find(no_addresses, *number) == no_addresses.end())
        out.framed_address = net::IpAddress::v4(*number);
      break;
    case attribute_status:
      out.status = status_of(*number);
      break;
    case attribute_delay:
      out.delay = std::chrono::seconds(*number);
      break;
    default:
      out.event_time = std::chrono::sys_seconds(std::chrono::seconds(*number));
      break;
  }
  return true;
}

/// RFC 3162 section 2.3: reserved, length in bits, and as many bytes of the prefix as it takes. A host's own
/// prefix is its address.
bool read_prefix(Bytes value, Accounting& out) {
  constexpr std::size_t whole = 128;
  ByteReader reader(value);
  reader.skip(1);
  const std::size_t bits = reader.u8();
  const Bytes prefix = reader.rest();
  if (!reader.ok() || bits > whole || prefix.size() > whole / 8) return false;
  if (bits == whole && prefix.size() == whole / 8 && !out.framed_ipv6_address)
    out.framed_ipv6_address = net::IpAddress::from_bytes(prefix);
  return true;
}

bool read_attribute(const Attribute& attribute, Texts texts, Accounting& out) {
  constexpr std::size_t ipv6_size = 16;
  switch (attribute.type) {
    case attribute_user_name:
      if (texts == Texts::read) out.user_name = text_of(attribute.value);
      return true;
    case attribute_session:
      if (texts == Texts::read) out.session = text_of(attribute.value);
      return true;
    case attribute_nas_identifier:
      out.access_server_identifier = text_of(attribute.value);
      return true;
    case attribute_calling_station:
      out.calling_station = read_station(text_of(attribute.value));
      return true;
    case attribute_nas_address:
    case attribute_framed_address:
    case attribute_status:
    case attribute_delay:
    case attribute_event_time:
      return read_number(attribute, out);
    case attribute_nas_ipv6_address:
      if (attribute.value.size() != ipv6_size) return false;
      if (!out.access_server) out.access_server = net::IpAddress::from_bytes(attribute.value);
      return true;
    case attribute_framed_ipv6_prefix:
      return read_prefix(attribute.value, out);
    case attribute_framed_ipv6_address:
      if (attribute.value.size() != ipv6_size) return false;
      out.framed_ipv6_address = net::IpAddress::from_bytes(attribute.value);
      return true;
    case attribute_message_authenticator:
      return attribute.value.size() == md5_size;
    default:
      return true;
  }
}

struct Release {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// MD5 over the parts; nothing where OpenSSL has none (a FIPS machine): then nothing is authentic.
std::optional<Authenticator> md5(std::initializer_list<Bytes> parts) {
  const std::unique_ptr<EVP_MD_CTX, Release> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1) return std::nullopt;
  for (const Bytes part : parts) {
    if (EVP_DigestUpdate(context.get(), part.data(), part.size()) != 1) return std::nullopt;
  }
  Authenticator out{};
  if (EVP_DigestFinal_ex(context.get(), out.data(), nullptr) != 1) return std::nullopt;
  return out;
}

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// RFC 2104.
std::optional<Authenticator> hmac_md5(std::string_view secret, Bytes message) {
  std::array<std::uint8_t, md5_block> pad{};
  if (secret.size() > pad.size()) {
    const auto digest = md5({bytes_of(secret)});
    if (!digest) return std::nullopt;
    std::ranges::copy(*digest, pad.begin());
  } else {
    std::ranges::copy(bytes_of(secret), pad.begin());
  }
  for (auto& byte : pad) byte ^= 0x36;
  const auto inner = md5({pad, message});
  if (!inner) return std::nullopt;
  for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
  return md5({pad, *inner});
}

bool equal(const std::optional<Authenticator>& made, Bytes found) {
  return made && found.size() == made->size() && CRYPTO_memcmp(made->data(), found.data(), made->size()) == 0;
}

/// The authenticator over the packet with `in_header` in its place, and the Message-Authenticator, where
/// there is one, over the same with zeros in its own. Two of those are one too many.
bool is_authentic(Bytes given, const Authenticator& in_header, std::string_view secret) {
  const auto packet = whole_packet(given);
  if (!packet || secret.empty()) return false;
  std::vector<std::uint8_t> copy(packet->begin(), packet->end());
  std::ranges::copy(in_header, copy.begin() + authenticator_at);
  if (!equal(md5({copy, bytes_of(secret)}), packet->subspan(authenticator_at, md5_size))) return false;

  std::optional<Attribute> signature;
  const bool readable = for_each_attribute(*packet, [&signature](const Attribute& attribute) {
    if (attribute.type != attribute_message_authenticator) return true;
    if (signature || attribute.value.size() != md5_size) return false;
    signature = attribute;
    return true;
  });
  if (!readable || !signature) return readable;
  std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(signature->offset), md5_size, std::uint8_t{0});
  return equal(hmac_md5(secret, copy), signature->value);
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// How many hex digits stand at the beginning.
std::size_t digits_at(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if(text, [](char c) { return hex_value(c) < 0; }) -
                                  text.begin());
}

}  // namespace

Result<Accounting, DecodeError> parse(Bytes packet, Texts texts) {
  const auto whole = whole_packet(packet);
  if (!whole) return Failure{DecodeError{Malformation::radius_packet, 0}};
  ByteReader reader(*whole);
  Accounting out;
  const std::uint8_t code = reader.u8();
  out.identifier = reader.u8();
  reader.skip(2);
  std::ranges::copy(reader.take(md5_size), out.authenticator.begin());
  if (code != static_cast<std::uint8_t>(Code::accounting_request) &&
      code != static_cast<std::uint8_t>(Code::accounting_response))
    return Failure{DecodeError{Malformation::radius_packet, 0}};
  out.code = static_cast<Code>(code);
  std::size_t at = header_size;
  const bool readable = for_each_attribute(*whole, [&out, &at, texts](const Attribute& attribute) {
    at = attribute.offset;
    return read_attribute(attribute, texts, out);
  });
  if (!readable) return Failure{DecodeError{Malformation::radius_attribute, at}};
  return out;
}

bool is_authentic_request(Bytes packet, std::string_view secret) {
  return is_authentic(packet, Authenticator{}, secret);
}

bool is_authentic_response(Bytes packet, const Authenticator& of_request, std::string_view secret) {
  return is_authentic(packet, of_request, secret);
}

std::optional<net::MacAddress> read_station(std::string_view text) {
  constexpr std::size_t digits = 12;
  const std::size_t group = digits_at(text.substr(0, digits));
  if (group != 2 && group != 4 && group != 6 && group != digits) return std::nullopt;
  const std::size_t groups = digits / group;
  const std::size_t length = digits + groups - 1;
  if (text.size() < length) return std::nullopt;
  const char separator = groups == 1 ? '\0' : text[group];
  if (groups != 1 && separator != '-' && separator != ':' && separator != '.') return std::nullopt;
  const std::string_view after = text.substr(length);
  if (!after.empty() && after[0] != ':' && after[0] != ' ') return std::nullopt;

  std::array<std::uint8_t, 6> bytes{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % (group + 1) == group) {
      if (text[i] != separator) return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = bytes.at(nibble++ / 2);
    byte = static_cast<std::uint8_t>((byte << 4U) | static_cast<unsigned>(value));
  }
  return net::MacAddress(bytes);
}

}  // namespace edgewatch::wire::radius
