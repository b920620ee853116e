#include "publication.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <set>

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

/// Departments by categories.
using Crossed = std::map<std::pair<std::string, std::string>, People>;
/// A department or a category that is told by itself; nothing: all the others.
using Line = std::optional<std::string>;
using Lines = std::set<std::string>;

std::map<std::pair<Line, Line>, People> parted(const Crossed& all, const Lines& rows, const Lines& columns) {
  const auto line = [](const Lines& told, const std::string& name) {
    return told.contains(name) ? Line(name) : Line();
  };
  std::map<std::pair<Line, Line>, People> parts;
  for (const auto& [key, people] : all)
    add(parts[{line(rows, key.first), line(columns, key.second)}], people);
  return parts;
}

/// The line that has to do with the most parts that may not stand; the smallest of several. Nothing where
/// every part may stand.
std::optional<std::pair<Lines*, std::string>> worst_line(const std::map<std::pair<Line, Line>, People>& parts,
                                                         Lines& rows, Lines& columns) {
  std::array<std::map<std::string, std::pair<int, std::int64_t>>, 2> lines;  // spoilt parts, less people
  for (const std::string& row : rows) lines[0][row];
  for (const std::string& column : columns) lines[1][column];
  const auto each_line = [&](const std::pair<Line, Line>& part, const auto& call) {
    if (part.first) call(lines[0].at(*part.first));
    if (part.second) call(lines[1].at(*part.second));
  };
  for (const auto& [part, people] : parts)
    each_line(part, [n = std::ssize(people)](auto& line) { line.second -= n; });
  const auto smallest = [](auto& all) {
    return std::ranges::max_element(all, {}, [](const auto& line) { return line.second.second; });
  };
  bool spoilt = false;
  for (const auto& [part, people] : parts) {
    if (may_stand(people)) continue;
    spoilt = true;
    each_line(part, [](auto& line) { ++line.first; });
    // What is left of a line grows with whatever is put there.
    if (!part.first && !rows.empty()) ++smallest(lines[0])->second.first;
    if (!part.second && !columns.empty()) ++smallest(lines[1])->second.first;
  }
  if (!spoilt || (rows.empty() && columns.empty())) return std::nullopt;
  const auto worst = [](auto& all) {
    return std::ranges::max_element(all, {}, [](const auto& line) { return line.second; });
  };
  const auto row = worst(lines[0]);
  const auto column = worst(lines[1]);
  if (column == lines[1].end() || (row != lines[0].end() && row->second >= column->second))
    return std::pair(&rows, row->first);
  return std::pair(&columns, column->first);
}

/// The cells that may be told where `rows` and `columns` are told already, each as a sum. A table of whole
/// rows and columns, of which every part may stand, and so may what is left of each row, each column, and of
/// both: whatever can be worked out from it and the sums is a union of such parts.
Crossed told_crossed(const Crossed& all, Lines rows, Lines columns) {
  auto parts = parted(all, rows, columns);
  while (const auto worst = worst_line(parts, rows, columns)) {
    worst->first->erase(worst->second);
    parts = parted(all, rows, columns);
  }
  Crossed out;
  for (auto& [part, people] : parts) {
    if (part.first && part.second) out.emplace(std::pair(*part.first, *part.second), std::move(people));
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
          .department = {},
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
  Lines columns;
  for (const auto& [category, people] : told(categories)) {
    columns.insert(category);
    cells.push_back(cell(month, Split::category, category, people));
    // Of a category that is not told, no service is: it would narrow down what is left.
    for (const auto& [service, users] : told(by_category[category]))
      cells.push_back(cell(month, Split::service, service, users));
  }
  Lines rows;
  for (const auto& [department, people] : told(use.departments)) {
    rows.insert(department);
    cells.push_back(cell(month, Split::department, department, people));
  }
  for (const auto& [key, people] : told_crossed(use.crossed, std::move(rows), std::move(columns))) {
    cells.push_back(cell(month, Split::category_of_department, key.second, people));
    cells.back().department = key.first;
  }
  for (const auto& [day, people] : told(use.days))
    cells.push_back(cell(month, Split::day, format_date(day), people));
  return cells;
}

}  // namespace edgewatch::store
