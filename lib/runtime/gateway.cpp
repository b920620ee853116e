#include "gateway.hpp"

#include "edgewatch/enforce/gateway_connections.hpp"

#include "capabilities.hpp"
#include "clock.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <linux/capability.h>
#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 100ms;
constexpr auto look_every = 1s;
/// What is told late is lost with a kill, so that a long gap is told in parts.
constexpr auto longest_gap_row = 1min;

enforce::RulesetOptions rules_of(const config::Configuration& configuration) {
  enforce::RulesetOptions out;
  out.inside = configuration.settings.inside;
  out.exclude = configuration.settings.exclude;
  return out;
}

enforce::InspectorOptions inspector_options(const config::Settings& settings, enforce::Page page) {
  enforce::InspectorOptions out;
  out.hash_key = random_hash_key();
  out.answer_questions = true;
  out.page = std::move(page);
  out.refuse_quic = settings.gateway.refuse_quic;
  out.refuse_unparsable = settings.gateway.refuse_unparsable;
  return out;
}

GatewaySnapshot first_snapshot(const std::shared_ptr<const config::Configuration>& configuration) {
  auto tenancy = std::make_shared<const identity::Register>(configuration->people, configuration->assignments,
                                                            configuration->settings.topology);
  return {configuration, std::move(tenancy)};
}

}  // namespace

Gateway::Gateway(std::shared_ptr<const config::Configuration> configuration, Health& health,
                 std::optional<Timestamp> away_since)
    : health_(health),
      rules_(rules_of(*configuration)),
      queue_({rules_.open_queue, rules_.closed_queue}),
      next_(first_snapshot(configuration)),
      judge_(next_),
      inspector_(
          {[this](const model::Sighting& sighting) { return judge_.decide(sighting); },
           [this](const model::BypassSign& sign) { return judge_.decide(sign); }},
          inspector_options(configuration->settings,
                            [this](const model::Sighting& sighting) { return judge_.page(sighting); })),
      looked_(away_since.value_or(wall_clock())) {
  health_.update([&](HealthReport& report) {
    report.gateway.emplace();
    report.gateway->nft_has_queue = table_.nft_has_queue();
  });
  table_.apply(rules_);
  replace_closed(next_);
  queue_thread_ = std::thread([this] { serve(); });
  table_thread_ = std::thread([this] { look_after(); });
}

Gateway::~Gateway() { stop(); }

void Gateway::swap(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(mutex_);
  next_.configuration = std::move(configuration);
  policies_changed_ = true;
  changed_ = true;
}

void Gateway::swap(std::shared_ptr<const identity::Register> tenancy) {
  const std::lock_guard lock(mutex_);
  next_.tenancy = std::move(tenancy);
  changed_ = true;
}

GatewaySnapshot Gateway::snapshot() const {
  const std::lock_guard lock(mutex_);
  return next_;
}

std::vector<model::BlockCount> Gateway::take_blocks() {
  const std::lock_guard lock(mutex_);
  return std::exchange(blocks_, {});
}

std::vector<model::GatewayGap> Gateway::take_gaps() {
  const std::lock_guard lock(mutex_);
  return std::exchange(gaps_, {});
}

void Gateway::stop() {
  stopping_ = true;
  wake_.notify_all();
  if (table_thread_.joinable()) table_thread_.join();
  if (queue_thread_.joinable()) queue_thread_.join();
}

// The queue's thread.

void Gateway::serve() {
  keep_capabilities({CAP_NET_ADMIN});
  const auto judge = [this](const enforce::QueuedPacket& packet) {
    const enforce::PacketVerdict verdict = inspector_.inspect(wall_clock(), packet);
    note_refused();
    for (const enforce::Packet& reply : inspector_.take_replies()) sender_.send(reply);
    return verdict;
  };
  while (!stopping_) {
    try {
      queue_.serve(longest_wait, judge);
      take_snapshot();
      tell_blocks();
      tell_counts();
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
      health_.update([&](HealthReport& report) { report.alarms["gateway queue"] = error.what(); });
      std::this_thread::sleep_for(look_every);
    }
  }
  minute_ = minute_of(Timestamp::max());  // all that is left
  const std::lock_guard lock(mutex_);
  for (model::BlockCount& block : judge_.take_blocks(minute_)) blocks_.push_back(std::move(block));
}

/// Before the verdict: once the client is reset it may use its port again at once, and where the tracker held
/// the connection for open still, the next one would be taken for it.
void Gateway::note_refused() {
  try {
    enforce::note_over(inspector_.take_refused());
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());  // the queue's library knows no exceptions
  }
}

void Gateway::take_snapshot() {
  bool decides_anew = false;
  if (changed_.exchange(false)) {
    const std::lock_guard lock(mutex_);
    judge_.take(next_);
    decides_anew = std::exchange(policies_changed_, false);
  }
  if (decides_anew) reconsider();
}

void Gateway::reconsider() {
  const auto refused = inspector_.reconsider(
      wall_clock(), {[this](const model::Sighting& sighting) { return judge_.look(sighting); },
                     [this](const model::BypassSign& sign) { return judge_.look(sign); }});
  const std::size_t cut = enforce::cut(refused);
  health_.update([&](HealthReport& report) { report.gateway->cut += cut; });
}

/// With each new minute: what was attempted in those before, and what the hour refuses by now.
void Gateway::tell_blocks() {
  const UtcMinute now = minute_of(wall_clock());
  if (now == minute_) return;
  minute_ = now;
  {
    const std::lock_guard lock(mutex_);
    for (model::BlockCount& block : judge_.take_blocks(now)) blocks_.push_back(std::move(block));
  }
  if (depends_on_time(judge_.snapshot().configuration->policies.rules)) reconsider();
}

void Gateway::tell_counts() {
  const auto now = std::chrono::steady_clock::now();
  if (now - counts_told_ < look_every) return;
  counts_told_ = now;
  health_.update([&](HealthReport& report) { report.gateway->inspector = inspector_.counts(); });
}

// The table's thread.

void Gateway::look_after() {
  keep_capabilities({CAP_NET_ADMIN});
  while (!stopping_) {
    try {
      look_after_once();
      health_.update([](HealthReport& report) { report.alarms.erase("gateway"); });
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
      health_.update([&](HealthReport& report) { report.alarms["gateway"] = error.what(); });
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, look_every, [this] { return stopping_.load(); });
  }
  try {
    note_gap(table_.take_traffic(), wall_clock());
    end_gap();
    table_.remove();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
}

void Gateway::look_after_once() {
  if (!table_.is_whole()) {
    spdlog::warn("gateway: our rules were not as they should be in the kernel, so they are put there anew");
    table_.apply(rules_);
    closed_.clear();
    health_.update([](HealthReport& report) { ++report.gateway->repaired; });
  }
  replace_closed(snapshot());
  const enforce::GatewayTraffic traffic = table_.take_traffic();
  health_.update([&](HealthReport& report) {
    report.gateway->queued += traffic.queued;
    report.gateway->unjudged += traffic.unjudged;
    report.gateway->refused += traffic.refused;
    report.gateway->invalid += traffic.invalid;
  });
  note_gap(traffic, wall_clock());
}

/// A gap lasts from look to look, as long as each finds packets that passed.
void Gateway::note_gap(const enforce::GatewayTraffic& traffic, Timestamp now) {
  const Timestamp before = std::min(std::exchange(looked_, now), now);
  if (traffic.unjudged == 0) return end_gap();
  if (!gap_) gap_ = model::GatewayGap{{before, now}, 0, 0};
  gap_->interval.to = std::max(gap_->interval.from, now);
  gap_->queued += traffic.queued;
  gap_->passed += traffic.unjudged;
  if (gap_->interval.to - gap_->interval.from > longest_gap_row) end_gap();
}

void Gateway::end_gap() {
  if (!gap_) return;
  spdlog::warn("gateway: {} of {} packets passed without a verdict from {} to {}", gap_->passed, gap_->queued,
               format_rfc3339(gap_->interval.from), format_rfc3339(gap_->interval.to));
  const std::lock_guard lock(mutex_);
  gaps_.push_back(*gap_);
  gap_.reset();
}

void Gateway::replace_closed(const GatewaySnapshot& snapshot) {
  net::NetworkSet closed = closed_clients(snapshot, wall_clock());
  if (closed == closed_) return;
  table_.replace_closed(closed);
  closed_ = std::move(closed);
  health_.update([&](HealthReport& report) { report.gateway->closed = closed_.size(); });
}

}  // namespace edgewatch::runtime
