#include "conversations.hpp"
#include "support/dns.hpp"
#include "support/quic.hpp"
#include "support/tls.hpp"

#include <algorithm>

namespace edgewatch::benchmark {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t full_datagram = 1350;
constexpr std::size_t connection_id = 8;
constexpr std::size_t datagrams_a_burst = 24;
constexpr std::size_t server_handshake = 2200;
constexpr Duration client_delay = 400us;
constexpr Duration datagram_time = 12us;

net::IpAddress resolver(bool v6) { return *net::IpAddress::parse(v6 ? "2001:db8:53::53" : "198.51.100.53"); }

}  // namespace

QuicConversation::QuicConversation(Stage& stage, const Cast& cast, std::size_t exchanges,
                                   std::size_t full_datagrams, Duration wait, const Mishaps& mishaps)
    : stage_(stage), rtt_(cast.rtt), wait_(wait), full_datagrams_(full_datagrams) {
  const Client who = client(cast.client);
  ends_ = ends(Path::Protocol::udp, who.mac, {cast.v6 ? who.v6 : who.v4, stage.port_of(cast.client)},
               {cast.v6 ? Names::server_v6(cast.name) : Names::server_v4(cast.name), 443});
  server_id_ = stage.random.bytes(connection_id);
  first_flights(stage, cast, mishaps);
  for (std::size_t i = 0; i < exchanges; ++i) {
    said_.push_back(
        {20ms, true, support::short_header_packet(server_id_, stage.random.between(60, 500), stage.random)});
    said_.push_back(
        {rtt_, false, support::short_header_packet({}, stage.random.between(200, 1200), stage.random)});
  }
}

void QuicConversation::first_flights(Stage& stage, const Cast& cast, const Mishaps& mishaps) {
  const std::string& name = stage.names.name(cast.name);
  stage.truth.add(Kind::quic, name);
  support::HelloOptions hello;
  hello.server_name = name;
  hello.alpn = {"h3"};
  hello.transport = support::Transport::quic;
  support::QuicHelloOptions options;
  options.destination = stage.random.bytes(connection_id);
  options.datagram = 1250;
  auto initials = support::client_initials(support::client_hello(hello, stage.random), options, stage.random);
  if (stage.random.chance(mishaps.hello_out_of_order)) std::reverse(initials.begin(), initials.end());
  const bool again = stage.random.chance(mishaps.hello_sent_again);
  for (const auto& datagram : initials) said_.push_back({50us, true, datagram});
  if (again)
    for (const auto& datagram : initials) said_.push_back({2 * rtt_, true, datagram});
  Duration after = rtt_;
  for (auto& datagram : support::server_initials(options.version, options.destination, {}, server_id_,
                                                 server_handshake, stage.random)) {
    said_.push_back({after, false, std::move(datagram)});
    after = datagram_time;
  }
  said_.push_back(
      {client_delay, true,
       support::client_handshake(options.version, options.destination, {}, server_id_, stage.random)});
  said_.push_back({100us, true, support::short_header_packet(server_id_, 420, stage.random)});
  said_.push_back({rtt_, false, support::short_header_packet({}, 130, stage.random)});
}

std::optional<Timestamp> QuicConversation::speak(Timestamp at, PacketWriter& out) {
  if (wait_ > 0us) return at + std::exchange(wait_, 0us);
  if (at_ == said_.size()) return speak_bulk(at, out);
  out.udp(at, said_[at_].up ? ends_.up : ends_.down, said_[at_].payload);
  if (++at_ == said_.size()) {
    if (full_datagrams_ == 0) return std::nullopt;
    return at + rtt_;
  }
  return at + said_[at_].after;
}

std::optional<Timestamp> QuicConversation::speak_bulk(Timestamp at, PacketWriter& out) {
  if (acknowledgement_due_) {
    acknowledgement_due_ = false;
    out.udp(at, ends_.up, support::short_header_packet(server_id_, 35, stage_.random));
    if (sent_datagrams_ == full_datagrams_) return std::nullopt;
    return at + (sent_datagrams_ % datagrams_a_burst < 2 ? rtt_ : datagram_time);
  }
  const Bytes bytes = noise(sent_datagrams_ * 4099 + server_id_[0] * 257U, full_datagram);
  datagram_.assign(bytes.begin(), bytes.end());
  datagram_[0] = static_cast<std::uint8_t>(0x40 | (datagram_[0] & 0x3f));
  out.udp(at, ends_.down, datagram_);
  ++sent_datagrams_;
  acknowledgement_due_ = sent_datagrams_ % 2 == 0 || sent_datagrams_ == full_datagrams_;
  return at + (acknowledgement_due_ ? 50us : datagram_time);
}

DnsExchange::DnsExchange(Stage& stage, const Cast& cast, std::uint16_t type, std::size_t records,
                         Duration answer_after)
    : stage_(stage),
      name_(cast.name),
      type_(type),
      id_(static_cast<std::uint16_t>(stage.random.next())),
      records_(static_cast<std::uint8_t>(records)),
      answer_after_(answer_after) {
  const Client who = client(cast.client);
  ends_ = ends(Path::Protocol::udp, who.mac, {cast.v6 ? who.v6 : who.v4, stage.port_of(cast.client)},
               {resolver(cast.v6), 53});
  stage.truth.add(Kind::dns_question, stage.names.name(name_));
  stage.truth.add(Kind::dns_response, stage.names.name(name_));
}

std::optional<Timestamp> DnsExchange::speak(Timestamp at, PacketWriter& out) {
  if (!asked_) {
    asked_ = true;
    out.udp(at, ends_.up, stage_.question(name_, type_, id_));
    return at + answer_after_;
  }
  out.udp(at, ends_.down, stage_.answer(name_, type_, id_, records_));
  return std::nullopt;
}

}  // namespace edgewatch::benchmark
