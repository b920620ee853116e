// What is odd in a rule book that is right in its form: rules that cannot match or that what stands before
// them contradicts, access that is withdrawn and authorised at once, and what has ended or soon will. Pure;
// any thread.
#pragma once

#include "edgewatch/policy/rule_book.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace edgewatch::policy {

/// What rules may speak of, and whom they can reach.
struct Ground {
  struct Host {
    net::HostName name;
    model::ServiceId service;
    model::Category category;
  };
  std::vector<Host> hosts;                ///< of every service of the catalogue
  std::set<model::Category> categories;   ///< of published lists
  net::NetworkSet inside;                 ///< whom rules are asked about; empty: everybody
  net::NetworkSet exclude;                ///< but for these
  std::set<model::PersonId> unmonitored;  ///< and these
};

struct RuleReview {
  std::string never;         ///< why the rule can never match; empty where nothing says so
  std::string contradicted;  ///< what of it earlier rules decide otherwise; empty where it is nothing, or all
  std::string advice;        ///< where either says something
};
/// Of each rule of the book, in its order. It is silent where it is not sure: what a published list may add
/// to a name of the catalogue is left out.
[[nodiscard]] std::vector<RuleReview> review_rules(const RuleBook& book, const Ground& ground);

/// A withdrawal and an authorised use that speak of the same use at some time after `now`: blocked it is,
/// though it is somebody's job.
struct Contradiction {
  std::size_t withdrawal = 0;  ///< in the book's list
  std::size_t authorised = 0;  ///< likewise
  std::vector<model::ServiceId> services;
};
[[nodiscard]] std::vector<Contradiction> contradictions(const RuleBook& book, Timestamp now);

/// `begins on 2026-12-01`, `ended on 2026-10-31`, `ends on 2026-12-01` (within a fortnight),
/// `review was due on 2026-11-01`, `review is due on 2026-12-01`; parted by `; `, empty where none applies.
[[nodiscard]] std::string dates_to_mind(const model::Interval& valid, const std::optional<CivilDate>& review,
                                        Timestamp now);

}  // namespace edgewatch::policy
