#include "edgewatch/identity/timeline.hpp"

#include <algorithm>

namespace edgewatch::identity {

void LeaseTimeline::grant(const net::MacAddress& mac, const model::Interval& valid, bool sighted_only) {
  if (valid.to <= valid.from) return;
  // A renewal carries the lease on, and says anew when it ends.
  for (std::size_t i = 0; i < leases_.size(); ++i) {
    Lease& lease = leases_[i];
    if (lease.mac == mac && lease.valid.from <= valid.from && valid.from <= lease.valid.to) {
      const bool is_last = i + 1 == leases_.size();
      const Timestamp limit = is_last ? Timestamp::max() : leases_[i + 1].valid.from;
      lease.valid.to = std::min(valid.to, limit);
      lease.last_seen = std::max(lease.last_seen, valid.from);
      lease.sighted_only = sighted_only;
      return;
    }
  }
  Lease fresh{mac, valid, valid.from, sighted_only};
  const auto next = std::upper_bound(leases_.begin(), leases_.end(), valid.from,
                                     [](Timestamp at, const Lease& lease) { return at < lease.valid.from; });
  // Whoever comes later cuts this one short, however late we hear of it.
  if (next != leases_.end()) fresh.valid.to = std::min(fresh.valid.to, next->valid.from);
  if (next != leases_.begin()) {
    // The address moved on: a granted lease ends where the next begins; of a device only seen on the wire we
    // know no more than when it was last seen, and between the two the address is nobody's (IDENTITY 3).
    Lease& before = *std::prev(next);
    if (before.valid.to > valid.from)
      before.valid.to = before.sighted_only ? std::min(before.last_seen, valid.from) : valid.from;
  }
  leases_.insert(next, fresh);
}

void LeaseTimeline::release(const std::optional<net::MacAddress>& mac, Timestamp at) {
  for (Lease& lease : leases_) {
    if ((!mac || lease.mac == *mac) && lease.valid.contains(at)) lease.valid.to = at;
  }
}

void LeaseTimeline::forget_before(Timestamp at) {
  std::erase_if(leases_, [&](const Lease& lease) { return lease.valid.to <= at; });
}

const LeaseTimeline::Lease* LeaseTimeline::at(Timestamp moment) const {
  const auto next = std::upper_bound(leases_.begin(), leases_.end(), moment,
                                     [](Timestamp t, const Lease& lease) { return t < lease.valid.from; });
  if (next == leases_.begin()) return nullptr;
  const Lease& lease = *std::prev(next);
  return lease.valid.contains(moment) ? &lease : nullptr;
}

}  // namespace edgewatch::identity
