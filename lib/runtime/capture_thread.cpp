#include "capture_thread.hpp"

#include "clock.hpp"

#include <map>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t frames_a_batch = 256;
constexpr auto tell_every = 200ms;
constexpr auto retry_every = 1s;
// A frame may be in the ring for so long before it is given (20 ms for a block that is not full, and a wait
// for the processor).
constexpr auto ring_delay = 100ms;
// Where stamps lie further apart it is asked whether the clock was set.
constexpr auto most_silence = 1s;
constexpr unsigned mark_shift = 56;

/// Each observer numbers its flows by itself and calls its only source 0; from here on both are unique.
void mark(std::vector<model::Event>& events, model::FlowId bits, std::uint16_t interface) {
  for (model::Event& event : events) {
    std::visit(
        [bits, interface](auto& e) {
          if constexpr (requires { e.flow; }) {
            if (e.flow != 0) e.flow |= bits;
          }
          if constexpr (requires { e.source; }) {
            if constexpr (std::is_same_v<decltype(e.source), std::uint16_t>) e.source = interface;
          }
          if constexpr (requires { e.number; }) e.number = interface;
        },
        event);
  }
}

std::vector<observe::Tally> summed(const std::vector<std::vector<observe::Tally>>& threads) {
  std::map<std::string, std::uint64_t> sums;
  for (const auto& tallies : threads) {
    for (const observe::Tally& tally : tallies) sums[tally.name] += tally.count;
  }
  std::vector<observe::Tally> out;
  out.reserve(sums.size());
  for (const auto& [name, count] : sums) out.push_back({name, count});
  return out;
}

}  // namespace

WatchedInterface::WatchedInterface(std::string name, std::size_t index, std::size_t threads, Open open)
    : name_(std::move(name)), index_(index), open_(std::move(open)), tallies_(threads) {}

void WatchedInterface::failed(Health& health, Timestamp since, const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (++failed_ == 1) {
    failed_since_ = since;
    spdlog::error("capture on {} stopped: {}; it is tried again", name_, why);
  }
  health.update([&](HealthReport& report) { report.sources[index_].error = why; });
}

std::optional<model::Coverage> WatchedInterface::recovered(Health& health, Timestamp now) {
  const std::lock_guard lock(mutex_);
  if (--failed_ != 0) return std::nullopt;
  health.update([&](HealthReport& report) { report.sources[index_].error.clear(); });
  model::Coverage gap;
  gap.source = name_;
  gap.interval = {failed_since_, std::max(failed_since_, now)};
  gap.state = model::Coverage::State::gap;
  return gap;
}

void WatchedInterface::tell(Health& health, std::size_t thread, Progress progress) {
  const std::lock_guard lock(mutex_);
  tallies_[thread] = std::move(progress.tallies);
  health.update([&](HealthReport& report) {
    SourceHealth& own = report.sources[index_];
    own.frames += progress.frames;
    own.lost_in_kernel += progress.lost_in_kernel;
    own.tallies = summed(tallies_);
  });
}

CaptureThread::CaptureThread(WatchedInterface& interface, std::size_t thread, std::size_t number,
                             observe::ObserverOptions options, EventQueue& queue, Health& health,
                             std::function<Duration()> clock_set, std::unique_ptr<FrameEye> eye)
    : interface_(interface),
      thread_(thread),
      number_(number),
      mark_(static_cast<model::FlowId>(number + 1) << mark_shift),
      queue_(queue),
      health_(health),
      source_(interface.open()),
      observer_(std::move(options), {interface.name()}),
      eye_(std::move(eye)),
      clock_set_(std::move(clock_set)) {}

void CaptureThread::run(const std::atomic<bool>& stopping) {
  while (!stopping) {
    try {
      capture(stopping);
    } catch (const std::exception& error) {
      const Timestamp since = wall_clock();
      if (held_ != 0) last_frame_ = std::chrono::steady_clock::now();
      hand_over(Timestamp::max());  // until it captures again nobody waits for it
      interface_.failed(health_, since, error.what());
      resume(stopping);
    }
  }
  observer_.finish();
  hand_over(Timestamp::max());
  tell();
}

void CaptureThread::capture(const std::atomic<bool>& stopping) {
  told_ = std::chrono::steady_clock::now();
  const capture::PacketSource::Taker taker = [this](const net::Frame& frame) { see(frame); };
  while (!stopping) {
    bool is_silent = false;
    const std::uint64_t before = held_;
    if (source_->give(frames_a_batch - held_, taker) == 0) {
      const capture::Step step = source_->next();
      if (std::holds_alternative<capture::EndOfInput>(step)) {
        throw capture::SourceError(69, interface_.name() + ": the interface went away");
      }
      take(step);
      is_silent = std::holds_alternative<capture::Idle>(step);
    }
    // The clock is asked once in so many frames; it costs as much as a small one.
    if (held_ != before && held_ < frames_a_batch &&
        std::chrono::abs(last_captured_ - held_since_) < tell_every) {
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (held_ != 0) last_frame_ = now;
    hand_over(is_silent ? tick(now) - ring_delay : last_stamp_);
    if (now - told_ > tell_every) tell();
  }
  source_->stop();
  for (capture::Step step = source_->next(); !std::holds_alternative<capture::EndOfInput>(step);
       step = source_->next()) {
    take(step);
    if (held_ >= frames_a_batch) hand_over(last_stamp_);
  }
}

/// The sensor's logical time goes on while nothing arrives: last stamp plus monotonic time since
/// (ARCHITECTURE 5); before there is any stamp the clock that will give it.
Timestamp CaptureThread::tick(std::chrono::steady_clock::time_point now) {
  if (last_stamp_ == Timestamp::min()) return wall_clock();
  const Timestamp at = last_stamp_ + std::chrono::floor<Duration>(now - last_frame_);
  observer_.tick(at);
  return at;
}

void CaptureThread::see(const net::Frame& captured) {
  if (eye_) eye_->see(captured);
  follow_clock(captured.at);
  if (held_ == 0) held_since_ = captured.at;
  net::Frame frame = captured;
  frame.at = axis_.on_axis(captured.at);
  observer_.see(frame);
  last_stamp_ = std::max(last_stamp_, frame.at);
  ++frames_;
  ++held_;
}

void CaptureThread::take(const capture::Step& step) {
  if (const auto* frame = std::get_if<net::Frame>(&step)) {
    see(*frame);
  } else if (const auto* loss = std::get_if<net::FrameLoss>(&step)) {
    net::FrameLoss told = *loss;
    if (told.at == Timestamp{}) {
      told.at = last_stamp_ == Timestamp::min() ? wall_clock() : last_stamp_;
    } else {
      told.at = axis_.on_axis(told.at);
    }
    observer_.see(told);
    lost_ += told.lost_in_kernel;
  }
}

/// Stamps leap where the clock was set, and where nothing arrived for a while; only then it is asked.
void CaptureThread::follow_clock(Timestamp stamp) {
  const Timestamp before = std::exchange(last_captured_, stamp);
  if (before == Timestamp::min()) {
    static_cast<void>(clock_set_());  // what was before the first stamp is in it
    return;
  }
  const Duration leap = stamp - before;
  if (leap <= most_silence && leap >= -most_silence) return;
  unseen_step_ += clock_set_();
  // What was captured before the clock was set may be read after it.
  if (unseen_step_ == Duration(0) || leap + most_silence < unseen_step_) return;
  axis_.set(stamp, std::exchange(unseen_step_, Duration(0)));
}

/// `until` is on the axis.
void CaptureThread::hand_over(Timestamp until) {
  held_ = 0;
  std::vector<model::Event> events = observer_.drain();
  if (events.empty() && until == until_) return;
  until_ = until;
  axis_.to_utc(events);
  mark(events, mark_, interface_.index());
  queue_.push({number_, std::move(events), axis_.to_utc(until)});
}

void CaptureThread::tell() {
  interface_.tell(health_, thread_,
                  {std::exchange(frames_, 0), std::exchange(lost_, 0), observer_.tallies()});
  if (eye_) eye_->look_after();
  told_ = std::chrono::steady_clock::now();
}

/// The right to open another source is given up: the one that there is reads on, or none does.
void CaptureThread::resume(const std::atomic<bool>& stopping) {
  using Resumed = capture::PacketSource::Resumed;
  Resumed resumed = Resumed::not_yet;
  while (!stopping && resumed != Resumed::yes) {
    std::this_thread::sleep_for(retry_every);
    if (stopping) break;
    resumed = source_->resume();
    if (resumed == Resumed::never) interface_.lose();
  }
  if (const auto gap = interface_.recovered(health_, wall_clock())) {
    queue_.push({number_, {*gap}, Timestamp::max()});
    if (resumed == Resumed::yes) spdlog::info("capture on {} goes on", interface_.name());
  }
}

}  // namespace edgewatch::runtime
