// Keeps response policy zones, and the map of which addresses they are for, current on disk, and has the
// resolver read them. On a thread of its own, for a million names take seconds and a resolver's reload may
// take longer.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/enforce/resolver_clients.hpp"
#include "edgewatch/policy/clients.hpp"

#include "health.hpp"
#include "holdings.hpp"
#include "zone.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

class ZoneKeeper {
 public:
  using AskHoldings = std::function<Holdings()>;
  /// `holdings` is asked on the keeper's thread, twice a second; null while it is not known whose addresses
  /// are. `health` outlives the keeper. Precondition: a folder is named.
  ZoneKeeper(std::shared_ptr<const config::Configuration> configuration, AskHoldings holdings,
             Health& health);
  /// Nobody keeps the map current any longer, so it speaks of no person's address from then on.
  ~ZoneKeeper();
  ZoneKeeper(const ZoneKeeper&) = delete;
  ZoneKeeper& operator=(const ZoneKeeper&) = delete;

  /// What is in force from now on. Any thread.
  void swap(std::shared_ptr<const config::Configuration> configuration);

 private:
  using Clock = std::chrono::steady_clock;
  /// Which zones there are to be, and for whom.
  struct Plan {
    model::Attribution others;                         ///< for whom the zone for everybody is
    std::map<std::string, model::Attribution> before;  ///< by zone, one of those for whom it is
    std::vector<enforce::ResolverZones::Client> clients;
  };
  struct Written {
    std::uint64_t content = 0;
    std::uint64_t names = 0;
  };

  void run();
  void look();
  [[nodiscard]] Plan plan(Timestamp now, const std::vector<identity::Holding>& holdings) const;
  [[nodiscard]] bool may_publish(Clock::time_point now);
  void publish(const Plan& plan, Timestamp now);
  void tell_right(Timestamp as_of);
  void write_zone(const std::string& zone, const std::function<void(const ZoneNames::Take&)>& tell);
  [[nodiscard]] std::string map_text(const Plan& plan) const;
  void reload(const std::atomic<bool>& give_up);
  void remove_old_zones(const Plan& plan);
  void forget_if_gone();
  void raise_serial(Timestamp now);
  void farewell();

  const config::Settings::Zones settings_;
  AskHoldings holdings_;
  Health& health_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const config::Configuration> next_;  ///< null: nothing new
  std::atomic<bool> stopping_{false};

  // The thread's own.
  std::shared_ptr<const config::Configuration> configuration_;
  std::vector<bool> in_force_;
  std::unique_ptr<const ZoneNames> names_;  ///< of `configuration_`
  bool zones_are_right_ = false;            ///< what is written says what is in force
  std::map<std::string, Written> written_;
  std::string map_written_;
  std::optional<std::uint32_t> serial_;
  Timestamp read_by_ = Timestamp::min();  ///< by the wall clock, when a resolver last read them
  bool reload_is_due_ = false;
  std::optional<Clock::time_point> changed_since_;
  std::optional<Clock::time_point> reload_began_;
  std::chrono::milliseconds reload_took_{0};
  std::string reload_trouble_;
  std::thread thread_;
};

}  // namespace edgewatch::runtime
