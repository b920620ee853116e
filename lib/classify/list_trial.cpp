#include "edgewatch/classify/list_trial.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::classify {
namespace {

constexpr std::uint64_t most_times = 3;
/// A minute with fewer names listed is like one with so many: three in place of one say nothing.
constexpr std::uint64_t least_listed = 10;
constexpr int bad_on_end = 5;
constexpr int minutes_watched = 60;

}  // namespace

ListTrial::ListTrial(std::shared_ptr<const ListSet> before, std::shared_ptr<const ListSet> after,
                     std::set<model::Category> blocked)
    : before_(std::move(before)), after_(std::move(after)), blocked_(std::move(blocked)) {}

bool ListTrial::lists(const ListSet& set, const net::HostName& name) const {
  return std::ranges::any_of(set.match(name), [&](const ListSet::Match& match) {
    return blocked_.contains(set.lists()[match.list].category);
  });
}

void ListTrial::note(const net::HostName& name, Timestamp at) {
  if (verdict_ != Verdict::runs) return;
  const UtcMinute minute = minute_of(at);
  if (minute > minute_) end_minute(minute);
  listed_before_ += lists(*before_, name) ? 1 : 0;
  listed_after_ += lists(*after_, name) ? 1 : 0;
}

/// A minute in which nothing was asked is passed over.
void ListTrial::end_minute(UtcMinute next) {
  if (minute_ != UtcMinute{}) {
    ++minutes_;
    const bool bad = listed_after_ > most_times * std::max(listed_before_, least_listed);
    bad_minutes_ = bad ? bad_minutes_ + 1 : 0;
    if (bad_minutes_ == bad_on_end) {
      verdict_ = Verdict::failed;
    } else if (minutes_ == minutes_watched) {
      verdict_ = Verdict::passed;
    }
  }
  minute_ = next;
  listed_before_ = 0;
  listed_after_ = 0;
}

}  // namespace edgewatch::classify
