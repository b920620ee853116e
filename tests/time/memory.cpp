#include "time/memory.hpp"

#include "edgewatch/account/accountant.hpp"

#include "time/person.hpp"
#include "time/watch.hpp"

#include <algorithm>
#include <fstream>

#include <unistd.h>

namespace edgewatch::truth {
namespace {

constexpr double hour_begins = clock_time(10);
constexpr double hour = 3600;

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// An hour of a day of heavy use, as the accountant is given it.
std::vector<account::Activity> busy_hour(const pipeline::Policies& policies) {
  Watch watch(policies, 1);
  watch.see(record(person_day("heavy", 1)));
  watch.finish();
  std::vector<account::Activity> out;
  for (const NamedSecond& second : watch.seconds_of(machine_of(0).address)) {
    account::Activity activity;
    activity.at = Timestamp(std::chrono::seconds(second.second));
    if (activity.at < midnight() + std::chrono::seconds(static_cast<int>(hour_begins)) ||
        activity.at >= midnight() + std::chrono::seconds(static_cast<int>(hour_begins + hour))) {
      continue;
    }
    activity.flow = second.flow;
    activity.host_key = second.flow;
    if (!second.service.empty()) activity.service = model::ServiceId(second.service);
    activity.up = second.up;
    activity.down = second.down;
    activity.evidence = model::NameEvidence::tls_server_name;
    activity.identity = model::IdentityGrade::a;
    out.push_back(activity);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return out;
}

}  // namespace

Memory accountant_memory(const pipeline::Policies& policies, std::size_t devices) {
  const std::vector<account::Activity> busy = busy_hour(policies);
  Memory memory;
  const std::size_t before = resident_bytes();
  account::Accountant accountant;
  for (const account::Activity& one : busy) {
    for (std::size_t device = 0; device < devices; ++device) {
      account::Activity activity = one;
      activity.flow = one.flow * devices + device + 1;
      activity.subject = model::Subject::of_person(model::PersonId(person_of(device)));
      activity.device = machine_of(device).mac.to_string();
      accountant.add(activity);
      ++memory.activities;
    }
    static_cast<void>(accountant.advance(one.at));
    const std::size_t now = resident_bytes();
    memory.bytes = std::max(memory.bytes, now > before ? now - before : 0);
  }
  memory.dropped = accountant.dropped().no_room;
  return memory;
}

}  // namespace edgewatch::truth
