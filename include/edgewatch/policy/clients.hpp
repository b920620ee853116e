// Clients by the lines of the book that speak of them: for resolvers, which know addresses and no people. Two
// clients of whom the same lines speak are decided alike, whatever they use. Pure; any thread.
#pragma once

#include "edgewatch/policy/rule_book.hpp"

#include <cstdint>
#include <set>
#include <vector>

namespace edgewatch::policy {

class Clients {
 public:
  /// Of the lines that are in force at `at`. The book outlives it.
  Clients(const RuleBook& book, Timestamp at);

  /// Those of the book's withdrawals and rules that speak of a client, as numbers: withdrawals first, in the
  /// order in which they are asked. Rules for everybody are left out.
  using Lines = std::vector<std::uint32_t>;
  [[nodiscard]] Lines lines_about(const model::Attribution& who) const;
  /// What these lines are called, each as no other is, for a name that stays when the book changes elsewhere.
  [[nodiscard]] std::string name_of(const Lines& lines) const;

  /// Whether any line speaks of that person by name or group: of others it does not matter where they are.
  [[nodiscard]] bool speaks_of(const model::PersonId& person) const { return people_.contains(person); }
  /// Networks that rules name. Each lies within another or apart from it.
  [[nodiscard]] const net::NetworkSet& networks() const { return networks_; }
  /// A client of whom nothing is known but that it is in this network of them and in none that lies within
  /// it; nothing where those leave no address.
  [[nodiscard]] std::optional<model::Attribution> somebody_in(const net::Network& network) const;
  /// A client in none of the networks, of whom nothing is known; where they leave no address, any.
  [[nodiscard]] model::Attribution somebody() const;

 private:
  const RuleBook& book_;
  Timestamp at_;
  Lines rules_;        ///< in force and not for everybody, by their place in the book
  Lines withdrawals_;  ///< in force
  std::set<model::PersonId> people_;
  net::NetworkSet networks_;
};

}  // namespace edgewatch::policy
