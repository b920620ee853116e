// Names: what is kept to find them, within a budget; claimed when the client's bytes say them, acknowledged
// when the server has had those bytes.
#include "observer_impl.hpp"

#include <algorithm>

namespace edgewatch::observe {

Naming& Observer::Impl::naming_of(std::uint32_t index, Flow& flow) {
  if (flow.naming) return *flow.naming;
  flow.naming = std::make_unique<Naming>();
  flow.naming->older = newest_naming_;
  flow.naming->newer = FlowTable::nothing;
  (newest_naming_ == FlowTable::nothing ? oldest_naming_ : flows_.at(newest_naming_).naming->newer) = index;
  newest_naming_ = index;
  return *flow.naming;
}

/// Brings the sum up to date, and the sum within its limit.
void Observer::Impl::note_held(Flow& flow) {
  const std::size_t held = flow.naming ? flow.naming->held() : 0;
  held_ += held;
  held_ -= flow.held;
  flow.held = static_cast<std::uint32_t>(held);
  while (held_ > held_limit_ && oldest_naming_ != FlowTable::nothing) {
    const std::uint32_t oldest = oldest_naming_;
    evict_naming(oldest, flows_.at(oldest));
  }
}

void Observer::Impl::note_unfinished(std::uint32_t index, const Flow& flow) {
  remember(unfinished_, index, flow);
}

void Observer::Impl::forget_naming(Flow& flow) {
  if (!flow.naming) return;
  const Naming& naming = *flow.naming;
  unacknowledged_names_ += static_cast<std::uint64_t>(
      std::ranges::count_if(naming.unacknowledged, [](const Named& named) { return !named.host.is_root(); }));
  (naming.older == FlowTable::nothing ? oldest_naming_ : flows_.at(naming.older).naming->newer) =
      naming.newer;
  (naming.newer == FlowTable::nothing ? newest_naming_ : flows_.at(naming.newer).naming->older) =
      naming.older;
  flow.naming.reset();
  held_ -= flow.held;
  flow.held = 0;
}

void Observer::Impl::evict_naming(std::uint32_t index, Flow& flow) {
  ++evicted_hellos_;
  forget_naming(flow);
  flow.hello_over = true;
  decide_shape(index, flow, Shape::tls);  // the wary choice: a handshake is not counted
}

/// What has not come by now will not come; what may begin later still may.
void Observer::Impl::lose_patience(std::uint32_t index, Flow& flow) {
  if (!flow.naming->opening) {
    const auto& hello = flow.naming->quic[flow.client_is_low ? 0 : 1];
    const bool answered = flow.hello_over && hello && hello->server_id();
    if (answered && now_second_ - flow.begun < unnamed_after) {
      note_unfinished(index, flow);  // the client has not said much yet
    } else if (flow.hello_over) {
      forget_naming(flow);  // the name was found, and nobody answered
    } else {
      evict_naming(index, flow);
    }
    return;
  }
  evicted_hellos_ += flow.naming->opening->settle() ? 1 : 0;
  decide_shape(index, flow, flow.naming->opening->shape());
  note_held(flow);
}

void Observer::Impl::claim(Flow& flow, Naming& naming, Named named, Timestamp at) {
  const bool has_name = named.evidence != model::NameEvidence::none;
  odd_names_ += has_name && !named.host.is_matchable() ? 1 : 0;
  if (has_name && options_.claims) say(flow, named, model::Confirmation::claimed, at);
  if (!flow.disputed) naming.unacknowledged.push_back(std::move(named));
}

/// A forged copy of the bytes that gave a name, before or after the true one: it cannot be told which is
/// which, so neither is believed (ENFORCEMENT A5 row 23).
void Observer::Impl::dispute(Flow& flow, std::uint16_t source) {
  refuse(wire::Malformation::stream_overlap, source);
  flow.disputed = true;
  if (!flow.naming) return;
  unacknowledged_names_ += flow.naming->unacknowledged.size();
  flow.naming->unacknowledged.clear();
}

/// Both sides have spoken and there is no name, and none is in the making: so that one may be looked for
/// elsewhere.
void Observer::Impl::say_nameless(Flow& flow, Timestamp at) {
  if (flow.named || flow.nameless || flow.disputed || flow.bytes_up == 0 || flow.bytes_down == 0) return;
  if (flow.naming && (flow.naming->unfinished() || !flow.naming->unacknowledged.empty())) return;
  flow.nameless = true;
  say(flow, Named{}, model::Confirmation::acknowledged, at);
}

/// Says which names the server has had, by what it acknowledged (TCP) or because the client heard its answer
/// (QUIC).
void Observer::Impl::confirm(Flow& flow, Timestamp at) {
  if (!flow.naming || flow.naming->unacknowledged.empty()) return;
  auto& waiting = flow.naming->unacknowledged;
  const auto is_waiting = [&flow](const Named& named) {
    return flow.protocol != Protocol::quic &&
           (!flow.has_acknowledged || precedes(flow.acknowledged, named.acknowledged_at));
  };
  auto left = waiting.begin();
  for (auto named = waiting.begin(); named != waiting.end(); ++named) {
    if (is_waiting(*named)) {
      if (left != named) *left = std::move(*named);
      ++left;
      continue;
    }
    const bool has_name = named->evidence != model::NameEvidence::none;
    if (has_name && !flow.named) ++coverage_.row(flow.source).named;
    if (has_name) flow.named = true;
    if (!has_name) flow.nameless = true;
    say(flow, std::move(*named), model::Confirmation::acknowledged, at);
  }
  if (left != waiting.end() && flow.tunnel == Tunnel::doq) say_tunnel(flow, at);
  waiting.erase(left, waiting.end());
}

void Observer::Impl::say(Flow& flow, Named named, model::Confirmation confirmation, Timestamp at) {
  flow.told = true;
  model::Sighting sighting;
  sighting.at = at;
  sighting.flow = flow.id;
  sighting.client = flow.client();
  sighting.host = std::move(named.host);
  sighting.evidence = named.evidence;
  sighting.confirmation = confirmation;
  sighting.hidden = named.hidden;
  sighting.begun = flow.sure || (flow.protocol == Protocol::quic && flow.hello_over);
  sighting.source = flow.source;
  sighting.server = flow.server_end();
  sighting.bytes_up = flow.bytes_up;
  sighting.bytes_down = flow.bytes_down;
  sighting.packets = flow.packets;
  events_.emplace_back(std::move(sighting));
}

}  // namespace edgewatch::observe
