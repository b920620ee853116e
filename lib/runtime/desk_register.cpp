// The part of the desk that enters withdrawals and authorised use, and lists them.
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/check.hpp"
#include "edgewatch/config/rule_books.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

std::vector<model::ServiceId> services_of(const Request& request) {
  std::vector<model::ServiceId> out;
  const std::string given = option(request, "services");
  if (given.empty()) return out;
  for (const std::string_view each : split(given, ',')) out.emplace_back(std::string(trim(each)));
  return out;
}

/// A date is a day in London, of which `until` has all; else RFC 3339.
std::optional<Timestamp> moment(const std::string& text, bool whole_day) {
  if (const auto date = parse_date(text)) return london_midnight(whole_day ? next_day(*date) : *date);
  return parse_rfc3339(text);
}

/// Nothing where a text is neither empty nor a moment.
std::optional<model::Interval> period_of(const Request& request) {
  model::Interval out;
  for (const bool is_end : {false, true}) {
    const std::string text = option(request, is_end ? "until" : "from");
    if (text.empty()) continue;
    const auto at = moment(text, is_end);
    if (!at) return std::nullopt;
    (is_end ? out.to : out.from) = *at;
  }
  return out;
}
constexpr const char* period_form =
    "--from and --until are days, YYYY-MM-DD (--until includes its day), or times in RFC 3339";

std::optional<std::vector<WeeklyWindow>> hours_of(const Request& request) {
  std::vector<WeeklyWindow> out;
  const std::string given = option(request, "hours");
  if (given.empty()) return out;
  for (const std::string_view each : split(given, ';')) {
    const auto window = parse_window(std::string(each));
    if (!window) return std::nullopt;
    out.push_back(*window);
  }
  return out;
}

std::string in_words(const std::vector<model::ServiceId>& services) {
  std::string out;
  for (const model::ServiceId& service : services) out += (out.empty() ? "" : " ") + service.text();
  return out;
}
std::string in_words(const std::vector<WeeklyWindow>& hours) {
  std::string out;
  for (const WeeklyWindow& window : hours) out += (out.empty() ? "" : "; ") + to_string(window);
  return out.empty() ? "-" : out;
}

std::string state_of(const model::Interval& in_force, Timestamp now) {
  if (now < in_force.from) return "begins later";
  return now < in_force.to ? "in force" : "ended";
}

/// `rules.toml:12`, in place of a number: the file is changed, not the register.
std::string place_of(const std::string& file, std::size_t line) {
  return fmt::format("{}:{}", std::filesystem::path(file).filename().string(), line);
}

/// Other withdrawals, of the register and of rules.toml, that take one of its services from the same person
/// within its own period, as far as that is not past at `from`.
std::string others_in_words(const model::RegisteredWithdrawal& entry, Timestamp from,
                            const model::Register& all, const policy::RuleBook& book) {
  std::string out;
  const auto add = [&](const std::string& which, const model::PersonId& person,
                       const std::vector<model::ServiceId>& services, const model::Interval& in_force) {
    if (person != entry.person || in_force.to <= std::max(from, entry.valid.from) ||
        in_force.from >= entry.valid.to)
      return;
    std::vector<model::ServiceId> both;
    std::ranges::copy_if(services, std::back_inserter(both), [&](const model::ServiceId& service) {
      return std::ranges::find(entry.services, service) != entry.services.end();
    });
    if (both.empty()) return;
    const std::string end = in_force.to == Timestamp::max() ? "" : " until " + second_or_open(in_force.to);
    const std::string begin = in_force.from > from ? " from " + second_or_open(in_force.from) : "";
    out += fmt::format("{}{} ({}{}{})", out.empty() ? "" : ", ", which, in_words(both), begin, end);
  };
  for (const model::RegisteredWithdrawal& other : all.withdrawals) {
    if (other.number != entry.number)
      add(std::to_string(other.number), other.person, other.services, other.in_force());
  }
  for (const policy::Withdrawal& other : book.withdrawals) {
    if (!other.file.empty()) add(place_of(other.file, other.line), other.person, other.services, other.valid);
  }
  return out;
}

enum class Entered : std::uint8_t { withdrawal, authorisation };
/// The contradictions of an entry, a line each: of a register that has it alone of its kind, and of the
/// file's lines of the other kind.
std::string contradictions_in_words(policy::RuleBook book, const model::Register& entries, Entered entered,
                                    Timestamp now) {
  const bool is_withdrawal = entered == Entered::withdrawal;
  std::erase_if(book.withdrawals, [&](const auto& each) { return is_withdrawal || each.file.empty(); });
  std::erase_if(book.authorised, [&](const auto& each) { return !is_withdrawal || each.file.empty(); });
  book = config::with_register(std::move(book), entries);
  std::string out;
  for (const policy::Contradiction& both : policy::contradictions(book, now))
    out += fmt::format("edgewatch: {}\n", terminal_text(config::in_words(both, book)));
  return out;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace

evidence::RegisterVocabulary Desk::vocabulary() const {
  const auto configuration = configuration_;
  evidence::RegisterVocabulary out;
  const auto find = [configuration](const model::PersonId& id) {
    const auto found = std::ranges::find(configuration->people, id, &identity::Person::id);
    return found == configuration->people.end() ? nullptr : &*found;
  };
  out.is_person = [find](const model::PersonId& id) {
    const identity::Person* person = find(id);
    return person != nullptr && !person->not_monitored();
  };
  out.is_group = [configuration](const std::string& group) {
    return std::ranges::any_of(configuration->people, [&](const identity::Person& person) {
      return std::ranges::find(person.groups, group) != person.groups.end();
    });
  };
  out.is_service = [configuration](const model::ServiceId& id) {
    return configuration->policies.catalogue.find(id) != nullptr;
  };
  out.names_of = [find](const model::PersonId& id) {
    const identity::Person* person = find(id);
    if (person == nullptr) return std::vector<std::string>{};
    std::vector<std::string> names = person->accounts;
    names.push_back(person->display_name);
    return names;
  };
  return out;
}

Response Desk::withdraw(const Officer& officer, const Request& request) {
  const auto valid = period_of(request);
  if (!valid) return refuse(officer, Action::withdraw_add, request, period_form);
  model::RegisteredWithdrawal wanted;
  wanted.person = model::PersonId(option(request, "person"));
  wanted.services = services_of(request);
  wanted.valid = *valid;
  wanted.reference = model::CaseReference(option(request, "case"));
  wanted.approved_by = option(request, "approved-by");
  const Timestamp now = wall_clock();
  const auto entered = register_.withdraw(officer, std::move(wanted), vocabulary(), now);
  if (!entered) return refused(entered.error());
  register_changed_();
  model::Register all = ledger_.read_register();
  const std::string others = others_in_words(*entered, now, all, configuration_->policies.rules);
  all.withdrawals = {*entered};
  return {0,
          fmt::format("withdrawal {}: {} of {} from {} until {}; lift it with: edgewatch withdraw lift {} "
                      "--approved-by NAME\n",
                      entered->number, in_words(entered->services), entered->person.text(),
                      second_or_open(entered->in_force().from), second_or_open(entered->valid.to),
                      entered->number),
          (others.empty() ? ""
                          : fmt::format("edgewatch: it overlaps withdrawal {}: to give access back, each is "
                                        "to be lifted\n",
                                        others)) +
              contradictions_in_words(configuration_->policies.rules, all, Entered::withdrawal, now)};
}

Response Desk::lift(const Officer& officer, const Request& request) {
  const auto number = number_in(request);
  if (!number)
    return refuse(officer, Action::withdraw_lift, request,
                  "give the number of one withdrawal; edgewatch withdraw list shows them");
  const Timestamp now = wall_clock();
  const auto lifted = register_.lift(officer, *number, option(request, "approved-by"), now);
  if (!lifted) return refused(lifted.error());
  register_changed_();
  const std::string others =
      others_in_words(*lifted, now, ledger_.read_register(), configuration_->policies.rules);
  return {0,
          fmt::format("withdrawal {} is lifted: {} of {}{}\n", lifted->number, in_words(lifted->services),
                      lifted->person.text(), others.empty() ? "" : "; still withdrawn by " + others),
          ""};
}

Response Desk::list_withdrawals(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto entries = register_.withdrawals(officer, model::CaseReference(option(request, "case")), now);
  if (!entries) return refused(entries.error());
  Rows rows{{"number", "state", "person", "services", "from", "until", "case", "approved_by", "entered_by",
             "entered_at", "lifted_at", "lifted_by", "lift_approved_by"},
            {}};
  for (const model::RegisteredWithdrawal& entry : *entries) {
    const auto lifted = entry.lifted.value_or(model::RegisteredWithdrawal::Lifted{Timestamp::max(), "", ""});
    rows.cells.push_back({std::to_string(entry.number),
                          entry.lifted ? "lifted" : state_of(entry.in_force(), now), entry.person.text(),
                          in_words(entry.services), second_or_open(entry.valid.from),
                          second_or_open(entry.valid.to), entry.reference.text(), entry.approved_by,
                          entry.entered_by, second_or_open(entry.entered_at), second_or_open(lifted.at),
                          or_dash(lifted.by), or_dash(lifted.approved_by)});
  }
  // HR is told of its case alone; the file's are in no case's list.
  if (evidence::permission(officer.role, Action::withdraw_list) == evidence::Permission::yes &&
      option(request, "case").empty()) {
    for (const policy::Withdrawal& each : configuration_->policies.rules.withdrawals) {
      if (each.file.empty()) continue;
      rows.cells.push_back({place_of(each.file, each.line), state_of(each.valid, now), each.person.text(),
                            in_words(each.services), second_or_open(each.valid.from),
                            second_or_open(each.valid.to), or_dash(each.case_reference),
                            or_dash(each.approved_by), "-", "-", "-", "-", "-"});
    }
  }
  return in_rows(rows, request, "nobody's access is withdrawn");
}

Response Desk::authorise(const Officer& officer, const Request& request) {
  const auto valid = period_of(request);
  if (!valid) return refuse(officer, Action::authorise_add, request, period_form);
  const auto hours = hours_of(request);
  if (!hours) {
    return refuse(officer, Action::authorise_add, request,
                  "--hours is written as 'mon-fri 08:30-12:00; sat 10:00-14:00', in London's time");
  }
  model::RegisteredAuthorisation wanted;
  if (const std::string person = option(request, "person"); !person.empty())
    wanted.person = model::PersonId(person);
  wanted.group = option(request, "group");
  wanted.services = services_of(request);
  wanted.purpose = option(request, "purpose");
  wanted.account = option(request, "account");
  wanted.valid = *valid;
  wanted.hours = *hours;
  wanted.approved_by = option(request, "approved-by");
  wanted.review_date = parse_date(option(request, "review-date"));
  const Timestamp now = wall_clock();
  const auto entered = register_.authorise(officer, std::move(wanted), vocabulary(), now);
  if (!entered) return refused(entered.error());
  register_changed_();
  model::Register all = ledger_.read_register();
  all.authorisations = {*entered};
  return {0,
          fmt::format("authorisation {}: {} for {}; to be looked at again on {}\n", entered->number,
                      in_words(entered->services),
                      entered->person ? entered->person->text() : "group " + terminal_text(entered->group),
                      format_date(*entered->review_date)),
          contradictions_in_words(configuration_->policies.rules, all, Entered::authorisation, now)};
}

Response Desk::review(const Officer& officer, const Request& request) {
  const auto number = number_in(request);
  if (!number)
    return refuse(officer, Action::authorise_review, request,
                  "give the number of one authorisation; edgewatch authorise list shows them");
  model::RegisteredAuthorisation::Review review;
  review.approved_by = option(request, "approved-by");
  review.goes_on = option(request, "end").empty();
  review.next = parse_date(option(request, "review-date"));
  const auto reviewed = register_.review(officer, *number, std::move(review), wall_clock());
  if (!reviewed) return refused(reviewed.error());
  register_changed_();
  const auto next = reviewed->review_due();
  return {0,
          fmt::format("authorisation {} {}\n", reviewed->number,
                      next ? "goes on; to be looked at again on " + format_date(*next) : "has ended"),
          ""};
}

Response Desk::list_authorisations(const Officer& officer, const Request& request) {
  const Timestamp now = wall_clock();
  const auto entries = register_.authorisations(officer, now);
  if (!entries) return refused(entries.error());
  Rows rows{{"number", "state", "holder", "services", "purpose", "account", "from", "until", "hours",
             "approved_by", "entered_by", "entered_at", "review_date", "mind", "reviews"},
            {}};
  const auto date_of = [](const std::optional<CivilDate>& date) { return date ? format_date(*date) : "-"; };
  for (const model::RegisteredAuthorisation& entry : *entries) {
    std::string reviews;
    for (const auto& review : entry.reviews) {
      reviews += fmt::format("{}{} {} by {}, approved by {}", reviews.empty() ? "" : "; ",
                             format_date(london_date(review.at)), review.goes_on ? "goes on" : "ended",
                             review.by, review.approved_by);
    }
    rows.cells.push_back(
        {std::to_string(entry.number), state_of(entry.in_force(), now),
         entry.person ? entry.person->text() : "group " + entry.group, in_words(entry.services),
         entry.purpose, or_dash(entry.account), second_or_open(entry.valid.from),
         second_or_open(entry.valid.to), in_words(entry.hours), entry.approved_by, entry.entered_by,
         second_or_open(entry.entered_at), date_of(entry.review_due()),
         or_dash(policy::dates_to_mind(entry.in_force(), entry.review_due(), now)), or_dash(reviews)});
  }
  for (const policy::AuthorisedUse& use : configuration_->policies.rules.authorised) {
    if (use.file.empty()) continue;
    rows.cells.push_back({place_of(use.file, use.line), state_of(use.valid, now),
                          use.person ? use.person->text() : "group " + use.group, in_words(use.services),
                          or_dash(use.purpose), or_dash(use.account), second_or_open(use.valid.from),
                          second_or_open(use.valid.to), in_words(use.hours), or_dash(use.approved_by), "-",
                          "-", date_of(use.review_date),
                          or_dash(policy::dates_to_mind(use.valid, use.review_date, now)), "-"});
  }
  return in_rows(rows, request, "no use is authorised");
}

}  // namespace edgewatch::runtime
