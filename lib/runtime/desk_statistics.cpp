// The part of the desk that speaks of the council as a whole, and of nobody in it.
#include "edgewatch/base/text.hpp"
#include "edgewatch/report/document.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "statistics_question.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using report::Cell;
using store::StatisticsCell;
using Split = StatisticsCell::Split;

/// What comes late (logons, corrections) has come by then.
constexpr std::chrono::days made_after{7};

const std::map<std::string, Split> splits{{"month", Split::month},
                                          {"category", Split::category},
                                          {"service", Split::service},
                                          {"department", Split::department},
                                          {"day", Split::day}};

std::string pounds(std::uint64_t pence) { return fmt::format("{}", pence / 100); }

Rows rows_of(const std::vector<StatisticsCell>& cells, const std::string& by,
             const std::optional<HourlyCost>& cost) {
  Rows rows{{"month", by == "month" ? "whole" : by, "people_at_least", "hours_at_least",
             "hours_best_estimate", "cost_from_gbp", "cost_to_gbp"},
            {}};
  for (const StatisticsCell& each : cells) {
    std::string key = each.key.empty() ? "(none given)" : each.key;
    if (each.split == Split::month) key = "all";
    rows.cells.push_back({format_date(each.month).substr(0, 7), std::move(key), std::to_string(each.people),
                          std::to_string(each.lower_hours), std::to_string(each.best_hours),
                          cost ? pounds(each.lower_hours * cost->low) : "-",
                          cost ? pounds(each.best_hours * cost->high) : "-"});
  }
  return rows;
}

/// What is told of these months by `by`; of one department, where one is named.
std::vector<StatisticsCell> cells_of(const store::Ledger& ledger, CivilDate from, CivilDate to,
                                     const std::string& by, const std::optional<std::string>& department) {
  if (!department) return ledger.statistics(from, to, splits.at(by));
  std::vector<StatisticsCell> cells =
      ledger.statistics(from, to, by == "month" ? Split::department : Split::category_of_department);
  std::erase_if(cells, [&](const StatisticsCell& each) {
    return (by == "month" ? each.key : each.department) != *department;
  });
  for (StatisticsCell& each : cells) {
    if (by == "month") each.split = Split::month;
  }
  return cells;
}

using Facts = std::vector<std::pair<std::string, std::string>>;

report::Document document_of(const Rows& rows, const std::string& by, Facts facts,
                             const std::optional<HourlyCost>& cost, const std::string& missing) {
  report::Document out;
  out.title = "Use of monitored services: statistics";
  out.facts = std::move(facts);
  report::Section figures{.heading = "Figures", .paragraphs = {}, .tables = {}};
  if (!missing.empty()) figures.paragraphs.push_back("Not there: " + missing + ".");
  if (rows.cells.empty())
    figures.paragraphs.emplace_back("There is nothing that can be told of these months.");
  report::Table table{.caption = "Interactive use outside authorised use, at any hour, breaks included",
                      .columns = {{"Month", Cell::stamp},
                                  {by == "month" ? "Whole" : by, Cell::name},
                                  {"People, at least", Cell::figure},
                                  {"Hours, at least", Cell::figure},
                                  {"Hours, best estimate", Cell::figure}},
                      .rows = rows.cells,
                      .total = {}};
  if (cost) {
    table.columns.push_back({"Cost from (£)", Cell::figure});
    table.columns.push_back({"to (£)", Cell::figure});
  }
  for (auto& row : table.rows) row.resize(table.columns.size());
  if (!rows.cells.empty()) figures.tables.push_back(std::move(table));
  out.sections.push_back(std::move(figures));
  report::Section reading{.heading = "How to read this", .paragraphs = {}, .tables = {}};
  reading.paragraphs = {
      "Nobody is named, and nobody can be worked out: no figure is of fewer than ten people, nor of any "
      "where one "
      "person has over half of the time. Where a figure that is left out could be found by taking others "
      "from "
      "a whole, a further one is left out. So the parts do not add up to the whole, and what is missing is "
      "not "
      "nothing.",
      "People are cut to tens and hours to whole hours, never rounded up. People cannot be added up over "
      "services, days or months: the same person stands in several.",
      "The time is a lower figure and a best estimate. Use that is somebody's job is not in it, nor media "
      "that only "
      "played. Breaks are in it: it is not a measure of working time lost. The method cannot see whether "
      "anybody "
      "was looking.",
      "Each month was worked out once, a week after its end, and stays as it was told; what came to light "
      "later "
      "is not in it."};
  if (cost) {
    reading.paragraphs.push_back(fmt::format(
        "The cost is the lower hours at £{}.{:02} to the best estimate at £{}.{:02} an hour, as whoever "
        "asked assumed. "
        "It assumes that each of these hours would have been worked otherwise, which nobody has shown.",
        cost->low / 100, cost->low % 100, cost->high / 100, cost->high % 100));
  } else {
    reading.paragraphs.emplace_back("No cost is given: say what an hour costs with --hourly-cost FROM-TO.");
  }
  out.sections.push_back(std::move(reading));
  return out;
}

}  // namespace

void Desk::publish_statistics(Timestamp now) {
  const auto oldest = ledger_.oldest_day();
  if (!oldest) return;
  const CivilDate today = london_date(now);
  const CivilDate due = evidence::cutoff(today, configuration_->settings.retention_years);
  const auto made = ledger_.statistics_months();
  std::map<model::PersonId, std::string> departments;
  for (const identity::Person& person : configuration_->people) departments[person.id] = person.department;
  const auto has_ended = [&](CivilDate month) {
    return std::chrono::sys_days(next_month(month)) + made_after <= std::chrono::sys_days(today);
  };
  try {
    for (CivilDate month = month_of(*oldest); has_ended(month); month = next_month(month)) {
      // Of a month of which something is past its time, part may be gone.
      if (month > due && std::ranges::find(made, month) == made.end())
        ledger_.publish_statistics(month, departments);
    }
  } catch (const store::StoreError& error) {
    spdlog::error("statistics: {}", error.what());  // made with the next purge; deleting does not wait for it
  }
}

std::string Desk::unknown_department(const std::string& department) const {
  std::set<std::string> all;
  for (const identity::Person& person : configuration_->people) {
    if (!person.department.empty()) all.insert(person.department);
  }
  if (all.contains(department)) return {};
  return fmt::format("edgewatch: people.csv has no department '{}'; it has {}\n", terminal_text(department),
                     all.empty() ? "none" : terminal_text(fmt::format("{}", fmt::join(all, ", "))));
}

Response Desk::statistics(const Officer& officer, const Request& request) {
  const std::string by = option(request, "by", "month");
  const auto split = splits.find(by);
  if (split == splits.end())
    return refuse(officer, Action::statistics, request,
                  "--by is category, service, department, month or day");
  std::optional<std::string> department;
  if (const auto named = request.options.find("department"); named != request.options.end()) {
    department = named->second;
    if (by != "category" && by != "month") {
      return refuse(officer, Action::statistics, request,
                    "a department is shown by category or by month: give --by category; smaller parts would "
                    "be of too few people");
    }
  }
  const auto from = month_at(option(request, "from"), MonthEdge::begins);
  const auto to = month_at(option(request, "to"), MonthEdge::ends);
  if (!from || !to || *to < *from) {
    return refuse(
        officer, Action::statistics, request,
        "--from is the first day of a month and --to the last day of one, as --from 2026-10-01 --to "
        "2026-11-30: months are whole, since periods that overlap would tell of the days between them");
  }
  const std::string cost_text = option(request, "hourly-cost");
  const auto cost = parse_hourly_cost(cost_text);
  if (!cost_text.empty() && !cost)
    return refuse(officer, Action::statistics, request, "--hourly-cost is pounds, as 14.50-27.00");
  const std::string format = option(request, "format", "table");
  audit_.append(officer, Action::statistics, {}, evidence::Outcome::permitted,
                {.person = std::nullopt,
                 .period = {{*from, *to}},
                 .text = "by " + by + (department ? " of " + *department : ""),
                 .officer = {}},
                wall_clock());
  const auto made = ledger_.statistics_months();
  std::string missing;
  int months = 0;
  for (CivilDate month = *from; month <= *to && ++months <= 120; month = next_month(month)) {
    if (std::ranges::find(made, month) == made.end())
      missing += (missing.empty() ? "" : ", ") + format_date(month).substr(0, 7);
  }
  if (!missing.empty())
    missing += " (a month is worked out a week after its end, where there is something of it)";
  const Rows rows = rows_of(cells_of(ledger_, *from, *to, by, department), by, cost);
  // One that was dissolved still stands in its months, so that it is told and not refused.
  const std::string mind = rows.cells.empty() && department ? unknown_department(*department) : "";
  if (format == "csv" || format == "json") {
    Response response = in_rows(rows, request, "");
    response.error += mind;
    return response;
  }
  const auto wanted =
      arranged(rows, {option(request, "only"), option(request, "sort"), option(request, "limit")});
  if (!wanted) return wrong(wanted.error());
  const std::string& controller = configuration_->settings.governance.controller;
  Facts facts{
      {"Of", controller.empty() ? "the council" : controller},
      {"Months", fmt::format("{} to {}", format_date(*from).substr(0, 7), format_date(*to).substr(0, 7))},
      {"Shown by", by}};
  if (department) facts.insert(facts.begin() + 1, {"Department", *department});
  if (wanted->cells.size() < rows.cells.size())
    facts.push_back({"Rows", fmt::format("{} of {}, as asked for", wanted->cells.size(), rows.cells.size())});
  const report::Document document = document_of(*wanted, by, std::move(facts), cost, missing);
  if (format == "table") return {fine, report::text_of(document), mind};
  if (format == "html")
    return {fine, report::page_of(document, "Statistics of the council as a whole. They name nobody."), mind};
  return wrong("--format is table, html, csv or json");
}

}  // namespace edgewatch::runtime
