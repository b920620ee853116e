#include "watch.hpp"

#include "clock.hpp"
#include "events_file.hpp"
#include "radius_clients.hpp"

#include <random>
#include <variant>

#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_batches = 1024;
constexpr std::size_t frames_a_batch = 256;
constexpr auto beat_every = 1s;
constexpr std::size_t most_unwritten = 4096;
constexpr auto heartbeat_every = 10s;
constexpr auto hand_over_every = 200ms;
constexpr auto retry_every = 1s;
constexpr auto longest_round = 60s;  // an analysis round that takes longer hangs

HashKey random_key() {
  std::random_device device;
  const auto word = [&] { return (static_cast<std::uint64_t>(device()) << 32) | device(); };
  return {word(), word()};
}

pipeline::Policies shared(const config::Policies& policies) {
  return {std::make_shared<const classify::Catalogue>(policies.catalogue),
          std::make_shared<const policy::RuleBook>(policies.rules)};
}

/// Flow numbers are unique within one observer; the source's number in the top bits makes them unique among
/// all.
void mark_source(std::vector<model::Event>& events, std::size_t index) {
  const model::FlowId mark = static_cast<model::FlowId>(index + 1) << 56U;
  for (model::Event& event : events) {
    std::visit(
        [mark](auto& e) {
          if constexpr (requires { e.flow; }) {
            if (e.flow != 0) e.flow |= mark;
          }
        },
        event);
  }
}

}  // namespace

Watch::Watch(const config::Configuration& configuration, LedgerSession& session, Health& health)
    : health_(health),
      session_(session),
      pipeline_(shared(configuration.policies),
                identity::Register(configuration.people, configuration.assignments,
                                   configuration.settings.topology),
                account::Method{}, pipeline::Options{random_key(), false}),
      queue_(most_batches) {
  const config::Settings& settings = configuration.settings;
  live_.snap_length = settings.capture.snap_length;
  live_.ring_mib = settings.capture.ring_mib;
  std::vector<SourceHealth> sources;
  interfaces_ = settings.capture.interfaces;
  for (const std::string& interface : interfaces_) {
    sources_.push_back(capture::open_interface(interface, 0, live_));
    observers_.push_back(std::make_unique<observe::Observer>(
        observe::ObserverOptions{settings.inside, settings.exclude,
                                 settings.sensor.memory_mib / settings.capture.interfaces.size(),
                                 random_key(), radius_clients(settings)},
        std::vector<std::string>{interface}));
    sources.push_back({interface, 0, 0, 0, {}, {}});
  }
  health_.update([&](HealthReport& report) { report.sources = std::move(sources); });
  analysis_thread_ = std::thread([this] { analyse(); });
  for (std::size_t i = 0; i < sources_.size(); ++i) capture_threads_.emplace_back([this, i] { capture(i); });
}

Watch::~Watch() { stop(); }

void Watch::swap(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(pending_mutex_);
  pending_ = std::move(configuration);
}

void Watch::stop() {
  stopping_ = true;
  for (std::thread& thread : capture_threads_) {
    if (thread.joinable()) thread.join();
  }
  queue_.close();
  if (analysis_thread_.joinable()) analysis_thread_.join();
}

bool Watch::is_alive() const { return std::chrono::steady_clock::now() - last_round_.load() < longest_round; }

void Watch::capture(std::size_t index) {
  while (!stopping_) {
    try {
      capture_until_it_fails(index);
    } catch (const std::exception& error) {
      const Timestamp since = wall_clock();
      spdlog::error("capture on {} stopped: {}; it is tried again", interfaces_[index], error.what());
      health_.update([&](HealthReport& report) { report.sources[index].error = error.what(); });
      reopen(index, since);
    }
  }
  observers_[index]->finish();
  std::vector<model::Event> events = observers_[index]->drain();
  mark_source(events, index);
  queue_.push(std::move(events));
}

void Watch::reopen(std::size_t index, Timestamp since) {
  sources_[index].reset();
  while (!stopping_ && !sources_[index]) {
    std::this_thread::sleep_for(retry_every);
    try {
      sources_[index] = capture::open_interface(interfaces_[index], 0, live_);
    } catch (const capture::SourceError&) {
      continue;  // said once already; status shows it
    }
  }
  model::Coverage gap;
  gap.source = interfaces_[index];
  gap.interval = {since, std::max(since, wall_clock())};
  gap.state = model::Coverage::State::gap;
  queue_.push({gap});
  if (!sources_[index]) return;
  spdlog::info("capture on {} goes on", interfaces_[index]);
  health_.update([&](HealthReport& report) { report.sources[index].error.clear(); });
}

void Watch::capture_until_it_fails(std::size_t index) {
  capture::PacketSource& source = *sources_[index];
  observe::Observer& observer = *observers_[index];
  // The sensor's logical time goes on while nothing arrives: last stamp plus monotonic time since
  // (ARCHITECTURE 5).
  Timestamp last_stamp = Timestamp::min();
  auto last_frame = std::chrono::steady_clock::now();
  auto handed_over = last_frame;
  std::uint64_t frames = 0;
  std::uint64_t lost = 0;
  const auto hand_over = [&] {
    std::vector<model::Event> events = observer.drain();
    mark_source(events, index);
    if (!events.empty()) queue_.push(std::move(events));
    health_.update([&](HealthReport& report) {
      SourceHealth& own = report.sources[index];
      own.frames += std::exchange(frames, 0);
      own.lost_in_kernel += std::exchange(lost, 0);
      own.tallies = observer.tallies();
    });
    handed_over = std::chrono::steady_clock::now();
  };
  while (!stopping_) {
    const capture::Step step = source.next();
    const auto now = std::chrono::steady_clock::now();
    if (const auto* frame = std::get_if<net::Frame>(&step)) {
      observer.see(*frame);
      last_stamp = std::max(last_stamp, frame->at);
      last_frame = now;
      ++frames;
    } else if (const auto* loss = std::get_if<net::FrameLoss>(&step)) {
      observer.see(*loss);
      lost += loss->lost_in_kernel;
    } else if (std::holds_alternative<capture::EndOfInput>(step)) {
      throw capture::SourceError(69, source.name() + ": the interface went away");
    } else if (last_stamp != Timestamp::min()) {
      observer.tick(last_stamp + std::chrono::floor<Duration>(now - last_frame));
    }
    if (frames >= frames_a_batch || now - handed_over > hand_over_every) hand_over();
  }
  hand_over();
}

void Watch::take_new_policies() {
  std::shared_ptr<const config::Configuration> next;
  {
    const std::lock_guard lock(pending_mutex_);
    next = std::exchange(pending_, nullptr);
  }
  if (!next) return;
  const Timestamp now = wall_clock();
  pipeline_.swap(shared(next->policies));
  pipeline_.replace_people(next->people, next->assignments, now);
  try {
    session_.revise(now, next->policies);
  } catch (const store::StoreError& error) {
    spdlog::error("ledger: {}", error.what());  // the rows carry the revision all the same
  }
}

void Watch::write() {
  pipeline::Output output = pipeline_.drain();
  if (!output.empty()) unwritten_.push_back(std::move(output));
  if (unwritten_.size() > most_unwritten) {
    // Only ever lowers a figure; when the ledger takes rows again the hole is written as a gap.
    if (!given_up_since_) {
      spdlog::error("ledger: rows that could not be written for too long are given up");
      given_up_since_ = wall_clock();
    }
    unwritten_.pop_front();
  }
  try {
    while (!unwritten_.empty()) {
      session_.write(unwritten_.front());  // writing the same rows twice leaves the same rows
      unwritten_.pop_front();
    }
    if (given_up_since_) {
      model::Coverage hole;
      hole.source = "ledger";
      hole.interval = {*given_up_since_, std::max(*given_up_since_, wall_clock())};
      hole.state = model::Coverage::State::gap;
      session_.ledger().write(std::vector<model::Coverage>{hole});
      given_up_since_.reset();
    }
    health_.update([](HealthReport& report) { report.alarms.erase("ledger"); });
  } catch (const store::StoreError& error) {
    // Capture goes on; the rows wait.
    spdlog::error("ledger: {}", error.what());
    health_.update([&](HealthReport& report) { report.alarms["ledger"] = error.what(); });
  }
}

void Watch::beat(std::optional<Timestamp>& last_heartbeat) {
  write();
  health_.update([&](HealthReport& report) {
    report.services = pipeline_.service_counts();
    if (last_stamp_ != Timestamp::min()) report.last_event = last_stamp_;
  });
  const Timestamp now = wall_clock();
  if (last_heartbeat && now >= *last_heartbeat && now - *last_heartbeat < heartbeat_every) return;
  last_heartbeat = now;
  try {
    if (unwritten_.empty()) session_.heartbeat(now);
  } catch (const store::StoreError& error) {
    spdlog::error("ledger: {}", error.what());
  }
}

void Watch::analyse() {
  StepDetector steps;
  std::optional<Timestamp> last_heartbeat;
  auto ticked = std::chrono::steady_clock::now();
  auto last_event = ticked;
  while (!queue_.drained()) {
    last_round_ = std::chrono::steady_clock::now();
    take_new_policies();
    if (auto batch = queue_.pop(std::chrono::milliseconds(200))) {
      for (const model::Event& event : *batch) pipeline_.consume(event);
      if (!batch->empty()) last_stamp_ = std::max(last_stamp_, time_of(batch->back()));
      last_event = std::chrono::steady_clock::now();
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - ticked < beat_every) continue;
    ticked = now;
    if (const Duration step = steps.look(); step != Duration(0)) {
      spdlog::warn("the wall clock was set by {} s",
                   std::chrono::duration_cast<std::chrono::seconds>(step).count());
      pipeline_.consume(model::ClockStep{wall_clock(), step});
    }
    if (last_stamp_ != Timestamp::min())
      pipeline_.consume(model::Tick{last_stamp_ + std::chrono::floor<Duration>(now - last_event)});
    beat(last_heartbeat);
  }
  const auto since_last = std::chrono::floor<Duration>(std::chrono::steady_clock::now() - last_event);
  pipeline_.finish(last_stamp_ == Timestamp::min() ? wall_clock() : last_stamp_ + since_last);
  last_heartbeat.reset();
  beat(last_heartbeat);
}

}  // namespace edgewatch::runtime
