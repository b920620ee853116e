// A tap with an Observer behind it, and connections whose every segment a test places itself.
#pragma once

#include "edgewatch/observe/observer.hpp"

#include "support/forge.hpp"
#include "support/tls.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace edgewatch::observe::test {

using namespace std::chrono_literals;
using support::Buffer;
using support::ByteWriter;
using support::TcpFlag;

inline const Timestamp ten{std::chrono::sys_days{std::chrono::year{2026} / 11 / 17} + 10h};

inline net::IpAddress ip(std::string_view text) { return *net::IpAddress::parse(text); }
inline net::Network network(std::string_view text) { return *net::Network::parse(text); }

inline const support::Link desk{
    *net::MacAddress::parse("02:00:5e:10:00:07"), *net::MacAddress::parse("02:00:5e:10:00:fe"), {}};
inline const net::Endpoint pc{ip("10.20.0.7"), 50000};
inline const net::Endpoint web{ip("192.0.2.1"), 443};
inline const net::Endpoint plain_web{ip("192.0.2.1"), 80};
inline const net::Endpoint resolver{ip("198.51.100.53"), 53};

inline Buffer bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
/// A current browser's hello in its records: about 1.8 kB, over two segments.
inline Buffer hello_for(const std::string& name, std::uint64_t seed = 1) {
  support::Random random(seed);
  support::HelloOptions options;
  options.server_name = name;
  return support::tls_records(22, support::client_hello(options, random), 0x0301);
}

inline ObserverOptions council() {
  ObserverOptions options;
  options.inside = {network("10.20.0.0/16"), network("2001:db8:20::/48")};
  options.hash_key = {1, 2};
  return options;
}

class Scene {
 public:
  explicit Scene(ObserverOptions options = council()) : observer_(std::move(options), {"tap0", "tap1"}) {}

  /// Shows a frame, from an exact copy of its bytes; `wire_length` 0: nothing was cut.
  void show(Timestamp at, const Buffer& bytes, std::uint32_t wire_length = 0, std::uint16_t source = 0) {
    const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), exact.get());
    net::Frame frame;
    frame.at = at;
    frame.bytes = Bytes(exact.get(), bytes.size());
    frame.wire_length = wire_length == 0 ? static_cast<std::uint32_t>(bytes.size()) : wire_length;
    frame.source = source;
    frame.number = ++frames_;
    observer_.see(frame);
  }
  void udp(Timestamp at, const net::Endpoint& from, const net::Endpoint& to, Bytes payload) {
    const bool out = to != pc;
    show(at, support::udp_frame(out ? desk : support::reversed(desk), from, to, payload));
  }

  Observer& observer() { return observer_; }
  /// Everything said so far, or since the last call of `events()`.
  std::vector<model::Event> events() { return observer_.drain(); }
  /// The same, in exchange for old ones.
  void events(std::vector<model::Event>& old) { observer_.drain(old); }
  std::vector<model::Event> all() {
    observer_.finish();
    return observer_.drain();
  }
  [[nodiscard]] std::uint64_t tally(std::string_view name) const {
    for (const Tally& entry : observer_.tallies()) {
      if (entry.name == name) return entry.count;
    }
    return 0;
  }

 private:
  Observer observer_;
  std::uint64_t frames_ = 0;
};

/// One TCP connection; places in the streams count from 0, the byte after the SYN.
class Connection {
 public:
  Connection(Scene& scene, net::Endpoint client, net::Endpoint server)
      : scene_(scene), client_(client), server_(server) {}

  void open(Timestamp at) {
    from_client(at, TcpFlag::syn, isn_client - 1, 0, {});
    from_server(at + 5ms, TcpFlag::syn | TcpFlag::ack, isn_server - 1, isn_client, {});
    from_client(at + 10ms, TcpFlag::ack, isn_client, isn_server, {});
  }
  void up(Timestamp at, std::uint32_t place, Bytes payload) {
    from_client(at, TcpFlag::ack | TcpFlag::psh, isn_client + place, isn_server, payload);
  }
  void down(Timestamp at, std::uint32_t place, Bytes payload, std::uint32_t acknowledged) {
    from_server(at, TcpFlag::ack | TcpFlag::psh, isn_server + place, isn_client + acknowledged, payload);
  }
  /// A segment of the server of which the capture kept `kept` bytes of payload.
  void down_snapped(Timestamp at, std::uint32_t place, Bytes payload, std::size_t kept) {
    Buffer frame = support::tcp_frame(support::reversed(desk), server_, client_,
                                      fields(TcpFlag::ack, isn_server + place, isn_client), payload);
    const auto wire_length = static_cast<std::uint32_t>(frame.size());
    frame.resize(frame.size() - payload.size() + kept);
    scene_.show(at, frame, wire_length);
  }
  void close(Timestamp at, std::uint32_t up, std::uint32_t down) {
    from_client(at, TcpFlag::fin | TcpFlag::ack, isn_client + up, isn_server + down, {});
    from_server(at + 1ms, TcpFlag::fin | TcpFlag::ack, isn_server + down, isn_client + up + 1, {});
    from_client(at + 2ms, TcpFlag::ack, isn_client + up + 1, isn_server + down + 1, {});
  }
  void from_client(Timestamp at, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement,
                   Bytes payload) {
    scene_.show(
        at, support::tcp_frame(desk, client_, server_, fields(flags, sequence, acknowledgement), payload));
  }
  void from_server(Timestamp at, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement,
                   Bytes payload) {
    scene_.show(at, support::tcp_frame(support::reversed(desk), server_, client_,
                                       fields(flags, sequence, acknowledgement), payload));
  }

  std::uint32_t isn_client = 0xfffffff0;  // so that numbers wrap within the hello
  std::uint32_t isn_server = 7000;

 private:
  static support::TcpFields fields(std::uint8_t flags, std::uint32_t sequence,
                                   std::uint32_t acknowledgement) {
    support::TcpFields out;
    out.flags = flags;
    out.sequence = sequence;
    out.acknowledgement = acknowledgement;
    return out;
  }
  Scene& scene_;
  net::Endpoint client_;
  net::Endpoint server_;
};

/// Sightings as words, in order: `tls-sni www.photo.example claimed`.
inline std::vector<std::string> names(const std::vector<model::Event>& events) {
  std::vector<std::string> out;
  for (const auto& event : events) {
    const auto* sighting = std::get_if<model::Sighting>(&event);
    if (sighting == nullptr) continue;
    const bool claimed = sighting->confirmation == model::Confirmation::claimed;
    out.push_back(fmt::format("{} {} {}", to_string(sighting->evidence), sighting->host.text(),
                              claimed ? "claimed" : "acknowledged"));
  }
  return out;
}

template <class Kind>
std::vector<Kind> only(const std::vector<model::Event>& events) {
  std::vector<Kind> out;
  for (const auto& event : events) {
    if (const auto* one = std::get_if<Kind>(&event)) out.push_back(*one);
  }
  return out;
}

/// Flow seconds as words: milliseconds after ten, up, down.
inline std::vector<std::string> seconds(const std::vector<model::Event>& events) {
  std::vector<std::string> out;
  for (const model::FlowSecond& second : only<model::FlowSecond>(events)) {
    out.push_back(fmt::format("{} {} {}",
                              std::chrono::duration_cast<std::chrono::milliseconds>(second.at - ten).count(),
                              second.up, second.down));
  }
  return out;
}

/// Everything an event says, for comparing runs.
std::string text(const model::Event& event);

}  // namespace edgewatch::observe::test
