#include "edgewatch/wire/decode_error.hpp"

namespace edgewatch::wire {

std::string_view to_string(Malformation malformation) {
  // No default: a name that is added to the enum and not here does not compile.
  switch (malformation) {
    case Malformation::truncated:
      return "truncated";
    case Malformation::unknown_link_type:
      return "unknown-link-type";
    case Malformation::link_header:
      return "link-header";
    case Malformation::arp_packet:
      return "arp-packet";
    case Malformation::too_many_tags:
      return "too-many-tags";
    case Malformation::ip_header:
      return "ip-header";
    case Malformation::ip_fragment_overlap:
      return "ip-fragment-overlap";
    case Malformation::ip_fragment_limit:
      return "ip-fragment-limit";
    case Malformation::ipv6_extension_limit:
      return "ipv6-extension-limit";
    case Malformation::tunnel_header:
      return "tunnel-header";
    case Malformation::tunnel_depth:
      return "tunnel-depth";
    case Malformation::tunnel_end:
      return "tunnel-end";
    case Malformation::tcp_header:
      return "tcp-header";
    case Malformation::udp_header:
      return "udp-header";
    case Malformation::checksum:
      return "checksum";
    case Malformation::icmpv6_header:
      return "icmpv6-header";
    case Malformation::dns_header:
      return "dns-header";
    case Malformation::dns_name:
      return "dns-name";
    case Malformation::dns_record:
      return "dns-record";
    case Malformation::tls_record:
      return "tls-record";
    case Malformation::tls_handshake_length:
      return "tls-handshake-length";
    case Malformation::tls_client_hello:
      return "tls-client-hello";
    case Malformation::server_name:
      return "server-name";
    case Malformation::hello_limit:
      return "hello-limit";
    case Malformation::stream_overlap:
      return "stream-overlap";
    case Malformation::quic_header:
      return "quic-header";
    case Malformation::quic_version:
      return "quic-version";
    case Malformation::quic_protection:
      return "quic-protection";
    case Malformation::quic_frame:
      return "quic-frame";
    case Malformation::http_request:
      return "http-request";
    case Malformation::http_host:
      return "http-host";
    case Malformation::dhcp_message:
      return "dhcp-message";
    case Malformation::dhcp_option:
      return "dhcp-option";
    case Malformation::radius_packet:
      return "radius-packet";
    case Malformation::radius_attribute:
      return "radius-attribute";
    case Malformation::radius_authenticator:
      return "radius-authenticator";
    case Malformation::neighbour_message:
      return "neighbour-message";
    case Malformation::kerberos_message:
      return "kerberos-message";
    case Malformation::count_:
      break;
  }
  return "none";
}

}  // namespace edgewatch::wire
