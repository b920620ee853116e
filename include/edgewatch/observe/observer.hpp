// From frames to what was seen: the sensor side's one entrance. Owns the flow table and all partial messages,
// in bounded memory. One Observer belongs to one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/model/event.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/frame.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace edgewatch::wire {
class Trace;
}

namespace edgewatch::observe {

/// An access server whose RADIUS accounting is believed. The secret is never printed.
struct RadiusClient {
  net::IpAddress address;
  std::string secret;
};

struct ObserverOptions {
  net::NetworkSet
      inside;  ///< who may be a client; empty: whoever opens a flow is its client (files, `inspect`)
  net::NetworkSet exclude;  ///< clients counted and dropped before any name is read
  std::size_t memory_mib = 64;
  HashKey hash_key;  ///< random when live; fixed in a replay, whose bytes must repeat
  std::vector<RadiusClient> radius_clients{};
  /// Who may say in a tunnel what others said: routers, mirrors, access controllers. Whoever can send a
  /// packet can write anybody's address into a tunnel. Not asked where `inside` is empty.
  net::NetworkSet tunnel_ends{};
  /// Whether names are said too that nobody has confirmed, DNS questions among them: for looking at captures.
  bool claims = true;
  /// Whether a packet whose checksum fails, though its sender's others hold, is always kept out of its flow.
  /// Where not, that is so of what names something by itself and of what begins or ends a connection; the
  /// rest may be pieces of a hello, for whoever wants all that bytes say.
  bool judge_checksums = true;
  /// Where several observers share the work: this one's number and how many there are, so that their flow
  /// numbers differ.
  std::uint32_t shard = 0;
  std::uint32_t shards = 1;
};

/// How many of each named refusal and eviction.
struct Tally {
  std::string name;
  std::uint64_t count = 0;
};

class Observer {
 public:
  /// `source_names[i]` is the name of source i, for coverage rows.
  Observer(ObserverOptions options, std::vector<std::string> source_names);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void see(const net::Frame& frame);
  /// The frame will be seen soon, after a few others: brings what it concerns into the caches. It must then
  /// be seen where it stands now in memory. Changes no answer.
  void expect(const net::Frame& frame);
  void see(const net::FrameLoss& loss);
  /// Logical time moves on without a frame: closes seconds, flows and coverage minutes that are due. Never
  /// changes an answer.
  void tick(Timestamp at);
  /// End of input: closes everything.
  void finish();
  /// The events since the last call, in order. Deterministic: the same frames give the same events.
  [[nodiscard]] std::vector<model::Event> drain();
  /// The same into a list whose memory is used again; what it held goes.
  void drain(std::vector<model::Event>& events);
  /// How many events wait for drain().
  [[nodiscard]] std::size_t pending() const;
  /// Malformations, evictions and excluded frames so far, by name, zeros left out, in byte order of the name.
  [[nodiscard]] std::vector<Tally> tallies() const;
  /// From the next frame on, each of its layers, what is made of it and why are noted in `trace`, which the
  /// next frame clears; a null pointer ends it. The trace must live as long. Changes no answer.
  void explain_into(wire::Trace* trace);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::observe
