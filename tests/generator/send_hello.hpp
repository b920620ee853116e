// Says one generated hello to a real server over a real socket, for tests in network namespaces: a
// post-quantum TLS hello in two writes, or a QUIC hello shuffled over two Initial datagrams. One thread;
// waits at most the time it is given.
#pragma once

#include "support/byte_writer.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::generator {

struct HelloRequest {
  std::string kind;    ///< tls | quic
  std::string name;    ///< server_name
  std::string server;  ///< IPv4 or IPv6 address
  std::uint16_t port = 443;
  std::size_t split = 0;  ///< tls: bytes of the first write; 0 for half of the record
  std::uint64_t seed = 1;
  std::chrono::milliseconds pause{30};   ///< between the two writes
  std::chrono::milliseconds wait{2000};  ///< for the server's answer
};

/// What a client of that kind says first, for whoever sends it in a way of his own: the datagrams of QUIC, or
/// the one record of TLS.
[[nodiscard]] std::vector<support::Buffer> hello_of(const HelloRequest& request);
/// Bytes the server answered, 0 for none. Throws std::system_error where the connection cannot be made or
/// written.
[[nodiscard]] std::size_t send_hello(const HelloRequest& request);

}  // namespace edgewatch::generator
