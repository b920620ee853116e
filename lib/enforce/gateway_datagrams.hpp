// A client's UDP datagrams: questions on port 53, QUIC hellos put together from their Initials, and the first
// messages of tunnels. One thread.
#pragma once

#include "gateway_verdicts.hpp"

namespace edgewatch::enforce {

class GatewayDatagrams {
 public:
  GatewayDatagrams(GatewayMemory& memory, GatewayVerdicts& verdicts) : memory_(memory), verdicts_(verdicts) {}
  [[nodiscard]] PacketVerdict see(const Seen& seen);

 private:
  [[nodiscard]] PacketVerdict see_opening(const Seen& seen);
  [[nodiscard]] PacketVerdict read_other(const Seen& seen, const Flow& flow);
  [[nodiscard]] PacketVerdict see_quic(const Seen& seen, Flow& flow, bool initial);
  [[nodiscard]] PacketVerdict read_quic(const Seen& seen, Flow& flow, const wire::HelloState& state);
  [[nodiscard]] PacketVerdict conclude(const Seen& seen, Flow& flow, PacketVerdict verdict);
  [[nodiscard]] PacketVerdict keep_back(const Seen& seen, Flow& flow);
  [[nodiscard]] bool goes_on_unseen(const Seen& seen);
  [[nodiscard]] bool may_end_what_passed(const Seen& seen, const Flow& flow) const;

  GatewayMemory& memory_;
  GatewayVerdicts& verdicts_;
  std::optional<Timestamp> first_;  ///< of all datagrams
};

}  // namespace edgewatch::enforce
