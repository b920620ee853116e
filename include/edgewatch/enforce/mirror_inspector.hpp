// What a mirror port shows, looked at frame by frame: where a client says a name that it may not, the frames
// that end its connection, or answer its question, before the server does (ENFORCEMENT A1 (2), (3)). It reads
// hellos as the gateway does and asks the same decision. Nothing is held back here, so all of it is a race:
// what was lost is counted. Owns what it remembers, in bounded memory; asks no clock; one thread.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"
#include "edgewatch/enforce/mirror_budget.hpp"
#include "edgewatch/enforce/mirror_frames.hpp"
#include "edgewatch/net/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace edgewatch::enforce {

struct MirrorOptions {
  HashKey hash_key;                 ///< random when live
  net::NetworkSet inside;           ///< who may be a client
  net::NetworkSet exclude;          ///< who is not looked at
  net::MacAddress ours;             ///< of the injecting interface
  std::size_t connections = 65536;  ///< that are remembered
};

/// What it did so far; counts that name nobody.
struct MirrorCounts {
  std::uint64_t reset = 0;         ///< connections, by the name they opened with or by a change
  std::uint64_t cut = 0;           ///< of them those by a change
  std::uint64_t answered = 0;      ///< of them those whose server still said something
  std::uint64_t went_on = 0;       ///< of them those whose client then took it: it lost us the race
  std::uint64_t forged = 0;        ///< answers to questions
  std::uint64_t frames = 0;        ///< all that were sent
  std::uint64_t unproven = 0;      ///< left alone: both ends of the connection were not seen right
  std::uint64_t damaged = 0;       ///< left alone: a checksum that does not hold, or bytes that are not there
  std::uint64_t unanswerable = 0;  ///< left alone: no plain question
  std::uint64_t unsent = 0;        ///< left alone: too many in a second, or the interface would not
  std::uint64_t over_share = 0;    ///< left alone: one client's flood, which is to leave room for others
  std::uint64_t quic = 0;          ///< let go: refused names over QUIC, which knows no reset
  std::uint64_t evicted = 0;       ///< connections forgotten for want of room
  InspectorCounts names;
};

class MirrorInspector {
 public:
  /// Puts these frames on the wire, which are about that client's, all or none: then says why.
  using Send = std::function<MayBeSent(const net::IpAddress& client, const std::vector<Packet>&)>;
  /// Is told what was stopped: an attempt.
  using Stopped = std::function<void(const model::Sighting&)>;
  MirrorInspector(Decide decide, Send send, Stopped stopped, MirrorOptions options);
  ~MirrorInspector();
  MirrorInspector(const MirrorInspector&) = delete;
  MirrorInspector& operator=(const MirrorInspector&) = delete;

  void see(const net::Frame& frame);
  /// The decisions may be others now: of each connection whose name was judged they are asked again when its
  /// client next says something, and where it is refused by then it is reset.
  void reconsider();

  [[nodiscard]] MirrorCounts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::enforce
