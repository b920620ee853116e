// What a council's staff would be told of minute by minute: invented people, visits and services, seeded. For
// measuring the ledger.
#pragma once

#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace edgewatch::benchmark {

struct StaffOrder {
  int people = 5000;
  double records_a_day = 32;  ///< minute records of one person on a working day
  unsigned seed = 1;
};

/// Visits of some minutes on one service, on weekdays from 08:30 to 16:30 UTC; ten people work around the
/// clock.
class Staff {
 public:
  explicit Staff(const StaffOrder& order);
  /// All of one minute, as the accountant gives them; minutes are asked for in order.
  [[nodiscard]] const std::vector<model::UsageSlice>& minute(UtcMinute minute);
  [[nodiscard]] static model::PersonId person(int number);

 private:
  struct Person {
    int left = 0;  ///< minutes of the visit
    model::UsageSlice slice;
  };
  void begin_visit(Person& person, int number);
  void give(Person& person);
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::mt19937_64 random_;
  std::vector<Person> people_;
  std::vector<model::UsageSlice> minute_;
  std::uint64_t starts_;
  std::uint64_t starts_at_all_hours_;
};

}  // namespace edgewatch::benchmark
