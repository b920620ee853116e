#include "support/identity.hpp"

#include "support/forge.hpp"

#include <algorithm>
#include <cstdlib>

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace edgewatch::support {
namespace {

void write_options(ByteWriter& out, const std::vector<Option>& options, std::size_t width) {
  for (const Option& option : options) {
    out.number(option.code, width);
    out.prefixed(width, [&option](ByteWriter& content) { content.bytes(option.content); });
  }
}

Buffer md5_of(const Buffer& message) {
  Buffer digest(16);
  unsigned length = 0;
  if (EVP_Digest(message.data(), message.size(), digest.data(), &length, EVP_md5(), nullptr) != 1)
    std::abort();
  return digest;
}

Buffer hmac_md5_of(std::string_view secret, const Buffer& message) {
  Buffer digest(16);
  unsigned length = 0;
  if (HMAC(EVP_md5(), secret.data(), static_cast<int>(secret.size()), message.data(), message.size(),
           digest.data(), &length) == nullptr)
    std::abort();
  return digest;
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) append(out, part);
  return out;
}

Buffer field(std::uint8_t number, const Buffer& content) {
  return der(static_cast<std::uint8_t>(0xa0U | number), content);
}
Buffer sequence(std::initializer_list<Buffer> parts) { return der(0x30, joined(parts)); }
Buffer der_integer(std::int32_t value) {
  Buffer content = number(static_cast<std::uint32_t>(value), 4);
  while (content.size() > 1 &&
         ((content[0] == 0 && content[1] < 0x80) || (content[0] == 0xff && content[1] >= 0x80)))
    content.erase(content.begin());
  return der(0x02, content);
}
Buffer der_string(std::string_view text) { return der(0x1b, bytes(text)); }
Buffer der_time() { return der(0x18, bytes("20261117100000Z")); }

Buffer principal(std::string_view name, std::int32_t kind) {
  Buffer components;
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    append(components, der_string(name.substr(at, end - at)));
    at = end + 1;
  }
  return sequence({field(0, der_integer(kind)), field(1, der(0x30, components))});
}

Buffer padata_of(const std::vector<std::int32_t>& kinds) {
  Buffer list;
  for (const std::int32_t kind : kinds)
    append(list, sequence({field(1, der_integer(kind)), field(2, der(0x04, bytes("sealed")))}));
  return der(0x30, list);
}

Buffer sealed_data(std::size_t size) {
  return sequence({field(0, der_integer(18)), field(2, der(0x04, Buffer(size, 0x5a)))});
}

Buffer application(std::uint8_t number, const Buffer& content) {
  return der(static_cast<std::uint8_t>(0x60U | number), content);
}

constexpr std::int32_t name_principal = 1;
constexpr std::int32_t name_service = 2;

}  // namespace

Buffer bytes(std::string_view text) { return {text.begin(), text.end()}; }
Buffer bytes(const net::IpAddress& address) { return {address.bytes().begin(), address.bytes().end()}; }
Buffer number(std::uint64_t value, std::size_t width) { return ByteWriter().number(value, width).take(); }

Buffer dhcp_message(const DhcpFields& fields) {
  const auto overloaded = [](const std::vector<Option>& options, std::size_t size) {
    ByteWriter out;
    write_options(out, options, 1);
    if (!options.empty()) out.u8(255);
    out.repeat(0, size - out.size());
    return out.take();
  };
  ByteWriter out;
  out.u8(fields.reply ? 2 : 1).u8(1).u8(6).u8(0).u32(fields.transaction).u16(0).u16(0);
  out.bytes(fields.client_address.bytes()).bytes(fields.your_address.bytes()).u32(0);
  out.bytes(fields.relay_address.bytes()).bytes(fields.mac.bytes()).repeat(0, 10);
  out.bytes(overloaded(fields.in_name, 64)).bytes(overloaded(fields.in_file, 128)).u32(0x63825363);
  write_options(out, fields.options, 1);
  if (fields.end_mark) out.u8(255);
  return out.take();
}

Buffer dhcpv6_message(std::uint8_t type, const std::vector<Option>& options) {
  ByteWriter out;
  out.u8(type).u24(0x123456);
  write_options(out, options, 2);
  return out.take();
}

Option dhcpv6_association(const net::IpAddress& address, std::uint32_t valid,
                          const std::vector<Option>& within_address) {
  ByteWriter inner;
  inner.bytes(address.bytes()).u32(valid / 2).u32(valid);
  write_options(inner, within_address, 2);
  ByteWriter out;
  out.u32(7).u32(0).u32(0);
  write_options(out, {{5, inner.take()}}, 2);
  return {3, out.take()};
}

Buffer dhcpv6_relay(std::uint8_t type, const net::IpAddress& peer, const Buffer& inner,
                    const std::vector<Option>& more) {
  ByteWriter out;
  out.u8(type).u8(0).repeat(0, 16).bytes(peer.bytes());
  write_options(out, more, 2);
  write_options(out, {{9, inner}}, 2);
  return out.take();
}

Buffer duid_of(const net::MacAddress& mac) { return ByteWriter().u16(3).u16(1).bytes(mac.bytes()).take(); }

Buffer radius_accounting(std::uint8_t code, std::uint8_t identifier, const std::vector<Option>& attributes,
                         std::string_view secret, Signature signature, const Buffer& request_authenticator) {
  ByteWriter body;
  for (const Option& attribute : attributes)
    body.u8(attribute.code).u8(attribute.content.size() + 2).bytes(attribute.content);
  const bool signed_too = signature == Signature::message_authenticator;
  if (signed_too) body.u8(80).u8(18).repeat(0, 16);
  ByteWriter out;
  out.u8(code).u8(identifier).u16(20 + body.size()).bytes(request_authenticator).bytes(body.view());
  Buffer packet = out.take();
  if (signed_too) std::ranges::copy(hmac_md5_of(secret, packet), packet.end() - 16);
  std::ranges::copy(md5_of(joined({packet, bytes(secret)})), packet.begin() + 4);
  return packet;
}

Buffer neighbour_message(std::uint8_t type, std::uint32_t flags, const net::IpAddress& target,
                         const std::optional<net::MacAddress>& link) {
  ByteWriter out;
  out.u8(type).u8(0).u16(0).u32(flags).bytes(target.bytes());
  if (link) out.u8(type == 135 ? 1 : 2).u8(1).bytes(link->bytes());
  return out.take();
}

Buffer icmpv6_frame(const net::MacAddress& sender, const net::MacAddress& receiver,
                    const net::IpAddress& from, const net::IpAddress& to, Buffer message,
                    std::uint8_t hop_limit) {
  constexpr std::uint8_t protocol_icmpv6 = 58;
  ByteWriter pseudo;
  pseudo.bytes(from.bytes()).bytes(to.bytes()).u32(message.size()).u32(protocol_icmpv6).bytes(message);
  const auto checksum = static_cast<std::uint16_t>(~internet_sum(pseudo.view()));
  message.at(2) = static_cast<std::uint8_t>(checksum >> 8U);
  message.at(3) = static_cast<std::uint8_t>(checksum);
  IpFields fields;
  fields.hop_limit = hop_limit;
  return ethernet_frame(Link{sender, receiver, {}}, 0x86dd,
                        ip_packet(from, to, protocol_icmpv6, message, fields));
}

Buffer der(std::uint8_t tag, Bytes content) {
  ByteWriter out;
  out.u8(tag);
  if (content.size() < 0x80) {
    out.u8(content.size());
  } else if (content.size() < 0x100) {
    out.u8(0x81).u8(content.size());
  } else {
    out.u8(0x82).u16(content.size());
  }
  return out.bytes(content).take();
}

Buffer kerberos_request(std::uint8_t type, const KerberosFields& fields) {
  const Buffer options = der(0x03, joined({{0}, number(fields.options, 4)}));
  const Buffer body = sequence({
      field(0, options),
      fields.client.empty() ? Buffer{} : field(1, principal(fields.client, name_principal)),
      field(2, der_string(fields.realm)),
      field(3, principal(fields.service, name_service)),
      field(5, der_time()),
      field(7, der_integer(0x1234567)),
      field(8, sequence({der_integer(18), der_integer(17)})),
  });
  return application(type, sequence({field(1, der_integer(5)), field(2, der_integer(type)),
                                     fields.padata.empty() ? Buffer{} : field(3, padata_of(fields.padata)),
                                     field(4, body)}));
}

Buffer kerberos_reply(std::uint8_t type, const KerberosFields& fields, std::size_t sealed) {
  const Buffer ticket = application(
      1, sequence({field(0, der_integer(5)), field(1, der_string(fields.realm)),
                   field(2, principal(fields.service, name_service)), field(3, sealed_data(sealed))}));
  return application(
      type, sequence({field(0, der_integer(5)), field(1, der_integer(type)),
                      fields.padata.empty() ? Buffer{} : field(2, padata_of(fields.padata)),
                      field(3, der_string(fields.realm)), field(4, principal(fields.client, name_principal)),
                      field(5, ticket), field(6, sealed_data(64))}));
}

Buffer kerberos_error(std::int32_t code, const KerberosFields& fields) {
  return application(
      30, sequence({field(0, der_integer(5)), field(1, der_integer(30)), field(4, der_time()),
                    field(5, der_integer(7)), field(6, der_integer(code)), field(9, der_string(fields.realm)),
                    field(10, principal(fields.service, name_service))}));
}

}  // namespace edgewatch::support
