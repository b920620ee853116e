// The policy as a response policy zone (draft-vixie-dnsop-dns-rpz, as Unbound and BIND read it). Pure text;
// any thread. Knows neither rules nor people: it is given the names, each with what a resolver shall do.
#pragma once

#include "edgewatch/enforce/zone_entry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

struct ZoneOptions {
  std::string origin = "edgewatch.rpz";  ///< name of the zone, without a trailing dot
  std::uint32_t serial = 1;              ///< RFC 1982; the caller sees to it that it rises
};

/// The zone file: SOA and NS, then each name with its `*.` twin, sorted, TTL 60 s so that a lifted rule is
/// live within a minute. Names are unique; a name that is not a host name is left out (it could not be
/// written unambiguously).
[[nodiscard]] std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options);

/// The serial number in a zone that response_policy_zone wrote; nothing where the text is no such zone.
[[nodiscard]] std::optional<std::uint32_t> serial_of(std::string_view zone);

/// A serial that every resolver takes for newer than `previous` (RFC 1982, 3.2): seconds since 1970 at `now`,
/// or where the clock has been set back, the next number. Never 0.
[[nodiscard]] std::uint32_t next_serial(std::optional<std::uint32_t> previous, std::uint64_t now);

}  // namespace edgewatch::enforce
