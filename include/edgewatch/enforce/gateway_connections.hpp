// Connections that are under way, in the kernel's connection tracker: those that a changed rule refuses are
// cut there. Needs CAP_NET_ADMIN in the thread that calls. Throws std::runtime_error. One thread.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"

#include <cstddef>
#include <vector>

namespace edgewatch::enforce {

/// Marks them refused, so that the next packet of either side is rejected. Gives how many there were still.
std::size_t cut(const std::vector<Inspector::Connection>& connections);
/// Tells the tracker that TCP connections are over which our rules have reset, for it does not look at resets
/// that rules send: else whoever used the same port again would be taken for the connection before, refused
/// as it was.
void note_over(const std::vector<Inspector::Connection>& connections);

}  // namespace edgewatch::enforce
