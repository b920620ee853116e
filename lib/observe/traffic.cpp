// Which bytes count, second by second (TIME 2.1): L7 payload, each byte once, without the handshake.
#include "observer_impl.hpp"

#include <algorithm>

namespace edgewatch::observe {
namespace {

constexpr std::uint8_t finished_length = 80;  // the client's Finished and what comes with it
enum Phase : std::uint8_t { client_hello, server_flight, application };

/// A second ClientHello, which the server asked for (HelloRetryRequest, RFC 8446 section 4.1.4): alone, or
/// behind a change_cipher_spec record.
bool is_second_hello(Bytes payload) {
  constexpr std::size_t record_header = 5;
  constexpr std::uint8_t handshake = 22;
  constexpr std::uint8_t change_cipher_spec = 20;
  constexpr std::uint8_t hello = 1;
  if (payload.size() > record_header + 1 && payload[0] == change_cipher_spec) {
    payload = payload.subspan(record_header + 1);
  }
  return payload.size() > record_header && payload[0] == handshake && payload[record_header] == hello;
}

}  // namespace

void Observer::Impl::count_client(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t bytes,
                                  Bytes payload) {
  if (bytes == 0) return;
  switch (flow.shape) {
    case Shape::undecided:
      if (flow.pending_up == 0) flow.pending_at = at;
      flow.pending_up += bytes;
      return;
    case Shape::plain:
      add_to_second(index, flow, at, bytes, 0);
      return;
    case Shape::tls:
      break;
  }
  if (flow.phase == server_flight) {
    flow.phase = is_second_hello(payload) ? client_hello : application;
    flow.finished_allowance = finished_length;
  }
  if (flow.phase != application) return;
  const std::uint32_t ignored = std::min<std::uint32_t>(flow.finished_allowance, bytes);
  flow.finished_allowance = static_cast<std::uint8_t>(flow.finished_allowance - ignored);
  add_to_second(index, flow, at, bytes - ignored, 0);
}

void Observer::Impl::count_server(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t bytes) {
  if (bytes == 0) return;
  if (flow.shape == Shape::undecided) {
    // A server that speaks first is no TLS server. One that answers what we could not read is taken for one.
    decide_shape(index, flow, flow.pending_up == 0 ? Shape::plain : Shape::tls);
  }
  if (flow.shape == Shape::plain || flow.phase == application) {
    add_to_second(index, flow, at, 0, bytes);
  } else if (flow.phase == client_hello) {
    flow.phase = server_flight;
  }
}

void Observer::Impl::decide_shape(std::uint32_t index, Flow& flow, Shape shape) {
  if (flow.shape != Shape::undecided || shape == Shape::undecided) return;
  flow.shape = shape;
  if (shape == Shape::plain) add_to_second(index, flow, flow.pending_at, flow.pending_up, 0);
  flow.pending_up = 0;
}

/// A frame with a stamp from before the second in the making counts into that second: what is said once is
/// not said again.
void Observer::Impl::add_to_second(std::uint32_t index, Flow& flow, Timestamp at, std::uint32_t up,
                                   std::uint32_t down) {
  if (up == 0 && down == 0) return;
  OpenSecond& second = flow.second;
  if (second.open() && at >= second.over()) say_second(flow);
  if (!second.open()) {
    second.at = at;
    remember(open_seconds_, index, flow);
  }
  if (second.up == 0 && up != 0) second.at = at;
  second.up += up;
  second.down += down;
}

void Observer::Impl::say_second(Flow& flow) {
  if (!flow.second.open()) return;
  say_nameless(flow, flow.second.at);
  flow.told = true;
  model::FlowSecond out;
  out.at = flow.second.at;
  out.flow = flow.id;
  out.client = flow.client();
  out.up = flow.second.up;
  out.down = flow.second.down;
  events_.emplace_back(out);
  flow.second = OpenSecond{};
}

void Observer::Impl::say_seconds_before(Timestamp second) {
  for (const Appointment& entry : open_seconds_) {
    Flow& flow = flows_.at(entry.index);
    if (flow.id == entry.id && flow.second.at < second) say_second(flow);
  }
  open_seconds_.clear();
}

}  // namespace edgewatch::observe
