// Our table in the kernel's rules: put there, looked after and taken away, by netlink alone and without any
// other program. Needs CAP_NET_ADMIN in the thread that calls. Throws std::runtime_error with what the kernel
// said. One thread.
#pragma once

#include "edgewatch/enforce/gateway_ruleset.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace edgewatch::enforce {

/// Packets since they were last taken, by the kernel's own count.
struct GatewayTraffic {
  std::uint64_t queued = 0;    ///< sent to the queues
  std::uint64_t unjudged = 0;  ///< of them, let through by the kernel without a verdict of ours
  std::uint64_t refused = 0;
  std::uint64_t invalid = 0;  ///< dropped, as no server would take them
};

class GatewayTable {
 public:
  /// Finds out what the kernel knows.
  GatewayTable();
  ~GatewayTable();
  GatewayTable(const GatewayTable&) = delete;
  GatewayTable& operator=(const GatewayTable&) = delete;

  /// Whether `queue` is an expression of nft here; else the queue is reached by the target of iptables, from
  /// our own table all the same.
  [[nodiscard]] bool nft_has_queue() const;
  /// Makes the table what it should be (`nft_has_queue` is filled in). These wait for verdicts, and whoever
  /// did before.
  void apply(RulesetOptions options, const net::NetworkSet& closed);
  /// These wait for verdicts, and nobody else.
  void replace_closed(const net::NetworkSet& clients);
  /// These wait for verdicts too.
  void add_closed(const net::NetworkSet& clients);
  /// Whether all that was put there still is, rules, chains and sets alike.
  [[nodiscard]] bool is_whole();
  /// Until somebody changes rules of this machine, at most so long; whether somebody has since is_whole().
  [[nodiscard]] bool wait_for_change(std::chrono::milliseconds most) const;
  [[nodiscard]] bool is_there() const;
  /// Reads the counters and sets them to 0. Throws where the table is gone.
  [[nodiscard]] GatewayTraffic take_traffic();
  void remove();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::enforce
