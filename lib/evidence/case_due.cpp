// What somebody has to do about a case.
#include "edgewatch/evidence/cases.hpp"

namespace edgewatch::evidence {

std::vector<Due> due_in(const CaseWithNotes& found, CivilDate today, int retention_years) {
  using Kind = model::CaseNote::Kind;
  const model::Case& record = found.record;
  std::vector<Due> due;
  if (!record.is_open()) return due;
  const model::CaseNote* said = nullptr;  // the last word about telling the person
  for (const model::CaseNote& note : found.notes) {
    if (note.kind == Kind::informed || note.kind == Kind::not_informed) said = &note;
  }
  if (said != nullptr && said->kind == Kind::not_informed && said->day && *said->day <= today)
    due.push_back(Due::review);
  if (record.covert && record.covert->ends < today) due.push_back(Due::covert_end);
  if (london_date(record.opened_at) <= years_after(today, -retention_years)) due.push_back(Due::closing);
  return due;
}

std::string to_string(Due due) {
  switch (due) {
    case Due::review:
      return "review whether the person can be told";
    case Due::covert_end:
      return "past its end: tell the person and close it";
    case Due::closing:
      return "open for longer than records are kept";
  }
  return {};
}

}  // namespace edgewatch::evidence
