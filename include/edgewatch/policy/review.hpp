// What is odd in a rule book that is right in its form: rules that cannot match, and what has ended or soon
// will. Pure; any thread.
#pragma once

#include "edgewatch/policy/rule_book.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace edgewatch::policy {

/// What rules may speak of: each service's category, and categories that external lists have.
struct Listed {
  std::map<model::ServiceId, model::Category> services;
  std::set<model::Category> categories;
};

/// For each rule of the book, in its order, why it can never match; empty where nothing says so. Told are
/// rules of which one earlier rule takes everything, and those whose services and categories nothing has.
/// Several earlier rules that together take everything are not found.
[[nodiscard]] std::vector<std::string> never_matching(const RuleBook& book, const Listed& listed);

/// `begins on 2026-12-01`, `ended on 2026-10-31`, `ends on 2026-12-01` (within a fortnight),
/// `review was due on 2026-11-01`, `review is due on 2026-12-01`; parted by `; `, empty where none applies.
[[nodiscard]] std::string dates_to_mind(const model::Interval& valid, const std::optional<CivilDate>& review,
                                        Timestamp now);

}  // namespace edgewatch::policy
