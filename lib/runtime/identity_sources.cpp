#include "identity_sources.hpp"

#include "clock.hpp"
#include "listen_address.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// An idle source tells its time so often, so that no capture thread waits for it (EventMerge).
constexpr auto tick_every = 100ms;
constexpr auto tell_every = 1s;
constexpr auto clean_every = 1h;
/// A source that says nothing for so long is said to be silent; domain controllers and access servers are
/// heard at night, lease files change with every renewal.
constexpr auto silent_after = 24h;

/// Where the clock was set back, at once.
bool is_due(Timestamp at, Timestamp last, Duration every) { return at < last || at - last >= every; }

constexpr std::string_view not_written = "could not be written down";

}  // namespace

IdentitySources::IdentitySources(const config::Configuration& configuration, std::size_t thread,
                                 EventQueue& queue, Health& health)
    : thread_(thread),
      queue_(queue),
      health_(health),
      radius_clients_(configuration.settings.radius_clients),
      senders_(configuration.settings.identity.syslog_senders),
      radius_sessions_(configuration.settings.identity.service_accounts),
      logon_rules_(configuration.settings.identity.service_accounts, configuration.computers),
      timer_(context_) {
  const config::IdentitySources& sources = configuration.settings.identity;
  began_ = cleaned_ = wall_clock();
  if (sources.spool) {
    spool_ = std::make_unique<TenancySpool>(*sources.spool, began_);
    restored_ = spool_->take_restored();
    for (const model::TenancyEvent& event : restored_) {
      radius_sessions_.restore(event);
      logon_rules_.restore(event);
      recorded_ = std::max(recorded_, event.recorded_at);
      if (event.source != model::TenancyEvent::Source::dhcp || !event.address) continue;
      before_.held.erase(*event.address);
      if (event.kind == model::TenancyEvent::Kind::lease && event.mac)
        before_.held[*event.address] = {*event.mac, event.valid.from, event.valid.to};
    }
    if (!spool_->problem().empty()) spdlog::error("identity spool: {}", spool_->problem());
  }
  for (const config::LeaseFile& file : sources.lease_files) {
    static_cast<void>(add_source(fmt::format("{} {}", to_string(file.format), file.file.string())));
    leases_.emplace_back(file);
  }
  listen(configuration.settings);
  tell(began_);
}

IdentitySources::~IdentitySources() {
  context_.stop();
  if (runner_.joinable()) runner_.join();
}

void IdentitySources::listen(const config::Settings& settings) {
  const config::IdentitySources& sources = settings.identity;
  if (sources.radius_listen) {
    const std::size_t source = add_source("radius " + to_string(*sources.radius_listen));
    radius_ = std::make_unique<RadiusListener>(
        context_, *sources.radius_listen, radius_clients_,
        [this, source](const auto& said, const net::IpAddress& sender) {
          return take_radius(source, said, sender);
        },
        [this, source](std::string_view reason) { count(source, reason); });
  }
  for (const config::SyslogListener& how : sources.syslog_listeners) {
    const std::size_t source =
        add_source(fmt::format("syslog {} {}", to_string(how.transport), to_string(how.at)));
    syslog_.push_back(
        SyslogListener::open(context_, how,
                             {[this](const net::IpAddress& sender) { return listed(sender) != nullptr; },
                              [this, source](std::string_view message, const net::IpAddress& sender) {
                                take_syslog(source, message, sender);
                              },
                              [this, source](std::string_view reason) { count(source, reason); }}));
  }
}

void IdentitySources::start() {
  tick();
  runner_ = std::thread([this] { context_.run(); });
}

void IdentitySources::stop() {
  context_.stop();
  if (runner_.joinable()) runner_.join();
  tell(wall_clock());
  queue_.push({thread_, std::exchange(waiting_, {}), Timestamp::max()});
}

void IdentitySources::swap(const std::shared_ptr<const config::Configuration>& configuration) {
  boost::asio::post(context_,
                    [this, configuration] { logon_rules_.set_computers(configuration->computers); });
}

void IdentitySources::tick() {
  const Timestamp at = wall_clock();
  look_at_leases(at);
  release_forgotten(at);
  keep_house(at);
  if (is_due(at, told_at_, tell_every)) tell(at);
  queue_.push({thread_, std::exchange(waiting_, {}), std::max(recorded_, at)});
  timer_.expires_after(tick_every);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

void IdentitySources::look_at_leases(Timestamp at) {
  const auto moment = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < leases_.size(); ++i) {
    LeaseFollower& follower = leases_[i];
    auto changes = follower.look(at, moment);
    IdentityHealth& own = told_[i];
    if (own.error != follower.error()) {
      own.error = follower.error();
      if (!own.error.empty()) spdlog::error("identity: lease file {}", own.error);
    }
    if (changes.empty()) continue;
    own.last = at;
    own.received += changes.size();
    own.holds = {{"leases", follower.table().held.size()},
                 {"leases without MAC", follower.table().without_mac},
                 {"unreadable lines", follower.table().unreadable}};
    const std::size_t many = changes.size();
    if (give(std::move(changes))) {
      own.taken += many;
    } else {
      own.refused[std::string(not_written)] += many;
    }
  }
}

/// A lease that was given back while the daemon did not run stands in no file.
void IdentitySources::release_forgotten(Timestamp at) {
  if (before_.held.empty() || !std::ranges::all_of(leases_, &LeaseFollower::began)) return;
  LeaseTable still;
  for (const LeaseFollower& follower : leases_) {
    for (const auto& [address, lease] : follower.table().held) still.held.try_emplace(address, lease);
  }
  auto changes = lease_changes(before_, still, at);
  std::erase_if(changes, [](const auto& each) { return each.kind != model::TenancyEvent::Kind::release; });
  if (give(std::move(changes))) before_ = {};
}

void IdentitySources::keep_house(Timestamp at) {
  static_cast<void>(give(radius_sessions_.silent(at)));
  if (!spool_ || !is_due(at, cleaned_, clean_every)) return;
  cleaned_ = at;
  spool_->compact(at);
}

bool IdentitySources::take_radius(std::size_t source, const wire::radius::Accounting& said,
                                  const net::IpAddress& sender) {
  auto outcome = radius_sessions_.take(said, sender, wall_clock());
  if (!give(std::move(outcome.events))) {
    count(source, not_written);
    return false;
  }
  count(source, outcome.refusal);
  return true;
}

const config::SyslogSender* IdentitySources::listed(const net::IpAddress& sender) const {
  const auto found =
      std::ranges::find_if(senders_, [&](const auto& each) { return each.from.contains(sender); });
  return found == senders_.end() ? nullptr : &*found;
}

void IdentitySources::take_syslog(std::size_t source, std::string_view message,
                                  const net::IpAddress& sender) {
  const Timestamp at = wall_clock();
  const config::SyslogSender* who = listed(sender);
  if (who == nullptr) return count(source, "sender is not listed");
  const auto syslog = parse_syslog(message, at);
  if (!syslog) return count(source, "no syslog");
  const auto event = parse_windows_event(*syslog, at);
  if (!event) return count(source, "no Windows event");
  auto outcome = logon_rules_.judge(*event, who->role, sender, at);
  count(source, give(std::move(outcome.events)) ? outcome.refusal : not_written);
}

/// Into the spool first: what is not written down would be forgotten by a restart, and a replay would differ.
bool IdentitySources::give(std::vector<model::TenancyEvent> events) {
  std::erase_if(events, [](const auto& event) { return event.valid.from >= event.valid.to; });
  if (events.empty()) return true;
  for (model::TenancyEvent& event : events)
    event.recorded_at = recorded_ = std::max(recorded_, event.recorded_at);
  if (spool_ && !spool_->append(events)) {
    health_.update([&](HealthReport& report) { report.alarms["identity spool"] = spool_->problem(); });
    return false;
  }
  waiting_.insert(waiting_.end(), std::make_move_iterator(events.begin()),
                  std::make_move_iterator(events.end()));
  return true;
}

std::size_t IdentitySources::add_source(std::string name) {
  told_.push_back({std::move(name), 0, 0, {}, {}, {}, {}});
  return told_.size() - 1;
}

void IdentitySources::count(std::size_t source, std::string_view refusal) {
  IdentityHealth& own = told_[source];
  own.last = wall_clock();
  ++own.received;
  if (refusal.empty()) {
    ++own.taken;
  } else {
    ++own.refused[std::string(refusal)];
  }
}

void IdentitySources::tell(Timestamp at) {
  told_at_ = at;
  health_.update([&](HealthReport& report) {
    report.identity = told_;
    if (spool_ && spool_->problem().empty()) {
      report.alarms.erase("identity spool");
    } else if (spool_) {
      report.alarms["identity spool"] = spool_->problem();
    }
    for (const IdentityHealth& source : told_) {
      const std::string key = "identity " + source.name;
      if (!source.error.empty()) {
        report.alarms[key] = "cannot be read: " + source.error;
      } else if (at - source.last.value_or(began_) > silent_after) {
        report.alarms[key] = "nothing has come for over a day; who holds an address may be out of date";
      } else {
        report.alarms.erase(key);
      }
    }
  });
}

}  // namespace edgewatch::runtime
