#include "edgewatch/wire/radius.hpp"

#include "notes.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>
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
std::optional<Bytes> whole_packet(Bytes packet, Notes& notes) {
  constexpr std::size_t length_at = 2;
  ByteReader reader(packet);
  reader.skip(length_at);
  const std::size_t length = reader.u16();
  if (!reader.ok()) {
    notes.wrong(packet, "ends before its Length does");
    return std::nullopt;
  }
  const Bytes field = packet.subspan(length_at);
  if (length < header_size) {
    notes.wrong(field, "Length {} is less than the header's", length);
  } else if (length > largest_packet) {
    notes.wrong(field, "Length {} is more than a packet may have", length);
  } else if (length > packet.size()) {
    notes.wrong(field, "Length {} is more than the datagram has", length);
  } else {
    return packet.first(length);
  }
  return std::nullopt;
}

/// Calls `take` with each attribute, until it says false; false then, or when a length does not fit.
template <class Take>
bool for_each_attribute(Bytes packet, Notes& notes, const Take& take) {
  ByteReader reader(packet);
  reader.skip(header_size);
  while (reader.remaining() > 0) {
    const Bytes rest = packet.subspan(reader.offset());
    Attribute attribute;
    attribute.type = reader.u8();
    const std::size_t length = reader.u8();
    if (!reader.ok() || length < 2)
      return notes.wrong(rest, "attribute {} has no room for its own type and length", attribute.type);
    attribute.offset = reader.offset();
    attribute.value = reader.take(length - 2);
    if (!reader.ok()) return notes.wrong(rest, "attribute {} runs past the end", attribute.type);
    if (!take(attribute))
      return notes.wrong(rest, "attribute {} cannot have that length or value", attribute.type);
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
bool is_authentic(Bytes given, const Authenticator& in_header, std::string_view secret, Notes& notes) {
  const auto packet = whole_packet(given, notes);
  if (!packet) return false;
  const Bytes in_packet = packet->subspan(authenticator_at, md5_size);
  if (secret.empty()) return notes.wrong(in_packet, "there is no secret to judge it by");
  std::vector<std::uint8_t> copy(packet->begin(), packet->end());
  std::ranges::copy(in_header, copy.begin() + authenticator_at);
  if (!equal(md5({copy, bytes_of(secret)}), in_packet))
    return notes.wrong(in_packet, "the Authenticator does not fit the secret");

  std::optional<Attribute> signature;
  const bool readable = for_each_attribute(*packet, notes, [&](const Attribute& attribute) {
    if (attribute.type != attribute_message_authenticator) return true;
    if (signature || attribute.value.size() != md5_size) return false;
    signature = attribute;
    return true;
  });
  if (!readable || !signature) return readable;
  std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(signature->offset), md5_size, std::uint8_t{0});
  return equal(hmac_md5(secret, copy), signature->value) ||
         notes.wrong(signature->value, "the Message-Authenticator does not fit the secret");
}

/// The same, told to whoever asks.
bool judge(Bytes packet, const Authenticator& in_header, std::string_view secret, Trace* trace) {
  Notes notes("radius", packet, trace);
  const bool authentic = is_authentic(packet, in_header, secret, notes);
  if (notes.asked() && authentic) {
    notes.part(packet.subspan(authenticator_at, md5_size), "authentic: made by one who knows the secret");
  } else if (notes.asked()) {
    notes.part(packet.subspan(notes.offset(), 0), "not authentic: " + notes.why());
  }
  return authentic;
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

std::string_view attribute_name(std::uint8_t type) {
  switch (type) {
    case attribute_user_name:
      return "User-Name";
    case attribute_nas_address:
      return "NAS-IP-Address";
    case 5:
      return "NAS-Port";
    case attribute_framed_address:
      return "Framed-IP-Address";
    case 25:
      return "Class";
    case 26:
      return "Vendor-Specific";
    case 30:
      return "Called-Station-Id";
    case attribute_calling_station:
      return "Calling-Station-Id";
    case attribute_nas_identifier:
      return "NAS-Identifier";
    case attribute_status:
      return "Acct-Status-Type";
    case attribute_delay:
      return "Acct-Delay-Time";
    case attribute_session:
      return "Acct-Session-Id";
    case 46:
      return "Acct-Session-Time";
    case 49:
      return "Acct-Terminate-Cause";
    case attribute_event_time:
      return "Event-Timestamp";
    case 61:
      return "NAS-Port-Type";
    case attribute_message_authenticator:
      return "Message-Authenticator";
    case attribute_nas_ipv6_address:
      return "NAS-IPv6-Address";
    case attribute_framed_ipv6_prefix:
      return "Framed-IPv6-Prefix";
    case attribute_framed_ipv6_address:
      return "Framed-IPv6-Address";
    default:
      return "passed over";
  }
}

/// What `inspect --explain` says of one; of what names a person or a session the length alone.
[[gnu::cold]] std::string attribute_words(const Attribute& attribute) {
  std::string out = fmt::format("attribute {} {}", attribute.type, attribute_name(attribute.type));
  const auto number = number_of(attribute.value);
  switch (attribute.type) {
    case attribute_status:
      if (const auto status = number ? status_of(*number) : std::nullopt)
        return out + fmt::format(": {} {}", *number, to_string(*status));
      break;
    case attribute_delay:
      if (number) return out + fmt::format(": {} s", *number);
      break;
    case attribute_nas_address:
    case attribute_framed_address:
      if (number) return out + ": " + net::IpAddress::v4(*number).to_string();
      break;
    case attribute_nas_ipv6_address:
    case attribute_framed_ipv6_address:
      if (const auto address = net::IpAddress::from_bytes(attribute.value); address && !address->is_v4())
        return out + ": " + address->to_string();
      break;
    case attribute_calling_station: {
      const auto station = read_station(text_of(attribute.value));
      return out + ": " + (station ? station->to_string() : std::string("no MAC address"));
    }
    default:
      break;
  }
  return out + fmt::format(", {} bytes", attribute.value.size());
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::start:
      return "Start";
    case Status::stop:
      return "Stop";
    case Status::interim_update:
      return "Interim-Update";
    case Status::on:
      return "Accounting-On";
    case Status::off:
      break;
  }
  return "Accounting-Off";
}

Result<Accounting, DecodeError> parse(Bytes packet, Texts texts, Trace* trace) {
  Notes notes("radius", packet, trace);
  const auto whole = whole_packet(packet, notes);
  if (!whole) return notes.refuse(Malformation::radius_packet);
  ByteReader reader(*whole);
  Accounting out;
  const std::uint8_t code = reader.u8();
  out.identifier = reader.u8();
  reader.skip(2);
  std::ranges::copy(reader.take(md5_size), out.authenticator.begin());
  out.code = static_cast<Code>(code);
  if (out.code != Code::accounting_request && out.code != Code::accounting_response) {
    notes.wrong(packet, "code {} is not of accounting (RFC 2866 section 3)", code);
    return notes.refuse(Malformation::radius_packet);
  }
  if (notes.asked()) [[unlikely]] {
    const bool request = out.code == Code::accounting_request;
    notes.part(whole->first(header_size), fmt::format("{}, identifier {}, length {}",
                                                      request ? "Accounting-Request" : "Accounting-Response",
                                                      out.identifier, whole->size()));
  }
  const bool readable = for_each_attribute(*whole, notes, [&](const Attribute& attribute) {
    if (!read_attribute(attribute, texts, out)) return false;
    if (notes.asked()) [[unlikely]]
      notes.part(whole->subspan(attribute.offset - 2, attribute.value.size() + 2),
                 attribute_words(attribute));
    return true;
  });
  if (!readable) return notes.refuse(Malformation::radius_attribute);
  return out;
}

bool is_authentic_request(Bytes packet, std::string_view secret, Trace* trace) {
  return judge(packet, Authenticator{}, secret, trace);
}

bool is_authentic_response(Bytes packet, const Authenticator& of_request, std::string_view secret,
                           Trace* trace) {
  return judge(packet, of_request, secret, trace);
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
