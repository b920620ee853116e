#include "doctor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using State = Diagnosis::State;
using namespace std::chrono_literals;

/// A report says what was lost; from a thousandth on somebody should know, from a hundredth on names are
/// missed.
constexpr double loss_to_look_at = 0.001;
constexpr double loss_that_is_wrong = 0.01;
/// Below it a report of that time is refused (EVIDENCE 4.5).
constexpr double named_share_of_a_report = 0.90;
/// Of fewer nothing can be said.
constexpr std::uint64_t enough_flows = 100;
constexpr std::uint64_t enough_frames = 1000;
constexpr auto silent_for = 5min;
constexpr auto zones_behind = 2min;
constexpr auto heartbeat_late = 2min;      // one is written every ten seconds
constexpr auto lists_unchecked_for = 48h;  // the timer runs daily
constexpr auto backup_old = std::chrono::days(8);
constexpr std::uint64_t disk_to_look_at = std::uint64_t{1} << 30U;

class Examination {
 public:
  Examination(const Circumstances& now, const config::Configuration& configuration)
      : now_(now), settings_(configuration.settings), configuration_(configuration) {}

  std::vector<Diagnosis> all() {
    alarms();
    files();
    if (settings_.capture.interfaces.empty()) {
      say(State::look, "capture", "no interface is configured: nothing is watched, the ledger is served",
          "name the port that sees the traffic under [capture] interfaces");
    }
    for (const SourceHealth& source : now_.health.sources) capture(source);
    if (!now_.health.sources.empty()) names();
    identity();
    clock();
    if (now_.health.gateway) gateway(*now_.health.gateway);
    if (now_.health.mirror) mirror(*now_.health.mirror);
    if (now_.health.zones) zones(*now_.health.zones);
    rules();
    lists();
    ledger();
    retention();
    roles();
    std::ranges::stable_sort(found_, {}, &Diagnosis::state);
    return std::move(found_);
  }

 private:
  void say(State state, std::string what, std::string found, std::string advice = {}) {
    found_.push_back(
        {state, std::move(what), std::move(found), state == State::well ? std::string() : std::move(advice)});
  }

  void alarms() {
    for (const auto& [what, text] : now_.health.alarms) say(State::wrong, "alarm: " + what, text);
  }

  void files() {
    const auto& [errors, warnings] = now_.files;
    say(errors > 0     ? State::wrong
        : warnings > 0 ? State::look
                       : State::well,
        "configuration",
        errors > 0 ? fmt::format("mistakes in the files: {}; they cannot be taken into force", errors)
                   : fmt::format("in force; odd things in the files: {}", warnings),
        "edgewatch check lists each with its place");
  }

  void capture(const SourceHealth& source) {
    const std::string what = "capture " + source.name;
    if (!source.error.empty()) {
      say(State::wrong, what, "STOPPED: " + source.error,
          "systemctl restart edgewatchd once the port is back");
      return;
    }
    const std::uint64_t lost = source.lost_in_kernel + source.lost_in_queue;
    const std::uint64_t came = source.frames + lost;
    const bool young = !now_.health.started_at || now_.now - *now_.health.started_at < silent_for;
    if (came == 0) {
      say(young ? State::look : State::wrong, what, "no frame has come yet",
          "is it the port that the switch mirrors to, and is it up? ip -s link show " + source.name);
      return;
    }
    const double share = static_cast<double>(lost) / static_cast<double>(came);
    say(share >= loss_that_is_wrong ? State::wrong
        : share >= loss_to_look_at  ? State::look
                                    : State::well,
        what, fmt::format("{} frames seen, {} lost ({:.3f} %)", source.frames, lost, 100 * share),
        "[capture] threads (up to the number of processors) and ring_mib can be raised; figures of those "
        "minutes are graded down");
    sees_both_sides(source, what);
  }

  void sees_both_sides(const SourceHealth& source, const std::string& what) {
    const auto count = [&](std::string_view name) {
      const auto found = std::ranges::find(source.tallies, name, &observe::Tally::name);
      return found == source.tallies.end() ? 0 : found->count;
    };
    const std::uint64_t outside = count("outside-frame");
    if (source.frames >= enough_frames && outside > source.frames / 2) {
      say(State::wrong, what,
          fmt::format("{} of {} frames have no address of the council's at either end", outside,
                      source.frames),
          "are the council's networks all in `inside`, and is this the right port?");
    }
    const std::uint64_t unconfirmed = count("unacknowledged-name");
    if (unconfirmed >= enough_flows && unconfirmed > flows(observe::Column::named)) {
      say(State::wrong, what,
          fmt::format("{} names were asked for and never confirmed by a server: they count for nothing",
                      unconfirmed),
          "a mirror of one direction looks like this; have the switch mirror both");
    }
  }

  [[nodiscard]] std::uint64_t flows(observe::Column column) const {
    return now_.health.causes.flows.at(static_cast<std::size_t>(column));
  }

  void names() {
    using observe::Column;
    struct Cause {
      Column column;
      const char* words;
      const char* advice;
    };
    constexpr std::array causes{
        Cause{Column::ech, "hide it by ECH", "nothing is wrong here: the names of those sites are hidden"},
        Cause{Column::doh, "go to resolvers of others over TLS, HTTPS or QUIC",
              "a rule that blocks category doh brings DNS back to the council's resolver"},
        Cause{Column::tunnel, "are tunnels", "a rule that blocks category vpn holds them back"},
        Cause{Column::other, "say none", "does this port see their beginnings and the clients' DNS?"},
    };
    const std::uint64_t named = flows(Column::named);
    std::uint64_t all = named;
    for (const Cause& cause : causes) all += flows(cause.column);
    if (all < enough_flows) {
      say(State::well, "names", fmt::format("{} flows since the start: too few to tell", all));
      return;
    }
    const Cause& worst =
        *std::ranges::max_element(causes, {}, [&](const Cause& cause) { return flows(cause.column); });
    const double share = static_cast<double>(named) / static_cast<double>(all);
    std::string text = fmt::format("{:.1f} % of {} flows have a name", 100 * share, all);
    if (named < all) text += fmt::format("; most of the others ({}) {}", flows(worst.column), worst.words);
    say(share < named_share_of_a_report ? State::look : State::well, "names", text,
        fmt::format("{}; reports of days below {:.0f} % are refused", worst.advice,
                    100 * named_share_of_a_report));
    const std::uint64_t with = now_.health.causes.tls_with_dns;
    const std::uint64_t without =
        now_.health.causes.signs.at(static_cast<std::size_t>(model::BypassSign::Kind::tls_without_dns));
    if (with + without < enough_flows) return;
    say(without > with ? State::look : State::well, "DNS",
        fmt::format("{} of {} TLS connections had an answer for that client before", with, with + without),
        "does the clients' DNS pass this port? Without it names under ECH stay unknown");
  }

  void identity() {
    if (configuration_.people.empty()) {
      say(State::look, "people", "people.csv names nobody: time is accounted to devices alone",
          "add the council's staff to people.csv");
      return;
    }
    for (const IdentityHealth& source : now_.health.identity) {
      const std::string what = "identity " + source.name;
      std::uint64_t refused = 0;
      for (const auto& [reason, count] : source.refused) refused += count;
      if (!source.error.empty()) {
        say(State::wrong, what, "STOPPED: " + source.error,
            "who holds an address goes out of date meanwhile");
      } else if (!source.last) {
        say(State::look, what, "nothing has come from it yet", "does it send here, and is it let through?");
      } else {
        const auto most =
            std::ranges::max_element(source.refused, {}, [](const auto& each) { return each.second; });
        say(refused > source.taken ? State::look : State::well, what,
            fmt::format("{} taken, {} not{}", source.taken, refused,
                        refused > source.taken ? ", most since " + most->first : ""),
            "edgewatch status says why each was not taken");
      }
    }
    if (now_.health.identity.empty() && configuration_.assignments.empty()) {
      say(State::look, "identity", "nothing says who holds an address: time is nobody's",
          "name a source under [identity], or devices in assignments.csv");
    }
  }

  void clock() {
    say(now_.clock_kept_right ? State::well : State::look, "clock",
        now_.clock_kept_right ? "kept right by NTP" : "nothing is known to keep it right",
        "timedatectl; without it a leap keeps deletion and figures waiting for somebody's word");
  }

  void gateway(const GatewayHealth& gateway) {
    const double share =
        gateway.queued == 0 ? 0 : static_cast<double>(gateway.unjudged) / static_cast<double>(gateway.queued);
    say(share >= loss_to_look_at ? State::look : State::well, "gateway",
        fmt::format(
            "{} packets queued, {} of them passed without a verdict; {} clients wait for one whatever "
            "happens",
            gateway.queued, gateway.unjudged, gateway.closed),
        "edgewatch status lists the gaps; a rule with fail = \"closed\" lets nothing of its people pass in "
        "one");
    if (gateway.repaired > 0) {
      say(State::look, "gateway",
          fmt::format("our rules had to be put back {} times: something else takes them out",
                      gateway.repaired),
          "who flushes the ruleset? `flush ruleset` in nftables.conf does");
    }
  }

  void mirror(const MirrorHealth& mirror) {
    const bool often = mirror.counts.went_on * 20 > mirror.counts.reset;
    say(mirror.counts.reset >= enough_flows && often ? State::look : State::well, "mirror",
        fmt::format("{} connections reset, {} of which went on all the same", mirror.counts.reset,
                    mirror.counts.went_on),
        "a mirror is in a race; the firewall lines in edgewatch status do it properly");
  }

  void zones(const ZonesHealth& zones) {
    if (!zones.right_as_of || now_.now - *zones.right_as_of > zones_behind) {
      say(State::look, "zones", "which address is whose has not been told for a while: the map is old",
          "edgewatch status says since when");
      return;
    }
    const bool reloaded = zones.reloaded && !zones.reload_trouble.empty();
    say(reloaded ? State::wrong : State::well, "zones",
        reloaded ? "the resolver was not made to read them: " + zones.reload_trouble
                 : fmt::format("{} names for everybody, serial {}", zones.names, zones.serial),
        "zones_reload must be a program that the daemon's user may run");
  }

  void rules() {
    const auto& [all, never, due] = now_.rules;
    say(never > 0 ? State::look : State::well, "rules",
        never > 0 ? fmt::format("{} of {} can match nothing", never, all) : fmt::format("{} in force", all),
        "edgewatch rules marks them");
    if (due > 0) {
      say(State::look, "authorised use", fmt::format("reviews that are due: {}", due),
          "edgewatch authorise list, then edgewatch authorise review");
    }
  }

  void lists() {
    if (!now_.lists.trouble.empty()) say(State::look, "lists", now_.lists.trouble, "edgewatch lists status");
    for (const auto& [name, state] : now_.lists.named) {
      const std::string what = "list " + name;
      const std::string see = "edgewatch lists status " + name;
      const ListEdition* active = state.find(state.active);
      if (active == nullptr) {
        say(State::wrong, what, "has never been taken: rules by its category miss it", see);
      } else if (!state.checked || now_.now - *state.checked > lists_unchecked_for) {
        say(State::look, what, "has not been asked for in two days",
            "systemctl status edgewatch-lists.timer");
      } else {
        const bool had = state.outcome == "updated" || state.outcome == "unchanged";
        say(had ? State::well : State::look, what,
            had ? fmt::format("{} names", active->entries)
                : fmt::format("the last update was {}: the edition of {} stays in force", state.outcome,
                              format_date(london_date(active->at))),
            see);
      }
    }
  }

  void ledger() {
    const auto& [heartbeat, free, disk, purged, backup] = now_.ledger;
    if (!settings_.capture.interfaces.empty()) {
      const bool late = (!heartbeat || now_.now - *heartbeat > heartbeat_late) && now_.health.started_at &&
                        now_.now - *now_.health.started_at > heartbeat_late;
      say(late ? State::wrong : State::well, "ledger",
          late ? "nothing was written into it for two minutes" : "is written",
          "journalctl -u edgewatchd says why");
    }
    if (disk == 0) return;
    const double share = static_cast<double>(free) / static_cast<double>(disk);
    say(free < disk_to_look_at || share < 0.05 ? State::look : State::well, "disk",
        fmt::format("{:.1f} GiB ({:.0f} %) free where the ledger is",
                    static_cast<double>(free) / static_cast<double>(std::uint64_t{1} << 30U), 100 * share),
        "make room: on a full disk minutes are lost, and the daemon says so");
  }

  void retention() {
    const auto& [heartbeat, free, disk, purged, backup] = now_.ledger;
    if (purged) {
      say(State::well, "retention",
          fmt::format("{} year(s); the last purge with a certificate was on {}", settings_.retention_years,
                      format_date(london_date(*purged))));
    } else {
      say(State::look, "retention",
          fmt::format("{} year(s); no purge has ended in a certificate yet", settings_.retention_years),
          "systemctl enable --now edgewatch-purge.timer");
    }
    const CivilDate today = london_date(now_.now);
    const bool old = !backup || std::chrono::sys_days(*backup) + backup_old < std::chrono::sys_days(today);
    say(old ? State::look : State::well, "backup",
        backup ? "the newest is of " + format_date(*backup) : "there is none beside the ledger",
        "edgewatch backup, as often as the council may lose; copies are purged with the ledger");
  }

  void roles() {
    for (const char* group : {"edgewatch-ict", "edgewatch-hr", "edgewatch-auditor"}) {
      const auto found = now_.roles.members.find(group);
      if (found == now_.roles.members.end() || found->second == 0) {
        say(State::look, group, "nobody is in this group, so nobody has the role",
            fmt::format("usermod --append --groups {} ACCOUNT", group));
      }
    }
    for (const std::string& account : now_.roles.in_two) {
      say(settings_.roles_combined ? State::well : State::wrong, "roles",
          fmt::format("account {} holds more than one role{}", account,
                      settings_.roles_combined ? " (roles.combined: every report says so)" : ""),
          "nobody should; or roles.combined = true, and every report says so");
    }
  }

  const Circumstances& now_;
  const config::Settings& settings_;
  const config::Configuration& configuration_;
  std::vector<Diagnosis> found_;
};

}  // namespace

std::string to_string(Diagnosis::State state) {
  constexpr std::array<std::string_view, 3> words{"WRONG", "look", "well"};
  return std::string(words.at(static_cast<std::size_t>(state)));
}

std::vector<Diagnosis> examine(const Circumstances& now, const config::Configuration& configuration) {
  return Examination(now, configuration).all();
}

}  // namespace edgewatch::runtime
