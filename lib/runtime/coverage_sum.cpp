#include "coverage_sum.hpp"

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 3s;                  // an idle thread still gives its row within a second
constexpr std::size_t most_remembered = 1024;  // minutes of all interfaces; the oldest go

}  // namespace

void add_up(model::Coverage& sum, const model::Coverage& row) {
  sum.seen += row.seen;
  sum.lost_in_kernel += row.lost_in_kernel;
  sum.lost_in_queue += row.lost_in_queue;
  sum.refused += row.refused;
  sum.named += row.named;
  sum.unnamed_ech += row.unnamed_ech;
  sum.unnamed_doh += row.unnamed_doh;
  sum.unnamed_tunnel += row.unnamed_tunnel;
  sum.unnamed_other += row.unnamed_other;
}

void CoverageSum::add(const model::Coverage& row, Moment now) {
  const auto [found, is_new] = sums_.try_emplace({row.interval.from, row.source});
  Sum& sum = found->second;
  if (is_new) {
    sum.row = row;
  } else {
    add_up(sum.row, row);
  }
  if (is_new || sum.given) sum.since = now;
  sum.given = false;
  ++sum.threads;
}

template <class IsDue>
std::vector<model::Coverage> CoverageSum::give(IsDue is_due) {
  std::vector<model::Coverage> out;
  for (auto& [key, sum] : sums_) {
    if (sum.given || !is_due(sum)) continue;
    out.push_back(sum.row);
    sum.given = true;
  }
  while (sums_.size() > most_remembered && sums_.begin()->second.given) sums_.erase(sums_.begin());
  return out;
}

std::vector<model::Coverage> CoverageSum::due(Moment now) {
  return give([&](const Sum& sum) { return sum.threads >= threads_ || now - sum.since >= patience; });
}

std::vector<model::Coverage> CoverageSum::finish() {
  return give([](const Sum&) { return true; });
}

}  // namespace edgewatch::runtime
