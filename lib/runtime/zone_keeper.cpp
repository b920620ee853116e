#include "zone_keeper.hpp"

#include "edgewatch/enforce/response_policy_zone.hpp"

#include "atomic_file.hpp"
#include "clock.hpp"
#include "run_command.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Canaries = ZoneNames::Canaries;

constexpr auto look_every = 500ms;
constexpr auto after_failure = 5000ms;
/// People who log on come by the dozen.
constexpr auto gather_for = 1s;
/// A resolver answers nobody while it reads anew: one that takes long does so no more often.
constexpr auto long_reload = 1s;
constexpr auto between_long_reloads = 30s;
/// Unbound's command ends before its reload, so that what it took says nothing: 0.6 s for 50,000 names, 15.6
/// s for a million (1.17, one core).
constexpr std::uint64_t many_names = 75'000;
constexpr auto reload_patience = 60s;
constexpr auto farewell_patience = 10s;

constexpr const char* everybody = "edgewatch.rpz";
constexpr const char* unbound_file = "unbound.conf";
constexpr const char* bind_file = "bind.conf";
constexpr const char* serial_file = "serial";

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The same for the same lines in every run; it tells nobody who they are about.
std::string zone_of(const std::string& lines) {
  return fmt::format("edgewatch-{:016x}.rpz", siphash({}, bytes_of(lines)));
}

bool is_zone_before(const std::string& file) {
  return file.starts_with("edgewatch-") && file.ends_with(".rpz");
}

/// What a kill left half made (AtomicFile).
bool is_draft(const std::string& file) {
  const std::size_t dot = file.rfind('.');
  if (dot == file.npos) return false;
  const std::string of = file.substr(0, dot);
  return of == everybody || of == unbound_file || of == bind_file || of == serial_file || is_zone_before(of);
}

/// BIND reads no file that is dated before its last reading, so where the clock was set back since then a
/// file is dated behind that.
constexpr auto behind_that = 1h;
/// Of another run it is known when it last wrote; what it had read then it read soon afterwards.
constexpr auto read_soon = 1min;

Timestamp time_of(std::uint32_t serial) { return Timestamp(std::chrono::seconds(serial)); }

std::optional<std::uint32_t> read_serial(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::uint32_t serial = 0;
  return in >> serial ? std::optional(serial) : std::nullopt;
}

}  // namespace

ZoneKeeper::ZoneKeeper(std::shared_ptr<const config::Configuration> configuration, AskHoldings holdings,
                       Health& health)
    : settings_(configuration->settings.zones),
      holdings_(std::move(holdings)),
      health_(health),
      next_(std::move(configuration)),
      serial_(read_serial(settings_.folder / serial_file)) {
  if (serial_) read_by_ = time_of(*serial_) + read_soon;
  health_.update([&](HealthReport& report) { report.zones.emplace().folder = settings_.folder.string(); });
  thread_ = std::thread([this] { run(); });
}

ZoneKeeper::~ZoneKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void ZoneKeeper::swap(std::shared_ptr<const config::Configuration> configuration) {
  const std::lock_guard lock(mutex_);
  next_ = std::move(configuration);
}

void ZoneKeeper::run() {
  const auto tried = [this](auto step) {
    try {
      step();
      return true;
    } catch (const std::exception& error) {
      // What is there stays there; it is tried again.
      const std::string text = fmt::format("cannot be written: {}", error.what());
      health_.update([&](HealthReport& report) {
        std::string& alarm = report.alarms["zones"];
        if (alarm != text) spdlog::error("zones: {}", text);
        alarm = text;
      });
      return false;
    }
  };
  while (!stopping_) {
    const auto rest = tried([this] { look(); }) ? look_every : after_failure;
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, rest, [this] { return stopping_.load(); });
  }
  static_cast<void>(tried([this] { farewell(); }));
}

void ZoneKeeper::look() {
  {
    const std::lock_guard lock(mutex_);
    if (next_) {
      configuration_ = std::exchange(next_, nullptr);
      names_.reset();
      zones_are_right_ = false;
    }
  }
  forget_if_gone();
  const Holdings holdings = holdings_();
  if (!holdings.all) return;
  const Timestamp now = wall_clock();
  if (auto lines = policy::in_force(configuration_->policies.rules, now); lines != in_force_) {
    in_force_ = std::move(lines);
    zones_are_right_ = false;
  }
  const Plan wanted = plan(now, *holdings.all);
  const bool is_right = zones_are_right_ && map_text(wanted) == map_written_;
  if (is_right && !reload_is_due_) {
    changed_since_.reset();
    return tell_right(holdings.as_of);
  }
  if (!may_publish(Clock::now())) return;
  if (!is_right) publish(wanted, now);
  tell_right(holdings.as_of);
  changed_since_.reset();
  if (!reload_is_due_) return;
  reload(stopping_);
  if (!reload_is_due_) remove_old_zones(wanted);
}

/// Whatever somebody else took away is made anew.
void ZoneKeeper::forget_if_gone() {
  const auto is_there = [this](const std::string& file) {
    return std::filesystem::exists(settings_.folder / file);
  };
  const auto zone_is_there = [&](const auto& zone) { return is_there(zone.first); };
  const bool maps_are_there = is_there(unbound_file) && (settings_.bind_view.empty() || is_there(bind_file));
  if (map_written_.empty() || (maps_are_there && std::ranges::all_of(written_, zone_is_there))) return;
  zones_are_right_ = false;
  written_.clear();
  map_written_.clear();
}

/// What is on the disk says what was known then.
void ZoneKeeper::tell_right(Timestamp as_of) {
  health_.update([&](HealthReport& report) {
    report.zones->right_as_of = as_of;
    report.alarms.erase("zones");
  });
}

bool ZoneKeeper::may_publish(Clock::time_point now) {
  if (!changed_since_) changed_since_ = now;
  const bool is_first = map_written_.empty();
  if (!is_first && now - *changed_since_ < gather_for) return false;
  if (!reload_began_) return true;
  std::uint64_t names = 0;
  for (const auto& [zone, written] : written_) names += written.names;
  const bool is_long = reload_took_ > long_reload || names > many_names;
  const Clock::duration least = is_long          ? Clock::duration(between_long_reloads)
                                : reload_is_due_ ? Clock::duration(after_failure)
                                                 : Clock::duration::zero();
  return now - *reload_began_ >= least;
}

ZoneKeeper::Plan ZoneKeeper::plan(Timestamp now, const std::vector<identity::Holding>& holdings) const {
  const policy::Clients clients(configuration_->policies.rules, now);
  Plan out;
  out.others = clients.somebody();
  const auto add = [&](const model::Attribution& who, const std::string& where) {
    const policy::Clients::Lines lines = clients.lines_about(who);
    if (lines.empty()) return;
    std::string zone = zone_of(clients.name_of(lines));
    out.before.try_emplace(zone, who);
    out.clients.push_back({net::Network::parse(where).value(), std::move(zone)});
  };
  std::set<std::string> single;
  for (const identity::Holding& holding : holdings) {
    if (!clients.speaks_of(holding.person)) continue;
    model::Attribution who;
    who.person = holding.person;
    who.address = holding.address;
    const std::string where = holding.address.to_string();
    single.insert(net::Network::parse(where).value().to_string());
    add(who, where);
  }
  for (const net::Network& network : clients.networks()) {
    const auto somebody = clients.somebody_in(network);
    const std::string where = network.to_string();
    if (somebody && !single.contains(where)) add(*somebody, where);
  }
  return out;
}

std::string ZoneKeeper::map_text(const Plan& plan) const {
  enforce::ResolverZones zones{settings_.folder.string(), everybody, {}, plan.clients};
  for (const auto& [zone, who] : plan.before) zones.before.push_back(zone);
  std::string out = enforce::unbound_include(zones);
  out += '\0';
  if (!settings_.bind_view.empty()) out += enforce::bind_include(zones, settings_.bind_view.string());
  return out;
}

/// Zones first, so that the map never names one that is not there.
void ZoneKeeper::publish(const Plan& plan, Timestamp now) {
  if (!names_) names_ = std::make_unique<const ZoneNames>(configuration_->policies);
  raise_serial(now);
  if (!zones_are_right_) {
    write_zone(everybody,
               [&](const ZoneNames::Take& take) { names_->tell(plan.others, now, Canaries::refused, take); });
  }
  for (const auto& [zone, who] : plan.before) {
    if (zones_are_right_ && written_.contains(zone)) continue;
    write_zone(zone, [&, who = &who](const ZoneNames::Take& take) {
      names_->tell_before(plan.others, *who, now, Canaries::refused, take);
    });
  }
  // A zone that nobody has just now is not kept current: it is made anew where somebody has it again.
  if (!zones_are_right_)
    std::erase_if(written_, [&](const auto& each) {
      return each.first != everybody && !plan.before.contains(each.first);
    });
  zones_are_right_ = true;
  if (std::string map = map_text(plan); map != map_written_) {
    const std::size_t end = map.find('\0');
    write_atomically(settings_.folder / unbound_file, std::string_view(map).substr(0, end));
    if (!settings_.bind_view.empty())
      write_atomically(settings_.folder / bind_file, std::string_view(map).substr(end + 1));
    map_written_ = std::move(map);
    reload_is_due_ = true;
  }
  health_.update([&](HealthReport& report) {
    ZonesHealth& zones = *report.zones;
    zones.written = now;
    zones.serial = serial_.value_or(0);
    zones.names = written_[everybody].names;
    zones.zones_before = plan.before.size();
    zones.clients = plan.clients.size();
  });
}

/// Beside its place, and put there only where it says something else than what is there.
void ZoneKeeper::write_zone(const std::string& zone,
                            const std::function<void(const ZoneNames::Take&)>& tell) {
  AtomicFile file(settings_.folder / zone);
  Written now;
  bool is_head = true;
  enforce::ZoneWriter writer({"", serial_.value_or(1)}, [&](std::string_view text) {
    file.append(text);
    if (!std::exchange(is_head, false)) now.content = siphash({now.content, text.size()}, bytes_of(text));
  });
  tell([&](const enforce::ZoneEntry& entry) { writer.add(entry); });
  writer.finish();
  now.names = writer.names();
  const auto before = written_.find(zone);
  if (before != written_.end() && before->second.content == now.content) return;
  if (wall_clock() <= read_by_) file.date(read_by_ + behind_that);
  file.commit();
  written_[zone] = now;
  reload_is_due_ = true;
}

/// On the disk before any zone has it: no clock that is set back, and no kill, makes one fall.
void ZoneKeeper::raise_serial(Timestamp now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::uint32_t next = enforce::next_serial(serial_, static_cast<std::uint64_t>(seconds));
  write_atomically(settings_.folder / serial_file, fmt::format("{}\n", next));
  serial_ = next;
}

void ZoneKeeper::reload(const std::atomic<bool>& give_up) {
  reload_is_due_ = false;
  if (settings_.reload.empty()) return;
  reload_began_ = Clock::now();
  const Timestamp now = wall_clock();
  const CommandEnd end = run_command(settings_.reload, reload_patience, give_up);
  reload_took_ = end.took;
  read_by_ = std::max(read_by_, wall_clock());
  reload_is_due_ = !end.trouble.empty();
  if (reload_is_due_ && end.trouble != reload_trouble_)
    spdlog::error("zones: the resolver was not reloaded: {}", end.trouble);
  reload_trouble_ = end.trouble;
  health_.update([&](HealthReport& report) {
    report.zones->reloaded = now;
    report.zones->reload_trouble = end.trouble;
    report.zones->reload_took = end.took;
    report.alarms.erase("zones reload");
    if (reload_is_due_) {
      report.alarms["zones reload"] = fmt::format(
          "the resolver was not reloaded ({}), so it answers by older zones; it is tried again within {} s",
          end.trouble, std::chrono::seconds(between_long_reloads).count());
    }
  });
}

void ZoneKeeper::remove_old_zones(const Plan& plan) {
  for (const auto& entry : std::filesystem::directory_iterator(settings_.folder)) {
    const std::string file = entry.path().filename().string();
    if (!is_draft(file) && (!is_zone_before(file) || plan.before.contains(file))) continue;
    std::filesystem::remove(entry.path());
    written_.erase(file);
  }
}

void ZoneKeeper::farewell() {
  if (map_written_.empty()) return;
  const Plan nobodys = plan(wall_clock(), {});
  if (map_text(nobodys) == map_written_) return;
  publish(nobodys, wall_clock());
  if (settings_.reload.empty()) return;
  static_cast<void>(run_command(settings_.reload, farewell_patience, std::atomic<bool>(false)));
}

}  // namespace edgewatch::runtime
