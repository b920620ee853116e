#include "watch.hpp"

#include "beat.hpp"
#include "capabilities.hpp"
#include "clock.hpp"
#include "events_file.hpp"
#include "radius_clients.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

#include <fmt/format.h>
#include <linux/capability.h>
#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_batches = 1024;
constexpr auto leap = 1s;  // of a stamp
constexpr std::size_t most_unwritten = 4096;
constexpr auto heartbeat_every = 10s;
constexpr auto idle_after = 1s;
constexpr auto may_lie_in_ring = 500ms;
/// Stamps may stand still or be set back: a reload then takes effect all the same.
constexpr auto reload_patience = 2s;
constexpr auto tell_tenancy_every = 250ms;
constexpr auto longest_round = 60s;  // an analysis round that takes longer hangs

pipeline::Policies shared(const config::Policies& policies) {
  return {std::make_shared<const classify::Catalogue>(policies.catalogue),
          std::make_shared<const policy::RuleBook>(policies.rules), policies.lists};
}

/// Each thread's share of a budget of its interface.
int share_of(int budget, std::size_t threads) { return std::max(1, budget / static_cast<int>(threads)); }

}  // namespace

Watch::Watch(const config::Configuration& configuration, LedgerSession& session, Health& health,
             classify::SeenNames& seen_names, const std::optional<std::filesystem::path>& record,
             Enforcer* enforcer)
    : health_(health),
      session_(session),
      pipeline_(
          shared(configuration.policies),
          identity::Register(configuration.people, configuration.assignments,
                             configuration.settings.topology),
          account::Method{},
          pipeline::Options{random_hash_key(), false, configuration.settings.sensor.answers_mib() << 20U,
                            configuration.settings.trust, &seen_names,
                            configuration.settings.enforcement_mode == "gateway"}),
      queue_(most_batches),
      merge_(configuration.settings.capture.interfaces.size() *
                 static_cast<std::size_t>(configuration.settings.capture.threads) +
             (configuration.settings.identity.any() ? 1 : 0)),
      coverage_(static_cast<std::size_t>(configuration.settings.capture.threads)),
      keeps_holdings_(!configuration.settings.zones.folder.empty()),
      enforcer_(enforcer),
      block_events_(configuration.settings, health),
      rules_(std::make_shared<const policy::RuleBook>(configuration.policies.rules)) {
  const config::Settings& settings = configuration.settings;
  const auto threads = static_cast<std::size_t>(settings.capture.threads);
  const std::size_t all = settings.capture.interfaces.size() * threads;
  capture::LiveOptions live;
  live.snap_length = settings.capture.snap_length;
  live.ring_mib = share_of(settings.capture.ring_mib, threads);
  // A mirror runs a race: frames cannot wait for others to fill a block.
  live.immediate = settings.enforcement_mode == "mirror";
  health_.update([&](HealthReport& report) {
    for (const std::string& name : settings.capture.interfaces)
      report.sources.push_back({name, 0, 0, 0, {}, {}});
  });
  for (const std::string& name : settings.capture.interfaces) {
    live.group = threads > 1 ? std::make_shared<capture::FanoutGroup>() : nullptr;
    interfaces_.push_back(std::make_unique<WatchedInterface>(
        name, interfaces_.size(), threads, [name, live] { return capture::open_interface(name, 0, live); }));
    for (std::size_t thread = 0; thread < threads; ++thread) {
      sensors_.push_back(std::make_unique<CaptureThread>(
          *interfaces_.back(), thread, sensors_.size(),
          observe::ObserverOptions{settings.inside, settings.exclude, settings.sensor.frames_mib() / all,
                                   random_hash_key(), radius_clients(settings), settings.capture.tunnel_ends,
                                   false},
          queue_, health_, steps_of_the_clock(), enforcer_ == nullptr ? nullptr : enforcer_->eye()));
    }
  }
  if (settings.identity.any()) {
    identity_ = std::make_unique<IdentitySources>(configuration, all, queue_, health_);
    for (const model::TenancyEvent& event : identity_->take_restored()) pipeline_.consume(event);
  }
  if (record) recorder_.emplace(*record);
  // All is open; whoever reads what strangers write needs none of it.
  give_up_capabilities({CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW});
  analysis_thread_ = std::thread([this] { analyse(); });
  if (identity_) identity_->start();
  for (const auto& sensor : sensors_) {
    capture_threads_.emplace_back([this, own = sensor.get()] { own->run(stopping_); });
  }
}

Watch::~Watch() { stop(); }

void Watch::swap(std::shared_ptr<const config::Configuration> configuration,
                 std::shared_ptr<classify::ListTrial> trial) {
  const std::lock_guard lock(pending_mutex_);
  pending_ = {std::move(configuration), std::move(trial), wall_clock(), std::chrono::steady_clock::now()};
  is_pending_ = true;
}

void Watch::stop() {
  stopping_ = true;
  for (std::thread& thread : capture_threads_) {
    if (thread.joinable()) thread.join();
  }
  if (identity_ && analysis_thread_.joinable()) identity_->stop();
  queue_.close();
  if (analysis_thread_.joinable()) analysis_thread_.join();
}

bool Watch::is_alive() const { return std::chrono::steady_clock::now() - last_round_.load() < longest_round; }

std::optional<std::string> Watch::lost_interface() const {
  for (const auto& interface : interfaces_) {
    if (interface->is_lost()) return interface->name();
  }
  return std::nullopt;
}

void Watch::take_new_policies(Timestamp at) {
  if (!is_pending_) return;
  Pending next;
  {
    const std::lock_guard lock(pending_mutex_);
    const bool waited = std::chrono::steady_clock::now() - pending_.asked > reload_patience;
    if (at < pending_.from && !waited) return;
    next = std::exchange(pending_, {});
    is_pending_ = false;
    if (at < next.from) next.from = wall_clock();
  }
  if (next.configuration) put_in_force(next);
}

void Watch::put_in_force(const Pending& next) {
  const config::Configuration& configuration = *next.configuration;
  note(model::Reload{next.from});
  pipeline::Policies policies = shared(configuration.policies);
  policies.trial = next.trial;
  rules_ = policies.rules;
  block_events_.reopen();
  pipeline_.swap(std::move(policies));
  pipeline_.replace_people(configuration.people, configuration.assignments, next.from);
  if (identity_) identity_->swap(next.configuration);
  health_.update([&](HealthReport& report) { report.in_force_since = next.from; });
  try {
    if (!sensors_.empty()) session_.revise(next.from, configuration.policies);
  } catch (const store::StoreError& error) {
    spdlog::error("ledger: {}", error.what());  // the rows carry the revision all the same
  }
}

void Watch::write() {
  pipeline::Output output = pipeline_.drain();
  if (enforcer_ != nullptr) add_blocks_of_enforcer(output.blocks);
  block_events_.tell(output.blocks, *rules_);
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
    if (enforcer_ != nullptr) std::ranges::copy(enforcer_->take_gaps(), std::back_inserter(unwritten_gaps_));
    session_.ledger().write(unwritten_gaps_);
    unwritten_gaps_.clear();
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

void Watch::add_blocks_of_enforcer(std::vector<model::BlockCount>& blocks) {
  const std::vector<model::BlockCount> told = enforcer_->take_blocks();
  told_by_enforcer_.note(told);
  told_by_enforcer_.take_out(blocks);
  blocks.insert(blocks.end(), told.begin(), told.end());
}

/// It asks a copy, so that neither of the two ever waits for the other.
void Watch::tell_tenancy() {
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t revision = pipeline_.tenancy().revision();
  if (enforcer_ == nullptr || revision == tenancy_told_ || now - tenancy_told_at_ < tell_tenancy_every)
    return;
  enforcer_->swap(std::make_shared<const identity::Register>(pipeline_.tenancy()));
  tenancy_told_ = revision;
  tenancy_told_at_ = now;
}

void Watch::beat(std::optional<Timestamp>& last_heartbeat) {
  write();
  note_holdings();
  health_.update([&](HealthReport& report) {
    report.services = pipeline_.service_counts();
    report.causes = pipeline_.cause_totals();
    report.analysis = pipeline_.tallies();
    std::erase_if(report.alarms, [](const auto& alarm) { return alarm.first.starts_with("clock of "); });
    report.clocks_off.clear();
    for (const identity::SourceClocks::Reading& clock : pipeline_.source_clocks()) {
      report.analysis.push_back(
          {fmt::format("identity-clock-corrected {}", clock.source), clock.corrected_events});
      report.analysis.push_back(
          {fmt::format("identity-clock-ignored {}", clock.source), clock.ignored_events});
      if (clock.off.empty()) continue;
      const identity::SourceClocks::Off& first = clock.off.front();
      report.alarms["clock of " + clock.source] = fmt::format(
          "off by {} s{}, so what is said of log-ons there is not used; set the clock of what sends it "
          "(edgewatch status tells ICT which)",
          std::chrono::duration_cast<std::chrono::seconds>(first.offset).count(),
          clock.off.size() == 1 ? "" : fmt::format(" and at {} others", clock.off.size() - 1));
      for (const identity::SourceClocks::Off& each : clock.off) {
        if (!each.sender.empty()) report.clocks_off.push_back(each.sender);
      }
    }
    if (last_stamp_ != Timestamp::min()) report.last_event = last_stamp_;
  });
  const Timestamp now = wall_clock();
  if (last_heartbeat && now >= *last_heartbeat && now - *last_heartbeat < heartbeat_every) return;
  last_heartbeat = now;
  try {
    // It stands for watching: where nothing is captured there is none.
    if (unwritten_.empty() && !sensors_.empty()) session_.heartbeat(now);
  } catch (const store::StoreError& error) {
    spdlog::error("ledger: {}", error.what());
  }
}

void Watch::note_holdings() {
  if (!keeps_holdings_) return;
  const Timestamp now = wall_clock();
  auto all = std::make_shared<const std::vector<identity::Holding>>(pipeline_.tenancy().holdings(now));
  const std::lock_guard lock(holdings_mutex_);
  holdings_ = {std::move(all), now};
}

Holdings Watch::holdings() const {
  const std::lock_guard lock(holdings_mutex_);
  return holdings_;
}

void Watch::note(const model::Event& event) {
  if (!recorder_) return;
  recorder_->note(event);
  if (!recorder_->ok())
    health_.update([](HealthReport& report) { report.alarms["events file"] = "cannot be written"; });
}

void Watch::consume(const model::Event& event) {
  if (std::holds_alternative<net::FrameLoss>(event)) note(event);
  const auto* coverage = std::get_if<model::Coverage>(&event);
  if (coverage == nullptr || coverage->state == model::Coverage::State::gap) {
    pipeline_.consume(event);
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  coverage_.add(*coverage, now);
  for (const model::Coverage& row : coverage_.due(now)) pipeline_.consume(row);
}

void Watch::analyse() {
  StepDetector steps;
  std::optional<Timestamp> last_heartbeat;
  auto last_event = std::chrono::steady_clock::now();
  Beat beats(last_event);
  // Where nothing will come, whose addresses are is kept all the same, and kept as known.
  if (keeps_holdings_ && sensors_.empty()) last_stamp_ = wall_clock();
  const auto tell_step = [&] {
    const Duration step = steps.look();
    if (step == Duration(0)) return;
    spdlog::warn("the wall clock was set by {} s",
                 std::chrono::duration_cast<std::chrono::seconds>(step).count());
    const model::ClockStep event{wall_clock(), step};
    note(event);
    pipeline_.consume(event);
    if (step < Duration(0) && last_stamp_ != Timestamp::min()) last_stamp_ += step;  // as ticks go on
  };
  const auto take = [&](const model::Event& event) {
    take_new_policies(time_of(event));
    // Where stamps leap, the clock may have been set: that is told before anything by the new clock.
    if (last_stamp_ != Timestamp::min() && time_of(event) - last_stamp_ > leap) tell_step();
    consume(event);
    // A minute's coverage is stamped with its beginning, and comes when it is over.
    if (!std::holds_alternative<model::Coverage>(event)) last_stamp_ = std::max(last_stamp_, time_of(event));
  };
  while (!queue_.drained()) {
    last_round_ = std::chrono::steady_clock::now();
    auto batch = queue_.pop(beats.patience(last_round_.load()));
    const auto now = std::chrono::steady_clock::now();
    if (batch) merge_.add(std::move(*batch), now);
    const Timestamp before = last_stamp_;
    merge_.give(now, take);
    tell_tenancy();
    if (last_stamp_ != before) last_event = now;
    // Where nothing comes, time goes on all the same, but for what may still lie in a ring.
    if (now - last_event > idle_after) take_new_policies(wall_clock() - may_lie_in_ring);
    if (!beats.is_due(now)) continue;
    for (const model::Coverage& row : coverage_.due(now)) pipeline_.consume(row);
    tell_step();
    if (last_stamp_ != Timestamp::min())
      pipeline_.consume(model::Tick{last_stamp_ + std::chrono::floor<Duration>(now - last_event)});
    beat(last_heartbeat);
  }
  merge_.finish(take);
  for (const model::Coverage& row : coverage_.finish()) pipeline_.consume(row);
  const auto since_last = std::chrono::floor<Duration>(std::chrono::steady_clock::now() - last_event);
  pipeline_.finish(last_stamp_ == Timestamp::min() ? wall_clock() : last_stamp_ + since_last);
  last_heartbeat.reset();
  beat(last_heartbeat);
}

}  // namespace edgewatch::runtime
