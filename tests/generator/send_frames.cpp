#include "generator/send_frames.hpp"

#include "support/forge.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::generator {
namespace {

using support::Buffer;
using Clock = std::chrono::steady_clock;

constexpr std::size_t frames_a_call = 64;
constexpr std::size_t segments_a_connection = 4;
constexpr std::size_t ip_at = 14;
constexpr std::size_t ip_header = 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

const support::Link link_up{
    net::MacAddress({2, 0, 0x5e, 0x10, 0, 1}), net::MacAddress({2, 0, 0x5e, 0x10, 0, 2}), {}};

net::Endpoint client(std::size_t i) {
  constexpr std::uint32_t first = 0x0a140001;  // 10.20.0.1
  return {net::IpAddress::v4(first + static_cast<std::uint32_t>(i % 60000)),
          static_cast<std::uint16_t>(20000 + i % 40000)};
}
net::Endpoint server(std::size_t i) {
  constexpr std::uint32_t first = 0xc6336401;  // 198.51.100.1
  return {net::IpAddress::v4(first + static_cast<std::uint32_t>(i % 250)), 443};
}

/// A few segments of each connection, up and down in turn, those of one connection apart from each other.
std::vector<Buffer> tcp_frames(const FrameRequest& request) {
  const Buffer payload(request.payload, 0x17);
  std::vector<Buffer> out;
  for (std::uint32_t segment = 0; segment < segments_a_connection; ++segment) {
    for (std::size_t i = 0; i < request.connections; ++i) {
      const bool up = segment % 2 == 0;
      support::TcpFields fields;
      const auto passed = static_cast<std::uint32_t>(request.payload);
      fields.sequence = 1000 + segment / 2 * passed;
      fields.acknowledgement = 1000 + (segment + 1) / 2 * passed;
      out.push_back(up ? tcp_frame(link_up, client(i), server(i), fields, payload)
                       : tcp_frame(reversed(link_up), server(i), client(i), fields, payload));
    }
  }
  return out;
}

/// The piece of an IPv4 packet in an Ethernet frame that begins at `from` (RFC 791 section 3.2).
Buffer fragment(const Buffer& whole, std::size_t from, std::size_t length, bool last) {
  Buffer out(whole.begin(), whole.begin() + ip_at + ip_header);
  const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(ip_at + ip_header + from);
  out.insert(out.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
  const auto put = [&](std::size_t at, std::size_t value) {
    out[ip_at + at] = static_cast<std::uint8_t>(value >> 8U);
    out[ip_at + at + 1] = static_cast<std::uint8_t>(value);
  };
  put(2, ip_header + length);
  put(6, from / 8 | (last ? 0U : 0x2000U));
  put(10, 0);
  put(10, static_cast<std::uint16_t>(~support::internet_sum(Bytes(out).subspan(ip_at, ip_header))));
  return out;
}

std::vector<Buffer> fragment_frames(const FrameRequest& request) {
  const Buffer payload(std::max<std::size_t>(request.payload, 64), 0x17);
  std::vector<Buffer> out;
  for (std::size_t i = 0; i < request.connections; ++i) {
    support::IpFields ip;
    ip.id = static_cast<std::uint16_t>(i + 1);
    ip.dont_fragment = false;
    const Buffer whole = udp_frame(link_up, client(i), server(i), payload, ip);
    const std::size_t length = payload.size() + 8;
    const std::size_t first = length / 2 / 8 * 8;
    out.push_back(fragment(whole, 0, first, false));
    out.push_back(fragment(whole, first, length - first, true));
  }
  return out;
}

class Wire {
 public:
  explicit Wire(const std::string& interface) : handle_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    if (handle_ < 0) fail("socket");
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_ifindex = static_cast<int>(::if_nametoindex(interface.c_str()));
    const int on = 1;
    // Nothing is wanted back, and no queue of the kernel stands between us and the interface.
    at.sll_protocol = 0;
    if (at.sll_ifindex == 0 || ::bind(handle_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::setsockopt(handle_, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
      const int reason = errno;
      ::close(handle_);
      errno = reason;
      fail("interface");
    }
  }
  ~Wire() { ::close(handle_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// How many of them the kernel took.
  std::size_t send(std::span<mmsghdr> messages) {
    while (true) {
      const int sent = ::sendmmsg(handle_, messages.data(), static_cast<unsigned>(messages.size()), 0);
      if (sent > 0) return static_cast<std::size_t>(sent);
      if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN) fail("sendmmsg");
    }
  }

 private:
  int handle_;
};

}  // namespace

FramesSent send_frames(const FrameRequest& request) {
  if (request.connections == 0 || request.payload > 1400) {
    throw std::invalid_argument("one connection at least, and no more than 1400 bytes in a segment");
  }
  std::vector<Buffer> frames = request.shape == "fragments" ? fragment_frames(request) : tcp_frames(request);
  std::vector<iovec> pieces(frames.size());
  std::vector<mmsghdr> messages(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    pieces[i] = {frames[i].data(), frames[i].size()};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  Wire wire(request.interface);
  FramesSent out;
  const auto start = Clock::now();
  std::size_t at = 0;
  while (out.frames < request.frames) {
    if (request.rate != 0) {
      const std::chrono::duration<double> due(static_cast<double>(out.frames) /
                                              static_cast<double>(request.rate));
      const auto when = start + std::chrono::duration_cast<Clock::duration>(due);
      if (when - Clock::now() > std::chrono::microseconds(200)) std::this_thread::sleep_until(when);
      while (Clock::now() < when) continue;
    }
    const std::size_t some =
        std::min<std::uint64_t>({frames_a_call, messages.size() - at, request.frames - out.frames});
    const std::size_t sent = wire.send(std::span(messages).subspan(at, some));
    out.frames += sent;
    at = (at + sent) % messages.size();
  }
  out.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return out;
}

}  // namespace edgewatch::generator
