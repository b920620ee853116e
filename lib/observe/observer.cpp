#include "observer_impl.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::observe {
namespace {

Timestamp second_of(Timestamp at) { return std::chrono::floor<std::chrono::seconds>(at); }

std::size_t share(const ObserverOptions& options, std::size_t sixteenths) {
  return (std::max<std::size_t>(options.memory_mib, 1) << 20) / 16 * sixteenths;
}

wire::FragmentLimits fragment_limits(const ObserverOptions& options) {
  wire::FragmentLimits limits;
  limits.bytes = std::min(limits.bytes, share(options, 1));
  return limits;
}

}  // namespace

// Memory: ten sixteenths for flows, four for unfinished hellos and streams, one for fragments; the last is
// what drain() has not taken yet.
Observer::Impl::Impl(ObserverOptions options, std::vector<std::string> source_names)
    : options_(std::move(options)),
      decoder_(options_.hash_key, fragment_limits(options_)),
      flows_(options_.hash_key, share(options_, 10)),
      senders_(options_.hash_key),
      questions_(options_.hash_key, share(options_, 1) / 4),
      coverage_(std::move(source_names)),
      identity_(options_, share(options_, 1) / 4),
      held_limit_(share(options_, 4)) {}

void Observer::Impl::see(const net::Frame& frame) {
  advance(frame.at);
  ++coverage_.row(frame.source).seen;
  if (const Expected* expected = take_expected(frame); expected != nullptr) {
    seen_ = expected;
    see(expected->datagram);
    seen_ = nullptr;
    return;
  }
  const auto decoded = decoder_.decode(frame);
  if (!decoded) {
    refuse(decoded.error().kind, frame.source);
  } else if (*decoded != nullptr) {
    see(**decoded);
  }
}

void Observer::Impl::see(const wire::Datagram& datagram) {
  if (datagram.encapsulations != 0 && !may_speak(datagram)) {
    refuse(wire::Malformation::tunnel_end, datagram.source);
    tell(datagram, "tunnel", "refused: tunnel-end: who sent it is not one of [capture] tunnel_ends");
    return;
  }
  switch (datagram.transport) {
    case wire::Transport::tcp:
      see_tcp(datagram);
      break;
    case wire::Transport::udp:
      see_udp(datagram);
      break;
    case wire::Transport::icmpv6:
    case wire::Transport::arp:
      if (by_port_is_believed(datagram)) {
        see_identity(datagram);
      } else {
        static_cast<void>(see_unbelieved(datagram));
      }
      break;
    case wire::Transport::none:
      break;
  }
}

void Observer::Impl::explain_into(wire::Trace* trace) {
  trace_ = trace;
  decoder_.trace_into(trace);
}

void Observer::Impl::note(const wire::Datagram& datagram, std::string_view layer,
                          std::string_view what) const {
  trace_->note(layer, datagram.payload.first(0), std::string(what));
}

/// Why nobody is watched there: for whoever asks.
void Observer::Impl::tell_unwatched(const net::IpAddress& client, std::string_view why) {
  trace_->note("client", Bytes(), fmt::format("{} is {}: nothing of it is kept", client.to_string(), why));
}

/// Most of the time that a packet takes is waiting for memory: the flow table is larger than the caches. So
/// the packet is read a little earlier than it is due, and what it will ask for is asked for then.
void Observer::Impl::expect(const net::Frame& frame) {
  Expected& expected = expected_[next_expected_++ % expected_.size()];
  expected.frame = nullptr;
  if (!wire::read_plain(frame, expected.datagram)) return;
  expected.frame = &frame;
  const wire::Datagram& datagram = expected.datagram;
  senders_.expect(datagram);
  const bool dns = datagram.from.port == dns_port || datagram.to.port == dns_port;
  expected.has_key = !dns || datagram.transport == wire::Transport::tcp;
  if (expected.has_key) {
    expected.from_low = FlowKey::is_from_low(datagram);
    expected.key = FlowKey(datagram, expected.from_low);
    expected.hash = flows_.hash_of(expected.key);
    flows_.prefetch(expected.hash);
  }
  const Expected& nearer = expected_[(next_expected_ + expected_.size() / 2) % expected_.size()];
  if (nearer.frame != nullptr && nearer.has_key) flows_.prefetch_flow(nearer.hash);
}

Observer::Impl::Sought Observer::Impl::sought_of(const wire::Datagram& datagram) const {
  if (seen_ != nullptr && seen_->has_key && &seen_->datagram == &datagram)
    return {seen_->key, seen_->hash, seen_->from_low};
  Sought sought;
  sought.from_low = FlowKey::is_from_low(datagram);
  sought.key = FlowKey(datagram, sought.from_low);
  sought.hash = flows_.hash_of(sought.key);
  return sought;
}

const Observer::Impl::Expected* Observer::Impl::take_expected(const net::Frame& frame) {
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    Expected& expected = expected_[(next_expected_ + i) % expected_.size()];
    if (expected.frame != &frame) continue;
    expected.frame = nullptr;
    return &expected;
  }
  return nullptr;
}

void Observer::Impl::see(const net::FrameLoss& loss) {
  advance(loss.at);
  model::Coverage& row = coverage_.row(loss.source);
  row.lost_in_kernel += loss.lost_in_kernel;
  row.lost_in_queue += loss.lost_in_queue;
  events_.emplace_back(loss);
}

/// Everything that is due happens at a whole second, in one order, before anything of the new stamp: so it
/// makes no difference to the events whether a tick came in between.
void Observer::Impl::advance(Timestamp to) {
  if (started_ && to <= now_) return;
  if (started_ && to - now_second_ < 1s) {
    now_ = to;
    return;
  }
  const Timestamp second = second_of(to);
  if (!started_) {
    coverage_.set_minute(minute_of(to));
    now_second_ = second;
  }
  if (second != now_second_) {
    for (Timestamp due = next_due(); due <= second; due = next_due()) run_due(due);
    now_second_ = second;
    if (!coverage_.running()) coverage_.set_minute(minute_of(to));
  }
  started_ = true;
  now_ = to;
}

Timestamp Observer::Impl::next_due() const {
  Timestamp due = Timestamp::max();
  const auto consider = [&due](Timestamp at) { due = std::min(due, at); };
  if (!open_seconds_.empty()) consider(now_second_ + 1s);
  if (coverage_.running()) consider(coverage_.minute() + std::chrono::minutes(1));
  if (!unfinished_.empty()) consider(unfinished_.front().second + naming_patience);
  if (!unnamed_.empty()) consider(unnamed_.front().second + unnamed_after);
  for (std::size_t i = 0; i < static_cast<std::size_t>(Queue::count_); ++i) {
    const auto queue = static_cast<Queue>(i);
    const std::uint32_t oldest = flows_.oldest(queue);
    if (oldest != FlowTable::nothing) consider(flows_.at(oldest).touched + idle_limit(queue));
  }
  return due;
}

void Observer::Impl::run_due(Timestamp second) {
  now_second_ = second;
  if (!coverage_.running()) coverage_.set_minute(minute_of(second));
  say_seconds_before(second);
  while (!unfinished_.empty() && unfinished_.front().second + naming_patience <= second) {
    const Appointment due = unfinished_.front();
    unfinished_.pop_front();
    Flow& flow = flows_.at(due.index);
    if (flow.id == due.id && flow.naming && flow.naming->unfinished()) lose_patience(due.index, flow);
  }
  while (!unnamed_.empty() && unnamed_.front().second + unnamed_after <= second) {
    const Appointment due = unnamed_.front();
    unnamed_.pop_front();
    if (flows_.at(due.index).id == due.id) count_if_unnamed(flows_.at(due.index));
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Queue::count_); ++i) {
    expire_queue(static_cast<Queue>(i), second);
  }
  if (coverage_.running() && coverage_.minute() + std::chrono::minutes(1) <= second) {
    for (model::Coverage& row : coverage_.take()) events_.emplace_back(std::move(row));
  }
  if (!coverage_.running()) coverage_.set_minute(minute_of(second));
}

void Observer::Impl::expire_queue(Queue queue, Timestamp second) {
  for (std::uint32_t index = flows_.oldest(queue); index != FlowTable::nothing;
       index = flows_.oldest(queue)) {
    if (flows_.at(index).touched + idle_limit(queue) > second) return;
    flows_.prefetch_newer(index);
    end_flow(index, second);
  }
}

void Observer::Impl::finish() {
  say_seconds_before(Timestamp::max());
  for (std::size_t i = 0; i < static_cast<std::size_t>(Queue::count_); ++i) {
    const auto queue = static_cast<Queue>(i);
    for (std::uint32_t index = flows_.oldest(queue); index != FlowTable::nothing;
         index = flows_.oldest(queue)) {
      flows_.prefetch_newer(index);
      end_flow(index, flows_.at(index).last);
    }
  }
  for (model::Coverage& row : coverage_.take()) events_.emplace_back(std::move(row));
  unfinished_.clear();
  unnamed_.clear();
}

void Observer::Impl::drain(std::vector<model::Event>& events) { events_.swap(events); }

void Observer::Impl::refuse(wire::Malformation kind, std::uint16_t source) {
  ++refused_[static_cast<std::size_t>(kind)];
  ++coverage_.row(source).refused;
}

bool Observer::Impl::may_speak(const wire::Datagram& datagram) const {
  return options_.inside.empty() || net::contains(options_.tunnel_ends, datagram.tunnel_end);
}

bool Observer::Impl::is_watched(const net::IpAddress& client) {
  if (!options_.exclude.empty() && net::contains(options_.exclude, client)) {
    ++excluded_frames_;
    if (trace_ != nullptr) [[unlikely]]
      tell_unwatched(client, "excluded");
    return false;
  }
  if (!options_.inside.empty() && !net::contains(options_.inside, client)) {
    ++outside_frames_;
    if (trace_ != nullptr) [[unlikely]]
      tell_unwatched(client, "not inside");
    return false;
  }
  return true;
}

bool Observer::Impl::may_be_client(const net::IpAddress& address) const {
  return observe::may_be_client(options_, address);
}

std::vector<Tally> Observer::Impl::tallies() const {
  std::vector<Tally> out;
  const auto add = [&out](std::string_view name, std::uint64_t count) {
    if (count != 0) out.push_back({std::string(name), count});
  };
  for (std::size_t i = 0; i < refused_.size(); ++i)
    add(to_string(static_cast<wire::Malformation>(i)), refused_[i]);
  add("answer-elsewhere", answers_elsewhere_);
  add("evicted-flow", evicted_flows_);
  add("evicted-fragment", decoder_.fragments().evicted());
  add("evicted-hello", evicted_hellos_);
  add("evicted-identity", identity_.evicted());
  add("evicted-question", questions_.evicted());
  add("evicted-sender", senders_.evicted());
  add("excluded-frame", excluded_frames_);
  add("foreign-ticket", identity_.foreign_tickets());
  add("odd-name", odd_names_);
  add("one-sided-flow", one_sided_flows_);
  add("outside-frame", outside_frames_);
  add("shared-ports", shared_ports_);
  add("unacknowledged-name", unacknowledged_names_);
  std::ranges::sort(out, {}, &Tally::name);
  return out;
}

Observer::Observer(ObserverOptions options, std::vector<std::string> source_names)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(source_names))) {}
Observer::~Observer() = default;
void Observer::see(const net::Frame& frame) { impl_->see(frame); }
void Observer::expect(const net::Frame& frame) { impl_->expect(frame); }
void Observer::see(const net::FrameLoss& loss) { impl_->see(loss); }
void Observer::explain_into(wire::Trace* trace) { impl_->explain_into(trace); }
void Observer::tick(Timestamp at) { impl_->advance(at); }
void Observer::finish() { impl_->finish(); }
std::size_t Observer::pending() const { return impl_->pending(); }
std::vector<model::Event> Observer::drain() {
  std::vector<model::Event> events;
  impl_->drain(events);
  return events;
}
void Observer::drain(std::vector<model::Event>& events) { impl_->drain(events); }
std::vector<Tally> Observer::tallies() const { return impl_->tallies(); }

}  // namespace edgewatch::observe
