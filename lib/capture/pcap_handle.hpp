// What the two libpcap sources share: owning a handle, and turning what libpcap says into our values. One
// thread at a time.
#pragma once

#include "edgewatch/net/frame.hpp"

#include <memory>

#include <pcap/pcap.h>

namespace edgewatch::capture {

struct PcapClose {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapClose>;

/// The LINKTYPE_ value of a DLT_ value. They differ only where systems once disagreed (pcap-linktype(7)).
[[nodiscard]] net::LinkType link_type_of(int dlt);

/// The stamp of a packet; a stamp outside the years 1970 to 9999 (a damaged or hostile file) is brought to
/// the nearer end.
[[nodiscard]] Timestamp stamp_of(const pcap_pkthdr& header);

/// A packet as libpcap gave it; borrows `bytes`, which are good until the handle's next packet.
[[nodiscard]] net::Frame frame_of(const pcap_pkthdr& header, const u_char* bytes, net::LinkType link,
                                  std::uint16_t source, std::uint64_t number);

}  // namespace edgewatch::capture
