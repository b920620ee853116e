// What stands in the header of a queued TCP segment, beside what the sensor reads of it, and makes a server
// read other bytes than were sent or drop the segment. Pure; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstdint>
#include <optional>

namespace edgewatch::enforce {

struct SegmentSigns {
  bool urgent = false;     ///< URG: the server takes a byte out of the stream, or does not (RFC 6093)
  bool is_signed = false;  ///< the options of RFC 2385 or RFC 5925: a server without the key drops it
  std::optional<std::uint32_t> stamp;  ///< TSval (RFC 7323 section 3)
};

/// Of an IP packet; nothing of one that is no whole TCP segment, or has options that cannot be read.
[[nodiscard]] SegmentSigns signs_of(Bytes ip);

}  // namespace edgewatch::enforce
