// A client's TCP segments, put together from the SYN on until a name, a request, a question or a tunnel's
// beginning can be read: only the contiguous prefix ever is (ENFORCEMENT A1). One thread.
#pragma once

#include "gateway_verdicts.hpp"

namespace edgewatch::enforce {

class GatewaySegments {
 public:
  GatewaySegments(GatewayMemory& memory, GatewayVerdicts& verdicts) : memory_(memory), verdicts_(verdicts) {}
  [[nodiscard]] PacketVerdict see(const Seen& seen);

 private:
  [[nodiscard]] std::optional<PacketVerdict> without_beginning(const Seen& seen, std::uint32_t sequence,
                                                               const Flow* others);
  [[nodiscard]] bool begin(const Seen& seen, std::uint32_t first);
  [[nodiscard]] PacketVerdict read(const Seen& seen, Stream& stream, std::uint32_t sequence);
  [[nodiscard]] PacketVerdict read_opening(const Seen& seen, Stream& stream);
  [[nodiscard]] PacketVerdict read_request(const Seen& seen, const Stream& stream);
  [[nodiscard]] PacketVerdict read_tunnel(const Seen& seen, const Stream& stream);
  [[nodiscard]] PacketVerdict read_questions(const Seen& seen, Stream& stream);

  GatewayMemory& memory_;
  GatewayVerdicts& verdicts_;
};

}  // namespace edgewatch::enforce
