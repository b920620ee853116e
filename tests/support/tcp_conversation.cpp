#include "support/tcp_conversation.hpp"

#include <algorithm>
#include <deque>
#include <optional>

namespace edgewatch::support {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration client_turn =
    microseconds(200);  // from a packet that passes the tap to the client's answer passing it
constexpr Duration delayed_ack = milliseconds(40);
constexpr std::uint8_t client_hops = 128;  // as Windows sends
constexpr std::uint8_t server_hops = 54;

constexpr std::size_t index(Side side) { return side == Side::client ? 0 : 1; }
constexpr Side other(Side side) { return side == Side::client ? Side::server : Side::client; }

Buffer syn_options() {  // MSS 1460, window scale 8, SACK permitted
  return {2, 4, 0x05, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2};
}

}  // namespace

std::uint64_t TcpConversation::Planned::end() const {
  return sequence + length + ((flags & (TcpFlag::syn | TcpFlag::fin)) != 0 ? 1 : 0);
}

/// Walks the plan in order of time, keeps what each side has received, and puts the pure ACKs between.
class TcpConversation::Recorder {
 public:
  Recorder(const TcpConversation& conversation, Recording& recording)
      : tcp_(conversation), recording_(recording) {}

  void run() {
    std::vector<const Planned*> order;
    order.reserve(tcp_.planned_.size());
    for (const Planned& planned : tcp_.planned_) order.push_back(&planned);
    std::stable_sort(order.begin(), order.end(),
                     [](const Planned* a, const Planned* b) { return a->at < b->at; });
    for (const Planned* planned : order) {
      acknowledge_until(planned->at);
      emit(*planned);
    }
    acknowledge_until(Timestamp::max());
  }

 private:
  struct Arrival {
    Timestamp answerable;
    std::uint64_t end = 0;
  };
  struct Receiver {
    std::deque<Arrival> arrivals;
    std::uint64_t received = 0;      ///< what an ACK sent now would say
    std::uint64_t acknowledged = 0;  ///< what the last packet sent said
    std::uint64_t expected = 0;      ///< end of everything that has passed the tap
    std::size_t segments = 0;        ///< since the last acknowledgement
    std::optional<Timestamp> due;
    std::uint16_t packets = 0;
  };

  Duration turn(Side side) const { return side == Side::client ? client_turn : tcp_.path_.round_trip; }

  void acknowledge_until(Timestamp now) {
    while (true) {
      const Receiver& client = receivers_[0];
      const Receiver& server = receivers_[1];
      const bool client_first = client.due && (!server.due || *client.due <= *server.due);
      const Side side = client_first ? Side::client : Side::server;
      const std::optional<Timestamp> due = receivers_[index(side)].due;
      if (!due || *due >= now) return;
      Planned ack;
      ack.at = *due;
      ack.side = side;
      ack.flags = TcpFlag::ack;
      ack.sequence = sent_[index(side)];
      emit(ack);
    }
  }

  void emit(const Planned& planned) {
    Receiver& receiver = receivers_[index(planned.side)];
    while (!receiver.arrivals.empty() && receiver.arrivals.front().answerable <= planned.at) {
      receiver.received = receiver.arrivals.front().end;
      receiver.arrivals.pop_front();
    }
    receiver.acknowledged = receiver.received;
    receiver.segments = 0;
    receiver.due.reset();
    if (!receiver.arrivals.empty()) receiver.due = receiver.arrivals.back().answerable + delayed_ack;
    write(planned, receiver);
    sent_[index(planned.side)] = std::max(sent_[index(planned.side)], planned.end());
    if (planned.end() > planned.sequence) arrive(planned);
    if ((planned.flags & TcpFlag::rst) != 0)
      for (Receiver& silent : receivers_) silent.due.reset();
  }

  void arrive(const Planned& planned) {
    const Side to = other(planned.side);
    Receiver& receiver = receivers_[index(to)];
    const Timestamp answerable = planned.at + turn(to);
    receiver.arrivals.push_back(Arrival{answerable, planned.end()});
    // A SYN is answered by what is planned; a FIN at once.
    if ((planned.flags & TcpFlag::syn) != 0) return;
    receiver.segments += std::max<std::size_t>(1, (planned.length + mss - 1) / mss);
    const bool at_once = receiver.segments >= 2 || (planned.flags & TcpFlag::fin) != 0;
    const Timestamp due = at_once ? answerable : answerable + delayed_ack;
    if (!receiver.due || due < *receiver.due) receiver.due = due;
  }

  void write(const Planned& planned, Receiver& receiver) {
    const bool from_client = planned.side == Side::client;
    const std::size_t own = index(planned.side);
    TcpFields fields;
    fields.sequence = tcp_.first_sequence_[own] + static_cast<std::uint32_t>(planned.sequence);
    fields.flags = planned.flags;
    if ((planned.flags & TcpFlag::ack) != 0)
      fields.acknowledgement =
          tcp_.first_sequence_[index(other(planned.side))] + static_cast<std::uint32_t>(receiver.received);
    fields.window = from_client ? 1026 : 501;
    if ((planned.flags & TcpFlag::syn) != 0) {
      fields.window = 64240;
      fields.options = syn_options();
    }
    IpFields ip;
    ip.hop_limit = from_client ? client_hops : server_hops;
    ip.id = static_cast<std::uint16_t>(tcp_.first_ip_id_[own] + receiver.packets++);
    const CutPayload payload{Bytes(tcp_.kept_).subspan(planned.kept_at, planned.kept), planned.length,
                             planned.sum};
    const Path& path = tcp_.path_;
    recording_.add(planned.at,
                   from_client
                       ? tcp_frame(path.link, path.client, path.server, fields, payload, ip)
                       : tcp_frame(reversed(path.link), path.server, path.client, fields, payload, ip));
  }

  const TcpConversation& tcp_;
  Recording& recording_;
  std::array<Receiver, 2> receivers_;
  std::array<std::uint64_t, 2> sent_{};
};

TcpConversation::TcpConversation(Path path, Random random) : path_(std::move(path)) {
  for (std::uint32_t& sequence : first_sequence_) sequence = static_cast<std::uint32_t>(random.next());
  for (std::uint16_t& id : first_ip_id_) id = static_cast<std::uint16_t>(random.next());
}

Timestamp TcpConversation::open(Timestamp at) {
  plan(Side::client, at, TcpFlag::syn, {}, Keep::whole);
  plan(Side::server, at + path_.round_trip, TcpFlag::syn | TcpFlag::ack, {}, Keep::whole);
  return plan(Side::client, at + path_.round_trip + client_turn, TcpFlag::ack, {}, Keep::whole);
}

Timestamp TcpConversation::send(Side side, Timestamp at, Bytes stream, Keep keep) {
  // What is kept whole is what readers reassemble: always in plain segments.
  const std::size_t most = keep == Keep::whole ? mss : mss * path_.segments_per_packet;
  Timestamp last = std::max(at, free_at_[index(side)]);
  while (!stream.empty()) {
    const Bytes part = stream.first(std::min(most, stream.size()));
    stream = stream.subspan(part.size());
    const bool end = stream.empty();
    last = plan(side, last, end ? TcpFlag::ack | TcpFlag::psh : TcpFlag::ack, part, keep);
    last += microseconds(1 + part.size() * 1000 / path_.bytes_per_millisecond);
  }
  free_at_[index(side)] = last;
  return last;
}

Timestamp TcpConversation::close(Side side, Timestamp at) {
  const Timestamp first =
      plan(side, std::max(at, free_at_[index(side)]), TcpFlag::fin | TcpFlag::ack, {}, Keep::whole);
  const Duration answer = side == Side::client ? path_.round_trip : client_turn;
  const Timestamp reply = std::max(first + answer, free_at_[index(other(side))]);
  plan(other(side), reply, TcpFlag::fin | TcpFlag::ack, {}, Keep::whole);
  return reply + path_.round_trip;
}

void TcpConversation::reset(Side side, Timestamp at) {
  plan(side, std::max(at, free_at_[index(side)]), TcpFlag::rst | TcpFlag::ack, {}, Keep::whole);
}

void TcpConversation::record(Recording& recording) const { Recorder(*this, recording).run(); }

Timestamp TcpConversation::plan(Side side, Timestamp at, std::uint8_t flags, Bytes payload, Keep keep) {
  Planned planned;
  planned.at = at;
  planned.side = side;
  planned.flags = flags;
  planned.sequence = next_sequence_[index(side)];
  planned.length = payload.size();
  planned.sum = internet_sum(payload);
  planned.kept_at = kept_.size();
  planned.kept = kept_of(payload.size(), keep);
  append(kept_, payload.first(planned.kept));
  next_sequence_[index(side)] = planned.end();
  planned_.push_back(planned);
  free_at_[index(side)] = std::max(free_at_[index(side)], at);
  return at;
}

std::size_t TcpConversation::kept_of(std::size_t length, Keep keep) const {
  if (keep == Keep::whole || path_.snap_length == 0) return length;
  const std::size_t headers =
      14 + 4 * path_.link.vlans.size() + (path_.client.address.is_v4() ? 20 : 40) + 20;
  return std::min(length, path_.snap_length - std::min(path_.snap_length, headers));
}

}  // namespace edgewatch::support
