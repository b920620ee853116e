// DNS messages over UDP (RFC 1035, RFC 9460 for HTTPS records), to be put on the wire or in front of a
// parser. Values and functions; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include "support/byte_writer.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::support {

struct DnsType {
  static constexpr std::uint16_t a = 1, cname = 5, ptr = 12, txt = 16, aaaa = 28, https = 65;
};
struct DnsCode {
  static constexpr std::uint8_t no_error = 0, server_failure = 2, name_error = 3;
};

struct DnsRecord {
  std::string name;
  std::uint16_t type = 0;
  std::chrono::seconds ttl{300};
  Buffer data;
};

/// A name in wire form, its labels parted at the dots of `name`; no compression.
[[nodiscard]] Buffer dns_name(std::string_view name);
/// An A or AAAA record, by the family of `address`.
[[nodiscard]] DnsRecord address_record(std::string_view name, const net::IpAddress& address,
                                       std::chrono::seconds ttl);
[[nodiscard]] DnsRecord cname_record(std::string_view name, std::string_view target,
                                     std::chrono::seconds ttl);
/// HTTPS in service mode at the owner name (priority 1, target `.`), with these protocols and, where it is
/// not empty, this ECHConfigList.
[[nodiscard]] DnsRecord https_record(std::string_view name, const std::vector<std::string>& alpn, Bytes ech,
                                     std::chrono::seconds ttl);
/// An ECHConfigList (RFC 9849 section 4) of one configuration with this public name and a key that opens
/// nothing.
[[nodiscard]] Buffer ech_config_list(std::string_view public_name, Bytes public_key);

[[nodiscard]] Buffer dns_query(std::uint16_t id, std::string_view name, std::uint16_t type);
/// The response to such a query. A record whose name is the question's is compressed to a pointer, as servers
/// do.
[[nodiscard]] Buffer dns_response(std::uint16_t id, std::string_view name, std::uint16_t type,
                                  std::uint8_t code, const std::vector<DnsRecord>& answers);

}  // namespace edgewatch::support
