// The part of the desk that tells what was blocked: by rule without anybody's name, by person only where the
// rule is of class `inappropriate` (EVIDENCE 2).
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/rule_books.hpp"
#include "edgewatch/model/attempt.hpp"
#include "edgewatch/policy/rule_tally.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

constexpr std::chrono::days week{7};

/// `--from` and `--to`, by default the week that ends today; nothing where they are no such days.
std::optional<model::DateRange> days_of(const Request& request, CivilDate today) {
  const auto day = [&](const char* key, CivilDate otherwise) {
    const std::string text = option(request, key);
    return text.empty() ? std::optional(otherwise) : parse_date(text);
  };
  const auto last = day("to", today);
  if (!last) return std::nullopt;
  const auto first = day("from", CivilDate(std::chrono::sys_days(*last) - week + std::chrono::days(1)));
  if (!first || *last < *first) return std::nullopt;
  return model::DateRange{*first, *last};
}

struct Sum {
  std::uint64_t attempts = 0;
  UtcMinute first = UtcMinute::max();
  UtcMinute last = UtcMinute::min();
  void add(const store::BlockRecord& record) {
    attempts += record.attempts;
    first = std::min(first, record.minute);
    last = std::max(last, record.minute);
  }
};

/// The rules of a book, and whether their attempts may be told without a case: those of few would be
/// somebody's use.
using MayBeTold = std::map<model::RuleId, bool>;
MayBeTold may_be_told(const policy::RuleBook& book) {
  MayBeTold out;
  for (const policy::Rule& rule : book.rules) out.emplace(rule.id, policy::is_counted(book, rule));
  return out;
}

/// The same by the books that were in force when something was blocked, since a rule that is for everybody
/// today may have been about one person then. Where that book is not kept it is today's that says it.
class ToldThen {
 public:
  ToldThen(const store::Ledger& ledger, const config::Configuration& configuration)
      : ledger_(ledger),
        file_(configuration.settings.rules.string()),
        today_(may_be_told(configuration.policies.rules)) {}

  /// A book may have been taken into force within the minute, so it is asked of its begin and its end.
  [[nodiscard]] bool operator()(const store::BlockRecord& record) {
    const std::optional<bool> begin = at(record.minute, record.rule);
    const std::optional<bool> end = at(record.minute + std::chrono::minutes(1), record.rule);
    return begin.value_or(true) && end.value_or(true) && (begin || end);
  }
  [[nodiscard]] bool today(const model::RuleId& rule) const {
    const auto found = today_.find(rule);
    return found != today_.end() && found->second;
  }

 private:
  [[nodiscard]] std::optional<bool> at(Timestamp moment, const model::RuleId& rule) {
    const auto [book, is_new] = at_.try_emplace(moment, nullptr);
    if (is_new) book->second = &book_at(moment);
    const auto found = book->second->find(rule);
    return found == book->second->end() ? std::nullopt : std::optional(found->second);
  }

  const MayBeTold& book_at(Timestamp moment) {
    const auto revision = ledger_.in_force("rule_book", moment);
    if (!revision) return today_;
    // Members of groups change without another revision: once a day they are looked at anew.
    const auto [book, is_new] = books_.try_emplace({revision->text(), london_date(moment)}, today_);
    if (!is_new) return book->second;
    if (const auto kept = ledger_.rule_book_at(moment)) {
      if (const auto then = config::read_kept(*kept, file_)) book->second = may_be_told(*then);
    }
    return book->second;
  }

  const store::Ledger& ledger_;
  std::string file_;
  MayBeTold today_;
  std::map<std::pair<std::string, CivilDate>, MayBeTold> books_;
  std::map<Timestamp, const MayBeTold*> at_;
};

}  // namespace

Response Desk::blocks(const Officer& officer, const Request& request) {
  const auto period = days_of(request, london_date(wall_clock()));
  if (!period)
    return refuse(officer, Action::blocks, request, "--from and --to are days, YYYY-MM-DD, in this order");
  const std::string rule = option(request, "rule");
  ToldThen is_told(ledger_, *configuration_);
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, Sum> sums;
  for (const store::BlockRecord& record : ledger_.blocks(*period)) {
    if ((!rule.empty() && record.rule.text() != rule) || !is_told(record)) continue;
    sums[{record.rule.text(), model::to_string(record.rule_class),
          record.service ? record.service->text() : "-", record.mechanism}]
        .add(record);
  }
  if (!rule.empty() && sums.empty() && !is_told.today(model::RuleId(rule))) {
    return refuse(
        officer, Action::blocks, request,
        fmt::format("no rule '{}' of which attempts are told is in the book, nor was in those days; "
                    "edgewatch rules shows them, and those about fewer than 10 people are left out",
                    terminal_text(rule)));
  }
  Rows rows{{"rule", "class", "service", "mechanism", "attempts", "first_day", "last_day"}, {}};
  for (const auto& [key, sum] : sums) {
    const auto& [id, rule_class, service, mechanism] = key;
    rows.cells.push_back({id, rule_class, service, mechanism, std::to_string(sum.attempts),
                          format_date(london_date(sum.first)), format_date(london_date(sum.last))});
  }
  return in_rows(
      rows, request,
      "nothing was blocked by rules that are about 10 people or more, up to the last minute that is over");
}

Response Desk::blocks_by_person(const Officer& officer, const Request& request) {
  const auto period = days_of(request, london_date(wall_clock()));
  if (!period) {
    return refuse(officer, Action::blocks_by_person, request,
                  "--from and --to are days, YYYY-MM-DD, in this order");
  }
  std::optional<model::PersonId> only;
  model::CaseReference reference;
  if (evidence::permission(officer.role, Action::blocks_by_person) == evidence::Permission::in_case) {
    reference = model::CaseReference(option(request, "case"));
    const auto record = ledger_.find_case(reference);
    if (!record)
      return refuse(officer, Action::blocks_by_person, request,
                    "HR asks within an open case that covers the days: --case REFERENCE");
    evidence::Authorities authorities(ledger_, audit_);
    const auto authority = authorities.authorise(officer, reference, record->person, *period, wall_clock(),
                                                 Action::blocks_by_person);
    if (!authority) return refused(authority.error());
    only = authority->person();
  }
  const std::string rule = option(request, "rule");
  Rows rows{{"person", "rule", "mechanism", "attempts", "first", "last", "shown_by"}, {}};
  std::set<std::optional<model::PersonId>> named;
  for (const store::PersonBlocks& each : ledger_.blocks_by_person(*period)) {
    if ((only && each.person != only) || (!rule.empty() && each.rule.text() != rule)) continue;
    named.insert(each.person);
    rows.cells.push_back({each.person ? each.person->text() : "-", each.rule.text(), each.mechanism,
                          std::to_string(each.attempts), format_minute(each.first), format_minute(each.last),
                          std::string(model::words(model::evidence_of(each.mechanism)))});
  }
  // Whoever the answer names finds in the audit that somebody asked; of the case's person it stands there.
  if (named.empty()) named.insert(std::nullopt);
  for (const auto& person : named) {
    if (only) break;
    audit_.append(officer, Action::blocks_by_person, reference, evidence::Outcome::permitted,
                  {person, *period, "attempts by rules of class inappropriate", {}}, wall_clock());
  }
  return in_rows(rows, request,
                 "nothing was blocked by rules of class inappropriate, up to the last minute that is over");
}

}  // namespace edgewatch::runtime
