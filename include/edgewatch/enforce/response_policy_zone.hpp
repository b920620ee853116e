// The policy as a response policy zone (draft-vixie-dnsop-dns-rpz, as Unbound and BIND read it). Pure text;
// any thread. Knows neither rules nor people: it is given the names, each with what a resolver shall do.
#pragma once

#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::enforce {

enum class ZoneAction : std::uint8_t {
  nxdomain,     ///< the name and everything below it does not exist (`CNAME .`)
  pass_through  ///< answered as usual, though an ancestor is refused (`CNAME rpz-passthru.`)
};

struct ZoneEntry {
  net::HostName name;
  ZoneAction action = ZoneAction::nxdomain;
};

struct ZoneOptions {
  std::string origin = "edgewatch.rpz";  ///< name of the zone, without a trailing dot
  std::uint32_t serial = 1;              ///< RFC 1982; the caller sees to it that it rises
};

/// The zone file: SOA and NS, then each name with its `*.` twin, sorted, TTL 60 s so that a lifted rule is
/// live within a minute. Names are unique; a name that is not a host name is left out (it could not be
/// written unambiguously).
[[nodiscard]] std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options);

}  // namespace edgewatch::enforce
