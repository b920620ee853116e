// What a mirror shows, and what is said to clients and servers because of it. An input is a row of packets
// with right checksums: kind (one byte, see below), port (one byte), sequence and acknowledgement (two bytes
// each, from a base of either side), flags (one byte), length (two bytes), payload. Every name is refused.
#include "edgewatch/enforce/mirror_inspector.hpp"
#include "edgewatch/wire/checksum.hpp"

#include "laws.hpp"
#include "support/forge.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

namespace {

enum Kind : std::uint8_t { up, down, question, datagram, frame, kinds };
constexpr std::uint32_t client_isn = 0xffffff00;
constexpr std::uint32_t server_isn = 0x7fffffff;

const net::MacAddress ours({2, 0, 0x5e, 0x10, 0xaa, 1});
const support::Link desk{
    net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x17}), net::MacAddress({2, 0, 0x5e, 0x10, 0, 1}), {20}};
const net::IpAddress client = net::IpAddress::v4(0x0a140111);
const net::IpAddress server = net::IpAddress::v4(0xc633640a);

struct Told {
  std::uint64_t reset = 0, forged = 0, frames = 0;
  bool operator==(const Told&) const = default;
};

class Run {
 public:
  Run()
      : inspector_([](const auto& s) { return refuse(s); },
                   [this](const auto&, const auto& f) {
                     return take(f) ? enforce::MayBeSent::yes : enforce::MayBeSent::no;
                   },
                   [](const auto&) {}, options()) {}

  Told see_all(Bytes input) {
    ByteReader reader(input);
    while (reader.remaining() > 9) {
      see(reader);
      // Two resets, and one more where the client may wait for either of two numbers.
      law(sent_ <= 3, "a packet is answered by three at most");
      sent_ = 0;
    }
    const enforce::MirrorCounts counts = inspector_.counts();
    law(counts.went_on <= counts.reset && counts.answered <= counts.reset, "only what was reset goes on");
    return {counts.reset, counts.forged, counts.frames};
  }

 private:
  static enforce::MirrorOptions options() {
    enforce::MirrorOptions out;
    out.hash_key = {1, 2};
    out.inside = {*net::Network::parse("10.20.0.0/16")};
    out.ours = ours;
    out.connections = 16;
    return out;
  }
  static model::Decision refuse(const model::Sighting& sighting) {
    fuzz::check_name(sighting.host);
    model::Decision out;
    out.verdict = model::Verdict::block;
    return out;
  }

  void see(ByteReader& reader) {
    const auto kind = static_cast<Kind>(reader.u8() % kinds);
    const net::Endpoint from{client, static_cast<std::uint16_t>(50000 + reader.u8())};
    support::TcpFields fields;
    const std::uint32_t ahead = reader.u16();
    const std::uint32_t behind = reader.u16();
    fields.flags = reader.u8();
    const std::size_t length = reader.u16();
    const fuzz::Exact payload(reader.take(std::min(length, reader.remaining())));
    const net::Endpoint to{server, static_cast<std::uint16_t>(kind == question ? 53 : 443)};
    const bool is_down = kind == down;
    fields.sequence = (is_down ? server_isn : client_isn) + ahead;
    fields.acknowledgement = (is_down ? client_isn : server_isn) + behind;
    asked_ = payload.bytes();
    support::Buffer bytes;
    if (kind == up) bytes = tcp_frame(desk, from, to, fields, payload.bytes());
    if (kind == down) bytes = tcp_frame(reversed(desk), to, from, fields, payload.bytes());
    if (kind == question || kind == datagram) bytes = udp_frame(desk, from, to, payload.bytes());
    const fuzz::Exact whole(kind == frame ? payload.bytes() : Bytes(bytes));
    net::Frame seen;
    seen.at = at_ += std::chrono::milliseconds(17);
    seen.bytes = whole.bytes();
    seen.wire_length = static_cast<std::uint32_t>(seen.bytes.size());
    inspector_.see(seen);
    if (ahead % 64 == 63) inspector_.reconsider();
  }

  bool take(const std::vector<enforce::Packet>& frames) {
    for (const enforce::Packet& each : frames) {
      const fuzz::Exact exact(each);
      net::Frame seen;
      seen.bytes = exact.bytes();
      seen.wire_length = static_cast<std::uint32_t>(seen.bytes.size());
      const auto read = decoder_.decode(seen);
      law(read && *read != nullptr, "what is sent can be read");
      const wire::Datagram& said = **read;
      law(wire::checksum_of(said) == wire::Checksum::good, "its checksums hold");
      law(said.source_mac == ours, "it comes from our own address");
      if (said.transport == wire::Transport::tcp) {
        law(said.tcp.rst && said.payload_length == 0, "a connection is told nothing but its end");
      } else {
        law(said.from.port == 53 && said.payload.size() >= 12 && said.payload.size() <= asked_.size() + 100,
            "an answer to a question, hardly larger than it");
        law(std::ranges::equal(said.payload.first(2), asked_.first(2)), "with its id");
      }
      ++sent_;
    }
    return true;
  }

  enforce::MirrorInspector inspector_;
  wire::Decoder decoder_{{1, 2}};
  Timestamp at_{std::chrono::hours(500000)};
  Bytes asked_;
  std::size_t sent_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  law(Run().see_all(input) == Run().see_all(input), "the same packets are answered the same");
  return 0;
}
