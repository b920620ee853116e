#include "edgewatch/runtime/daemon.hpp"

#include "edgewatch/config/check.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/config/list_set_file.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "capabilities.hpp"
#include "clock.hpp"
#include "control_server.hpp"
#include "desk.hpp"
#include "gateway.hpp"
#include "health.hpp"
#include "ledger_session.hpp"
#include "mirror.hpp"
#include "neutral_log.hpp"
#include "watch.hpp"
#include "zone_keeper.hpp"

#include <csignal>
#include <memory>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <linux/capability.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

namespace edgewatch::runtime {
namespace {

/// Some 10 MiB of names that are in use, to try lists on.
constexpr std::size_t most_seen_names = std::size_t{1} << 16U;
constexpr std::chrono::milliseconds look_every{250};

std::string to_be_opened_anew(const std::string& interface, bool is_gateway) {
  return fmt::format(
      "{} was taken away and is there again, and the right to open it is given up after the start (what is "
      "open is read on, but not with several capture threads, in the mode mirror or where it is of another "
      "link type); edgewatchd ends, to be started anew, as systemd does{}",
      interface,
      is_gateway ? ", and its rules stay in the kernel meanwhile: where nobody starts it, nft delete table "
                   "inet edgewatch takes them away"
                 : "");
}

void say(const Problems& problems, std::ostream& errors) {
  for (const Problem& problem : problems) errors << to_string(problem) << '\n';
}

class Daemon {
 public:
  Daemon(config::Configuration configuration, std::optional<std::filesystem::path> record)
      : record_(std::move(record)),
        files_(std::make_shared<const config::Configuration>(std::move(configuration))),
        configuration_(files_),
        session_(configuration_->settings.ledger),
        desk_(configuration_, health_, seen_names_),
        signals_(context_, SIGTERM, SIGINT, SIGHUP),
        alive_(context_),
        look_(context_) {
    desk_.when_register_changes([this] { put_in_force(files_, trial_); });
    configuration_ = desk_.put_in_force(files_, wall_clock());
  }

  void run() {
    const Timestamp now = wall_clock();
    health_.update([&](HealthReport& report) { report.started_at = now; });
    if (configuration_->policies.catalogue.services().empty()) {
      health_.update([](HealthReport& report) {
        report.alarms["catalogue"] = "no service is listed, so nothing is recorded";
      });
    }
    note_lists();
    desk_.purge_at_start();
    const config::Settings& settings = configuration_->settings;
    if (settings.enforcement_mode != "gateway") Gateway::take_away_left_rules();
    if (!settings.capture.interfaces.empty()) {
      // Before a gateway is there: its rules are not to come and go with each try.
      for (const std::string& interface : settings.capture.interfaces) capture::look_for(interface);
      const auto last_heartbeat = session_.ledger().status().last_heartbeat;
      session_.begin(now, account::Method{}, configuration_->policies);
      session_.count_on(now);
      health_.update([&](HealthReport& report) { report.in_force_since = now; });
      if (settings.enforcement_mode == "gateway") {
        enforcer_ = std::make_unique<Gateway>(configuration_, health_, last_heartbeat);
      } else if (settings.enforcement_mode == "mirror") {
        enforcer_ = std::make_unique<Mirror>(configuration_, health_);
      }
      watch_ =
          std::make_unique<Watch>(*configuration_, session_, health_, seen_names_, record_, enforcer_.get());
    } else if (settings.identity.any() || !settings.zones.folder.empty()) {
      listen_only();
    }
    // Beside another daemon that follows the sources, and keeps them then.
    if (!settings.zones.folder.empty() && watch_)
      zones_ = std::make_unique<ZoneKeeper>(
          configuration_, [this] { return watch_->holdings(); }, health_);
    // All is open; who answers requests needs no right of any kind.
    give_up_capabilities({CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW});
    const ControlServer server(context_, settings.socket_folder, desk_.endpoints());
    wait_for_signal();
    keep_alive();
    look_around();
    spdlog::info("edgewatchd is ready; interfaces: {}", settings.capture.interfaces.size());
    sd_notify(0, "READY=1");
    context_.run();
    sd_notify(0, "STOPPING=1");
    const auto lost = watch_ && !told_to_end_ ? watch_->lost_interface() : std::nullopt;
    if (enforcer_) enforcer_->stop(lost ? Enforcer::Then::another_start : Enforcer::Then::nothing);
    zones_.reset();
    if (watch_) watch_->stop();
    desk_.look_after_head(Desk::SignHead::now);
    if (lost)
      throw capture::SourceError(unavailable,
                                 to_be_opened_anew(*lost, settings.enforcement_mode == "gateway"));
    spdlog::info("edgewatchd ends; what was open is final");
  }

 private:
  /// Who held an address is learned and kept though nothing is captured. Where it cannot be, as beside
  /// another daemon that has the same ports or spool, the ledger is served all the same.
  void listen_only() {
    try {
      watch_ = std::make_unique<Watch>(*configuration_, session_, health_, seen_names_, record_);
    } catch (const std::runtime_error& error) {
      spdlog::error("identity: {}; the sources are not followed", error.what());
      health_.update([&](HealthReport& report) {
        report.alarms["identity"] = fmt::format("the sources are not followed: {}", error.what());
      });
    }
  }

  /// Tells systemd that we live, as long as the analysis thread, where there is one, goes round.
  void keep_alive() {
    if (!watch_ || watch_->is_alive()) sd_notify(0, "WATCHDOG=1");
    try {
      desk_.audit_amendments();
    } catch (const store::StoreError& error) {
      spdlog::error("audit: {}", error.what());  // tried again, and before any answer
    }
    desk_.look_after_retention();
    desk_.seal_a_day();
    desk_.look_after_head(Desk::SignHead::when_due);
    alive_.expires_after(std::chrono::seconds(20));
    alive_.async_wait([this](boost::system::error_code error) {
      if (!error) keep_alive();
    });
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) return;
      if (signal != SIGHUP) {
        told_to_end_ = true;
        context_.stop();
        return;
      }
      reload();
      wait_for_signal();
    });
  }

  /// Other lists than should be are used, or none.
  void note_lists() {
    const std::string& trouble = configuration_->lists_trouble;
    if (!trouble.empty()) spdlog::error("lists: {}", trouble);
    health_.update([&](HealthReport& report) {
      trouble.empty() ? static_cast<void>(report.alarms.erase("lists"))
                      : static_cast<void>(report.alarms["lists"] = trouble);
    });
  }

  void reload() {
    auto read = config::reload(configuration_->settings);
    if (!read) {
      // Where, but not what: the words of a mistake may name a person or a device, and neither journal nor
      // status may.
      std::string where;
      for (const Problem& problem : read.error()) {
        where +=
            fmt::format("{}{}:{}:{}", where.empty() ? "" : ", ", problem.file, problem.line, problem.column);
      }
      const std::string text = fmt::format(
          "refused, what was in force stays in force, but a restart or reboot would not start: then nothing "
          "is watched nor refused; problems at {}; edgewatchd --check-config says what they are",
          where);
      spdlog::error("reload: {}", text);
      health_.update([&](HealthReport& report) { report.alarms["reload"] = text; });
      return;
    }
    health_.update([](HealthReport& report) { report.alarms.erase("reload"); });
    for (const Problem& problem : config::changed_since_start(configuration_->settings))
      spdlog::warn("reload: {}", to_string(problem));
    put_in_force(std::make_shared<const config::Configuration>(std::move(read).value()));
  }

  void look_around() {
    follow_lists();
    if (watch_ && watch_->lost_interface()) {
      context_.stop();
      return;
    }
    look_.expires_after(look_every);
    look_.async_wait([this](boost::system::error_code error) {
      if (!error) look_around();
    });
  }

  /// `edgewatch lists` puts another set in force by a link, which is all that it tells us: it has no right to
  /// our sockets, and needs none to signal. Whoever else waits for a reload keeps what he has.
  void follow_lists() {
    const std::filesystem::path& folder = configuration_->list_sets;
    std::error_code none;
    auto link = folder.empty() ? folder : std::filesystem::read_symlink(folder / "current", none);
    if (link != list_link_) {
      list_link_ = std::move(link);
      take_lists(config::list_set_in_force(folder));
    } else if (trial_ && trial_->verdict() == classify::ListTrial::Verdict::failed) {
      // What stands in the link stays there, for it is the operator's: a reload takes it all the same.
      const std::string trouble = fmt::format(
          "the lists {} took in over 3 times as many of the names asked as those before them, in each of 5 "
          "minutes, so those before are in force; look at `edgewatch lists diff`, then go back with "
          "`edgewatch "
          "lists rollback`, or reload to take them",
          configuration_->policies.lists->revision().text());
      take_lists({trial_->before(), trouble});
    }
  }

  void take_lists(config::ListSetInForce now) {
    const config::Policies& policies = configuration_->policies;
    if (now.set->revision() == policies.lists->revision() && now.trouble == configuration_->lists_trouble)
      return;
    std::set<model::Category> blocked;
    for (const policy::Rule& rule : policies.rules.rules) {
      if (rule.action == model::Verdict::block)
        blocked.insert(rule.categories.begin(), rule.categories.end());
    }
    std::shared_ptr<classify::ListTrial> trial;
    if (now.trouble.empty() && policies.lists->size() > 0)
      trial = std::make_shared<classify::ListTrial>(policies.lists, now.set, std::move(blocked));
    auto next = std::make_shared<config::Configuration>(*files_);
    next->policies.lists = std::move(now.set);
    next->lists_trouble = std::move(now.trouble);
    put_in_force(std::move(next), std::move(trial));
  }

  /// What the files say and the register adds. Where the register cannot be read, what was in force stays: a
  /// withdrawal must not end by a busy disk.
  void put_in_force(std::shared_ptr<const config::Configuration> files,
                    std::shared_ptr<classify::ListTrial> trial = nullptr) {
    try {
      configuration_ = desk_.put_in_force(files, wall_clock());
    } catch (const store::StoreError& error) {
      spdlog::error("reload: {}", error.what());
      health_.update([](HealthReport& report) {
        report.alarms["reload"] =
            "the register cannot be read, what was in force stays in force; reload again";
      });
      return;
    }
    files_ = std::move(files);
    trial_ = std::move(trial);
    if (enforcer_) enforcer_->swap(configuration_);
    if (watch_) watch_->swap(configuration_, trial_);
    if (zones_) zones_->swap(configuration_);
    note_lists();
    spdlog::info("reload: rules {}, catalogue {} and lists {} are in force",
                 configuration_->policies.rules.revision.text(),
                 configuration_->policies.catalogue.revision().text(),
                 configuration_->policies.lists->revision().text());
  }

  std::optional<std::filesystem::path> record_;
  std::shared_ptr<const config::Configuration> files_;          ///< as they were read last
  std::shared_ptr<const config::Configuration> configuration_;  ///< in force
  Health health_;
  classify::SeenNames seen_names_{random_hash_key(), most_seen_names};
  LedgerSession session_;
  Desk desk_;
  boost::asio::io_context context_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer alive_;
  boost::asio::steady_timer look_;
  std::shared_ptr<classify::ListTrial> trial_;  ///< of the lists in force; null: none is under way
  std::filesystem::path list_link_;  ///< where the link to the lists in force pointed when it was looked at
  bool told_to_end_ = false;
  std::unique_ptr<Enforcer> enforcer_;  ///< none where only a resolver refuses
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<ZoneKeeper> zones_;  ///< none are kept: none
};

}  // namespace

namespace {

/// Of a configuration that is refused while the rules of a gateway that was killed are in the kernel: others
/// would look for the fault in the network.
void say_what_holds(std::ostream& errors) {
  if (!Gateway::has_left_rules()) return;
  errors
      << "gateway: the rules of before are still in the kernel and nobody judges by them: most clients pass, "
         "which is counted, and whoever a rule with fail = \"closed\" speaks of gets no connection; correct "
         "the files and start edgewatchd, or take the rules away with: nft delete table inet edgewatch\n";
}

}  // namespace

int check_configuration(const std::filesystem::path& configuration, std::ostream& out, std::ostream& errors) {
  const auto loaded = config::load(configuration);
  if (!loaded) {
    say(loaded.error(), errors);
    say_what_holds(errors);
    return bad_configuration;
  }
  out << configuration.string()
      << ": no problem found; services: " << loaded->policies.catalogue.services().size()
      << ", rules: " << loaded->policies.rules.rules.size() << ", people: " << loaded->people.size()
      << ", names on lists: " << loaded->policies.lists->size() << '\n';
  for (const Problem& problem : config::warnings(*loaded, wall_clock()))
    out << "warning: " << to_string(problem) << '\n';
  return fine;
}

int run_daemon(const std::filesystem::path& configuration, const std::optional<std::filesystem::path>& record,
               std::ostream& errors) {
  // Standard error with the journal's own time; names of rules and counters only, never of people.
  auto logger = spdlog::stderr_logger_mt("edgewatchd");
  logger->set_formatter(neutral_formatter(std::make_unique<spdlog::pattern_formatter>("%l: %v")));
  spdlog::set_default_logger(logger);
  // However it was started: memory holds names.
  constexpr rlimit no_core_dump{0, 0};
  setrlimit(RLIMIT_CORE, &no_core_dump);

  auto loaded = config::load(configuration);
  if (!loaded) {
    say(loaded.error(), errors);
    say_what_holds(errors);
    return bad_configuration;
  }
  try {
    Daemon(std::move(loaded).value(), record).run();
    return fine;
  } catch (const capture::SourceError& error) {
    errors << "edgewatchd: " << error.what() << '\n';
    return error.exit_code();
  } catch (const store::StoreError& error) {
    errors << "edgewatchd: " << error.what() << '\n';
    return error.exit_code();
  } catch (const std::runtime_error& error) {
    errors << "edgewatchd: " << error.what() << '\n';
    return unavailable;
  }
}

}  // namespace edgewatch::runtime
