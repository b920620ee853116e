#include "edgewatch/evidence/purge.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

/// Public for ever, so it counts and dates, and names nobody.
std::string certificate_text(const store::PurgeResult& result) {
  nlohmann::ordered_json certificate;
  certificate["cutoff"] = format_date(result.cutoff);
  certificate["removed"] = result.rows;
  certificate["oldest_left"] = result.oldest_left ? nlohmann::ordered_json(format_date(*result.oldest_left))
                                                  : nlohmann::ordered_json();
  certificate["open_cases"] = result.open_cases;
  certificate["bytes_returned"] = result.bytes_returned;
  return certificate.dump();
}

/// Which cases' details go with the case, and which stay with it.
struct Cases {
  std::vector<model::CaseReference> gone;
  std::vector<model::CaseReference> kept;
};

Cases cases_at(const store::Ledger& ledger, CivilDate last_due) {
  Cases cases;
  cases.gone = ledger.due_cases(last_due);
  for (const model::Case& record : ledger.cases()) {
    if (std::find(cases.gone.begin(), cases.gone.end(), record.reference) == cases.gone.end())
      cases.kept.push_back(record.reference);
  }
  return cases;
}

}  // namespace

CivilDate cutoff(CivilDate today, int years) {
  CivilDate last = years_after(today, -years);
  // 29 February is due on 28 February, which is a day before the same date would come round.
  while (years_after(next_day(last), years) <= today) last = next_day(last);
  return last;
}

Result<PurgeOutcome, Refusal> purge(store::Ledger& ledger, AuditLog& audit, const Officer& officer,
                                    const PurgeRequest& request, Timestamp now) {
  const bool dry = request.mode == store::PurgeMode::dry_run;
  if (auto refusal = refuse_role(audit, officer, dry ? Action::purge_dry_run : Action::purge, now))
    return Failure{*refusal};
  if (request.years < 1)
    return Failure{Refusal{64, "records are kept at least one year; set retention.years to 1 or more"}};

  const CivilDate last_due = cutoff(request.today, request.years);
  const Timestamp before = london_midnight(next_day(last_due));
  const Cases cases = cases_at(ledger, last_due);
  PurgeOutcome outcome;
  if (dry) {
    outcome.result = ledger.purge(last_due, request.mode);
    if (const std::uint64_t due = audit.store().due_details(before, cases.kept, cases.gone); due > 0)
      outcome.result.rows["audit_detail"] = due;
    return outcome;
  }
  // The chain's details first: the cases that say which of them are due must still be in the ledger if this
  // run is stopped half way.
  const store::AuditPurge details = audit.store().purge_details(before, cases.kept, cases.gone);
  outcome.result = ledger.purge(last_due, request.mode);
  if (details.details > 0) outcome.result.rows["audit_detail"] = details.details;
  outcome.result.bytes_returned += details.bytes_returned;
  outcome.result.clean = outcome.result.clean && details.clean;
  if (!outcome.result.clean) return outcome;

  outcome.certificate =
      audit.append(officer, Action::purge, {}, Outcome::permitted, {}, now, certificate_text(outcome.result))
          .seq;
  // Only now: were the program stopped before this, the next certificate would name these rows again, and
  // none would be lost.
  ledger.purge_certified();
  audit.store().purge_certified();
  return outcome;
}

}  // namespace edgewatch::evidence
