// The gateway: one thread that judges the packets the kernel queues, and one that puts our rules into the
// kernel, looks after them and counts what went past us. Starts on construction; stop() takes the rules away,
// or leaves them to the next start.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/enforce/gateway_inspector.hpp"
#include "edgewatch/enforce/gateway_queue.hpp"
#include "edgewatch/enforce/gateway_table.hpp"
#include "edgewatch/enforce/raw_sender.hpp"
#include "edgewatch/identity/register.hpp"

#include "enforcer.hpp"
#include "gateway_judge.hpp"
#include "health.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

class Gateway final : public Enforcer {
 public:
  /// Binds the queues and puts the rules in place before any thread starts; throws std::runtime_error.
  /// `health` outlives the gateway.
  /// `away_since`: since when nobody may have judged what rules of before sent to the queue.
  Gateway(const std::shared_ptr<const config::Configuration>& configuration, Health& health,
          std::optional<Timestamp> away_since);
  ~Gateway() override;

  /// New connections are judged by it at once, and those under way that it refuses are cut. Any thread.
  void swap(std::shared_ptr<const config::Configuration> configuration) override;
  /// Who holds which address from now on. Any thread.
  void swap(std::shared_ptr<const identity::Register> tenancy) override;
  /// Attempts of minutes that are over, each told once. Any thread.
  [[nodiscard]] std::vector<model::BlockCount> take_blocks() override;
  [[nodiscard]] std::vector<model::GatewayGap> take_gaps() override;
  /// Takes away the rules of a gateway that was killed and is not to come back: nobody may wait for its
  /// verdicts. Where another daemon judges them, or we may not, they stay.
  static void take_away_left_rules();
  /// Whether one that was killed left its rules, and nobody gives verdicts. False where we may not look.
  [[nodiscard]] static bool has_left_rules();
  /// Ends both threads. Where another start follows, the rules stay and nobody holds their queues, as after a
  /// kill.
  void stop(Then then) override;

 private:
  void serve();
  [[nodiscard]] enforce::PacketVerdict judge(const enforce::QueuedPacket& packet);
  [[nodiscard]] bool is_settling() const;
  [[nodiscard]] bool is_known(const enforce::QueuedPacket& packet) const;
  void note_refused();
  void take_snapshot();
  void reconsider(const enforce::Concerns& concerns);
  void note_holders(const identity::Register& tenancy);
  void tell_blocks();
  void tell_counts();
  void look_after();
  void look_after_once();
  void replace_closed(const GatewaySnapshot& snapshot);
  void note_lost_rules(Timestamp now);
  void note_gap(const enforce::GatewayTraffic& traffic, Timestamp now);
  void end_gap();
  [[nodiscard]] GatewaySnapshot snapshot() const;

  Health& health_;
  enforce::RulesetOptions rules_;
  enforce::GatewayTable table_;
  enforce::QueueOptions queues_;
  std::unique_ptr<enforce::GatewayQueue> queue_;  ///< of the queue's thread, once there is one
  enforce::RawSender sender_{enforce::own_mark};

  mutable std::mutex mutex_;
  GatewaySnapshot next_;           ///< guarded
  bool policies_changed_ = false;  ///< guarded
  bool people_changed_ = false;    ///< guarded: while it was not known of all whose addresses are whose
  std::set<net::IpAddress> changed_hands_;  ///< guarded
  std::atomic<bool> changed_{false};        ///< asked with each batch, so without the lock
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<bool> tenancy_told_{false};
  std::vector<model::BlockCount> blocks_;   ///< guarded: of minutes that are over
  std::vector<model::GatewayGap> gaps_;     ///< guarded: that are over
  std::vector<identity::Holding> holders_;  ///< of whoever tells who has which address
  GatewayJudge judge_;                      ///< of the queue's thread, as is what follows
  enforce::Inspector inspector_;
  net::NetworkSet waiting_;   ///< whose packets wait, by what is known now
  std::uint64_t unsent_ = 0;  ///< refusals whose answer could not be sent
  UtcMinute minute_{};
  std::chrono::steady_clock::time_point counts_told_{};

  net::NetworkSet closed_;   ///< of the other thread, as is what follows
  bool only_these_ = false;  ///< nobody else waits: whom a daemon before us left is forgotten
  std::optional<model::GatewayGap> gap_;
  Timestamp looked_{};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> rules_stay_{false};
  bool found_rules_ = false;  ///< those of a gateway before this one
  std::thread queue_thread_;
  std::thread table_thread_;
};

}  // namespace edgewatch::runtime
