// Connections that are under way, in the kernel's connection tracker: those that a changed rule refuses are
// cut there. Needs CAP_NET_ADMIN in the thread that calls. Throws std::runtime_error. One thread.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace edgewatch::enforce {

/// Marks them refused, so that the next packet of either side is rejected. Gives how many there were still.
std::size_t cut(const std::vector<Inspector::Connection>& connections);
/// Tells the tracker that TCP connections are over which our rules have reset, for it does not look at resets
/// that rules send: else whoever used the same port again would be taken for the connection before, refused
/// as it was.
void note_over(const std::vector<Inspector::Connection>& connections);

/// The kernel no longer refuses these, and asks for a verdict on what they say next.
void release(const std::vector<Inspector::Connection>& connections);
/// What a gateway before us refused over UDP, for reasons that nobody remembers, is asked about again: else a
/// tunnel that calls every few seconds would be refused for ever.
void forget_refused_datagrams();
/// What a gateway before us let through for these clients, by rules that may have been others, too.
void forget_settled(const net::NetworkSet& clients);

/// Connections in the tracker, and how many there may be: beyond that the machine drops whoever begins one.
struct TrackerRoom {
  std::uint32_t used = 0;
  std::uint32_t most = 0;  ///< 0: the kernel does not say
};
[[nodiscard]] TrackerRoom tracker_room();

}  // namespace edgewatch::enforce
