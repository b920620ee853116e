// How flows begin and end, and which of the two ends is the client.
#include "observer_impl.hpp"

#include <algorithm>

namespace edgewatch::observe {
namespace {

constexpr std::uint16_t first_unprivileged_port = 1024;

bool is_well_known(std::uint16_t port) { return port < first_unprivileged_port; }

}  // namespace

/// The client is who sent the SYN. Where none was seen: who sends what only a client sends (`opens`); else
/// the end whose port is not well known; else the only one that is inside; else the sender of the first
/// packet.
Observer::Impl::Sides Observer::Impl::sides_of(const wire::Datagram& datagram, bool opens) const {
  const auto& tcp = datagram.tcp;
  if (datagram.transport == wire::Transport::tcp && tcp.syn) return {!tcp.ack, true};
  if (opens) return {true, false};
  const bool from_known = is_well_known(datagram.from.port);
  if (from_known != is_well_known(datagram.to.port)) return {!from_known, false};
  if (!options_.inside.empty()) {
    const bool from_inside = net::contains(options_.inside, datagram.from.address);
    if (from_inside != net::contains(options_.inside, datagram.to.address)) return {from_inside, false};
  }
  return {true, false};
}

/// A new flow, or `nothing` where its client is not to be watched.
std::uint32_t Observer::Impl::open_flow(const wire::Datagram& datagram, const FlowKey& key,
                                        std::uint32_t hash, Sides sides) {
  const bool from_low = FlowKey::is_from_low(datagram);
  if (flows_.full()) make_room();
  const std::uint32_t index = flows_.insert(key, hash, now_second_);
  Flow& flow = flows_.at(index);
  flow.id = ++last_flow_ * options_.shards + options_.shard;
  flow.begun = datagram.at;
  flow.client_is_low = sides.client_sent == from_low;
  flow.sure = sides.sure;
  flow.source = datagram.source;
  flow.vlan = datagram.vlan;
  return index;
}

void Observer::Impl::note_packet(std::uint32_t index, Flow& flow, const wire::Datagram& datagram,
                                 bool from_client) {
  ++flow.packets;
  flow.last = std::max(flow.last, datagram.at);
  (from_client ? flow.bytes_up : flow.bytes_down) += datagram.payload_length;
  if (!flow.has_mac) {
    const auto& mac = from_client ? datagram.source_mac : datagram.destination_mac;
    if (mac) {
      std::ranges::copy(mac->bytes(), flow.mac.begin());
      flow.has_mac = true;
    }
  }
  if (flow.queue == Queue::opening && flow.bytes_up != 0 && flow.bytes_down != 0) {
    const bool tcp = flow.protocol == Protocol::tcp || flow.protocol == Protocol::dns_over_tcp;
    flows_.touch(index, tcp ? Queue::tcp : Queue::udp, now_second_);
    if (flow.server_end().port == https_port && !flow.named) remember(unnamed_, index, flow);
  } else if (flow.touched != now_second_ && flow.queue != Queue::closed) {
    flows_.touch(index, flow.queue, now_second_);
  }
}

/// What is over goes first, then what one side alone has spoken on, then what is cheapest to lose.
void Observer::Impl::make_room() {
  for (const Queue queue : {Queue::closed, Queue::opening, Queue::udp, Queue::tcp}) {
    const std::uint32_t oldest = flows_.oldest(queue);
    if (oldest == FlowTable::nothing) continue;
    evicted_flows_ += queue == Queue::closed ? 0 : 1;
    end_flow(oldest, now_);
    return;
  }
}

void Observer::Impl::count_if_unnamed(Flow& flow) {
  const bool counts = flow.server_end().port == https_port && flow.bytes_up != 0 && flow.bytes_down != 0;
  if (!counts || flow.named || flow.counted_unnamed) return;
  flow.counted_unnamed = true;
  ++coverage_.row(flow.source).unnamed_other;
}

void Observer::Impl::say_end(Flow& flow, Timestamp at) {
  if (flow.closed || flow.protocol == Protocol::dns_over_tcp) return;
  flow.closed = true;
  say_second(flow);
  count_if_unnamed(flow);
  const bool both_speak = flow.protocol == Protocol::tcp || flow.server_end().port == https_port;
  const bool one_speaks = (flow.bytes_up == 0) != (flow.bytes_down == 0);
  if (both_speak && one_speaks && !flow.named) ++one_sided_flows_;
  if (flow.told) events_.emplace_back(model::FlowEnd{at, flow.id});
}

/// Over, but remembered for a while.
void Observer::Impl::close_flow(std::uint32_t index, Flow& flow, Timestamp at) {
  if (flow.queue == Queue::closed) return;
  say_end(flow, at);
  if (flow.protocol != Protocol::dns_over_tcp) forget_naming(flow);
  flows_.touch(index, Queue::closed, now_second_);
}

void Observer::Impl::end_flow(std::uint32_t index, Timestamp at) {
  Flow& flow = flows_.at(index);
  say_end(flow, at);
  forget_naming(flow);
  flows_.remove(index);
}

}  // namespace edgewatch::observe
