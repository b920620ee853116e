#include "edgewatch/enforce/raw_sender.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::enforce {

/// IPPROTO_RAW: the headers are ours (raw(7), ipv6(7)), and nothing is ever received.
RawSender::Socket::Socket(int family, std::uint32_t mark)
    : socket_(::socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW)) {
  if (socket_ >= 0 && (mark == 0 || setsockopt(socket_, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0))
    return;
  const int error = errno;
  if (socket_ >= 0) close(socket_);
  throw std::system_error(error, std::generic_category(), "gateway: no raw socket");
}
RawSender::Socket::~Socket() { close(socket_); }

RawSender::RawSender(std::uint32_t mark) : v4_(AF_INET, mark), v6_(AF_INET6, mark) {}
RawSender::~RawSender() = default;

bool RawSender::send(Bytes ip_packet) const {
  constexpr std::size_t v4_header = 20;
  constexpr std::size_t v6_header = 40;
  constexpr std::size_t v4_destination = 16;
  constexpr std::size_t v6_destination = 24;
  if (ip_packet.size() >= v4_header && ip_packet[0] >> 4U == 4) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    std::memcpy(&to.sin_addr, ip_packet.data() + v4_destination, sizeof to.sin_addr);
    return sendto(v4_.get(), ip_packet.data(), ip_packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                  sizeof to) >= 0;
  }
  if (ip_packet.size() < v6_header || ip_packet[0] >> 4U != 6) return false;
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  std::memcpy(&to.sin6_addr, ip_packet.data() + v6_destination, sizeof to.sin6_addr);
  return sendto(v6_.get(), ip_packet.data(), ip_packet.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                sizeof to) >= 0;
}

}  // namespace edgewatch::enforce
