// One capture thread: a source, an Observer of its own, and the way of its events to the analysis thread.
// Several may watch one interface between them, each a share of its connections.
#pragma once

#include "edgewatch/capture/source.hpp"
#include "edgewatch/observe/observer.hpp"

#include "clock.hpp"
#include "enforcer.hpp"
#include "event_queue.hpp"
#include "health.hpp"
#include "time_axis.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

/// What the threads of one interface share. Any thread.
class WatchedInterface {
 public:
  /// Opens a source of the interface for one thread; throws capture::SourceError.
  using Open = std::function<std::unique_ptr<capture::PacketSource>()>;

  /// `index` is its place in the health report.
  WatchedInterface(std::string name, std::size_t index, std::size_t threads, Open open);

  [[nodiscard]] std::uint16_t index() const { return static_cast<std::uint16_t>(index_); }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Throws capture::SourceError.
  [[nodiscard]] std::unique_ptr<capture::PacketSource> open() const { return open_(); }

  /// One of its threads cannot capture since `since`.
  void failed(Health& health, Timestamp since, const std::string& why);
  /// That thread captures again. Where it was the last one to, the time since the first failure is a gap.
  [[nodiscard]] std::optional<model::Coverage> recovered(Health& health, Timestamp now);
  /// The interface is there again, and one of its threads can never read it.
  void lose() { lost_ = true; }
  [[nodiscard]] bool is_lost() const { return lost_; }

  struct Progress {
    std::uint64_t frames = 0;
    std::uint64_t lost_in_kernel = 0;
    std::vector<observe::Tally> tallies;
  };
  /// Adds what thread `thread` counted since it last told; its tallies are totals.
  void tell(Health& health, std::size_t thread, Progress progress);

 private:
  std::string name_;
  std::size_t index_;
  Open open_;
  std::mutex mutex_;
  std::size_t failed_ = 0;
  Timestamp failed_since_;
  std::vector<std::vector<observe::Tally>> tallies_;  ///< of each thread
  std::atomic<bool> lost_{false};
};

class CaptureThread {
 public:
  /// Opens the source; throws capture::SourceError. `thread` counts within the interface, `number` over all
  /// of the daemon's threads, for flow ids. Everything given outlives it.
  /// `clock_set` gives by how much the wall clock was set since it was last asked. `eye`, where there is one,
  /// sees each frame first.
  CaptureThread(WatchedInterface& interface, std::size_t thread, std::size_t number,
                observe::ObserverOptions options, EventQueue& queue, Health& health,
                std::function<Duration()> clock_set = steps_of_the_clock(),
                std::unique_ptr<FrameEye> eye = nullptr);

  /// Captures until `stopping`, through failures; then reads what waits, so that every packet let in was seen
  /// or is told as lost, and ends what is open. Run once, by the thread.
  void run(const std::atomic<bool>& stopping);

  /// Flow numbers are unique within one observer; the thread's number in the top bits makes them unique among
  /// all, of which there are at most so many.
  static constexpr std::size_t most_threads = 255;

 private:
  void capture(const std::atomic<bool>& stopping);
  void see(const net::Frame& captured);
  void take(const capture::Step& step);
  void follow_clock(Timestamp stamp);
  Timestamp tick(std::chrono::steady_clock::time_point now);
  void hand_over(Timestamp until);
  void tell();
  void resume(const std::atomic<bool>& stopping);

  WatchedInterface& interface_;
  std::size_t thread_;
  std::size_t number_;
  model::FlowId mark_;
  EventQueue& queue_;
  Health& health_;
  std::unique_ptr<capture::PacketSource> source_;
  observe::Observer observer_;
  std::unique_ptr<FrameEye> eye_;
  std::function<Duration()> clock_set_;
  Duration unseen_step_{0};  ///< the clock was set so, and no stamp showed it yet
  TimeAxis axis_;
  Timestamp last_captured_ = Timestamp::min();        ///< stamp as captured
  Timestamp last_stamp_ = Timestamp::min();           ///< greatest, on the axis
  std::chrono::steady_clock::time_point last_frame_;  ///< not before `last_stamp_` was seen
  Timestamp until_ = Timestamp::min();                ///< as last told, on the axis
  std::chrono::steady_clock::time_point told_;
  std::uint64_t frames_ = 0;  ///< not told yet
  std::uint64_t lost_ = 0;    ///< not told yet
  std::uint64_t held_ = 0;    ///< frames whose events are not handed over yet
  Timestamp held_since_;      ///< stamp of the first of them
};

}  // namespace edgewatch::runtime
