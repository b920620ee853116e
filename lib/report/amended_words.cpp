#include "amended_words.hpp"

#include "words.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

constexpr const char* heading = "Figures that were changed afterwards";

/// What one day and service came to in the minutes concerned.
struct Changed {
  Figures before;  ///< run 0
  Figures now;
  std::uint16_t runs = 0;
  std::set<UtcMinute> minutes;
};
using ByDay = std::map<std::pair<CivilDate, model::ServiceId>, Changed>;

ByDay changed(const UsageReport& report) {
  ByDay out;
  std::set<UtcMinute> concerned;
  for (const model::UsageSlice& row : report.superseded) {
    Changed& line = out[{london_date(row.minute), row.service}];
    if (row.run == 0) line.before.add(row);
    line.runs = std::max<std::uint16_t>(line.runs, row.run + 1);
    line.minutes.insert(row.minute);
    concerned.insert(row.minute);
  }
  for (const model::UsageSlice& row : report.rows) {
    if (concerned.contains(row.minute)) out[{london_date(row.minute), row.service}].now.add(row);
  }
  return out;
}

std::string known_now(model::Binding::State why) {
  switch (why) {
    case model::Binding::State::held:
      return "somebody else was there";
    case model::Binding::State::conflict:
      return "it is not sure who was there";
    case model::Binding::State::shared:
      return "several people used it at once";
    default:
      return "nobody is known to have been there";
  }
}

std::vector<std::string> row_of(const std::pair<CivilDate, model::ServiceId>& of, const UsageReport& report,
                                const Changed& line, const Figures& figures, const std::string& told) {
  return {short_day(of.first),
          service_name(report, of.second),
          told,
          std::to_string(line.minutes.size()),
          cell(figures.interactive.lower),
          cell(figures.interactive.best),
          cell(figures.playing.lower),
          cell(figures.playing.best)};
}

}  // namespace

std::vector<std::string> amended_notes(const UsageReport& report) {
  if (report.amendments.empty()) return {};
  Time taken;
  for (const auto& [of, line] : changed(report)) {
    taken.best += line.before.interactive.best - line.now.interactive.best;
    taken.lower += line.before.interactive.lower - line.now.interactive.lower;
  }
  Timestamp last = Timestamp::min();
  for (const UsageReport::Amended& each : report.amendments)
    last = std::max(last, each.amendment.recorded_at);
  const std::string what = taken.best.count() > 0
                               ? fmt::format("{} of interactive use were taken back", both(taken))
                               : std::string("Time was taken back");
  return {
      fmt::format("{} because of evidence that came only after they had been counted, last on {}: a "
                  "report made before "
                  "that says more. \"{}\" says what changed and why.",
                  what, moment(last), heading)};
}

Section amended_section(const UsageReport& report) {
  Section section{.kind = SectionKind::caveat, .heading = heading, .paragraphs = {}, .tables = {}};
  for (const UsageReport::Amended& amended : report.amendments) {
    const model::Amendment& amendment = amended.amendment;
    section.paragraphs.push_back(fmt::format(
        "On {} it became known, by the word of {}, that from {} to {} {}. Minutes that touch that time and "
        "had been counted as this person's: {}. They were taken back, and nobody else was given them.",
        moment(amendment.recorded_at), model::in_words(amendment.source), moment(amendment.withdrawn.from),
        moment(amendment.withdrawn.to), known_now(amendment.why), amended.minutes));
  }
  section.paragraphs.emplace_back(
      "What was told first is kept beside what took its place, and the audit log has an entry for each "
      "change. No figure was ever raised by evidence that came late.");
  const ByDay lines = changed(report);
  if (lines.empty()) return section;
  Table table{
      .caption = "The minutes concerned, as they were first told and as they stand now",
      .columns = with_time_columns(
          {{"Day", Cell::stamp}, {"Service", Cell::name}, {"Told", Cell::text}, {"Minutes", Cell::figure}}),
      .rows = {},
      .total = {}};
  for (const auto& [of, line] : lines) {
    table.rows.push_back(row_of(of, report, line, line.before, "as first told (run 0)"));
    table.rows.push_back(
        row_of(of, report, line, line.now, fmt::format("as it stands now (run {})", line.runs)));
  }
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace edgewatch::report
