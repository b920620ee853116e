#include "edgewatch/enforce/gateway_queue.hpp"

#include "gateway_marks.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <poll.h>
#include <sys/socket.h>

namespace edgewatch::enforce {
namespace {

/// Of a burst; the kernel lets through or drops what does not fit.
constexpr int socket_room = 16 << 20;
/// One packet, up to 64 KiB where the machine joins segments, and what the kernel says of it.
constexpr std::size_t packet_room = std::size_t{72} * 1024;
/// Packets taken with one call.
constexpr std::size_t most_taken = 16;
/// Packets judged before others have a turn.
constexpr std::size_t most_at_once = 512;
/// Verdicts sent at a time.
constexpr std::size_t verdict_room = std::size_t{4} * 1024;
constexpr std::size_t verdict_size = 64;

struct CloseSocket {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::system_error(error, std::generic_category(), "gateway: " + what);
}

std::uint32_t marked(std::uint32_t mark, PacketVerdict verdict) {
  const std::uint32_t others = mark & ~mark::mask;
  switch (verdict) {
    case PacketVerdict::settled:
      return others | mark::settled;
    case PacketVerdict::refuse:
      return others | mark::refused;
    case PacketVerdict::refuse_packet:
      return others | mark::refused_packet;
    case PacketVerdict::answer_end:
      return others | mark::ends;
    case PacketVerdict::answer:
    case PacketVerdict::pass:
      break;
  }
  return others;
}

std::optional<net::MacAddress> sender_of(const nlattr* attribute) {
  if (attribute == nullptr) return std::nullopt;
  const auto* address = static_cast<const nfqnl_msg_packet_hw*>(mnl_attr_get_payload(attribute));
  if (ntohs(address->hw_addrlen) != 6) return std::nullopt;
  return net::MacAddress::from_bytes(Bytes(static_cast<const std::uint8_t*>(address->hw_addr), 6));
}

}  // namespace

class GatewayQueue::Impl {
 public:
  explicit Impl(const QueueOptions& options)
      : closed_queue_(options.closed_queue),
        socket_(mnl_socket_open(NETLINK_NETFILTER)),
        room_(most_taken * packet_room) {
    for (std::size_t i = 0; i < most_taken; ++i) {
      parts_.at(i) = {room_.data() + i * packet_room, packet_room};
      taken_.at(i).msg_hdr.msg_iov = &parts_.at(i);
      taken_.at(i).msg_hdr.msg_iovlen = 1;
    }
    if (!socket_ || mnl_socket_bind(socket_.get(), 0, MNL_SOCKET_AUTOPID) < 0)
      fail("no netlink socket to the kernel's queues", errno);
    const int file = mnl_socket_get_fd(socket_.get());
    // Where the process may not have as much room as it likes, it has what the system gives it.
    setsockopt(file, SOL_SOCKET, SO_RCVBUFFORCE, &socket_room, sizeof socket_room);
    constexpr int yes = 1;
    // What the kernel could not hand over it counts itself; an error here would only stop us.
    mnl_socket_setsockopt(socket_.get(), NETLINK_NO_ENOBUFS, const_cast<int*>(&yes), sizeof yes);
    bind(options.open_queue, options.length, NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO);
    bind(options.closed_queue, options.length, NFQA_CFG_F_GSO);
    bind(options.syn_queue, options.length, NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO);
  }

  std::size_t serve(std::chrono::milliseconds wait,
                    const std::function<PacketVerdict(const QueuedPacket&)>& judge) {
    judge_ = &judge;
    judged_ = 0;
    for (const std::vector<char>& packet : std::exchange(early_, {})) take(packet.data(), packet.size());
    pollfd ready{mnl_socket_get_fd(socket_.get()), POLLIN, 0};
    if (judged_ == 0 && poll(&ready, 1, static_cast<int>(wait.count())) <= 0) return 0;
    while (judged_ < most_at_once) {
      const int got = recvmmsg(ready.fd, taken_.data(), most_taken, MSG_DONTWAIT, nullptr);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno != EAGAIN && errno != ENOBUFS) fail("the kernel's queue", errno);
      if (got <= 0) break;
      for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i)
        take(static_cast<const char*>(parts_.at(i).iov_base), taken_.at(i).msg_len);
      if (static_cast<std::size_t>(got) < most_taken) break;
    }
    send_verdicts();
    return judged_;
  }

 private:
  nlmsghdr* message(std::uint16_t queue) {
    nlmsghdr* out = nfq_nlmsg_put(room_.data(), NFQNL_MSG_CONFIG, queue);
    out->nlmsg_flags |= NLM_F_ACK;
    return out;
  }

  void configure(nlmsghdr* message, std::uint16_t queue) {
    const unsigned sequence = message->nlmsg_seq = ++sequence_;
    if (mnl_socket_sendto(socket_.get(), message, message->nlmsg_len) < 0) fail("the kernel's queue", errno);
    for (;;) {
      const auto size = mnl_socket_recvfrom(socket_.get(), room_.data(), room_.size());
      if (size < 0) fail("the kernel's queue", errno);
      const auto* answer = reinterpret_cast<const nlmsghdr*>(room_.data());
      if (answer->nlmsg_type != NLMSG_ERROR || answer->nlmsg_seq != sequence) {
        // A packet that came before the answer did; it waits until somebody judges.
        early_.emplace_back(room_.begin(), room_.begin() + size);
        continue;
      }
      const int error = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(answer))->error;
      if (error != 0) fail(fmt::format("queue {} cannot be had", queue), error);
      return;
    }
  }

  void bind(std::uint16_t queue, std::uint32_t length, std::uint32_t flags) {
    nlmsghdr* command = message(queue);
    nfq_nlmsg_cfg_put_cmd(command, AF_INET, NFQNL_CFG_CMD_BIND);
    configure(command, queue);
    nlmsghdr* settings = message(queue);
    nfq_nlmsg_cfg_put_params(settings, NFQNL_COPY_PACKET, 0xffff);
    nfq_nlmsg_cfg_put_qmaxlen(settings, length);
    mnl_attr_put_u32(settings, NFQA_CFG_FLAGS, htonl(flags));
    mnl_attr_put_u32(settings, NFQA_CFG_MASK, htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO));
    configure(settings, queue);
  }

  void take(const char* messages, std::size_t size) {
    mnl_cb_run(messages, size, 0, mnl_socket_get_portid(socket_.get()), &on_packet, this);
  }

  static int on_packet(const nlmsghdr* message, void* self) {
    static_cast<Impl*>(self)->judge(message);
    return MNL_CB_OK;
  }

  void judge(const nlmsghdr* message) {
    std::array<nlattr*, NFQA_MAX + 1> attributes{};
    if (nfq_nlmsg_parse(message, attributes.data()) < 0 || attributes[NFQA_PACKET_HDR] == nullptr) return;
    const auto* head =
        static_cast<const nfqnl_msg_packet_hdr*>(mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]));
    const auto* about = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
    const nlattr* payload = attributes[NFQA_PAYLOAD];
    const Bytes packet = payload == nullptr
                             ? Bytes()
                             : Bytes(static_cast<const std::uint8_t*>(mnl_attr_get_payload(payload)),
                                     mnl_attr_get_payload_len(payload));
    const std::uint32_t mark =
        attributes[NFQA_MARK] == nullptr ? 0 : ntohl(mnl_attr_get_u32(attributes[NFQA_MARK]));
    const bool waits = ntohs(about->res_id) == closed_queue_;
    const PacketVerdict verdict = (*judge_)({packet, sender_of(attributes[NFQA_HWADDR]), waits});
    ++judged_;
    if (pending_ + verdict_size > verdicts_.size()) send_verdicts();
    nlmsghdr* answer = nfq_nlmsg_put(verdicts_.data() + pending_, NFQNL_MSG_VERDICT, ntohs(about->res_id));
    nfq_nlmsg_verdict_put(answer, static_cast<int>(ntohl(head->packet_id)),
                          verdict == PacketVerdict::answer ? NF_DROP : NF_ACCEPT);
    nfq_nlmsg_verdict_put_mark(answer, marked(mark, verdict));
    pending_ += answer->nlmsg_len;
  }

  void send_verdicts() {
    if (pending_ == 0) return;
    // One that the kernel no longer waits for is nobody's loss.
    static_cast<void>(mnl_socket_sendto(socket_.get(), verdicts_.data(), pending_));
    pending_ = 0;
  }

  std::uint16_t closed_queue_;
  std::unique_ptr<mnl_socket, CloseSocket> socket_;
  std::vector<char> room_;  ///< of `parts_`, the first of which also serves for what is asked
  std::array<iovec, most_taken> parts_{};
  std::array<mmsghdr, most_taken> taken_{};
  alignas(nlmsghdr) std::array<char, verdict_room> verdicts_{};
  std::size_t pending_ = 0;
  std::size_t judged_ = 0;
  std::vector<std::vector<char>> early_;
  unsigned sequence_ = 0;
  const std::function<PacketVerdict(const QueuedPacket&)>* judge_ = nullptr;
};

GatewayQueue::GatewayQueue(const QueueOptions& options) : impl_(std::make_unique<Impl>(options)) {}
GatewayQueue::~GatewayQueue() = default;
std::size_t GatewayQueue::serve(std::chrono::milliseconds wait,
                                const std::function<PacketVerdict(const QueuedPacket&)>& judge) {
  return impl_->serve(wait, judge);
}

}  // namespace edgewatch::enforce
