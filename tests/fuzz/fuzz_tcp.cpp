// One direction of a TCP connection in segments: StreamPrefix, DnsStream and the Observer behind them. An
// input: how to order (2 bytes), which port (1), lengths of segments up to a zero, then the stream.
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/hello_assembler.hpp"

#include "dns_stream.hpp"
#include "laws.hpp"

#include <algorithm>
#include <string>

using namespace edgewatch;
using fuzz::law;

namespace {

constexpr std::uint32_t isn = 0xfffffff0;  // so that the numbers wrap
constexpr std::size_t most_segments = 48;

struct Segment {
  std::size_t at = 0;
  std::vector<std::uint8_t> bytes;
};

struct Input {
  unsigned seed = 0;
  std::uint16_t port = 443;
  std::vector<Segment> segments;  ///< in order, without holes
  Bytes stream;
};

Input read(Bytes bytes) {
  constexpr std::array<std::uint16_t, 3> ports{443, 80, 53};
  Input input;
  ByteReader reader(bytes);
  input.seed = reader.u16();
  input.port = ports[reader.u8() % ports.size()];
  std::vector<std::size_t> lengths;
  for (std::uint8_t length = reader.u8(); length != 0 && lengths.size() + 1 < most_segments;
       length = reader.u8())
    lengths.push_back(length);
  input.stream = reader.rest();
  std::size_t at = 0;
  const auto cut = [&](std::size_t length) {
    const Bytes part = input.stream.subspan(at, std::min(length, input.stream.size() - at));
    if (!part.empty()) input.segments.push_back({at, {part.begin(), part.end()}});
    at += part.size();
  };
  for (const std::size_t length : lengths) cut(length);
  cut(input.stream.size());
  return input;
}

std::vector<Segment> shuffled(std::vector<Segment> segments, unsigned seed) {
  for (std::size_t i = segments.size(); i > 1; --i) {
    seed = seed * 1103515245U + 12345U;
    std::swap(segments[i - 1], segments[(seed >> 16U) % i]);
  }
  return segments;
}

std::uint32_t number_of(std::size_t at) { return isn + 1 + static_cast<std::uint32_t>(at); }

void check_prefix(const Input& input, const std::vector<Segment>& order) {
  wire::StreamPrefix prefix(input.stream.size() + 1);
  prefix.anchor(number_of(0));
  for (const Segment& segment : order)
    law(!prefix.add(number_of(segment.at), segment.bytes), "segments that agree are taken");
  law(std::ranges::equal(prefix.prefix(), input.stream), "any order of segments gives the stream");
  if (input.stream.empty()) return;
  const std::size_t at = input.seed % input.stream.size();
  const std::uint8_t other = input.stream[at] ^ 0x80U;
  const auto refusal = prefix.add(number_of(at), Bytes(&other, 1));
  law(refusal && refusal->kind == wire::Malformation::stream_overlap, "a byte that disagrees is refused");
  law(std::ranges::equal(prefix.prefix(), input.stream), "and what was held is held still");
}

std::vector<std::vector<std::uint8_t>> messages(const std::vector<Segment>& order) {
  std::vector<std::vector<std::uint8_t>> out;
  observe::DnsStream stream;
  stream.begin(number_of(0));
  for (const Segment& segment : order) {
    stream.add(number_of(segment.at), segment.bytes, [&out](Bytes message) {
      out.emplace_back(message.begin(), message.end());
      return true;
    });
    law(stream.held() <= 2 * observe::DnsStream::limit, "memory stays bounded");
  }
  return out;
}

/// A TCP segment of the client, or an acknowledgement of the server, in an IPv4 packet.
std::vector<std::uint8_t> packet(bool client, std::uint16_t port, std::uint8_t flags, std::uint32_t sequence,
                                 std::uint32_t acknowledgement, Bytes payload) {
  std::vector<std::uint8_t> out;
  const auto put = [&out](std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  };
  constexpr std::uint32_t inside = 0x0a140007;
  constexpr std::uint32_t outside = 0xc0000201;
  put(0x4500, 2);
  put(40 + payload.size(), 2);
  put(0, 4);
  put(0x40060000, 4);
  put(client ? inside : outside, 4);
  put(client ? outside : inside, 4);
  put(client ? 50000 : port, 2);
  put(client ? port : 50000, 2);
  put(sequence, 4);
  put(acknowledgement, 4);
  put(0x5000U | flags, 2);
  put(0xffff, 2);
  put(0, 4);
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

/// What the Observer says of a connection whose client sends these segments, all of them acknowledged.
std::vector<std::string> names(const Input& input, const std::vector<Segment>& order) {
  constexpr std::uint8_t syn = 2;
  constexpr std::uint8_t ack = 16;
  constexpr std::uint32_t server = 7000;
  observe::ObserverOptions options;
  options.memory_mib = 2;
  options.hash_key = {1, 2};
  observe::Observer observer(options, {"fuzz"});
  std::uint64_t number = 0;
  const auto show = [&](const std::vector<std::uint8_t>& bytes) {
    const fuzz::Exact exact{Bytes(bytes)};
    net::Frame frame;
    frame.at = Timestamp{std::chrono::hours(500000)} + std::chrono::milliseconds(number);
    frame.link = net::LinkType::raw;
    frame.bytes = exact.bytes();
    frame.wire_length = static_cast<std::uint32_t>(bytes.size());
    frame.number = ++number;
    observer.see(frame);
  };
  show(packet(true, input.port, syn, isn, 0, {}));
  show(packet(false, input.port, syn | ack, server, isn + 1, {}));
  for (const Segment& segment : order)
    show(packet(true, input.port, ack, number_of(segment.at), server + 1, segment.bytes));
  show(packet(false, input.port, ack, server + 1, number_of(input.stream.size()), {}));
  observer.finish();
  std::vector<std::string> out;
  for (const model::Event& event : observer.drain()) {
    const auto* sighting = std::get_if<model::Sighting>(&event);
    if (sighting == nullptr || sighting->evidence == model::NameEvidence::none) continue;
    fuzz::check_name(sighting->host);
    out.push_back(to_string(sighting->evidence) + ' ' + sighting->host.text() +
                  (sighting->confirmation == model::Confirmation::acknowledged ? " had" : ""));
  }
  std::ranges::sort(out);
  return out;
}

bool is_hello(Bytes stream) {
  return std::holds_alternative<wire::ClientHello>(wire::read_tls_prefix(stream));
}

/// A hello at the start of a connection has one name, whatever the order of its segments; and none is
/// confirmed where one of them came in two versions before it was whole.
void check_hello(const Input& input, const std::vector<Segment>& order) {
  if (input.port == 53 || !is_hello(input.stream)) return;
  law(names(input, input.segments) == names(input, order), "the order of a hello's segments does not matter");
  const Segment& first = input.segments.front();
  const bool missing = std::holds_alternative<wire::NeedMore>(wire::read_tls_prefix(first.bytes));
  if (input.segments.size() < 2 || !missing) return;
  std::vector<Segment> forged = input.segments;
  Segment other = first;
  other.bytes[input.seed % other.bytes.size()] ^= 0x80U;
  forged.insert(forged.begin() + 1, other);
  law(std::ranges::none_of(names(input, forged),
                           [](const std::string& name) { return name.ends_with(" had"); }),
      "a name of segments that disagree is never confirmed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input = read(Bytes(data, size));
  if (input.segments.empty() || input.stream.size() > 16384) return 0;
  std::vector<Segment> order = shuffled(input.segments, input.seed);
  order.push_back(order[input.seed / 7 % order.size()]);  // one of them twice
  check_prefix(input, order);
  law(messages(input.segments) == messages(order), "the order of a DNS stream's segments does not matter");
  check_hello(input, order);
  return 0;
}
