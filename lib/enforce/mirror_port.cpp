#include "edgewatch/enforce/mirror_port.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::enforce {
namespace {

std::runtime_error refusal(const std::string& interface, const char* why) {
  return std::runtime_error(fmt::format("{}: nothing can be sent from it: {}", interface, why));
}

}  // namespace

/// Protocol 0: no frame is ever given to it.
MirrorPort::MirrorPort(const std::string& interface)
    : interface_(interface), socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  at.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  socklen_t size = sizeof at;
  auto* const address = reinterpret_cast<sockaddr*>(&at);
  if (socket_ < 0 || at.sll_ifindex == 0 || bind(socket_, address, sizeof at) != 0 ||
      getsockname(socket_, address, &size) != 0 || at.sll_hatype != ARPHRD_ETHER) {
    const char* const why = socket_ >= 0 && at.sll_hatype != ARPHRD_ETHER && at.sll_halen != 0
                                ? "it is no Ethernet interface"
                                : std::strerror(errno);
    const std::runtime_error error = refusal(interface, why);
    if (socket_ >= 0) close(socket_);
    throw error;
  }
  address_ = *net::MacAddress::from_bytes(Bytes(at.sll_addr, 6));
  // Past the interface's queue, where it can be done: each microsecond counts.
  constexpr int on = 1;
  static_cast<void>(setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on));
}

MirrorPort::~MirrorPort() { close(socket_); }

MirrorPort::State MirrorPort::bind_again() {
  ifreq request{};
  interface_.copy(request.ifr_name, IFNAMSIZ - 1);
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  if (ioctl(socket_, SIOCGIFHWADDR, &request) != 0 || request.ifr_hwaddr.sa_family != ARPHRD_ETHER ||
      ioctl(socket_, SIOCGIFINDEX, &request) != 0)
    return state();
  at.sll_ifindex = request.ifr_ifindex;
  static_cast<void>(bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at));
  return state();
}

MirrorPort::State MirrorPort::state() const {
  ifreq request{};
  interface_.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(socket_, SIOCGIFINDEX, &request) != 0) return State::gone;
  // To nothing where the kernel took the interface away, also for one of the same number.
  sockaddr_ll bound{};
  socklen_t size = sizeof bound;
  if (getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size) != 0 ||
      bound.sll_ifindex != request.ifr_ifindex)
    return State::another;
  if (ioctl(socket_, SIOCGIFFLAGS, &request) != 0) return State::gone;
  return (request.ifr_flags & IFF_UP) != 0 ? State::up : State::down;
}

bool MirrorPort::send(Bytes frame) const {
  return ::send(socket_, frame.data(), frame.size(), 0) == static_cast<ssize_t>(frame.size());
}

}  // namespace edgewatch::enforce
