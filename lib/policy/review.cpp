#include "edgewatch/policy/review.hpp"

#include "scope.hpp"

#include <algorithm>
#include <bitset>

#include <fmt/format.h>

namespace edgewatch::policy {
namespace {

constexpr std::chrono::days soon{14};
constexpr unsigned minutes_a_day = 24 * 60;
using Week = std::bitset<std::size_t{7} * minutes_a_day>;

bool has(const auto& list, const auto& value) { return std::ranges::find(list, value) != list.end(); }

/// The minutes of a week that a schedule holds, bank holidays apart.
Week week_of(const std::vector<WeeklyWindow>& schedule) {
  Week week;
  if (schedule.empty()) week.set();
  for (const WeeklyWindow& window : schedule) {
    const unsigned length =
        (window.to_minute + minutes_a_day - window.from_minute - 1) % minutes_a_day + 1;  // a day at most
    for (unsigned day = 0; day < 7; ++day) {
      if ((window.days & (1U << day)) == 0) continue;
      for (unsigned i = 0; i < length; ++i)
        week.set((day * minutes_a_day + window.from_minute + i) % week.size());
    }
  }
  return week;
}

bool speaks_of_holidays(const std::vector<WeeklyWindow>& schedule) {
  return std::ranges::any_of(
      schedule, [](const WeeklyWindow& w) { return w.bank_holidays != BankHolidays::as_any_day; });
}

bool takes_hours(const Rule& earlier, const Rule& rule) {
  if (earlier.schedule.empty()) return true;
  if (speaks_of_holidays(earlier.schedule) || speaks_of_holidays(rule.schedule)) {
    return !rule.schedule.empty() && std::ranges::all_of(rule.schedule, [&](const WeeklyWindow& window) {
      return has(earlier.schedule, window);
    });
  }
  return (week_of(rule.schedule) & ~week_of(earlier.schedule)).none();
}

bool takes_people(const RuleBook& book, const Rule& earlier, const Rule& rule) {
  if (earlier.people.empty() && earlier.groups.empty()) return true;
  if (rule.people.empty() && rule.groups.empty()) return false;
  return std::ranges::includes(people_of(book, earlier), people_of(book, rule));
}

bool takes_networks(const Rule& earlier, const Rule& rule) {
  if (earlier.networks.empty()) return true;
  return !rule.networks.empty() && std::ranges::all_of(rule.networks, [&](const net::Network& inner) {
    return std::ranges::any_of(earlier.networks,
                               [&](const net::Network& outer) { return lies_in(inner, outer); });
  });
}

bool takes_destinations(const Rule& earlier, const Rule& rule, const Listed& listed) {
  const auto takes_service = [&](const model::ServiceId& service) {
    const auto known = listed.services.find(service);
    return has(earlier.services, service) ||
           (known != listed.services.end() && has(earlier.categories, known->second));
  };
  return std::ranges::all_of(rule.categories, [&](const auto& c) { return has(earlier.categories, c); }) &&
         std::ranges::all_of(rule.services, takes_service) &&
         std::ranges::all_of(rule.names, [&](const net::HostName& name) {
           return std::ranges::any_of(earlier.names,
                                      [&](const net::HostName& n) { return name.is_at_or_below(n); });
         });
}

bool is_listed(const Rule& rule, const Listed& listed) {
  const auto has_category = [&](const model::Category& category) {
    return listed.categories.contains(category) ||
           std::ranges::any_of(listed.services, [&](const auto& s) { return s.second == category; });
  };
  return !rule.names.empty() || std::ranges::any_of(rule.categories, has_category) ||
         std::ranges::any_of(rule.services, [&](const auto& s) { return listed.services.contains(s); });
}

std::string why_never(const RuleBook& book, std::size_t place, const Listed& listed) {
  const Rule& rule = book.rules[place];
  if (!is_listed(rule, listed)) return "nothing listed is of its categories or services";
  for (std::size_t i = 0; i < place; ++i) {
    const Rule& earlier = book.rules[i];
    if (!takes_destinations(earlier, rule, listed) || !takes_people(book, earlier, rule) ||
        !takes_networks(earlier, rule) || !takes_hours(earlier, rule))
      continue;
    const bool same = earlier.action == rule.action;
    return fmt::format("rule {} stands before it and takes all of it{}", earlier.id.text(),
                       same ? "" : fmt::format(", to {}", to_string(earlier.action)));
  }
  return {};
}

}  // namespace

std::vector<std::string> never_matching(const RuleBook& book, const Listed& listed) {
  std::vector<std::string> out;
  out.reserve(book.rules.size());
  for (std::size_t i = 0; i < book.rules.size(); ++i) out.push_back(why_never(book, i, listed));
  return out;
}

std::string dates_to_mind(const model::Interval& valid, const std::optional<CivilDate>& review,
                          Timestamp now) {
  const CivilDate today = london_date(now);
  const CivilDate horizon(std::chrono::sys_days(today) + soon);
  if (valid.to <= now) return "ended on " + format_date(london_date(valid.to - Duration(1)));
  std::string out;
  if (valid.from > now) out = "begins on " + format_date(london_date(valid.from));
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  if (valid.to != Timestamp::max()) {
    const CivilDate last = london_date(valid.to - Duration(1));
    if (last <= horizon) add("ends on " + format_date(last));
  }
  if (review && *review <= today) add("review was due on " + format_date(*review));
  if (review && *review > today && *review <= horizon) add("review is due on " + format_date(*review));
  return out;
}

}  // namespace edgewatch::policy
