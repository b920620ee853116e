#include "edgewatch/evidence/holds.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/model/person_id.hpp"

#include "approval.hpp"
#include "reference.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::size_t longest_reason = 4000;
constexpr std::size_t longest_hold_reference = 200;

std::string mistake_in(const model::Hold& wanted, const Officer& officer, CivilDate today) {
  if (!model::is_person_id(wanted.person.text()))
    return "a hold names one person by the id of people.csv: --person p17";
  if (trim(wanted.reference).empty() || wanted.reference.size() > longest_hold_reference)
    return fmt::format(
        "say what it is for in up to {} bytes: --case REFERENCE, --sar ID or --claim REFERENCE",
        longest_hold_reference);
  // A claim is somebody else's, and called as they call it.
  if (wanted.ground != model::Hold::Ground::claim && !is_reference(wanted.reference))
    return "the reference of a case or request is letters, digits and '-'; for example HR-2026-014";
  const model::DateRange& period = wanted.period;
  if (!period.first.ok() || !period.last.ok() || period.first > period.last)
    return "--from and --to are dates, YYYY-MM-DD, the earlier one first: whose records are kept";
  if (!wanted.until.ok() || wanted.until < today)
    return "--until is the last day on which it holds, YYYY-MM-DD, today or later";
  if (wanted.until > years_after(today, longest_hold_years))
    return fmt::format("a hold ends within {} years; enter another before it does", longest_hold_years);
  if (trim(wanted.reason).empty()) return "say why the records are needed: --reason TEXT";
  if (wanted.reason.size() > longest_reason)
    return fmt::format("the reason is over {} bytes; refer to a document instead", longest_reason);
  return mistake_in_approver(wanted.approved_by, officer);
}

AuditDetail about(const model::Hold& hold) {
  AuditDetail detail;
  detail.person = hold.person;
  if (hold.period.first.ok() && hold.period.last.ok()) detail.period = hold.period;
  return detail;
}

}  // namespace

Result<model::Hold, Refusal> HoldDesk::add(const Officer& officer, model::Hold wanted, Timestamp now) {
  constexpr Action action = Action::hold_add;
  if (auto refusal = refuse_role(audit_, officer, action, now, about(wanted))) return Failure{*refusal};
  if (const std::string mistake = mistake_in(wanted, officer, london_date(now)); !mistake.empty())
    return Failure{refused(audit_, officer, action, about(wanted), {64, mistake}, now)};
  model::CaseReference of_case;
  if (wanted.ground == model::Hold::Ground::hr_case) {
    of_case = model::CaseReference(wanted.reference);
    const auto record = ledger_.find_case(of_case);
    if (record && record->person != wanted.person) {
      return Failure{refused(audit_, officer, action, about(wanted),
                             {77, fmt::format("case {} does not ask for this; check person and reference",
                                              terminal_text(wanted.reference))},
                             now)};
    }
  }
  wanted.entered_by = officer.name;
  wanted.entered_at = now;
  AuditDetail detail = about(wanted);
  detail.text = fmt::format("{} {}; until {}; approved by {}; {}", to_string(wanted.ground), wanted.reference,
                            format_date(wanted.until), wanted.approved_by, wanted.reason);
  // The entry first: what is kept past its time stands in the chain.
  audit_.append(officer, action, chained_reference(ledger_, of_case), Outcome::permitted, std::move(detail),
                now);
  wanted.number = ledger_.add(wanted);
  return wanted;
}

Result<model::Hold, Refusal> HoldDesk::release(const Officer& officer, std::int64_t number,
                                               const std::string& approved_by, Timestamp now) {
  constexpr Action action = Action::hold_release;
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  const auto all = ledger_.holds();
  const auto found = std::ranges::find(all, number, &model::Hold::number);
  std::string mistake;
  if (found == all.end()) {
    mistake = fmt::format("there is no hold {}; edgewatch hold list shows them", number);
  } else if (!found->holds_on(london_date(now))) {
    mistake = fmt::format("hold {} has ended", number);
  } else {
    mistake = mistake_in_approver(approved_by, officer);
  }
  if (!mistake.empty()) {
    return Failure{refused(audit_, officer, action, found == all.end() ? AuditDetail{} : about(*found),
                           {64, mistake}, now)};
  }
  model::Hold hold = *found;
  hold.released = {now, officer.name, approved_by};
  AuditDetail detail = about(hold);
  detail.text = fmt::format("hold {}; approved by {}", number, approved_by);
  audit_.append(officer, action, {}, Outcome::permitted, std::move(detail), now);
  ledger_.release(number, *hold.released);
  return hold;
}

Result<std::vector<model::Hold>, Refusal> HoldDesk::list(const Officer& officer, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, Action::hold_list, now)) return Failure{*refusal};
  audit_.append(officer, Action::hold_list, {}, Outcome::permitted, {}, now);
  return ledger_.holds();
}

std::vector<model::Hold> holds_on(const store::Ledger& ledger, CivilDate today) {
  std::vector<model::Hold> holds = ledger.holds();
  std::erase_if(holds, [&](const model::Hold& hold) { return !hold.holds_on(today); });
  return holds;
}

}  // namespace edgewatch::evidence
