#include "edgewatch/identity/timeline.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;

/// More devices at one address are not told apart: whoever makes up so many gets nothing by it.
constexpr std::size_t most_leases = 128;
/// A claim may be a lie, so it takes no more than this back of what a server said.
constexpr Duration most_taken_back = 5min;
/// Frames of a device that has been silent for so long say nothing more of the address.
constexpr Duration forgotten_after = std::chrono::hours(48);

/// Where a lease ends that another device's word contradicts: it is over where its own was last seen, and
/// between the two the address is nobody's (IDENTITY 3).
Timestamp end_of(const LeaseTimeline::Lease& lease, Timestamp contradicted, LeaseTimeline::Word by) {
  using Word = LeaseTimeline::Word;
  if (lease.word != Word::granted) return std::min(lease.last_seen, contradicted);
  if (by == Word::granted) return contradicted;
  return std::clamp(lease.last_seen, contradicted - most_taken_back, contradicted);
}

}  // namespace

void LeaseTimeline::grant(const net::MacAddress& mac, const model::Interval& valid, Word word,
                          model::TenancyEvent::Source source) {
  if (valid.to <= valid.from) return;
  // A renewal carries the lease on, and says anew when it ends; what merely is seen changes no server's word.
  for (std::size_t i = 0; i < leases_.size(); ++i) {
    Lease& lease = leases_[i];
    if (lease.mac == mac && lease.valid.from <= valid.from && valid.from <= lease.valid.to) {
      lease.last_seen = std::max(lease.last_seen, valid.from);
      if (word < lease.word) return;
      const bool is_last = i + 1 == leases_.size();
      const Timestamp limit = is_last ? Timestamp::max() : leases_[i + 1].valid.from;
      lease.valid.to = std::min(valid.to, limit);
      lease.word = word;
      lease.source = source;
      return;
    }
  }
  if (leases_.size() >= most_leases) leases_.erase(leases_.begin());
  Lease fresh{mac, valid, valid.from, word, source, word == Word::seen ? valid.from : Timestamp::max()};
  const auto next = std::upper_bound(leases_.begin(), leases_.end(), valid.from,
                                     [](Timestamp at, const Lease& lease) { return at < lease.valid.from; });
  // Whoever comes later cuts this one short, however late we hear of it.
  if (next != leases_.end()) fresh.valid.to = std::min(fresh.valid.to, next->valid.from);
  if (next != leases_.begin()) {
    Lease& before = *std::prev(next);
    if (before.valid.to > valid.from)
      before.valid.to = std::max(before.valid.from, end_of(before, valid.from, word));
  }
  leases_.insert(next, fresh);
}

LeaseTimeline::Lease* LeaseTimeline::find(Timestamp moment) {
  const auto next = std::upper_bound(leases_.begin(), leases_.end(), moment,
                                     [](Timestamp t, const Lease& lease) { return t < lease.valid.from; });
  if (next == leases_.begin()) return nullptr;
  Lease& lease = *std::prev(next);
  return lease.valid.contains(moment) ? &lease : nullptr;
}

bool LeaseTimeline::see(const net::MacAddress& mac, Timestamp at) {
  Lease* holder = find(at);
  if (holder == nullptr || holder->mac != mac) return false;
  holder->last_seen = std::max(holder->last_seen, at);
  holder->framed_from = std::min(holder->framed_from, at);
  return true;
}

void LeaseTimeline::move(const net::MacAddress& mac, Timestamp at) {
  grant(mac, {at, Timestamp::max()}, Word::seen, model::TenancyEvent::Source::ndp);
}

void LeaseTimeline::contradict(const net::MacAddress& mac, Timestamp at) {
  Lease* holder = find(at);
  if (holder == nullptr) return;
  if (holder->mac == mac) {
    holder->last_seen = std::max(holder->last_seen, at);
  } else {
    holder->valid.to = std::max(holder->valid.from, end_of(*holder, at, Word::claimed));
  }
}

void LeaseTimeline::release(const std::optional<net::MacAddress>& mac, Timestamp at) {
  for (Lease& lease : leases_) {
    if ((!mac || lease.mac == *mac) && lease.valid.contains(at)) lease.valid.to = at;
  }
}

void LeaseTimeline::close_silent(Timestamp now) {
  for (Lease& lease : leases_) {
    if (lease.word == Word::seen && lease.last_seen < now - forgotten_after)
      lease.valid.to = std::min(lease.valid.to, std::max(lease.valid.from + Duration(1), lease.last_seen));
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

bool LeaseTimeline::is_unchanged(Timestamp from, Timestamp to,
                                 const std::optional<net::MacAddress>& mac) const {
  if (const Lease* then = at(from)) return mac && then->mac == *mac;
  return std::all_of(leases_.begin(), leases_.end(), [&](const Lease& lease) {
    const bool is_since = from < lease.valid.from && lease.valid.from <= to;
    const bool began_with_frames = lease.framed_from == lease.valid.from;
    return !is_since || (began_with_frames && mac && lease.mac == *mac);
  });
}

}  // namespace edgewatch::identity
