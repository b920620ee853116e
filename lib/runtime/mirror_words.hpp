// What `status` says of a mirror: how often it won its race, and what would do the same without one.
#pragma once

#include "edgewatch/net/address.hpp"

#include "health.hpp"

#include <functional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

void say_mirror(const MirrorHealth& mirror, const net::NetworkSet& inside, const net::NetworkSet& exclude,
                const std::function<void(const std::string&, const std::string&)>& say);

/// Lines for a firewall on the clients' way out that does what a mirror can only try, by nft's grammar, but
/// for
/// `<your resolver>`, which we do not know. Networks in `exclude` are left alone.
[[nodiscard]] std::vector<std::string> firewall_lines(const net::NetworkSet& inside,
                                                      const net::NetworkSet& exclude);

}  // namespace edgewatch::runtime
