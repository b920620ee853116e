// A gateway's inspector with its decisions, and the packets of a client that it is shown.
#pragma once

#include "edgewatch/enforce/gateway_inspector.hpp"

#include "hellos.hpp"
#include "support/forge.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgewatch::enforce {

constexpr std::uint32_t isn = 0xfffffe00;  // so that the numbers wrap within the hello
constexpr std::uint32_t other_isn = 0x40000000;

inline net::Endpoint client(std::uint16_t port = 50000, std::string_view address = "10.20.1.17") {
  return {*net::IpAddress::parse(address), port};
}
inline net::Endpoint server(std::uint16_t port = 443) {
  return {*net::IpAddress::parse("198.51.100.10"), port};
}

inline support::Buffer segment(const net::Endpoint& from, const net::Endpoint& to, std::uint32_t sequence,
                               std::uint8_t flags, Bytes payload = {}, support::Buffer options = {},
                               const support::IpFields& ip = {}) {
  support::TcpFields fields;
  fields.sequence = sequence;
  fields.flags = flags;
  fields.options = std::move(options);
  return support::ip_packet(from.address, to.address, 6, support::tcp_segment(from, to, fields, payload), ip);
}
inline support::Buffer datagram(const net::Endpoint& from, const net::Endpoint& to, Bytes payload) {
  return support::ip_packet(from.address, to.address, 17, support::udp_segment(from, to, payload));
}
/// The first message of a WireGuard tunnel.
inline support::Buffer wireguard_initiation() {
  support::Buffer out(148, 7);
  out[0] = 1;
  out[1] = out[2] = out[3] = 0;
  return out;
}

/// Refuses names at or below `listed`, and of what would carry names past us what is in `kinds`; remembers
/// what it was asked.
struct Gateway {
  explicit Gateway(InspectorOptions options = {}) : inspector(decisions, std::move(options)) {}
  Gateway(const Gateway&) = delete;  // its decisions know where it lies
  Gateway& operator=(const Gateway&) = delete;

  PacketVerdict see(const support::Buffer& packet, Timestamp at = noon) {
    return inspector.inspect(at, {packet, {}, waits});
  }
  PacketVerdict connect(std::uint16_t port = 50000, std::uint32_t first = isn) {
    return see(segment(client(port), server(), first, support::TcpFlag::syn));
  }
  /// The stream from `at` to `to`, in a segment.
  PacketVerdict send(Bytes stream, std::size_t at, std::size_t to, std::uint16_t port = 50000,
                     std::uint32_t first = isn) {
    return see(segment(client(port), server(), first + 1 + static_cast<std::uint32_t>(at),
                       support::TcpFlag::ack, stream.subspan(at, to - at)));
  }
  PacketVerdict say(Bytes stream, std::uint16_t port = 50000, std::uint32_t first = isn) {
    return send(stream, 0, stream.size(), port, first);
  }
  /// All Initials of a hello; the verdict on the last.
  PacketVerdict say_hello(const std::string& name, const net::Endpoint& from, Timestamp at = noon) {
    PacketVerdict last = PacketVerdict::pass;
    for (const support::Buffer& initial : initials_to(name))
      last = see(datagram(from, server(), initial), at);
    return last;
  }
  [[nodiscard]] std::uint64_t refused(model::BypassSign::Kind kind) const {
    return inspector.counts().refused_bypass.at(static_cast<std::size_t>(kind));
  }

  std::string listed = "listed.example";
  std::vector<model::BypassSign::Kind> kinds;
  bool waits = false;
  std::vector<model::Sighting> asked;
  std::vector<model::BypassSign> signs;
  Decisions decisions{[this](const model::Sighting& sighting) {
                        asked.push_back(sighting);
                        return block_if(sighting.host.is_at_or_below(*net::HostName::from_user(listed)));
                      },
                      [this](const model::BypassSign& sign) {
                        signs.push_back(sign);
                        return block_if(std::ranges::find(kinds, sign.kind) != kinds.end());
                      }};
  Inspector inspector;

 private:
  static model::Decision block_if(bool refuse) {
    model::Decision out;
    if (refuse) out.verdict = model::Verdict::block;
    return out;
  }
};

}  // namespace edgewatch::enforce
