// The gateway's inspector: a client's stream cut into TCP segments in any order, and packets of any bytes.
#include "edgewatch/enforce/gateway_inspector.hpp"

#include "laws.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace edgewatch;
using enforce::PacketVerdict;
using fuzz::law;

namespace {

constexpr std::uint32_t isn = 0xfffffff0;  // so that the numbers wrap
constexpr std::size_t most_segments = 48;
constexpr std::size_t most_memory = std::size_t{256} << 10U;
const Timestamp noon{std::chrono::hours(500000)};

/// Refuses names whose text has an odd length: any function of the name will do.
struct Gateway {
  Gateway() : inspector({[](const model::Sighting& sighting) { return decide(sighting); }}, options()) {}
  static enforce::InspectorOptions options() {
    enforce::InspectorOptions out;
    out.hash_key = {1, 2};
    out.flows = 64;
    out.memory_bytes = most_memory;
    return out;
  }
  static model::Decision decide(const model::Sighting& sighting) {
    fuzz::check_name(sighting.host);
    model::Decision out;
    if (sighting.host.text().size() % 2 == 1) out.verdict = model::Verdict::block;
    return out;
  }
  PacketVerdict see(Bytes packet) {
    const fuzz::Exact exact(packet);
    const PacketVerdict verdict = inspector.inspect(noon, {exact.bytes(), {}});
    law(inspector.held() <= 2 * most_memory, "memory stays bounded");
    return verdict;
  }
  enforce::Inspector inspector;
};

struct Segment {
  std::size_t at = 0;
  Bytes bytes;
};

std::vector<std::uint8_t> packet(std::uint16_t port, std::uint8_t flags, std::uint32_t sequence,
                                 Bytes payload) {
  std::vector<std::uint8_t> out;
  const auto put = [&out](std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  put(0x4500, 2);
  put(40 + payload.size(), 2);
  put(0, 4);
  put(0x40060000, 4);
  put(0x0a140007, 4);  // 10.20.0.7
  put(0xc0000201, 4);  // 192.0.2.1
  put(50000, 2);
  put(port, 2);
  put(sequence, 4);
  put(7001, 4);
  put(0x5000U | flags, 2);
  put(0xffff, 2);
  put(0, 4);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// The first verdict that is not to wait; nothing is queued after it.
PacketVerdict verdict_on(std::uint16_t port, const std::vector<Segment>& order) {
  Gateway gateway;
  static_cast<void>(gateway.see(packet(port, 2, isn, {})));
  for (const Segment& segment : order) {
    const auto number = isn + 1 + static_cast<std::uint32_t>(segment.at);
    const PacketVerdict verdict = gateway.see(packet(port, 16, number, segment.bytes));
    if (verdict != PacketVerdict::pass) return verdict;
  }
  return PacketVerdict::pass;
}

void check_stream(ByteReader reader) {
  constexpr std::array<std::uint16_t, 3> ports{443, 80, 53};
  unsigned seed = reader.u16();
  const std::uint16_t port = ports[reader.u8() % ports.size()];
  std::vector<std::size_t> lengths;
  for (std::uint8_t length = reader.u8(); length != 0 && lengths.size() + 1 < most_segments;
       length = reader.u8())
    lengths.push_back(length);
  const Bytes stream = reader.rest();
  if (stream.size() > 16384) return;
  std::vector<Segment> segments;
  lengths.push_back(stream.size());
  for (std::size_t at = 0; const std::size_t length : lengths) {
    const Bytes part = stream.subspan(at, std::min(length, stream.size() - at));
    if (!part.empty()) segments.push_back({at, part});
    at += part.size();
  }
  const PacketVerdict in_order = verdict_on(port, segments);
  for (std::size_t i = segments.size(); i > 1; --i) {
    seed = seed * 1103515245U + 12345U;
    std::swap(segments[i - 1], segments[(seed >> 16U) % i]);
  }
  // That a stream is no hello is found out when the next bytes are looked at, and these may never come.
  const PacketVerdict verdict = verdict_on(port, segments);
  const auto goes_on = [](PacketVerdict one) {
    return one == PacketVerdict::pass || one == PacketVerdict::settled;
  };
  law(verdict == in_order || (goes_on(verdict) && goes_on(in_order)),
      "the order of segments changes no verdict");
}

/// Packets, each behind its length.
void check_packets(ByteReader reader) {
  Gateway gateway;
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u16();
    static_cast<void>(gateway.see(reader.take(std::min(length, reader.remaining()))));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(Bytes(data, size));
  if (reader.u8() % 2 == 0) {
    check_stream(reader);
  } else {
    check_packets(reader);
  }
  return 0;
}
