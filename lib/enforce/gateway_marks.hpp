// The bits by which our rules, the kernel's queue and the connection tracker speak of a packet. Others' bits
// are left as they are. Values; any thread.
#pragma once

#include <cstdint>

namespace edgewatch::enforce::mark {

/// Of packets and connections; no other rule of the machine may use these.
constexpr std::uint32_t mask = 0x0f000000;
constexpr std::uint32_t settled = 0x01000000;      ///< nothing more of the connection is queued
constexpr std::uint32_t refused = 0x02000000;      ///< what comes of the connection is rejected
constexpr std::uint32_t queued = 0x04000000;       ///< of a packet: sent to the queue, and no verdict yet
constexpr std::uint32_t ended = 0x04000000;        ///< of a connection: we have answered and ended it
constexpr std::uint32_t ends = settled | refused;  ///< of a packet: its connection shall be so
constexpr std::uint32_t verdicts = settled | refused | ended;  ///< of a connection: any
constexpr std::uint32_t refused_packet = 0x08000000;           ///< of a packet: it is rejected by itself

}  // namespace edgewatch::enforce::mark
