#include "gateway_judge.hpp"

#include "edgewatch/classify/classify.hpp"
#include "edgewatch/enforce/refusal_packets.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// One click asks for A, AAAA and HTTPS, then tries QUIC and TCP, some of it twice.
constexpr Duration one_attempt = 2s;
/// Names that are remembered for that; a flood of them is counted as what it is.
constexpr std::size_t most_remembered = 65536;

/// Attempts that are told apart by client; of more, as in a flood in made-up names, the client is left out,
/// which the ledger keeps of none. Of proven ones as many again, so that a flood does not crowd out whose
/// they are.
constexpr std::size_t most_apart = 32768;

/// What a rule may speak of: resolvers by their service where it is known whose they are, and the category.
model::Classification classified(model::BypassSign::Kind kind, const classify::ServiceDefinition* resolver) {
  using Kind = model::BypassSign::Kind;
  model::Classification out;
  const bool resolves = kind == Kind::doh || kind == Kind::dot || kind == Kind::doq;
  out.category = model::Category(std::string(resolves ? classify::doh_category : classify::vpn_category));
  out.role = model::Role::unknown;
  out.record = false;
  if (resolver != nullptr) out.service = resolver->id;
  return out;
}

bool speaks_of(const policy::Rule& rule, const policy::Groups& groups, const model::PersonId& person) {
  if (std::ranges::find(rule.people, person) != rule.people.end()) return true;
  const auto of_person = groups.find(person);
  return of_person != groups.end() && std::ranges::any_of(of_person->second, [&](const std::string& group) {
           return std::ranges::find(rule.groups, group) != rule.groups.end();
         });
}

}  // namespace

ClosedClients closed_clients(const GatewaySnapshot& snapshot, Timestamp at) {
  const policy::RuleBook& book = snapshot.configuration->policies.rules;
  ClosedClients out;
  std::vector<const policy::Rule*> of_people;
  for (const policy::Rule& rule : book.rules) {
    if (!rule.fail_closed) continue;
    if (!rule.people.empty() || !rule.groups.empty()) {
      of_people.push_back(&rule);
    } else {
      out.networks.insert(out.networks.end(), rule.networks.begin(), rule.networks.end());
    }
  }
  if (of_people.empty()) return out;
  const auto waits = [&](const model::PersonId& person) {
    return std::ranges::any_of(
        of_people, [&](const policy::Rule* rule) { return speaks_of(*rule, book.groups, person); });
  };
  // Whose it is by the address alone, and by the device that was seen there last: in doubt it waits.
  std::set<net::IpAddress> addresses;
  std::set<model::PersonId> somewhere;
  const auto note = [&](const net::IpAddress& address, const model::PersonId& person) {
    if (!waits(person)) return;
    addresses.insert(address);
    somewhere.insert(person);
  };
  for (const net::IpAddress& address : snapshot.tenancy->addresses()) {
    const model::Attribution who = snapshot.tenancy->attribute({address, {}, 0}, at);
    if (who.person) note(address, *who.person);
  }
  for (const identity::Holding& holding : snapshot.tenancy->holdings(at))
    note(holding.address, holding.person);
  for (const net::IpAddress& address : addresses)
    out.networks.push_back(*net::Network::parse(address.to_string()));
  out.people_nowhere = static_cast<std::size_t>(std::ranges::count_if(
      snapshot.tenancy->people(),
      [&](const identity::Person& person) { return !somewhere.contains(person.id) && waits(person.id); }));
  return out;
}

bool speaks_of_people(const policy::RuleBook& book) {
  return !book.withdrawals.empty() || !book.authorised.empty() ||
         std::ranges::any_of(book.rules, [](const policy::Rule& rule) {
           return !rule.people.empty() || !rule.groups.empty();
         });
}

bool depends_on_time(const policy::RuleBook& book) {
  return !book.withdrawals.empty() || !book.authorised.empty() ||
         std::ranges::any_of(book.rules, [](const policy::Rule& rule) { return !rule.schedule.empty(); });
}

GatewayJudge::Judged GatewayJudge::judge(const model::Sighting& sighting) const {
  Judged out;
  out.who = snapshot_.tenancy->attribute(sighting.client, sighting.at);
  // Whoever is not watched is not held back either: nothing about them is even asked.
  if (out.who.not_monitored) return out;
  const config::Policies& policies = snapshot_.configuration->policies;
  out.listed = classify::classify(policies.catalogue, *policies.lists, sighting.host);
  out.decision = policy::decide(policies.rules, out.who, out.listed, sighting.host, sighting.at);
  return out;
}

GatewayJudge::Judged GatewayJudge::judge(const model::BypassSign& sign) const {
  Judged out;
  const config::Policies& policies = snapshot_.configuration->policies;
  const config::Settings& settings = snapshot_.configuration->settings;
  const classify::ServiceDefinition* resolver = policies.catalogue.resolver_at(sign.server.address);
  if (sign.kind == model::BypassSign::Kind::doh && resolver == nullptr) return out;
  if (net::contains(settings.inside, sign.server.address) ||
      net::contains(settings.gateway.own_ends, sign.server.address))
    return out;
  out.who = snapshot_.tenancy->attribute(sign.client, sign.at);
  if (out.who.not_monitored) return out;
  out.listed = classified(sign.kind, resolver);
  out.decision = policy::decide(policies.rules, out.who, out.listed, net::HostName(), sign.at);
  return out;
}

std::string GatewayJudge::page(const model::Sighting& sighting) const {
  const Judged judged = judge(sighting);
  const config::BlockPageWords words = config::block_page_words(snapshot_.configuration->settings);
  const std::string category = judged.listed ? judged.listed->category.text() : "";
  return enforce::block_page({sighting.host.text(), category, words.contact, words.appeal});
}

model::Decision GatewayJudge::look(const model::Sighting& sighting) const { return judge(sighting).decision; }
model::Decision GatewayJudge::look(const model::BypassSign& sign) const { return judge(sign).decision; }

model::Decision GatewayJudge::decide(const model::Sighting& sighting) {
  Judged judged = judge(sighting);
  if (judged.decision.verdict == model::Verdict::block) count(sighting, judged);
  return std::move(judged.decision);
}

model::Decision GatewayJudge::decide(const model::BypassSign& sign) {
  Judged judged = judge(sign);
  if (judged.decision.verdict == model::Verdict::block) {
    model::Sighting attempt;  // of no name, and by one packet that anybody could have sent
    attempt.at = sign.at;
    attempt.client = sign.client;
    attempt.server = sign.server;
    count(attempt, judged);
  }
  return std::move(judged.decision);
}

void GatewayJudge::count(const model::Sighting& sighting, const Judged& judged) {
  // Class `inappropriate` keeps the person and neither name, service nor category (CONTRACT, `blocks`).
  const bool inappropriate = judged.decision.rule_class == model::RuleClass::inappropriate;
  const bool with_service = judged.listed && !judged.listed->service.empty() && !inappropriate;
  const UtcMinute minute = minute_of(sighting.at);
  const model::RuleId rule = judged.decision.rule.value_or(model::RuleId());
  const std::string service = with_service ? judged.listed->service.text() : "";
  const bool is_proven = sighting.confirmation == model::Confirmation::acknowledged;
  BlockKey key{minute, sighting.client.address, service, rule.text()};
  const bool is_one_too_many =
      blocks_.size() >= (is_proven ? 2 * most_apart : most_apart) && !blocks_.contains(key);
  if (is_one_too_many) std::get<net::IpAddress>(key) = {};
  model::BlockCount& block = blocks_[std::move(key)];
  if (block.attempts == 0) {
    block.minute = minute;
    if (!is_one_too_many) block.client = sighting.client;
    block.rule = rule;
    block.rule_class = judged.decision.rule_class;
    block.mechanism = mechanism_;
    if (with_service) {
      block.service = judged.listed->service;
      block.category = judged.listed->category;
    }
  }
  // What comes by UDP anybody could have sent in a colleague's name; only a TCP handshake shows who it was.
  if (is_proven && !is_one_too_many && !block.person) block.person = judged.who.person;
  if (last_.size() > most_remembered) last_.clear();
  Timestamp& last =
      last_.try_emplace({sighting.client.address, sighting.host}, Timestamp::min()).first->second;
  const bool again = last != Timestamp::min() && sighting.at - last <= one_attempt && block.attempts > 0;
  last = sighting.at;
  if (!again) ++block.attempts;
}

std::vector<model::BlockCount> GatewayJudge::take_blocks(UtcMinute before) {
  std::vector<model::BlockCount> out;
  while (!blocks_.empty() && blocks_.begin()->second.minute < before) {
    out.push_back(std::move(blocks_.begin()->second));
    blocks_.erase(blocks_.begin());
  }
  std::erase_if(last_, [&](const auto& entry) { return entry.second < before - one_attempt; });
  return out;
}

ToldByGateway::Key ToldByGateway::key_of(const model::BlockCount& block) {
  return {block.minute, block.client.address, block.service ? block.service->text() : "", block.rule.text()};
}

void ToldByGateway::note(const std::vector<model::BlockCount>& blocks) {
  for (const model::BlockCount& block : blocks) told_.insert(key_of(block));
  if (told_.empty()) return;
  const UtcMinute newest = std::get<UtcMinute>(*told_.rbegin());
  while (std::get<UtcMinute>(*told_.begin()) < newest - 5min) told_.erase(told_.begin());
}

void ToldByGateway::take_out(std::vector<model::BlockCount>& observed) const {
  std::erase_if(observed, [&](const model::BlockCount& block) {
    if (block.mechanism == "gateway") return false;
    Key key = key_of(block);
    Key of_anybody = key;
    std::get<net::IpAddress>(of_anybody) = {};
    for (const auto minutes : {-1min, 0min, 1min}) {
      std::get<UtcMinute>(key) = std::get<UtcMinute>(of_anybody) = block.minute + minutes;
      if (told_.contains(key) || told_.contains(of_anybody)) return true;
    }
    return false;
  });
}

}  // namespace edgewatch::runtime
