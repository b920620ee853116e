#include "generator/load.hpp"

#include "edgewatch/net/address.hpp"

#include "support/random.hpp"
#include "support/tls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace edgewatch::generator {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view answer = "served";
constexpr std::size_t most_events = 512;
/// Application data, 200 bytes.
const support::Buffer request_record = [] {
  support::Buffer out{0x17, 3, 3, 0, 200};
  out.resize(5 + 200, 0x5a);
  return out;
}();

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

class Poll {
 public:
  Poll() : handle_(epoll_create1(EPOLL_CLOEXEC)) {
    if (handle_ < 0) fail("epoll");
  }
  ~Poll() { close(handle_); }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  void watch(int socket, std::uint32_t events) const {
    epoll_event event{events, {.fd = socket}};
    if (epoll_ctl(handle_, EPOLL_CTL_ADD, socket, &event) != 0) fail("epoll");
  }
  void change(int socket, std::uint32_t events) const {
    epoll_event event{events, {.fd = socket}};
    if (epoll_ctl(handle_, EPOLL_CTL_MOD, socket, &event) != 0) fail("epoll");
  }
  template <class Take>
  void wait(int patience_ms, Take take) {
    const int ready = epoll_wait(handle_, events_.data(), static_cast<int>(events_.size()), patience_ms);
    for (int i = 0; i < ready; ++i) take(events_.at(static_cast<std::size_t>(i)).data.fd);
  }

 private:
  int handle_;
  std::array<epoll_event, most_events> events_{};
};

support::Buffer hello_of(const std::string& name) {
  support::Random random(7);
  support::HelloOptions options;
  options.server_name = name;
  return support::tls_records(22, support::client_hello(options, random), 0x0301);
}

struct Connection {
  bool listed = false;
  bool connected = false;
  std::size_t answers = 0;
  Clock::time_point begun, established;
};

/// Keeps so many connections going until all have been made.
class Load {
 public:
  explicit Load(const LoadRequest& request)
      : request_(request),
        other_(hello_of(request.name)),
        listed_(request.listed.empty() ? support::Buffer() : hello_of(request.listed)) {
    const auto address = net::IpAddress::parse(request.server);
    if (!address || !address->is_v4()) throw std::invalid_argument("the server is no IPv4 address");
    to_.sin_family = AF_INET;
    to_.sin_port = htons(request.port);
    std::memcpy(&to_.sin_addr, address->bytes().data(), 4);
  }

  LoadResult run() {
    const auto begun = Clock::now();
    while (made_ < request_.count || !open_.empty()) {
      while (made_ < due(Clock::now() - begun) && open_.size() < request_.parallel) begin();
      poll_.wait(request_.rate == 0 ? 100 : 1, [this](int socket) { go_on(socket); });
      give_up_late();
    }
    result_.seconds = std::chrono::duration<double>(Clock::now() - begun).count();
    result_.connect_p50 = percentile(connects_, 50);
    result_.first_p50 = percentile(firsts_, 50);
    result_.first_p99 = percentile(firsts_, 99);
    return result_;
  }

 private:
  /// How many are to have been begun by then.
  [[nodiscard]] std::size_t due(Clock::duration since) const {
    if (request_.rate == 0) return request_.count;
    const double seconds = std::chrono::duration<double>(since).count();
    return std::min(request_.count,
                    static_cast<std::size_t>(seconds * static_cast<double>(request_.rate)) + 1);
  }

  void begin() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) fail("socket");
    constexpr int on = 1;
    constexpr linger at_once{1, 0};  // so that ports can be used again
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Connection connection;
    connection.listed = !listed_.empty() && made_ % request_.each == 0;
    connection.begun = Clock::now();
    ++made_;
    if (connect(socket, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0 && errno != EINPROGRESS)
      fail("connect");
    poll_.watch(socket, EPOLLOUT);
    open_.emplace(socket, connection);
  }

  void go_on(int socket) {
    const auto found = open_.find(socket);
    if (found == open_.end()) return;
    Connection& connection = found->second;
    if (connection.connected) return finish(socket, connection);
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
      return end(socket,
                 error == ECONNRESET || error == ECONNREFUSED ? &LoadCounts::reset : &LoadCounts::other);
    connection.connected = true;
    connection.established = Clock::now();
    const Bytes hello = connection.listed ? listed_ : other_;
    const std::size_t part = hello.size() / request_.segments + 1;
    for (std::size_t at = 0; at < hello.size(); at += part) {
      const Bytes piece = hello.subspan(at, std::min(part, hello.size() - at));
      if (send(socket, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) return end(socket, &LoadCounts::reset);
    }
    poll_.change(socket, EPOLLIN);
  }

  void finish(int socket, Connection& connection) {
    std::array<char, 64> room{};
    const auto got = recv(socket, room.data(), room.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return end(socket, got < 0 ? &LoadCounts::reset : &LoadCounts::other);
    if (connection.answers++ == 0) ++(connection.listed ? result_.listed : result_.others).answered;
    if (connection.answers < request_.rounds) {
      // What a browser sends next is a record of its own, with the request in it.
      if (send(socket, request_record.data(), request_record.size(), MSG_NOSIGNAL) < 0)
        end(socket, &LoadCounts::reset);
      return;
    }
    if (!connection.listed) {
      const auto micros = [](Clock::duration d) {
        return std::chrono::duration<double, std::micro>(d).count();
      };
      connects_.push_back(micros(connection.established - connection.begun));
      firsts_.push_back(micros(Clock::now() - connection.begun));
    }
    end(socket, &LoadCounts::served);
  }

  void end(int socket, std::size_t LoadCounts::*what) {
    const auto found = open_.find(socket);
    LoadCounts& counts = found->second.listed ? result_.listed : result_.others;
    ++(counts.*what);
    close(socket);
    open_.erase(found);
  }

  void give_up_late() {
    const auto now = Clock::now();
    if (now - looked_ < std::chrono::milliseconds(200)) return;
    looked_ = now;
    std::vector<int> late;
    for (const auto& [socket, connection] : open_) {
      if (now - connection.begun > std::chrono::milliseconds(request_.patience_ms)) late.push_back(socket);
    }
    for (const int socket : late) end(socket, &LoadCounts::timed_out);
  }

  static double percentile(std::vector<double>& values, std::size_t percent) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values.at(std::min(values.size() - 1, values.size() * percent / 100));
  }

  LoadRequest request_;
  support::Buffer other_, listed_;
  sockaddr_in to_{};
  Poll poll_;
  std::map<int, Connection> open_;
  std::size_t made_ = 0;
  LoadResult result_;
  std::vector<double> connects_, firsts_;
  Clock::time_point looked_ = Clock::now();
};

}  // namespace

LoadResult put_load(const LoadRequest& request) { return Load(request).run(); }

void serve_load(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  constexpr int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (listener < 0 || bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
      listen(listener, 4096) != 0)
    fail("listen");
  Poll poll;
  poll.watch(listener, EPOLLIN);
  std::map<int, support::Buffer> held;
  const auto drop = [&](int socket) {
    held.erase(socket);
    close(socket);
  };
  const auto take = [&](int socket) {
    std::array<std::uint8_t, 16384> room{};
    const auto got = recv(socket, room.data(), room.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return drop(socket);
    support::Buffer& bytes = held[socket];
    bytes.insert(bytes.end(), room.begin(), room.begin() + got);
    if (bytes.size() < 5 || bytes.size() < 5U + (std::size_t{bytes[3]} << 8U | bytes[4])) return;
    bytes.clear();
    if (send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) drop(socket);
  };
  for (;;) {
    poll.wait(-1, [&](int socket) {
      if (socket != listener) return take(socket);
      for (int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); client >= 0;
           client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        poll.watch(client, EPOLLIN);
      }
    });
  }
}

}  // namespace edgewatch::generator
