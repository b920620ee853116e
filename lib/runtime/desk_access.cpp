// The part of the desk that answers a person's own request for what is held about them.
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/evidence/subject_access.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <filesystem>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using evidence::OutsideTheLedger;
using report::Cell;

std::string from_to(const model::Interval& valid) {
  if (valid.from == Timestamp::min() && valid.to == Timestamp::max()) return "at all times";
  return fmt::format("{} to {}", second_or_open(valid.from), second_or_open(valid.to));
}

report::Table table(const std::string& caption, std::vector<report::Column> columns) {
  return {.caption = caption, .columns = std::move(columns), .rows = {}, .total = {}};
}

/// Tables without rows say nothing.
void add(OutsideTheLedger& outside, report::Table table) {
  if (!table.rows.empty()) outside.tables.push_back(std::move(table));
}

report::Table devices_of(const config::Configuration& configuration, const model::PersonId& person) {
  report::Table out = table("Devices and addresses assigned to you", {{"Device or address"}, {"From, to"}});
  for (const identity::Assignment& each : configuration.assignments) {
    if (each.person != person) continue;
    const std::string key = std::visit([](const auto& value) { return value.to_string(); }, each.key);
    out.rows.push_back({key, from_to(each.valid)});
  }
  return out;
}

std::string services_in(const std::vector<model::ServiceId>& ids) {
  std::string text;
  for (const model::ServiceId& id : ids) text += (text.empty() ? "" : ", ") + id.text();
  return text;
}

/// Those of the file; what was entered by command is in the ledger.
report::Table rules_of(const policy::RuleBook& book, const model::PersonId& person) {
  report::Table out =
      table("Rules that name you", {{"Rule"}, {"What"}, {"From, to"}, {"Why"}, {"Approved by"}});
  for (const policy::Rule& each : book.rules) {
    if (std::ranges::find(each.people, person) != each.people.end())
      out.rows.push_back({each.id.text(), "a rule for some people", "-", each.reason, "-"});
  }
  for (const policy::Withdrawal& each : book.withdrawals) {
    if (each.person == person && !each.file.empty())
      out.rows.push_back({each.id.text(), "access withdrawn: " + services_in(each.services),
                          from_to(each.valid), each.case_reference, each.approved_by});
  }
  for (const policy::AuthorisedUse& each : book.authorised) {
    if (each.person == person && !each.file.empty())
      out.rows.push_back({each.id.text(), "use authorised as work: " + services_in(each.services),
                          from_to(each.valid), each.purpose, each.approved_by});
  }
  return out;
}

/// What the identity sources told of the last month and is still needed.
report::Table sessions_of(const config::Settings& settings, const model::PersonId& person,
                          const std::vector<std::string>& accounts) {
  report::Table out =
      table("What servers told of who was logged on, and is still needed (a month at most)",
            {{"Recorded", Cell::stamp}, {"What"}, {"Address"}, {"Device"}, {"As"}, {"From, to"}});
  const auto& spool = settings.identity.spool;
  std::error_code none;
  if (!spool || !std::filesystem::exists(*spool, none)) return out;
  const auto events = config::load_tenancy(*spool);
  if (!events) return out;
  const auto is_theirs = [&](const std::string& name) {
    return name == person.text() || std::ranges::any_of(accounts, [&](const std::string& account) {
             return ascii_lower(account) == ascii_lower(name);
           });
  };
  for (const model::TenancyEvent& each : *events) {
    if (each.person.empty() || !is_theirs(each.person)) continue;
    out.rows.push_back({second_or_open(each.recorded_at), model::in_words(each.source),
                        each.address ? each.address->to_string() : "-",
                        each.mac ? each.mac->to_string() : "-", each.person, from_to(each.valid)});
  }
  return out;
}

std::string or_none(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

OutsideTheLedger outside_the_ledger(const config::Configuration& configuration,
                                    const identity::Person* person, const model::PersonId& id) {
  const config::Settings& settings = configuration.settings;
  OutsideTheLedger out;
  out.controller = settings.governance.controller;
  out.purpose = settings.governance.purpose;
  out.notice = settings.governance.notice;
  out.retention_years = settings.retention_years;
  if (settings.events.name_people)
    out.elsewhere =
        " Attempts at inappropriate material that were blocked were given, with your id, to the council's "
        "security monitoring as they happened: what that still holds is not in this answer, and the council "
        "has to add it.";
  if (person != nullptr) {
    out.person = {{"Name", person->display_name},
                  {"Department", person->department},
                  {"Groups", or_none(person->groups)},
                  {"Accounts", or_none(person->accounts)}};
    if (!person->calendar.empty()) out.person.emplace_back("Working hours", person->calendar);
    if (person->break_allowance)
      out.person.emplace_back("Breaks a day", fmt::format("{} min", person->break_allowance->count()));
  }
  add(out, devices_of(configuration, id));
  add(out, rules_of(configuration.policies.rules, id));
  add(out, sessions_of(settings, id, person == nullptr ? std::vector<std::string>() : person->accounts));
  return out;
}

}  // namespace

Response Desk::answer_person(const Officer& officer, const Request& request) {
  const model::PersonId id(option(request, "person"));
  const std::string format = option(request, "format", "text");
  if (format != "text" && format != "html" && format != "json")
    return refuse(officer, Action::sar, request, "--format is text, html or json");
  evidence::AccessDetails details{parse_date(option(request, "received")),
                                  option(request, "identity-checked"), option(request, "approved-by")};
  if (!option(request, "received").empty() && !details.received)
    return refuse(officer, Action::sar, request, "--received is a date, YYYY-MM-DD");
  const auto& people = configuration_->people;
  const auto person = std::ranges::find(people, id, &identity::Person::id);
  std::vector<std::string> names;
  if (person != people.end()) {
    names = person->accounts;
    names.push_back(person->display_name);
  }
  const Timestamp now = wall_clock();
  evidence::SubjectAccessDesk desk(ledger_, audit_);
  const auto access = desk.authorise(officer, id, option(request, "reference"), names, details, now);
  if (!access) return refused(access.error());
  const auto held = evidence::held_about(
      ledger_, audit_, *access,
      outside_the_ledger(*configuration_, person == people.end() ? nullptr : &*person, id), now);
  std::string mind =
      "edgewatch: read what officers wrote (cases, notes, record) before you hand this over: it may name "
      "others\n";
  if (held.left_out > 0)
    mind += fmt::format(
        "edgewatch: covert cases that are open, and left out: {}; whether they are told is for the data "
        "protection officer (Data Protection Act 2018, Schedule 2)\n",
        held.left_out);
  if (format == "json") return {fine, report::json_of(held.document), mind};
  if (format == "text") return {fine, report::text_of(held.document), mind};
  return {fine, report::page_of(held.document, "Personal data of one person, made for that person."), mind};
}

}  // namespace edgewatch::runtime
