#include "support/conversation.hpp"

#include "support/http.hpp"

#include <algorithm>

namespace edgewatch::support {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t preface = 86;   // preface, SETTINGS and WINDOW_UPDATE of HTTP/2 in one record
constexpr std::size_t tickets = 560;  // two session tickets and SETTINGS of the server
constexpr std::size_t largest_datagram = 1250;
constexpr std::size_t smallest_counted = 60;  // TIME 2.1: what is shorter counts as an acknowledgement
constexpr std::size_t packets_per_ack = 10;   // Chromium acknowledges every tenth packet
constexpr Duration client_turn = microseconds(400);

Duration thinking(Random& random, std::uint64_t least, std::uint64_t most) {
  return microseconds(random.between(least, most));
}

/// `size` less what the connection itself sent with the first exchange, where that leaves a record.
std::size_t without(std::size_t size, std::size_t overhead) {
  return size >= 2 * overhead ? size - overhead : size;
}

}  // namespace

TlsConversation::TlsConversation(const Path& path, HelloOptions hello, Random random)
    : random_(random), tcp_(path, random_.fork()), hello_(std::move(hello)) {}

Duration TlsConversation::lead() const { return 2 * tcp_.path().round_trip + milliseconds(14); }

Timestamp TlsConversation::say_hello(Timestamp at) {
  const Timestamp connected = tcp_.open(at);
  // The first record carries 0x0301 for the sake of old middle boxes (RFC 8446 5.1).
  const Buffer record = tls_records(22, client_hello(hello_, random_), 0x0301);
  return tcp_.send(Side::client, connected + microseconds(300), record, Keep::whole);
}

Timestamp TlsConversation::open(Timestamp at) {
  const Timestamp asked = say_hello(at);
  const Timestamp answer = asked + tcp_.path().round_trip + thinking(random_, 3000, 9000);
  const Timestamp hello = tcp_.send(Side::server, answer, server_hello_flight(random_), Keep::whole);
  const Buffer rest = server_encrypted_flight(2400 + random_.below(2200), random_);
  const Timestamp answered = tcp_.send(Side::server, hello, rest, Keep::snapped);
  return tcp_.send(Side::client, answered + client_turn, client_finished_flight(random_), Keep::whole);
}

Timestamp TlsConversation::exchange(Timestamp at, std::size_t up, std::size_t down) {
  Buffer request;
  Buffer response;
  if (first_ && without(up, preface) < up) {
    request = encrypted_records(preface, random_);
    up -= preface;
  }
  if (first_ && without(down, tickets) < down) {
    response = encrypted_records(tickets, random_);
    down -= tickets;
  }
  first_ = false;
  append(request, encrypted_records(up, random_));
  const Timestamp asked = tcp_.send(Side::client, at, request, Keep::snapped);
  if (down == 0) return asked;
  append(response, encrypted_records(down, random_));
  return tcp_.send(Side::server, asked + tcp_.path().round_trip + thinking(random_, 20000, 60000), response,
                   Keep::snapped);
}

Timestamp TlsConversation::push(Timestamp at, std::size_t size) {
  return tcp_.send(Side::server, at, encrypted_records(size, random_), Keep::snapped);
}

void TlsConversation::close(Timestamp at) { tcp_.close(Side::client, at); }

void TlsConversation::refuse(Timestamp at) { tcp_.reset(Side::server, say_hello(at) + microseconds(600)); }

QuicConversation::QuicConversation(const Path& path, HelloOptions hello, QuicVersion version, Random random)
    : path_(path), hello_(std::move(hello)), version_(version), random_(random) {
  hello_.transport = Transport::quic;
  hello_.alpn = {"h3"};
  first_destination_ = random_.bytes(8);
  server_id_ = random_.bytes(8);
  for (std::uint16_t& id : ip_id_) id = static_cast<std::uint16_t>(random_.next());
}

Duration QuicConversation::lead() const { return path_.round_trip + milliseconds(14); }

void QuicConversation::put(Side side, Timestamp at, Bytes payload, Keep keep) {
  IpFields ip;
  ip.hop_limit = side == Side::client ? 128 : 54;
  ip.id = ip_id_[side == Side::client ? 0 : 1]++;
  const Buffer frame = side == Side::client
                           ? udp_frame(path_.link, path_.client, path_.server, payload, ip)
                           : udp_frame(reversed(path_.link), path_.server, path_.client, payload, ip);
  const bool cut = keep == Keep::snapped && path_.snap_length != 0 && path_.snap_length < frame.size();
  recording_.add(at, Bytes(frame).first(cut ? path_.snap_length : frame.size()),
                 static_cast<std::uint32_t>(frame.size()));
}

Timestamp QuicConversation::datagram(Side side, Timestamp at, Bytes payload, Keep keep) {
  Timestamp& free_at = free_at_[side == Side::client ? 0 : 1];
  const Timestamp when = std::max(at, free_at);
  put(side, when, payload, keep);
  free_at = when + microseconds(1 + payload.size() * 1000 / path_.bytes_per_millisecond);
  return when;
}

Timestamp QuicConversation::open(Timestamp at) {
  QuicHelloOptions options;
  options.version = version_;
  options.destination = first_destination_;
  Timestamp last = at;
  for (const Buffer& initial : client_initials(client_hello(hello_, random_), options, random_))
    last = datagram(Side::client, last, initial, Keep::whole);
  Timestamp answered = last + path_.round_trip + thinking(random_, 2000, 9000);
  for (const Buffer& initial : server_initials(version_, first_destination_, {}, server_id_, 2800, random_))
    answered = datagram(Side::server, answered, initial, Keep::whole);
  const Buffer finished = client_handshake(version_, first_destination_, {}, server_id_, random_);
  return datagram(Side::client, answered + client_turn, finished, Keep::whole) + microseconds(200);
}

Timestamp QuicConversation::stream(Side side, Timestamp at, std::size_t size) {
  size = std::max<std::size_t>(size, 30);
  const std::size_t count = (size + largest_datagram - 1) / largest_datagram;
  const Bytes destination = side == Side::client ? Bytes(server_id_) : Bytes();
  Timestamp last = at;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t part = size / count + (i < size % count ? 1 : 0);
    last = datagram(side, last, short_header_packet(destination, part, random_), Keep::snapped);
    const bool acknowledge =
        side == Side::server && (i % packets_per_ack == packets_per_ack - 1 || i + 1 == count);
    if (!acknowledge) continue;
    const std::size_t ack = random_.between(33, smallest_counted - 15);
    // Not through `datagram`: an acknowledgement must not hold back a request that was planned before it.
    put(Side::client, last + client_turn, short_header_packet(server_id_, ack, random_), Keep::snapped);
  }
  return last;
}

Timestamp QuicConversation::exchange(Timestamp at, std::size_t up, std::size_t down) {
  const Timestamp asked = stream(Side::client, at, up);
  if (down == 0) return asked;
  return stream(Side::server, asked + path_.round_trip + thinking(random_, 20000, 60000), down);
}

Timestamp QuicConversation::push(Timestamp at, std::size_t size) { return stream(Side::server, at, size); }

void QuicConversation::close(Timestamp at) {
  // CONNECTION_CLOSE in a short-header packet (RFC 9000 10.2.3).
  datagram(Side::client, at, short_header_packet(server_id_, 37, random_), Keep::snapped);
}

HttpConversation::HttpConversation(const Path& path, std::string host, Random random)
    : random_(random), tcp_(path, random_.fork()), host_(std::move(host)) {}

Duration HttpConversation::lead() const { return tcp_.path().round_trip + milliseconds(2); }

Timestamp HttpConversation::exchange(Timestamp at, std::size_t up, std::size_t down) {
  const std::size_t fixed = http_request(host_, "/").size();
  const std::string path = "/" + std::string(up > fixed ? up - fixed : 0, 'a');
  const Timestamp asked = tcp_.send(Side::client, at, http_request(host_, path), Keep::whole);
  if (down == 0) return asked;
  const Buffer response = http_response(down, random_);
  return tcp_.send(Side::server, asked + tcp_.path().round_trip + thinking(random_, 20000, 60000), response,
                   Keep::snapped);
}

Timestamp HttpConversation::push(Timestamp at, std::size_t size) {
  return tcp_.send(Side::server, at, http_response(size, random_), Keep::snapped);
}

}  // namespace edgewatch::support
