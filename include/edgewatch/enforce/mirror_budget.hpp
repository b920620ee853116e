// How many frames a mirror may send: so many that whoever makes up hellos or questions cannot have it flood
// the segment, and of them so many for one client that the flood of one leaves its colleagues theirs. A
// value; asks no clock; one thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"

#include <cstddef>
#include <cstdint>
#include <map>

namespace edgewatch::enforce {

enum class MayBeSent : std::uint8_t {
  yes,
  no,          ///< too many for all together, too late, or the interface would not
  over_share,  ///< for this client, who had its share of the second
};

class MirrorBudget {
 public:
  /// Frames a second: some 5 Mbit/s, and far more than people click.
  static constexpr double most_a_second = 10'000;
  /// What a client may have of them in any case. Beyond it half of all is kept for others, so that whoever is
  /// alone still has as good as all.
  static constexpr double share = most_a_second / 10;
  static constexpr double kept_for_others = most_a_second / 2;

  /// Whether so many frames may be sent for the client, which then counts them as sent. `now`: monotonic.
  [[nodiscard]] MayBeSent take(const net::IpAddress& client, std::size_t frames, Duration now);

 private:
  double left_ = most_a_second;
  Duration filled_{0};  ///< when `left_` was last reckoned
  Duration second_{0};  ///< when the second began that `sent_` is of
  std::map<net::IpAddress, double> sent_;
};

}  // namespace edgewatch::enforce
