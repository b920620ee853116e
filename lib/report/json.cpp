#include "edgewatch/report/usage_report.hpp"

#include "case_words.hpp"
#include "document.hpp"
#include "limits.hpp"
#include "words.hpp"

#include <array>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::report {
namespace {

using nlohmann::ordered_json;

ordered_json time_json(const Time& time) {
  return {{"best_seconds", time.best.count()}, {"lower_seconds", time.lower.count()}};
}

void put_figures(ordered_json& to, const Figures& figures) {
  to["interactive"] = time_json(figures.interactive);
  to["playing"] = time_json(figures.playing);
  to["authorised"] = time_json(figures.authorised);
  to["weak_seconds"] = figures.weak.count();
  to["concurrent_seconds"] = figures.concurrent.count();
}

ordered_json case_json(const model::Case& record) {
  return {{"reference", record.reference.text()},
          {"reason", model::to_string(record.reason)},
          {"grounds", record.grounds},
          {"from", format_date(record.period.first)},
          {"to", format_date(record.period.last)},
          {"authorised_by", record.authorised_by},
          {"officer", record.officer},
          {"opened_at", format_rfc3339(record.opened_at)}};
}

/// `null` where all was asked for.
ordered_json selection_json(const Selection& selection) {
  if (selection.is_everything()) return {};
  ordered_json out{{"services", ordered_json::array()}, {"categories", ordered_json::array()}};
  for (const model::ServiceId& service : selection.services) out["services"].push_back(service.text());
  for (const model::Category& category : selection.categories) out["categories"].push_back(category.text());
  constexpr std::array hours{"any", "working", "outside"};
  out["hours"] = hours.at(static_cast<std::size_t>(selection.hours));
  return out;
}

ordered_json part_json(const WorkingTime::Day& day, PartOfDay part) {
  return {{"interactive", time_json(day.in(part))}, {"playing", time_json(day.playing_in(part))}};
}

void put_parts(ordered_json& to, const WorkingTime::Day& day, const model::Calendar& calendar) {
  for (const PartOfDay part : {PartOfDay::core, PartOfDay::break_window, PartOfDay::outside}) {
    if (calendar.is_flexitime() && part != PartOfDay::break_window) continue;
    to[to_string(part, calendar)] = part_json(day, part);
  }
  to["after_break"] = time_json(day.after_break);
  to["counted"] = time_json(day.counted());
}

/// `counted` is what the headline says: working hours, and what the break allowance leaves of the lunch
/// window.
ordered_json working_json(const UsageReport& report, const WorkingTime& working) {
  const model::Calendar& calendar = report.calendar;
  ordered_json out{{"calendar", calendar.name}, {"hours", ordered_json::array()}};
  for (const WeeklyWindow& window : calendar.hours) out["hours"].push_back(to_string(window));
  // Not "lunch": that is the part of the day, with its figures.
  out["lunch_window"] =
      format_clock(calendar.lunch_from_minute) + "-" + format_clock(calendar.lunch_to_minute);
  out["days_off"] = ordered_json::array();
  for (CivilDate date = report.period.first; date <= report.period.last; date = next_day(date)) {
    if (!is_working_day(calendar, date)) out["days_off"].push_back(format_date(date));
  }
  out["break_allowance_seconds"] = std::chrono::seconds(report.break_allowance).count();
  out["working_days"] = working.working_days;
  out["days_counted"] = working.days_counted;
  put_parts(out, working.total, calendar);
  out["days"] = ordered_json::array();
  for (const WorkingTime::Day& day : working.days) {
    ordered_json line{{"date", format_date(day.date)}};
    put_parts(line, day, calendar);
    out["days"].push_back(std::move(line));
  }
  return out;
}

/// ASCII only: bidi controls and other marks of a hostile name come out as \uXXXX.
std::string dump(const ordered_json& value) {
  return value.dump(2, ' ', true, ordered_json::error_handler_t::replace);
}

/// Minute records are nearly all of a year's answer (5 MB), and a tree of them takes longer than everything
/// else: they are written at once, as `dump` would.
std::string rows_json(const std::vector<model::UsageSlice>& rows, const model::Calendar& calendar,
                      bool with_run) {
  if (rows.empty()) return "[]";
  std::string out = "[";
  for (const model::UsageSlice& row : rows) {
    fmt::format_to(std::back_inserter(out),
                   R"({}
    {{
      "utc_minute": "{}",
      "date": "{}",
      "local_time": "{}",
      "service": {},
      "category": {},
      "kind": "{}",
      "grade": "{}",
      "purpose": "{}",
      "seconds": {},
      "lower_seconds": {},
      "reasons": "{}",
      "name_evidence": "{}",
      "identity_grade": "{}",
      "catalogue": {},
      "rule_book": {},
      "method": {},
      "part_of_day": "{}"{}
    }})",
                   out.size() > 1 ? "," : "", format_minute(row.minute), format_date(london_date(row.minute)),
                   format_london_time(row.minute), dump(row.service.text()), dump(row.category.text()),
                   model::to_string(row.kind), model::to_string(row.grade), model::to_string(row.purpose),
                   row.seconds, row.lower_seconds, model::reason_names(row.reasons),
                   model::to_string(row.weakest_name), model::to_string(row.weakest_identity),
                   dump(row.catalogue.text()), dump(row.rule_book.text()), dump(row.method),
                   to_string(part_of_day(calendar, row.minute), calendar),
                   with_run ? fmt::format(",\n      \"run\": {}", row.run) : "");
  }
  return out + "\n  ]";
}

ordered_json share_json(const std::optional<double>& share) {
  return share ? ordered_json(*share) : ordered_json();
}

ordered_json coverage_json(const CoverageSummary& coverage) {
  const auto if_measured = [&](std::uint64_t count) {
    return coverage.causes_measured ? ordered_json(count) : ordered_json();
  };
  ordered_json out{{"watched", !coverage.nothing_watched},
                   {"packets_seen", coverage.seen},
                   {"packets_lost", coverage.lost},
                   {"lost_share", share_json(coverage.lost_share)},
                   {"packets_refused", coverage.refused},
                   {"connections_named", coverage.named},
                   {"named_share", share_json(coverage.named_share)},
                   {"unnamed_ech", if_measured(coverage.unnamed_ech)},
                   {"unnamed_doh", if_measured(coverage.unnamed_doh)},
                   {"unnamed_tunnel", if_measured(coverage.unnamed_tunnel)},
                   {"unnamed_other", coverage.unnamed_other},
                   {"ambiguous", if_measured(coverage.ambiguous)},
                   {"bypass_signs", ordered_json::object()},
                   {"tls_with_dns", if_measured(coverage.tls_with_dns)},
                   {"causes_not_measured_seconds", coverage.causes_not_measured.count()},
                   {"gap_seconds", coverage.gap_time.count()},
                   {"gaps", ordered_json::array()}};
  for (std::size_t i = 0; i < model::bypass_kinds; ++i) {
    out["bypass_signs"][model::to_string(static_cast<model::BypassSign::Kind>(i))] =
        if_measured(coverage.signs.at(i));
  }
  for (const model::Interval& gap : coverage.gaps) {
    out["gaps"].push_back({{"from", format_rfc3339(gap.from)}, {"to", format_rfc3339(gap.to)}});
  }
  return out;
}

void put_background(ordered_json& out, const UsageReport& report) {
  out["identity"] = ordered_json::array();
  for (const model::Binding& binding : report.bindings) {
    out["identity"].push_back({{"what", binding.key},
                               {"held_by", binding.value},
                               {"from", format_rfc3339(binding.valid.from)},
                               {"to", format_rfc3339(binding.valid.to)},
                               {"basis", model::to_string(binding.basis)}});
  }
  out["amendments"] = ordered_json::array();
  for (const UsageReport::Amended& amended : report.amendments) {
    const model::Amendment& amendment = amended.amendment;
    out["amendments"].push_back({{"recorded_at", format_rfc3339(amendment.recorded_at)},
                                 {"from", format_rfc3339(amendment.withdrawn.from)},
                                 {"to", format_rfc3339(amendment.withdrawn.to)},
                                 {"source", to_string(amendment.source)},
                                 {"why", model::to_string(amendment.why)},
                                 {"minutes", amended.minutes}});
  }
  out["clock_steps"] = ordered_json::array();
  for (const model::ClockStep& step : report.clock_steps) {
    out["clock_steps"].push_back({{"at", format_rfc3339(step.at)}, {"step_microseconds", step.step.count()}});
  }
  out["revisions"] = ordered_json::array();
  for (const UsageReport::Revision& r : report.revisions) {
    out["revisions"].push_back({{"kind", r.kind},
                                {"revision", r.revision.text()},
                                {"description", r.description},
                                {"first", format_rfc3339(r.first)},
                                {"last", format_rfc3339(r.last)}});
  }
  out["methods"] = ordered_json::array();
  for (const UsageReport::Method& version : report.methods) {
    const ordered_json constants = ordered_json::parse(version.constants_json, nullptr, false);
    out["methods"].push_back(
        {{"version", version.version},
         {"constants", constants.is_object() ? constants : ordered_json(version.constants_json)}});
  }
  out["accesses"] = ordered_json::array();
  for (const UsageReport::Access& access : report.accesses) {
    out["accesses"].push_back({{"at", format_rfc3339(access.at)},
                               {"uid", access.uid},
                               {"officer", access.officer},
                               {"asked_for", access.what}});
  }
}

ordered_json before_rows(const UsageReport& report, const Summary& summary) {
  ordered_json out;
  out["format"] = "edgewatch-report-1";
  out["case"] = case_json(report.record);
  out["person"] = report.record.person.text();
  out["display_name"] = report.display_name;
  out["from"] = format_date(report.period.first);
  out["to"] = format_date(report.period.last);
  const std::string told = informed(report);
  out["informed"] = told.empty() ? ordered_json() : ordered_json(told);
  out["case_notes"] = ordered_json::array();
  for (const auto& [what, text] : case_notes(report))
    out["case_notes"].push_back({{"what", what}, {"text", text}});
  out["asked_for"] = selection_json(report.selection);
  out["missed_limits"] = missed_limits(summary);
  out["despite"] = report.despite.empty() ? ordered_json() : ordered_json(report.despite);
  out["generated_at"] = format_rfc3339(report.generated_at);
  out["program_version"] = report.program_version;
  out["headline"] = headline(report, summary);
  out["caveats"] = caveats(report, summary);
  out["days_in_period"] = summary.days_in_period;
  out["days_counted"] = summary.days_counted.size();
  put_figures(out["total"], summary.total);
  out["working_time"] = working_json(report, summary.working);
  out["services"] = ordered_json::array();
  for (const auto& [service, figures] : summary.services) {
    ordered_json line{{"service", service.text()}, {"name", service_name(report, service)}};
    put_figures(line, figures);
    out["services"].push_back(std::move(line));
  }
  out["days"] = ordered_json::array();
  for (const DayLine& day_line : summary.days) {
    ordered_json line{{"date", format_date(day_line.date)},
                      {"service", day_line.service.text()},
                      {"first_minute", format_minute(day_line.first)},
                      {"last_minute", format_minute(day_line.last)}};
    put_figures(line, day_line.figures);
    out["days"].push_back(std::move(line));
  }
  return out;
}

ordered_json after_rows(const UsageReport& report, const Summary& summary) {
  ordered_json out;
  out["exclusions"] = ordered_json::array();
  for (const model::Exclusion& exclusion : report.exclusions) {
    out["exclusions"].push_back({{"utc_day", format_date(exclusion.utc_day)},
                                 {"reason", exclusion.reason},
                                 {"count", exclusion.count}});
  }
  out["coverage"] = coverage_json(summary.coverage);
  put_background(out, report);
  return out;
}

}  // namespace

std::string to_json(const UsageReport& report) {
  const Summary summary = summarise(report);
  std::string before = dump(before_rows(report, summary));
  before.resize(before.size() - std::string_view("\n}").size());
  return fmt::format("{},\n  \"minutes\": {},\n  \"superseded\": {},{}\n", before,
                     rows_json(report.rows, report.calendar, false),
                     rows_json(report.superseded, report.calendar, true),
                     dump(after_rows(report, summary)).substr(1));
}

}  // namespace edgewatch::report
