// Which names a resolver shall refuse, asked of the one decision that everything else asks too. Pure; any
// thread.
#pragma once

#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/enforce/response_policy_zone.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include <vector>

namespace edgewatch::runtime {

/// Entries for what everybody is refused at `at`: every listed host and every name of a rule is judged as for
/// somebody unknown. Rules for named people, groups or networks are not in it (a zone cannot say "this client
/// and this name").
[[nodiscard]] std::vector<enforce::ZoneEntry> zone_for_everybody(const classify::Catalogue& catalogue,
                                                                 const policy::RuleBook& rules, Timestamp at);

}  // namespace edgewatch::runtime
