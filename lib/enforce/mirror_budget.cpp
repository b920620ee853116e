#include "edgewatch/enforce/mirror_budget.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::enforce {

using namespace std::chrono_literals;

MayBeSent MirrorBudget::take(const net::IpAddress& client, std::size_t frames, Duration now) {
  const std::chrono::duration<double> since = now - std::exchange(filled_, now);
  left_ = std::min(most_a_second, left_ + std::max(0.0, since.count()) * most_a_second);
  if (now - second_ >= 1s) {
    second_ = now;
    sent_.clear();  // what was sent bounds it
  }
  const auto wanted = static_cast<double>(frames);
  if (left_ < wanted) return MayBeSent::no;
  const auto had = sent_.find(client);
  const bool within_share = (had == sent_.end() ? 0 : had->second) + wanted <= share;
  if (!within_share && left_ - wanted < kept_for_others) return MayBeSent::over_share;
  left_ -= wanted;
  sent_[client] += wanted;
  return MayBeSent::yes;
}

}  // namespace edgewatch::enforce
