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

std::string date_of(const CaseNote& note) { return note.day ? day(*note.day) : "a day that is not known"; }

}  // namespace

std::string informed(const UsageReport& report) {
  std::string said;
  for (const CaseNote& note : report.notes) {
    if (note.kind == Kind::informed) said = fmt::format("told on {} by {}", date_of(note), note.text);
    if (note.kind == Kind::not_informed)
      said = fmt::format("not told: {}; to be looked at again on {}", note.text, date_of(note));
  }
  return said;
}

std::vector<std::pair<std::string, std::string>> case_notes(const UsageReport& report) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Kind heading : headings) {
    std::string said = nothing;
    for (const CaseNote& note : report.notes) {
      if (note.kind == heading) said = note.text;
    }
    all.emplace_back(to_string(heading), said);
  }
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

}  // namespace edgewatch::report
