// One subject with all devices: seconds are owned across them (TIME 2.4, `owner`). Own memory, bounded; one
// thread.
#pragma once

#include "edgewatch/account/device.hpp"
#include "edgewatch/account/minutes.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace edgewatch::account {

class SubjectAccount {
 public:
  /// None when the subject has too many devices.
  [[nodiscard]] Device* device(const std::string& name, const Method& method);
  void end_holds(Timestamp at);
  void end_holds(const std::string& device, Timestamp at);
  /// Something was dropped in this minute: it is weak.
  void overflowed(UtcMinute minute) { overflowed_.insert(minute); }

  /// Makes the seconds before `final` final: their rows go to `rows`, what was not counted is returned. `end`
  /// as in Device::decide.
  [[nodiscard]] Device::Contacts finalise(const model::Subject& subject, Timestamp final, End end,
                                          const Coverage& coverage, const Method& method, MinuteRows& rows);
  [[nodiscard]] bool is_empty() const;
  /// After the last second that any of its credits can hold.
  [[nodiscard]] std::optional<Timestamp> over_at(const Method& method) const;

 private:
  [[nodiscard]] std::vector<Credit> all_credits() const;
  [[nodiscard]] Coverage::Cap cap(UtcMinute minute, const Coverage& coverage, const Method& method) const;

  std::map<std::string, Device> devices_;
  VisitLengths visits_;
  std::set<UtcMinute> overflowed_;
  UnixSecond final_ = 0;
};

}  // namespace edgewatch::account
