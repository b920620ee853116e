#include "case_words.hpp"

#include "words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

using model::CaseNote;
using Kind = CaseNote::Kind;

constexpr std::array headings{Kind::notice, Kind::extent, Kind::less_intrusive, Kind::consequences,
                              Kind::safeguards};
constexpr const char* nothing = "nothing is recorded about this";

constexpr const char* challenges_heading = "Challenges";

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string date_of(const CaseNote& note) { return note.day ? day(*note.day) : "a day that is not known"; }

Pairs form_of(const UsageReport& report) {
  Pairs all;
  for (const Kind heading : headings) {
    std::string said = nothing;
    for (const CaseNote& note : report.notes) {
      if (note.kind == heading) said = note.text;
    }
    all.emplace_back(to_string(heading), said);
  }
  return all;
}

Pairs challenges(const UsageReport& report) {
  Pairs all;
  for (const CaseNote& note : report.notes) {
    if (note.kind != Kind::challenge) continue;
    std::string said =
        fmt::format("{} (written down {} by {}", note.text, moment(note.entered_at), note.entered_by);
    if (note.supersedes) said += fmt::format("; in place of challenge {}", *note.supersedes);
    for (const CaseNote& later : report.notes) {
      if (later.supersedes == note.number) said += fmt::format("; superseded by challenge {}", later.number);
    }
    all.emplace_back(fmt::format("Challenge {}", note.number), said + ")");
  }
  return all;
}

std::vector<std::vector<std::string>> pairs(const Pairs& from) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [what, says] : from) rows.push_back({what, says});
  return rows;
}

}  // namespace

std::string informed(const UsageReport& report) {
  std::string said;
  for (const CaseNote& note : report.notes) {
    if (note.kind == Kind::informed) said = fmt::format("told on {} by {}", date_of(note), note.text);
    if (note.kind == Kind::not_informed)
      said = fmt::format("not told: {}; to be looked at again on {}", note.text, date_of(note));
  }
  if (const auto& covert = report.record.covert) {
    said = fmt::format("covert case, approved by {} too, until {}{}{}", covert->second_person,
                       day(covert->ends), said.empty() ? "" : "; ", said);
  }
  return said;
}

std::vector<std::pair<std::string, std::string>> case_notes(const UsageReport& report) {
  auto all = form_of(report);
  for (auto& challenge : challenges(report)) all.push_back(std::move(challenge));
  return all;
}

std::vector<std::string> challenge_notes(const UsageReport& report) {
  const auto standing = std::ranges::count_if(report.notes, [&](const CaseNote& note) {
    return note.kind == Kind::challenge && std::ranges::none_of(report.notes, [&](const CaseNote& later) {
             return later.supersedes == note.number;
           });
  });
  if (standing == 0) return {};
  return {fmt::format("The person challenges this report. \"{}\" says with what.", challenges_heading)};
}

Section challenge_section(const UsageReport& report) {
  Section section{
      .kind = SectionKind::figures, .heading = challenges_heading, .paragraphs = {}, .tables = {}};
  auto rows = pairs(challenges(report));
  if (rows.empty()) {
    section.paragraphs.emplace_back(
        "Nothing is challenged in this case so far. Whoever this report is about may say at any time what "
        "they think is wrong or left out: it is written down in their words and stands in every later "
        "report.");
    return section;
  }
  section.paragraphs.emplace_back(
      "What the person says stands beside the figures and is never changed, only superseded. The numbers are "
      "those of the case's record, which counts other notes too.");
  section.tables.push_back({.caption = "What the person says against the reports of this case",
                            .columns = {{"Challenge", Cell::stamp}, {"Says", Cell::text}},
                            .rows = std::move(rows),
                            .total = {}});
  return section;
}

Section case_section(const UsageReport& report) {
  const model::Case& record = report.record;
  Section section{.kind = SectionKind::figures, .heading = "The case", .paragraphs = {}, .tables = {}};
  Table table{.caption = "Why the case was opened, and the headings of its form",
              .columns = {{"Heading", Cell::name}, {"Says", Cell::text}},
              .rows = {{"Reason of the case", record.reason == model::CaseReason::excessive_time
                                                  ? "suspicion of excessive time"
                                                  : "suspicion of a breach of the rules"},
                       {"Grounds", record.grounds},
                       {"Opened", fmt::format("{} by {}", moment(record.opened_at), record.officer)}},
              .total = {}};
  for (auto& row : pairs(form_of(report))) table.rows.push_back(std::move(row));
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace edgewatch::report
