// Statistics that name nobody: what is told of a month, and an attack on it.
#include "ledger_support.hpp"
#include "publication.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::store {
namespace {

using ::testing::IsEmpty;
using Split = StatisticsCell::Split;
using std::chrono::days;

const CivilDate november = *parse_date("2026-11-01");

/// Somebody's use: who, department, category, service, day, seconds.
struct Atom {
  std::uint32_t who;
  int department;
  int service;
  int day;
  std::uint64_t seconds;
};
constexpr int departments = 5;
constexpr int services = 8;
constexpr int month_days = 7;
std::string category_of(int service) { return fmt::format("category-{}", service / 3); }
std::string name_of(int service) { return fmt::format("service-{}", service); }
std::string department_of(int department) { return fmt::format("department-{}", department); }
CivilDate day_of(int day) { return CivilDate(std::chrono::sys_days(november) + std::chrono::days(day)); }

MonthOfUse month_of(const std::vector<Atom>& atoms) {
  MonthOfUse use;
  for (const Atom& a : atoms) {
    for (People* people :
         {&use.services[{category_of(a.service), name_of(a.service)}],
          &use.departments[department_of(a.department)],
          &use.crossed[{department_of(a.department), category_of(a.service)}], &use.days[day_of(a.day)]}) {
      (*people)[a.who].best += a.seconds;
      (*people)[a.who].lower += a.seconds / 2;
    }
  }
  return use;
}

/// Whether that cell of the month is what the atom belongs to.
bool covers(const StatisticsCell& cell, const Atom& a) {
  switch (cell.split) {
    case Split::month:
      return true;
    case Split::category:
      return cell.key == category_of(a.service);
    case Split::service:
      return cell.key == name_of(a.service);
    case Split::department:
      return cell.key == department_of(a.department);
    case Split::day:
      return cell.key == format_date(day_of(a.day));
    case Split::category_of_department:
      return cell.department == department_of(a.department) && cell.key == category_of(a.service);
  }
  return false;
}

People people_in(const std::vector<Atom>& atoms, const std::function<bool(const Atom&)>& wanted) {
  People people;
  for (const Atom& a : atoms) {
    if (wanted(a)) people[a.who].best += a.seconds;
  }
  return people;
}

/// A month of an invented council: departments, services and days of very different sizes.
std::vector<Atom> invented(std::mt19937& random) {
  const auto upto = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  const int people = 10 + upto(90);
  std::array<int, departments> size{};
  for (int& each : size) each = 1 + upto(1) * upto(30);
  std::array<int, services> liked{};
  for (int& each : liked) each = upto(3) == 0 ? upto(3) : upto(100);
  std::array<int, month_days> busy{};
  for (int& each : busy) each = upto(4) == 0 ? upto(8) : 30 + upto(70);
  std::discrete_distribution<int> department(size.begin(), size.end());
  std::vector<Atom> atoms;
  for (int who = 0; who < people; ++who) {
    const int of = department(random);
    const std::uint64_t keen = upto(20) == 0 ? 200 : 1;
    for (int service = 0; service < services; ++service) {
      for (int day = 0; day < month_days; ++day) {
        if (upto(99) < liked.at(static_cast<std::size_t>(service)) &&
            upto(99) < busy.at(static_cast<std::size_t>(day)))
          atoms.push_back({static_cast<std::uint32_t>(who), of, service, day,
                           keen * static_cast<std::uint64_t>(60 + upto(3600))});
      }
    }
  }
  return atoms;
}

/// What somebody can work out who is given sums: everything that adding and subtracting them gives.
class Attacker {
 public:
  using Vector = std::vector<std::int64_t>;
  static constexpr std::int64_t prime = 1'000'000'007;

  void learns(Vector sum) {
    reduce(sum);
    const auto first = std::ranges::find_if(sum, [](std::int64_t v) { return v != 0; });
    if (first == sum.end()) return;
    const std::int64_t scale = inverse(*first);
    for (std::int64_t& v : sum) v = v * scale % prime;
    known_.emplace_back(static_cast<std::size_t>(first - sum.begin()), std::move(sum));
  }
  [[nodiscard]] bool knows(Vector cell) const {
    reduce(cell);
    return std::ranges::all_of(cell, [](std::int64_t v) { return v == 0; });
  }

 private:
  void reduce(Vector& sum) const {
    for (const auto& [pivot, row] : known_) {
      const std::int64_t times = sum[pivot];
      if (times == 0) continue;
      for (std::size_t i = pivot; i < sum.size(); ++i)
        sum[i] = ((sum[i] - times * row[i]) % prime + prime) % prime;
    }
  }
  static std::int64_t inverse(std::int64_t value) {
    std::int64_t out = 1;
    for (std::int64_t power = prime - 2; power > 0; power /= 2, value = value * value % prime) {
      if (power % 2 == 1) out = out * value % prime;
    }
    return out;
  }
  std::vector<std::pair<std::size_t, Vector>> known_;
};

/// A cell as a sum over every department, service and day that there could be.
Attacker::Vector sum_of(const StatisticsCell& cell) {
  Attacker::Vector sum;
  for (int department = 0; department < departments; ++department) {
    for (int service = 0; service < services; ++service) {
      for (int day = 0; day < month_days; ++day)
        sum.push_back(covers(cell, {0, department, service, day, 1}) ? 1 : 0);
    }
  }
  return sum;
}

std::vector<StatisticsCell> every_cell() {
  std::vector<StatisticsCell> all;
  const auto add = [&](Split split, std::string key, std::string department = {}) {
    all.push_back(
        {.month = november, .split = split, .key = std::move(key), .department = std::move(department)});
  };
  for (int d = 0; d < departments; ++d) {
    add(Split::department, department_of(d));
    for (int s = 0; s < services; s += 3)
      add(Split::category_of_department, category_of(s), department_of(d));
  }
  for (int s = 0; s < services; ++s) add(Split::service, name_of(s));
  for (int s = 0; s < services; s += 3) add(Split::category, category_of(s));
  for (int d = 0; d < month_days; ++d) add(Split::day, format_date(day_of(d)));
  return all;
}

bool is_safe(const People& people) { return people.empty() || may_stand(people); }

TEST(Statistics, AThousandPairsOfQueriesGiveNoCellUnderTenPeopleAwayByDifference) {
  std::mt19937 random(20261121);
  constexpr std::array splits{Split::month,      Split::category, Split::service,
                              Split::department, Split::day,      Split::category_of_department};
  int told_months = 0;
  int small_cells = 0;
  for (int pair = 0; pair < 1000; ++pair) {
    const std::vector<Atom> atoms = invented(random);
    const auto cells = publication_of(november, month_of(atoms));
    told_months += cells.empty() ? 0 : 1;
    std::array<Split, 2> asked{};
    std::uniform_int_distribution<std::size_t> any(0, splits.size() - 1);
    for (Split& each : asked) each = splits.at(any(random));
    Attacker attacker;
    for (const StatisticsCell& cell : cells) {
      // The whole is on every page: whoever asks twice has it in any case.
      if (cell.split == Split::month || std::ranges::find(asked, cell.split) != asked.end())
        attacker.learns(sum_of(cell));
    }
    for (const StatisticsCell& cell : every_cell()) {
      const People people = people_in(atoms, [&](const Atom& a) { return covers(cell, a); });
      if (is_safe(people)) continue;
      ++small_cells;
      EXPECT_FALSE(attacker.knows(sum_of(cell))) << pair << ": " << cell.key << ", people: " << people.size();
    }
  }
  EXPECT_GT(told_months, 500);
  EXPECT_GT(small_cells, 1000);
}

TEST(Statistics, WhoeverAsksForEverythingFindsNoCellUnderTenPeopleEither) {
  std::mt19937 random(42);
  int of_departments = 0;
  int small_cells = 0;
  for (int month = 0; month < 300; ++month) {
    const std::vector<Atom> atoms = invented(random);
    Attacker attacker;
    for (const StatisticsCell& cell : publication_of(november, month_of(atoms))) {
      attacker.learns(sum_of(cell));
      of_departments += cell.split == Split::category_of_department ? 1 : 0;
    }
    for (const StatisticsCell& cell : every_cell()) {
      const People people = people_in(atoms, [&](const Atom& a) { return covers(cell, a); });
      if (is_safe(people)) continue;
      ++small_cells;
      EXPECT_FALSE(attacker.knows(sum_of(cell)))
          << month << ": " << cell.department << ' ' << cell.key << ", people: " << people.size();
    }
  }
  EXPECT_GT(of_departments, 100);
  EXPECT_GT(small_cells, 1000);
}

TEST(Statistics, OfADepartmentACategoryIsToldUnlessItOrWhatIsLeftIsOfTooFew) {
  std::vector<Atom> atoms;
  std::uint32_t who = 0;
  const auto use = [&](int department, int service, int people) {
    for (int n = 0; n < people; ++n) atoms.push_back({who++, department, service, 0, 3600});
  };
  use(0, 0, 30);
  use(0, 3, 20);
  use(1, 0, 15);
  use(1, 3, 12);
  const auto crossed = [&] {
    std::vector<std::string> all;
    for (const StatisticsCell& cell : publication_of(november, month_of(atoms))) {
      if (cell.split == Split::category_of_department)
        all.push_back(fmt::format("{} {} {}", cell.department, cell.key, cell.people));
    }
    return all;
  };
  EXPECT_THAT(crossed(), ::testing::ElementsAre("department-0 category-0 30", "department-0 category-1 20",
                                                "department-1 category-0 10", "department-1 category-1 10"));
  // Four of a second department would give away what is left of its row, its column and both.
  atoms.erase(atoms.end() - 8, atoms.end());
  EXPECT_THAT(crossed(), IsEmpty());
  // A third department holds what is left.
  use(2, 0, 40);
  use(2, 3, 40);
  EXPECT_THAT(crossed(), ::testing::ElementsAre("department-2 category-0 40", "department-2 category-1 40"));
}

TEST(Statistics, WhatIsLeftOfAWholeIsOfTenPeopleOrOfNobody) {
  std::mt19937 random(17);
  for (int month = 0; month < 500; ++month) {
    const std::vector<Atom> atoms = invented(random);
    const auto cells = publication_of(november, month_of(atoms));
    const auto told_in = [&](Split split, const Atom& a) {
      return std::ranges::any_of(
          cells, [&](const StatisticsCell& cell) { return cell.split == split && covers(cell, a); });
    };
    if (cells.empty()) {
      EXPECT_FALSE(may_stand(people_in(atoms, [](const Atom&) { return true; })));
      continue;
    }
    for (const Split split : {Split::category, Split::service, Split::department, Split::day})
      EXPECT_TRUE(is_safe(people_in(atoms, [&](const Atom& a) { return !told_in(split, a); })));
    for (const StatisticsCell& cell : cells) {
      EXPECT_EQ(cell.people % 10, 0U);
      EXPECT_TRUE(may_stand(people_in(atoms, [&](const Atom& a) { return covers(cell, a); }))) << cell.key;
      if (cell.split != Split::category) continue;
      EXPECT_TRUE(is_safe(
          people_in(atoms, [&](const Atom& a) { return covers(cell, a) && !told_in(Split::service, a); })));
    }
  }
}

TEST(Statistics, OnePersonWithOverHalfOfTheTimeIsNotAddedIntoACrowd) {
  std::vector<Atom> atoms;
  for (std::uint32_t who = 0; who < 12; ++who) atoms.push_back({who, 0, 0, 0, who == 0 ? 36000U : 60U});
  EXPECT_THAT(publication_of(november, month_of(atoms)), IsEmpty());
  atoms.front().seconds = 600;
  const auto cells = publication_of(november, month_of(atoms));
  ASSERT_FALSE(cells.empty());
  EXPECT_EQ(cells.front().people, 10U);
}

class StatisticsLedger : public ::testing::Test {
 public:
  /// So many people of a department, an hour each on a service of that day.
  void use(const std::string& department, int first, int people, const std::string& service,
           const std::string& day) {
    std::vector<model::UsageSlice> slices;
    for (int n = first; n < first + people; ++n) {
      const std::string who = fmt::format("p{}", n);
      departments[model::PersonId(who)] = department;
      for (int minute = 0; minute < 60; ++minute) {
        slices.push_back(slice(who, service, fmt::format("{}T10:{:02}Z", day, minute), 60));
        slices.back().kind = model::Kind::interactive;
      }
    }
    ledger.write(slices);
  }
  std::vector<std::string> told(Split split) const {
    std::vector<std::string> all;
    for (const StatisticsCell& cell : ledger.statistics(date("2026-01-01"), date("2026-12-01"), split))
      all.push_back(fmt::format("{} {}: {}, {} to {} h", format_date(cell.month), cell.key, cell.people,
                                cell.lower_hours, cell.best_hours));
    return all;
  }
  Folder folder;
  Ledger ledger{folder / "ledger.db"};
  std::map<model::PersonId, std::string> departments;
};

TEST_F(StatisticsLedger, AreMadeOnceFromPeopleAloneAndOutliveTheMinutes) {
  use("Planning", 1, 25, "facebook", "2026-10-05");
  use("Planning", 1, 25, "facebook", "2026-10-06");
  use("Housing", 100, 12, "reddit", "2026-10-06");
  use("Chief Executive", 200, 3, "reddit", "2026-10-06");
  ledger.write({slice("device:02:00:5e:10:00:01", "reddit", "2026-10-06T10:00Z", 60)});
  ledger.publish_statistics(date("2026-10-01"), departments);
  using ::testing::ElementsAre;
  EXPECT_THAT(told(Split::month), ElementsAre("2026-10-01 : 40, 32 to 65 h"));
  EXPECT_THAT(told(Split::service),
              ElementsAre("2026-10-01 facebook: 20, 25 to 50 h", "2026-10-01 reddit: 10, 7 to 15 h"));
  // Three people of one department are not told, so the next smallest is not told either.
  EXPECT_THAT(told(Split::department), ElementsAre("2026-10-01 Planning: 20, 25 to 50 h"));
  EXPECT_THAT(told(Split::day),
              ElementsAre("2026-10-01 2026-10-05: 20, 12 to 25 h", "2026-10-01 2026-10-06: 40, 20 to 40 h"));

  EXPECT_THAT(told(Split::category_of_department), ElementsAre("2026-10-01 social: 20, 25 to 50 h"));
  EXPECT_EQ(ledger.statistics(date("2026-10-01"), date("2026-10-01"), Split::category_of_department)
                .front()
                .department,
            "Planning");

  use("Housing", 300, 40, "reddit", "2026-10-07");
  ledger.publish_statistics(date("2026-10-01"), departments);
  EXPECT_THAT(told(Split::month), ElementsAre("2026-10-01 : 40, 32 to 65 h"));
  static_cast<void>(ledger.purge(date("2026-11-30"), PurgeMode::remove));
  ledger.publish_statistics(date("2026-11-01"), departments);
  EXPECT_THAT(told(Split::month), ElementsAre("2026-10-01 : 40, 32 to 65 h"));
  EXPECT_THAT(ledger.statistics_months(), ElementsAre(date("2026-10-01"), date("2026-11-01")));
  EXPECT_FALSE(ledger.oldest_day());
  EXPECT_THAT(folder.files_with("Chief Executive"), IsEmpty());
}

TEST_F(StatisticsLedger, AMonthIsLondons) {
  for (int n = 1; n <= 12; ++n) {
    // 23:30 UTC on 30 September is 1 October in London.
    ledger.write({slice(fmt::format("p{}", n), "reddit", "2026-09-30T23:30Z", 60)});
  }
  ledger.publish_statistics(date("2026-09-01"), {});
  EXPECT_THAT(told(Split::month), IsEmpty());
  ledger.publish_statistics(date("2026-10-01"), {});
  EXPECT_THAT(told(Split::day), ::testing::ElementsAre("2026-10-01 2026-10-01: 10, 0 to 0 h"));
}

}  // namespace
}  // namespace edgewatch::store
