// What names mean before they are classified: judged by the client's own DNS, and by what the catalogue
// lists.
#include "edgewatch/pipeline/pipeline.hpp"

#include <algorithm>
#include <array>

namespace edgewatch::pipeline {
namespace {

using model::NameEvidence;
using Sign = model::BypassSign::Kind;

constexpr std::uint16_t https_port = 443;
/// Addresses whose holder is remembered. Whoever can forge a neighbour can forge many; then all are new
/// again.
constexpr std::size_t most_holders = 1U << 16U;
constexpr std::uint16_t dns_over_tls_port = 853;  // RFC 7858 section 3.1, RFC 9250 section 4.1.1

/// Names that a browser or a system asks for to learn whether it may go past the resolver, and what for.
std::optional<Sign> sign_of_question(const net::HostName& name) {
  struct Asked {
    std::string_view name;
    Sign sign;
  };
  static constexpr auto names =
      std::to_array<Asked>({{"use-application-dns.net", Sign::canary},
                            {"mask.icloud.com", Sign::canary},
                            {"mask-h2.icloud.com", Sign::canary},
                            {"_dns.resolver.arpa", Sign::ddr}});  // RFC 9462 section 4
  const auto* const found = std::ranges::find(names, name.text(), &Asked::name);
  if (found == names.end()) return std::nullopt;
  return found->sign;
}

/// How much a contact in this role claims: of several roles that a flow may have, it gets the one that claims
/// least.
int claim_of(model::Role role) {
  switch (role) {
    case model::Role::embed:
    case model::Role::push:
    case model::Role::ads:
    case model::Role::system:
    case model::Role::unknown:
      return 0;
    case model::Role::media:
      return 1;
    case model::Role::content:
      return 2;
    case model::Role::chat:
      return 3;
    case model::Role::app:
      return 4;
    case model::Role::core:
      return 5;
  }
  return 0;
}

/// The name to use where all belong to one service; null where they do not, or one is on no list.
const net::HostName* one_of_one_service(const classify::Catalogue& catalogue,
                                        const std::vector<net::HostName>& candidates) {
  const net::HostName* best = nullptr;
  const model::Classification* of_best = nullptr;
  for (const net::HostName& candidate : candidates) {
    const model::Classification* found = catalogue.look_up(candidate);
    if (found == nullptr || (of_best != nullptr && of_best->service != found->service)) return nullptr;
    if (of_best == nullptr || claim_of(found->role) < claim_of(of_best->role)) {
      best = &candidate;
      of_best = found;
    }
  }
  return best;
}

}  // namespace

/// A flow without a name of its own gets one where the client's own answers leave no choice of service.
/// `listed`: what its own is listed as.
observe::Judgement Pipeline::judge(model::Sighting sensed, const model::Classification* listed) {
  using AsOuter = observe::ListedAsOuter;
  const NameEvidence evidence = sensed.evidence;
  const model::Hidden hidden = sensed.hidden;
  // A connection from before the sensor began may be to anybody at that address, whatever was asked since.
  const bool unknown_beginning = evidence == NameEvidence::none && !sensed.begun;
  if (unknown_beginning || causes_.is_tunnel(sensed.flow)) {
    model::Sighting as_sensed = sensed;
    observe::Judgement judged = judge_.judge(std::move(sensed));
    judged.sighting = std::move(as_sensed);
    judged.candidates.clear();
    judged.more_candidates = false;
    return judged;
  }
  const bool outer = hidden == model::Hidden::ech && listed != nullptr &&
                     listed->category.text() == classify::outer_name_category;
  observe::Judgement judged = judge_.judge(std::move(sensed), outer ? AsOuter::yes : AsOuter::no);
  model::Sighting& named = judged.sighting;
  // The outer name stands for whatever hides behind it, and so for nothing.
  if (named.evidence == NameEvidence::outer_name_only) std::erase(judged.candidates, named.host);
  if (judged.candidates.size() > 1 && !judged.more_candidates) {
    if (const auto* name = one_of_one_service(*policies_.catalogue, judged.candidates)) {
      named.host = *name;
      named.evidence = NameEvidence::dns_answer_address;
    }
  }
  return judged;
}

/// For lists that are to be tried or are new: nobody is told by it.
void Pipeline::note_name(const net::HostName& name, const model::Client& client, Timestamp at) {
  if (options_.seen_names != nullptr) options_.seen_names->note(name, client.address, at);
  if (policies_.trial) policies_.trial->note(name, at);
}

void Pipeline::note_question(const model::Answer& answer) {
  if (const auto sign = sign_of_question(answer.qname))
    causes_.count({answer.at, 0, answer.source, answer.client, answer.server, *sign});
}

void Pipeline::count_sign(const model::Sighting& sighting, Sign kind) {
  causes_.count({sighting.at, sighting.flow, sighting.source, sighting.client, sighting.server, kind});
}

/// Which column the flow stands in, and what it is a sign of. `sensed`: how the sensor had its name.
void Pipeline::note_causes(NameEvidence sensed, const observe::Judgement& judged,
                           const model::Classification* classification) {
  const model::Sighting& named = judged.sighting;
  const bool outer = named.evidence == NameEvidence::outer_name_only;
  const bool unnamed = outer || named.evidence == NameEvidence::none;
  const observe::Column counted = observe::counted_by_sensor(sensed, named.server.port);
  observe::Column column = observe::Column::named;
  if (unnamed) {
    const bool hidden = outer || named.hidden != model::Hidden::no;
    column = hidden ? observe::Column::ech : counted;
  }
  causes_.place(named.flow, named.source, counted, column);
  // A flow with one candidate and no others would have a name: others are there, known or not.
  if (unnamed && (!judged.candidates.empty() || judged.more_candidates)) causes_.count_ambiguous(named.flow);
  using Preceded = observe::Judgement::Preceded;
  if (judged.preceded == Preceded::yes) causes_.count_tls_with_dns(named.flow);
  if (judged.preceded == Preceded::no) count_sign(named, Sign::tls_without_dns);

  const bool listed = classification != nullptr && classification->category.text() == classify::doh_category;
  const bool known_address =
      unnamed && named.server.port == https_port && policies_.catalogue->is_resolver(named.server.address);
  if (named.server.port == dns_over_tls_port) {
    count_sign(named, sensed == NameEvidence::quic_server_name ? Sign::doq : Sign::dot);
  } else if (listed || known_address) {
    count_sign(named, Sign::doh);
  }
  if (classification != nullptr && classification->service.text() == classify::private_relay_service)
    count_sign(named, Sign::private_relay);
}

/// What the machine before was answered is not evidence about the one that has the address now; what a person
/// before was answered at the same machine is, since the machine remembers it.
void Pipeline::note_holder(const net::IpAddress& address, const net::MacAddress& device) {
  if (register_.is_router(device)) return;
  if (holders_.size() >= most_holders) holders_.clear();
  const auto [known, is_new] = holders_.try_emplace(address, device);
  if (!is_new && known->second == device) return;
  known->second = device;
  judge_.forget(address);  // of the first one too: whose the address was before nobody knows
}

/// Whose frames ask has the address, where nobody said so before: its own first ARP is then no news.
void Pipeline::note_asker(const model::Client& client) {
  if (!client.mac || register_.is_router(*client.mac)) return;
  if (holders_.size() >= most_holders) return;
  holders_.try_emplace(client.address, *client.mac);
}

void Pipeline::forget_holder(const net::IpAddress& address) {
  holders_.erase(address);
  judge_.forget(address);
}

/// Nothing of somebody who is not monitored is kept, nor what was before that became known.
bool Pipeline::drop_if_not_monitored(const model::Attribution& who) {
  if (who.not_monitored) judge_.forget(who.address);
  return who.not_monitored;
}

}  // namespace edgewatch::pipeline
