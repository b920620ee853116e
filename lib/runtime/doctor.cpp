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
/// A trunk may carry guests too; where nearly nothing is the council's it is another port.
constexpr double mostly_others = 0.5;
constexpr double nearly_all_others = 0.95;
constexpr double full_tracker = 0.9;
constexpr auto young_for = 5min;
constexpr auto zones_behind = 2min;
constexpr auto heartbeat_late = 2min;      // one is written every ten seconds
constexpr auto lists_unchecked_for = 48h;  // the timer runs daily
constexpr auto purge_missed = 48h;         // as the alarm says
constexpr auto backup_old = std::chrono::days(8);
constexpr std::uint64_t gib = std::uint64_t{1} << 30U;
constexpr std::uint64_t little_room = gib;
constexpr std::uint64_t plenty_of_room = 20 * gib;
constexpr double little_share = 0.05;

/// Alarms that ask somebody to do their work; nothing is broken.
constexpr std::array duties{std::string_view("cases"), std::string_view("case reviews"),
                            std::string_view("covert cases"), std::string_view("monitoring notice"),
                            std::string_view("processing description")};

std::uint64_t since(std::uint64_t before, std::uint64_t now) { return now >= before ? now - before : now; }

std::uint64_t count_of(const std::vector<observe::Tally>& tallies, std::string_view name) {
  const auto found = std::ranges::find(tallies, name, &observe::Tally::name);
  return found == tallies.end() ? 0 : found->count;
}

class Examination {
 public:
  Examination(const Circumstances& now, const config::Configuration& configuration)
      : now_(now),
        settings_(configuration.settings),
        configuration_(configuration),
        recent_(now.before ? counted_since(now.before->health, now.health) : now.health),
        young_(!now.health.started_at || now.now - *now.health.started_at < young_for),
        when_(now.before
                  ? fmt::format(
                        "in the last {} min",
                        std::chrono::duration_cast<std::chrono::minutes>(now.now - now.before->at).count())
                  : "since the start") {}

  std::vector<Diagnosis> all() {
    alarms();
    files();
    if (settings_.capture.interfaces.empty()) {
      say(State::look, "capture", "no interface is configured: nothing is watched, the ledger is served",
          "name the port that sees the traffic under [capture] interfaces");
    }
    for (const SourceHealth& source : recent_.sources) capture(source);
    if (!recent_.sources.empty()) names();
    identity();
    clock();
    if (recent_.gateway) gateway(*recent_.gateway);
    if (recent_.mirror) mirror(*recent_.mirror);
    if (recent_.zones) zones(*recent_.zones);
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
    for (const auto& [what, text] : now_.health.alarms) {
      const bool duty = std::ranges::find(duties, what) != duties.end();
      say(duty ? State::look : State::wrong, "alarm: " + what, text,
          "journalctl -u edgewatchd says since when");
    }
  }

  void files() {
    const auto& [errors, warnings] = now_.files;
    say(errors > 0     ? State::wrong
        : warnings > 0 ? State::look
                       : State::well,
        "configuration",
        errors > 0
            ? fmt::format("mistakes in the files: {}; they cannot be taken into force, and after a restart "
                          "or reboot nothing would be watched nor refused",
                          errors)
            : fmt::format("in force; odd things in the files: {}", warnings),
        "edgewatch check lists each with its place");
  }

  void capture(const SourceHealth& source) {
    const std::string what = "capture " + source.name;
    if (!source.error.empty()) {
      say(State::wrong, what, "STOPPED: " + source.error,
          "it is tried again every second; is the port there and up? ip link show " + source.name);
      return;
    }
    const std::uint64_t lost = source.lost_in_kernel + source.lost_in_queue;
    const std::uint64_t came = source.frames + lost;
    if (came == 0) {
      say(young_ ? State::look : State::wrong, what, "no frame has come " + when_,
          "is it the port that the switch mirrors to, and is it up? ip -s link show " + source.name);
      return;
    }
    const double share = static_cast<double>(lost) / static_cast<double>(came);
    say(share >= loss_that_is_wrong ? State::wrong
        : share >= loss_to_look_at  ? State::look
                                    : State::well,
        what, fmt::format("{} frames seen {}, {} lost ({:.3f} %)", source.frames, when_, lost, 100 * share),
        "[capture] threads (up to the number of processors) and ring_mib can be raised; figures of those "
        "minutes are graded down");
    sees_both_sides(source, what);
  }

  void sees_both_sides(const SourceHealth& source, const std::string& what) {
    const auto outside = static_cast<double>(count_of(source.tallies, "outside-frame"));
    const auto frames = static_cast<double>(source.frames);
    if (source.frames >= enough_frames && outside > mostly_others * frames) {
      say(outside > nearly_all_others * frames ? State::wrong : State::look, what,
          fmt::format("{:.1f} % of the frames have no address of the council's at either end",
                      100 * outside / frames),
          "is this the right port? Networks that are missing belong in `inside`, those not to be watched in "
          "`exclude`");
    }
    // How many names each port confirmed is not told apart: as if they were alike.
    const std::uint64_t unconfirmed = count_of(source.tallies, "unacknowledged-name");
    if (unconfirmed >= enough_flows && unconfirmed > flows(observe::Column::named) / recent_.sources.size()) {
      say(State::wrong, what,
          fmt::format("{} names were asked for and never confirmed by a server: they count for nothing",
                      unconfirmed),
          "a mirror of one direction looks like this; have the switch mirror both");
    }
  }

  [[nodiscard]] std::uint64_t flows(observe::Column column) const {
    return recent_.causes.flows.at(static_cast<std::size_t>(column));
  }

  void names() {
    using observe::Column;
    struct Cause {
      Column column;
      const char* words;
      const char* advice;
    };
    constexpr std::array causes{
        Cause{Column::ech, "hide it by ECH", "the names of those sites are hidden"},
        Cause{Column::doh, "go to resolvers of others over TLS, HTTPS or QUIC",
              "a rule that blocks category doh brings DNS back to the council's resolver"},
        Cause{Column::tunnel, "are tunnels", "a rule that blocks category vpn holds them back"},
        Cause{Column::other, "say none", "does this port see their beginnings and the clients' DNS?"},
    };
    const std::uint64_t named = flows(Column::named);
    std::uint64_t all = named;
    for (const Cause& cause : causes) all += flows(cause.column);
    if (all < enough_flows) {
      say(State::well, "names", fmt::format("{} flows {}: too few to tell", all, when_));
      return;
    }
    const Cause& worst =
        *std::ranges::max_element(causes, {}, [&](const Cause& cause) { return flows(cause.column); });
    const double share = static_cast<double>(named) / static_cast<double>(all);
    std::string text = fmt::format("{:.1f} % of {} flows {} have a name", 100 * share, all, when_);
    if (named < all) text += fmt::format("; most of the others ({}) {}", flows(worst.column), worst.words);
    say(share < named_share_of_a_report ? State::look : State::well, "names", text,
        fmt::format("{}; a report of a period below {:.0f} % needs --despite", worst.advice,
                    100 * named_share_of_a_report));
    const std::uint64_t with = recent_.causes.tls_with_dns;
    const std::uint64_t without =
        recent_.causes.signs.at(static_cast<std::size_t>(model::BypassSign::Kind::tls_without_dns));
    if (with + without < enough_flows) return;
    say(without > with ? State::look : State::well, "DNS",
        fmt::format("{} of {} TLS connections {} had an answer for that client before", with, with + without,
                    when_),
        "does the clients' DNS pass this port? Without it names under ECH stay unknown");
  }

  void identity() {
    if (configuration_.people.empty()) {
      say(State::look, "people", "people.csv names nobody: time is accounted to devices alone",
          "add the council's staff to people.csv");
      return;
    }
    for (const IdentityHealth& source : recent_.identity) {
      const std::string what = "identity " + source.name;
      std::uint64_t refused = 0;
      for (const auto& [reason, count] : source.refused) refused += count;
      if (!source.error.empty()) {
        say(State::wrong, what, "STOPPED: " + source.error,
            "the daemon's user must be able to read the file and its folder");
      } else if (!source.last) {
        say(State::look, what, "nothing has come from it yet", "does it send here, or write that file?");
      } else {
        // A domain controller says much that is nobody's logon; that nothing at all is taken is another
        // matter.
        const bool nothing = source.taken == 0 && refused >= enough_flows;
        const auto most =
            std::ranges::max_element(source.refused, {}, [](const auto& each) { return each.second; });
        say(nothing ? State::look : State::well, what,
            fmt::format("{} taken, {} not {}{}", source.taken, refused, when_,
                        nothing ? ", most: " + most->first : ""),
            "edgewatch status says why each was not taken");
      }
    }
    if (recent_.identity.empty() && configuration_.assignments.empty()) {
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
    if (gateway.queued == 0 && !young_) {
      say(State::look, "gateway", "no packet of a client was forwarded through this machine " + when_,
          "is it the clients' route? sysctl net.ipv4.ip_forward");
      return;
    }
    const double share =
        gateway.queued == 0 ? 0 : static_cast<double>(gateway.unjudged) / static_cast<double>(gateway.queued);
    say(share >= loss_to_look_at ? State::look : State::well, "gateway",
        fmt::format("{} packets queued {}, {} of them passed without a verdict; {} clients wait for one "
                    "whatever happens",
                    gateway.queued, when_, gateway.unjudged, gateway.closed),
        "edgewatch status lists the gaps; a rule with fail = \"closed\" lets nothing of its people pass in "
        "one");
    if (gateway.tracked_most > 0 && gateway.tracked > full_tracker * gateway.tracked_most) {
      say(State::wrong, "gateway",
          fmt::format(
              "the kernel tracks {} connections and has room for {}: then it drops whoever begins one",
              gateway.tracked, gateway.tracked_most),
          "raise net.netfilter.nf_conntrack_max, or find who opens so many: conntrack -L");
    }
    if (gateway.unsent > 0) {
      say(State::look, "gateway",
          fmt::format("{} pages and answers that tell clients why could not be sent {}: they were reset",
                      gateway.unsent, when_),
          "does an output chain of the machine's own drop them? It must accept meta mark 0x0f000000; else "
          "look "
          "at the routes to the clients");
    }
    // Packets beside a connection come always: what a client says after it was refused, a scan.
    if (gateway.invalid > enough_frames && gateway.invalid > gateway.queued) {
      say(State::look, "gateway",
          fmt::format("{} packets of clients were dropped {} as of no connection, and {} queued",
                      gateway.invalid, when_, gateway.queued),
          "do the answers come by another way than through this machine? It must see both directions");
    }
    if (gateway.repaired > 0) {
      say(State::look, "gateway",
          fmt::format("our rules had to be put back {} times {}: something else takes them out",
                      gateway.repaired, when_),
          "who flushes the ruleset? `flush ruleset` in nftables.conf does");
    }
  }

  void mirror(const MirrorHealth& mirror) {
    const bool often = mirror.counts.went_on * 20 > mirror.counts.reset;
    say(mirror.counts.reset >= enough_flows && often ? State::look : State::well, "mirror",
        fmt::format("{} connections reset {}, {} of which went on all the same", mirror.counts.reset, when_,
                    mirror.counts.went_on),
        "a mirror is in a race; the firewall lines in edgewatch status do it properly");
    const std::uint64_t damaged = mirror.counts.damaged;
    if (damaged >= enough_flows && damaged * 20 > mirror.counts.reset) {
      say(State::look, "mirror",
          fmt::format("{} connections and questions left alone {}, since their checksums do not hold",
                      damaged, when_),
          "the card may join frames before we see them: ethtool -K INTERFACE gro off lro off, on the port "
          "that "
          "is watched");
    }
  }

  void zones(const ZonesHealth& zones) {
    const bool failed = zones.reloaded && !zones.reload_trouble.empty();
    const bool old = !young_ && (!zones.right_as_of || now_.now - *zones.right_as_of > zones_behind);
    if (failed) {
      say(State::wrong, "zones", "the resolver was not made to read them: " + zones.reload_trouble,
          "zones_reload must be a program that the daemon's user may run");
    } else {
      say(old ? State::look : State::well, "zones",
          old ? "which address is whose has not been told for a while: the map is old"
              : fmt::format("{} names for everybody, serial {}", zones.names, zones.serial),
          "edgewatch status says as of when it is right");
    }
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
    for (const auto& [name, state] : now_.lists) {
      const std::string what = "list " + name;
      const std::string see = "edgewatch lists status " + name;
      if (!state) {
        say(State::wrong, what, state.error(), see);
        continue;
      }
      const ListEdition* active = state->find(state->active);
      if (active == nullptr) {
        say(State::look, what, "has never been taken: a rule by its category misses it",
            "edgewatch lists update");
      } else if (!state->checked || now_.now - *state->checked > lists_unchecked_for) {
        say(State::look, what, "has not been asked for in two days",
            "systemctl status edgewatch-lists.timer");
      } else {
        const bool had = state->outcome == "updated" || state->outcome == "unchanged";
        say(had ? State::well : State::look, what,
            had ? fmt::format("{} names", active->entries)
                : fmt::format("the last update was {}: the edition of {} stays in force", state->outcome,
                              format_date(london_date(active->at))),
            see);
      }
    }
  }

  void ledger() {
    const Circumstances::Ledger& ledger = now_.ledger;
    if (!settings_.capture.interfaces.empty()) {
      const bool running = now_.health.started_at && now_.now - *now_.health.started_at > heartbeat_late;
      const bool late = running && (!ledger.heartbeat || now_.now - *ledger.heartbeat > heartbeat_late);
      say(late ? State::wrong : State::well, "ledger",
          late ? "nothing was written into it for two minutes" : "is written",
          "journalctl -u edgewatchd says why");
    }
    if (ledger.disk == 0) return;
    const double share = static_cast<double>(ledger.disk_free) / static_cast<double>(ledger.disk);
    const bool little =
        ledger.disk_free < little_room || (share < little_share && ledger.disk_free < plenty_of_room);
    say(little ? State::look : State::well, "disk",
        fmt::format("{:.1f} GiB ({:.0f} %) free where the ledger is",
                    static_cast<double>(ledger.disk_free) / static_cast<double>(gib), 100 * share),
        "make room: on a full disk minutes are lost, and the daemon says so");
  }

  void retention() {
    const auto& purged = now_.ledger.purged;
    const auto& backup = now_.ledger.newest_backup;
    if (purged) {
      const bool missed = now_.now - *purged > purge_missed;
      say(missed ? State::wrong : State::well, "retention",
          fmt::format("{} year(s); the last purge with a certificate was on {}", settings_.retention_years,
                      format_date(london_date(*purged))),
          "it runs daily: systemctl status edgewatch-purge.timer edgewatch-purge.service");
    } else {
      say(State::look, "retention",
          fmt::format("{} year(s); no purge has ended in a certificate yet", settings_.retention_years),
          "the daemon purges when it starts: the alarm `purge` says what kept it from that");
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
        say(State::look, group, "no account is listed in this group",
            fmt::format("usermod --append --groups {} ACCOUNT", group));
      }
    }
    if (now_.roles.in_two > 0) {
      say(settings_.roles_combined ? State::well : State::wrong, "roles",
          fmt::format("accounts that hold more than one role: {}{}", now_.roles.in_two,
                      settings_.roles_combined ? " (roles.combined: every report says so)" : ""),
          "nobody should; edgewatch status names them. Or roles.combined = true, and every report says so");
    }
  }

  const Circumstances& now_;
  const config::Settings& settings_;
  const config::Configuration& configuration_;
  const HealthReport recent_;
  const bool young_;
  const std::string when_;
  std::vector<Diagnosis> found_;
};

}  // namespace

std::string to_string(Diagnosis::State state) {
  constexpr std::array<std::string_view, 3> words{"WRONG", "look", "well"};
  return std::string(words.at(static_cast<std::size_t>(state)));
}

HealthReport counted_since(const HealthReport& before, const HealthReport& now) {
  HealthReport out = now;
  for (SourceHealth& source : out.sources) {
    const auto then = std::ranges::find(before.sources, source.name, &SourceHealth::name);
    if (then == before.sources.end()) continue;
    source.frames = since(then->frames, source.frames);
    source.lost_in_kernel = since(then->lost_in_kernel, source.lost_in_kernel);
    source.lost_in_queue = since(then->lost_in_queue, source.lost_in_queue);
    for (observe::Tally& tally : source.tallies)
      tally.count = since(count_of(then->tallies, tally.name), tally.count);
  }
  for (std::size_t i = 0; i < out.causes.flows.size(); ++i)
    out.causes.flows.at(i) = since(before.causes.flows.at(i), out.causes.flows.at(i));
  for (std::size_t i = 0; i < out.causes.signs.size(); ++i)
    out.causes.signs.at(i) = since(before.causes.signs.at(i), out.causes.signs.at(i));
  out.causes.tls_with_dns = since(before.causes.tls_with_dns, out.causes.tls_with_dns);
  for (IdentityHealth& source : out.identity) {
    const auto then = std::ranges::find(before.identity, source.name, &IdentityHealth::name);
    if (then == before.identity.end()) continue;
    source.taken = since(then->taken, source.taken);
    for (auto& [reason, count] : source.refused) {
      if (const auto found = then->refused.find(reason); found != then->refused.end())
        count = since(found->second, count);
    }
  }
  if (out.gateway && before.gateway) {
    out.gateway->queued = since(before.gateway->queued, out.gateway->queued);
    out.gateway->unjudged = since(before.gateway->unjudged, out.gateway->unjudged);
    out.gateway->unsent = since(before.gateway->unsent, out.gateway->unsent);
    out.gateway->invalid = since(before.gateway->invalid, out.gateway->invalid);
    out.gateway->repaired = since(before.gateway->repaired, out.gateway->repaired);
  }
  if (out.mirror && before.mirror) {
    out.mirror->counts.reset = since(before.mirror->counts.reset, out.mirror->counts.reset);
    out.mirror->counts.went_on = since(before.mirror->counts.went_on, out.mirror->counts.went_on);
    out.mirror->counts.damaged = since(before.mirror->counts.damaged, out.mirror->counts.damaged);
  }
  return out;
}

std::vector<Diagnosis> examine(const Circumstances& now, const config::Configuration& configuration) {
  return Examination(now, configuration).all();
}

}  // namespace edgewatch::runtime
