#include "edgewatch/model/register.hpp"

#include <algorithm>

namespace edgewatch::model {

Interval RegisteredWithdrawal::in_force() const {
  Interval out{std::max(valid.from, entered_at), valid.to};
  if (lifted) out.to = std::min(out.to, lifted->at);
  out.to = std::max(out.from, out.to);
  return out;
}

Interval RegisteredAuthorisation::in_force() const {
  Interval out{std::max(valid.from, entered_at), valid.to};
  for (const Review& review : reviews) {
    if (!review.goes_on) out.to = std::min(out.to, review.at);
  }
  out.to = std::max(out.from, out.to);
  return out;
}

std::optional<CivilDate> RegisteredAuthorisation::review_due() const {
  return reviews.empty() ? review_date : reviews.back().next;
}

}  // namespace edgewatch::model
