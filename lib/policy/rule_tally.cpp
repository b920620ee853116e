#include "edgewatch/policy/rule_tally.hpp"

#include "scope.hpp"

#include <algorithm>
#include <set>

namespace edgewatch::policy {
namespace {

constexpr std::size_t few = 10;
/// Bits behind the prefix of a network of eight addresses, the largest with fewer than ten.
constexpr unsigned few_bits = 3;

}  // namespace

bool is_counted(const RuleBook& book, const Rule& rule) {
  const bool small =
      !rule.networks.empty() && std::ranges::all_of(rule.networks, [](const net::Network& network) {
        return prefix_of(network).host_bits() <= few_bits;
      });
  if (small) return false;
  return (rule.people.empty() && rule.groups.empty()) || people_of(book, rule).size() >= few;
}

void RuleTally::take(const RuleBook& book) {
  counted_.clear();
  for (const Rule& rule : book.rules) {
    if (is_counted(book, rule)) counted_.insert(rule.id);
  }
}

void RuleTally::note(const model::Decision& decision, Timestamp at) {
  if (!decision.rule || !counted_.contains(*decision.rule)) return;
  const CivilDate day = london_date(at);
  Count& count = counts_[{day, *decision.rule}];
  count.matches.rule = *decision.rule;
  count.matches.day = day;
  ++count.matches.matches;
  count.matches.last = std::max(count.matches.last, at);
  count.told = false;
}

std::vector<model::RuleMatches> RuleTally::drain() {
  std::vector<model::RuleMatches> out;
  for (auto& [key, count] : counts_) {
    if (!std::exchange(count.told, true)) out.push_back(count.matches);
  }
  if (counts_.empty()) return out;
  // Sources lag each other by less than a day.
  const CivilDate last = counts_.rbegin()->first.first;
  const CivilDate oldest(std::chrono::sys_days(last) - std::chrono::days(1));
  std::erase_if(counts_, [&](const auto& entry) { return entry.first.first < oldest; });
  return out;
}

}  // namespace edgewatch::policy
