#include "edgewatch/base/text.hpp"
#include "edgewatch/report/usage_report.hpp"

#include "case_words.hpp"
#include "document.hpp"
#include "words.hpp"

#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

enum Field : std::uint8_t {
  record,
  date,
  local_time,
  utc_minute,
  service,
  service_text,
  category,
  kind,
  grade,
  purpose,
  time_seconds,
  lower_seconds,
  reasons,
  name_evidence,
  identity_grade,
  catalogue,
  rule_book,
  method,
  count,
  text,
  part,
  run,
  fields,
};

constexpr std::array<std::string_view, fields> titles{
    "record",   "date",          "local_time",     "utc_minute", "service",   "service_name",
    "category", "kind",          "grade",          "purpose",    "seconds",   "lower_seconds",
    "reasons",  "name_evidence", "identity_grade", "catalogue",  "rule_book", "method",
    "count",    "text",          "part_of_day",    "run"};

using Line = std::array<std::string, fields>;

void put(std::string& out, const Line& line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_cell(terminal_text(line.at(i)));  // control bytes have no business in a spreadsheet either
  }
  out += "\r\n";  // RFC 4180 section 2
}

void put_text(std::string& out, std::string_view what, const std::string& words) {
  Line line;
  line[record] = what;
  line[text] = words;
  put(out, line);
}

void put_total(std::string& out, const UsageReport& report, const model::ServiceId& id, std::string_view what,
               std::string_view for_what, const Time& time) {
  if (time.best.count() == 0) return;
  Line line;
  line[record] = "total";
  line[service] = id.text();
  line[service_text] = service_name(report, id);
  line[kind] = what;
  line[purpose] = for_what;
  line[time_seconds] = std::to_string(time.best.count());
  line[lower_seconds] = std::to_string(time.lower.count());
  put(out, line);
}

void put_row(std::string& out, const UsageReport& report, std::string_view what,
             const model::UsageSlice& row) {
  Line line;
  line[record] = what;
  line[date] = format_date(london_date(row.minute));
  line[local_time] = format_london_time(row.minute);
  line[utc_minute] = format_minute(row.minute);
  line[service] = row.service.text();
  line[service_text] = service_name(report, row.service);
  line[category] = row.category.text();
  line[kind] = model::to_string(row.kind);
  line[grade] = model::to_string(row.grade);
  line[purpose] = model::to_string(row.purpose);
  line[time_seconds] = std::to_string(row.seconds);
  line[lower_seconds] = std::to_string(row.lower_seconds);
  line[reasons] = model::reason_names(row.reasons);
  line[name_evidence] = model::to_string(row.weakest_name);
  line[identity_grade] = model::to_string(row.weakest_identity);
  line[catalogue] = row.catalogue.text();
  line[rule_book] = row.rule_book.text();
  line[method] = row.method;
  line[part] = to_string(part_of_day(report.calendar, row.minute), report.calendar);
  line[run] = std::to_string(row.run);
  put(out, line);
}

/// Of a day, or of all days where there is no date.
void put_working_time(std::string& out, const UsageReport& report, const WorkingTime::Day& day) {
  const auto put_time = [&](std::string_view what, const std::string& when, const Time& time,
                            const char* words) {
    if (time.best.count() == 0) return;
    Line line;
    line[record] = "working-time";
    if (day.date.ok()) line[date] = format_date(day.date);
    line[kind] = what;
    line[purpose] = "personal";
    line[time_seconds] = std::to_string(time.best.count());
    line[lower_seconds] = std::to_string(time.lower.count());
    line[text] = words;
    line[part] = when;
    put(out, line);
  };
  for (const PartOfDay each : {PartOfDay::core, PartOfDay::break_window, PartOfDay::outside}) {
    const std::string when = to_string(each, report.calendar);
    put_time("interactive", when, day.in(each), "");
    put_time("playing", when, day.playing_in(each), "");
  }
  const std::string window = to_string(PartOfDay::break_window, report.calendar);
  put_time("interactive", window, day.after_break, "left after the break");
  put_time("interactive", "", day.counted(), "counted in the headline");
}

void put_count(std::string& out, const std::string& what, const std::optional<std::uint64_t>& number) {
  Line line;
  line[record] = "coverage";
  line[count] = number ? std::to_string(*number) : "";
  line[text] = number ? what : what + ": not measured";
  put(out, line);
}

void put_coverage(std::string& out, const CoverageSummary& coverage) {
  const auto if_measured = [&](std::uint64_t number) {
    return coverage.causes_measured ? std::optional(number) : std::nullopt;
  };
  put_count(out, "packets seen", coverage.seen);
  put_count(out, "packets lost", coverage.lost);
  put_count(out, "packets refused", coverage.refused);
  put_count(out, "connections named", coverage.named);
  put_count(out, "unnamed: ech", if_measured(coverage.unnamed_ech));
  put_count(out, "unnamed: doh", if_measured(coverage.unnamed_doh));
  put_count(out, "unnamed: tunnel", if_measured(coverage.unnamed_tunnel));
  put_count(out, "unnamed: other", coverage.unnamed_other);
  put_count(out, "unnamed: ambiguous, of these", if_measured(coverage.ambiguous));
  for (std::size_t i = 0; i < model::bypass_kinds; ++i) {
    put_count(out, "bypass: " + model::to_string(static_cast<model::BypassSign::Kind>(i)),
              if_measured(coverage.signs.at(i)));
  }
  put_count(out, "tls with dns", if_measured(coverage.tls_with_dns));
  for (const model::Interval& gap : coverage.gaps) {
    Line line;
    line[record] = "gap";
    line[date] = format_date(london_date(gap.from));
    line[local_time] = format_london_time(gap.from);
    line[utc_minute] = format_minute(minute_of(gap.from));
    line[time_seconds] = std::to_string(std::chrono::floor<std::chrono::seconds>(gap.to - gap.from).count());
    line[text] = fmt::format("not watched until {}", format_rfc3339(gap.to));
    put(out, line);
  }
}

}  // namespace

std::string to_csv(const UsageReport& report) {
  const Summary summary = summarise(report);
  const Document document = document_of(report, summary);
  std::string out;
  Line head;
  for (std::size_t i = 0; i < titles.size(); ++i) head.at(i) = titles.at(i);
  put(out, head);
  for (const auto& [name, value] : document.facts) put_text(out, "case", name + ": " + value);
  put_text(out, "case", "Grounds: " + report.record.grounds);
  for (const auto& [name, value] : case_notes(report)) put_text(out, "case", name + ": " + value);
  put_text(out, "headline", document.headline);
  for (const std::string& caveat : caveats(report, summary)) put_text(out, "caveat", caveat);
  for (const auto& [id, figures] : summary.services) {
    put_total(out, report, id, "interactive", "personal", figures.interactive);
    put_total(out, report, id, "playing", "personal", figures.playing);
    put_total(out, report, id, "interactive and playing", "authorised", figures.authorised);
    put_total(out, report, id, "weak (not counted)", "", {figures.weak, {}});
    put_total(out, report, id, "concurrent (not counted)", "", {figures.concurrent, {}});
  }
  put_working_time(out, report, summary.working.total);
  for (const WorkingTime::Day& day : summary.working.days) put_working_time(out, report, day);
  for (const model::UsageSlice& row : report.rows) put_row(out, report, "minute", row);
  for (const model::UsageSlice& row : report.superseded) put_row(out, report, "superseded", row);
  for (const model::Exclusion& exclusion : report.exclusions) {
    Line line;
    line[record] = "exclusion";
    line[date] = format_date(exclusion.utc_day);
    line[reasons] = exclusion.reason;
    line[count] = std::to_string(exclusion.count);
    line[text] = meaning_of_exclusion(exclusion.reason);
    put(out, line);
  }
  put_coverage(out, summary.coverage);
  for (const UsageReport::Revision& r : report.revisions)
    put_text(out, "revision", fmt::format("{} {}: {}", r.kind, r.revision.text(), r.description));
  return out;
}

}  // namespace edgewatch::report
