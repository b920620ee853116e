// The answer to a subject access request: each kind of record as a table of its own, whole.
#include "edgewatch/evidence/subject_access.hpp"
#include "edgewatch/model/attempt.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

using report::Cell;
using report::Section;
using Lines = std::vector<std::vector<std::string>>;

std::string second(Timestamp at) {
  if (at == Timestamp::min() || at == Timestamp::max()) return "open";
  return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}
std::string words(const model::DateRange& period) {
  return fmt::format("{} to {}", format_date(period.first), format_date(period.last));
}
/// The interval of an assignment without dates is cut to the two centuries that a request asks for.
std::string words(const model::Interval& interval) {
  using std::chrono::sys_days;
  const bool ends = interval.to < sys_days(std::chrono::year(2199) / 12 / 31);
  if (interval.from <= Timestamp{}) return ends ? "until " + second(interval.to) : "at all times";
  return ends ? fmt::format("{} to {}", second(interval.from), second(interval.to))
              : "from " + second(interval.from);
}

/// Where nothing is held, that is said.
Section section(std::string heading, std::string about, std::vector<report::Column> columns, Lines lines) {
  Section out{.heading = std::move(heading), .paragraphs = {std::move(about)}, .tables = {}};
  if (lines.empty()) {
    out.paragraphs.emplace_back("Nothing is held.");
  } else {
    std::string caption = fmt::format("Records: {}", lines.size());
    out.tables.push_back({.caption = std::move(caption),
                          .columns = std::move(columns),
                          .rows = std::move(lines),
                          .total = {}});
  }
  return out;
}

Lines minutes(const std::vector<model::UsageSlice>& rows) {
  Lines lines;
  for (const model::UsageSlice& row : rows) {
    lines.push_back({format_minute(row.minute), row.service.text(), row.category.text(), to_string(row.kind),
                     std::to_string(row.seconds), std::to_string(row.lower_seconds), to_string(row.grade),
                     to_string(row.purpose), model::reason_names(row.reasons),
                     to_string(row.weakest_identity)});
  }
  return lines;
}

const std::vector<report::Column> minute_columns{{"Minute (UTC)", Cell::stamp},
                                                 {"Service", Cell::name},
                                                 {"Category"},
                                                 {"Kind"},
                                                 {"Seconds", Cell::figure},
                                                 {"At least", Cell::figure},
                                                 {"Grade"},
                                                 {"Purpose"},
                                                 {"Reasons"},
                                                 {"Identity"}};

void add_use(report::Document& document, const store::Ledger& ledger, const model::SubjectAccess& access) {
  const auto use = ledger.usage(access, access.period());
  document.sections.push_back(
      section("Your use of services",
              "Time on services of the catalogue in use, minute by minute: the best estimate in seconds, and "
              "how much "
              "it was at least. Weak time is kept and never counted. "
              "No address of a page, no content and no visit to any other site is kept of anybody.",
              minute_columns, minutes(use)));
  if (!use.empty()) {
    document.sections.push_back(
        {.heading = "What the codes of these minutes mean",
         .paragraphs =
             {"Interactive: you did something. Playing: video or audio ran, whether or not it was "
              "watched or heard. Concurrent: it ran while you used something else. Grade: strong where "
              "a page of the service was opened and further actions followed, moderate where that was "
              "seen less directly, weak where it is not counted. Minutes are in UTC, which is an hour "
              "behind the clock on the wall in summer."},
         .tables = {report::codes_table(use)}});
  }
  document.sections.push_back(section("As it stood before it was corrected",
                                      "What was told first and then taken back, since it was not yours or is "
                                      "not sure to have been.",
                                      minute_columns, minutes(ledger.superseded(access, access.period()))));
  Lines excluded;
  for (const model::Exclusion& each : ledger.exclusions(access, access.period()))
    excluded.push_back(
        {format_date(each.utc_day), report::meaning_of_exclusion(each.reason), std::to_string(each.count)});
  document.sections.push_back(
      section("Seen and not counted",
              "One count a day and reason, without service or time, kept alike for everybody.",
              {{"Day (UTC)", Cell::stamp}, {"Reason"}, {"Count", Cell::figure}}, std::move(excluded)));
}

void add_identity(report::Document& document, const store::Ledger& ledger,
                  const model::SubjectAccess& access) {
  Lines held;
  for (const model::Binding& each : ledger.bindings(access, access.period())) {
    held.push_back({each.key, each.value, words(each.valid), to_string(each.basis),
                    model::in_words(each.source), second(each.recorded_at)});
  }
  document.sections.push_back(section(
      "Devices and addresses that were taken for yours",
      "From these it was known which traffic was yours; each only for the time in which it was.",
      {{"Address or device"}, {"Whose"}, {"From, to"}, {"By"}, {"Word of"}, {"Recorded", Cell::stamp}},
      std::move(held)));
  Lines amended;
  for (const store::AmendmentRecord& each : ledger.amendments(access, access.period())) {
    amended.push_back({words(each.amendment.withdrawn), model::in_words(each.amendment.source),
                       std::to_string(each.minutes), second(each.amendment.recorded_at)});
  }
  document.sections.push_back(section(
      "Corrections", "Time that was first taken for yours and was taken back by later evidence.",
      {{"From, to"}, {"Word of"}, {"Minutes", Cell::figure}, {"Recorded", Cell::stamp}}, std::move(amended)));
}

/// What must not tell the person of it while it lasts.
using LeftOut = std::set<model::CaseReference>;

LeftOut open_covert_cases(const store::Ledger& ledger, const model::PersonId& person) {
  LeftOut out;
  for (const model::Case& each : ledger.cases()) {
    if (each.person == person && each.covert && each.is_open()) out.insert(each.reference);
  }
  return out;
}

void add_rules(report::Document& document, const store::Ledger& ledger, const model::SubjectAccess& access,
               const LeftOut& left_out) {
  Lines blocked;
  for (const store::PersonBlocks& each : ledger.blocks_by_person(access.period())) {
    if (each.person != access.person()) continue;
    blocked.push_back({each.rule.text(), each.mechanism, std::to_string(each.attempts),
                       format_minute(each.first), format_minute(each.last),
                       std::string(model::words(model::evidence_of(each.mechanism)))});
  }
  document.sections.push_back(section("Attempts that a rule held back",
                                      "Of rules of class inappropriate alone, and without what was tried.",
                                      {{"Rule"},
                                       {"How"},
                                       {"Attempts", Cell::figure},
                                       {"First", Cell::stamp},
                                       {"Last", Cell::stamp},
                                       {"Shown by"}},
                                      std::move(blocked)));
  const auto services = [](const std::vector<model::ServiceId>& ids) {
    std::string text;
    for (const model::ServiceId& id : ids) text += (text.empty() ? "" : ", ") + id.text();
    return text;
  };
  Lines entries;
  const model::Register all = ledger.read_register();
  for (const model::RegisteredWithdrawal& each : all.withdrawals) {
    if (each.person != access.person() || left_out.contains(each.reference)) continue;
    entries.push_back({"access withdrawn", services(each.services), words(each.in_force()),
                       each.reference.text(), each.approved_by, each.entered_by, second(each.entered_at)});
  }
  for (const model::RegisteredAuthorisation& each : all.authorisations) {
    if (each.person != access.person()) continue;
    entries.push_back({"use authorised as work", services(each.services), words(each.in_force()),
                       each.purpose, each.approved_by, each.entered_by, second(each.entered_at)});
  }
  document.sections.push_back(section(
      "Withdrawals and authorisations", "What was entered about your access.",
      {{"What"}, {"Services"}, {"From, to"}, {"Why"}, {"Approved by"}, {"Entered by"}, {"On", Cell::stamp}},
      std::move(entries)));
}

void add_cases(report::Document& document, const store::Ledger& ledger, const model::SubjectAccess& access,
               const LeftOut& left_out) {
  Lines lines;
  for (const model::Case& each : ledger.cases()) {
    if (each.person != access.person() || left_out.contains(each.reference)) continue;
    const auto say = [&](const std::string& what, const std::string& text, const std::string& by,
                         Timestamp on) {
      lines.push_back({each.reference.text(), what, text, by, second(on)});
    };
    say("Opened",
        fmt::format("{}; about {}; authorised by {}; {}", to_string(each.reason), words(each.period),
                    each.authorised_by, each.grounds),
        each.officer, each.opened_at);
    if (each.covert)
      say("Covert",
          fmt::format("until {}; second person {}", format_date(each.covert->ends),
                      each.covert->second_person),
          each.officer, each.opened_at);
    for (const model::CaseNote& note : ledger.notes_of(each.reference)) {
      const bool not_told = note.kind == model::CaseNote::Kind::not_informed;
      say(not_told ? "Person not informed" : to_string(note.kind),
          note.day ? fmt::format("{} ({})", note.text, format_date(*note.day)) : note.text, note.entered_by,
          note.entered_at);
    }
    if (each.closed_at) say("Closed", "", "", *each.closed_at);
  }
  document.sections.push_back(
      section("Cases", "In which your use was or may be looked at, and what was written down in them.",
              {{"Case"}, {"What"}, {"Text"}, {"By"}, {"On", Cell::stamp}}, std::move(lines)));
}

void add_holds(report::Document& document, const store::Ledger& ledger, const model::SubjectAccess& access,
               const LeftOut& left_out) {
  Lines lines;
  for (const model::Hold& each : ledger.holds()) {
    const bool of_one = each.ground == model::Hold::Ground::hr_case &&
                        left_out.contains(model::CaseReference(each.reference));
    if (each.person != access.person() || of_one) continue;
    lines.push_back({fmt::format("{} {}", to_string(each.ground), each.reference), words(each.period),
                     format_date(each.until), each.reason, each.approved_by,
                     each.released ? "released " + second(each.released->at) : "-"});
  }
  document.sections.push_back(
      section("Records kept past their time", "Holds are the only exception to deletion.",
              {{"For"}, {"Records of"}, {"Until", Cell::stamp}, {"Why"}, {"Approved by"}, {"Ended"}},
              std::move(lines)));
}

void add_accesses(report::Document& document, const store::Ledger& ledger, const AuditLog& audit,
                  const model::SubjectAccess& access, const LeftOut& left_out) {
  Lines lines;
  for (const AuditEntry& each : audit.entries()) {
    if (!each.detail || each.detail->person != access.person() || left_out.contains(each.reference)) continue;
    lines.push_back({second(each.at), each.action, each.detail->officer, each.role,
                     each.reference.empty() ? "-" : each.reference.text(), each.outcome,
                     each.detail->period ? words(*each.detail->period) : "-", each.detail->text});
  }
  document.sections.push_back(
      section("Who asked about you, and why",
              "Every question and every act of the record that names you, refused ones too.",
              {{"When", Cell::stamp},
               {"What"},
               {"Who", Cell::stamp},
               {"As"},
               {"Case", Cell::stamp},
               {"Outcome"},
               {"Days asked for"},
               {"Text"}},
              std::move(lines)));
  Lines requests;
  for (const model::AccessRequest& each : ledger.access_requests()) {
    if (each.person != access.person()) continue;
    requests.push_back({each.reference, format_date(each.received), each.identity_checked, each.approved_by,
                        each.entered_by, second(each.entered_at)});
  }
  document.sections.push_back(section("Your requests", "This one, and those of the year before.",
                                      {{"Reference"},
                                       {"Received", Cell::stamp},
                                       {"How it was made sure that it is you"},
                                       {"Approved by"},
                                       {"Entered by"},
                                       {"On", Cell::stamp}},
                                      std::move(requests)));
}

Section rights(const OutsideTheLedger& outside) {
  const std::string years =
      outside.retention_years == 1 ? "one year" : fmt::format("{} years", outside.retention_years);
  return {
      .heading = "What it is for, who sees it, how long it is kept, and your rights",
      .paragraphs = {fmt::format(
                         "Who is responsible: {}. Purpose: {}. {}",
                         outside.controller.empty() ? "the council" : outside.controller,
                         outside.purpose.empty() ? "not written into the configuration" : outside.purpose,
                         outside.notice.empty() ? "" : "Monitoring notice: " + outside.notice),
                     fmt::format("Where it comes from: the council's own network, and the records of who "
                                 "used which device. It is kept for {}, a case "
                                 "for {} after it was closed; then it is deleted, unless a hold is listed "
                                 "above. Backups that the product makes hold the same and are "
                                 "deleted with it. Rule books that were in force are kept as long, with who "
                                 "was in which group.",
                                 years, years) +
                         outside.elsewhere,
                     ("Who sees it: HR, within an open case that names you and the days, and whom HR then "
                      "gives a report; nobody else. ICT sees rules and whose an address was, never your use. "
                      "The auditor sees that somebody looked. No decision about you is made by a machine."),
                     ("You may have what is wrong corrected, challenge what a report says (it stands in "
                      "every later one), object, ask for deletion or restriction, and complain to the "
                      "Information Commissioner (ico.org.uk)."),
                     "Data of other people is left out. Texts that officers wrote stand as they wrote them."},
      .tables = {}};
}

}  // namespace

HeldAbout held_about(const store::Ledger& ledger, const AuditLog& audit, const model::SubjectAccess& access,
                     OutsideTheLedger outside, Timestamp now) {
  HeldAbout out;
  report::Document& document = out.document;
  document.title = "Everything held about one person";
  document.facts = {{"Request", access.request().reference},
                    {"Received", format_date(access.request().received)},
                    {"Person", access.person().text()},
                    {"Made", second(now)}};
  Section who{.heading = "Who you are here", .paragraphs = {}, .tables = std::move(outside.tables)};
  for (const auto& [what, text] : outside.person) document.facts.emplace_back(what, text);
  who.paragraphs.emplace_back(
      outside.person.empty() ? "The list of people has nobody of this id: nothing here can be given a name."
                             : "The list of people, devices and rules in force, as far as it names you.");
  document.sections.push_back(std::move(who));
  const LeftOut left_out = open_covert_cases(ledger, access.person());
  out.left_out = left_out.size();
  add_use(document, ledger, access);
  add_identity(document, ledger, access);
  add_rules(document, ledger, access, left_out);
  add_cases(document, ledger, access, left_out);
  add_holds(document, ledger, access, left_out);
  add_accesses(document, ledger, audit, access, left_out);
  document.sections.push_back(rights(outside));
  return out;
}

}  // namespace edgewatch::evidence
