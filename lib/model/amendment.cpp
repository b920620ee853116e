#include "edgewatch/model/usage.hpp"

#include <algorithm>

namespace edgewatch::model {
namespace {

std::uint8_t within_minute(int seconds) { return static_cast<std::uint8_t>(std::min(seconds, 60)); }

}  // namespace

bool is_amended(const UsageSlice& slice, const Amendment& amendment) {
  const bool theirs = slice.subject.kind() == Subject::Kind::person &&
                      slice.subject.text() == amendment.person.text() &&
                      (slice.binding == amendment.binding || slice.binding == 0);
  return theirs && slice.minute < amendment.withdrawn.to &&
         amendment.withdrawn.from < slice.minute + std::chrono::minutes(1);
}

void stand_instead(UsageSlice& slice, const Amendment& amendment) {
  slice.subject = *amendment.instead;
  slice.grade = Grade::weak;
  slice.lower_seconds = 0;
  slice.reasons |= bit(Reason::shared);
  slice.weakest_identity = std::min(slice.weakest_identity, IdentityGrade::c);
  slice.binding = 0;
}

void add_up(UsageSlice& to, const UsageSlice& more) {
  to.seconds = within_minute(to.seconds + more.seconds);
  to.lower_seconds = within_minute(to.lower_seconds + more.lower_seconds);
  to.reasons |= more.reasons;
  to.weakest_name = std::min(to.weakest_name, more.weakest_name);
  to.weakest_identity = std::min(to.weakest_identity, more.weakest_identity);
  if (to.binding != more.binding) to.binding = 0;
}

}  // namespace edgewatch::model
