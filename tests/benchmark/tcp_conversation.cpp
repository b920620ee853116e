#include "conversations.hpp"
#include "support/http.hpp"
#include "support/tls.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::benchmark {
namespace {

using support::TcpFlag;
using namespace std::chrono_literals;

constexpr std::size_t largest_v4 = 1460;  // what an Ethernet frame carries
constexpr std::size_t largest_v6 = 1440;
constexpr std::size_t segments_a_record = 11;  // records end where segments do, as servers size them
constexpr std::size_t segments_a_burst = 20;
constexpr Duration client_delay = 400us;
constexpr Duration segment_time = 12us;  // a full segment on a gigabit link
constexpr std::uint16_t sniffed_window = 64240;

support::Buffer syn_options() { return {2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2}; }

support::Buffer small_record(support::Random& random, std::size_t low, std::size_t high) {
  return support::encrypted_records(random.between(low, high), random);
}

}  // namespace

TcpConversation::TcpConversation(Stage& stage, const Cast& cast, const Content& content,
                                 const Mishaps& mishaps)
    : stage_(stage),
      rtt_(cast.rtt),
      wait_(content.wait),
      http_(content.http),
      segment_(cast.v6 ? largest_v6 : largest_v4),
      segment_sent_again_(mishaps.segment_sent_again),
      full_segments_(content.full_segments) {
  const Client who = client(cast.client);
  const std::uint16_t port = content.http ? 80 : 443;
  ends_ = ends(Path::Protocol::tcp, who.mac, {cast.v6 ? who.v6 : who.v4, stage.port_of(cast.client)},
               {cast.v6 ? Names::server_v6(cast.name) : Names::server_v4(cast.name), port});
  next_[0] = static_cast<std::uint32_t>(stage.random.next());
  next_[1] = static_cast<std::uint32_t>(stage.random.next());
  open();
  const std::string& name = stage.names.name(cast.name);
  stage.truth.add(content.http ? Kind::http : Kind::tls, name);
  if (content.http) {
    say(client_delay, Side::client, TcpFlag::ack | TcpFlag::psh, support::http_request(name, "/feed/list"));
    say(rtt_, Side::server, TcpFlag::ack);
    const std::string head =
        fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
                    full_segments_ * segment_);
    say(1ms, Side::server, TcpFlag::ack | TcpFlag::psh, support::Buffer(head.begin(), head.end()));
  } else {
    support::Buffer hello = stage.hello(cast.name, content.hello);
    const std::size_t first = said_.size();
    say_in_segments(client_delay, Side::client, hello);
    if (said_.size() == first + 2 && stage.random.chance(mishaps.hello_out_of_order))
      std::swap(said_[first], said_[first + 1]);
    exchange_first_flights(content, mishaps);
    exchange_small(content.exchanges);
  }
  bulk_before_ = said_.size();
  next_[1] += static_cast<std::uint32_t>(full_segments_ * segment_);
  close();
}

void TcpConversation::say(Duration after, Side side, std::uint8_t flags, support::Buffer payload) {
  const auto me = static_cast<std::size_t>(side);
  const std::uint32_t length =
      static_cast<std::uint32_t>(payload.size()) + ((flags & (TcpFlag::syn | TcpFlag::fin)) != 0 ? 1U : 0U);
  said_.push_back(
      {after, side, flags, next_[me], (flags & TcpFlag::ack) != 0 ? next_[1 - me] : 0, std::move(payload)});
  next_[me] += length;
}

void TcpConversation::say_in_segments(Duration after, Side side, Bytes bytes) {
  while (!bytes.empty()) {
    const Bytes part = bytes.first(std::min(bytes.size(), segment_));
    bytes = bytes.subspan(part.size());
    const std::uint8_t flags = TcpFlag::ack | (bytes.empty() ? TcpFlag::psh : 0);
    say(after, side, flags, support::Buffer(part.begin(), part.end()));
    after = segment_time;
  }
}

void TcpConversation::acknowledge(Side side) { say(client_delay, side, TcpFlag::ack); }

void TcpConversation::open() {
  say(0us, Side::client, TcpFlag::syn);
  say(rtt_, Side::server, TcpFlag::syn | TcpFlag::ack);
  acknowledge(Side::client);
}

// The hello stands last in `said_` already.
void TcpConversation::exchange_first_flights(const Content& content, const Mishaps& mishaps) {
  const bool again = stage_.random.chance(mishaps.hello_sent_again);
  const bool before_acknowledged = stage_.random.chance(0.5);
  Said repeated = said_[said_.size() - 1 - (stage_.random.chance(0.5) && said_.size() > 4 ? 1 : 0)];
  repeated.after = 2 * rtt_;
  if (again && before_acknowledged) said_.push_back(repeated);
  say(rtt_, Side::server, TcpFlag::ack);
  if (again && !before_acknowledged) said_.push_back(repeated);
  if (content.certificate == 0) {  // resumed, or the server wants nothing more: 127 bytes of ServerHello
    say(1ms, Side::server, TcpFlag::ack | TcpFlag::psh, small_record(stage_.random, 127, 127));
    return;
  }
  support::Buffer flight = support::server_hello_flight(stage_.random);
  support::append(flight, support::server_encrypted_flight(content.certificate, stage_.random));
  say_in_segments(1ms, Side::server, flight);
  acknowledge(Side::client);
  say(client_delay, Side::client, TcpFlag::ack | TcpFlag::psh,
      support::client_finished_flight(stage_.random));
  say(client_delay, Side::client, TcpFlag::ack | TcpFlag::psh, small_record(stage_.random, 250, 700));
  say(rtt_, Side::server, TcpFlag::ack);
}

void TcpConversation::exchange_small(std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) {
    say(20ms, Side::client, TcpFlag::ack | TcpFlag::psh, small_record(stage_.random, 60, 500));
    say(rtt_, Side::server, TcpFlag::ack | TcpFlag::psh, small_record(stage_.random, 200, 1250));
    acknowledge(Side::client);
  }
}

void TcpConversation::close() {
  say(30ms, Side::client, TcpFlag::ack | TcpFlag::fin);
  say(rtt_, Side::server, TcpFlag::ack | TcpFlag::fin);
  acknowledge(Side::client);
}

void TcpConversation::send(Timestamp at, PacketWriter& out, const Said& said) const {
  support::TcpFields fields;
  fields.sequence = said.sequence;
  fields.acknowledgement = said.acknowledgement;
  fields.flags = said.flags;
  fields.window = sniffed_window;
  if ((said.flags & TcpFlag::syn) != 0) fields.options = syn_options();
  out.tcp(at, said.side == Side::client ? ends_.up : ends_.down, fields, said.payload);
}

std::optional<Timestamp> TcpConversation::speak(Timestamp at, PacketWriter& out) {
  if (wait_ > 0us) return at + std::exchange(wait_, 0us);
  if (at_ == bulk_before_ && sent_segments_ < full_segments_) return speak_bulk(at, out);
  send(at, out, said_[at_]);
  ++at_;
  if (at_ == bulk_before_ && sent_segments_ < full_segments_) return at + rtt_;
  if (at_ == said_.size()) return std::nullopt;
  return at + said_[at_].after;
}

// The close, which stands behind, knows the numbers that hold when all of it is sent and acknowledged.
std::optional<Timestamp> TcpConversation::speak_bulk(Timestamp at, PacketWriter& out) {
  const Said& close = said_[bulk_before_];
  support::TcpFields fields;
  const std::uint32_t first = close.acknowledgement - static_cast<std::uint32_t>(full_segments_ * segment_);
  const auto sequence_of = [&](std::size_t i) { return first + static_cast<std::uint32_t>(i * segment_); };
  if (acknowledgement_due_) {
    acknowledgement_due_ = false;
    fields.sequence = close.sequence;
    fields.acknowledgement = sequence_of(sent_segments_);
    fields.window = sniffed_window;
    out.tcp(at, ends_.up, fields, {});
    return at + (sent_segments_ % segments_a_burst < 2 ? rtt_ : segment_time);
  }
  std::size_t i = sent_segments_++;
  if (i > 0 && stage_.random.chance(segment_sent_again_)) {
    --i;
    --sent_segments_;
  }
  fields.sequence = sequence_of(i);
  fields.acknowledgement = close.sequence;
  std::uint16_t record = 0;
  if (!http_ && i % segments_a_record == 0) {
    const std::size_t segments = std::min(segments_a_record, full_segments_ - i);
    record = static_cast<std::uint16_t>(segments * segment_ - 5);
  }
  out.tcp(at, ends_.down, fields, noise(i * 4099 + close.sequence, segment_), record);
  const bool last = sent_segments_ == full_segments_;
  acknowledgement_due_ = sent_segments_ % 2 == 0 && !last;
  return at + (acknowledgement_due_ ? 50us : last ? said_[bulk_before_].after : segment_time);
}

}  // namespace edgewatch::benchmark
