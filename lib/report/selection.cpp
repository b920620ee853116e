#include "selection.hpp"

#include "edgewatch/report/working_time.hpp"

#include "words.hpp"

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

using Hours = Selection::Hours;

bool is_asked_for(const Selection& wanted, const model::Calendar& calendar, const model::UsageSlice& row) {
  if (!wanted.services.empty() && !wanted.services.contains(row.service)) return false;
  if (!wanted.categories.empty() && !wanted.categories.contains(row.category)) return false;
  if (wanted.hours == Hours::any) return true;
  const bool outside = part_of_day(calendar, row.minute) == PartOfDay::outside;
  return outside == (wanted.hours == Hours::outside);
}

std::string names_of(const UsageReport& report) {
  std::string out;
  for (const model::ServiceId& service : report.selection.services)
    out += (out.empty() ? "" : ", ") + service_name(report, service);
  return out;
}

std::string categories_of(const UsageReport& report) {
  std::string out;
  for (const model::Category& category : report.selection.categories)
    out += (out.empty() ? "" : ", ") + category.text();
  return out;
}

}  // namespace

void select(UsageReport& report, Selection wanted) {
  const auto left_out = [&](const model::UsageSlice& row) {
    return !is_asked_for(wanted, report.calendar, row);
  };
  std::erase_if(report.rows, left_out);
  std::erase_if(report.superseded, left_out);
  report.selection = std::move(wanted);
}

std::string services_in_words(const UsageReport& report) {
  const Selection& wanted = report.selection;
  if (!wanted.services.empty() && wanted.categories.empty()) return names_of(report);
  if (wanted.services.empty() && !wanted.categories.empty())
    return fmt::format("monitored services of the category {}", categories_of(report));
  if (!wanted.services.empty())
    return fmt::format("{}, as far as of the category {}", names_of(report), categories_of(report));
  return "monitored services";
}

std::string asked_for(const UsageReport& report) {
  std::string out = services_in_words(report);
  if (report.selection.hours == Hours::working) out += "; in working hours and the lunch window";
  if (report.selection.hours == Hours::outside) out += "; outside working hours";
  return out + " alone";
}

std::vector<std::string> selection_notes(const UsageReport& report) {
  if (report.selection.is_everything()) return {};
  return {
      fmt::format("This report was asked for {}. Whether anything else is recorded is not said, and the "
                  "figures of two such "
                  "reports may not be added: the break is taken off each by itself.",
                  asked_for(report))};
}

}  // namespace edgewatch::report
