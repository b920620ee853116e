#include "gateway.hpp"

#include "edgewatch/enforce/gateway_connections.hpp"

#include "capabilities.hpp"
#include "clock.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <tuple>
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
/// Others may change rules of their own many times a second.
constexpr auto least_between_looks = 20ms;
/// Until whoever tells who has which address was read again.
constexpr auto identity_patience = 10s;

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

/// The inspector's stamps are of the clock that nobody sets; rules, hours and holders go by the wall's.
template <class Seen>
Seen by_the_wall(const Seen& seen) {
  Seen out = seen;
  out.at = wall_clock();
  return out;
}

GatewaySnapshot first_snapshot(const std::shared_ptr<const config::Configuration>& configuration) {
  auto tenancy = std::make_shared<const identity::Register>(configuration->people, configuration->assignments,
                                                            configuration->settings.topology);
  return {configuration, std::move(tenancy)};
}

}  // namespace

Gateway::Gateway(const std::shared_ptr<const config::Configuration>& configuration, Health& health,
                 std::optional<Timestamp> away_since)
    : health_(health),
      rules_(rules_of(*configuration)),
      queues_{rules_.open_queue, rules_.closed_queue, rules_.syn_queue},
      queue_(std::make_unique<enforce::GatewayQueue>(queues_)),
      next_(first_snapshot(configuration)),
      judge_(next_),
      inspector_({[this](const model::Sighting& sighting) { return judge_.decide(by_the_wall(sighting)); },
                  [this](const model::BypassSign& sign) { return judge_.decide(by_the_wall(sign)); }},
                 inspector_options(
                     configuration->settings,
                     [this](const model::Sighting& sighting) { return judge_.page(by_the_wall(sighting)); })),
      looked_(away_since.value_or(wall_clock())) {
  health_.update([&](HealthReport& report) {
    report.gateway.emplace();
    report.gateway->nft_has_queue = table_.nft_has_queue();
  });
  waiting_ = closed_clients(next_, wall_clock()).networks;
  found_rules_ = table_.is_there();
  table_.apply(rules_, waiting_);
  enforce::forget_refused_datagrams();
  if (!found_rules_ && away_since) note_lost_rules(wall_clock());
  replace_closed(next_);
  queue_thread_ = std::thread([this] { serve(); });
  table_thread_ = std::thread([this] { look_after(); });
}

/// Where it did not come to stop(), the start failed: what a gateway before it left stays there.
Gateway::~Gateway() { stop(found_rules_ ? Then::another_start : Then::nothing); }

void Gateway::swap(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(mutex_);
  next_.configuration = std::move(configuration);
  policies_changed_ = true;
  changed_ = true;
}

void Gateway::swap(std::shared_ptr<const identity::Register> tenancy) {
  note_holders(*tenancy);
  const std::lock_guard lock(mutex_);
  next_.tenancy = std::move(tenancy);
  // What was let pass since we came, for want of knowing whose it was.
  people_changed_ = people_changed_ || is_settling();
  tenancy_told_ = true;
  changed_ = true;
}

/// Whoever has got an address, or is known to have it only now, has his connections judged by what holds for
/// him: one that was let through may go on for hours.
void Gateway::note_holders(const identity::Register& tenancy) {
  if (!speaks_of_people(snapshot().configuration->policies.rules)) return;
  std::vector<identity::Holding> now = tenancy.holdings(wall_clock());
  std::vector<identity::Holding> different;
  const auto before = [](const identity::Holding& one, const identity::Holding& other) {
    return std::tie(one.address, one.person.text()) < std::tie(other.address, other.person.text());
  };
  std::ranges::set_symmetric_difference(holders_, now, std::back_inserter(different), before);
  holders_ = std::move(now);
  const std::lock_guard lock(mutex_);
  for (const identity::Holding& each : different) changed_hands_.insert(each.address);
}

/// Who has which address is not all known again.
bool Gateway::is_settling() const {
  return !tenancy_told_ || std::chrono::steady_clock::now() - began_ < identity_patience;
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

void Gateway::stop(Then then) {
  if (then == Then::another_start) rules_stay_ = true;
  stopping_ = true;
  if (table_thread_.joinable()) table_thread_.join();
  if (queue_thread_.joinable()) queue_thread_.join();
}

// The queue's thread.

void Gateway::serve() {
  keep_capabilities({CAP_NET_ADMIN});
  bool fails = false;
  while (!stopping_) {
    try {
      if (!queue_) queue_ = std::make_unique<enforce::GatewayQueue>(queues_);
      queue_->serve(longest_wait, [this](const enforce::QueuedPacket& packet) { return judge(packet); });
      take_snapshot();
      tell_blocks();
      tell_counts();
      if (std::exchange(fails, false))
        health_.update([](HealthReport& report) { report.alarms.erase("gateway queue"); });
    } catch (const std::exception& error) {
      fails = true;
      queue_.reset();
      spdlog::error("{}", error.what());
      health_.update([&](HealthReport& report) { report.alarms["gateway queue"] = error.what(); });
      std::this_thread::sleep_for(look_every);
    }
  }
  minute_ = minute_of(Timestamp::max());  // all that is left
  const std::lock_guard lock(mutex_);
  for (model::BlockCount& block : judge_.take_blocks(minute_)) blocks_.push_back(std::move(block));
  if (rules_stay_) queue_.reset();  // a queue that nobody reads would hold back what an open rule lets pass
}

enforce::PacketVerdict Gateway::judge(const enforce::QueuedPacket& packet) {
  if (packet.waits && is_settling() && !is_known(packet)) return enforce::PacketVerdict::answer;
  const enforce::PacketVerdict verdict = inspector_.inspect(unstepped_clock(), packet);
  note_refused();
  bool are_sent = true;
  for (const enforce::Packet& reply : inspector_.take_replies()) are_sent = sender_.send(reply) && are_sent;
  if (are_sent) return verdict;
  // Routes or rules of the machine's own keep it back: better a plain refusal than silence.
  ++unsent_;
  return verdict == enforce::PacketVerdict::answer_end ? enforce::PacketVerdict::refuse
                                                       : enforce::PacketVerdict::refuse_packet;
}

/// Of a packet that waits for a verdict because a daemon before us said so: whether we know by now why, or
/// whose it is. Until then it is held back, as it was while there was none.
bool Gateway::is_known(const enforce::QueuedPacket& packet) const {
  const bool v4 = !packet.ip.empty() && packet.ip[0] >> 4U == 4;
  const std::size_t at = v4 ? 12 : 8;  // RFC 791 section 3.1, RFC 8200 section 3
  const std::size_t size = v4 ? 4 : 16;
  if (packet.ip.size() < at + size) return false;
  const auto address = net::IpAddress::from_bytes(packet.ip.subspan(at, size));
  return address && (net::contains(waiting_, *address) ||
                     judge_.snapshot().tenancy->attribute({*address, packet.sender, 0}, wall_clock()).person);
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
  bool all = false;
  std::set<net::IpAddress> changed_hands;
  if (changed_.exchange(false)) {
    const std::lock_guard lock(mutex_);
    judge_.take(next_);
    if (is_settling()) waiting_ = closed_clients(next_, wall_clock()).networks;
    if (std::exchange(policies_changed_, false)) {
      all = true;
      inspector_.forget_refusals();
    }
    all = std::exchange(people_changed_, false) || all;
    changed_hands = std::exchange(changed_hands_, {});
  }
  if (all)
    reconsider([](const net::IpAddress&) { return true; });
  else if (!changed_hands.empty())
    reconsider([&](const net::IpAddress& client) { return changed_hands.contains(client); });
}

void Gateway::reconsider(const enforce::Concerns& concerns) {
  const auto refused = inspector_.reconsider(
      unstepped_clock(),
      {[this](const model::Sighting& sighting) { return judge_.look(by_the_wall(sighting)); },
       [this](const model::BypassSign& sign) { return judge_.look(by_the_wall(sign)); }},
      concerns);
  try {
    const std::size_t cut = enforce::cut(refused);
    enforce::release(inspector_.take_lifted());
    if (cut > 0) health_.update([&](HealthReport& report) { report.gateway->cut += cut; });
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
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
  if (!depends_on_time(judge_.snapshot().configuration->policies.rules)) return;
  inspector_.forget_refusals();
  reconsider([](const net::IpAddress&) { return true; });
}

void Gateway::tell_counts() {
  const auto now = std::chrono::steady_clock::now();
  if (now - counts_told_ < look_every) return;
  counts_told_ = now;
  health_.update([&](HealthReport& report) {
    report.gateway->inspector = inspector_.counts();
    report.gateway->unsent = unsent_;
  });
}

// The table's thread.

void Gateway::look_after() {
  keep_capabilities({CAP_NET_ADMIN});
  while (!stopping_) {
    const auto looked = std::chrono::steady_clock::now();
    try {
      look_after_once();
      health_.update([](HealthReport& report) { report.alarms.erase("gateway"); });
    } catch (const std::exception& error) {
      spdlog::error("{}", error.what());
      health_.update([&](HealthReport& report) { report.alarms["gateway"] = error.what(); });
      std::this_thread::sleep_until(looked + longest_wait);
    }
    bool changed = false;
    while (!stopping_ && !changed && std::chrono::steady_clock::now() - looked < look_every)
      changed = table_.wait_for_change(longest_wait);
    std::this_thread::sleep_until(looked + least_between_looks);
  }
  try {
    note_gap(table_.take_traffic(), wall_clock());
    end_gap();
    if (!rules_stay_) table_.remove();
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
}

void Gateway::look_after_once() {
  if (!table_.is_whole()) {
    table_.apply(rules_, closed_);
    only_these_ = false;
    note_lost_rules(wall_clock());
    spdlog::warn("gateway: our rules were not as they should be in the kernel, and were put there anew");
    health_.update([](HealthReport& report) { ++report.gateway->repaired; });
  }
  replace_closed(snapshot());
  const enforce::GatewayTraffic traffic = table_.take_traffic();
  const enforce::TrackerRoom tracker = enforce::tracker_room();
  health_.update([&](HealthReport& report) {
    report.gateway->tracked = tracker.used;
    report.gateway->tracked_most = tracker.most;
    report.gateway->queued += traffic.queued;
    report.gateway->unjudged += traffic.unjudged;
    report.gateway->refused += traffic.refused;
    report.gateway->invalid += traffic.invalid;
  });
  note_gap(traffic, wall_clock());
}

/// What passed then nobody counted: a gap of no packets says so.
void Gateway::note_lost_rules(Timestamp now) {
  end_gap();
  const Timestamp before = std::min(std::exchange(looked_, now), now);
  const std::lock_guard lock(mutex_);
  gaps_.push_back({{before, now}, 0, 0});
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
  ClosedClients now = closed_clients(snapshot, wall_clock());
  net::NetworkSet& closed = now.networks;
  health_.update([&](HealthReport& report) { report.gateway->closed_nowhere = now.people_nowhere; });
  const bool settling = is_settling();
  if (closed == closed_ && (only_these_ || settling)) return;
  settling ? table_.add_closed(closed) : table_.replace_closed(closed);
  if (settling) {
    net::NetworkSet more = closed;
    std::erase_if(
        more, [&](const net::Network& each) { return std::ranges::find(closed_, each) != closed_.end(); });
    enforce::forget_settled(more);
  }
  only_these_ = !settling;
  closed_ = std::move(closed);
  health_.update([&](HealthReport& report) { report.gateway->closed = closed_.size(); });
}

bool Gateway::has_left_rules() {
  try {
    const enforce::RulesetOptions ours;
    const enforce::GatewayQueue nobody_listens({ours.open_queue, ours.closed_queue, ours.syn_queue});
    return enforce::GatewayTable().is_there();
  } catch (const std::exception&) {
    return false;  // a gateway runs, or we have no right to what one may have left
  }
}

void Gateway::take_away_left_rules() {
  if (!has_left_rules()) return;
  try {
    enforce::GatewayTable().remove();
    spdlog::warn(
        "gateway: the rules of a daemon that was killed were still in the kernel, and are taken away");
  } catch (const std::exception& error) {
    spdlog::error("{}", error.what());
  }
}

}  // namespace edgewatch::runtime
