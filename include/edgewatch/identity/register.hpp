// The tenancy register: who held an address at a moment, and how firmly (IDENTITY 3). Fed in order of
// recording; one thread.
#pragma once

#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/sighting.hpp"

#include <map>
#include <string>
#include <vector>

namespace edgewatch::identity {

struct Person {
  model::PersonId id;
  std::string display_name;
  std::string department;
  std::vector<std::string> groups;
  std::vector<std::string> accounts;  ///< compared without case; stand for the person in every source
  std::string calendar;
  std::optional<std::chrono::minutes> break_allowance;
  [[nodiscard]] bool not_monitored() const;  ///< in group `not-monitored`
};
/// A row of assignments.csv: a device or address that belongs to one person.
struct Assignment {
  std::variant<net::IpAddress, net::MacAddress> key;
  model::PersonId person;
  model::Interval valid;
};

class Register {
 public:
  Register() = default;
  Register(std::vector<Person> people, std::vector<Assignment> assignments);

  /// Events come in order of `recorded_at`; they never change an answer already given for an earlier time.
  void apply(const model::TenancyEvent& event);
  /// Who was behind `client` at `at`. In doubt nobody: rivals give Basis::conflict, shared addresses
  /// Basis::shared_device.
  [[nodiscard]] model::Attribution attribute(const model::Client& client, Timestamp at) const;
  /// The intervals opened or changed since the last call, for the ledger. Those of not-monitored people are
  /// left out.
  [[nodiscard]] std::vector<model::Binding> drain_bindings();
  [[nodiscard]] const std::vector<Person>& people() const { return people_; }

 private:
  std::vector<Person> people_;
  // The implementer adds what it needs.
};

}  // namespace edgewatch::identity
