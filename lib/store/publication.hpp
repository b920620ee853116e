// Which cells of a month's statistics can be told so that no cell under ten people can be read from them, nor
// worked out from several of them. Pure functions over numbers; private to this module.
#pragma once

#include "edgewatch/store/ledger.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::store {

/// Seconds of interactive use outside authorised use.
struct Use {
  std::uint64_t lower = 0;
  std::uint64_t best = 0;
};
/// By a number that stands for somebody.
using People = std::map<std::uint32_t, Use>;

/// One month, split in four ways: by service (each within its category), by department, by department and
/// category, and by day. Each split is of the same whole.
struct MonthOfUse {
  std::map<std::pair<std::string, std::string>, People> services;  ///< by category and service
  std::map<std::string, People> departments;
  std::map<std::pair<std::string, std::string>, People> crossed;  ///< by department and category
  std::map<CivilDate, People> days;
};

/// Ten people, and nobody whose share is over half of it.
[[nodiscard]] bool may_stand(const People& people);

/// What is told of the month: cut to ten people and to the hour, in a fixed order.
[[nodiscard]] std::vector<StatisticsCell> publication_of(CivilDate month, const MonthOfUse& use);

}  // namespace edgewatch::store
