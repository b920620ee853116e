// The one answer that is about a person: only under an authority, which `evidence` gives after it wrote the
// audit entry.
#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/doubts.hpp"
#include "edgewatch/evidence/gather.hpp"
#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "usage_rows.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using Hours = report::Selection::Hours;

constexpr std::size_t longest_reason = 4000;

const std::map<std::string, std::string (*)(const report::UsageReport&)> forms{
    {"text", report::to_text}, {"html", report::to_html}, {"csv", report::to_csv}, {"json", report::to_json}};

template <class Id>
std::set<Id> ids_in(const std::string& list) {
  std::set<Id> out;
  for (const std::string_view part : split(list, ',')) {
    if (!trim(part).empty()) out.insert(Id(std::string(trim(part))));
  }
  return out;
}

/// What was asked for; a sentence where it is no such thing.
Result<report::Selection, std::string> selection_in(const Request& request,
                                                    const classify::Catalogue& catalogue) {
  report::Selection wanted{ids_in<model::ServiceId>(option(request, "services")),
                           ids_in<model::Category>(option(request, "categories")), Hours::any};
  const std::string hours = option(request, "hours", "any");
  if (hours != "any" && hours != "working" && hours != "outside")
    return Failure{std::string("--hours is any, working or outside")};
  if (hours != "any") wanted.hours = hours == "working" ? Hours::working : Hours::outside;
  const auto& services = catalogue.services();
  for (const model::ServiceId& id : wanted.services) {
    if (std::ranges::find(services, id, &classify::ServiceDefinition::id) == services.end()) {
      return Failure{
          fmt::format("no service of the catalogue has the id '{}'; edgewatch classify NAME says which "
                      "service a name belongs to",
                      terminal_text(id.text()))};
    }
  }
  for (const model::Category& category : wanted.categories) {
    if (std::ranges::find(services, category, &classify::ServiceDefinition::category) == services.end())
      return Failure{fmt::format("no service of the catalogue is of the category '{}'; one is social",
                                 terminal_text(category.text()))};
  }
  return wanted;
}

/// What is wrong with the question itself; empty where nothing is.
std::string mistake_in(const Request& request) {
  const auto from = parse_date(option(request, "from"));
  const auto to = parse_date(option(request, "to"));
  if (!from || !to || *to < *from) return "--from and --to are dates, YYYY-MM-DD, the earlier one first";
  const std::string by = option(request, "by");
  const std::string format = option(request, "format");
  if (!by.empty()) {
    if (!is_usage_grouping(by)) return "--by is service, category, day, month, hours or minute";
    if (!format.empty() && !parse_row_format(format)) return "with --by, --format is table, csv or json";
  } else {
    if (!format.empty() && !forms.contains(format))
      return "--format is html, text, csv or json; table goes with --by";
    if (!option(request, "sort").empty() || !option(request, "limit").empty() ||
        !option(request, "only").empty())
      return "--sort, --limit and --only are about rows: give --by too, for example --by day";
  }
  if (option(request, "despite").size() > longest_reason)
    return fmt::format("--despite is over {} bytes", longest_reason);
  return {};
}

}  // namespace

evidence::Names Desk::names_for(const model::PersonId& id) const {
  evidence::Names names;
  names.program_version = EDGEWATCH_VERSION;
  const auto& people = configuration_->people;
  const auto person = std::ranges::find(people, id, &identity::Person::id);
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
  return names;
}

Response Desk::report(const Officer& officer, const Request& request) {
  if (const std::string mistake = mistake_in(request); !mistake.empty())
    return refuse(officer, Action::report, request, mistake);
  const auto wanted = selection_in(request, configuration_->policies.catalogue);
  if (!wanted) return refuse(officer, Action::report, request, wanted.error());

  const Timestamp now = wall_clock();
  const model::DateRange period{*parse_date(option(request, "from")), *parse_date(option(request, "to"))};
  evidence::Authorities authorities(ledger_, audit_);
  const auto authority = authorities.authorise(officer, model::CaseReference(option(request, "case")),
                                               model::PersonId(option(request, "person")), period, now);
  if (!authority) return refused(authority.error());

  report::UsageReport told =
      evidence::gather(ledger_, audit_, *authority, names_for(authority->person()), now);
  told.roles_combined = configuration_->settings.roles_combined;
  select(told, *wanted);
  if (auto no = refuse_unsure(officer, request, told)) return *no;
  const std::string by = option(request, "by");
  if (by.empty()) return {fine, forms.at(option(request, "format", "text"))(told), ""};
  return in_rows(usage_rows(told, by), request, "nothing is recorded of what was asked for", usage_rows_note);
}

std::optional<Response> Desk::refuse_unsure(const Officer& officer, const Request& request,
                                            report::UsageReport& told) {
  const std::string why = evidence::doubts(told);
  if (why.empty()) return std::nullopt;
  const std::string despite = option(request, "despite");
  evidence::AuditDetail detail{told.record.person, told.period, why, {}};
  if (trim(despite).empty()) {
    audit_.append(officer, Action::report, told.record.reference, evidence::Outcome::refused, detail,
                  wall_clock());
    return refused({not_permitted, evidence::too_unsure(why)});
  }
  detail.text = fmt::format("{} Given all the same: {}", why, despite);
  audit_.append(officer, Action::report, told.record.reference, evidence::Outcome::permitted, detail,
                wall_clock());
  told.despite = despite;
  return std::nullopt;
}

}  // namespace edgewatch::runtime
