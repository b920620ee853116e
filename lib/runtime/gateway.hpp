// The gateway: one thread that judges the packets the kernel queues, and one that puts our rules into the
// kernel, looks after them and counts what went past us. Starts on construction; stop() takes the rules away.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/enforce/gateway_inspector.hpp"
#include "edgewatch/enforce/gateway_queue.hpp"
#include "edgewatch/enforce/gateway_table.hpp"
#include "edgewatch/identity/register.hpp"

#include "gateway_judge.hpp"
#include "health.hpp"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

class Gateway {
 public:
  /// Binds the queues and puts the rules in place before any thread starts; throws std::runtime_error.
  /// `health` outlives the gateway.
  Gateway(std::shared_ptr<const config::Configuration> configuration, Health& health);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// New connections are judged by it at once, and those under way that it refuses are cut. Any thread.
  void swap(std::shared_ptr<const config::Configuration> configuration);
  /// Who holds which address from now on. Any thread.
  void swap(std::shared_ptr<const identity::Register> tenancy);
  /// Attempts of minutes that are over, each told once. Any thread.
  [[nodiscard]] std::vector<model::BlockCount> take_blocks();
  /// Ends both threads and takes the rules away; what is left of attempts is told by the next take_blocks().
  void stop();

 private:
  void serve();
  void take_snapshot();
  void reconsider();
  void tell_blocks();
  void tell_counts();
  void look_after();
  void look_after_once();
  void replace_closed(const GatewaySnapshot& snapshot);
  [[nodiscard]] GatewaySnapshot snapshot() const;

  Health& health_;
  enforce::RulesetOptions rules_;
  enforce::GatewayTable table_;
  enforce::GatewayQueue queue_;

  mutable std::mutex mutex_;
  GatewaySnapshot next_;                   ///< guarded
  bool policies_changed_ = false;          ///< guarded
  std::atomic<bool> changed_{false};       ///< asked with each batch, so without the lock
  std::vector<model::BlockCount> blocks_;  ///< guarded: of minutes that are over
  std::condition_variable wake_;

  GatewayJudge judge_;  ///< of the queue's thread, as is what follows
  enforce::Inspector inspector_;
  UtcMinute minute_{};
  std::chrono::steady_clock::time_point counts_told_{};

  net::NetworkSet closed_;  ///< of the other thread, as is what follows
  std::atomic<bool> stopping_{false};
  std::thread queue_thread_;
  std::thread table_thread_;
};

}  // namespace edgewatch::runtime
