// What is written down in a case after it was opened.
#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/cases.hpp"

#include "reference.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

using model::CaseNote;
using Kind = CaseNote::Kind;

constexpr std::size_t longest_note = 4000;

Action action_of(Kind kind) {
  switch (kind) {
    case Kind::informed:
    case Kind::not_informed:
      return Action::case_notify;
    case Kind::challenge:
      return Action::challenge_add;
    default:
      return Action::case_open;
  }
}

std::string mistake_in(const CaseNote& wanted, const model::Case& record, const std::vector<CaseNote>& notes,
                       CivilDate today) {
  if (wanted.kind == Kind::informed && (!wanted.day || *wanted.day > today))
    return "--informed is the day on which the person was told, YYYY-MM-DD, today or before";
  if (wanted.kind == Kind::informed && trim(wanted.text).empty()) return "say who told the person: --by NAME";
  if (wanted.kind == Kind::not_informed && (!wanted.day || *wanted.day < today))
    return "--review is the day on which it is looked at again whether the person can be told, YYYY-MM-DD, "
           "today or later";
  if (wanted.kind == Kind::not_informed && record.covert && *wanted.day > record.covert->ends)
    return fmt::format("a covert case is reviewed before it ends, on {}", format_date(record.covert->ends));
  if (trim(wanted.text).empty()) return "the text is empty";
  if (wanted.text.size() > longest_note)
    return fmt::format("the text is over {} bytes; refer to a document instead", longest_note);
  const auto is_superseded = [&](const CaseNote& note) {
    return note.number == *wanted.supersedes && note.kind == wanted.kind;
  };
  if (wanted.supersedes && std::ranges::none_of(notes, is_superseded))
    return fmt::format("the case has no challenge {}; edgewatch challenge list shows them",
                       *wanted.supersedes);
  return {};
}

}  // namespace

Result<CaseNote, Refusal> CaseDesk::note(const Officer& officer, CaseNote wanted, Timestamp now) {
  const Action action = action_of(wanted.kind);
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  const auto record = ledger_.find_case(wanted.reference);
  std::string mistake;
  if (!record || !record->is_open()) {
    mistake = fmt::format("there is no open case {}; edgewatch case list shows them",
                          terminal_text(wanted.reference.text()));
  } else {
    mistake = mistake_in(wanted, *record, ledger_.notes_of(wanted.reference), london_date(now));
  }
  AuditDetail detail;
  if (record) detail.person = record->person;
  detail.text = mistake.empty() ? fmt::format("{}{}: {}", to_string(wanted.kind),
                                              wanted.day ? " " + format_date(*wanted.day) : "", wanted.text)
                                : mistake;
  // The entry first, as of a case.
  audit_.append(officer, action, chained_reference(ledger_, wanted.reference),
                mistake.empty() ? Outcome::permitted : Outcome::refused, std::move(detail), now);
  if (!mistake.empty()) return Failure{Refusal{64, mistake}};
  wanted.entered_by = officer.name;
  wanted.entered_at = now;
  wanted.number = ledger_.add(wanted);
  return wanted;
}

Result<CaseWithNotes, Refusal> CaseDesk::show(const Officer& officer, const model::CaseReference& reference,
                                              Action action, Timestamp now) {
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  const auto record = ledger_.find_case(reference);
  AuditDetail detail;
  std::string mistake;
  if (record) {
    detail.person = record->person;
  } else {
    mistake =
        fmt::format("there is no case {}; edgewatch case list shows them", terminal_text(reference.text()));
  }
  detail.text = mistake;
  audit_.append(officer, action, chained_reference(ledger_, reference),
                record ? Outcome::permitted : Outcome::refused, std::move(detail), now);
  if (!record) return Failure{Refusal{64, mistake}};
  CaseWithNotes out{*record, ledger_.notes_of(reference)};
  if (action == Action::challenge_list)
    std::erase_if(out.notes, [](const CaseNote& note) { return note.kind != Kind::challenge; });
  return out;
}

}  // namespace edgewatch::evidence
