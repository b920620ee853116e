// Live capture and analysis: one capture thread per interface, one analysis thread that alone writes minutes
// into the ledger. Starts on construction, stops and finalises on stop().
#pragma once

#include "edgewatch/capture/source.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/pipeline/pipeline.hpp"

#include "event_queue.hpp"
#include "health.hpp"
#include "ledger_session.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

class Watch {
 public:
  /// Opens every interface before any thread starts; throws capture::SourceError. `session` and `health`
  /// outlive the watch.
  Watch(const config::Configuration& configuration, LedgerSession& session, Health& health);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// New connections are judged by these from the next batch on. Any thread.
  void swap(std::shared_ptr<const config::Configuration> configuration);
  /// Whether analysis still goes round; for systemd's watchdog. Any thread.
  [[nodiscard]] bool is_alive() const;
  /// Ends capture, finalises what is open, writes it. Called once.
  void stop();

 private:
  void capture(std::size_t index);
  void capture_until_it_fails(std::size_t index);
  /// Waits until the interface can be opened again, and tells the time between as a gap.
  void reopen(std::size_t index, Timestamp since);
  void analyse();
  void beat(std::optional<Timestamp>& last_heartbeat);
  void write();
  void take_new_policies();

  Health& health_;
  LedgerSession& session_;
  capture::LiveOptions live_;
  std::vector<std::string> interfaces_;
  std::vector<std::unique_ptr<capture::PacketSource>> sources_;  ///< each its capture thread's
  std::vector<std::unique_ptr<observe::Observer>> observers_;
  pipeline::Pipeline pipeline_;
  EventQueue queue_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::chrono::steady_clock::time_point> last_round_{std::chrono::steady_clock::now()};
  std::mutex pending_mutex_;
  std::shared_ptr<const config::Configuration> pending_;
  std::optional<Timestamp> given_up_since_;  ///< since when rows are missing that the ledger would not take
  std::deque<pipeline::Output> unwritten_;   ///< what the ledger would not take yet
  Timestamp last_stamp_ = Timestamp::min();
  std::vector<std::thread> capture_threads_;
  std::thread analysis_thread_;
};

}  // namespace edgewatch::runtime
