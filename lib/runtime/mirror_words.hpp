// What `status` says of a mirror: how often it won its race, and what would do the same without one.
#pragma once

#include "edgewatch/net/address.hpp"

#include "health.hpp"

#include <functional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

void say_mirror(const MirrorHealth& mirror, const net::NetworkSet& inside,
                const std::function<void(const std::string&, const std::string&)>& say);

/// Lines for a firewall on the clients' way out that does what a mirror can only try, by nft's grammar.
[[nodiscard]] std::vector<std::string> firewall_lines(const net::NetworkSet& inside);

}  // namespace edgewatch::runtime
