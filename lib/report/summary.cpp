#include "edgewatch/report/summary.hpp"

#include <algorithm>

namespace edgewatch::report {
namespace {

bool is_counted(const model::UsageSlice& row) {
  return row.grade != model::Grade::weak && row.kind != model::Kind::concurrent;
}

Time time_of(const model::UsageSlice& row) {
  return {std::chrono::seconds(row.seconds), std::chrono::seconds(row.lower_seconds)};
}

/// Those of several sources overlap; the time that they cover is their union.
std::vector<model::Interval> joined(std::vector<model::Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::vector<model::Interval> out;
  for (const model::Interval& each : intervals) {
    if (!out.empty() && each.from <= out.back().to) {
      out.back().to = std::max(out.back().to, each.to);
    } else {
      out.push_back(each);
    }
  }
  return out;
}

std::chrono::seconds length_of(const std::vector<model::Interval>& intervals) {
  std::chrono::seconds sum{0};
  for (const model::Interval& each : intervals)
    sum += std::chrono::floor<std::chrono::seconds>(each.to - each.from);
  return sum;
}

std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

CoverageSummary coverage_of(const UsageReport& report) {
  CoverageSummary sum;
  const Timestamp from = london_midnight(report.period.first);
  const Timestamp to = london_midnight(next_day(report.period.last));
  std::vector<model::Interval> gaps;
  std::vector<model::Interval> not_measured;
  for (const model::Coverage& part : report.coverage) {
    if (part.state == model::Coverage::State::gap) {
      const model::Interval gap{std::max(part.interval.from, from), std::min(part.interval.to, to)};
      if (gap.from < gap.to) gaps.push_back(gap);
      continue;
    }
    sum.nothing_watched = false;
    sum.seen += part.seen;
    sum.lost += part.lost_in_kernel + part.lost_in_queue;
    sum.refused += part.refused;
    sum.named += part.named;
    sum.unnamed_ech += part.unnamed_ech;
    sum.unnamed_doh += part.unnamed_doh;
    sum.unnamed_tunnel += part.unnamed_tunnel;
    sum.unnamed_other += part.unnamed_other;
    if (!part.causes_measured) {
      const model::Interval watched{std::max(part.interval.from, from), std::min(part.interval.to, to)};
      if (watched.from < watched.to) not_measured.push_back(watched);
      continue;
    }
    sum.causes_measured = true;
    for (std::size_t i = 0; i < sum.signs.size(); ++i) sum.signs.at(i) += part.signs.at(i);
    sum.tls_with_dns += part.tls_with_dns;
    sum.ambiguous += part.ambiguous;
  }
  sum.gaps = joined(std::move(gaps));
  sum.gap_time = length_of(sum.gaps);
  sum.causes_not_measured = length_of(joined(std::move(not_measured)));
  sum.named_share = share(
      sum.named, sum.named + sum.unnamed_ech + sum.unnamed_doh + sum.unnamed_tunnel + sum.unnamed_other);
  sum.lost_share = share(sum.lost, sum.seen + sum.lost);
  return sum;
}

void add_day(std::map<std::pair<CivilDate, model::ServiceId>, DayLine>& days, const model::UsageSlice& row) {
  const CivilDate date = london_date(row.minute);
  auto [found, fresh] = days.try_emplace({date, row.service});
  DayLine& line = found->second;
  if (fresh)
    line = {.date = date, .service = row.service, .figures = {}, .first = row.minute, .last = row.minute};
  line.figures.add(row);
  line.first = std::min(line.first, row.minute);
  line.last = std::max(line.last, row.minute);
}

}  // namespace

void Figures::add(const model::UsageSlice& row) {
  if (row.kind == model::Kind::concurrent) {
    concurrent += std::chrono::seconds(row.seconds);
  } else if (!is_counted(row)) {
    weak += std::chrono::seconds(row.seconds);
  } else if (row.purpose == model::Purpose::authorised) {
    authorised.add(time_of(row));
  } else {
    (row.kind == model::Kind::playing ? playing : interactive).add(time_of(row));
  }
}

bool Figures::counts_something() const {
  return interactive.best.count() > 0 || playing.best.count() > 0 || authorised.best.count() > 0;
}

Summary summarise(const UsageReport& report) {
  Summary sum;
  const auto span = std::chrono::sys_days(report.period.last) - std::chrono::sys_days(report.period.first);
  sum.days_in_period = static_cast<int>(span.count()) + 1;
  std::map<std::pair<CivilDate, model::ServiceId>, DayLine> days;
  for (const model::UsageSlice& row : report.rows) {
    const std::chrono::seconds seconds(row.seconds);
    sum.total.add(row);
    sum.services[row.service].add(row);
    add_day(days, row);
    if (is_counted(row)) {
      sum.counted_by_grade[row.grade] += seconds;
      sum.counted_by_identity[row.weakest_identity] += seconds;
      sum.counted_by_name[row.weakest_name] += seconds;
      if (row.kind == model::Kind::interactive && row.purpose == model::Purpose::personal)
        sum.days_counted.insert(london_date(row.minute));
    } else if (row.kind != model::Kind::concurrent) {
      sum.weak_by_reasons[row.reasons] += seconds;
    }
  }
  for (auto& [key, line] : days) sum.days.push_back(std::move(line));
  for (const model::Exclusion& exclusion : report.exclusions)
    sum.exclusions[exclusion.reason] += exclusion.count;
  sum.working = working_time(report.rows, report.period, report.calendar, report.break_allowance);
  sum.coverage = coverage_of(report);
  return sum;
}

}  // namespace edgewatch::report
