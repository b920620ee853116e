// Looking at frames before their turn changes nothing of what is said, whatever is sent and in whatever
// order.
#include "scene.hpp"
#include "support/random.hpp"

#include <array>
#include <deque>

#include <gtest/gtest.h>

namespace edgewatch::observe::test {
namespace {

struct Captured {
  Timestamp at;
  Buffer bytes;
  std::uint32_t wire_length = 0;
};

/// Two ends that began properly, and then send whatever may come on a wire.
class Flow {
 public:
  Flow(net::Endpoint client, net::Endpoint server, support::Random& random)
      : client_(client), server_(server), random_(random) {}

  void open(Timestamp at, std::deque<Captured>& frames) {
    const Buffer hello = hello_for("www.photo.example", random_.next());
    tcp(at, true, TcpFlag::syn, up_ - 1, {}, frames);
    tcp(at, false, TcpFlag::syn | TcpFlag::ack, down_ - 1, {}, frames);
    tcp(at, true, TcpFlag::ack, up_, {}, frames);
    const Bytes whole(hello);
    for (std::size_t begin = 0; begin < whole.size(); begin += 1400)
      say(at, true, whole.subspan(begin, std::min<std::size_t>(1400, whole.size() - begin)), frames);
    say(at, false, random_.bytes(1400), frames);
    say(at, true, random_.bytes(90), frames);
    say(at, true, random_.bytes(300), frames);
    say(at, false, random_.bytes(1400), frames);
  }

  void act(Timestamp at, std::deque<Captured>& frames) {
    constexpr std::array<std::size_t, 6> lengths{0, 1, 400, 511, 512, 1400};
    const Buffer payload = random_.bytes(lengths[random_.below(lengths.size())]);
    const bool up = random_.chance(0.25);
    std::uint32_t& next = up ? up_ : down_;
    switch (random_.below(30)) {
      case 0:
        tcp(at, up, TcpFlag::ack, next - static_cast<std::uint32_t>(random_.below(3000)), payload, frames);
        break;
      case 1:
        next += static_cast<std::uint32_t>(random_.below(3000));  // a hole
        break;
      case 2:
        tcp(at, up, TcpFlag::ack | TcpFlag::fin, next, payload, frames);
        break;
      case 3:
        tcp(at, up, TcpFlag::rst, next + static_cast<std::uint32_t>(random_.below(4) << 19U), payload,
            frames);
        break;
      case 4:
        if (random_.chance(0.2)) open(at, frames);
        break;
      case 5:
        say(at, up, payload, frames);
        frames.back().bytes[frames.back().bytes.size() - 1] ^= 1U;  // its checksum fails
        break;
      case 6:
        say(at, up, payload, frames);
        frames.back().bytes.resize(random_.between(50, frames.back().bytes.size()));
        break;
      default:
        say(at, up, payload, frames);
    }
  }

  void act_quic(Timestamp at, std::deque<Captured>& frames) {
    Buffer payload = random_.bytes(random_.chance(0.7) ? random_.between(512, 1300) : random_.below(600));
    if (!payload.empty() && random_.chance(0.9)) payload[0] = 0x40 | (payload[0] & 0x3fU);
    const bool up = random_.chance(0.3);
    add(at, support::udp_frame(link(up), up ? client_ : server_, up ? server_ : client_, payload), frames);
    if (random_.chance(0.05)) frames.back().bytes[frames.back().bytes.size() - 1] ^= 1U;
  }

 private:
  [[nodiscard]] static support::Link link(bool up) { return up ? desk : support::reversed(desk); }
  static void add(Timestamp at, Buffer bytes, std::deque<Captured>& frames) {
    const auto length = static_cast<std::uint32_t>(bytes.size());
    frames.push_back({at, std::move(bytes), length});
  }
  void tcp(Timestamp at, bool up, std::uint8_t flags, std::uint32_t sequence, Bytes payload,
           std::deque<Captured>& frames) {
    support::TcpFields fields;
    fields.flags = flags;
    fields.sequence = sequence;
    fields.acknowledgement = up ? down_ : up_;
    add(at, support::tcp_frame(link(up), up ? client_ : server_, up ? server_ : client_, fields, payload),
        frames);
  }
  void say(Timestamp at, bool up, Bytes payload, std::deque<Captured>& frames) {
    std::uint32_t& next = up ? up_ : down_;
    tcp(at, up, TcpFlag::ack, next, payload, frames);
    next += static_cast<std::uint32_t>(payload.size());
  }

  net::Endpoint client_;
  net::Endpoint server_;
  support::Random& random_;
  std::uint32_t up_ = 0xffffff00;
  std::uint32_t down_ = 0xfffff000;
};

std::deque<Captured> frames(std::uint64_t seed) {
  support::Random random(seed);
  std::deque<Captured> out;
  const std::array<net::Endpoint, 4> servers{web, plain_web, {ip("2001:db8::1"), 443}, {ip("192.0.2.1"), 88}};
  std::vector<Flow> streams;
  std::vector<Flow> quic;
  for (std::uint16_t i = 0; i < 6; ++i) {
    const net::Endpoint& server = servers[i % servers.size()];
    const auto port = static_cast<std::uint16_t>(i == 4 ? 1813 : 50000 + i);
    const net::Endpoint client{server.address.is_v4() ? pc.address : ip("2001:db8:20::7"), port};
    streams.emplace_back(client, server, random);
    quic.emplace_back(client, server, random);
    streams.back().open(ten, out);
  }
  Timestamp at = ten;
  for (int i = 0; i < 3000; ++i) {
    if (random.chance(0.02)) at += std::chrono::milliseconds(random.below(4000));
    if (random.chance(0.001)) at += 45s;
    at += std::chrono::microseconds(random.below(2000));
    // Some stamps are late.
    const Timestamp stamp = random.chance(0.02) ? at - std::chrono::milliseconds(random.below(2500)) : at;
    const std::size_t which = random.below(streams.size());
    if (random.chance(0.7)) {
      streams[which].act(stamp, out);
    } else {
      quic[which].act_quic(stamp, out);
    }
  }
  return out;
}

enum class Way : std::uint8_t { looked_ahead, as_they_come };

std::vector<std::string> said_of(const std::deque<Captured>& captured, Way way, ObserverOptions options) {
  std::vector<net::Frame> shown;
  for (const Captured& one : captured) {
    net::Frame frame;
    frame.at = one.at;
    frame.bytes = one.bytes;
    frame.wire_length = one.wire_length;
    frame.number = shown.size() + 1;
    shown.push_back(frame);
  }
  Observer observer(std::move(options), {"tap0"});
  constexpr std::size_t ahead = 6;
  std::vector<std::string> said;
  const auto take = [&] {
    for (const model::Event& event : observer.drain()) said.push_back(text(event));
  };
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (way == Way::looked_ahead && i + ahead < shown.size()) observer.expect(shown[i + ahead]);
    observer.see(shown[i]);
    take();
  }
  observer.finish();
  take();
  for (const Tally& tally : observer.tallies()) said.push_back(fmt::format("{} {}", tally.name, tally.count));
  return said;
}

TEST(LookAhead, ChangesNothingOfWhatIsSaid) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::deque<Captured> captured = frames(seed);
    const std::vector<std::string> said = said_of(captured, Way::as_they_come, council());
    EXPECT_EQ(said_of(captured, Way::looked_ahead, council()), said) << "seed " << seed;
    EXPECT_GT(said.size(), 100U);
  }
}

TEST(LookAhead, ChangesNothingWhereFlowsGiveWayToOthers) {
  ObserverOptions little = council();
  little.memory_mib = 1;
  little.inside.clear();
  for (std::uint64_t seed = 101; seed <= 110; ++seed) {
    const std::deque<Captured> captured = frames(seed);
    EXPECT_EQ(said_of(captured, Way::looked_ahead, little), said_of(captured, Way::as_they_come, little))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace edgewatch::observe::test
