// The part of the desk about the rule book as a whole: which rules speak, and what is odd in the files.
#include "edgewatch/base/text.hpp"
#include "edgewatch/config/check.hpp"
#include "edgewatch/config/rule_books.hpp"
#include "edgewatch/policy/rule_tally.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::chrono::days long_unused{30};

void add(std::string& list, const std::string& text) {
  if (!text.empty()) list += (list.empty() ? "" : "; ") + text;
}

template <class Values, class Text>
std::string joined(const char* what, const Values& values, Text text) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : " ") + text(value);
  return out.empty() ? out : std::string(what) + out;
}

std::string destinations(const policy::Rule& rule) {
  constexpr std::size_t most_names = 5;
  const auto text = [](const auto& id) { return id.text(); };
  std::string out = joined("categories: ", rule.categories, text);
  add(out, joined("services: ", rule.services, text));
  if (rule.names.size() > most_names) {
    add(out, fmt::format("names: {}", rule.names.size()));
  } else {
    add(out, joined("names: ", rule.names, text));
  }
  return out;
}

/// Whom it is for, in groups, networks and numbers: no person is named.
std::string holders(const policy::Rule& rule) {
  std::string out;
  if (!rule.people.empty()) out = fmt::format("people: {}", rule.people.size());
  add(out, joined("groups: ", rule.groups, [](const std::string& group) { return group; }));
  add(out, joined("networks: ", rule.networks, [](const net::Network& n) { return n.to_string(); }));
  return out.empty() ? "everybody" : out;
}

std::string hours(const std::vector<WeeklyWindow>& schedule) {
  const std::string out = joined("", schedule, [](const WeeklyWindow& w) { return to_string(w) + ";"; });
  return out.empty() ? "always" : out.substr(0, out.size() - 1);
}

std::string unused(const store::RuleUse* use, Timestamp now) {
  if (use == nullptr) return {};
  if (!use->last) return "unused since " + format_date(london_date(use->since));
  return now - *use->last > long_unused ? "unused since " + format_date(london_date(*use->last)) : "";
}

std::vector<std::string> row_of(const policy::RuleBook& book, const policy::Rule& rule,
                                const store::RuleUse* use, const policy::RuleReview& review, Timestamp now) {
  const bool counted = policy::is_counted(book, rule);
  std::string marks = review.never.empty() ? "" : "never matches: " + review.never;
  if (!review.contradicted.empty()) add(marks, "contradicted: " + review.contradicted);
  if (review.never.empty() && counted) add(marks, unused(use, now));
  if (!counted) add(marks, "not counted: it is about fewer than 10");
  return {"rule",
          rule.id.text(),
          to_string(rule.action),
          to_string(rule.rule_class),
          destinations(rule),
          holders(rule),
          hours(rule.schedule),
          use != nullptr ? second_or_open(use->since) : "-",
          counted && use != nullptr ? std::to_string(use->matches) : "-",
          counted && use != nullptr && use->last ? format_minute(minute_of(*use->last)) : "-",
          marks.empty() ? "-" : marks,
          rule.reason.empty() ? "-" : rule.reason};
}

std::string services(const std::vector<model::ServiceId>& list) {
  return joined("services: ", list, [](const auto& id) { return id.text(); });
}

/// Which of the other kind speak against a line, as far as they do.
using Against = std::map<std::size_t, std::string>;

std::vector<std::string> row_of(const policy::Withdrawal& each, const std::string& against, Timestamp now) {
  std::string marks = policy::dates_to_mind(each.valid, std::nullopt, now);
  add(marks, against);
  return {"withdrawal",
          each.id.text(),
          "block",
          "policy",
          services(each.services),
          "people: 1",
          "always",
          second_or_open(each.valid.from),
          "-",
          "-",
          marks.empty() ? "-" : marks,
          "-"};
}

std::vector<std::string> row_of(const policy::AuthorisedUse& each, const std::string& against,
                                Timestamp now) {
  std::string marks = policy::dates_to_mind(each.valid, each.review_date, now);
  add(marks, against);
  return {"authorised",
          each.id.text(),
          "authorise",
          "-",
          services(each.services),
          each.person ? "people: 1" : "groups: " + each.group,
          hours(each.hours),
          second_or_open(each.valid.from),
          "-",
          "-",
          marks.empty() ? "-" : marks,
          each.purpose.empty() ? "-" : each.purpose};
}

/// What the files would change, were they taken now.
void compare(const config::Configuration& files, const model::KeptRuleBook& in_force,
             std::vector<Told>& told) {
  const auto say = [&](const std::filesystem::path& file) {
    told.push_back({false,
                    {file.string(), 0, 0, "this is not what is in force: it was changed since it was read",
                     "systemctl reload edgewatchd takes it"}});
  };
  if (files.policies.rules.revision != in_force.revision) say(files.settings.rules);
  if (files.policies.catalogue.revision() != in_force.catalogue) say(files.settings.catalogue);
}

/// The register's own oddities; it has no lines.
void add_register(const model::Register& entries, const evidence::RegisterVocabulary& known, Timestamp now,
                  std::vector<Told>& told) {
  const auto say = [&](std::string what, std::string advice) {
    told.push_back({false, {"register", 0, 0, std::move(what), std::move(advice)}});
  };
  for (const auto& entry : entries.withdrawals) {
    if (entry.in_force().to <= now) continue;
    if (!known.is_person(entry.person))
      say(fmt::format("withdrawal {} is about somebody who is not in people.csv", entry.number),
          "edgewatch withdraw lift, or put the person back");
  }
  for (const auto& entry : entries.authorisations) {
    if (entry.in_force().to <= now) continue;
    const auto due = entry.review_due();
    if (due && *due <= london_date(now))
      say(fmt::format("the review of authorisation {} was due on {}", entry.number, format_date(*due)),
          fmt::format("edgewatch authorise review {} --review-date DATE --approved-by NAME, or --end",
                      entry.number));
  }
}

const char* severity(const Told& told) { return told.is_error ? "error" : "warning"; }

Response as_lines(const std::vector<Told>& told, const std::filesystem::path& file) {
  std::string out;
  for (const Told& each : told)
    out += fmt::format("{}: {}\n", severity(each), terminal_text(to_string(each.problem)));
  if (told.empty()) out = fmt::format("{} and the files it names: no problem found\n", file.string());
  return {fine, out, ""};
}

}  // namespace

Response Desk::rules(const Officer& /*officer*/, const Request& request) {
  const Timestamp now = wall_clock();
  const policy::RuleBook& book = configuration_->policies.rules;
  const std::vector<policy::RuleReview> reviews = policy::review_rules(book, config::ground(*configuration_));
  Against withdrawals, authorised;
  for (const policy::Contradiction& both : policy::contradictions(book, now)) {
    const std::string what = joined(" for ", both.services, [](const auto& id) { return id.text(); });
    add(withdrawals[both.withdrawal],
        fmt::format("contradicts {}{}", book.authorised[both.authorised].id.text(), what));
    add(authorised[both.authorised],
        fmt::format("contradicted by {}{}", book.withdrawals[both.withdrawal].id.text(), what));
  }
  const std::vector<store::RuleUse> uses = ledger_.rule_use();
  Rows rows{{"kind", "id", "action", "class", "what", "who", "when", "since", "matches", "last_match",
             "marks", "reason"},
            {}};
  for (std::size_t i = 0; i < book.withdrawals.size(); ++i)
    rows.cells.push_back(row_of(book.withdrawals[i], withdrawals[i], now));
  for (std::size_t i = 0; i < book.rules.size(); ++i) {
    const auto use = std::ranges::find(uses, book.rules[i].id, &store::RuleUse::rule);
    rows.cells.push_back(row_of(book, book.rules[i], use == uses.end() ? nullptr : &*use, reviews[i], now));
  }
  for (std::size_t i = 0; i < book.authorised.size(); ++i)
    rows.cells.push_back(row_of(book.authorised[i], authorised[i], now));
  return in_rows(rows, request, "there are no rules: everything is allowed");
}

std::vector<Told> Desk::look_through(Timestamp now) {
  std::vector<Told> told;
  auto loaded = config::load(configuration_->settings.file);
  if (!loaded) {
    for (const Problem& problem : loaded.error()) told.push_back({true, problem});
  } else {
    if (const auto in_force = ledger_.rule_book_at(now)) compare(*loaded, *in_force, told);
    policy::RuleBook& book = loaded->policies.rules;
    book = config::with_register(std::move(book), ledger_.read_register());
    for (const Problem& problem : config::warnings(*loaded, now)) told.push_back({false, problem});
    for (const Problem& problem : config::changed_since_start(configuration_->settings))
      told.push_back({false, problem});
  }
  add_register(ledger_.read_register(), vocabulary(), now, told);
  return told;
}

Response Desk::check(const Officer& /*officer*/, const Request& request) {
  const std::vector<Told> told = look_through(wall_clock());
  const int code = std::ranges::any_of(told, &Told::is_error) ? bad_configuration : fine;
  if (option(request, "format", "table") == "table") {
    Response lines = as_lines(told, configuration_->settings.file);
    lines.exit_code = code;
    return lines;
  }
  Rows rows{{"severity", "file", "line", "column", "what", "advice"}, {}};
  for (const Told& each : told) {
    const Problem& p = each.problem;
    rows.cells.push_back(
        {severity(each), p.file, std::to_string(p.line), std::to_string(p.column), p.what, p.advice});
  }
  Response response = in_rows(rows, request, "");
  if (response.exit_code == fine) response.exit_code = code;
  return response;
}

std::size_t Desk::reviews_due(Timestamp now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(configuration_->policies.rules.authorised, [&](const policy::AuthorisedUse& use) {
        return use.valid.to > now && use.review_date && *use.review_date <= london_date(now);
      }));
}

}  // namespace edgewatch::runtime
