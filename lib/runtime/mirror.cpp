#include "mirror.hpp"

#include "clock.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// A frame that waited longer is of a connection that is elsewhere by now.
constexpr Duration too_late = 1s;
constexpr auto look_at_port_every = 1s;

enforce::MirrorOptions options_of(const config::Settings& settings, const net::MacAddress& ours) {
  enforce::MirrorOptions out;
  out.hash_key = random_hash_key();
  out.inside = settings.inside;
  out.exclude = settings.exclude;
  out.ours = ours;
  return out;
}

GatewaySnapshot first_snapshot(std::shared_ptr<const config::Configuration> configuration) {
  auto tenancy = std::make_shared<const identity::Register>(configuration->people, configuration->assignments,
                                                            configuration->settings.topology);
  return {std::move(configuration), std::move(tenancy)};
}

/// Empty where something can be sent.
std::string trouble_of(enforce::MirrorPort::State state, int failed_by) {
  using Port = enforce::MirrorPort::State;
  if (state == Port::gone) return "it is not there";
  if (state == Port::down) return "it is down";
  if (state == Port::another) return "what has its name now is no Ethernet interface";
  return failed_by == 0 ? "" : std::strerror(failed_by);
}

void add(enforce::MirrorCounts& sum, const enforce::MirrorCounts& more) {
  for (const auto member :
       {&enforce::MirrorCounts::reset, &enforce::MirrorCounts::cut, &enforce::MirrorCounts::answered,
        &enforce::MirrorCounts::went_on, &enforce::MirrorCounts::forged, &enforce::MirrorCounts::frames,
        &enforce::MirrorCounts::unproven, &enforce::MirrorCounts::damaged,
        &enforce::MirrorCounts::unanswerable, &enforce::MirrorCounts::unsent,
        &enforce::MirrorCounts::over_share, &enforce::MirrorCounts::quic, &enforce::MirrorCounts::evicted})
    sum.*member += more.*member;
  sum.names.allowed += more.names.allowed;
  sum.names.refused += more.names.refused;
}

}  // namespace

/// Decides on its thread by a snapshot of its own, so that no frame waits for a lock.
class Mirror::Eye final : public FrameEye {
 public:
  Eye(Mirror& mirror, std::size_t number)
      : mirror_(mirror),
        number_(number),
        state_(mirror.state()),
        judge_(state_.snapshot),
        inspector_([this](const model::Sighting& sighting) { return judge_.look(sighting); },
                   [this](const auto& client, const auto& frames) {
                     return mirror_.send(client, frames, captured_);
                   },
                   [this](const model::Sighting& sighting) { mirror_.note(sighting); }, mirror.options_) {}

  void see(const net::Frame& frame) override {
    captured_ = frame.at;
    inspector_.see(frame);
  }

  void look_after() override {
    const Timestamp now = wall_clock();
    bool decides_anew = false;
    if (mirror_.number_ != state_.number) {
      State next = mirror_.state();
      decides_anew = next.policies != state_.policies;
      state_ = std::move(next);
      judge_.take(state_.snapshot);
    }
    // What the hour refuses by now.
    if (minute_of(now) != std::exchange(minute_, minute_of(now)))
      decides_anew |= depends_on_time(state_.snapshot.configuration->policies.rules);
    if (decides_anew) inspector_.reconsider();
    mirror_.look_after_port();
    mirror_.tell(number_, inspector_.counts());
  }

 private:
  Mirror& mirror_;
  std::size_t number_;
  State state_;
  GatewayJudge judge_;
  enforce::MirrorInspector inspector_;
  Timestamp captured_{};  ///< the frame that is looked at
  UtcMinute minute_{};
};

Mirror::Mirror(const std::shared_ptr<const config::Configuration>& configuration, Health& health)
    : health_(health),
      interface_(configuration->settings.mirror_inject),
      port_(interface_),
      options_(options_of(configuration->settings, port_.address())),
      state_{first_snapshot(configuration)},
      judge_(state_.snapshot, "mirror") {
  health_.update([&](HealthReport& report) { report.mirror.emplace().interface = interface_; });
}

Mirror::~Mirror() = default;

void Mirror::swap(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(mutex_);
  state_.snapshot.configuration = std::move(configuration);
  ++state_.policies;
  number_ = ++state_.number;
  judge_.take(state_.snapshot);
}

void Mirror::swap(std::shared_ptr<const identity::Register> tenancy) {
  const std::lock_guard lock(mutex_);
  state_.snapshot.tenancy = std::move(tenancy);
  number_ = ++state_.number;
  judge_.take(state_.snapshot);
}

Mirror::State Mirror::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::vector<model::BlockCount> Mirror::take_blocks() {
  const std::lock_guard lock(mutex_);
  return judge_.take_blocks(minute_of(stopped_ ? Timestamp::max() : wall_clock()));
}

std::unique_ptr<FrameEye> Mirror::eye() {
  std::size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = counts_.size();
    counts_.emplace_back();
  }
  return std::make_unique<Eye>(*this, number);
}

void Mirror::stop(Then /*then*/) {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

enforce::MayBeSent Mirror::send(const net::IpAddress& client, const std::vector<enforce::Packet>& frames,
                                Timestamp captured) {
  using enforce::MayBeSent;
  const Duration waited = std::max(Duration(0), wall_clock() - captured);
  if (waited > too_late) return MayBeSent::no;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return MayBeSent::no;
    const auto now = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started_);
    if (const MayBeSent may = budget_.take(client, frames.size(), now); may != MayBeSent::yes) return may;
    ++delays_.count;
    delays_.sum += waited;
    delays_.longest = std::max(delays_.longest, waited);
  }
  const bool sent =
      std::ranges::all_of(frames, [&](const enforce::Packet& frame) { return port_.send(frame); });
  failed_by_ = sent ? 0 : errno;
  return sent ? MayBeSent::yes : MayBeSent::no;
}

/// An interface that was taken away and made anew is sent by again. Frames keep the address of the first: a
/// switch that learned it will find us there.
void Mirror::look_after_port() {
  using Port = enforce::MirrorPort::State;
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - port_looked_at_ < look_at_port_every) return;
    port_looked_at_ = now;
  }
  Port state = port_.state();
  if (state == Port::another) {
    state = port_.bind_again();
    failed_by_ = 0;
  }
  const std::string trouble = trouble_of(state, failed_by_);
  health_.update([&](HealthReport& report) {
    if (trouble.empty()) {
      report.alarms.erase("mirror");
    } else {
      report.alarms["mirror"] = fmt::format("nothing can be sent from {}: {}", interface_, trouble);
    }
  });
}

void Mirror::note(const model::Sighting& stopped) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(judge_.decide(stopped));
}

void Mirror::tell(std::size_t eye, const enforce::MirrorCounts& counts) {
  enforce::MirrorCounts sum;
  MirrorDelays delays;
  {
    const std::lock_guard lock(mutex_);
    counts_.at(eye) = counts;
    for (const enforce::MirrorCounts& each : counts_) add(sum, each);
    delays = delays_;
  }
  health_.update([&](HealthReport& report) {
    report.mirror->counts = sum;
    report.mirror->delays = delays;
  });
}

}  // namespace edgewatch::runtime
