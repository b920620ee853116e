// The one answer that is about a person: only under an authority, which `evidence` gives after it wrote the
// audit entry.
#include "edgewatch/evidence/gather.hpp"
#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>

namespace edgewatch::runtime {
namespace {

std::string value(const Request& request, const std::string& name) {
  const auto found = request.options.find(name);
  return found == request.options.end() ? std::string() : found->second;
}

}  // namespace

Response Desk::report(const Officer& officer, const Request& request) {
  using evidence::Action;
  const auto from = parse_date(value(request, "from"));
  const auto to = parse_date(value(request, "to"));
  if (!from || !to || *to < *from) {
    return refuse(officer, Action::report, request,
                  "--from and --to are dates, YYYY-MM-DD, the earlier one first");
  }
  const std::string format = value(request, "format").empty() ? "text" : value(request, "format");
  const std::map<std::string, std::string (*)(const report::UsageReport&)> forms{{"text", report::to_text},
                                                                                 {"html", report::to_html},
                                                                                 {"csv", report::to_csv},
                                                                                 {"json", report::to_json}};
  const auto form = forms.find(format);
  if (form == forms.end())
    return refuse(officer, Action::report, request, "--format is html, text, csv or json");

  const Timestamp now = wall_clock();
  if (overdue_) {
    Response no =
        refuse(officer, Action::report, request,
               "records past their time are still there, since a guard refused to delete them "
               "(edgewatch status says which); nothing about a person is answered until they are gone");
    no.exit_code = not_permitted;
    return no;
  }
  evidence::Authorities authorities(ledger_, audit_);
  const auto authority = authorities.authorise(officer, model::CaseReference(value(request, "case")),
                                               model::PersonId(value(request, "person")), {*from, *to}, now);
  if (!authority) return {authority.error().exit_code, "", "edgewatch: " + authority.error().sentence + "\n"};

  evidence::Names names;
  names.program_version = EDGEWATCH_VERSION;
  const auto& people = configuration_->people;
  const auto person = std::find_if(people.begin(), people.end(),
                                   [&](const identity::Person& p) { return p.id == authority->person(); });
  const auto& calendars = configuration_->settings.calendars;
  names.calendar = calendars.front();
  if (person != people.end()) {
    names.display_name = person->display_name;
    names.break_allowance = person->break_allowance.value_or(names.break_allowance);
    const auto own = std::ranges::find(calendars, person->calendar, &model::Calendar::name);
    if (own != calendars.end()) names.calendar = *own;
  }
  for (const auto& service : configuration_->policies.catalogue.services())
    names.services[service.id] = service.name;
  return {fine, form->second(evidence::gather(ledger_, audit_, *authority, std::move(names), now)), ""};
}

}  // namespace edgewatch::runtime
