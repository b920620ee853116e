// What the parts of policy share about whom a rule speaks of. Private to policy.
#pragma once

#include "edgewatch/policy/rule_book.hpp"

#include <optional>
#include <set>

namespace edgewatch::policy {

/// People of the rule, its groups' members among them.
[[nodiscard]] std::set<model::PersonId> people_of(const RuleBook& book, const Rule& rule);

/// Why a rule does not speak of that client then, whatever they use: of its conditions those about people,
/// networks and hours.
[[nodiscard]] Mismatch mismatch_of_client(const RuleBook& book, const Rule& rule,
                                          const model::Attribution& who, Timestamp at);

struct Prefix {
  net::IpAddress base;
  unsigned length = 0;
  [[nodiscard]] unsigned host_bits() const;
};
[[nodiscard]] Prefix prefix_of(const net::Network& network);
/// Whether every address of `inner` is one of `outer`.
[[nodiscard]] bool lies_in(const net::Network& inner, const net::Network& outer);
/// The address behind the last one of a network; nothing behind the last there is.
[[nodiscard]] std::optional<net::IpAddress> behind(const net::Network& network);

}  // namespace edgewatch::policy
