// Mode `mirror`: what the capture threads see of refused names is answered by resets and DNS answers from a
// named interface. Opens it on construction; has no thread of its own.
#pragma once

#include "edgewatch/enforce/mirror_inspector.hpp"
#include "edgewatch/enforce/mirror_port.hpp"

#include "enforcer.hpp"
#include "gateway_judge.hpp"
#include "health.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace edgewatch::runtime {

class Mirror final : public Enforcer {
 public:
  /// Throws std::runtime_error where nothing can be sent. `health` outlives the mirror.
  Mirror(const std::shared_ptr<const config::Configuration>& configuration, Health& health);
  ~Mirror() override;

  void swap(std::shared_ptr<const config::Configuration> configuration) override;
  void swap(std::shared_ptr<const identity::Register> tenancy) override;
  [[nodiscard]] std::vector<model::BlockCount> take_blocks() override;
  [[nodiscard]] std::unique_ptr<FrameEye> eye() override;
  void stop(Then then) override;

 private:
  class Eye;
  /// What decides, numbered: another number where it changed.
  struct State {
    GatewaySnapshot snapshot;
    std::uint64_t policies = 0;
    std::uint64_t number = 0;
  };
  [[nodiscard]] State state() const;
  enforce::MayBeSent send(const net::IpAddress& client, const std::vector<enforce::Packet>& frames,
                          Timestamp captured);
  void note(const model::Sighting& stopped);
  void tell(std::size_t eye, const enforce::MirrorCounts& counts);
  void look_after_port();

  Health& health_;
  const std::string interface_;
  enforce::MirrorPort port_;
  const enforce::MirrorOptions options_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();

  std::atomic<std::uint64_t> number_{0};  ///< of the state
  std::atomic<int> failed_by_{0};         ///< why the last frame could not be sent; 0: it was
  mutable std::mutex mutex_;              ///< of what follows
  std::chrono::steady_clock::time_point port_looked_at_;
  State state_;
  GatewayJudge judge_;  ///< counts attempts of all threads together
  std::vector<enforce::MirrorCounts> counts_;
  MirrorDelays delays_;
  enforce::MirrorBudget budget_;
  bool stopped_ = false;
};

}  // namespace edgewatch::runtime
