// The link types that rows of frames name by a byte.
#pragma once

#include "edgewatch/net/frame.hpp"

#include <array>
#include <cstdint>

namespace edgewatch::fuzz {

// New ones at the end: seeds name them by their place.
inline constexpr std::array<std::uint16_t, 24> links{1,   101, 113, 276, 0,   108, 228, 229,
                                                     9,   147, 105, 127, 119, 163, 239, 258,
                                                     107, 104, 204, 51,  129, 10,  6,   138};

inline net::LinkType link(std::size_t place) {
  return static_cast<net::LinkType>(links[place % links.size()]);
}

}  // namespace edgewatch::fuzz
