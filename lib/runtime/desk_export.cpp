// The part of the desk that gives the policy in the forms that resolvers read.
#include "edgewatch/enforce/resolver_list.hpp"
#include "edgewatch/enforce/response_policy_zone.hpp"
#include "edgewatch/policy/clients.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "zone.hpp"

namespace edgewatch::runtime {
namespace {

using Canaries = ZoneNames::Canaries;

/// For everybody of whom nothing is known.
std::vector<enforce::ZoneEntry> entries_for(const config::Configuration& configuration, Timestamp at,
                                            ZoneNames::Canaries canaries) {
  config::Policies policies = configuration.policies;
  policies.lists = std::make_shared<const classify::ListSet>();
  const model::Attribution anybody = policy::Clients(policies.rules, at).somebody();
  return zone_for(ZoneNames(std::move(policies)), anybody, at, canaries);
}

}  // namespace

Response Desk::export_rpz(const Officer& /*officer*/, const Request& request) {
  enforce::ZoneOptions options;
  if (const std::string zone = option(request, "zone"); !zone.empty()) {
    const auto name = net::HostName::from_user(zone);
    if (!name) return wrong("--zone is a domain name");
    options.origin = name->text();
  }
  const Timestamp now = wall_clock();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  options.serial = enforce::next_serial({}, static_cast<std::uint64_t>(seconds));
  return {fine, enforce::response_policy_zone(entries_for(*configuration_, now, Canaries::refused), options),
          ""};
}

Response Desk::export_dnsmasq(const Officer& /*officer*/, const Request& /*request*/) {
  return {fine, enforce::dnsmasq_list(entries_for(*configuration_, wall_clock(), Canaries::refused)), ""};
}

Response Desk::export_hosts(const Officer& /*officer*/, const Request& /*request*/) {
  return {fine, enforce::hosts_list(entries_for(*configuration_, wall_clock(), Canaries::as_any_name)), ""};
}

Response Desk::export_adblock(const Officer& /*officer*/, const Request& /*request*/) {
  return {fine, enforce::adblock_list(entries_for(*configuration_, wall_clock(), Canaries::as_any_name)), ""};
}

}  // namespace edgewatch::runtime
