#include "edgewatch/enforce/gateway_inspector.hpp"

#include "edgewatch/wire/tunnel_port.hpp"

#include "gateway_datagrams.hpp"
#include "gateway_segments.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::enforce {
namespace {

// Of the IP header (RFC 791 section 3.1, RFC 8200 section 3); the kernel has looked that it is whole.

std::size_t two_bytes(Bytes bytes, std::size_t at) {
  return std::size_t{bytes[at]} << 8U | std::size_t{bytes[at + 1]};
}
constexpr std::size_t v4_header = 20;
constexpr std::size_t v6_header = 40;
bool is_whole(Bytes ip) { return ip.size() >= v4_header && (ip[0] >> 4U == 4 || ip.size() >= v6_header); }

/// The kernel hands over 65,531 bytes of a packet at most; how long it is its header says.
std::size_t length_of(Bytes ip) {
  if (!is_whole(ip)) return ip.size();
  return std::max(ip.size(), ip[0] >> 4U == 4 ? two_bytes(ip, 2) : v6_header + two_bytes(ip, 4));
}

/// As plain UDP, whatever its ports say of tunnels; nothing where that does not stand right behind the IP
/// header.
std::optional<wire::Datagram> udp_of(Timestamp at, Bytes ip) {
  constexpr std::uint8_t udp = 17;
  constexpr std::size_t udp_header = 8;
  if (!is_whole(ip)) return std::nullopt;
  const bool v4 = ip[0] >> 4U == 4;
  const std::size_t header = v4 ? std::size_t{4} * (ip[0] & 0x0fU) : v6_header;
  if (ip[v4 ? 9 : 6] != udp || ip.size() < header + udp_header) return std::nullopt;
  wire::Datagram out;
  out.at = at;
  out.transport = wire::Transport::udp;
  out.hop_limit = ip[v4 ? 8 : 7];
  const std::size_t size = v4 ? 4 : 16;
  const std::size_t from = v4 ? 12 : 8;
  out.from = {*net::IpAddress::from_bytes(ip.subspan(from, size)),
              static_cast<std::uint16_t>(two_bytes(ip, header))};
  out.to = {*net::IpAddress::from_bytes(ip.subspan(from + size, size)),
            static_cast<std::uint16_t>(two_bytes(ip, header + 2))};
  out.payload = ip.subspan(header + udp_header);
  out.payload_length = static_cast<std::uint32_t>(out.payload.size());
  return out;
}

}  // namespace

class Inspector::Impl {
 public:
  Impl(Decisions decide, InspectorOptions options)
      : decoder_(options.hash_key),
        memory_(options),
        verdicts_(std::move(decide), std::move(options), memory_) {}

  PacketVerdict inspect(Timestamp at, const QueuedPacket& packet) {
    net::Frame frame;
    frame.at = at;
    frame.link = net::LinkType::raw;
    frame.bytes = packet.ip;
    frame.wire_length = static_cast<std::uint32_t>(length_of(packet.ip));
    const auto decoded = decoder_.decode(frame);
    if (!decoded || *decoded == nullptr || (*decoded)->encapsulations > 0)
      return inspect_other(at, packet, decoded);
    return inspect(at, **decoded, packet.sender, packet.waits, signs_of(packet.ip));
  }

  PacketVerdict inspect(Timestamp at, const wire::Datagram& datagram,
                        const std::optional<net::MacAddress>& sender, bool waits, const SegmentSigns& signs) {
    verdicts_.begin_packet();
    memory_.forget_silent(at);
    const Seen seen{at, datagram, sender, waits, signs};
    if (datagram.transport == wire::Transport::tcp) return segments_.see(seen);
    if (datagram.transport == wire::Transport::udp) return datagrams_.see(seen);
    return PacketVerdict::settled;
  }

  void forget_refusals() { memory_.forget_refusals(); }
  std::vector<Connection> reconsider(Timestamp at, const Decisions& decide, const Concerns& concerns) {
    return verdicts_.reconsider(at, decide, concerns);
  }
  std::vector<Connection> take_refused() { return verdicts_.take_refused(); }
  std::vector<Connection> take_lifted() { return verdicts_.take_lifted(); }
  std::vector<Packet> take_replies() { return verdicts_.take_replies(); }

  [[nodiscard]] InspectorCounts counts() const {
    InspectorCounts out = verdicts_.counts();
    out.evicted = memory_.evicted();
    out.flows = memory_.flows();
    out.residual = memory_.refusals();
    return out;
  }
  [[nodiscard]] std::size_t held() const { return memory_.held(); }

 private:
  /// What is in a tunnel, or cannot be read: the kernel puts fragments together and drops what breaks the
  /// rules of TCP and UDP before it queues.
  PacketVerdict inspect_other(Timestamp at, const QueuedPacket& packet,
                              const Result<const wire::Datagram*, wire::DecodeError>& decoded) {
    const auto outer = udp_of(at, packet.ip);
    // What others say in a tunnel is not ours to judge. A client may take a tunnel's port for its own,
    // though, and say a hello or a question from it that looks like one.
    if (outer && !wire::is_tunnel_port(outer->to.port))
      return inspect(at, *outer, packet.sender, packet.waits, {});
    verdicts_.begin_packet();
    if (outer) return PacketVerdict::settled;
    // More headers than anybody needs hide what comes behind them, as do any before a tunnel. What else it
    // may be, the server may drop it, so nothing is settled by it.
    const bool hides =
        decoded ? *decoded != nullptr : decoded.error().kind == wire::Malformation::ipv6_extension_limit;
    if (!hides) return PacketVerdict::pass;
    static_cast<void>(verdicts_.of_contradiction());
    return PacketVerdict::refuse_packet;
  }

  wire::Decoder decoder_;
  GatewayMemory memory_;
  GatewayVerdicts verdicts_;
  GatewaySegments segments_{memory_, verdicts_};
  GatewayDatagrams datagrams_{memory_, verdicts_};
};

Inspector::Inspector(Decisions decide, InspectorOptions options)
    : impl_(std::make_unique<Impl>(std::move(decide), std::move(options))) {}
Inspector::~Inspector() = default;

PacketVerdict Inspector::inspect(Timestamp at, const QueuedPacket& packet) {
  return impl_->inspect(at, packet);
}
PacketVerdict Inspector::inspect(Timestamp at, const wire::Datagram& datagram,
                                 const std::optional<net::MacAddress>& sender) {
  return impl_->inspect(at, datagram, sender, false, {});
}
void Inspector::forget_refusals() { impl_->forget_refusals(); }
std::vector<Inspector::Connection> Inspector::reconsider(Timestamp at, const Decisions& decide,
                                                         const Concerns& concerns) {
  return impl_->reconsider(at, decide, concerns);
}
std::vector<Inspector::Connection> Inspector::take_lifted() { return impl_->take_lifted(); }
std::vector<Inspector::Connection> Inspector::take_refused() { return impl_->take_refused(); }
std::vector<Packet> Inspector::take_replies() { return impl_->take_replies(); }
InspectorCounts Inspector::counts() const { return impl_->counts(); }
std::size_t Inspector::held() const { return impl_->held(); }

}  // namespace edgewatch::enforce
