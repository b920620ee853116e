// What a resolver shall do with a name: the one form that every kind of file for resolvers is written from. A
// value; any thread.
#pragma once

#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace edgewatch::enforce {

enum class ZoneAction : std::uint8_t {
  nxdomain,     ///< does not exist
  pass_through  ///< answered as usual, though an ancestor or another zone refuses it
};

struct ZoneEntry {
  net::HostName name;
  // Nothing: the entry does not speak of it.
  std::optional<ZoneAction> itself;  ///< the name alone
  std::optional<ZoneAction> below;   ///< what lies below it

  /// For the name and everything below it.
  ZoneEntry(net::HostName of, ZoneAction action) : name(std::move(of)), itself(action), below(action) {}
  ZoneEntry(net::HostName of, std::optional<ZoneAction> for_itself, std::optional<ZoneAction> for_below)
      : name(std::move(of)), itself(for_itself), below(for_below) {}
  bool operator==(const ZoneEntry&) const = default;
};

/// In the order of their names, each name once (the first of its entries stands), without names that are no
/// host names: they could not be written unambiguously.
[[nodiscard]] std::vector<ZoneEntry> in_order(std::vector<ZoneEntry> entries);

/// The names by which browsers and systems ask whether they may go round the council's resolver (Firefox's
/// canary, iCloud Private Relay). Refused where the form answers NXDOMAIN, else left out: Firefox takes an
/// address, 0.0.0.0 too, for a yes (ENFORCEMENT A1).
[[nodiscard]] const std::vector<net::HostName>& canaries();

}  // namespace edgewatch::enforce
