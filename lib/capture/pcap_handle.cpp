#include "pcap_handle.hpp"

#include <algorithm>

namespace edgewatch::capture {

net::LinkType link_type_of(int dlt) {
  constexpr int dlt_atm_rfc1483 = 11;
  constexpr int dlt_raw = 12;
  constexpr int dlt_slip_bsdos = 13;
  switch (dlt) {
    case dlt_atm_rfc1483:
      return static_cast<net::LinkType>(100);
    case dlt_raw:
      return net::LinkType::raw;
    case dlt_slip_bsdos:
      return static_cast<net::LinkType>(102);
    default:
      return static_cast<net::LinkType>(dlt);
  }
}

Timestamp stamp_of(const pcap_pkthdr& header) {
  constexpr std::int64_t last_second_of_9999 = 253402300799;
  constexpr std::int64_t micros_in_second = 1000000;
  const std::int64_t seconds = std::clamp<std::int64_t>(header.ts.tv_sec, 0, last_second_of_9999);
  const std::int64_t micros = std::clamp<std::int64_t>(header.ts.tv_usec, 0, micros_in_second - 1);
  return Timestamp(Duration(seconds * micros_in_second + micros));
}

net::Frame frame_of(const pcap_pkthdr& header, const u_char* bytes, net::LinkType link, std::uint16_t source,
                    std::uint64_t number) {
  net::Frame out;
  out.at = stamp_of(header);
  out.link = link;
  out.bytes = Bytes(bytes, header.caplen);
  out.wire_length = header.len;
  out.source = source;
  out.number = number;
  return out;
}

}  // namespace edgewatch::capture
