#include "gateway_memory.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace edgewatch::enforce {
namespace {

/// No hello and no request head that we read is longer.
constexpr std::size_t most_opening = std::size_t{32} * 1024;
/// A connection that has said nothing for so long has no verdict to wait for, and no server waits longer for
/// the rest of a hello.
constexpr std::chrono::seconds silent{120};
/// How far from its beginning a segment may stand to belong to an opening.
constexpr std::uint32_t reach = 65536;
constexpr std::size_t most_residual = 65536;

using Words = std::array<std::uint64_t, 7>;

void put(Words& words, std::size_t at, const net::IpAddress& address) {
  const Bytes bytes = address.bytes();
  std::memcpy(&words[at], bytes.data(), bytes.size());
}

}  // namespace

std::size_t KeyHash::operator()(const Key& flow) const {
  Words words{};
  put(words, 0, flow.client.address);
  put(words, 2, flow.server.address);
  words[4] = std::uint64_t{flow.client.port} << 32U | std::uint64_t{flow.server.port} << 8U |
             static_cast<std::uint64_t>(flow.transport);
  return siphash_words(key, words);
}

std::size_t KeyHash::operator()(const Place& place) const {
  Words words{};
  put(words, 0, place.client);
  put(words, 2, place.server.address);
  words[4] = place.server.port;
  return siphash_words(key, words);
}

Stream::Stream(std::uint32_t sequence, wire::Anchor kind)
    : first(sequence), from_syn(kind == wire::Anchor::syn), pieces(most_opening) {
  pieces.anchor(first, kind);
}

bool is_near(std::uint32_t first, std::uint32_t sequence) {
  return sequence - first < reach || first - sequence < reach;
}

GatewayMemory::GatewayMemory(const InspectorOptions& options)
    : most_flows_(options.flows),
      most_bytes_(options.memory_bytes),
      most_known_(options.known),
      residual_time_(options.residual),
      flows_(KeyHash{options.hash_key}),
      known_(KeyHash{options.hash_key}),
      over_(KeyHash{options.hash_key}),
      held_back_(KeyHash{options.hash_key}),
      refused_quic_(KeyHash{options.hash_key}),
      residual_(KeyHash{options.hash_key}),
      cut_(KeyHash{options.hash_key}) {}

Flow& GatewayMemory::flow_of(const Key& key, Timestamp at) {
  Flow* flow = flows_.find(key);
  if (flow == nullptr) {
    while (flows_.size() > 0 && flows_.size() >= most_flows_) evict();
    flow = &flows_.put(key, Flow{});
  } else {
    flows_.renew(key);
  }
  flow->last = at;
  return *flow;
}

void GatewayMemory::forget(const Key& key) {
  if (const Flow* flow = flows_.find(key)) held_ -= flow->held;
  flows_.erase(key);
}

void GatewayMemory::evict() {
  ++evicted_;
  const Key key = flows_.oldest().first;
  const Flow& flow = flows_.oldest().second;
  // Who fills our memory may have it half filled with his own hello: its rest does not pass for something
  // else.
  for (const Stream& stream : flow.streams) {
    if (stream.from_syn && stream.pieces.held() > 0) remember_over(key, flow.last, stream.first);
  }
  if (!flow.quic.empty()) remember_over(key, flow.last, {});
  forget(key);
}

void GatewayMemory::note_held(Flow& flow) {
  std::size_t now = flow.quic.held();
  for (const Stream& stream : flow.streams) now += stream.pieces.held();
  held_ = held_ - flow.held + now;
  flow.held = now;
}

void GatewayMemory::keep_within_memory() {
  while (held_ > most_bytes_ && flows_.size() > 1) evict();
}

void GatewayMemory::remember(const Key& key, const Known& known) {
  known_.put(key, known);
  while (known_.size() > most_known_) known_.drop_oldest();
}

void GatewayMemory::remember_over(const Key& key, Timestamp at, std::optional<std::uint32_t> first) {
  over_.put(key, {at + silent, first});
  while (over_.size() > most_known_) over_.drop_oldest();
}

const Refused* GatewayMemory::over(const Key& key, Timestamp at) {
  const Refused* found = over_.find(key);
  return found != nullptr && found->until > at ? found : nullptr;
}

bool GatewayMemory::remember_refused_quic(const Key& key, Timestamp at, const QuicId& id,
                                          const Known& refused) {
  constexpr std::size_t most_connections = 8;
  const RefusedQuic* before = refused_quic(key, at);
  RefusedQuic now = before != nullptr ? *before : RefusedQuic{};
  now.until = at + silent;
  if (!now.has(id)) now.connections.emplace_back(id, refused);
  if (now.connections.size() > most_connections) return false;
  refused_quic_.put(key, std::move(now));
  while (refused_quic_.size() > most_known_) refused_quic_.drop_oldest();
  return true;
}

const RefusedQuic* GatewayMemory::refused_quic(const Key& key, Timestamp at) {
  const RefusedQuic* found = refused_quic_.find(key);
  return found != nullptr && found->until > at ? found : nullptr;
}

void GatewayMemory::remember_held_back(const Key& key, const Known& refused) {
  held_back_.put(key, refused);
  while (held_back_.size() > most_known_) held_back_.drop_oldest();
}

void GatewayMemory::remember_refusal(const Place& place, Timestamp at, const Known& refused) {
  residual_.put(place, {at + residual_time_, refused});
  while (residual_.size() > most_residual) residual_.drop_oldest();
}

const Known* GatewayMemory::was_refused(const Place& place, Timestamp at) {
  const Residual* found = residual_.find(place);
  return found != nullptr && found->until > at ? &found->refused : nullptr;
}

bool GatewayMemory::was_cut(const Place& place, Timestamp at) {
  const Timestamp* until = cut_.find(place);
  return until != nullptr && *until > at;
}

void GatewayMemory::forget_silent(Timestamp at) {
  while (flows_.size() > 0 && flows_.oldest().second.last + silent < at) forget(Key(flows_.oldest().first));
  while (residual_.size() > 0 && residual_.oldest().second.until <= at) residual_.drop_oldest();
  while (refused_quic_.size() > 0 && refused_quic_.oldest().second.until <= at) refused_quic_.drop_oldest();
  while (cut_.size() > 0 && cut_.oldest().second <= at) cut_.drop_oldest();
  while (over_.size() > 0 && over_.oldest().second.until <= at) over_.drop_oldest();
}

}  // namespace edgewatch::enforce
