// The policy as files for smaller resolvers, which have no response policy zones: dnsmasq, anything that
// reads a hosts file, and the filters that read the form of Adblock. Entries speak of a name and of what lies
// below it alike, for these forms know no difference. Pure text; any thread.
#pragma once

#include "edgewatch/enforce/zone_entry.hpp"

#include <string>

namespace edgewatch::enforce {

/// For `conf-file=` of dnsmasq 2.86 and later: `address=/NAME/` answers NXDOMAIN for the name and everything
/// below it, `server=/NAME/#` asks the usual servers for an exception; the longest name decides, as here.
[[nodiscard]] std::string dnsmasq_list(std::vector<ZoneEntry> entries);
/// `0.0.0.0 NAME`. The form knows neither what lies below a name nor NXDOMAIN nor exceptions: a refused name
/// alone is refused, and the file's head says so.
[[nodiscard]] std::string hosts_list(std::vector<ZoneEntry> entries);
/// `||NAME^` for a name and everything below it, `@@||NAME^` for an exception.
[[nodiscard]] std::string adblock_list(std::vector<ZoneEntry> entries);

}  // namespace edgewatch::enforce
