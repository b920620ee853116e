// The council's policy as an immutable rule book and one pure function over it. Its default is allow
// (ARCHITECTURE D8, law). Any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/base/weekly_window.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/classification.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgewatch::policy {

struct Rule {
  model::RuleId id;
  model::Verdict action = model::Verdict::block;
  model::RuleClass rule_class = model::RuleClass::policy;
  std::vector<model::Category> categories;
  std::vector<model::ServiceId> services;
  std::vector<net::HostName> names;  ///< a name and everything below it
  std::vector<model::PersonId> people;
  std::vector<std::string> groups;
  net::NetworkSet networks;
  std::vector<WeeklyWindow> schedule;  ///< empty: always
  std::string reason;
  bool fail_closed = false;
  std::string file;
  std::size_t line = 0;
};
/// A person's access to some services taken away after misuse.
struct Withdrawal {
  model::RuleId id;  ///< what a decision names: `withdrawal:` and the case, or its number in the file
  model::PersonId person;
  std::vector<model::ServiceId> services;
  model::Interval valid;
  std::string case_reference;
  std::string approved_by;
  std::string file{};  ///< empty for one that was entered by command
  std::size_t line = 0;
};
/// Social media as somebody's job.
struct AuthorisedUse {
  model::RuleId id;  ///< what a decision names: `authorised:` and its number in the file
  std::optional<model::PersonId> person;
  std::string group;
  std::vector<model::ServiceId> services;
  std::string purpose;
  std::string account;
  model::Interval valid;
  std::vector<WeeklyWindow> hours;  ///< empty: always
  std::string approved_by;
  std::optional<CivilDate> review_date;
  std::string file{};  ///< empty for one that was entered by command
  std::size_t line = 0;
};

/// Groups of each person who has any.
using Groups = std::unordered_map<model::PersonId, std::vector<std::string>>;

struct RuleBook {
  std::vector<Rule> rules;  ///< in the file's order; the first that matches decides
  std::vector<Withdrawal> withdrawals;
  std::vector<AuthorisedUse> authorised;
  Groups groups;
  model::Revision revision;
};

/// Whether a rule names hosts of its own: only then can a name that the catalogue does not know be decided
/// upon otherwise than by default.
[[nodiscard]] bool names_hosts(const RuleBook& book);

/// Whether a line of the book refuses the name to anybody at any time. `classification` is null for an
/// unlisted name.
[[nodiscard]] bool may_refuse(const RuleBook& book, const model::Classification* classification,
                              const net::HostName& name);

/// Which withdrawals and rules, in the book's order, can speak at `at` at all: as long as these are the same,
/// so is every verdict.
[[nodiscard]] std::vector<bool> in_force(const RuleBook& book, Timestamp at);

/// Allow, block or log, and personal or authorised, with the rule that says so: the table of precedence in
/// lib/policy/README.md, as code. `classification` is nothing for an unlisted name.
[[nodiscard]] model::Decision decide(const RuleBook& book, const model::Attribution& who,
                                     const std::optional<model::Classification>& classification,
                                     const net::HostName& name, Timestamp at);
/// The same for a classification that is borrowed (null for an unlisted name), so that nothing is copied.
[[nodiscard]] model::Decision decide(const RuleBook& book, const model::Attribution& who,
                                     const model::Classification* classification, const net::HostName& name,
                                     Timestamp at);

/// Why a line of the book does not speak of a use: the first of its conditions that fails, in this order.
enum class Mismatch : std::uint8_t {
  none,         ///< it does speak of it
  destination,  ///< another category, service or name
  nobody,       ///< it is about people or groups, and whose use it is is not known
  person,       ///< about other people or groups
  network,      ///< about other networks
  not_yet,      ///< it begins later
  over,         ///< it has ended
  hours,        ///< about other hours
};

/// A line of the book that was asked.
struct Considered {
  enum class Part : std::uint8_t { withdrawal, rule, authorised };
  Part part = Part::rule;
  std::size_t index = 0;  ///< in the book's list of that part
  Mismatch why = Mismatch::none;
  bool operator==(const Considered&) const = default;
};
struct Explanation {
  model::Decision decision;
  std::vector<Considered> considered;  ///< in the order they were asked; what stands behind a match is not
};
/// The decision by the very steps that make it.
[[nodiscard]] Explanation explain(const RuleBook& book, const model::Attribution& who,
                                  const model::Classification* classification, const net::HostName& name,
                                  Timestamp at);

}  // namespace edgewatch::policy
