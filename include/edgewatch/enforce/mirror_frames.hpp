// Ethernet frames that carry what is said to a client, or to its server in its name, into the segment that a
// mirror port shows. Pure; any thread.
#pragma once

#include "edgewatch/enforce/refusal_packets.hpp"
#include "edgewatch/net/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace edgewatch::enforce {

/// The link layer of a client's frame: who is to be written to in that segment, and behind which tags.
struct SeenLink {
  net::MacAddress client;  ///< who sent it: the client, or the router before it
  net::MacAddress onward;  ///< whom it was sent to: the way to the server
  std::array<std::uint8_t, 8> tags{};
  std::size_t tag_bytes = 0;  ///< 0, 4 or 8 of them stand there
  /// Behind Ethernet header and tags, where the IP packet begins.
  [[nodiscard]] std::size_t ip_at() const { return 14 + tag_bytes; }
};
/// Nothing for a frame that is not Ethernet with up to two tags around IP, or not from one machine to one.
[[nodiscard]] std::optional<SeenLink> link_of(const net::Frame& frame);

enum class Way : std::uint8_t { to_client, to_server };

/// That packet in a frame, with the tags that were seen. It comes from `ours`, the injecting interface's own
/// address, since from another's a switch would learn that its machine is behind our port.
[[nodiscard]] Packet frame_towards(Way way, const SeenLink& seen, const net::MacAddress& ours,
                                   Bytes ip_packet);

}  // namespace edgewatch::enforce
