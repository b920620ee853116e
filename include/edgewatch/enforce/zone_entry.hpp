// What a resolver shall do with a name: the one form that every kind of file for resolvers is written from. A
// value; any thread.
#pragma once

#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <vector>

namespace edgewatch::enforce {

enum class ZoneAction : std::uint8_t {
  nxdomain,     ///< the name and everything below it does not exist
  pass_through  ///< answered as usual, though an ancestor is refused
};

struct ZoneEntry {
  net::HostName name;
  ZoneAction action = ZoneAction::nxdomain;
  bool operator==(const ZoneEntry&) const = default;
};

/// In the order of their names, each name once (the first of its entries stands), without names that are no
/// host names: they could not be written unambiguously.
[[nodiscard]] std::vector<ZoneEntry> in_order(std::vector<ZoneEntry> entries);

/// With the names by which browsers and systems ask whether they may go round the council's resolver
/// (Firefox's canary, iCloud Private Relay), refused, before any other entry of theirs. For forms that answer
/// NXDOMAIN alone: Firefox takes an address, 0.0.0.0 too, for a yes (ENFORCEMENT A1).
[[nodiscard]] std::vector<ZoneEntry> with_canaries(std::vector<ZoneEntry> entries);

}  // namespace edgewatch::enforce
