#include "edgewatch/account/subject_account.hpp"

#include <algorithm>

namespace edgewatch::account {

Device* SubjectAccount::device(const std::string& name, const Method& method) {
  const auto found = devices_.find(name);
  if (found != devices_.end()) return &found->second;
  if (devices_.size() >= method.max_devices) return nullptr;
  return &devices_[name];
}

void SubjectAccount::end_holds(Timestamp at) {
  for (auto& [name, device] : devices_) device.end_holds(at);
}

void SubjectAccount::end_holds(const std::string& device, Timestamp at) {
  const auto found = devices_.find(device);
  if (found != devices_.end()) found->second.end_holds(at);
}

std::vector<Credit> SubjectAccount::all_credits() const {
  std::vector<Credit> credits;
  for (const auto& [name, device] : devices_) {
    credits.insert(credits.end(), device.credits().begin(), device.credits().end());
  }
  std::stable_sort(credits.begin(), credits.end(), claims_before);
  return credits;
}

Coverage::Cap SubjectAccount::cap(UtcMinute minute, const Coverage& coverage, const Method& method) const {
  Coverage::Cap cap = coverage.cap(minute, method);
  if (overflowed_.count(minute) != 0) {
    cap.grade = model::Grade::weak;
    cap.reasons |= model::bit(model::Reason::loss);
  }
  return cap;
}

Device::Contacts SubjectAccount::finalise(const model::Subject& subject, Timestamp final, End end,
                                          const Coverage& coverage, const Method& method, MinuteRows& rows) {
  Device::Contacts excluded;
  const Timestamp decided = final + method.settled_ahead();
  for (auto& [name, device] : devices_) {
    const Device::Contacts more = device.decide(decided, end, coverage, method);
    excluded.insert(excluded.end(), more.begin(), more.end());
  }
  std::vector<Claim> claims = settle(all_credits(), final_, second_of(decided), method);
  visits_.apply(claims, second_of(final), method);
  for (const Claim& claim : claims) {
    if (claim.second >= second_of(final)) break;
    // What is held stands no firmer than what it is held for.
    Coverage::Cap bound = cap(utc_minute(claim.second), coverage, method);
    const Coverage::Cap origin = cap(utc_minute(claim.since), coverage, method);
    if (origin.grade < bound.grade) bound = origin;
    rows.add(subject, claim, bound);
  }
  final_ = second_of(final);
  for (auto& [name, device] : devices_) device.forget(final, method);
  std::erase_if(devices_, [](const auto& device) { return device.second.is_empty(); });
  visits_.forget_before(final_, method);
  // A hold of the minute before may still be open.
  const auto longest = method.longest_hold();
  overflowed_.erase(overflowed_.begin(), overflowed_.lower_bound(minute_of(final - longest)));
  return excluded;
}

bool SubjectAccount::is_empty() const { return devices_.empty() && visits_.empty() && overflowed_.empty(); }

std::optional<Timestamp> SubjectAccount::over_at(const Method& method) const {
  std::optional<Timestamp> over;
  const auto longest = method.longest_hold() + Method::Seconds(1);
  for (const auto& [name, device] : devices_) {
    const std::optional<Timestamp> last = device.last_at();
    if (last) over = std::max(over.value_or(*last), *last + longest);
  }
  return over;
}

}  // namespace edgewatch::account
