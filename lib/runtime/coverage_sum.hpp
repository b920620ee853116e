// The coverage rows of the threads that share an interface, summed to one row for each interface and minute,
// so that nobody after it sees how many threads there were. One thread, the analysis.
#pragma once

#include "edgewatch/model/usage.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

/// Adds what one observer counted in a minute to what others counted of the same source in it. The columns
/// that the analysis fills in afterwards are not the sensor's to add.
void add_up(model::Coverage& sum, const model::Coverage& row);

class CoverageSum {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit CoverageSum(std::size_t threads) : threads_(threads) {}

  /// A row of one thread. What `due` gives from then on has it in.
  void add(const model::Coverage& row, Moment now);
  /// The sums that are complete, or that have waited for long enough: a thread whose share of a minute was
  /// empty has no row of it. A row that comes after its sum was given makes the sum due again, with all that
  /// is in it; the ledger then puts it in the place of the former.
  [[nodiscard]] std::vector<model::Coverage> due(Moment now);
  /// Whatever has not been given.
  [[nodiscard]] std::vector<model::Coverage> finish();

 private:
  struct Sum {
    model::Coverage row;
    std::size_t threads = 0;  ///< rows in it
    bool given = false;
    Moment since;  ///< when the first row not given came
  };
  template <class IsDue>
  std::vector<model::Coverage> give(IsDue is_due);

  std::size_t threads_;
  std::map<std::pair<Timestamp, std::string>, Sum> sums_;
};

}  // namespace edgewatch::runtime
