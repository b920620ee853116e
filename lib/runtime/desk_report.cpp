// The one answer that is about a person: only under an authority, which `evidence` gives after it wrote the
// audit entry.
#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

std::string value(const Request& request, const std::string& name) {
  const auto found = request.options.find(name);
  return found == request.options.end() ? std::string() : found->second;
}

std::vector<report::UsageReport::Access> accesses(const evidence::AuditLog& audit,
                                                  const model::CaseReference& reference) {
  std::vector<report::UsageReport::Access> out;
  const auto wanted = [&](const evidence::AuditEntry& entry) {
    return entry.reference == reference && entry.action == to_string(Action::report) &&
           entry.outcome == to_string(evidence::Outcome::permitted);
  };
  for (const evidence::AuditEntry& entry : audit.entries(wanted))
    out.push_back({entry.at, entry.uid, entry.detail ? entry.detail->officer : ""});
  return out;
}

}  // namespace

Response Desk::report(const Officer& officer, const Request& request) {
  const auto from = parse_date(value(request, "from"));
  const auto to = parse_date(value(request, "to"));
  if (!from || !to || *to < *from)
    return {usage, "", "edgewatch: --from and --to are dates, YYYY-MM-DD, the earlier one first\n"};
  const std::string format = value(request, "format").empty() ? "text" : value(request, "format");
  const std::map<std::string, std::string (*)(const report::UsageReport&)> forms{{"text", report::to_text},
                                                                                 {"html", report::to_html},
                                                                                 {"csv", report::to_csv},
                                                                                 {"json", report::to_json}};
  const auto form = forms.find(format);
  if (form == forms.end()) return {usage, "", "edgewatch: --format is html, text, csv or json\n"};

  const Timestamp now = wall_clock();
  const model::DateRange period{*from, *to};
  evidence::Authorities authorities(ledger_, audit_);
  const auto authority = authorities.authorise(officer, model::CaseReference(value(request, "case")),
                                               model::PersonId(value(request, "person")), period, now);
  if (!authority)
    return {authority.error().exit_code, "", fmt::format("edgewatch: {}\n", authority.error().sentence)};

  report::UsageReport told;
  if (const auto record = ledger_.find_case(authority->reference())) told.record = *record;
  const auto& people = configuration_->people;
  const auto person = std::find_if(people.begin(), people.end(),
                                   [&](const identity::Person& p) { return p.id == authority->person(); });
  if (person != people.end()) told.display_name = person->display_name;
  told.period = period;
  for (const auto& service : configuration_->policies.catalogue.services())
    told.service_names[service.id] = service.name;
  told.rows = ledger_.usage(*authority, period);
  told.exclusions = ledger_.exclusions(*authority, period);
  told.coverage = ledger_.coverage(period);
  told.bindings = ledger_.bindings(*authority, period);
  told.clock_steps = ledger_.clock_steps(period);
  for (const auto& r : ledger_.revisions())
    told.revisions.push_back({r.kind, r.revision, r.description, r.first, r.last});
  for (const auto& m : ledger_.methods()) told.methods.push_back({m.version, m.constants_json});
  told.accesses = accesses(audit_, authority->reference());
  told.program_version = EDGEWATCH_VERSION;
  told.generated_at = now;
  return {fine, form->second(told), ""};
}

}  // namespace edgewatch::runtime
