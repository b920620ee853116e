#include "publication.hpp"

#include <algorithm>

namespace edgewatch::store {
namespace {

using Split = StatisticsCell::Split;

constexpr std::size_t fewest_people = 10;

void add(People& to, const People& more) {
  for (const auto& [who, use] : more) {
    Use& sum = to[who];
    sum.lower += use.lower;
    sum.best += use.best;
  }
}

template <class Key>
People together(const std::map<Key, People>& parts) {
  People all;
  for (const auto& [key, people] : parts) add(all, people);
  return all;
}

/// The parts of a whole that may be told: each may stand, and so may what is left of the whole when all of
/// them are taken from it. Where that is too little, the smallest is left out too.
template <class Key>
std::map<Key, People> told(const std::map<Key, People>& parts) {
  std::map<Key, People> out;
  std::map<Key, People> rest;
  for (const auto& part : parts) (may_stand(part.second) ? out : rest).insert(part);
  People left = together(rest);
  while (!left.empty() && !may_stand(left) && !out.empty()) {
    const auto smallest = std::ranges::min_element(
        out, {}, [](const auto& part) { return std::pair(part.second.size(), part.first); });
    add(left, smallest->second);
    out.erase(smallest);
  }
  return out;
}

StatisticsCell cell(CivilDate month, Split split, std::string key, const People& people) {
  Use sum;
  for (const auto& [who, use] : people) {
    sum.lower += use.lower;
    sum.best += use.best;
  }
  constexpr std::uint64_t hour = 3600;
  return {.month = month,
          .split = split,
          .key = std::move(key),
          .people = people.size() / fewest_people * fewest_people,
          .lower_hours = sum.lower / hour,
          .best_hours = sum.best / hour};
}

}  // namespace

bool may_stand(const People& people) {
  if (people.size() < fewest_people) return false;
  std::uint64_t sum = 0;
  std::uint64_t most = 0;
  for (const auto& [who, use] : people) {
    sum += use.best;
    most = std::max(most, use.best);
  }
  return most * 2 <= sum;
}

std::vector<StatisticsCell> publication_of(CivilDate month, const MonthOfUse& use) {
  const People whole = together(use.days);
  if (!may_stand(whole)) return {};
  std::vector<StatisticsCell> cells{cell(month, Split::month, {}, whole)};
  std::map<std::string, std::map<std::string, People>> by_category;
  std::map<std::string, People> categories;
  for (const auto& [key, people] : use.services) {
    by_category[key.first].emplace(key.second, people);
    add(categories[key.first], people);
  }
  for (const auto& [category, people] : told(categories)) {
    cells.push_back(cell(month, Split::category, category, people));
    // Of a category that is not told, no service is: it would narrow down what is left.
    for (const auto& [service, users] : told(by_category[category]))
      cells.push_back(cell(month, Split::service, service, users));
  }
  for (const auto& [department, people] : told(use.departments))
    cells.push_back(cell(month, Split::department, department, people));
  for (const auto& [day, people] : told(use.days))
    cells.push_back(cell(month, Split::day, format_date(day), people));
  return cells;
}

}  // namespace edgewatch::store
