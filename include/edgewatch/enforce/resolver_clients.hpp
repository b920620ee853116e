// Which addresses a resolver answers by which zones, as files that Unbound and BIND include: a zone for
// everybody, and before it, for some, one that holds what is otherwise for them. Pure text; any thread. Knows
// addresses and no people.
#pragma once

#include "edgewatch/net/address.hpp"

#include <string>
#include <vector>

namespace edgewatch::enforce {

/// A file of the folder for each zone, called as the zone is. Names are letters, digits, `.` and `-`.
struct ResolverZones {
  std::string folder;               ///< absolute; no quotes, backslashes or control characters
  std::string everybody;            ///< the zone that is asked last
  std::vector<std::string> before;  ///< those that stand before it, each for some clients
  struct Client {
    net::Network where;
    std::string zone;  ///< one of `before`
  };
  std::vector<Client> clients;  ///< the narrowest network that an address is in says by which
};

/// For `include:` of Unbound: a tag for each zone, and which address has it (`access-control-tag`).
[[nodiscard]] std::string unbound_include(const ResolverZones& zones);
/// For `include` of BIND, where all zones are in views once one is: a view for each zone, and one for
/// everybody else. `view` is a file of the council's that each of them includes.
[[nodiscard]] std::string bind_include(const ResolverZones& zones, const std::string& view);

}  // namespace edgewatch::enforce
