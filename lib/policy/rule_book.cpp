#include "edgewatch/policy/rule_book.hpp"

#include "scope.hpp"

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

/// One use that the book is asked about.
struct Use {
  const RuleBook& book;
  const model::Attribution& who;
  const model::Classification* classification;  ///< null for an unlisted name
  const net::HostName& name;
  Timestamp at;
};

bool is_of_service(const std::vector<model::ServiceId>& services, const Use& use) {
  return use.classification != nullptr && holds(services, use.classification->service);
}

/// Of its service, or of a list that lists the name.
bool is_of_category(const std::vector<model::Category>& categories, const Use& use) {
  return use.classification != nullptr &&
         (holds(categories, use.classification->category) ||
          std::ranges::any_of(use.classification->lists, [&](const model::ListMatch& match) {
            return holds(categories, match.category);
          }));
}

bool matches_destination(const Rule& rule, const Use& use) {
  if (is_of_category(rule.categories, use)) return true;
  if (is_of_service(rule.services, use)) return true;
  return use.name.is_matchable() &&
         std::any_of(rule.names.begin(), rule.names.end(),
                     [&](const net::HostName& n) { return use.name.is_at_or_below(n); });
}

bool matches_person(const RuleBook& book, const Rule& rule, const model::PersonId& person) {
  return holds(rule.people, person) ||
         std::any_of(rule.groups.begin(), rule.groups.end(),
                     [&](const std::string& group) { return is_member(book.groups, person, group); });
}

Mismatch mismatch(const model::Interval& valid, Timestamp at) {
  if (at < valid.from) return Mismatch::not_yet;
  return at < valid.to ? Mismatch::none : Mismatch::over;
}

Mismatch mismatch(const Withdrawal& withdrawal, const Use& use) {
  if (!use.who.person) return Mismatch::nobody;
  if (withdrawal.person != *use.who.person) return Mismatch::person;
  if (!is_of_service(withdrawal.services, use)) return Mismatch::destination;
  return mismatch(withdrawal.valid, use.at);
}

Mismatch mismatch(const Rule& rule, const Use& use) {
  if (!matches_destination(rule, use)) return Mismatch::destination;
  return mismatch_of_client(use.book, rule, use.who, use.at);
}

Mismatch mismatch(const AuthorisedUse& authorised, const Use& use) {
  if (!use.who.person) return Mismatch::nobody;
  const bool holder = authorised.person ? *authorised.person == *use.who.person
                                        : is_member(use.book.groups, *use.who.person, authorised.group);
  if (!holder) return Mismatch::person;
  if (!is_of_service(authorised.services, use)) return Mismatch::destination;
  if (const Mismatch when = mismatch(authorised.valid, use.at); when != Mismatch::none) return when;
  return within(authorised.hours, use.at) ? Mismatch::none : Mismatch::hours;
}

/// The table of precedence (README.md), in its order. `note` is told of each line that is asked.
template <class Note>
model::Decision walk(const Use& use, Note note) {
  const auto first_match = [&](const auto& lines, Considered::Part part) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Mismatch why = mismatch(lines[i], use);
      note(Considered{part, i, why});
      if (why == Mismatch::none) return &lines[i];
    }
    return decltype(&lines[0])(nullptr);
  };
  model::Decision decision;  // Policy: open by default.
  decision.revision = use.book.revision;
  if (const auto* withdrawal = first_match(use.book.withdrawals, Considered::Part::withdrawal)) {
    decision.verdict = model::Verdict::block;
    decision.rule = withdrawal->id;
  } else if (const auto* rule = first_match(use.book.rules, Considered::Part::rule)) {
    decision.verdict = rule->action;
    decision.rule = rule->id;
    decision.rule_class = rule->rule_class;
  }
  // What a use is for does not depend on whether it is let through: a block may be only written down.
  if (const auto* authorised = first_match(use.book.authorised, Considered::Part::authorised)) {
    decision.purpose = model::Purpose::authorised;
    if (!decision.rule) decision.rule = authorised->id;
  }
  return decision;
}

}  // namespace

Mismatch mismatch_of_client(const RuleBook& book, const Rule& rule, const model::Attribution& who,
                            Timestamp at) {
  if (!rule.people.empty() || !rule.groups.empty()) {
    if (!who.person) return Mismatch::nobody;  // In doubt about the person, a rule about people is mute.
    if (!matches_person(book, rule, *who.person)) return Mismatch::person;
  }
  if (!rule.networks.empty() && !net::contains(rule.networks, who.address)) return Mismatch::network;
  return within(rule.schedule, at) ? Mismatch::none : Mismatch::hours;
}

bool names_hosts(const RuleBook& book) {
  return std::ranges::any_of(book.rules, [](const Rule& rule) { return !rule.names.empty(); });
}

bool may_refuse(const RuleBook& book, const model::Classification* classification,
                const net::HostName& name) {
  static const model::Attribution anybody;
  const Use use{book, anybody, classification, name, Timestamp{}};
  return std::ranges::any_of(book.withdrawals,
                             [&](const Withdrawal& each) { return is_of_service(each.services, use); }) ||
         std::ranges::any_of(book.rules, [&](const Rule& rule) {
           return rule.action == model::Verdict::block && matches_destination(rule, use);
         });
}

std::vector<bool> in_force(const RuleBook& book, Timestamp at) {
  std::vector<bool> out;
  for (const Withdrawal& withdrawal : book.withdrawals) out.push_back(withdrawal.valid.contains(at));
  for (const Rule& rule : book.rules) out.push_back(within(rule.schedule, at));
  return out;
}

model::Decision decide(const RuleBook& book, const model::Attribution& who,
                       const model::Classification* classification, const net::HostName& name, Timestamp at) {
  return walk({book, who, classification, name, at}, [](const Considered&) {});
}

Explanation explain(const RuleBook& book, const model::Attribution& who,
                    const model::Classification* classification, const net::HostName& name, Timestamp at) {
  Explanation out;
  out.decision = walk({book, who, classification, name, at},
                      [&](const Considered& line) { out.considered.push_back(line); });
  return out;
}

model::Decision decide(const RuleBook& book, const model::Attribution& who,
                       const std::optional<model::Classification>& classification, const net::HostName& name,
                       Timestamp at) {
  return decide(book, who, classification ? &*classification : nullptr, name, at);
}

}  // namespace edgewatch::policy
