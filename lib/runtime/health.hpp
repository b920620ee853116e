// What the daemon says of itself: counters and alarms that name nobody. Written by the capture and analysis
// threads, read by the control thread; safe from any.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/enforce/gateway_inspector.hpp"
#include "edgewatch/enforce/mirror_inspector.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/pipeline/pipeline.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

struct SourceHealth {
  std::string name;
  std::uint64_t frames = 0;
  std::uint64_t lost_in_kernel = 0;
  std::uint64_t lost_in_queue = 0;
  std::vector<observe::Tally> tallies;
  std::string error;  ///< why it stopped; empty while it runs
};

/// One identity source: what came, and why not all of it was taken. Words of ours alone.
struct IdentityHealth {
  std::string name;
  std::uint64_t received = 0;
  std::uint64_t taken = 0;
  std::map<std::string, std::uint64_t, std::less<>> refused;  ///< by reason
  std::map<std::string, std::uint64_t, std::less<>> holds;    ///< of a lease file: what is in it now
  std::optional<Timestamp> last;                              ///< when something came
  std::string error;                                          ///< why it cannot be read; empty while it can
};

/// The gateway's own words, and the kernel's counters (packets).
struct GatewayHealth {
  bool nft_has_queue = false;
  std::uint64_t queued = 0;
  std::uint64_t unjudged = 0;  ///< let through by the kernel without a verdict of ours
  std::uint64_t refused = 0;
  std::uint64_t invalid = 0;
  std::uint64_t repaired = 0;      ///< how often our rules had to be put into the kernel again
  std::uint64_t cut = 0;           ///< connections under way that a change refused
  std::size_t closed = 0;          ///< clients and networks that wait for a verdict whatever happens
  std::size_t closed_nowhere = 0;  ///< people of whom that is asked and whose address nobody knows
  std::uint64_t unsent = 0;        ///< pages and answers that the machine's own rules or routes kept back
  std::uint32_t tracked = 0;       ///< connections in the kernel's tracker
  std::uint32_t tracked_most = 0;  ///< and how many there may be; 0 where it does not say
  enforce::InspectorCounts inspector;
};

/// From the kernel's stamp of a frame to our answer to it.
struct MirrorDelays {
  std::uint64_t count = 0;
  Duration sum{0};
  Duration longest{0};
};
struct MirrorHealth {
  std::string interface;
  enforce::MirrorCounts counts;
  MirrorDelays delays;
};

/// The zones that are kept for a resolver. Counts that name nobody.
struct ZonesHealth {
  std::string folder;
  std::optional<Timestamp> written;      ///< zones or map, last
  std::uint32_t serial = 0;              ///< of the last
  std::uint64_t names = 0;               ///< that everybody is refused, or excepted from that
  std::size_t zones_before = 0;          ///< for some clients
  std::size_t clients = 0;               ///< addresses and networks in the map
  std::optional<Timestamp> right_as_of;  ///< when the map last said what was known
  std::optional<Timestamp> reloaded;     ///< when the resolver was last made to read them
  std::string reload_trouble;            ///< of that time; empty where there was none
  std::chrono::milliseconds reload_took{0};
};

struct HealthReport {
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> last_event;
  std::optional<Timestamp> in_force_since;  ///< the stamp from which today's rules and lists judge
  std::vector<SourceHealth> sources;
  std::vector<IdentityHealth> identity;
  std::optional<GatewayHealth> gateway;  ///< none in another mode
  std::optional<MirrorHealth> mirror;    ///< none in another mode
  std::vector<pipeline::ServiceCount> services;
  std::optional<ZonesHealth> zones;           ///< none are kept: none
  observe::CauseTotals causes;                ///< of all sources, in coverage rows so far
  std::vector<observe::Tally> analysis;       ///< what the analysis side gave up
  std::map<std::string, std::string> alarms;  ///< by what they concern
  /// Addresses and computers that an alarm is about: for ICT alone, as they may lead to a person.
  std::vector<std::string> clocks_off;
};

class Health {
 public:
  template <class Change>
  void update(Change change) {
    const std::lock_guard lock(mutex_);
    change(report_);
  }
  [[nodiscard]] HealthReport report() const {
    const std::lock_guard lock(mutex_);
    return report_;
  }

 private:
  mutable std::mutex mutex_;
  HealthReport report_;
};

}  // namespace edgewatch::runtime
