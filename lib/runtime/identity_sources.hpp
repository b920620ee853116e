// The sources of identity that come over files and sockets, live: lease files followed, RADIUS accounting
// received and answered, Windows logons through syslog. What they say becomes tenancy events, which go into
// the spool and then into the stream, stamped with when they came. A thread of its own.
#pragma once

#include "edgewatch/config/configuration.hpp"

#include "event_queue.hpp"
#include "health.hpp"
#include "lease_follower.hpp"
#include "logon_rules.hpp"
#include "radius_listener.hpp"
#include "radius_sessions.hpp"
#include "syslog_listener.hpp"
#include "tenancy_spool.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace edgewatch::runtime {

class IdentitySources {
 public:
  /// Opens the spool and every socket; throws std::runtime_error where one cannot be had. `thread` is this
  /// source's number in the queue. `queue` and `health` outlive it.
  IdentitySources(const config::Configuration& configuration, std::size_t thread, EventQueue& queue,
                  Health& health);
  ~IdentitySources();
  IdentitySources(const IdentitySources&) = delete;
  IdentitySources& operator=(const IdentitySources&) = delete;

  /// What was known when the daemon ended, for the register; given away once, before start().
  [[nodiscard]] std::vector<model::TenancyEvent> take_restored() { return std::move(restored_); }
  void start();
  /// What was received is handed over, and nothing more comes. Called once; the queue must still be open.
  void stop();
  /// Another list of computers holds from now on. Any thread.
  void swap(const std::shared_ptr<const config::Configuration>& configuration);

 private:
  void listen(const config::Settings& settings);
  void tick();
  void look_at_leases(Timestamp now);
  void release_forgotten(Timestamp now);
  void keep_house(Timestamp now);
  [[nodiscard]] bool take_radius(std::size_t source, const wire::radius::Accounting& said,
                                 const net::IpAddress& sender);
  void take_syslog(std::size_t source, std::string_view message, const net::IpAddress& sender);
  [[nodiscard]] const config::SyslogSender* listed(const net::IpAddress& sender) const;
  [[nodiscard]] bool give(std::vector<model::TenancyEvent> events);
  void tell(Timestamp now);
  [[nodiscard]] std::size_t add_source(std::string name);
  void count(std::size_t source, std::string_view refusal);

  std::size_t thread_;
  EventQueue& queue_;
  Health& health_;
  std::vector<config::RadiusClient> radius_clients_;
  std::vector<config::SyslogSender> senders_;
  std::unique_ptr<TenancySpool> spool_;  ///< none for a ledger in memory
  std::vector<model::TenancyEvent> restored_;
  std::vector<LeaseFollower> leases_;  ///< the first of `told_`, in the same order
  /// Leases of the run before, until every file has been read and says whether they still hold.
  LeaseTable before_;
  RadiusSessions radius_sessions_;
  LogonRules logon_rules_;
  std::vector<IdentityHealth> told_;
  std::vector<model::Event> waiting_;
  Timestamp recorded_ = Timestamp::min();  ///< time of recording never goes back, whatever the clock does
  Timestamp began_, cleaned_, told_at_;
  boost::asio::io_context context_;
  boost::asio::steady_timer timer_;
  std::unique_ptr<RadiusListener> radius_;
  std::vector<std::unique_ptr<SyslogListener>> syslog_;
  std::thread runner_;
};

}  // namespace edgewatch::runtime
