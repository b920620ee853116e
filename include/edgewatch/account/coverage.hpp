// What is known of packets lost and of the clock, minute by minute: it lowers grades and never raises a
// figure (TIME 2.4, 2.5). Values; one thread.
#pragma once

#include "edgewatch/account/method.hpp"
#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <map>
#include <set>

namespace edgewatch::account {

class Coverage {
 public:
  /// Takes the place of what the same source said of the minute before; sources add up.
  void lost(UtcMinute minute, std::uint16_t source, std::uint64_t seen, std::uint64_t lost);
  void clock_stepped(UtcMinute minute) { clock_.insert(minute); }
  void forget_before(UtcMinute minute);

  /// Above `loss_moderate_percent`: a request in it may be missing.
  [[nodiscard]] bool is_lossy(UtcMinute minute, const Method& method) const;
  /// The best grade that a second of this minute can have, and why.
  struct Cap {
    model::Grade grade = model::Grade::strong;
    model::Reasons reasons = 0;
  };
  [[nodiscard]] Cap cap(UtcMinute minute, const Method& method) const;

 private:
  struct Count {
    std::uint64_t seen = 0;
    std::uint64_t lost = 0;
  };
  [[nodiscard]] bool lost_more_than(std::uint32_t percent, UtcMinute minute) const;
  std::map<UtcMinute, std::map<std::uint16_t, Count>> counts_;  ///< by source
  std::set<UtcMinute> clock_;
};

}  // namespace edgewatch::account
