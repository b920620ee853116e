#include "edgewatch/policy/rule_book.hpp"

#include <algorithm>

namespace edgewatch::policy {
namespace {

template <class T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool within(const std::vector<WeeklyWindow>& windows, Timestamp at) {
  return windows.empty() ||
         std::any_of(windows.begin(), windows.end(), [&](const WeeklyWindow& w) { return w.contains(at); });
}

bool is_member(const Groups& groups, const model::PersonId& person, const std::string& group) {
  const auto found = groups.find(person);
  return found != groups.end() && holds(found->second, group);
}

bool matches_destination(const Rule& rule, const model::Classification* classification,
                         const net::HostName& name) {
  if (classification != nullptr &&
      (holds(rule.categories, classification->category) || holds(rule.services, classification->service))) {
    return true;
  }
  return name.is_matchable() && std::any_of(rule.names.begin(), rule.names.end(),
                                            [&](const net::HostName& n) { return name.is_at_or_below(n); });
}

bool matches_holder(const RuleBook& book, const Rule& rule, const model::Attribution& who) {
  if (!rule.people.empty() || !rule.groups.empty()) {
    if (!who.person) return false;  // In doubt about the person, a rule about people says nothing.
    const bool named = holds(rule.people, *who.person);
    const bool grouped = std::any_of(rule.groups.begin(), rule.groups.end(), [&](const std::string& group) {
      return is_member(book.groups, *who.person, group);
    });
    if (!named && !grouped) return false;
  }
  return rule.networks.empty() || net::contains(rule.networks, who.address);
}

const Withdrawal* withdrawal_for(const RuleBook& book, const model::Attribution& who,
                                 const model::Classification* classification, Timestamp at) {
  if (!who.person || classification == nullptr) return nullptr;
  for (const Withdrawal& withdrawal : book.withdrawals) {
    if (withdrawal.person == *who.person && withdrawal.valid.contains(at) &&
        holds(withdrawal.services, classification->service)) {
      return &withdrawal;
    }
  }
  return nullptr;
}

const Rule* first_match(const RuleBook& book, const model::Attribution& who,
                        const model::Classification* classification, const net::HostName& name,
                        Timestamp at) {
  for (const Rule& rule : book.rules) {
    if (matches_destination(rule, classification, name) && matches_holder(book, rule, who) &&
        within(rule.schedule, at))
      return &rule;
  }
  return nullptr;
}

const AuthorisedUse* authorisation_for(const RuleBook& book, const model::Attribution& who,
                                       const model::Classification* classification, Timestamp at) {
  if (!who.person || classification == nullptr) return nullptr;
  for (const AuthorisedUse& use : book.authorised) {
    const bool holder =
        use.person ? *use.person == *who.person : is_member(book.groups, *who.person, use.group);
    if (holder && use.valid.contains(at) && holds(use.services, classification->service) &&
        within(use.hours, at))
      return &use;
  }
  return nullptr;
}

}  // namespace

bool names_hosts(const RuleBook& book) {
  return std::ranges::any_of(book.rules, [](const Rule& rule) { return !rule.names.empty(); });
}

model::Decision decide(const RuleBook& book, const model::Attribution& who,
                       const model::Classification* classification, const net::HostName& name, Timestamp at) {
  model::Decision decision;  // Policy: open by default.
  decision.revision = book.revision;
  if (const Withdrawal* withdrawal = withdrawal_for(book, who, classification, at)) {
    decision.verdict = model::Verdict::block;
    decision.rule = withdrawal->id;
  } else if (const Rule* rule = first_match(book, who, classification, name, at)) {
    decision.verdict = rule->action;
    decision.rule = rule->id;
    decision.rule_class = rule->rule_class;
  }
  // What a use is for does not depend on whether it is let through: a block may be only written down.
  if (const AuthorisedUse* use = authorisation_for(book, who, classification, at)) {
    decision.purpose = model::Purpose::authorised;
    if (!decision.rule) decision.rule = use->id;
  }
  return decision;
}

model::Decision decide(const RuleBook& book, const model::Attribution& who,
                       const std::optional<model::Classification>& classification, const net::HostName& name,
                       Timestamp at) {
  return decide(book, who, classification ? &*classification : nullptr, name, at);
}

}  // namespace edgewatch::policy
