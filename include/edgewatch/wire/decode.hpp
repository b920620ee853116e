// From a captured frame to its TCP or UDP datagram, its ICMPv6 message or its ARP packet: link layers, tags,
// IPv4, IPv6 with its extension headers, fragments, tunnels up to four deep. A Decoder owns the fragments it
// holds back and the datagram it gives; it belongs to one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/datagram.hpp"
#include "edgewatch/wire/fragments.hpp"
#include "edgewatch/wire/trace.hpp"

#include <vector>

namespace edgewatch::wire {

class Decoder {
 public:
  explicit Decoder(HashKey hash_key, FragmentLimits limits = {}) : fragments_(hash_key, limits) {}

  /// The datagram that the frame carries or, being the last fragment, completes: good until the next call,
  /// its payload only as long as the frame too. A null pointer where the frame is sound but carries none of
  /// them, or is a fragment of an unfinished datagram. Refuses by name what breaks RFC 791, 8200, 9293, 768,
  /// 4443 or 826.
  [[nodiscard]] Result<const Datagram*, DecodeError> decode(const net::Frame& frame);

  /// From the next call of decode() on, each layer of each frame is noted in `trace`, which the next frame
  /// clears; a null pointer ends it. The trace must live as long.
  void trace_into(Trace* trace) { trace_ = trace; }
  /// The same, layer by layer, without the short way that most frames take: for comparison.
  [[nodiscard]] Result<const Datagram*, DecodeError> decode_in_layers(const net::Frame& frame);

  [[nodiscard]] const Fragments& fragments() const { return fragments_; }

 private:
  Fragments fragments_;
  Datagram datagram_;
  Trace* trace_ = nullptr;
};

/// The short way that most frames take, by itself: Ethernet with up to two tags, plain IP, TCP, or UDP of a
/// port that is no tunnel's. Fills every member of `datagram` that counts, as the Decoder would; false for
/// any other frame, and for one that is not sound. The datagram is good as long as the frame.
[[nodiscard]] bool read_plain(const net::Frame& frame, Datagram& datagram);

/// A number for the two hosts that a frame goes between, the same in both directions, by its outermost IP
/// header; 0 where there is none. So that frames can be spread over threads and all that belongs together (a
/// flow, the fragments of a datagram, a question and its answer) stays together.
[[nodiscard]] std::uint64_t hosts_of(const net::Frame& frame, HashKey key);

}  // namespace edgewatch::wire
