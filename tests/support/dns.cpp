#include "support/dns.hpp"

#include "edgewatch/base/text.hpp"

namespace edgewatch::support {
namespace {

constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t pointer_to_question = 0xc00c;

void write_question(ByteWriter& out, std::string_view name, std::uint16_t type) {
  out.bytes(dns_name(name)).u16(type).u16(class_in);
}

}  // namespace

Buffer dns_name(std::string_view name) {
  ByteWriter out;
  if (!name.empty() && name != ".")
    for (const std::string_view label : split(name, '.'))
      out.prefixed(1, [&](ByteWriter& one) { one.text(label); });
  out.u8(0);
  return std::move(out).take();
}

DnsRecord address_record(std::string_view name, const net::IpAddress& address, std::chrono::seconds ttl) {
  const Bytes bytes = address.bytes();
  return DnsRecord{std::string(name), address.is_v4() ? DnsType::a : DnsType::aaaa, ttl,
                   Buffer(bytes.begin(), bytes.end())};
}

DnsRecord cname_record(std::string_view name, std::string_view target, std::chrono::seconds ttl) {
  return DnsRecord{std::string(name), DnsType::cname, ttl, dns_name(target)};
}

DnsRecord https_record(std::string_view name, const std::vector<std::string>& alpn, Bytes ech,
                       std::chrono::seconds ttl) {
  ByteWriter data;
  data.u16(1).u8(0);
  data.u16(1).prefixed(2, [&](ByteWriter& list) {
    for (const std::string& protocol : alpn) list.prefixed(1, [&](ByteWriter& one) { one.text(protocol); });
  });
  if (!ech.empty()) data.u16(5).prefixed(2, [&](ByteWriter& value) { value.bytes(ech); });
  return DnsRecord{std::string(name), DnsType::https, ttl, std::move(data).take()};
}

Buffer ech_config_list(std::string_view public_name, Bytes public_key) {
  ByteWriter out;
  out.prefixed(2, [&](ByteWriter& list) {
    list.u16(0xfe0d).prefixed(2, [&](ByteWriter& config) {
      config.u8(1).u16(0x0020);  // config id; DHKEM(X25519, HKDF-SHA256)
      config.prefixed(2, [&](ByteWriter& key) { key.bytes(public_key); });
      config.prefixed(2, [&](ByteWriter& suites) { suites.u16(1).u16(1); });
      config.u8(0).prefixed(1, [&](ByteWriter& name) { name.text(public_name); });
      config.u16(0);
    });
  });
  return std::move(out).take();
}

Buffer dns_query(std::uint16_t id, std::string_view name, std::uint16_t type) {
  ByteWriter out;
  out.u16(id).u16(0x0100).u16(1).u16(0).u16(0).u16(0);
  write_question(out, name, type);
  return std::move(out).take();
}

Buffer dns_response(std::uint16_t id, std::string_view name, std::uint16_t type, std::uint8_t code,
                    const std::vector<DnsRecord>& answers) {
  ByteWriter out;
  out.u16(id).u16(0x8180 | code).u16(1).u16(answers.size()).u16(0).u16(0);
  write_question(out, name, type);
  for (const DnsRecord& record : answers) {
    if (record.name == name) {
      out.u16(pointer_to_question);
    } else {
      out.bytes(dns_name(record.name));
    }
    out.u16(record.type).u16(class_in).u32(static_cast<std::uint64_t>(record.ttl.count()));
    out.prefixed(2, [&](ByteWriter& data) { data.bytes(record.data); });
  }
  return std::move(out).take();
}

}  // namespace edgewatch::support
