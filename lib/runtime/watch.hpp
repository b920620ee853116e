// Live capture and analysis: one or more capture threads per interface, one analysis thread that alone writes
// minutes into the ledger. Starts on construction, stops and finalises on stop().
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/pipeline/pipeline.hpp"

#include "block_events.hpp"
#include "capture_thread.hpp"
#include "coverage_sum.hpp"
#include "enforcer.hpp"
#include "event_merge.hpp"
#include "event_queue.hpp"
#include "events_recorder.hpp"
#include "gateway_judge.hpp"
#include "health.hpp"
#include "holdings.hpp"
#include "identity_sources.hpp"
#include "ledger_session.hpp"

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace edgewatch::runtime {

class Watch {
 public:
  /// Opens every interface and identity source before any thread starts; throws capture::SourceError or
  /// std::runtime_error. From then on the calling thread may open no more of them, nor any that it starts.
  /// With `record` it writes an events file beside the run. `session`, `health`
  /// and `seen_names` outlive the watch.
  Watch(const config::Configuration& configuration, LedgerSession& session, Health& health,
        classify::SeenNames& seen_names, const std::optional<std::filesystem::path>& record = {},
        Enforcer* enforcer = nullptr);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// What is stamped from now on is judged by these, all of it and nothing before. Any thread; where it is
  /// asked again before that, the last one counts.
  /// `trial` is noted the names that are asked from then on.
  void swap(std::shared_ptr<const config::Configuration> configuration,
            std::shared_ptr<classify::ListTrial> trial = nullptr);
  /// Whether analysis still goes round; for systemd's watchdog. Any thread.
  [[nodiscard]] bool is_alive() const;
  /// An interface that is there again and that nobody reads before edgewatchd is started anew: the right to
  /// open it is given up. Any thread.
  [[nodiscard]] std::optional<std::string> lost_interface() const;
  /// Whose every address is, as of a second ago at most while analysis goes round; null before it first did,
  /// and where no zones are kept. Any thread.
  [[nodiscard]] Holdings holdings() const;
  /// Ends capture, finalises what is open, writes it. Called once.
  void stop();

 private:
  void analyse();
  void consume(const model::Event& event);
  void note(const model::Event& event);
  void beat(std::optional<Timestamp>& last_heartbeat);
  void write();
  /// Judges by what was swapped in once logical time has come to `at`.
  void take_new_policies(Timestamp at);

  Health& health_;
  LedgerSession& session_;
  pipeline::Pipeline pipeline_;
  EventQueue queue_;
  EventMerge merge_;
  CoverageSum coverage_;
  std::vector<std::unique_ptr<WatchedInterface>> interfaces_;
  std::vector<std::unique_ptr<CaptureThread>> sensors_;  ///< those of an interface together
  std::unique_ptr<IdentitySources> identity_;            ///< none configured: none
  std::atomic<bool> stopping_{false};
  std::atomic<std::chrono::steady_clock::time_point> last_round_{std::chrono::steady_clock::now()};
  struct Pending {
    std::shared_ptr<const config::Configuration> configuration;  ///< null: nothing waits
    std::shared_ptr<classify::ListTrial> trial;
    Timestamp from;  ///< the first stamp that it judges
    std::chrono::steady_clock::time_point asked;
  };
  void put_in_force(const Pending& next);
  void add_blocks_of_enforcer(std::vector<model::BlockCount>& blocks);
  void tell_tenancy();
  void note_holdings();

  const bool keeps_holdings_;
  mutable std::mutex holdings_mutex_;
  Holdings holdings_;

  std::mutex pending_mutex_;
  Pending pending_;
  std::atomic<bool> is_pending_{false};  ///< asked before each event, so without the lock
  Enforcer* enforcer_;                   ///< null: nothing is enforced while packets go by
  ToldByGateway told_by_enforcer_;
  BlockEvents block_events_;
  std::shared_ptr<const policy::RuleBook> rules_;  ///< in force
  std::vector<model::GatewayGap> unwritten_gaps_;  ///< what the ledger would not take yet
  std::optional<std::uint64_t> tenancy_told_;
  std::chrono::steady_clock::time_point tenancy_told_at_{};
  std::optional<EventsRecorder> recorder_;
  std::optional<Timestamp> given_up_since_;  ///< since when rows are missing that the ledger would not take
  std::deque<pipeline::Output> unwritten_;   ///< what the ledger would not take yet
  Timestamp last_stamp_ = Timestamp::min();
  std::vector<std::thread> capture_threads_;
  std::thread analysis_thread_;
};

}  // namespace edgewatch::runtime
