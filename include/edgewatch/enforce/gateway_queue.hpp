// The kernel's queues of packets that wait for a verdict (NFQUEUE), by netlink. Needs CAP_NET_ADMIN in the
// thread that calls: the kernel asks for it with each verdict. Throws std::runtime_error. One thread.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace edgewatch::enforce {

struct QueueOptions {
  std::uint16_t open_queue = 610;    ///< where the kernel lets pass what it has no room for
  std::uint16_t closed_queue = 611;  ///< where it drops that
  std::uint16_t syn_queue = 612;     ///< as the open one, of what says no name: it may not take its room
  std::uint32_t length = 8192;       ///< packets in each that may wait for a verdict
};

class GatewayQueue {
 public:
  /// Binds both; throws where somebody else has them.
  explicit GatewayQueue(const QueueOptions& options);
  ~GatewayQueue();
  GatewayQueue(const GatewayQueue&) = delete;
  GatewayQueue& operator=(const GatewayQueue&) = delete;

  /// Waits for packets up to `wait`, then gives each that is there, whole and good until it returns, to
  /// `judge`, and the kernel its verdicts. Gives their number.
  std::size_t serve(std::chrono::milliseconds wait,
                    const std::function<PacketVerdict(const QueuedPacket&)>& judge);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::enforce
