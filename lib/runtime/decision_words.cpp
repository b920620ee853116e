#include "decision_words.hpp"

#include "answer.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using policy::Considered;
using policy::Mismatch;

std::string place_of(const std::string& file, std::size_t line) {
  if (file.empty()) return "the register";
  return fmt::format("{}:{}", std::filesystem::path(file).filename().string(), line);
}

std::string in_words(const std::vector<WeeklyWindow>& hours) {
  std::string out;
  for (const WeeklyWindow& window : hours) out += (out.empty() ? "" : ", ") + to_string(window);
  return out;
}

std::string in_words(const model::Interval& valid) {
  return fmt::format("from {} until {}", second_or_open(valid.from), second_or_open(valid.to));
}

/// Why a line is silent. `about`: of its dates or hours, where it has any.
std::string why_silent(Mismatch why, const std::vector<WeeklyWindow>& hours, const model::Interval& valid,
                       bool assumed, Timestamp at) {
  switch (why) {
    case Mismatch::none:
      return "it speaks of this";
    case Mismatch::destination:
      return "no: it is about other names, services or categories";
    case Mismatch::nobody:
      return "no: it is about people, and whose use this is is not known for certain";
    case Mismatch::person:
      return "no: it is about other people";
    case Mismatch::network:
      return assumed ? "not judged: it is about networks, and the address is not known; give --address"
                     : "no: it is about other networks";
    case Mismatch::not_yet:
      return fmt::format("no: it begins later, {}", in_words(valid));
    case Mismatch::over:
      return fmt::format("no: it is over, {}", in_words(valid));
    case Mismatch::hours:
      return fmt::format("no: {} is outside its hours, {}", format_london_time(at), in_words(hours));
  }
  return {};
}

std::string line_of(const policy::Withdrawal& each) {
  return fmt::format("withdrawal {} ({}), approved by {}", each.id.text(), place_of(each.file, each.line),
                     each.approved_by.empty() ? "nobody named" : each.approved_by);
}
std::string line_of(const policy::Rule& rule) {
  return fmt::format("rule {} ({}), {}", rule.id.text(), place_of(rule.file, rule.line),
                     to_string(rule.action));
}
std::string line_of(const policy::AuthorisedUse& use) {
  return fmt::format("authorised use {} ({}){}", use.id.text(), place_of(use.file, use.line),
                     use.purpose.empty() ? "" : ", for " + use.purpose);
}

bool is_anothers(const Considered& line) {
  return line.part != Considered::Part::rule &&
         (line.why == Mismatch::person || line.why == Mismatch::nobody);
}

}  // namespace

void say_name(const net::HostName& name, const model::Classification* listed,
              const model::Revision& catalogue, Steps& steps) {
  if (listed == nullptr || listed->service.empty()) {
    steps.say("name", fmt::format("{} is not in the catalogue (revision {})", name.text(), catalogue.text()));
  } else {
    steps.say("name",
              fmt::format("{} is {} (service {}, category {}, role {}) by {}: {}, catalogue revision {}",
                          name.text(), listed->service_name, listed->service.text(), listed->category.text(),
                          to_string(listed->role), listed->line, listed->matched.text(), catalogue.text()));
  }
  if (listed == nullptr) return;
  for (const model::ListMatch& match : listed->lists) {
    steps.say("list", fmt::format("{} lists it as {}, line {}: {}, lists revision {}", match.list,
                                  match.category.text(), match.line == 0 ? "-" : std::to_string(match.line),
                                  match.entry, match.revision.text()));
  }
}

void say_considered(const policy::RuleBook& book, const policy::Explanation& told, bool assumed, Timestamp at,
                    Steps& steps) {
  std::size_t rules = 0;
  const auto count_others = [&](Considered::Part part, const char* what) {
    const auto others = std::ranges::count_if(
        told.considered, [&](const Considered& line) { return line.part == part && is_anothers(line); });
    if (others > 0) steps.say(what, fmt::format("{} of other people or groups were passed over", others));
  };
  count_others(Considered::Part::withdrawal, "withdrawals");
  for (const Considered& line : told.considered) {
    if (is_anothers(line)) continue;
    if (line.part == Considered::Part::withdrawal) {
      const policy::Withdrawal& each = book.withdrawals[line.index];
      steps.say("withdrawal",
                fmt::format("{}: {}{}", line_of(each), why_silent(line.why, {}, each.valid, assumed, at),
                            line.why == Mismatch::none ? ", " + in_words(each.valid) : ""));
    } else if (line.part == Considered::Part::rule) {
      const policy::Rule& rule = book.rules[line.index];
      ++rules;
      steps.say("rule",
                fmt::format("{}: {}", line_of(rule), why_silent(line.why, rule.schedule, {}, assumed, at)));
    } else {
      const policy::AuthorisedUse& use = book.authorised[line.index];
      steps.say("authorised use",
                fmt::format("{}: {}", line_of(use), why_silent(line.why, use.hours, use.valid, assumed, at)));
    }
  }
  count_others(Considered::Part::authorised, "authorised use");
  if (rules < book.rules.size())
    steps.say("rule", fmt::format("{} more rules were not asked: what stands before them decided",
                                  book.rules.size() - rules));
}

void say_decision(const policy::RuleBook& book, const policy::Explanation& told, Steps& steps) {
  const model::Decision& decision = told.decision;
  std::string says = fmt::format("{}: ", to_string(decision.verdict));
  const auto rule = std::ranges::find_if(
      book.rules, [&](const policy::Rule& each) { return decision.rule && each.id == *decision.rule; });
  if (rule != book.rules.end()) {
    says += fmt::format("rule {} is the first that speaks of it{}", rule->id.text(),
                        rule->reason.empty() ? "" : ", because: " + rule->reason);
  } else if (decision.verdict == model::Verdict::block) {
    says += fmt::format("access is withdrawn, by {}", decision.rule->text());
  } else {
    says += "no rule speaks of it, and what no rule speaks of is allowed";
  }
  steps.say("decision", says);
  steps.say("purpose", decision.purpose == model::Purpose::authorised
                           ? "authorised: it is somebody's job, and never counted against them"
                           : "personal: no authorised use speaks of it");
}

}  // namespace edgewatch::runtime
