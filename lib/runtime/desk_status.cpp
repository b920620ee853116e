// The part of the desk that speaks of the daemon itself, and names nobody.
#include "edgewatch/base/text.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "mirror_words.hpp"
#include "role_groups.hpp"

#include <functional>
#include <initializer_list>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t most_gaps_said = 5;

std::string time_or_none(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(std::chrono::floor<std::chrono::seconds>(*at)) : "none";
}

/// How flows were named since the start, and what goes past us: counts that name nobody.
void say_causes(const observe::CauseTotals& causes,
                const std::function<void(const std::string&, const std::string&)>& say) {
  using observe::Column;
  const auto flows = [&](Column column) {
    return std::to_string(causes.flows.at(static_cast<std::size_t>(column)));
  };
  say("flows named", flows(Column::named));
  say("  unnamed_ech", flows(Column::ech));
  say("  unnamed_doh", flows(Column::doh));
  say("  unnamed_tunnel", flows(Column::tunnel));
  say("  unnamed_other", flows(Column::other));
  say("  ambiguous", std::to_string(causes.ambiguous));
  say("signs of bypass", "");
  for (std::size_t i = 0; i < model::bypass_kinds; ++i) {
    say("  " + model::to_string(static_cast<model::BypassSign::Kind>(i)), std::to_string(causes.signs.at(i)));
  }
  say("  tls-with-dns", std::to_string(causes.tls_with_dns));
}

std::uint64_t of_kinds(const enforce::InspectorCounts& counts,
                       std::initializer_list<model::BypassSign::Kind> kinds) {
  std::uint64_t out = 0;
  for (const auto kind : kinds) out += counts.refused_bypass.at(static_cast<std::size_t>(kind));
  return out;
}

void say_gateway(const GatewayHealth& gateway,
                 const std::function<void(const std::string&, const std::string&)>& say) {
  const auto number = [&](const std::string& what, std::uint64_t count) {
    say("  " + what, std::to_string(count));
  };
  say("gateway",
      gateway.nft_has_queue
          ? "nft table inet edgewatch, queues 610 (open), 611 (closed) and 612 (SYNs)"
          : "nft table inet edgewatch, queues 610 (open), 611 (closed) and 612 (SYNs) by the target NFQUEUE, "
            "since this kernel has no queue for nft");
  number("packets queued", gateway.queued);
  number("packets passed without a verdict", gateway.unjudged);
  number("packets refused", gateway.refused);
  number("packets dropped as invalid", gateway.invalid);
  if (gateway.tracked_most > 0)
    say("  connections in the kernel's tracker",
        fmt::format("{} of {}", gateway.tracked, gateway.tracked_most));
  number("clients that wait for a verdict (fail closed)", gateway.closed);
  number("people of such rules without a known address now", gateway.closed_nowhere);
  using Kind = model::BypassSign::Kind;
  const enforce::InspectorCounts& counts = gateway.inspector;
  number("names allowed", counts.allowed);
  number("names refused", counts.refused);
  number("hellos without a name", counts.without_name);
  number("refused as retries without a name", counts.refused_residual);
  number("QUIC refused by `quic`", counts.refused_quic);
  number("resolvers over TLS, QUIC or HTTPS refused", of_kinds(counts, {Kind::dot, Kind::doq, Kind::doh}));
  number("tunnels refused", of_kinds(counts, {Kind::wireguard, Kind::openvpn, Kind::ike}));
  number("pages and answers that could not be sent", gateway.unsent);
  number("cannot be read", counts.unparsable);
  number("contradict themselves, refused", counts.contradictory);
  number("open before they were looked at", counts.unseen_beginning);
  number("given up for want of room", counts.evicted);
  number("connections without a verdict now", counts.flows);
  number("residual entries now", counts.residual);
  number("connections cut by a change", gateway.cut);
  number("times our rules had to be put back", gateway.repaired);
}

void say_identity(const IdentityHealth& source,
                  const std::function<void(const std::string&, const std::string&)>& say) {
  say("identity " + source.name, source.error.empty() ? "listening" : "STOPPED: " + source.error);
  say("  last heard", time_or_none(source.last));
  for (const auto& [what, count] : source.holds) say("  " + what, std::to_string(count));
  say("  received", std::to_string(source.received));
  say("  taken", std::to_string(source.taken));
  for (const auto& [reason, count] : source.refused) say("  not taken: " + reason, std::to_string(count));
}

void say_zones(const ZonesHealth& zones,
               const std::function<void(const std::string&, const std::string&)>& say) {
  say("zones", zones.folder);
  say("  written", time_or_none(zones.written));
  say("  serial", std::to_string(zones.serial));
  say("  names for everybody", std::to_string(zones.names));
  say("  zones for some clients", std::to_string(zones.zones_before));
  say("  addresses and networks in the map", std::to_string(zones.clients));
  say("  map is right as of", time_or_none(zones.right_as_of));
  say("  resolver reloaded", time_or_none(zones.reloaded));
  if (!zones.reloaded) return;
  say("  reload", fmt::format("{}, in {} ms", zones.reload_trouble.empty() ? "done" : zones.reload_trouble,
                              zones.reload_took.count()));
}

}  // namespace

Response Desk::status(const Officer& officer, const Request& request) {
  if (request.options.contains("bypass")) return bypass(request);
  const HealthReport health = health_.report();
  const config::Settings& settings = configuration_->settings;
  const store::Status ledger = ledger_.status();
  Rows rows{{"what", "value"}, {}};
  const auto say = [&rows](const std::string& what, const std::string& value) {
    rows.cells.push_back({what, value});
  };

  say("running since", time_or_none(health.started_at));
  say("enforcement", settings.enforcement_mode);
  if (health.sources.empty())
    say("capture", "no interface is configured: nothing is watched, the ledger is served");
  for (const SourceHealth& source : health.sources) {
    const std::uint64_t lost = source.lost_in_kernel + source.lost_in_queue;
    const double share = source.frames + lost == 0
                             ? 0
                             : 100.0 * static_cast<double>(lost) / static_cast<double>(source.frames + lost);
    say("capture " + source.name, source.error.empty() ? "watching" : "STOPPED: " + source.error);
    say("  frames seen", std::to_string(source.frames));
    say("  frames lost", fmt::format("{} ({:.3f} %): {} in the kernel, {} in our queue", lost, share,
                                     source.lost_in_kernel, source.lost_in_queue));
    for (const observe::Tally& tally : source.tallies) say("  " + tally.name, std::to_string(tally.count));
  }
  if (!health.sources.empty()) {
    say("last event", time_or_none(health.last_event));
    say_causes(health.causes, say);
    for (const observe::Tally& tally : health.analysis) say("  " + tally.name, std::to_string(tally.count));
  }
  if (health.gateway) {
    say_gateway(*health.gateway, say);
    for (const model::GatewayGap& gap : ledger_.gateway_gaps(most_gaps_said)) {
      say("  gap from " + time_or_none(gap.interval.from),
          gap.queued == 0
              ? fmt::format(
                    "to {}: our rules were changed or gone in the kernel; what passed was not counted",
                    time_or_none(gap.interval.to))
              : fmt::format("to {}: {} of {} packets passed without a verdict", time_or_none(gap.interval.to),
                            gap.passed, gap.queued));
    }
  }
  if (health.mirror) say_mirror(*health.mirror, settings.inside, settings.exclude, say);
  for (const IdentityHealth& source : health.identity) say_identity(source, say);
  if (health.zones) say_zones(*health.zones, say);
  say("ledger", settings.ledger.string());
  say("  minute rows", std::to_string(ledger.usage_rows));
  say("  newest minute", ledger.newest_minute ? format_minute(*ledger.newest_minute) : "none");
  say("  last heartbeat", time_or_none(ledger.last_heartbeat));
  say("  size", fmt::format("{:.1f} MiB", static_cast<double>(ledger.file_bytes) / 1048576.0));
  const config::Policies& policies = configuration_->policies;
  if (health.in_force_since) say("in force since", format_rfc3339(*health.in_force_since));
  say("catalogue", fmt::format("{}; services: {}", policies.catalogue.revision().text(),
                               policies.catalogue.services().size()));
  say("lists", fmt::format("{}; lists: {}, names: {}",
                           policies.lists->revision().empty() ? "none" : policies.lists->revision().text(),
                           policies.lists->lists().size(), policies.lists->size()));
  say("rules", fmt::format("{}; rules: {}, authorised uses: {}, withdrawals: {}",
                           policies.rules.revision.text(), policies.rules.rules.size(),
                           policies.rules.authorised.size(), policies.rules.withdrawals.size()));
  if (const std::size_t due = reviews_due(wall_clock()); due > 0)
    say("WARNING", fmt::format("reviews of authorised use that are due: {}; edgewatch authorise list", due));
  say("retention", fmt::format("{} year(s)", settings.retention_years));
  for (const std::string& account : in_two_roles(role_members())) {
    say("WARNING", fmt::format("account {} holds more than one role{}", account,
                               settings.roles_combined ? " (roles.combined)" : "; nobody should"));
  }
  for (const auto& [what, text] : health.alarms) say("ALARM " + what, text);
  if (officer.role == evidence::Role::ict) {
    for (const std::string& sender : health.clocks_off) say("  a clock that is off", terminal_text(sender));
  }
  return in_rows(rows, request, "");
}

Response Desk::live(const Officer& /*officer*/, const Request& request) {
  Rows rows{{"service", "connections", "bytes_up", "bytes_down"}, {}};
  for (const pipeline::ServiceCount& count : health_.report().services) {
    rows.cells.push_back({count.service.text(), std::to_string(count.connections),
                          std::to_string(count.bytes_up), std::to_string(count.bytes_down)});
  }
  return in_rows(rows, request, "");
}

}  // namespace edgewatch::runtime
