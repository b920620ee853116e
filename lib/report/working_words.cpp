#include "working_words.hpp"

#include "selection.hpp"
#include "words.hpp"

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

using Part = PartOfDay;

std::string lunch_window(const model::Calendar& calendar) {
  return fmt::format("{} to {}", format_clock(calendar.lunch_from_minute),
                     format_clock(calendar.lunch_to_minute));
}

std::string hours(const model::Calendar& calendar) {
  std::string out;
  for (const WeeklyWindow& window : calendar.hours) {
    if (!out.empty()) out += ", ";
    out += to_string(window);
  }
  return out;
}

/// By what the parts of the day were told apart, and what that cannot know.
std::string calendar_words(const UsageReport& report) {
  const model::Calendar& calendar = report.calendar;
  constexpr const char* not_known =
      "Leave, sickness and hours that were agreed otherwise are not known to the program.";
  if (calendar.is_flexitime()) {
    return fmt::format(
        "The calendar '{}' sets down no working hours (flexitime), as it stood when this report was made: "
        "the "
        "figures cover every hour of the day, and some of it may not have been working time. {}",
        calendar.name, not_known);
  }
  return fmt::format(
      "Working time is that of the calendar '{}' as it stood when this report was made: {}, bank holidays of "
      "England{} left out. {}",
      calendar.name, hours(calendar), calendar.days_off.empty() ? "" : " and the council's own days off",
      not_known);
}

/// The benefit of the doubt, with both figures.
std::string break_words(const UsageReport& report, const WorkingTime& working) {
  const std::string came = fmt::format(
      "{} it came to {}.",
      report.calendar.is_flexitime() ? "Over all hours"
                                     : fmt::format("In the lunch window ({})", lunch_window(report.calendar)),
      both(working.total.in(Part::break_window)));
  if (report.break_allowance.count() == 0)
    return came +
           " No allowance for breaks is set down for this person, so all of it is part of the figure above.";
  Time without = working.total.in(Part::core);
  without.add(working.total.in(Part::break_window));
  return fmt::format(
      "{} A break is the person's own time, and nobody can tell afterwards just when it was taken: so up to "
      "{} a "
      "day is taken to have been one, which leaves {}. Only what is left is part of the figure above; "
      "without "
      "this benefit of the doubt that would be {}.",
      came, duration(report.break_allowance), both(working.total.after_break), both(without));
}

void append(std::vector<std::string>& row, const Time& time) {
  row.push_back(cell(time.lower));
  row.push_back(cell(time.best));
}

std::vector<std::string> part_row(const std::string& name, const Time& interactive, const Time& playing) {
  std::vector<std::string> row{name};
  append(row, interactive);
  append(row, playing);
  return row;
}

Table parts_table(const UsageReport& report, const WorkingTime& working) {
  const WorkingTime::Day& total = working.total;
  Table table{.caption = "Use outside authorised use, by when it was",
              .columns = with_time_columns({{"When", Cell::text}}),
              .rows = {},
              .total = {}};
  const auto add = [&](const std::string& name, Part part) {
    table.rows.push_back(part_row(name, total.in(part), total.playing_in(part)));
  };
  if (report.calendar.is_flexitime()) {
    add("At any hour (flexitime)", Part::break_window);
  } else {
    add("Working hours, lunch window left out", Part::core);
    add(fmt::format("Lunch window, {}", lunch_window(report.calendar)), Part::break_window);
    add("Outside working hours (in no figure above)", Part::outside);
  }
  return table;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> headline_figures(const UsageReport& report,
                                                                  const Summary& summary) {
  const WorkingTime::Day& total = summary.working.total;
  const std::string when = report.calendar.is_flexitime() ? "at any hour" : "in working time";
  Time playing = total.playing_in(Part::core);
  playing.add(total.playing_in(Part::break_window));
  const Time counted = total.counted();
  return {{fmt::format("Interactive {}, lower figure", when), duration(counted.lower)},
          {fmt::format("Interactive {}, best estimate", when), duration(counted.best)},
          {fmt::format("Playing (video, audio) {}, lower figure to best estimate", when), both(playing)},
          {"Authorised for work, lower figure to best estimate", both(summary.total.authorised)}};
}

std::string headline(const UsageReport& report, const Summary& summary) {
  const WorkingTime& working = summary.working;
  const std::string period_days = report.calendar.is_flexitime()
                                      ? counted_days(summary.days_in_period, "day")
                                      : counted_days(working.working_days, "working day");
  const std::string when = report.calendar.is_flexitime() ? "at any hour (flexitime)" : "in working time";
  if (report.rows.empty()) {
    return fmt::format("No use of {} is recorded for this person on the {} of this period.",
                       report.selection.is_everything() ? "a monitored service" : asked_for(report),
                       counted_days(summary.days_in_period, "day"));
  }
  const Time counted = working.total.counted();
  if (counted.best.count() == 0) {
    return fmt::format(
        "No interactive use of {} outside authorised use is counted {} on the {} of this period.",
        services_in_words(report), when, period_days);
  }
  return fmt::format(
      "{} (lower figure) to {} (best estimate) of interactive use of {} outside authorised use, {}, on {} of "
      "{}.",
      counted.lower.count() == 0 ? "0 min" : duration(counted.lower), duration(counted.best),
      services_in_words(report), when, working.days_counted, period_days);
}

std::vector<std::string> working_notes(const UsageReport& report, const Summary& summary) {
  std::vector<std::string> out;
  const WorkingTime& working = summary.working;
  if (working.total.in(Part::break_window).best.count() > 0) out.push_back(break_words(report, working));
  if (working.total.in(Part::outside).best.count() > 0) {
    out.push_back(fmt::format("Outside working hours it came to {}. That is not part of the figure above.",
                              both(working.total.in(Part::outside))));
  }
  out.push_back(calendar_words(report));
  return out;
}

Section working_section(const UsageReport& report, const Summary& summary) {
  Section section{
      .kind = SectionKind::figures, .heading = "Working time and breaks", .paragraphs = {}, .tables = {}};
  if (summary.working.days.empty()) {
    section.paragraphs.emplace_back("No use outside authorised use is counted at any hour.");
    return section;
  }
  section.tables = {parts_table(report, summary.working)};
  section.paragraphs.emplace_back(
      "Minutes are told apart by the clock on the wall. The break is taken off each day by itself, off the "
      "lower figure and off the best estimate; what of it is not used on one day is not carried to another. "
      "It "
      "is taken off interactive use alone, as playing is no part of the headline.");
  return section;
}

}  // namespace edgewatch::report
