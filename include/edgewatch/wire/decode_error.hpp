// Named refusals of hostile or cut bytes (ARCHITECTURE D11, law): never an exception, never a log line, never
// a partial name. Values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace edgewatch::wire {

/// Why bytes were refused. Each has a counter of its own; the implementer of a parser adds what it needs,
/// grouped by layer.
enum class Malformation : std::uint8_t {
  truncated,  ///< the bytes end before the message does
  unknown_link_type,
  link_header,
  arp_packet,
  too_many_tags,
  ip_header,
  ip_fragment_overlap,
  ip_fragment_limit,
  ipv6_extension_limit,
  tunnel_header,
  tunnel_depth,  ///< more encapsulations than any network has
  tunnel_end,    ///< a tunnel of somebody who is not known to carry what others say
  tcp_header,
  udp_header,
  checksum,  ///< IPv4 header, TCP, UDP or ICMPv6, of a sender whose others hold
  icmpv6_header,
  dns_header,
  dns_name,  ///< RFC 9267 sections 2 to 4: pointer, label or length
  dns_record,
  tls_record,
  tls_handshake_length,
  tls_client_hello,
  server_name,     ///< RFC 6066 section 3
  hello_limit,     ///< more bytes, records or pieces than a hello may have
  stream_overlap,  ///< segments that cover the same bytes and disagree
  quic_header,
  quic_version,
  quic_protection,  ///< header or payload protection does not open
  quic_frame,
  http_request,
  http_host,  ///< RFC 9112 section 3.2: no host can be read from the field, or two that disagree
  dhcp_message,
  dhcp_option,
  radius_packet,
  radius_attribute,
  radius_authenticator,  ///< a response that the request's secret did not make
  neighbour_message,     ///< RFC 4861 section 7.1
  kerberos_message,
  count_,
};
/// Lower case with hyphens: `dns-name`.
[[nodiscard]] std::string_view to_string(Malformation malformation);

struct DecodeError {
  Malformation kind = Malformation::truncated;
  std::size_t offset = 0;  ///< from the start of the bytes given to the parser
  bool operator==(const DecodeError&) const = default;
};

}  // namespace edgewatch::wire
