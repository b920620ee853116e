// The part of the desk that opens and closes cases, and writes down what belongs to them.
#include "edgewatch/base/text.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using model::CaseNote;
using Kind = CaseNote::Kind;

/// Of the case form, by option; the sixth, reasons, are the grounds.
const std::array<std::pair<const char*, Kind>, 5> headings{{{"notice", Kind::notice},
                                                            {"extent", Kind::extent},
                                                            {"less-intrusive", Kind::less_intrusive},
                                                            {"consequences", Kind::consequences},
                                                            {"safeguards", Kind::safeguards}}};

std::string date_or_open(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(std::chrono::floor<std::chrono::seconds>(*at)) : "-";
}

std::string kind_of(const model::Case& record) { return record.covert ? "covert" : "ordinary"; }

/// `23 h 59 min left`.
std::string time_left(const model::Case& record, Timestamp now) {
  const auto until = record.unlocked_until(now);
  if (!until) return "locked";
  const auto left = std::chrono::floor<std::chrono::minutes>(*until - now);
  return fmt::format("{} h {} min left", left.count() / 60, left.count() % 60);
}

std::string due_words(const evidence::CaseWithNotes& found, CivilDate today, int retention_years) {
  std::string words;
  for (const evidence::Due due : evidence::due_in(found, today, retention_years))
    words += (words.empty() ? "" : "; ") + to_string(due);
  return words.empty() ? "-" : words;
}

CaseNote note_of(model::CaseReference reference, Kind kind, std::string text) {
  CaseNote note;
  note.reference = std::move(reference);
  note.kind = kind;
  note.text = std::move(text);
  return note;
}

std::string date_or_dash(const std::optional<CivilDate>& date) { return date ? format_date(*date) : "-"; }

}  // namespace

void Desk::note_cases(Timestamp now) {
  using evidence::Due;
  std::map<Due, int> due;
  for (const model::Case& record : ledger_.cases()) {
    for (const Due each : evidence::due_in({record, ledger_.notes_of(record.reference)}, london_date(now),
                                           configuration_->settings.retention_years))
      ++due[each];
  }
  health_.update([&](HealthReport& report) {
    const auto alarm = [&](Due what, const char* key, const std::string& text) {
      report.alarms.erase(key);
      if (due[what] > 0) report.alarms[key] = fmt::format(fmt::runtime(text), due[what]);
    };
    alarm(Due::closing, "cases",
          fmt::format("cases open for over {} year(s): {{}}; what hangs on them is kept until HR closes them",
                      configuration_->settings.retention_years));
    alarm(Due::review, "case reviews",
          "cases in which it is due to look again whether the person can be told: {}; edgewatch case list");
    alarm(Due::covert_end, "covert cases",
          "covert cases past their end, which answer no more: {}; HR tells the person and closes them");
  });
}

Response Desk::open_case(const Officer& officer, const Request& request) {
  const auto reason = model::parse_case_reason(option(request, "reason"));
  const auto from = parse_date(option(request, "from"));
  const auto to = parse_date(option(request, "to"));
  if (!reason)
    return refuse(officer, Action::case_open, request, "--reason is excessive-time or breach-of-rules");
  if (!from || !to)
    return refuse(officer, Action::case_open, request, "--from and --to are dates, YYYY-MM-DD");
  evidence::CaseRequest wanted;
  if (const std::string reference = option(request, "reference"); !reference.empty())
    wanted.reference = model::CaseReference(reference);
  wanted.person = model::PersonId(option(request, "person"));
  wanted.reason = *reason;
  wanted.grounds = option(request, "grounds");
  wanted.period = {*from, *to};
  wanted.authorised_by = option(request, "authorised-by");
  wanted.officer = option(request, "officer");
  for (const identity::Person& person : configuration_->people) {
    if (person.id != wanted.person) continue;
    wanted.names = person.accounts;
    wanted.names.push_back(person.display_name);
  }
  if (const std::string covert = option(request, "covert"); !covert.empty()) {
    const auto date = [&](const char* name) {
      return parse_date(option(request, name)).value_or(CivilDate());
    };
    wanted.covert = evidence::CovertRequest{option(request, "second-person"), date("ends"),
                                            option(request, "not-informed"), date("review")};
  }
  const auto is_known = [this](const model::PersonId& id) {
    const auto& people = configuration_->people;
    return std::any_of(people.begin(), people.end(),
                       [&](const identity::Person& p) { return p.id == id && !p.not_monitored(); });
  };
  for (const auto& [name, kind] : headings) {
    if (option(request, name).size() > 4000)
      return refuse(officer, Action::case_open, request, fmt::format("--{} is over 4000 bytes", name));
  }
  const Timestamp now = wall_clock();
  const auto opened = cases_.open(officer, wanted, is_known, now);
  if (!opened) return refused(opened.error());
  for (const auto& [name, kind] : headings) {
    const std::string text = option(request, name);
    if (trim(text).empty()) continue;
    const auto noted = cases_.note(officer, note_of(opened->reference, kind, text), wall_clock());
    if (!noted) return refused(noted.error());
  }
  return {fine,
          fmt::format("case {} is open: {} from {} to {}\nit answers until {}; after that: edgewatch case "
                      "unlock --reference {}\n",
                      opened->reference.text(), opened->person.text(), format_date(opened->period.first),
                      format_date(opened->period.last), date_or_open(opened->unlocked_until(now)),
                      opened->reference.text()),
          ""};
}

Response Desk::close_case(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto closed = cases_.close(officer, model::CaseReference(option(request, "reference")), now);
  if (!closed) return refused(closed.error());
  note_cases(now);
  return {fine,
          fmt::format("case {} is closed; it is deleted a year after today\n", closed->reference.text()), ""};
}

Response Desk::unlock_case(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto unlocked = cases_.unlock(officer, model::CaseReference(option(request, "reference")),
                                      option(request, "reason"), now);
  if (!unlocked) return refused(unlocked.error());
  return {fine,
          fmt::format("case {} answers until {} ({})\n", unlocked->reference.text(),
                      date_or_open(unlocked->unlocked_until(now)), time_left(*unlocked, now)),
          ""};
}

Response Desk::list_cases(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto cases = cases_.list(officer, now);
  if (!cases) return refused(cases.error());
  Rows rows{{"reference", "person", "reason", "from", "to", "authorised_by", "officer", "opened", "closed",
             "kind", "unlocked_until", "due"},
            {}};
  for (const model::Case& c : *cases) {
    rows.cells.push_back({c.reference.text(), c.person.text(), to_string(c.reason),
                          format_date(c.period.first), format_date(c.period.last), c.authorised_by, c.officer,
                          date_or_open(c.opened_at), date_or_open(c.closed_at), kind_of(c),
                          date_or_open(c.unlocked_until(now)),
                          due_words({c, ledger_.notes_of(c.reference)}, london_date(now),
                                    configuration_->settings.retention_years)});
  }
  return in_rows(rows, request, "no case has been opened");
}

Response Desk::notify(const Officer& officer, const Request& request) {
  const std::string informed = option(request, "informed");
  const std::string why_not = option(request, "not-informed");
  const std::string reference = option(request, "reference");
  if (informed.empty() == why_not.empty()) {
    return refuse(officer, Action::case_notify, request,
                  "give --informed DATE --by NAME, or --not-informed REASON --review DATE");
  }
  CaseNote wanted = informed.empty()
                        ? note_of(model::CaseReference(reference), Kind::not_informed, why_not)
                        : note_of(model::CaseReference(reference), Kind::informed, option(request, "by"));
  wanted.day = parse_date(informed.empty() ? option(request, "review") : informed);
  const auto noted = cases_.note(officer, std::move(wanted), wall_clock());
  if (!noted) return refused(noted.error());
  note_cases(wall_clock());
  return {fine,
          noted->kind == Kind::informed
              ? fmt::format("case {}: the person was told on {}; every report says so\n",
                            noted->reference.text(), format_date(*noted->day))
              : fmt::format("case {}: the person is not told; to be looked at again on {}; every report says "
                            "so\n",
                            noted->reference.text(), format_date(*noted->day)),
          ""};
}

Response Desk::show_case(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto shown =
      cases_.show(officer, model::CaseReference(option(request, "reference")), Action::case_show, now);
  if (!shown) return refused(shown.error());
  const model::Case& c = shown->record;
  Rows rows{{"what", "says", "day", "entered_by", "entered_at"}, {}};
  const auto say = [&](const std::string& what, const std::string& text) {
    rows.cells.push_back({what, text, "-", c.officer, date_or_open(c.opened_at)});
  };
  say("Case", c.reference.text());
  say("Person", c.person.text());
  say("Period", fmt::format("{} to {}", format_date(c.period.first), format_date(c.period.last)));
  say("Reason", to_string(c.reason));
  say("Grounds", c.grounds);
  say("Authorised by", c.authorised_by);
  say("Closed", date_or_open(c.closed_at));
  say("Kind", kind_of(c));
  if (c.covert) say("Second person", c.covert->second_person);
  if (c.covert) say("Ends", format_date(c.covert->ends));
  say("Answers", c.unlocked_until(now)
                     ? fmt::format("until {} ({})", date_or_open(c.unlocked_until(now)), time_left(c, now))
                     : std::string("no; edgewatch case unlock"));
  say("Due", due_words(*shown, london_date(now), configuration_->settings.retention_years));
  for (const CaseNote& note : shown->notes) {
    const std::string what = note.kind == Kind::not_informed ? "Person not informed" : to_string(note.kind);
    rows.cells.push_back({note.kind == Kind::challenge ? fmt::format("{} {}", what, note.number) : what,
                          note.text, date_or_dash(note.day), note.entered_by, date_or_open(note.entered_at)});
  }
  return in_rows(rows, request, "");
}

Response Desk::add_challenge(const Officer& officer, const Request& request) {
  CaseNote wanted =
      note_of(model::CaseReference(option(request, "case")), Kind::challenge, option(request, "text"));
  if (const std::string text = option(request, "supersedes"); !text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
      return refuse(officer, Action::challenge_add, request, "--supersedes is the number of a challenge");
    wanted.supersedes = number;
  }
  const auto noted = cases_.note(officer, std::move(wanted), wall_clock());
  if (!noted) return refused(noted.error());
  return {fine,
          fmt::format("challenge {} stands in case {}, and in every later report of it\n", noted->number,
                      noted->reference.text()),
          ""};
}

Response Desk::list_challenges(const Officer& officer, const Request& request) {
  const auto shown = cases_.show(officer, model::CaseReference(option(request, "case")),
                                 Action::challenge_list, wall_clock());
  if (!shown) return refused(shown.error());
  Rows rows{{"number", "text", "supersedes", "superseded_by", "entered_by", "entered_at"}, {}};
  for (const CaseNote& note : shown->notes) {
    std::string by = "-";
    for (const CaseNote& later : shown->notes) {
      if (later.supersedes == note.number) by = std::to_string(later.number);
    }
    rows.cells.push_back({std::to_string(note.number), note.text,
                          note.supersedes ? std::to_string(*note.supersedes) : "-", by, note.entered_by,
                          date_or_open(note.entered_at)});
  }
  return in_rows(rows, request, "nothing is challenged in this case");
}

}  // namespace edgewatch::runtime
