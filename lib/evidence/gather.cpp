#include "edgewatch/evidence/gather.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace edgewatch::evidence {
namespace {

/// What was asked about the person, as the person may read it; empty for an entry that tells nothing of them.
std::string asked_for(const AuditEntry& entry) {
  const std::string said = entry.detail ? entry.detail->text : std::string();
  if (entry.action == to_string(Action::report)) {
    if (said == check_before_disclosure)
      return "read by the program alone, before a disclosure: are the figures sure enough? Shown to nobody";
    return said.empty() ? "a report" : "that report, to be given although its figures are unsure";
  }
  if (entry.action == to_string(Action::disclose)) return "a disclosure out of the house";
  if (!entry.detail || !entry.detail->person) return {};
  if (entry.action == to_string(Action::who)) return "whose an address was";
  if (entry.action == to_string(Action::why)) return "why a name was blocked or allowed";
  if (entry.action == to_string(Action::blocks_by_person)) return "what rules held back";
  return {};
}

/// Who was given leave to read this case's person: the entry of this very answer is among them.
std::vector<report::UsageReport::Access> accesses(const AuditLog& audit,
                                                  const model::CaseReference& reference) {
  std::vector<report::UsageReport::Access> all;
  for (const AuditEntry& entry : audit.entries([&](const AuditEntry& e) {
         return e.reference == reference && e.outcome == to_string(Outcome::permitted) &&
                !asked_for(e).empty();
       })) {
    all.push_back(
        {entry.at, entry.uid, entry.detail ? entry.detail->officer : std::string(), asked_for(entry)});
  }
  return all;
}

/// Only what was in force while the rows were made: a revision or method that no day of the period saw says
/// nothing about it.
bool touches(const store::RevisionRecord& revision, const model::DateRange& period) {
  return london_date(revision.first) <= period.last && london_date(revision.last) >= period.first;
}

bool is_named(const store::RevisionRecord& revision, const std::vector<model::UsageSlice>& rows) {
  return std::any_of(rows.begin(), rows.end(), [&](const model::UsageSlice& row) {
    return row.catalogue == revision.revision || row.rule_book == revision.revision;
  });
}

}  // namespace

report::UsageReport gather(const store::Ledger& ledger, const AuditLog& audit,
                           const model::CaseAuthority& authority, Names names, Timestamp now) {
  const auto record = ledger.find_case(authority.reference());
  if (!record) throw std::logic_error("the case of an authority is gone");
  const model::DateRange& period = authority.period();
  report::UsageReport report;
  report.record = *record;
  report.notes = ledger.notes_of(authority.reference());
  report.display_name = std::move(names.display_name);
  report.calendar = std::move(names.calendar);
  report.break_allowance = names.break_allowance;
  report.period = period;
  report.service_names = std::move(names.services);
  report.rows = ledger.usage(authority, period);
  report.superseded = ledger.superseded(authority, period);
  report.exclusions = ledger.exclusions(authority, period);
  report.coverage = ledger.coverage_by_hour(period);
  report.bindings = ledger.bindings(authority, period);
  report.clock_steps = ledger.clock_steps(period);
  for (store::AmendmentRecord& amended : ledger.amendments(authority, period))
    report.amendments.push_back({std::move(amended.amendment), amended.minutes});
  for (const store::RevisionRecord& r : ledger.revisions()) {
    if (touches(r, period) || is_named(r, report.rows))
      report.revisions.push_back({r.kind, r.revision, r.description, r.first, r.last});
  }
  for (const store::MethodRecord& method : ledger.methods()) {
    const auto made = [&](const model::UsageSlice& row) { return row.method == method.version; };
    if (report.rows.empty() || std::any_of(report.rows.begin(), report.rows.end(), made)) {
      report.methods.push_back({method.version, method.constants_json});
    }
  }
  report.accesses = accesses(audit, authority.reference());
  report.program_version = std::move(names.program_version);
  report.generated_at = now;
  return report;
}

}  // namespace edgewatch::evidence
