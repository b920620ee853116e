// Link layers, tags, IP and tunnels: what the decoder says of a row of frames, told to a trace, by its short
// way, and layer by layer. An input is a row of frames: link type (one byte, an index; its highest bit says
// that the capture cut the frame), seconds since the frame before (one byte), length (two bytes), bytes.
#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/decode.hpp"

#include "laws.hpp"
#include "links.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

using namespace edgewatch;
using fuzz::law;

namespace {

constexpr HashKey key{1, 2};
// The decoder keeps fragments and nothing else from one frame to the next; the fewer, the more inputs.
constexpr int most_frames = 12;
constexpr std::uint32_t cut_off = 100;  // bytes of a cut frame that are not there

auto values(const wire::Datagram& datagram) {
  const wire::Datagram::Tcp& tcp = datagram.tcp;
  const net::IpAddress end = datagram.encapsulations == 0 ? net::IpAddress() : datagram.tunnel_end;
  return std::tuple(datagram.at, datagram.source, datagram.source_mac, datagram.destination_mac,
                    datagram.vlan, datagram.encapsulations, end, datagram.from, datagram.to,
                    datagram.hop_limit, datagram.transport,
                    std::tuple(tcp.sequence, tcp.acknowledgement, tcp.syn, tcp.ack, tcp.fin, tcp.rst),
                    datagram.payload_length, datagram.segment_length);
}

bool same_bytes(Bytes one, Bytes other) { return std::ranges::equal(one, other); }

void same(const wire::Datagram& one, const wire::Datagram& other) {
  law(values(one) == values(other), "however it is decoded, a datagram is the same");
  law(same_bytes(one.payload, other.payload), "however it is decoded, a payload is the same");
  law(same_bytes(one.ipv4_header, other.ipv4_header), "however it is decoded, a header is the same");
  law(same_bytes(one.segment, other.segment), "however it is decoded, a segment is the same");
  law(checksum_of(one) == checksum_of(other), "however it is decoded, a checksum is the same");
}

using Decoded = Result<const wire::Datagram*, wire::DecodeError>;

void same(const Decoded& one, const Decoded& other) {
  law(one.has_value() == other.has_value(), "however it is decoded, a frame is refused or not");
  if (!one) {
    law(one.error() == other.error(), "however it is decoded, the reason is the same");
    return;
  }
  law((*one == nullptr) == (*other == nullptr), "however it is decoded, there is a datagram or not");
  if (*one != nullptr) same(**one, **other);
}

void check_sizes(const wire::Datagram& datagram) {
  law(datagram.payload.size() <= datagram.payload_length, "no more was captured than was sent");
  law(datagram.segment.size() <= datagram.segment_length, "no more was captured than was sent");
  law(datagram.encapsulations <= 4, "tunnels are walked four deep");
  const bool has_ports =
      datagram.transport == wire::Transport::tcp || datagram.transport == wire::Transport::udp;
  law(has_ports || (datagram.from.port == 0 && datagram.to.port == 0), "only TCP and UDP have ports");
}

/// Of a bare IP packet that goes back.
std::uint64_t hosts_the_other_way(const wire::Datagram& datagram) {
  std::vector<std::uint8_t> packet;
  if (datagram.from.address.is_v4()) {
    packet.resize(12);
    packet.front() = 0x45;
  } else {
    packet.resize(8);
    packet.front() = 0x60;
  }
  for (const net::Endpoint* end : {&datagram.to, &datagram.from}) {
    const Bytes address = end->address.bytes();
    packet.insert(packet.end(), address.begin(), address.end());
  }
  net::Frame frame;
  frame.link = net::LinkType::raw;
  frame.bytes = packet;
  return wire::hosts_of(frame, key);
}

class Decoders {
 public:
  Decoders() { traced_.trace_into(&trace_); }

  void see(const net::Frame& frame) {
    const Decoded plain = plain_.decode(frame);
    same(plain, traced_.decode(frame));
    same(plain, layered_.decode_in_layers(frame));
    for (const wire::TraceLayer& layer : trace_.layers()) {
      const bool within = layer.within != wire::TraceLayer::Within::frame ||
                          layer.offset + layer.length <= frame.bytes.size();
      law(within, "a layer lies within its frame");
    }
    wire::Datagram quick;
    const bool is_plain = wire::read_plain(frame, quick);
    law(!is_plain || (plain && *plain != nullptr), "the short way takes sound frames only");
    if (is_plain) {
      same(quick, **plain);
      law(wire::hosts_of(frame, key) == hosts_the_other_way(quick),
          "what goes between two hosts has one number");
    }
    if (!plain || *plain == nullptr) return;
    check_sizes(**plain);
  }

 private:
  wire::Decoder plain_{key};
  wire::Decoder traced_{key};
  wire::Decoder layered_{key};
  wire::Trace trace_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint8_t cut = 0x80;
  ByteReader reader(Bytes(data, size));
  Decoders decoders;
  Timestamp at{std::chrono::hours(500000)};
  for (int frames = 0; frames < most_frames && reader.remaining() > 4; ++frames) {
    const std::uint8_t link = reader.u8();
    net::Frame frame;
    frame.link = fuzz::link(link & ~cut);
    at += std::chrono::milliseconds(17) + std::chrono::seconds(reader.u8());
    const std::size_t length = reader.u16();
    const fuzz::Exact bytes(reader.take(std::min(length, reader.remaining())));
    frame.bytes = bytes.bytes();
    frame.at = at;
    frame.wire_length = static_cast<std::uint32_t>(frame.bytes.size()) + ((link & cut) != 0 ? cut_off : 0);
    decoders.see(frame);
  }
  return 0;
}
