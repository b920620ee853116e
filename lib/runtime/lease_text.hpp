// The lease files of DHCP servers (IDENTITY 1) as tables of who holds which address. Pure functions over a
// whole text; any thread. Names that clients gave themselves are not read.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/net/address.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

struct Lease {
  net::MacAddress mac;
  std::optional<Timestamp> from;    ///< of the last renewal, where the server says
  Timestamp to = Timestamp::max();  ///< max(): for ever
  bool operator==(const Lease&) const = default;
};

struct LeaseTable {
  std::map<net::IpAddress, Lease> held;
  std::size_t without_mac = 0;  ///< entries that name a device by its DUID alone, or none
  std::size_t unreadable = 0;   ///< lines or declarations
};

/// dnsmasq.leases. A line without its end is being written and is passed over. IPv6 leases name no MAC; a
/// DUID may be of another of the device's ports, or of a cloned image, and is not taken for one.
[[nodiscard]] LeaseTable read_dnsmasq_leases(std::string_view text);
/// Kea's memfile, DHCPv4 or v6, parsed by its header. Several texts, eldest first: the parts that lease file
/// clean-up makes. The last row of an address holds; a lifetime of 0 deletes.
[[nodiscard]] LeaseTable read_kea_leases(const std::vector<std::string_view>& parts);
/// dhcpd.leases(5), DHCPv4: UTC, or epochs under `db-time-format local`. The last declaration of an address
/// holds, if its binding state is active; one that is not closed is being written and is passed over.
[[nodiscard]] LeaseTable read_isc_leases(std::string_view text);

/// What became of the addresses between two readings, as seen at `now`: leases granted, renewed, ended.
[[nodiscard]] std::vector<model::TenancyEvent> lease_changes(const LeaseTable& before,
                                                             const LeaseTable& after, Timestamp now);

}  // namespace edgewatch::runtime
