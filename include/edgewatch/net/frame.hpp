// What a capture source gives: frames and the loss between them. A Frame borrows its bytes from the source,
// until the next call of the source's `next()`; a FrameLoss owns what it holds.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/time.hpp"

#include <cstdint>

namespace edgewatch::net {

/// The LINKTYPE_ value of the capture (tcpdump.org/linktypes.html), as a file carries it.
enum class LinkType : std::uint16_t {
  null = 0,
  ethernet = 1,
  raw = 101,
  loop = 108,
  linux_sll = 113,
  ipv4 = 228,
  ipv6 = 229,
  linux_sll2 = 276,
};

struct Frame {
  Timestamp at;
  LinkType link =
      LinkType::ethernet;  ///< any 16-bit value may stand here; unknown ones are refused by `wire`
  Bytes bytes;             ///< as captured
  std::uint32_t wire_length =
      0;                     ///< as it was on the wire; larger than bytes.size() when cut by the snap length
  std::uint16_t source = 0;  ///< which interface or file, counted by whoever opened it
  std::uint64_t number = 0;  ///< from 1, per source
};

struct FrameLoss {
  Timestamp at;
  std::uint16_t source = 0;
  std::uint64_t lost_in_kernel = 0;
  std::uint64_t lost_in_queue = 0;
};

}  // namespace edgewatch::net
