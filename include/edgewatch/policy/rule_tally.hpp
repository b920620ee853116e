// How often each rule spoke, in counts of a day that name nobody. One thread.
#pragma once

#include "edgewatch/model/register.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include <map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace edgewatch::policy {

/// Whether a rule's matches may be counted: not where it speaks of fewer than ten people or addresses, whose
/// use the count would be (EVIDENCE 9).
[[nodiscard]] bool is_counted(const RuleBook& book, const Rule& rule);

class RuleTally {
 public:
  explicit RuleTally(const RuleBook& book) { take(book); }
  /// Counts by this book from now on.
  void take(const RuleBook& book);
  /// A decision was made at that time. Only those of counted rules are noted.
  void note(const model::Decision& decision, Timestamp at);
  /// The day's counts so far in this run, of rules that spoke since the last call.
  [[nodiscard]] std::vector<model::RuleMatches> drain();

 private:
  struct Count {
    model::RuleMatches matches;
    bool told = false;
  };
  std::unordered_set<model::RuleId> counted_;
  std::map<std::pair<CivilDate, model::RuleId>, Count> counts_;
};

}  // namespace edgewatch::policy
