#include "edgewatch/evidence/subject_access.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/model/person_id.hpp"

#include "approval.hpp"
#include "reference.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::size_t longest_text = 4000;
/// All that could be kept.
const model::DateRange always{
    CivilDate(std::chrono::year(1970), std::chrono::January, std::chrono::day(1)),
    CivilDate(std::chrono::year(2199), std::chrono::December, std::chrono::day(31))};

std::string mistake_in(const model::AccessRequest& wanted, const std::vector<std::string>& names,
                       const Officer& officer, CivilDate today) {
  if (!is_reference(wanted.reference) ||
      spells_the_person(model::CaseReference(wanted.reference), wanted.person, names))
    return "the reference of a request is letters, digits and '-', and does not spell the person; for "
           "example "
           "SAR-2026-003";
  if (!model::is_person_id(wanted.person.text()))
    return "say whom it is about by the id of people.csv: --person p17";
  if (wanted.received > today) return "--received is the day on which it came, today or before";
  if (wanted.identity_checked.size() > longest_text)
    return fmt::format("a text is over {} bytes", longest_text);
  return mistake_in_approver(wanted.approved_by, officer);
}

}  // namespace

Result<model::SubjectAccess, Refusal> SubjectAccessDesk::authorise(
    const Officer& officer, const model::PersonId& person, const std::string& reference,
    const std::vector<std::string>& names, const AccessDetails& details, Timestamp now) {
  constexpr Action action = Action::sar;
  AuditDetail about{.person = person, .period = std::nullopt, .text = {}, .officer = {}};
  if (auto refusal = refuse_role(audit_, officer, action, now, about)) return Failure{*refusal};
  const auto all = ledger_.access_requests();
  const auto found = std::ranges::find(all, reference, &model::AccessRequest::reference);
  const bool complete = details.received && !trim(details.identity_checked).empty();
  Refusal refusal{77, {}};
  model::AccessRequest request;
  if (found != all.end() && found->person == person) {
    request = *found;
  } else if (found != all.end() || reference.empty() || !complete) {
    refusal.sentence = fmt::format(
        "no request {} of {} is on record; enter it with the answer: edgewatch sar --person {} --reference "
        "SAR-2026-003 --received DATE --identity-checked HOW --approved-by NAME",
        terminal_text(reference), terminal_text(person.text()), terminal_text(person.text()));
  } else {
    request = {reference,    person, *details.received, details.identity_checked, details.approved_by,
               officer.name, now};
    refusal = {64, mistake_in(request, names, officer, london_date(now))};
  }
  about.text = refusal.sentence.empty() ? "request " + reference : refusal.sentence;
  audit_.append(officer, action, {}, refusal.sentence.empty() ? Outcome::permitted : Outcome::refused,
                std::move(about), now);
  if (!refusal.sentence.empty()) return Failure{refusal};
  if (found == all.end()) ledger_.add(request);
  return model::SubjectAccess(std::move(request), always);
}

}  // namespace edgewatch::evidence
