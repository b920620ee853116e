#include "edgewatch/account/coverage.hpp"

#include <algorithm>

namespace edgewatch::account {

void Coverage::lost(UtcMinute minute, std::uint16_t source, std::uint64_t seen, std::uint64_t lost) {
  counts_[minute][source] = {seen, lost};
}

void Coverage::forget_before(UtcMinute minute) {
  counts_.erase(counts_.begin(), counts_.lower_bound(minute));
  clock_.erase(clock_.begin(), clock_.lower_bound(minute));
}

bool Coverage::lost_more_than(std::uint32_t percent, UtcMinute minute) const {
  const auto found = counts_.find(minute);
  if (found == counts_.end()) return false;
  Count all;
  for (const auto& [source, count] : found->second) {
    all.seen += count.seen;
    all.lost += count.lost;
  }
  constexpr double whole = 100.0;
  return static_cast<double>(all.lost) * whole > static_cast<double>(all.seen) * percent;
}

bool Coverage::is_lossy(UtcMinute minute, const Method& method) const {
  return lost_more_than(method.loss_moderate_percent, minute);
}

Coverage::Cap Coverage::cap(UtcMinute minute, const Method& method) const {
  Cap cap;
  if (lost_more_than(method.loss_weak_percent, minute)) {
    cap = {model::Grade::weak, model::bit(model::Reason::loss)};
  } else if (is_lossy(minute, method)) {
    cap = {model::Grade::moderate, model::bit(model::Reason::loss)};
  }
  if (clock_.count(minute) != 0) {
    cap.grade = std::min(cap.grade, model::Grade::moderate);
    cap.reasons |= model::bit(model::Reason::clock);
  }
  return cap;
}

}  // namespace edgewatch::account
