#include "edgewatch/enforce/gateway_inspector.hpp"

#include "gateway_datagrams.hpp"
#include "gateway_segments.hpp"

#include <utility>

namespace edgewatch::enforce {
namespace {

/// Right behind the IP header (RFC 791 section 3.1, RFC 8200 section 3).
bool is_udp(Bytes ip) {
  constexpr std::uint8_t udp = 17;
  constexpr std::size_t shortest = 20;
  return ip.size() >= shortest && ip[ip[0] >> 4U == 6 ? 6 : 9] == udp;
}

}  // namespace

class Inspector::Impl {
 public:
  Impl(Decisions decide, const InspectorOptions& options)
      : decoder_(options.hash_key), memory_(options), verdicts_(std::move(decide), options, memory_) {}

  PacketVerdict inspect(Timestamp at, const QueuedPacket& packet) {
    net::Frame frame;
    frame.at = at;
    frame.link = net::LinkType::raw;
    frame.bytes = packet.ip;
    frame.wire_length = static_cast<std::uint32_t>(packet.ip.size());
    const auto decoded = decoder_.decode(frame);
    // The kernel puts fragments together and drops what breaks TCP's rules before it queues; what cannot be
    // read all the same, and what others say in a tunnel, is not ours to judge.
    if (!decoded || *decoded == nullptr) {
      verdicts_.count_packet();
      // Of UDP that is something in a tunnel.
      if (is_udp(packet.ip)) return PacketVerdict::settled;
      // More headers than anybody needs hide what comes behind them. What else it may be, the server may drop
      // it, so nothing is settled by it.
      if (decoded || decoded.error().kind != wire::Malformation::ipv6_extension_limit)
        return PacketVerdict::pass;
      static_cast<void>(verdicts_.of_contradiction());
      return PacketVerdict::refuse_packet;
    }
    if ((*decoded)->encapsulations > 0) {
      verdicts_.count_packet();
      return PacketVerdict::settled;
    }
    return inspect(at, **decoded, packet.sender, packet.waits, signs_of(packet.ip));
  }

  PacketVerdict inspect(Timestamp at, const wire::Datagram& datagram,
                        const std::optional<net::MacAddress>& sender, bool waits, const SegmentSigns& signs) {
    verdicts_.count_packet();
    memory_.forget_silent(at);
    const Seen seen{at, datagram, sender, waits, signs};
    if (datagram.transport == wire::Transport::tcp) return segments_.see(seen);
    if (datagram.transport == wire::Transport::udp) return datagrams_.see(seen);
    return PacketVerdict::settled;
  }

  void forget_refusals() { memory_.forget_refusals(); }
  std::vector<Connection> reconsider(Timestamp at, const Decisions& decide) {
    return verdicts_.reconsider(at, decide);
  }
  std::vector<Connection> take_refused() { return verdicts_.take_refused(); }
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
  wire::Decoder decoder_;
  GatewayMemory memory_;
  GatewayVerdicts verdicts_;
  GatewaySegments segments_{memory_, verdicts_};
  GatewayDatagrams datagrams_{memory_, verdicts_};
};

Inspector::Inspector(Decisions decide, InspectorOptions options)
    : impl_(std::make_unique<Impl>(std::move(decide), options)) {}
Inspector::~Inspector() = default;

PacketVerdict Inspector::inspect(Timestamp at, const QueuedPacket& packet) {
  return impl_->inspect(at, packet);
}
PacketVerdict Inspector::inspect(Timestamp at, const wire::Datagram& datagram,
                                 const std::optional<net::MacAddress>& sender) {
  return impl_->inspect(at, datagram, sender, false, {});
}
void Inspector::forget_refusals() { impl_->forget_refusals(); }
std::vector<Inspector::Connection> Inspector::reconsider(Timestamp at, const Decisions& decide) {
  return impl_->reconsider(at, decide);
}
std::vector<Inspector::Connection> Inspector::take_refused() { return impl_->take_refused(); }
std::vector<Packet> Inspector::take_replies() { return impl_->take_replies(); }
InspectorCounts Inspector::counts() const { return impl_->counts(); }
std::size_t Inspector::held() const { return impl_->held(); }

}  // namespace edgewatch::enforce
