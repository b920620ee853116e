#include "edgewatch/policy/clients.hpp"

#include "scope.hpp"

#include <algorithm>

namespace edgewatch::policy {
namespace {

bool is_for_everybody(const Rule& rule) {
  return rule.people.empty() && rule.groups.empty() && rule.networks.empty();
}

model::Attribution at_address(const net::IpAddress& address) {
  model::Attribution who;
  who.address = address;
  return who;
}

}  // namespace

Clients::Clients(const RuleBook& book, Timestamp at) : book_(book), at_(at) {
  const std::vector<bool> speaks = in_force(book, at);
  for (std::uint32_t i = 0; i < book.withdrawals.size(); ++i) {
    if (!speaks[i]) continue;
    withdrawals_.push_back(i);
    people_.insert(book.withdrawals[i].person);
  }
  for (std::uint32_t i = 0; i < book.rules.size(); ++i) {
    const Rule& rule = book.rules[i];
    if (is_for_everybody(rule) || !speaks[book.withdrawals.size() + i]) continue;
    rules_.push_back(i);
    people_.merge(people_of(book, rule));
    for (const net::Network& network : rule.networks) {
      if (std::ranges::find(networks_, network) == networks_.end()) networks_.push_back(network);
    }
  }
}

Clients::Lines Clients::lines_about(const model::Attribution& who) const {
  Lines out;
  for (const std::uint32_t i : withdrawals_) {
    if (who.person == book_.withdrawals[i].person) out.push_back(i);
  }
  const auto first_rule = static_cast<std::uint32_t>(book_.withdrawals.size());
  for (const std::uint32_t i : rules_) {
    if (mismatch_of_client(book_, book_.rules[i], who, at_) == Mismatch::none) out.push_back(first_rule + i);
  }
  return out;
}

std::string Clients::name_of(const Lines& lines) const {
  std::string out;
  for (const std::uint32_t line : lines) {
    if (line < book_.withdrawals.size()) {
      const Withdrawal& withdrawal = book_.withdrawals[line];
      out += withdrawal.id.text() + '\n' + withdrawal.person.text() + '\n';
      for (const model::ServiceId& service : withdrawal.services) out += service.text() + '\n';
    } else {
      out += "rule " + book_.rules[line - book_.withdrawals.size()].id.text() + '\n';
    }
  }
  return out;
}

std::optional<model::Attribution> Clients::somebody_in(const net::Network& network) const {
  net::NetworkSet within;
  for (const net::Network& other : networks_) {
    if (other != network && lies_in(other, network)) within.push_back(other);
  }
  // What is left of it begins where it does, or behind one that lies within it.
  std::vector<net::IpAddress> beginnings{prefix_of(network).base};
  for (const net::Network& inner : within) {
    if (const auto next = behind(inner)) beginnings.push_back(*next);
  }
  for (const net::IpAddress& address : beginnings) {
    if (network.contains(address) && !net::contains(within, address)) return at_address(address);
  }
  return std::nullopt;
}

model::Attribution Clients::somebody() const {
  std::vector<net::IpAddress> beginnings{net::IpAddress(), *net::IpAddress::parse("::")};
  for (const net::Network& network : networks_) {
    if (const auto next = behind(network)) beginnings.push_back(*next);
  }
  for (const net::IpAddress& address : beginnings) {
    if (!net::contains(networks_, address)) return at_address(address);
  }
  return {};
}

}  // namespace edgewatch::policy
