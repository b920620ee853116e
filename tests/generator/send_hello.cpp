#include "generator/send_hello.hpp"

#include "edgewatch/net/address.hpp"

#include "support/quic.hpp"
#include "support/random.hpp"
#include "support/tls.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::generator {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

class Socket {
 public:
  Socket(const net::IpAddress& address, std::uint16_t port, int type)
      : handle_(::socket(address.is_v4() ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0)),
        may_be_refused_(type == SOCK_DGRAM) {
    if (handle_ < 0) fail("socket");
    const int reached = address.is_v4() ? connect_v4(address, port) : connect_v6(address, port);
    if (reached == 0) return;
    const int reason = errno;
    ::close(handle_);
    errno = reason;
    fail("connect");
  }
  ~Socket() { ::close(handle_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void send_without_delay() {
    const int on = 1;
    if (::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) fail("TCP_NODELAY");
  }
  void write(Bytes bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (written < 0 && errno == EINTR) continue;
      // A datagram is told that the one before it found nobody listening; it has still to be sent itself.
      if (written < 0 && errno == ECONNREFUSED && std::exchange(may_be_refused_, false)) continue;
      if (written < 0) fail("send");
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
  }
  /// The first answer; empty when none came in time or the other side closed or refused.
  support::Buffer answer(std::chrono::milliseconds wait) {
    pollfd watched{handle_, POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(wait.count())) <= 0) return {};
    support::Buffer room(4096);
    const ssize_t received = ::recv(handle_, room.data(), room.size(), 0);
    room.resize(received < 0 ? 0 : static_cast<std::size_t>(received));
    return room;
  }

 private:
  int connect_v4(const net::IpAddress& address, std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    std::memcpy(&to.sin_addr, address.bytes().data(), 4);
    return ::connect(handle_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  int connect_v6(const net::IpAddress& address, std::uint16_t port) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    std::memcpy(&to.sin6_addr, address.bytes().data(), 16);
    return ::connect(handle_, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  int handle_;
  bool may_be_refused_;
};

support::Buffer tls_hello(const HelloRequest& request) {
  support::Random random(request.seed);
  support::HelloOptions options;
  options.server_name = request.name;
  return support::tls_records(22, support::client_hello(options, random), 0x0301);
}

std::vector<support::Buffer> quic_hello(const HelloRequest& request, support::Random& random) {
  support::HelloOptions options;
  options.server_name = request.name;
  options.transport = support::Transport::quic;
  options.alpn = {"h3"};
  support::QuicHelloOptions initial;
  initial.destination = random.bytes(8);
  const support::Buffer hello = support::client_hello(options, random);
  return support::client_initials(hello, initial, random);
}

std::size_t say_over_tls(const HelloRequest& request, const net::IpAddress& address) {
  const support::Buffer record = tls_hello(request);
  const std::size_t first = request.split == 0 ? record.size() / 2 : std::min(request.split, record.size());
  Socket socket(address, request.port, SOCK_STREAM);
  socket.send_without_delay();
  socket.write(Bytes(record).first(first));
  std::this_thread::sleep_for(request.pause);
  socket.write(Bytes(record).subspan(first));
  return socket.answer(request.wait).size();
}

/// The connection id that the server chose, where its packet says one (RFC 9000 section 17.2).
Bytes source_id(Bytes packet) {
  constexpr std::uint8_t long_header = 0x80;
  ByteReader reader(packet);
  if ((reader.u8() & long_header) == 0) return {};
  reader.skip(4);  // the version
  reader.skip(reader.u8());
  return reader.take(reader.u8());
}

std::size_t say_over_quic(const HelloRequest& request, const net::IpAddress& address) {
  support::Random random(request.seed);
  Socket socket(address, request.port, SOCK_DGRAM);
  for (const support::Buffer& datagram : quic_hello(request, random)) socket.write(datagram);
  const support::Buffer answer = socket.answer(request.wait);
  // A client goes on under the server's own id (RFC 9000 section 7.2).
  if (const Bytes id = source_id(answer); !id.empty())
    socket.write(support::short_header_packet(id, 40, random));
  return answer.size();
}

}  // namespace

std::vector<support::Buffer> hello_of(const HelloRequest& request) {
  if (request.kind == "tls") return {tls_hello(request)};
  support::Random random(request.seed);
  return quic_hello(request, random);
}

std::size_t send_hello(const HelloRequest& request) {
  const auto address = net::IpAddress::parse(request.server);
  if (!address) throw std::invalid_argument(request.server + " is not an IP address");
  return request.kind == "quic" ? say_over_quic(request, *address) : say_over_tls(request, *address);
}

}  // namespace edgewatch::generator
