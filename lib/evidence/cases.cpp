#include "edgewatch/evidence/cases.hpp"

#include "edgewatch/base/text.hpp"

#include "reference.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::size_t longest_grounds = 4000;

// Nothing is kept for so long, with the longest hold, and a report has a line and a picture for each day.
constexpr int longest_period_years = 10;
constexpr const char* no_period =
    "the period must be two dates of the calendar, the first not after the last and at most ten years before "
    "it: --from 2026-11-01 --to 2026-11-20";

bool is_period(const model::DateRange& period) {
  return period.first.ok() && period.last.ok() && period.first <= period.last &&
         period.last <= years_after(period.first, longest_period_years);
}

std::string words(const model::DateRange& period) {
  return fmt::format("{} and {}", format_date(period.first), format_date(period.last));
}

/// The next free number of the year: the highest so far and one, so that a gap is never filled.
model::CaseReference next_reference(const store::Ledger& ledger, Timestamp now) {
  const std::string prefix = fmt::format("HR-{}-", static_cast<int>(london_date(now).year()));
  int highest = 0;
  for (const model::Case& record : ledger.cases()) {
    const std::string& text = record.reference.text();
    if (!text.starts_with(prefix) || text.size() > prefix.size() + 6) continue;
    int number = 0;
    for (const char c : std::string_view(text).substr(prefix.size()))
      number = c >= '0' && c <= '9' && number >= 0 ? number * 10 + (c - '0') : -1;
    highest = std::max(highest, number);
  }
  return model::CaseReference(fmt::format("{}{:03}", prefix, highest + 1));
}

/// What is wrong with a request; empty when nothing is.
std::string mistake_in(const CaseRequest& request, const IsKnown& is_known) {
  if (request.reference && !is_reference(request.reference->text())) {
    return fmt::format(
        "a case reference is 1 to {} letters, digits and '-', and begins with a letter or digit; for example "
        "HR-2026-014",
        longest_reference);
  }
  if (request.reference && spells_the_person(*request.reference, request.person, request.names)) {
    return "a case reference may not contain the person's id, name, account or device: it stays in the audit "
           "chain when the person is "
           "purged; give another --reference, or none";
  }
  if (!is_known(request.person)) {
    return fmt::format(
        "no monitored person has the id {}; check the spelling against people.csv, or add the person there "
        "and restart edgewatchd",
        terminal_text(request.person.text()));
  }
  if (!is_period(request.period)) return no_period;
  if (trim(request.grounds).empty())
    return "a case needs its grounds: say in --grounds what raised the suspicion";
  if (request.grounds.size() > longest_grounds)
    return fmt::format("the grounds are over {} bytes; refer to a document instead", longest_grounds);
  if (trim(request.authorised_by).empty())
    return "a case needs somebody who authorised it: give --authorised-by NAME";
  if (std::max(request.authorised_by.size(), request.officer.size()) > longest_name)
    return fmt::format("a name is over {} bytes", longest_name);
  return {};
}

/// Whether two texts name one person, as far as that can be told.
bool same(const std::string& a, const std::string& b) { return ascii_lower(trim(a)) == ascii_lower(trim(b)); }

/// A covert case needs two people who are not the officer, and an end.
std::string mistake_in(const Officer& officer, const CovertRequest& covert, const model::Case& record,
                       CivilDate today) {
  const std::string& second = covert.second_person;
  if (trim(second).empty() || same(second, record.authorised_by) || same(second, record.officer) ||
      same(second, officer.name) || same(record.authorised_by, record.officer) ||
      same(record.authorised_by, officer.name))
    return "a covert case is approved by two people, neither of them the officer: --authorised-by NAME "
           "--second-person NAME";
  if (second.size() > longest_name) return fmt::format("a name is over {} bytes", longest_name);
  if (trim(covert.why_not_informed).empty() || covert.why_not_informed.size() > longest_grounds)
    return fmt::format("say in up to {} bytes why the person cannot be told: --not-informed TEXT",
                       longest_grounds);
  const auto last = CivilDate(std::chrono::sys_days(today) + longest_covert);
  if (!covert.ends.ok() || covert.ends < today || covert.ends > last)
    return fmt::format("--ends is the last day on which it answers, YYYY-MM-DD, from today to {}",
                       format_date(last));
  if (!covert.review.ok() || covert.review < today || covert.review > covert.ends)
    return "--review is the day on which it is looked at again whether the person can be told, YYYY-MM-DD, "
           "from today to the end";
  return {};
}

model::Case record_of(const CaseRequest& request, const Officer& officer, Timestamp now) {
  model::Case record;
  record.person = request.person;
  record.reason = request.reason;
  record.grounds = request.grounds;
  record.period = request.period;
  record.authorised_by = request.authorised_by;
  record.officer = request.officer.empty() ? officer.name : request.officer;
  record.opened_by_uid = officer.uid;
  record.opened_at = now;
  record.unlocked_at = now;
  if (request.covert) record.covert = model::Covert{request.covert->second_person, request.covert->ends};
  return record;
}

std::string how_to_open(const model::PersonId& person, const model::DateRange& period) {
  return fmt::format(
      "edgewatch case open --person {} --reason excessive-time|breach-of-rules --grounds TEXT --from {} --to "
      "{} --authorised-by NAME",
      terminal_text(person.text()), format_date(period.first), format_date(period.last));
}

std::string past_its_end(const model::Case& record) {
  return fmt::format(
      "case {} was covert and ended on {}; tell the person, and close it: edgewatch case close "
      "--reference {}",
      record.reference.text(), format_date(record.covert->ends), record.reference.text());
}

bool has_ended(const model::Case& record, Timestamp now) {
  return record.covert && london_date(now) > record.covert->ends;
}

std::string locked(const model::Case& record, Timestamp now) {
  if (has_ended(record, now)) return past_its_end(record);
  const std::string until =
      record.unlocked_at
          ? fmt::format("was unlocked for {} hours from {}", model::Case::unlocked_for.count(),
                        format_rfc3339(std::chrono::floor<std::chrono::seconds>(*record.unlocked_at)))
          : std::string("has not been unlocked");
  return fmt::format(
      "case {} {} and answers no more; unlock it, which is on record: edgewatch case unlock --reference {}",
      record.reference.text(), until, record.reference.text());
}

/// Why that case gives no authority; empty when it does. Never tells what the case is about to somebody who
/// does not know.
std::string objection(const std::optional<model::Case>& record, const model::CaseReference& reference,
                      const model::PersonId& person, const model::DateRange& period, Timestamp now) {
  const std::string name = terminal_text(reference.text());
  if (!is_period(period)) return no_period;
  const std::string who = terminal_text(person.text());
  if (!record || record->person != person) {
    return fmt::format("no open case {} names {} between {}; open one with: {}", name, who, words(period),
                       how_to_open(person, period));
  }
  if (!record->is_open()) {
    return fmt::format("case {} was closed on {}; open a new one with: {}", name,
                       format_date(london_date(*record->closed_at)), how_to_open(person, period));
  }
  if (!record->period.contains(period.first) || !record->period.contains(period.last)) {
    return fmt::format(
        "case {} covers the days between {} and no others; ask within them, or open another case with: {}",
        name, words(record->period), how_to_open(person, period));
  }
  if (!record->unlocked_until(now)) return locked(*record, now);
  return {};
}

}  // namespace

std::string CaseDesk::mistake_in_opening(const Officer& officer, const CaseRequest& request,
                                         const model::Case& record, const IsKnown& is_known,
                                         CivilDate today) const {
  if (std::string mistake = mistake_in(request, is_known); !mistake.empty()) return mistake;
  if (ledger_.find_case(record.reference)) {
    return fmt::format("there is a case {} already; give another --reference, or none for the next number",
                       record.reference.text());
  }
  if (request.covert) {
    if (std::string mistake = mistake_in(officer, *request.covert, record, today); !mistake.empty())
      return mistake;
  }
  if (same(record.authorised_by, record.officer) || same(record.authorised_by, officer.name))
    return "whoever looks cannot authorise it too; --authorised-by names somebody else than the officer";
  return {};
}

Result<model::Case, Refusal> CaseDesk::open(const Officer& officer, const CaseRequest& request,
                                            const IsKnown& is_known, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::case_open, now)) return Failure{*refusal};
  model::Case record = record_of(request, officer, now);
  record.reference = request.reference ? *request.reference : next_reference(ledger_, now);
  Refusal refusal{64, mistake_in_opening(officer, request, record, is_known, london_date(now))};
  if (request.covert && covert_ == CovertCases::off) {
    refusal = {77,
               "covert cases are off; a council that needs one decides so with its data protection officer, "
               "and sets [cases] covert = true in edgewatch.toml"};
  }
  if (!refusal.sentence.empty()) {
    audit_.append(officer, Action::case_open, chained_reference(ledger_, record.reference), Outcome::refused,
                  {.person = request.person, .period = std::nullopt, .text = refusal.sentence, .officer = {}},
                  now);
    return Failure{refusal};
  }
  std::string text =
      fmt::format("{}; authorised by {}; {}", to_string(record.reason), record.authorised_by, record.grounds);
  if (record.covert) {
    text = fmt::format("covert until {}; second person {}; {}", format_date(record.covert->ends),
                       record.covert->second_person, text);
  }
  // The entry first: an entry without its case shows an attempt, a case without its entry would show nothing.
  audit_.append(officer, Action::case_open, record.reference, Outcome::permitted,
                {.person = record.person, .period = record.period, .text = std::move(text), .officer = {}},
                now);
  ledger_.open_case(record);
  if (request.covert) {
    model::CaseNote why;
    why.reference = record.reference;
    why.kind = model::CaseNote::Kind::not_informed;
    why.text = request.covert->why_not_informed;
    why.day = request.covert->review;
    if (auto noted = note(officer, std::move(why), now); !noted) return Failure{noted.error()};
  }
  return record;
}

Result<model::Case, Refusal> CaseDesk::unlock(const Officer& officer, const model::CaseReference& reference,
                                              const std::string& reason, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::case_unlock, now)) return Failure{*refusal};
  std::optional<model::Case> record = ledger_.find_case(reference);
  std::string mistake;
  if (!record || !record->is_open()) {
    mistake = fmt::format("there is no open case {}; edgewatch case list shows them",
                          terminal_text(reference.text()));
  } else if (has_ended(*record, now)) {
    mistake = past_its_end(*record);
  } else if (reason.size() > longest_grounds) {
    mistake = fmt::format("the reason is over {} bytes", longest_grounds);
  }
  AuditDetail detail;
  if (record) detail.person = record->person;
  detail.text = mistake.empty() ? reason : mistake;
  audit_.append(officer, Action::case_unlock, chained_reference(ledger_, reference),
                mistake.empty() ? Outcome::permitted : Outcome::refused, std::move(detail), now);
  if (!mistake.empty()) return Failure{Refusal{64, mistake}};
  ledger_.unlock_case(reference, now);
  record->unlocked_at = now;
  return *record;
}

Result<model::Case, Refusal> CaseDesk::close(const Officer& officer, const model::CaseReference& reference,
                                             Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::case_close, now)) return Failure{*refusal};
  std::optional<model::Case> record = ledger_.find_case(reference);
  std::string mistake;
  if (!record) {
    mistake =
        fmt::format("there is no case {}; edgewatch case list shows them", terminal_text(reference.text()));
  } else if (!record->is_open()) {
    mistake = fmt::format("case {} was closed on {}", reference.text(),
                          format_date(london_date(*record->closed_at)));
  }
  AuditDetail detail;
  if (record) detail.person = record->person;
  detail.text = mistake;
  audit_.append(officer, Action::case_close, chained_reference(ledger_, reference),
                mistake.empty() ? Outcome::permitted : Outcome::refused, detail, now);
  if (!mistake.empty()) return Failure{Refusal{64, mistake}};
  ledger_.close_case(reference, now);
  record->closed_at = now;
  return *record;
}

Result<std::vector<model::Case>, Refusal> CaseDesk::list(const Officer& officer, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::case_list, now)) return Failure{*refusal};
  audit_.append(officer, Action::case_list, {}, Outcome::permitted, {}, now);
  return ledger_.cases();
}

Result<std::vector<AuditEntry>, Refusal> CaseDesk::audit(const Officer& officer, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::audit_show, now)) return Failure{*refusal};
  audit_.append(officer, Action::audit_show, {}, Outcome::permitted, {}, now);
  if (permission(officer.role, Action::audit_show) == Permission::yes) return audit_.entries();
  std::set<model::CaseReference> own;
  for (const model::Case& record : ledger_.cases()) {
    if (record.opened_by_uid == officer.uid) own.insert(record.reference);
  }
  return audit_.entries([&](const AuditEntry& entry) { return own.contains(entry.reference); });
}

Result<model::CaseAuthority, Refusal> Authorities::authorise(const Officer& officer,
                                                             const model::CaseReference& reference,
                                                             const model::PersonId& person,
                                                             const model::DateRange& period, Timestamp now,
                                                             Action action, const std::string& what) {
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  const std::string why = objection(ledger_.find_case(reference), reference, person, period, now);
  const AuditDetail detail{.person = person,
                           .period = is_period(period) ? std::optional(period) : std::nullopt,
                           .text = why.empty() ? what : why,
                           .officer = {}};
  audit_.append(officer, action, chained_reference(ledger_, reference),
                why.empty() ? Outcome::permitted : Outcome::refused, detail, now);
  if (!why.empty()) return Failure{Refusal{77, why}};
  return model::CaseAuthority(reference, person, period);
}

}  // namespace edgewatch::evidence
