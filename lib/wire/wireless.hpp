// IEEE 802.11 frames, as monitors, CAPWAP and Aruba's GRE carry them. Views into the frame; pure; any thread.
#pragma once

#include "link.hpp"

namespace edgewatch::wire {

/// An 802.11 frame (IEEE 802.11 section 9.2): the network layer of an open data frame and the client's own
/// MAC addresses. Encrypted, fragmented, management and control frames carry nothing of ours. Of an aggregate
/// (A-MSDU) the first part is read. Some controllers turn the two bytes of the frame control field about;
/// that is seen and allowed for.
[[nodiscard]] LinkRead read_ieee80211(Bytes frame, std::size_t at, Walk& walk);
/// With a radiotap header (radiotap.org), Prism's or AVS's in front.
[[nodiscard]] LinkRead read_radiotap(Bytes frame, Walk& walk);
[[nodiscard]] LinkRead read_prism(Bytes frame, Walk& walk);
[[nodiscard]] LinkRead read_avs(Bytes frame, Walk& walk);
/// Whether an open 802.11 data frame stands there.
[[nodiscard]] bool looks_like_ieee80211_data(Bytes frame);

}  // namespace edgewatch::wire
